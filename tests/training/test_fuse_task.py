"""The net that fuses frames, trained by the same loop as every other, on real clips of small photos derained by a real net."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from rainapp.nets import registry
from rainapp.nets.fusion_naf import CHANNELS, FusionNaf
from training.__main__ import main
from training.tasks import fuse, fuse_samples
from training.tasks.fuse_scenes import scene_clip

SIDE = 64


@pytest.fixture
def plan(tiny_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe of three clips and four steps."""
    photos = tmp_path / "clean"
    photos.mkdir()
    for index in range(2):
        small = np.random.default_rng(index).integers(0, 255, (9, 9, 3), np.uint8)
        cv2.imwrite(str(photos / f"{index}.png"), cv2.resize(small, (320, 320), interpolation=cv2.INTER_CUBIC))
    monkeypatch.setattr(fuse_samples, "SIDE_PX", SIDE)
    file = tmp_path / "fuse.toml"
    file.write_text(f"""
task = "fuse"
[net]
arch = "fusion_naf"
width = 8
share = 0.5
[data]
clean = '{photos}'
[fuse]
clips = 3
held_out = 1
[train]
steps = 4
batch = 2
crop_px = 48
lr = 1.5e-3
""")
    return file


def test_one_recipe_draws_trains_and_publishes_what_the_application_loads(plan: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert main(["run", str(plan), "--out", str(run), "--ignore-input"]) == 0
    clips = sorted((run / "samples").glob("*.npy"))
    assert len(clips) == 3
    assert np.load(clips[0]).shape[1:] == (SIDE, SIDE, CHANNELS + 3)
    assert "gain_db" in (run / "log.jsonl").read_text()
    assert main(["publish", str(run), "--id", "fusion", "--into", str(tmp_path / "made"), "--licence", "MIT"]) == 0
    net = registry.load_fusion(tmp_path / "made" / "fusion")
    assert net.share == 0.5
    assert net.tail.weight.abs().max() > 0, "it learnt something"


def test_drawing_goes_on_where_it_was_cut(plan: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    main(["run", str(plan), "--out", str(run), "--ignore-input"])
    clip = run / "samples" / "00001.npy"
    before = clip.read_bytes()
    clip.unlink()
    assert main(["resume", str(run), "--ignore-input"]) == 0
    assert clip.read_bytes() == before


def test_being_worse_than_the_formula_costs_more_than_the_error_alone() -> None:
    torch.manual_seed(1)
    clean = torch.rand(1, 3, 40, 40) * 0.6 + 0.2
    detail = ((torch.arange(40)[:, None] + torch.arange(40)) % 2 * 2.0 - 1).expand(1, 3, 40, 40)  # nothing at large
    seen = torch.rand(1, CHANNELS, 40, 40)
    seen[:, :3] = clean + 0.05 * detail
    near = torch.ones(1, 1, 40, 40)

    def error(added: torch.Tensor, regret: float) -> torch.Tensor:
        return fuse.error_rows(fuse.fused(seen, added, near), seen[:, :3], clean, regret)[0]

    def gain(added: torch.Tensor) -> torch.Tensor:
        return fuse.gain_db(fuse.fused(seen, added, near), seen[:, :3], clean)[0]

    spoils, mends = 0.1 * detail, -0.05 * detail
    assert error(spoils, 1.0) > error(spoils, 0.0) + 1
    assert torch.equal(error(mends, 1.0), error(mends, 0.0))
    assert gain(spoils) < 0 < gain(mends)
    with torch.no_grad():
        assert gain(FusionNaf(8)(seen)).abs() < 1e-6, "an untrained net is the formula"


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
