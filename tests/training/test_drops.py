"""Drops, flakes, dashes, beads and splashes that are drawn one by one."""

import numpy as np
import pytest

from training.rain.drops import DRAWN, RULES, DrawnKind, draw_layer, fall, stamp, template

PLAIN = DrawnKind("scatter", (20, 20), (1, 1), (-3, -3), 1.0, 0, (0.1, 0.1), dim=0.0)


@pytest.mark.parametrize("kind", sorted(DRAWN))
def test_a_layer_of_every_kind_is_the_same_by_seed_and_lies_between_0_and_1(kind: str) -> None:
    first, again, other = (draw_layer(np.random.default_rng(seed), DRAWN[kind], 160, 200, 10.0) for seed in (5, 5, 6))
    assert first.shape == (160, 200)
    assert first.dtype == np.float32
    assert first.min() >= 0
    assert first.max() <= 1
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("kind", sorted(DRAWN))
def test_most_layers_of_every_kind_show_drops_and_leave_room_between_them(kind: str) -> None:
    layers = [draw_layer(np.random.default_rng(seed), DRAWN[kind], 320, 320, 0.0) for seed in range(6)]
    seen = [float((layer > 0.3).mean()) for layer in layers]
    assert np.median(seen) > 1e-4
    assert np.median([float((layer < 0.05).mean()) for layer in layers]) > 0.15


def test_every_kind_names_a_rule_that_exists() -> None:
    assert {kind.rule for kind in DRAWN.values()} == set(RULES)


def half_widths(drop: np.ndarray) -> tuple[int, int]:  # type: ignore[type-arg]
    """Rows and columns that a drop spans at half of its brightness."""
    rows, columns = np.nonzero(drop > 0.5)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def test_a_drop_has_its_width_and_its_length() -> None:
    rng = np.random.default_rng(1)
    rows, columns = half_widths(template(PLAIN, rng, 20, 1, 0, 0.1, 0))
    assert rows == pytest.approx(20, abs=1)
    assert columns == pytest.approx(20, abs=1)
    rows, columns = half_widths(template(PLAIN, rng, 10, 3, 0, 0.1, 0))
    assert rows == pytest.approx(30, abs=1)
    assert columns == pytest.approx(10, abs=1)


def test_a_drop_leans_by_its_angle() -> None:
    drop = template(PLAIN, np.random.default_rng(1), 4, 12, 30, 0.5, 0)
    rows, columns = np.nonzero(drop > 0.3)
    slope = np.polyfit(rows, columns, 1)[0]
    assert np.degrees(np.arctan(slope)) == pytest.approx(30, abs=3)


def test_a_rim_is_brighter_than_the_middle_and_a_hexagon_is_no_disc() -> None:
    rng = np.random.default_rng(1)
    ringed = template(PLAIN, rng, 30, 1, 0, 0.1, 0.8)
    middle = ringed.shape[0] // 2
    assert ringed[middle, middle] < 0.4 < ringed[middle].max()
    twin = template(PLAIN, rng, 12, 5, 0, 0.1, 0.9)
    middle = twin.shape[0] // 2
    assert twin[middle, middle] < 0.3 < twin[middle].max(), "a long drop shows two lines"
    assert twin[middle - 26 : middle + 27, middle].max() < 0.3, "that its ends do not join"
    disc, hexagon = (
        template(DrawnKind("scatter", (30, 30), (1, 1), (-3, -3), corners=corners), np.random.default_rng(1), 30, 1, 0, 0.1, 0)
        for corners in (0, 6)
    )
    assert (hexagon > 0.5).sum() != pytest.approx((disc > 0.5).sum(), rel=0.05)


def test_what_is_thinner_than_a_pixel_is_paler_instead() -> None:
    thick, thin = (template(PLAIN, np.random.default_rng(3), width, 8, 0, 0.5, 0) for width in (1.0, 0.5))
    assert thin.max() < 0.7 * thick.max()


@pytest.mark.parametrize(("row", "column"), [(-3, 5), (5, -3), (19, 29), (40, 10), (10, 60)])
def test_a_drop_at_the_border_is_cut_off(row: int, column: int) -> None:
    layer = np.zeros((20, 30), np.float32)
    drop = np.ones((9, 9), np.float32)
    stamp(layer, drop, row, column, 0.5)
    expected = max(0, min(20, row + 5) - max(0, row - 4)) * max(0, min(30, column + 5) - max(0, column - 4))
    assert (layer > 0).sum() == expected


def test_drops_lie_over_one_another_as_veils_do() -> None:
    layer = np.zeros((9, 9), np.float32)
    for _ in range(2):
        stamp(layer, np.ones((3, 3), np.float32), 4, 4, 0.5)
    assert layer[4, 4] == pytest.approx(0.75)


def test_beads_fall_off_the_same_edge_in_every_frame() -> None:
    frames = [
        fall(np.random.default_rng(8), np.random.default_rng(seed), DRAWN["bead"], 160, 200, 0.0, 1.0).max(0) for seed in (1, 2)
    ]
    assert np.corrcoef(*frames)[0, 1] > 0.5
    assert not np.array_equal(*frames)
