"""Pictures made ready for the screen: right colours, right levels, layers that mix as the amount says."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QColorSpace, QImage

from rainapp.base.image import Colour, Image
from rainapp.gui.display.screen_pictures import ShownPair, ShownPicture, for_screen, pyramid, screen_bytes
from rainapp.jobs.records import Picture, Previewed, Region


def bytes_of(image: QImage) -> NDArray[np.uint8]:
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return lines[:, : rgb.width() * 3].reshape(rgb.height(), rgb.width(), 3).copy()


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 700, 3), (301, 523, 3), (513, 512, 3), (600, 601, 3)])
def test_each_level_is_the_mean_of_two_by_two(shape: tuple[int, int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    levels = pyramid(pixels).levels
    assert (bytes_of(levels[0]) == pixels).all()
    for finer, coarser in zip(levels, levels[1:], strict=False):
        fine, coarse = bytes_of(finer).astype(int), bytes_of(coarser)
        assert coarse.shape[:2] == (fine.shape[0] // 2, fine.shape[1] // 2)
        fine = fine[: coarse.shape[0] * 2, : coarse.shape[1] * 2]
        mean = (fine[0::2, 0::2] + fine[0::2, 1::2] + fine[1::2, 0::2] + fine[1::2, 1::2] + 2) // 4
        assert (coarse == mean).all()


def test_the_level_is_the_coarsest_that_is_fine_enough() -> None:
    made = pyramid(np.zeros((2048, 2048, 3), np.uint8))
    assert [made.level_for(scale).width() for scale in (4.0, 1.0, 0.6, 0.5, 0.3, 0.25, 0.01)] == [
        2048, 2048, 2048, 1024, 1024, 512, 256,
    ]  # fmt: skip


def test_sixteen_bits_show_their_high_byte() -> None:
    pixels = np.array([[[0, 257, 65535], [0x1234, 0xFF00, 0x00FF]]], np.uint16)
    assert screen_bytes(Image(pixels, depth=16)).tolist() == [[[0, 1, 255], [0x12, 0xFF, 0]]]


def test_transparent_pixels_show_the_ground() -> None:
    pixels = np.full((1, 3, 3), 200, np.uint8)
    alpha = np.array([[0, 255, 128]], np.uint8)
    shown = screen_bytes(Image(pixels, alpha=alpha))
    assert shown[0, :, 0].tolist() == [128, 200, 164]


def test_a_wide_gamut_photo_is_shown_in_the_colours_of_the_screen() -> None:
    wide = QColorSpace(QColorSpace.NamedColorSpace.DisplayP3)
    pixels = np.full((2, 5, 3), (200, 60, 60), np.uint8)
    shown = screen_bytes(Image(pixels, colour=Colour(icc=wide.iccProfile().data())))
    expected = wide.transformationToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb)).map(0xFFC83C3C)
    assert abs(shown[0, 0].astype(int) - [expected >> 16 & 255, expected >> 8 & 255, expected & 255]).max() <= 1
    assert shown[0, 0, 0] > 210  # a P3 red is redder than the same numbers in sRGB


@pytest.mark.qt_log_ignore("fromIccProfile")
def test_a_broken_profile_is_ignored() -> None:
    pixels = np.full((2, 2, 3), 9, np.uint8)
    assert (screen_bytes(Image(pixels, colour=Colour(icc=b"no profile"))) == pixels).all()


def test_the_layers_are_what_the_amount_mixes() -> None:
    rainy = np.full((4, 6, 3), 100, np.uint8)
    clean = rainy.copy()
    rainy[1, 2] = (200, 150, 120)
    made = for_screen(Previewed(Path("a.png"), Image(rainy), Image(clean), Region(0, 0, 6, 4), True, 0.1))
    assert isinstance(made, ShownPair)
    over, rain, grey = (bytes_of(layer.levels[0]) for layer in (made.over, made.rain, made.rain_grey))
    assert over[1, 2].tolist() == [70, 85, 94]
    assert rain[1, 2].tolist() == [100, 50, 20]
    assert grey[1, 2].tolist() == [58, 58, 58]
    assert over[0, 0].tolist() == [100] * 3
    assert not rain[0, 0].any()


def test_what_is_no_picture_passes_as_it_is() -> None:
    assert for_screen("anything") == "anything"


def test_a_picture_keeps_the_facts_of_its_file() -> None:
    shown = for_screen(Picture(Path("a.mp4"), Image(np.zeros((3, 4, 3), np.uint8)), 400, 300, True, 2.5))
    assert isinstance(shown, ShownPicture)
    assert (shown.full_width, shown.full_height, shown.is_clip, shown.duration_s) == (400, 300, True, 2.5)
    assert (shown.picture.width, shown.picture.height) == (4, 3)
