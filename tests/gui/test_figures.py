"""The strip of figures: measured by workers from what is in sight, at its amount and through its mask."""

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from rainapp.base.image import Image
from rainapp.gui.app import Session
from rainapp.gui.canvas.composition import View
from rainapp.jobs.records import Measured, MeasureSeen, NoWatch, Preview, Previewed, Region, SaveMask, Treatment
from rainapp.library.model_library import ModelLibrary
from rainapp.metrics.psnr_ssim import psnr_y
from rainapp.work.figures import measure
from rainapp.work.screen.preview import SEEN
from tests.gui.plain_run import idle, rainy_photo, until


def figures(session: Session, qtbot: QtBot) -> Measured:
    """What is measured once all has come to rest."""
    of_page = session.window.page.measuring
    until(qtbot, lambda: not of_page.busy and of_page.measured is not None and idle(session)())
    assert of_page.measured is not None
    return of_page.measured


@pytest.fixture
def session(real_session: Session, tmp_path: Path, qtbot: QtBot) -> Session:
    real_session.workspace.add([rainy_photo(tmp_path / "street.png")])
    until(qtbot, lambda: real_session.viewing.pair is not None)
    until(qtbot, idle(real_session))
    real_session.window.canvas.setFocus()
    qtbot.keyClick(real_session.window.canvas, Qt.Key.Key_M)
    return real_session


def test_figures_follow_amount_and_mask(session: Session, qtbot: QtBot) -> None:
    strip = session.window.page.figures
    assert strip.isVisible()
    whole = figures(session, qtbot)
    assert 0.2 < whole.changed <= 1
    assert whole.removed > 0.5
    assert all(math.isfinite(value) for value in whole.natural)
    assert math.isnan(whole.psnr[0])
    assert "Changed" in strip.figures.accessibleName()
    session.workspace.set_amount(0)
    untouched = figures(session, qtbot)
    assert untouched.changed == 0
    assert untouched.fine_removed == pytest.approx(0)
    assert strip.figures.accessibleName().startswith("Fine rain removed 0 %")
    assert "75 % and more is good" in strip.figures.toolTip()
    session.workspace.set_amount(100)
    brush = session.window.canvas.brush
    brush.invert()  # all of the photo is painted, and so protected
    assert figures(session, qtbot).changed == 0
    brush.set_mode("only")
    assert figures(session, qtbot).changed == pytest.approx(whole.changed)


def test_a_window_too_low_for_figures_says_so(session: Session, qtbot: QtBot) -> None:
    window = session.window
    window.actions_["figures"].trigger()
    window.resize(1000, 450)
    qtbot.wait(30)
    window.actions_["figures"].trigger()
    assert not window.page.figures.isVisible()
    assert "too low" in window.notice.words.text()
    until(qtbot, idle(session))


def test_what_cannot_be_measured_is_said(
    session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures(session, qtbot)
    (tmp_path / "street.png").unlink()
    monkeypatch.setattr(SEEN, "_kept", None)  # as after another photo was previewed
    session.workspace.set_amount(50)
    of_page, strip = session.window.page.measuring, session.window.page.figures
    until(qtbot, lambda: not of_page.busy and of_page.measured is None and idle(session)())
    assert strip.figures.accessibleName() == "street.png does not exist. It may have been moved or renamed."


def test_a_picture_without_rain_brings_decibels(
    session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = rainy_photo(tmp_path / "clean.png", streaks=0)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(truth), ""))
    strip = session.window.page.figures
    figures(session, qtbot)
    qtbot.mouseClick(strip.choose, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: session.window.page.measuring.busy)
    measured = figures(session, qtbot)
    rainy, clean = (cv2.imread(str(path))[..., ::-1] / 255 for path in (tmp_path / "street.png", truth))
    assert measured.psnr[0] == pytest.approx(psnr_y(rainy, clean), abs=0.01)
    assert math.isfinite(measured.psnr[1])
    assert measured.rain_removed < 1
    assert "PSNR" in strip.figures.accessibleName()
    qtbot.mouseClick(strip.drop, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: session.window.page.measuring.busy)
    assert math.isnan(figures(session, qtbot).psnr[0])


