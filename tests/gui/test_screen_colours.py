"""Photo colours go through the photo's profile to the screen's; another screen shows everything anew."""

import io
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageCms
from PySide6.QtGui import QColorSpace, QImage
from PySide6.QtWidgets import QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from rainapp.base.errors import UnreadableFile
from rainapp.base.image import Colour, Image
from rainapp.base.settings import Settings
from rainapp.gui.app import Session
from rainapp.gui.display.colour_transform import SRGB, ShownSpace, space_of
from rainapp.gui.display.screen_pictures import ShownPair, for_screen, screen_bytes
from rainapp.jobs.records import FindScreenProfile, Previewed, Region, ScreenProfile
from rainapp.jobs.watch import NoWatch
from rainapp.work.screen.screen_profile import find_profile, read_profile, x11_profile
from tests.gui.plain_run import idle, until

ADOBE = QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb).iccProfile().data()
P3 = QColorSpace(QColorSpace.NamedColorSpace.DisplayP3).iccProfile().data()


def ramp() -> NDArray[np.uint8]:
    """Many colours, none at the edge of sRGB: (24, 32, 3)."""
    return np.random.default_rng(3).integers(30, 226, (24, 32, 3)).astype(np.uint8)


def by_littlecms(pixels: NDArray[np.uint8], source: bytes, target: bytes) -> NDArray[np.int64]:
    """The transformation by another program than Qt: relative colorimetric."""
    ends = [ImageCms.getOpenProfile(io.BytesIO(icc)) for icc in (source, target)]
    done = ImageCms.profileToProfile(
        Pillow.fromarray(pixels), ends[0], ends[1], ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB"
    )
    assert done is not None
    return np.asarray(done).astype(np.int64)


SRGB_ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize(("photo", "screen"), [(None, P3), (None, ADOBE), (ADOBE, P3), (P3, SRGB_ICC)])
def test_a_photo_is_led_to_the_screen_as_littlecms_does(photo: bytes | None, screen: bytes) -> None:
    pixels = ramp()
    space = space_of(screen)
    assert space is not None
    shown = screen_bytes(Image(pixels.copy(), colour=Colour(icc=photo)), space).astype(np.int64)
    expected = by_littlecms(pixels, photo or SRGB_ICC, screen)
    inside = (expected > 2).all(axis=2) & (expected < 253).all(axis=2)  # what does not fit is clipped by each in its way
    assert inside.mean() > 0.6
    assert np.abs(shown - expected)[inside].max() <= 2
    assert (shown != pixels).any()


def test_a_photo_in_the_colours_of_the_screen_is_not_touched() -> None:
    pixels = ramp()
    space = space_of(P3)
    assert space is not None
    assert (screen_bytes(Image(pixels.copy(), colour=Colour(icc=P3)), space) == pixels).all()
    assert (screen_bytes(Image(pixels.copy()), SRGB) == pixels).all()


