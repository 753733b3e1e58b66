"""`rainapp rain`: what is drawn lies beside its clean picture, and a seed draws it again."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from video_clips import make_clip

from rainapp.cli import command_line
from rainapp.media import open_source
from training.rain.profiles import MIXES, PROFILES


@pytest.fixture
def photo(tmp_path: Path, photo_pixels: NDArray[np.uint8]) -> Path:
    path = tmp_path / "scene.png"
    cv2.imwrite(str(path), (photo_pixels // 2)[..., ::-1])
    return path


def draw(photo: Path, name: str, seed: int) -> Path:
    out = photo.parent / name
    assert command_line.main(["rain", str(photo), "-o", str(out), "--profile", "heavy", "--seed", str(seed)]) == 0
    return out


def test_rain_on_a_photo_comes_with_its_clean_picture_streaks_and_parameters(photo: Path) -> None:
    out = draw(photo, "one", 4)
    rainy, clean, streaks = (cv2.imread(str(out / part / "scene.png")) for part in ("rainy", "clean", "streaks"))
    assert rainy.shape == clean.shape == streaks.shape == (64, 96, 3)
    assert np.abs(rainy.astype(int) - clean).mean() > 1
    assert streaks.max() > 20
    record = json.loads((out / "parameters.jsonl").read_text(encoding="utf-8"))
    assert record["photo"] == "scene.png"
    assert record["profile"] == "heavy"


def test_the_same_seed_draws_the_same_rain(photo: Path) -> None:
    first, again, other = (draw(photo, name, seed) for name, seed in (("a", 4), ("b", 4), ("c", 5)))
    pictures = [(folder / "rainy" / "scene.png").read_bytes() for folder in (first, again, other)]
    assert pictures[0] == pictures[1]
    assert pictures[0] != pictures[2]


@pytest.mark.parametrize("profile", sorted([*PROFILES, *MIXES]))
def test_every_profile_can_be_drawn_by_name(profile: str, photo: Path) -> None:
    out = photo.parent / profile
    assert command_line.main(["rain", str(photo), "-o", str(out), "--profile", profile]) == 0
    record = json.loads((out / "parameters.jsonl").read_text(encoding="utf-8"))
    assert record["profile"] in (MIXES.get(profile) or {profile: 1.0})


def test_an_unknown_profile_is_refused_with_those_known(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["rain", str(photo), "-o", str(photo.parent / "x"), "--profile", "frogs"]) == 2
    assert "balanced" in capsys.readouterr().err


@pytest.mark.parametrize("out", ["", "folder/.."])
def test_no_photo_is_lost_to_its_own_rain(out: str, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (photo.parent / "folder").mkdir()
    source = photo.parent / "clean" / "scene.png"
    source.parent.mkdir()
    photo.rename(source)
    before = source.read_bytes()
    assert command_line.main(["rain", str(source.parent), "-o", str(photo.parent / out)]) == 2
    assert "would be overwritten" in capsys.readouterr().err
    assert source.read_bytes() == before


def test_two_photos_of_one_name_are_not_drawn_over_one_another(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twin = photo.with_suffix(".jpg")
    cv2.imwrite(str(twin), np.zeros((20, 20, 3), np.uint8))
    assert command_line.main(["rain", str(photo), str(twin), "-o", str(photo.parent / "out")]) == 2
    assert "share one result" in capsys.readouterr().err


def test_inputs_and_folders_that_cannot_be_used_are_said_in_words(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, code, said in (
        ([str(photo), "-o", str(photo)], 3, "cannot be written"),
        ([str(photo), "-o", str(photo.parent / "out"), "--seed", "-1"], 2, "--seed"),
        ([str(photo), str(photo.parent / "nowhere"), "-o", str(photo.parent / "out")], 1, "nowhere"),
    ):
        assert command_line.main(["rain", *words]) == code
        assert said in capsys.readouterr().err


def frames_of(path: Path) -> list[NDArray[np.uint8]]:
    with open_source(path) as source:
        return [np.asarray(frame.image.pixels, np.uint8) for frame in source]


def test_rain_on_a_clip_keeps_its_frames_and_draws_each_anew(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "walk.mp4")
    out = tmp_path / "out"
    assert command_line.main(["rain", str(clip), "-o", str(out), "--profile", "narrow", "--skip", "2", "--frames", "5"]) == 0
    rainy, clean, streaks = (frames_of(out / part / "walk.mkv") for part in ("rainy", "clean", "streaks"))
    assert len(rainy) == len(clean) == len(streaks) == 5
    source = frames_of(clip)[2:7]
    same_exposure = [np.abs(a.astype(int) - b).mean() for a, b in zip(clean, source, strict=True)]
    assert max(same_exposure) < 8, "the clean clip is the source, at most with grain"
    assert not np.array_equal(streaks[0], streaks[1])
    assert "walk.mp4" in (out / "parameters.jsonl").read_text(encoding="utf-8")


def test_a_photo_becomes_a_rainy_clip_where_frames_are_asked_for(photo: Path) -> None:
    out = photo.parent / "out"
    assert command_line.main(["rain", str(photo), "-o", str(out), "--frames", "3", "--longest", "48"]) == 0
    assert [frame.shape for frame in frames_of(out / "rainy" / "scene.mkv")] == [(32, 48, 3)] * 3


def test_skipping_a_whole_clip_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = make_clip(tmp_path / "walk.mp4")
    assert command_line.main(["rain", str(clip), "-o", str(tmp_path / "out"), "--skip", "99"]) == 3
    assert "no frame left" in capsys.readouterr().err
    assert list((tmp_path / "out" / "rainy").iterdir()) == []
