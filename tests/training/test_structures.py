"""Man-made lines that are drawn into clean photos."""

import numpy as np
import pytest

from training.scenery.structures import add_structure, draw_line, draw_mask, limit_to_part


def test_an_upright_line_is_upright_and_has_its_width() -> None:
    mask = np.zeros((60, 80), np.uint8)
    draw_line(mask, 10, 0, 3)
    columns = np.flatnonzero(mask.max(0) > 128)
    assert mask[:, columns].min() > 128
    assert abs(columns.mean() - 50) <= 1
    assert 3 <= len(columns) <= 5


def test_structures_change_part_of_the_photo_and_stay_in_range() -> None:
    clean = np.random.default_rng(0).random((96, 128, 3), np.float32)
    changed = []
    for seed in range(40):
        drawn = add_structure(clean, np.random.default_rng(seed))
        assert drawn.shape == clean.shape
        assert drawn.dtype == np.float32
        assert drawn.min() >= 0
        assert drawn.max() <= 1
        changed.append(float((np.abs(drawn - clean).max(-1) > 0.02).mean()))
    assert 0.03 < np.median(changed) < 0.6


def test_the_same_seed_draws_the_same_structure() -> None:
    first, second, other = (draw_mask(np.random.default_rng(seed), 64, 64) for seed in (3, 3, 4))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("seed", range(5))
def test_a_limited_structure_lies_inside_the_whole_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = draw_mask(rng, 64, 64)
    part = limit_to_part(mask, rng)
    assert ((part == mask) | (part == 0)).all()
