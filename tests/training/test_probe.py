"""What a net takes of drawn rain and does to dry things."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training import probe
from training.rain.profiles import PROFILES

Photo = NDArray[np.float32]


@pytest.fixture
def model(tmp_path: Path, tiny_weights: Path) -> Path:
    """A folder with the weights of a small net and the recipe that tells its shape."""
    folder = tmp_path / "model"
    folder.mkdir()
    shutil.copyfile(tiny_weights, folder / "weights.safetensors")
    (folder / "recipe.toml").write_text("[net]\nwidth = 4\nencoder = [1]\nmiddle = 1\ndecoder = [1]\n", encoding="utf-8")
    return folder


class Scaled(nn.Module):
    """Adds a part of the difference to something it knows: 0 leaves the photo, 1 gives back what it knows."""

    def __init__(self, known: Photo | None, part: float) -> None:
        super().__init__()
        self.part = nn.Parameter(torch.tensor(part))
        self.known = None if known is None else torch.from_numpy(known).permute(2, 0, 1)[None]

    def forward(self, rainy: Tensor) -> Tensor:
        return rainy if self.known is None else rainy + self.part * (self.known - rainy)


def photo() -> Photo:
    y, x = np.mgrid[0:96, 0:96].astype(np.float32)
    return np.stack([0.2 + x / 400, 0.2 + y / 400, np.full_like(x, 0.3)], -1).astype(np.float32)


@pytest.mark.parametrize(("part", "share"), [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)])
def test_the_part_taken_is_told(part: float, share: float) -> None:
    clean = photo()
    found = probe.rain_taken(Scaled(clean, part), [clean], "dashes")
    assert found.share == pytest.approx(share, abs=0.02)
    assert found.beside == pytest.approx(0, abs=0.2)


def test_what_changes_beside_the_rain_is_told() -> None:
    clean = photo()
    brighter = np.asarray(clean + 10 / 255, np.float32)
    assert probe.rain_taken(Scaled(brighter, 1.0), [clean], "dashes").beside == pytest.approx(10, abs=0.1)


def test_harm_is_the_change_of_what_is_dry() -> None:
    clean = photo()
    things = probe.dry_things()
    assert probe.harm(Scaled(None, 0.0), [clean], things["boards"]) == probe.Harm(0.0, 0.0)
    done = probe.harm(Scaled(np.asarray(clean + 10 / 255, np.float32), 1.0), [clean], things["photo"])
    assert done.levels == pytest.approx(10, abs=0.1)
    assert done.seen == pytest.approx(1)


def test_every_dry_thing_is_drawn_and_the_same_by_seed() -> None:
    things = probe.dry_things()
    assert {"boards", "posts", "asphalt", "star-trails", "golden", "lines"} < set(things)
    for name, draw in things.items():
        first, again = (draw(photo(), np.random.default_rng(3)) for _ in range(2))
        assert np.array_equal(first, again), name
        assert first.shape == (96, 96, 3)
        assert 0 <= first.min() <= first.max() <= 1, name


def test_the_command_prints_a_line_for_every_kind(tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pixels = np.round(255 * np.tile(photo(), (3, 3, 1))).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "dry.png"), pixels[..., ::-1])
    assert probe.main([str(model), "--clean", str(tmp_path), "--count", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rain = [line.split()[0] for line in lines[1 : lines.index(next(line for line in lines if line.startswith("dry:")))]]
    assert rain == [name for name in PROFILES if not name.endswith(probe.UNSEEN)]
    assert sum("|" in line for line in lines[1:]) == sum(name.endswith(probe.UNSEEN) for name in PROFILES)
    assert {line.split()[0] for line in lines} >= set(probe.dry_things())


@pytest.mark.parametrize(("weights", "folder"), [("nowhere", "photos"), ("", "empty")])
def test_what_is_missing_is_said(
    weights: str, folder: str, tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "photos").mkdir()
    cv2.imwrite(str(tmp_path / "photos" / "dry.png"), np.full((300, 300, 3), 90, np.uint8))
    assert probe.main([weights or str(model), "--clean", str(tmp_path / folder)]) == 2
    assert len(capsys.readouterr().err) > 20
