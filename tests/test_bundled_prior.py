"""The prior that comes with rainapp: it is whole, says what it is worth, and leaves dry pixels as they are."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from rainapp.__main__ import main
from rainapp.library.model_library import ModelLibrary
from rainapp.nets import unet

SIDE_PX = 192


def photo(path: Path) -> Path:
    """Blurred noise with bright streaks on its left half alone."""
    rng = np.random.default_rng(3)
    ground = cv2.GaussianBlur(rng.integers(0, 255, (SIDE_PX, SIDE_PX, 3), np.uint8), (0, 0), 1).astype(int)
    for _ in range(300):
        top, left = int(rng.integers(0, SIDE_PX - 40)), int(rng.integers(0, SIDE_PX // 2))
        ground[top : top + 40, left : left + 3] += 60
    cv2.imwrite(str(path), np.clip(ground, 0, 255).astype(np.uint8))
    return path


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(user=tmp_path / "none")


def test_it_is_whole_and_its_card_says_what_it_is_worth(library: ModelLibrary) -> None:
    card = library.prior("auto")
    assert card.id == "diffusion"
    assert "no better than leaving it off" in card.summary
    assert {"heavy_full_detail_distance_percent", "rain100h_full_psnr_y_gain"} <= card.figures.keys()
    denoiser = unet.load(library.folder(card), card)
    assert denoiser.prediction == "v_prediction"
    weights = library.folder(card) / "unet/diffusion_pytorch_model.safetensors"
    assert weights.stat().st_size < 14 << 20


def test_a_photo_is_repaired_where_rain_was_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAINAPP_MODELS", str(tmp_path / "none"))
    source = photo(tmp_path / "wall.png")
    results = {}
    for refine in ("off", "full"):
        target = tmp_path / f"{refine}.png"
        words = ["derain", str(source), "-o", str(target), "--refine", refine, "--treat", "always", "--engine", "torch"]
        assert main([*words, "--repair-share", "100", "--repair-mean", "255", "--json"]) == 0
        results[refine] = cv2.imread(str(target)).astype(int)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert any("“diffusion” repaired" in note for event in told for note in event.get("notes", ()))
    rainy = cv2.imread(str(source)).astype(int)
    removed = np.abs(rainy - results["off"]).mean(2)
    changed = (results["full"] != results["off"]).any(2)
    assert changed.any()
    assert not changed[removed <= 2].any()
