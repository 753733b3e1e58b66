"""Rain in the clean photos of a training folder: told in a sentence, and dry photos are left in peace."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.__main__ import main
from training.data import rainy_photos
from training.data.rainy_photos import Judge, features, fit, look_through, warning


def street(seed: int) -> NDArray[np.uint8]:
    """A soft scene with walls and a sky, (200, 300, 3)."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(30, 150, (10, 15, 3)).astype(np.uint8)
    scene = cv2.resize(coarse, (300, 200), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    scene[:60] = 140 + rng.normal(0, 1, (60, 300, 1))
    scene += rng.normal(0, 2, scene.shape)
    return np.clip(scene, 0, 255).astype(np.uint8)


def rained(photo: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """The same with many thin, bright, nearly vertical streaks."""
    rng = np.random.default_rng(seed)
    drops = (rng.random(photo.shape[:2]) < 0.006).astype(np.float32)
    kernel = np.zeros((25, 25), np.float32)
    cv2.line(kernel, (10, 0), (14, 24), 1.0, 1)
    streaks = np.clip(cv2.filter2D(drops, -1, kernel), 0, 1)[..., None] * 70
    return np.clip(photo + streaks, 0, 255).astype(np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six dry photos and three rainy ones."""
    for index in range(6):
        cv2.imwrite(str(tmp_path / f"dry{index}.png"), street(index))
    for index in range(3):
        cv2.imwrite(str(tmp_path / f"wet{index}.png"), rained(street(20 + index), index))
    return tmp_path


def test_rainy_photos_are_named_and_dry_ones_are_not(folder: Path) -> None:
    sentence = warning(sorted(folder.iterdir()))
    assert sentence.startswith("3 of 9 photos look rainy: wet0.png, wet1.png, wet2.png.")
    assert warning(sorted(folder.glob("dry*"))) == ""


def test_what_cannot_be_read_is_not_judged(folder: Path) -> None:
    (folder / "broken.png").write_bytes(b"no picture")
    cv2.imwrite(str(folder / "tiny.png"), street(1)[:20, :20])
    found, looked = look_through(sorted(folder.iterdir()))
    assert (len(found), looked) == (3, 9)


def test_a_large_folder_is_sampled_evenly(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rainy_photos, "MOST", 3)
    found, looked = look_through(sorted(folder.iterdir()))
    assert looked == 3
    assert [file.name for file in found] == ["wet0.png"]


def test_a_fit_tells_what_it_was_shown() -> None:
    dry = np.array([features(street(i)) for i in range(8)])
    wet = np.array([features(rained(street(i), i)) for i in range(8)])
    judge = fit(dry[:6], wet[:6])
    assert isinstance(judge, Judge)
    assert judge.odds(wet[6:]).min() > judge.odds(dry[6:]).max()


def test_features_hardly_change_with_the_brightness_of_the_photo() -> None:
    photo = rained(street(3), 3)
    brighter = np.clip(photo.astype(np.int16) + 20, 0, 255).astype(np.uint8)
    judge = rainy_photos.bundled()
    odds = judge.odds(np.array([features(photo), features(brighter)]))
    assert abs(odds[0] - odds[1]) < 1


def test_a_run_says_so_before_it_starts(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    recipe = folder / "recipe.toml"
    recipe.write_text(
        f'task = "derain"\n[net]\narch = "unshuffle_naf"\nwidth = 4\nencoder = [1]\nmiddle = 1\ndecoder = [1]\n'
        f'[data]\nclean = "{folder.as_posix()}"\n[rain]\nprofiles = ["narrow"]\n'
        "[train]\nsteps = 1\nbatch = 1\ncrop_px = 48\n",
        encoding="utf-8",
    )
    assert main(["run", str(recipe), "--out", str(folder / "run"), "--ignore-input"]) == 0
    events = [json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith("{")]
    (told,) = [event for event in events if event["event"] == "warning"]
    assert "wet0.png" in told["message"]
