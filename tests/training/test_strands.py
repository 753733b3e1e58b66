"""Grass, hair and wool that are drawn into clean photos."""

import numpy as np

from training.scenery.strands import add_strands, draw_strands


def test_strands_cover_part_of_the_photo_or_all_and_stay_in_range() -> None:
    clean = np.full((96, 128, 3), 0.5, np.float32)
    changed = []
    for seed in range(30):
        drawn = add_strands(clean, np.random.default_rng(seed))
        assert drawn.shape == clean.shape
        assert drawn.dtype == np.float32
        assert drawn.min() >= 0
        assert drawn.max() <= 1
        changed.append(float((np.abs(drawn - clean).max(-1) > 0.02).mean()))
    assert min(changed) > 0.1
    assert max(changed) > 0.9
    assert 0.3 < np.median(changed) < 0.95


def test_strands_hide_what_lies_behind_them() -> None:
    photos = [np.full((96, 96, 3), level, np.float32) for level in (0.1, 0.9)]
    for seed in range(10):
        first, second = (add_strands(photo, np.random.default_rng(seed)) for photo in photos)
        hidden = np.abs(first - second).max(-1) < 0.02
        assert hidden.mean() > 0.05
        assert first[hidden].std() > 0.02, "and there is something to be seen there"


def test_most_strands_have_one_hue_and_lie_light_on_dark() -> None:
    picture, cover = draw_strands(np.random.default_rng(3), 128, 128)
    assert cover.max() <= 1
    assert picture.std() > 0.03
    chroma = picture.reshape(-1, 3) - picture.reshape(-1, 3).mean(1, keepdims=True)
    along = np.linalg.svd(chroma, full_matrices=False)[1]
    assert along[0] > 3 * along[1], "colours lie along one direction"


def test_the_same_seed_draws_the_same_strands() -> None:
    first, second, other = (draw_strands(np.random.default_rng(seed), 64, 64)[0] for seed in (3, 3, 4))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)
