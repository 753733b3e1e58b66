"""What is told of a recipe's data: complexity of backgrounds and rain, and what to change."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.__main__ import main
from training.data.complexity import code_length, gradient_entropy
from training.data.patches import patches_of, squares
from training.explain import learned_area
from training.recipe import Balance


def photo(seed: int, detail: int) -> np.ndarray:
    """A photo (256, 256, 3) uint8 with more structure where `detail` is larger."""
    small = np.random.default_rng(seed).integers(0, 255, (detail, detail, 3), np.uint8)
    return cv2.resize(small, (256, 256), interpolation=cv2.INTER_CUBIC)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    clean = tmp_path / "clean"
    clean.mkdir()
    for seed in range(4):
        cv2.imwrite(str(clean / f"{seed}.png"), photo(seed, 96))
    file = tmp_path / "recipe.toml"
    file.write_text(f"""
[net]
width = 4
encoder = [1]
middle = 1
decoder = [1]
[data]
clean = '{clean}'
[rain]
profiles = ["narrow"]
[train]
steps = 100000
batch = 2
crop_px = 32
[balance]
backgrounds = 12
patch_px = 128
""")
    return file


def test_busy_pictures_have_longer_codes_and_more_entropy_than_plain_ones() -> None:
    plain, smooth, busy = np.full((128, 128, 3), 90, np.uint8), photo(1, 8), photo(1, 128)
    lengths = [code_length(each) for each in (plain, smooth, busy)]
    assert lengths == sorted(lengths)
    assert lengths[0] < 0.2 < lengths[2]
    assert gradient_entropy(plain) == 0 < gradient_entropy(smooth) < gradient_entropy(busy) <= 9
    brighter = np.clip(smooth.astype(int) // 2 + 60, 0, 255).astype(np.uint8)
    darker = np.clip(smooth.astype(int) // 2 + 20, 0, 255).astype(np.uint8)
    assert code_length(brighter) == pytest.approx(code_length(darker), rel=0.02), "how light it is does not count"


def test_the_table_is_told_before_anything_runs(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(plan), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["backgrounds"]["count"] == 12
    assert found["ratio"] == pytest.approx(found["rain"]["bits_per_pixel"] / found["backgrounds"]["bits_per_pixel"], abs=2e-3)
    assert found["ratio"] < 1, "busy squares, and a single narrow kind of rain"
    assert any("more kinds of rain" in sentence for sentence in found["advice"])
    assert found["minutes"] > 0
    assert 400 <= found["memory_mb"] < 700
    assert main(["explain", str(plan)]) == 0
    assert "aim: 1 or more" in capsys.readouterr().out


def test_simple_backgrounds_bring_the_ratio_up(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", str(plan), "--json"])
    before = json.loads(capsys.readouterr().out)["ratio"]
    clean = plan.parent / "clean"
    for file in clean.iterdir():
        cv2.imwrite(str(file), photo(1, 3))
    main(["explain", str(plan), "--json"])
    after = json.loads(capsys.readouterr().out)
    assert after["ratio"] > 2 * before
    assert after["ratio"] >= 1 or "times as complex" in after["advice"][0]


def test_a_set_of_many_pictures_is_harder_to_learn_than_one_of_few() -> None:
    few, many = ([photo(seed, 24)[:128, :128] for seed in range(count)] for count in (1, 40))
    assert learned_area(few, 120) < learned_area(many, 120)
    assert 0 < learned_area(few, 20) <= 1


def test_what_cannot_run_is_said_in_a_sentence(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text(plan.read_text().replace('["narrow"]', '["sleet"]'))
    assert main(["explain", str(plan)]) == 2
    assert "“sleet” is unknown" in capsys.readouterr().err


def test_backgrounds_of_a_small_set_are_part_of_a_larger_one_and_every_photo_comes_before_any_comes_twice() -> None:
    photos = [photo(seed, 16) for seed in range(5)]
    few, many = (patches_of(photos, Balance(count, patch_px=64)) for count in (5, 20))
    assert few.places == many.places[:5]
    assert {place[0] for place in few.places} == set(range(5))
    assert all(each.shape == (64, 64, 3) for each in many)
    assert len(squares(photos, 64, 1)) == 5 * 16
    busy = [photo(seed, 4 if seed < 3 else 128) for seed in range(6)]
    simple, hard = (patches_of(busy, Balance(8, patch_px=64, order=order)) for order in ("simple", "complex"))
    assert {place[0] for place in simple.places} <= {0, 1, 2}
    assert {place[0] for place in hard.places} <= {3, 4, 5}
