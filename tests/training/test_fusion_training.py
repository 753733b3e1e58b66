"""Training the net that fuses frames, on real clips of small photos derained by a real small net."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from rainapp import nets
from rainapp.nets.fusion import CHANNELS, FusionNaf
from training.tasks import fuse as fusion
from training.tasks import fuse_samples as fusion_samples
from training.tasks.fuse_scenes import scene_clip

SIDE = 64


@pytest.fixture
def run_folder(tiny_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of three clips and four steps, done by the command."""
    photos = tmp_path / "clean"
    photos.mkdir()
    for index in range(2):
        small = np.random.default_rng(index).integers(0, 255, (9, 9, 3), np.uint8)
        cv2.imwrite(str(photos / f"{index}.png"), cv2.resize(small, (320, 320), interpolation=cv2.INTER_CUBIC))
    monkeypatch.setattr(fusion_samples, "SIDE_PX", SIDE)
    monkeypatch.setattr(fusion, "Plan", lambda *given, **named: _few(*given, **named))
    return tmp_path / "run"


_Plan = fusion.Plan


def _few(*given: float, **named: float) -> fusion.Plan:
    """The plan with a single clip held out: there are few."""
    return _Plan(*given, **{"held_out": 1, **named})  # type: ignore[arg-type]


def command(folder: Path, steps: int) -> list[str]:
    clean = folder.parent / "clean"
    sizes = ["--clips", "3", "--steps", str(steps), "--batch", "2", "--crop", "48", "--width", "8"]
    return ["--clean", str(clean), "--out", str(folder), "--share", "0.5", *sizes]


def test_one_command_draws_trains_and_writes_what_the_application_loads(run_folder: Path) -> None:
    assert fusion.main(command(run_folder, 4)) == 0
    clips = sorted((run_folder / "samples").glob("*.npy"))
    assert len(clips) == 3
    assert np.load(clips[0]).shape[1:] == (SIDE, SIDE, CHANNELS + 3)
    net = nets.load_fusion(run_folder)
    assert net.share == 0.5
    assert net.tail.weight.abs().max() > 0, "it learnt something"


def test_drawing_goes_on_where_it_was_cut(run_folder: Path) -> None:
    fusion.main(command(run_folder, 1))
    clip = run_folder / "samples" / "00001.npy"
    before = clip.read_bytes()
    clip.unlink()
    fusion.main(command(run_folder, 1))
    assert clip.read_bytes() == before


def test_being_worse_than_the_formula_costs_more_than_the_error_alone() -> None:
    torch.manual_seed(1)
    clean = torch.rand(1, 3, 40, 40) * 0.6 + 0.2
    detail = (torch.arange(40)[:, None] + torch.arange(40)) % 2 * 2.0 - 1  # a chess board: nothing at large
    seen = torch.rand(1, CHANNELS, 40, 40)
    seen[:, :3] = clean + 0.05 * detail
    crops = fusion.Crops(seen, clean, torch.ones(1, 1, 40, 40))

    class Spoils(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 0.1 * detail.expand_as(x[:, :3])

    class Mends(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return -0.05 * detail.expand_as(x[:, :3])

    assert fusion.loss(crops, Spoils(), 1.0) > fusion.loss(crops, Spoils(), 0.0) + 1
    assert torch.equal(fusion.loss(crops, Mends(), 1.0), fusion.loss(crops, Mends(), 0.0))
    assert fusion.gain_db(crops, Spoils()) < 0 < fusion.gain_db(crops, Mends())
    assert fusion.gain_db(crops, FusionNaf(8)).abs() < 1e-6, "an untrained net is the formula"


def test_a_clip_of_a_photo_depends_on_its_seed_alone_and_moves() -> None:
    photo, other = (np.random.default_rng(s).random((200, 240, 3), np.float32) for s in (1, 2))
    moved = 0
    for seed in range(6):
        once, again = (np.stack(list(scene_clip(photo, other, seed, 4, 48, 64))) for _ in range(2))
        assert np.array_equal(once, again)
        assert once.shape == (4, 48, 64, 3)
        assert 0 <= once.min() <= once.max() <= 1.001
        moved += float(np.abs(once[0] - once[-1]).mean()) > 0.02
    assert moved >= 3
