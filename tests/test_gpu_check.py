"""What is run on a machine with a GPU: the check itself, on the processor, and recipes cut for short commands."""

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from prior_files import tiny_vq

from rainapp.nets import registry
from training import recipe, recipe_checks
from training.strategies.table import spec_of, strategies_of

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "build"))

import gpu_check  # noqa: E402
import photos_to_carry  # noqa: E402

RECIPES = ("quick-gpu", "quality-gpu")
FILE_BYTES_MAX = 16 << 20
COMMAND_MINUTES = 5.0


def told(out: Path) -> dict[str, dict[str, object]]:
    return {line["check"]: line for line in map(json.loads, out.read_text("utf-8").splitlines())}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures and clips of a size for a processor."""
    for name, value in {"PHOTO_PX": 384, "TILE_PX": 384, "FITS_PX": 200}.items():
        monkeypatch.setattr(gpu_check, name, value)
    monkeypatch.setitem(gpu_check.SIZES, "1080p", (320, 180))


def test_the_check_runs_on_the_processor_too(small: None, tiny_library: Path, tmp_path: Path) -> None:
    tiny_vq(tiny_library, "tiny-prior")
    words = ["--device", "cpu", "--only", "photo", "memory", "refine", "1080p", "--frames", "3", "--out", str(tmp_path / "a")]
    assert gpu_check.main(words) == 0
    found = told(tmp_path / "a")
    assert list(found) == ["machine", "photo", "memory", "refine", "1080p"]
    assert found["photo"]["levels"] == 0
    assert int(str(found["memory"]["tile_px_after"])) < int(str(found["memory"]["tile_px"]))
    assert found["refine"]["prior"] == "tiny-prior"
    assert float(str(found["1080p"]["fps"])) > 0
    shares = found["1080p"]["shares"]
    assert isinstance(shares, dict)
    assert sum(shares.values()) == pytest.approx(1, abs=0.01)
    assert found["1080p"]["size"] == "320x180"


@pytest.mark.skipif(torch.cuda.is_available(), reason="here is a chip")
def test_a_check_that_fails_is_told_and_the_others_go_on(small: None, tiny_library: Path, tmp_path: Path) -> None:
    assert gpu_check.main(["--device", "cuda:0", "--only", "photo", "refine", "--out", str(tmp_path / "a")]) == 1
    found = told(tmp_path / "a")
    assert found["machine"]["chip"] == "none"
    assert not found["photo"]["ok"]
    assert "Error" in str(found["photo"]["error"]) or "Bad" in str(found["photo"]["error"])
    assert found["refine"]["left_out"]


@pytest.mark.parametrize("name", RECIPES)
def test_the_recipes_fit_two_commands_of_five_minutes(name: str) -> None:
    first, second = (recipe.read(ROOT / "training" / "experiments" / f"{part}.toml") for part in (name, f"{name}-2"))
    for plan in (first, second):
        assert [words for words in recipe_checks.problems(plan) if "local/" not in words] == [], "photos are put there later"
        assert 0 < plan.train.minutes <= COMMAND_MINUTES - 1, "reading photos and drawing rain comes before"
        assert plan.train.save_minutes <= 1
    assert first.net == second.net
    assert second.start_from == f"local/{name}.safetensors"
    net = registry.build_spec(spec_of(first, strategies_of(first)))
    halves = 2 * sum(parameter.numel() for parameter in net.parameters())
    assert halves < FILE_BYTES_MAX, "what comes back is the averaged weights in half precision"


def test_photos_are_packed_to_a_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(1)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for number in range(4):
            scene = cv2.resize(rng.integers(0, 255, (20, 30, 3), np.uint8), (900, 700), interpolation=cv2.INTER_CUBIC)
            cv2.imwrite(str(tmp_path / folder / f"{number}.png"), scene)
    cv2.imwrite(str(tmp_path / "one" / "icon.png"), np.zeros((32, 32, 3), np.uint8))
    (tmp_path / "one" / "broken.jpg").write_bytes(b"no photo")
    out = tmp_path / "out"
    assert photos_to_carry.main([str(tmp_path / "one"), str(tmp_path / "two"), "--out", str(out)]) == 0
    made = sorted(out.iterdir())
    assert len(made) == 8
    assert all(cv2.imread(str(path)).shape == (640, 640, 3) for path in made)
    one = made[0].stat().st_size
    assert (
        photos_to_carry.main([str(tmp_path / "one"), "--out", str(tmp_path / "less"), "--megabytes", str(2.5 * one / 1e6)]) == 0
    )
    assert sum(path.stat().st_size for path in (tmp_path / "less").iterdir()) <= 2.5 * one
    assert photos_to_carry.main([str(tmp_path / "less" / "nothing"), "--out", str(tmp_path / "none")]) == 1
    assert "0 photos" in capsys.readouterr().out
