"""`rainapp evaluate` on clips: real small clips and a real small net."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from video_clips import make_clip

from rainapp.cli import command_line


@pytest.fixture
def clips(tmp_path: Path, photo_pixels: NDArray[np.uint8]) -> Path:
    """rainy/ and clean/ with a clip of a walk over a photo, seven frames."""
    photo = tmp_path / "photo.png"
    cv2.imwrite(str(photo), cv2.resize((photo_pixels // 2)[..., ::-1], (192, 128)))
    arguments = ["--profile", "narrow", "--frames", "7", "--longest", "96", "--seed", "2"]
    assert command_line.main(["rain", str(photo), "-o", str(tmp_path), *arguments]) == 0
    return tmp_path


def run(*words: str | Path) -> int:
    return command_line.main(["evaluate", *map(str, words)])


def test_ways_of_steadying_stand_side_by_side(clips: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--identity", "--engine", "torch", "--temporal", "off,fast,best", "--json"]
    assert run("--rainy", clips / "rainy", "--clean", clips / "clean", *words) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["model"], row["temporal"]) for row in rows] == [
        ("identity", "off"),
        ("tiny", "off"),
        ("tiny", "fast"),
        ("tiny", "best"),
    ]
    assert all((row["n"], row["frames"]) == (1, 7) for row in rows)
    assert rows[0]["transience"] is None
    assert rows[1]["warp"] > 0
    assert rows[3]["warp_excess"] < rows[1]["warp_excess"]
    assert rows[3]["against"]["tiny, off"]["gain"] == pytest.approx(rows[3]["psnr_y"] - rows[1]["psnr_y"])
    assert rows[1]["clips"]["photo"]["psnr_y"] == pytest.approx(rows[1]["psnr_y"])


def test_two_clips_may_be_named_and_the_table_shows_each(
    clips: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--engine", "torch", "--temporal", "off"]
    assert run("--rainy", clips / "rainy" / "photo.mkv", "--clean", clips / "clean" / "photo.mkv", *words) == 0
    out = capsys.readouterr().out
    assert "psnr_y of each clip" in out
    assert "tiny, off" in out


def test_an_unknown_way_of_steadying_is_said(clips: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--rainy", clips / "rainy", "--clean", clips / "clean", "--temporal", "off,slow") == 2
    assert "slow" in capsys.readouterr().err


def test_clips_that_do_not_match_are_refused(clips: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    longer, larger = make_clip(clips / "longer.mkv"), make_clip(clips / "larger.mkv", size=(128, 64))
    for other in (longer, larger):
        assert run("--rainy", clips / "rainy" / "photo.mkv", "--clean", other, "--engine", "torch") == 3
        assert "differ in size or length" in capsys.readouterr().err


def test_photos_among_clips_are_refused(clips: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for side in ("rainy", "clean"):
        cv2.imwrite(str(clips / side / "still.png"), np.zeros((64, 96, 3), np.uint8))
    assert run("--rainy", clips / "rainy", "--clean", clips / "clean") == 3
    assert "photos and clips" in capsys.readouterr().err
