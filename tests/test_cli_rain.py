"""`rainapp rain`: what is drawn lies beside its clean picture, and a seed draws it again."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp import cli


@pytest.fixture
def photo(tmp_path: Path, photo_pixels: NDArray[np.uint8]) -> Path:
    path = tmp_path / "scene.png"
    cv2.imwrite(str(path), (photo_pixels // 2)[..., ::-1])
    return path


def draw(photo: Path, name: str, seed: int) -> Path:
    out = photo.parent / name
    assert cli.main(["rain", str(photo), "-o", str(out), "--profile", "heavy", "--seed", str(seed)]) == 0
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


def test_an_unknown_profile_is_refused_with_those_known(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rain", str(photo), "-o", str(photo.parent / "x"), "--profile", "frogs"]) == 2
    assert "balanced" in capsys.readouterr().err
