"""The amount: strength and mask between the rainy and the derained picture, and the removed layer."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rainapp.base.errors import BadTreatment
from rainapp.base.image import Frame, Image
from rainapp.inference.amount import Amount, rain_found, read_mask, removed_rain, with_amount
from rainapp.jobs.records import NoWatch


def pair(depth: int = 8, height: int = 40, width: int = 30) -> tuple[Image, Image]:
    kind = np.uint8 if depth == 8 else np.uint16
    rng = np.random.default_rng(depth)
    peak = np.iinfo(kind).max
    rainy, derained = (rng.integers(0, peak + 1, (height, width, 3), dtype=kind) for _ in range(2))
    return Image(rainy, depth), Image(derained, depth)


def framed(rainy: Image, result: Image, rain: float | None = None) -> Frame:
    return Frame(0, Fraction(0), result, rainy, rain)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 1.3), st.sampled_from([8, 16]))
def test_the_result_lies_between_rainy_and_derained_by_the_strength(strength: float, depth: int) -> None:
    rainy, derained = pair(depth)
    mixed = with_amount(rainy, derained, Amount(strength)).pixels.astype(np.float64)
    before, after = rainy.pixels.astype(np.float64), derained.pixels.astype(np.float64)
    wanted = np.clip(before + strength * (after - before), 0, rainy.peak)
    assert np.abs(mixed - wanted).max() <= 0.51


@pytest.mark.parametrize("depth", [8, 16])
def test_strength_zero_gives_the_rainy_and_one_the_derained_picture(depth: int) -> None:
    rainy, derained = pair(depth)
    np.testing.assert_array_equal(with_amount(rainy, derained, Amount(0)).pixels, rainy.pixels)
    np.testing.assert_array_equal(with_amount(rainy, derained, Amount(1)).pixels, derained.pixels)


@pytest.mark.parametrize("depth", [8, 10, 16])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_black_of_the_mask_stays_exactly_and_white_is_treated_fully(depth: int, kind: type[np.uint8 | np.uint16]) -> None:
    rainy, derained = pair(depth, 600, 20)  # more than one strip
    mask = np.zeros((600, 20), kind)
    mask[100:550, :10] = np.iinfo(kind).max
    white = mask > 0
    for strength in (1.0, 1.3):
        mixed = with_amount(rainy, derained, Amount(strength, mask)).pixels
        np.testing.assert_array_equal(mixed[~white], rainy.pixels[~white])
        np.testing.assert_array_equal(mixed[white], with_amount(rainy, derained, Amount(strength)).pixels[white])


def test_a_stage_applies_the_amount_to_every_frame() -> None:
    rainy, derained = pair()
    frames = [framed(rainy, derained, 0.5)] * 2
    for frame in Amount(0.5)(frames, NoWatch()):
        np.testing.assert_array_equal(frame.image.pixels, with_amount(rainy, derained, Amount(0.5)).pixels)
        assert (frame.source, frame.rain) == (rainy, 0.5)


@pytest.mark.parametrize("strength", [-0.1, 1.31, float("nan")])
def test_a_strength_out_of_range_is_refused(strength: float) -> None:
    with pytest.raises(BadTreatment, match=r"not between 0 and 1\.3"):
        Amount(strength)


def test_a_mask_of_another_size_is_refused_with_both_sizes() -> None:
    rainy, derained = pair()
    with pytest.raises(BadTreatment, match="The mask is 40x30 pixels, the picture 30x40"):
        with_amount(rainy, derained, Amount(1, np.zeros((30, 40), np.uint8)))


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_mask_is_read_from_grey_and_colour_files(tmp_path: Path, kind: type[np.uint8 | np.uint16]) -> None:
    mask = np.zeros((6, 9), kind)
    mask[2:, 3:] = np.iinfo(kind).max
    files: dict[str, NDArray[np.generic]] = {"grey": mask, "colour": np.dstack([mask] * 3), "alpha": np.dstack([mask] * 4)}
    for name, pixels in files.items():
        path = tmp_path / f"Maske {name} ☔.png"
        path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
        np.testing.assert_array_equal(read_mask(path), mask)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n broken"])
def test_a_mask_that_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mask.png"
    path.write_bytes(content)
    with pytest.raises(BadTreatment, match="no picture that can be read"):
        read_mask(path)
    path.unlink()
    with pytest.raises(BadTreatment, match="cannot be read"):
        read_mask(path)


@pytest.mark.parametrize("depth", [8, 16])
def test_the_removed_layer_and_the_result_add_up_to_the_source_where_rain_was_brighter(depth: int) -> None:
    rainy, derained = pair(depth, 300, 20)
    layer = removed_rain(framed(rainy, derained))
    darker = derained.pixels <= rainy.pixels
    np.testing.assert_array_equal((layer.pixels + derained.pixels)[darker], rainy.pixels[darker])
    assert not layer.pixels[~darker].any()
    assert (layer.depth, layer.alpha) == (depth, None)


def test_nothing_removed_is_a_black_layer_and_no_rain() -> None:
    rainy, _ = pair()
    assert not removed_rain(framed(rainy, rainy)).pixels.any()
    assert not rain_found(framed(rainy, rainy))


@pytest.mark.parametrize("depth", [8, 16])
def test_rain_is_found_from_half_a_grey_level_on(depth: int) -> None:
    kind = np.uint8 if depth == 8 else np.uint16
    rainy = Image(np.full((500, 10, 3), 100, kind), depth)
    step = 1 if depth == 8 else 257
    for share, found in ((0.45, False), (0.6, True)):
        result = rainy.pixels.copy()
        result[: int(500 * share)] -= kind(step) if depth == 8 else kind(0)
        result[: int(500 * share)] += kind(0) if depth == 8 else kind(step)
        assert rain_found(framed(rainy, Image(result, depth))) is found


def test_what_the_derainer_measured_counts_more_than_what_a_low_strength_left_visible() -> None:
    rainy, _ = pair()
    assert rain_found(framed(rainy, rainy, rain=0.01))
    assert not rain_found(framed(rainy, rainy, rain=0.001))