def test_every_layer_is_in_the_colours_of_the_screen() -> None:
    pixels = ramp()
    space = space_of(P3)
    assert space is not None
    made = for_screen(Previewed(Path("a.png"), Image(pixels), Image(pixels // 2), Region(0, 0, 32, 24), True, 0.1), space)
    assert isinstance(made, ShownPair)
    for layer, side in ((made.rainy, pixels), (made.derained, pixels // 2)):
        expected = by_littlecms(side, SRGB_ICC, P3)
        assert np.abs(bytes_of(layer.levels[0]) - expected).max() <= 2


def bytes_of(image: QImage) -> NDArray[np.int64]:
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return lines[:, : rgb.width() * 3].reshape(rgb.height(), rgb.width(), 3).astype(np.int64)


# -- where the profile comes from


def test_a_profile_is_read_from_a_file_and_anything_else_is_refused_in_words(tmp_path: Path) -> None:
    good, bad = tmp_path / "screen.icc", tmp_path / "letter.icc"
    good.write_bytes(P3)
    bad.write_bytes(b"dear all" * 40)
    assert find_profile(FindScreenProfile(good), NoWatch()).icc == P3
    with pytest.raises(UnreadableFile, match="no colour profile"):
        read_profile(bad)
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_profile(tmp_path / "gone.icc")


def test_a_platform_that_cannot_be_asked_knows_nothing() -> None:
    assert find_profile(FindScreenProfile(None, "offscreen"), NoWatch()).icc is None
    assert find_profile(FindScreenProfile(None, "windows" if os.name != "nt" else "xcb"), NoWatch()).icc is None


@pytest.fixture
def x_server() -> Iterator[str]:
    """A display of its own."""
    if shutil.which("Xvfb") is None or shutil.which("xprop") is None:
        pytest.skip("Xvfb or xprop is not installed")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "64x64x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()


def test_the_profile_of_an_x11_screen_is_its_root_windows_property(x_server: str) -> None:
    job = FindScreenProfile(None, "xcb")
    assert x11_profile(job, x_server) is None  # no property yet
    head = P3[:64]  # xprop writes no more
    written = ", ".join(str(byte) for byte in head)
    keeper = ["xprop", "-display", x_server, "-root", "-f", "_ICC_PROFILE", "8c", "-set", "_ICC_PROFILE", written]
    holder = subprocess.Popen(["xprop", "-display", x_server, "-root", "-spy"], stdout=subprocess.DEVNULL)  # keeps it alive
    try:
        subprocess.run(keeper, check=True)
        assert x11_profile(job, x_server) == head
        assert x11_profile(FindScreenProfile(None, "xcb", number=1), x_server) is None
    finally:
        holder.terminate()
        holder.wait()
    assert x11_profile(job, ":9999") is None  # no such display


@pytest.mark.qt_log_ignore("fromIccProfile", "sanity")
def test_a_profile_that_no_colour_can_be_led_into_is_none() -> None:
    job = FindScreenProfile(Path("x.icc"))
    grey = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for icc in (grey, P3[:128] + bytes(200)):
        made = for_screen(ScreenProfile(job, icc))
        assert isinstance(made, ShownSpace)
        assert made.space is None


# -- in the window


@pytest.fixture
def wide_screen(tmp_path: Path) -> Path:
    path = tmp_path / "wide.icc"
    path.write_bytes(P3)
    return path


def middle(session: Session) -> NDArray[np.int64]:
    """The derained photo as the canvas paints it at 1:1."""
    canvas = session.window.canvas
    seen = canvas.camera.picture_rect.toRect().adjusted(30, 40, -30, -40)
    return bytes_of(canvas.grab(seen).toImage())


def test_another_profile_shows_photo_thumbnail_and_preview_anew(
    make_session: Callable[..., Session], photos: list[Path], wide_screen: Path, qtbot: QtBot
) -> None:
    session = make_session()
    session.workspace.add(photos[:2])
    until(qtbot, idle(session))
    canvas = session.window.canvas
    canvas.actual_size()
    canvas.set_split(0.0)
    until(qtbot, idle(session))
    before, thumbnail = middle(session), session.workspace.items[1].thumbnail
    read = canvas.loupe.read()
    session.workspace.change(screen_profile=str(wide_screen))
    until(qtbot, lambda: session.viewing.space == space_of(P3) and idle(session)())
    after = middle(session)
    expected = by_littlecms(before.astype(np.uint8), SRGB_ICC, P3)
    assert np.abs(before - expected).mean() > 1
    assert np.abs(after - expected).max() <= 2
    assert session.workspace.items[1].thumbnail is not thumbnail
    assert session.workspace.items[1].thumbnail is not None
    anew = canvas.loupe.read()  # values stay those of sRGB, and say that they were led back
    assert np.abs(np.subtract(anew.before, read.before)).max() <= 2
    assert read.exact
    assert not anew.exact
    session.workspace.change(screen_profile="srgb")
    until(qtbot, lambda: session.viewing.space == SRGB and idle(session)())
    assert (middle(session) == before).all()


def test_a_file_that_is_no_profile_is_told_and_changes_nothing(
    make_session: Callable[..., Session], photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "letter.icc").write_bytes(b"dear all" * 40)
    session = make_session(Settings(theme="dark", screen_profile=str(tmp_path / "letter.icc")))
    session.workspace.add(photos[:1])
    until(qtbot, lambda: "no colour profile" in session.window.notice.words.text())
    until(qtbot, idle(session))
    assert session.viewing.space == SRGB
    assert session.viewing.pair is not None


def test_a_profile_is_chosen_in_the_settings(
    session: Session, wide_screen: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = session.window.show_settings("Looks")
    choice = dialog.control("screen_profile")
    assert isinstance(choice, QComboBox)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(wide_screen), ""))
    choice.setCurrentIndex(choice.findData(""))
    choice.activated.emit(choice.currentIndex())
    assert session.workspace.settings.screen_profile == str(wide_screen)
    assert choice.currentText() == "wide.icc"
    until(qtbot, lambda: session.colours.space == space_of(P3))
