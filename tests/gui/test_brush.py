"""The brush: painted by mouse and keys on a real window, seen at once, undone, saved, loaded, and heeded by the job."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.canvas.viewer import Canvas
from rainapp.gui.state.file_item import State
from rainapp.gui.state.painted_mask import Mask
from rainapp.jobs.records import Preview
from tests.gui.plain_run import idle, rainy_photo, read, until


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return rainy_photo(tmp_path / "face.png", 320, 200)


@pytest.fixture
def session(real_session: Session, photo: Path, qtbot: QtBot) -> Session:
    """A real net at work on a photo in sight; the brush is in hand."""
    real_session.workspace.add([photo])
    until(qtbot, lambda: real_session.viewing.pair is not None)
    until(qtbot, idle(real_session))
    real_session.window.canvas.setFocus()
    qtbot.keyClick(real_session.window.canvas, Qt.Key.Key_P)
    return real_session


def on_canvas(canvas: Canvas, x: float, y: float) -> QPoint:
    """Where a point of the photo lies on the canvas."""
    return canvas.camera.to_view(QPointF(x, y)).toPoint()


def stroke(canvas: Canvas, start: tuple[float, float], end: tuple[float, float], alt: bool = False) -> None:
    """Draw with the left button from one point of the photo to another."""
    left, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, keys, on_canvas(canvas, *start))
    for n in range(1, 6):
        at = QPointF(on_canvas(canvas, *(a + (b - a) * n / 5 for a, b in zip(start, end, strict=True))))
        event = QMouseEvent(QEvent.Type.MouseMove, at, canvas.mapToGlobal(at), left, left, keys)
        QApplication.sendEvent(canvas, event)
    QTest.mouseRelease(canvas, left, keys, on_canvas(canvas, *end))


def mask_of(session: Session) -> Mask:
    mask = session.workspace.items[0].mask
    assert mask is not None
    return mask


def press_undo(session: Session, qtbot: QtBot, redo: bool = False) -> None:
    until(qtbot, session.window.actions_["redo" if redo else "undo"].isEnabled)
    shift = Qt.KeyboardModifier.ShiftModifier if redo else Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(session.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | shift)


def seen(session: Session, x: float, y: float) -> QImage:
    """The canvas around a point of the photo, without mask and ring, all of it derained."""
    canvas = session.window.canvas
    canvas.set_split(0.0)
    canvas.brush.show_mask(False)
    canvas.brush.leave()
    image = canvas.grab().toImage()
    canvas.brush.show_mask(True)
    at = on_canvas(canvas, x, y)
    return image.copy(at.x() - 8, at.y() - 8, 16, 16)


def test_a_face_is_protected_with_the_brush_and_the_saved_file_shows_it(session: Session, photo: Path, qtbot: QtBot) -> None:
    stroke(session.window.canvas, (80, 100), (110, 100))
    qtbot.mouseClick(session.window.page.run_bar.button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    item = session.workspace.items[0]
    assert item.state is State.DONE, (item.message, item.hint)
    assert item.target is not None
    before, after = read(photo).astype(int), read(item.target).astype(int)
    assert (after[95:105, 80:110] == before[95:105, 80:110]).all()
    assert np.abs(after - before)[:, 200:].max() > 3
    assert session.viewing.shows_result


def test_only_what_is_painted_is_treated_where_that_is_chosen(session: Session, photo: Path, qtbot: QtBot) -> None:
    qtbot.mouseClick(session.window.page.brush_bar.mode.button("only"), Qt.MouseButton.LeftButton)
    stroke(session.window.canvas, (80, 100), (110, 100))
    session.window.actions_["derain"].trigger()
    until(qtbot, idle(session))
    target = session.workspace.items[0].target
    assert target is not None
    changed = np.abs(read(target).astype(int) - read(photo)).max(axis=2) > 0
    assert changed[95:105, 80:110].mean() > 0.9
    assert not changed[:, 200:].any()


def test_the_preview_follows_the_brush_without_another_preview(session: Session, qtbot: QtBot) -> None:
    asked = session.viewing.pair
    canvas = session.window.canvas
    treated, elsewhere = seen(session, 95, 100), seen(session, 250, 100)
    canvas.show_original(True)
    original = seen(session, 95, 100)
    canvas.show_original(False)
    assert treated != original
    stroke(canvas, (80, 100), (110, 100))
    assert seen(session, 95, 100) == original
    assert seen(session, 250, 100) == elsewhere
    press_undo(session, qtbot)
    assert seen(session, 95, 100) == treated
    assert session.viewing.pair is asked
    assert not session.dispatch.busy


def test_what_is_painted_is_seen_by_its_pattern_in_grey_too(session: Session) -> None:
    canvas = session.window.canvas
    stroke(canvas, (80, 100), (110, 100))
    canvas.brush.leave()
    at = on_canvas(canvas, 95, 100)
    grey = canvas.grab().toImage().copy(at.x() - 10, at.y() - 10, 20, 20).convertToFormat(QImage.Format.Format_Grayscale8)
    levels = [grey.pixelColor(x, y).lightness() for x in range(20) for y in range(20)]
    assert max(levels) - min(levels) > 60


def test_strokes_are_undone_and_redone_one_by_one(session: Session, qtbot: QtBot) -> None:
    canvas = session.window.canvas
    stroke(canvas, (60, 60), (90, 60))
    first = mask_of(session).cover.copy()
    stroke(canvas, (200, 120), (240, 120))
    second = mask_of(session).cover.copy()
    assert (first != second).any()
    press_undo(session, qtbot)
    assert (mask_of(session).cover == first).all()
    press_undo(session, qtbot)
    assert mask_of(session).is_empty
    for wanted in (first, second):
        press_undo(session, qtbot, redo=True)
        assert (mask_of(session).cover == wanted).all()
    until(qtbot, lambda: not session.window.actions_["redo"].isEnabled())


def test_alt_erases_and_invert_and_clear_can_be_undone(session: Session, qtbot: QtBot) -> None:
    canvas, bar = session.window.canvas, session.window.page.brush_bar
    stroke(canvas, (60, 60), (200, 60))
    painted = mask_of(session).cover.copy()
    stroke(canvas, (60, 60), (200, 60), alt=True)
    assert not mask_of(session).cover[55:65, 70:190].any()
    assert painted[55:65, 70:190].all()
    qtbot.mouseClick(bar.undo, Qt.MouseButton.LeftButton)
    assert (mask_of(session).cover == painted).all()
    qtbot.mouseClick(bar.invert, Qt.MouseButton.LeftButton)
    assert (mask_of(session).cover == 255 - painted).all()
    qtbot.mouseClick(bar.clear, Qt.MouseButton.LeftButton)
    assert mask_of(session).is_empty
    qtbot.mouseClick(bar.undo, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar.undo, Qt.MouseButton.LeftButton)
    assert (mask_of(session).cover == painted).all()


def test_keys_alone_paint_too(session: Session, qtbot: QtBot) -> None:
    canvas = session.window.canvas
    size = canvas.brush.size
    qtbot.keyClick(canvas, Qt.Key.Key_BracketRight)
    assert canvas.brush.size > size
    for _ in range(2):
        qtbot.keyClick(canvas, Qt.Key.Key_BracketLeft)
    assert canvas.brush.size < size
    qtbot.keyClick(canvas, Qt.Key.Key_BraceLeft)
    assert canvas.brush.softness < 0.5
    for _ in range(4):
        qtbot.keyClick(canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    cover = mask_of(session).cover
    assert cover[100, 160 - round(160 / canvas.camera.scale)] == 255
    assert cover[100, 160] == 0
    assert canvas.split == 0.5  # arrows moved the ring, not the line


def test_a_saved_mask_is_what_the_command_line_reads_and_comes_back(
    session: Session, photo: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rainapp.cli.command_line import main

    name = tmp_path / "my mask.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(name), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(name), ""))
    stroke(session.window.canvas, (80, 100), (110, 100))
    until(qtbot, session.window.actions_["mask-save"].isEnabled)
    session.window.actions_["mask-save"].trigger()
    until(qtbot, idle(session))
    saved = cv2.imread(str(name), cv2.IMREAD_UNCHANGED)
    assert saved is not None
    assert saved.shape == (200, 320)
    assert saved[100, 95] == 0
    assert saved[100, 250] == 255
    assert main(["derain", str(photo), "-o", str(tmp_path / "cli.png"), "--mask", str(name), "--device", "cpu"]) == 0
    assert (read(tmp_path / "cli.png")[95:105, 80:110] == read(photo)[95:105, 80:110]).all()
    painted = mask_of(session).cover.copy()
    session.window.actions_["mask-clear"].trigger()
    session.window.actions_["mask-load"].trigger()
    until(qtbot, idle(session))
    assert (mask_of(session).cover == painted).all()


def test_a_mask_of_another_shape_is_refused_in_words(
    session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    cv2.imwrite(str(tmp_path / "other.png"), np.zeros((50, 50), np.uint8))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "other.png"), ""))
    session.window.actions_["mask-load"].trigger()
    until(qtbot, idle(session))
    assert session.window.notice.words.text().startswith("The mask is 50x50 pixels, the photo 320x200.")


def test_each_file_has_a_mask_of_its_own(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    stroke(session.window.canvas, (80, 100), (110, 100))
    session.workspace.add([rainy_photo(tmp_path / "b.png", seed=5)])
    session.window.actions_["next"].trigger()
    until(qtbot, idle(session))
    assert session.window.canvas.brush.images is None
    session.window.actions_["previous"].trigger()
    assert session.window.canvas.brush.images is not None


def test_a_stroke_ends_where_another_file_comes_in_sight(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    session.workspace.add([rainy_photo(tmp_path / "b.png", 320, 200, seed=5)])
    until(qtbot, idle(session))
    canvas = session.window.canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=on_canvas(canvas, 100, 100))
    session.workspace.step(1)
    until(qtbot, idle(session))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=on_canvas(canvas, 120, 100))
    assert session.workspace.items[1].mask is None
    session.workspace.step(-1)
    assert session.window.can_undo
    session.window.undo()
    assert mask_of(session).is_empty


def test_a_stroke_ends_where_the_canvas_loses_the_keyboard(session: Session, qtbot: QtBot) -> None:
    canvas = session.window.canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=on_canvas(canvas, 100, 100))
    QApplication.sendEvent(canvas, QFocusEvent(QEvent.Type.FocusOut))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=on_canvas(canvas, 100, 100))
    before = mask_of(session).version
    at = QPointF(on_canvas(canvas, 160, 100))
    plain, none = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.NoButton
    QApplication.sendEvent(canvas, QMouseEvent(QEvent.Type.MouseMove, at, canvas.mapToGlobal(at), none, none, plain))
    assert mask_of(session).version == before
    until(qtbot, idle(session))


def test_painting_after_the_start_does_not_reach_the_job(session: Session, photo: Path, qtbot: QtBot) -> None:
    stroke(session.window.canvas, (80, 100), (110, 100))
    session.workspace.start(session.workspace.items)
    until(qtbot, session.window.actions_["mask-clear"].isEnabled)
    session.window.actions_["mask-clear"].trigger()
    until(qtbot, idle(session))
    target = session.workspace.items[0].target
    assert target is not None
    assert (read(target)[95:105, 80:110] == read(photo)[95:105, 80:110]).all()
    assert not session.viewing.shows_result  # it was made with another mask than the one of now


def test_dabs_of_a_soft_brush_fade_from_the_middle() -> None:
    mask = Mask(400, 300)
    mask.begin()
    mask.stroke_to(QPointF(200, 150), 50, 1.0, erase=False)
    mask.end()
    along = mask.cover[150, 200:260].astype(int)
    assert along[0] > 245
    assert (np.diff(along) <= 0).all()
    assert 60 < along[25] < 200
    assert along[55] == 0


@pytest.mark.parametrize("size", [(1, 1), (9000, 20), (257, 255)])
def test_masks_of_any_size_are_painted_and_undone(size: tuple[int, int]) -> None:
    mask = Mask(*size)
    mask.begin()
    for at in (QPointF(-50, -50), QPointF(size[0], size[1]), QPointF(0, 0)):
        mask.stroke_to(at, 30, 0.5, erase=False)
    mask.end()
    assert not mask.is_empty
    mask.undo()
    assert mask.is_empty


def test_a_preview_is_never_asked_for_with_a_mask(session: Session, qtbot: QtBot) -> None:
    stroke(session.window.canvas, (80, 100), (110, 100))
    session.workspace.change(veil="clear")
    until(qtbot, idle(session))
    assert session.workspace.preview_treatment.mask is None
    assert isinstance(Preview(Path("a"), session.workspace.preview_treatment), Preview)


def painted(session: Session) -> int:
    mask = session.workspace.items[0].mask
    return 0 if mask is None else int(mask.cover.astype(int).sum())


def test_the_keys_of_the_brush_are_said_where_it_is_used(session: Session, qtbot: QtBot) -> None:
    window, bar = session.window, session.window.page.bar
    window.resize(1920, 900)
    qtbot.wait(30)
    assert bar.hint.text() == "Painted stays as it was · arrows move, Enter paints, Alt erases, Esc ends"
    window.resize(1700, 900)
    qtbot.wait(30)
    assert bar.hint.text() == "Enter paints, Esc ends"
    window.resize(800, 600)  # no room for a hint: the canvas says it, until somebody has painted
    qtbot.wait(30)
    foot = window.canvas.rect().adjusted(0, window.canvas.height() - 40, 0, 0)
    assert window.canvas.brush.says
    said = window.canvas.grab(foot).toImage()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return)
    assert not window.canvas.brush.says
    assert window.canvas.grab(foot).toImage() != said
    window.resize(1440, 900)
    qtbot.wait(30)
    assert "Enter or Space paints" in window.canvas.accessibleDescription()
    qtbot.keyClick(window.canvas, Qt.Key.Key_P)
    assert "Enter" not in bar.hint.text()
    assert not window.canvas.accessibleDescription()


def test_enter_and_space_paint_where_the_ring_is_and_esc_puts_the_brush_away(session: Session, qtbot: QtBot) -> None:
    canvas = session.window.canvas
    canvas.brush.set_active(False)
    without = canvas.grab().toImage()
    qtbot.keyClick(canvas, Qt.Key.Key_P)
    assert canvas.grab().toImage() != without  # the ring shows where Enter will paint
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    once = painted(session)
    assert once
    for _ in range(5):
        qtbot.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(canvas, Qt.Key.Key_Space)
    twice = painted(session)
    assert twice > once
    qtbot.keyClick(canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    left = painted(session)
    assert once < left < twice  # the soft edge is taken away softly
    QTest.keyPress(canvas, Qt.Key.Key_Space)  # held, and dragged: the photo moves, and nothing is painted
    middle = Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, middle, pos=canvas.rect().center())
    QTest.mouseMove(canvas, canvas.rect().center() + QPoint(30, 0))
    QTest.mouseRelease(canvas, middle, pos=canvas.rect().center() + QPoint(30, 0))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert painted(session) == left
    session.window.page.brush_bar.diameter.setFocus()  # wherever the focus is
    qtbot.keyClick(session.window.page.brush_bar.diameter, Qt.Key.Key_Escape)
    assert not canvas.brush.active
    assert painted(session) == left