def test_a_truth_of_another_size_is_told_in_words(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    session.window.page.measuring.set_truth(rainy_photo(tmp_path / "small.png", 100, 50))
    until(qtbot, lambda: session.window.page.measuring.busy)
    assert figures(session, qtbot).note.startswith("The picture without rain is 100x50 pixels, the photo 320x200.")


def test_nothing_is_measured_while_the_strip_is_hidden(session: Session, qtbot: QtBot) -> None:
    figures(session, qtbot)
    qtbot.keyClick(session.window.canvas, Qt.Key.Key_M)
    assert not session.window.page.figures.isVisible()
    session.workspace.set_amount(40)
    assert not session.window.page.measuring.busy
    assert session.window.page.measuring.measured is None


def kept(rainy: Image, derained: Image) -> Preview:
    """A preview that is at hand for whoever measures it."""
    job = Preview(Path("a.png"), Treatment())
    SEEN.keep(job, Previewed(job.source, rainy, derained, Region(0, 0, rainy.width, rainy.height), True, 0.1))
    return job


def test_figures_are_taken_at_the_amount_and_through_the_mask() -> None:
    before = np.full((20, 40, 3), 100, np.uint8)
    after = before.copy()
    after[:, :10] = 80
    job = kept(Image(before), Image(after))
    library = ModelLibrary()
    assert measure(MeasureSeen(job), NoWatch(), library).changed == 0.25
    half = measure(MeasureSeen(job, 0.5), NoWatch(), library)
    assert half.removed == pytest.approx(2.5)
    painted = np.zeros((10, 20), np.uint8)
    painted[:5] = 255
    mask = SaveMask(painted, True, 40, 20, Path("mask.png"))
    assert measure(MeasureSeen(job, 1.0, mask), NoWatch(), library).changed == pytest.approx(0.125, abs=0.02)


def slanted(contrast: float) -> Image:
    """Fine threads of one direction on a grey ground."""
    y, x = np.mgrid[0:200, 0:300]
    threads = ((x + y // 4) % 7 == 0) * contrast
    return Image((100 + np.repeat(threads[..., None], 3, axis=2)).astype(np.uint8))


def test_fine_rain_is_removed_by_as_much_as_is_seen_to_go() -> None:
    job = kept(slanted(80), slanted(20))
    measured = measure(MeasureSeen(job), NoWatch(), ModelLibrary())
    assert measured.fine_removed == pytest.approx(1 - 1 / 16, abs=0.01)  # of the energy
    half = measure(MeasureSeen(job, 0.5), NoWatch(), ModelLibrary())
    assert 0.4 < half.fine_removed < measured.fine_removed


def test_where_nothing_has_a_direction_no_figure_is_made_up() -> None:
    plain = Image(np.full((64, 64, 3), 100, np.uint8))
    assert math.isnan(measure(MeasureSeen(kept(plain, plain)), NoWatch(), ModelLibrary()).fine_removed)


def test_a_result_with_fewer_bits_is_compared_in_those() -> None:
    deep = np.full((8, 8, 3), 100 * 257, np.uint16)
    job = kept(Image(deep, depth=16), Image(np.full((8, 8, 3), 100, np.uint8)))
    assert measure(MeasureSeen(job), NoWatch(), ModelLibrary()).changed == 0


def test_where_no_streaks_stand_out_it_says_plainly_that_they_cannot_be_measured(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    night = np.random.default_rng(3).normal(40, 25, (160, 240, 3)).clip(0, 255).astype(np.uint8)  # alike in all directions
    cv2.imwrite(str(tmp_path / "night.png"), night)
    session.workspace.add([tmp_path / "night.png"])
    until(qtbot, lambda: session.viewing.pair is not None)
    item = session.workspace.items[-1]
    session.workspace.select(item, [item])
    session.window.page.measuring.set_active(True)
    measured = figures(session, qtbot)
    assert math.isnan(measured.fine_removed)
    strip = session.window.page.figures.figures
    assert strip.accessibleName().startswith("Fine rain: cannot be measured here · ")
    assert "None stand out in this picture, as often at night" in strip.toolTip()


def test_the_view_of_what_remains_says_it_too_however_small_the_window_is(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    night = np.random.default_rng(3).normal(40, 25, (160, 240, 3)).clip(0, 255).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "night.png"), night)
    session.workspace.add([tmp_path / "night.png"])
    item = session.workspace.items[-1]
    session.workspace.select(item, [item])
    canvas = session.window.canvas
    canvas.show_view(View.LEFT)
    for width, height in ((1440, 900), (640, 400)):
        session.window.resize(width, height)
        until(qtbot, idle(session))
        qtbot.wait(30)
        photo = canvas.camera.picture_rect
        corner = canvas.grab(photo.toRect()).toImage().copy(14, 16, 120, 14)
        bright = sum(corner.pixelColor(x, y).lightness() > 200 for x in range(120) for y in range(14))
        assert bright > 30  # words on a dark pill; the photo has none as bright
