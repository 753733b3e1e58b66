"""Stories of a person at the window, told through drops, clicks, keys and the mouse on real pixels."""

import warnings
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from rainapp.errors import NotEnoughMemory, UnwritableFile
from rainapp.gui import words
from rainapp.gui.app import Session
from rainapp.gui.composition import View
from rainapp.gui.item import State
from rainapp.gui.viewer import Canvas
from rainapp.jobs import Preview
from rainapp.settings import Settings
from tests.gui.plain_run import PlainRun, idle, rainy_photo, read, until


def drop(session: Session, paths: list[Path]) -> None:
    """Drop files on the window as a file manager does."""
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    window, at, copy = session.window, QPointF(400, 400), Qt.DropAction.CopyAction
    buttons, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    with warnings.catch_warnings():  # newer versions of PySide6 warn that a point of integers is old; older know no other
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(at.toPoint(), copy, held, buttons, modifiers)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    dropped = QDropEvent(at, copy, held, buttons, modifiers)
    QApplication.sendEvent(window, dropped)
    assert dropped.isAccepted()


def canvas_image(session: Session) -> QImage:
    return session.window.canvas.grab().toImage()


def brightness(image: QImage, left: float, right: float) -> float:
    """Mean grey level of a vertical slice of the middle of the canvas."""
    xs = range(round(image.width() * left), round(image.width() * right), 2)
    ys = range(image.height() // 3, image.height() * 2 // 3, 2)
    return float(np.mean([QColor(image.pixel(x, y)).lightness() for x in xs for y in ys]))


def click_derain(session: Session, qtbot: QtBot) -> None:
    qtbot.mouseClick(session.window.page.run_bar.button, Qt.MouseButton.LeftButton)


def test_a_dropped_photo_is_previewed_derained_and_saved_beside_its_source(
    session: Session, photos: list[Path], qtbot: QtBot
) -> None:
    window = session.window
    assert window.pages.currentWidget() is window.empty
    drop(session, photos[:1])
    until(qtbot, lambda: session.viewing.pair is not None)
    until(qtbot, idle(session))
    assert window.pages.currentWidget() is window.page
    item = session.workspace.items[0]
    assert item.thumbnail is not None
    assert words.state(item)[2] == "Ready"
    assert window.page.run_bar.button.text().strip() == "Derain 1"
    assert not list(photos[0].parent.glob("*_derained*"))  # a preview writes nothing
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert item.state is State.DONE
    assert words.state(item)[2].startswith("Done · ")
    assert item.target == photos[0].with_name("street 0_derained.png")
    assert (read(item.target) != read(photos[0])).any()
    assert session.viewing.shows_result
    assert window.page.run_bar.cost.accessibleName() == "All done · 1 saved in photos"


def test_a_dry_photo_says_that_no_rain_was_found(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    session.workspace.add([rainy_photo(tmp_path / "dry.png", streaks=0)])
    until(qtbot, idle(session))
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert words.state(session.workspace.items[0])[2] == "No rain found, copied"


def test_a_dropped_folder_brings_its_photos(session: Session, photos: list[Path], qtbot: QtBot) -> None:
    (photos[0].parent / "notes.txt").write_text("not a photo")
    drop(session, [photos[0].parent])
    until(qtbot, lambda: len(session.workspace.items) == 3)
    until(qtbot, idle(session))
    assert [item.path for item in session.workspace.items] == photos


def test_files_that_are_there_already_are_not_listed_twice(session: Session, photos: list[Path], qtbot: QtBot) -> None:
    drop(session, photos)
    drop(session, photos[:2])
    assert len(session.workspace.items) == 3
    until(qtbot, idle(session))


def test_pasted_files_are_listed(session: Session, photos: list[Path], qtbot: QtBot, qapp: QApplication) -> None:
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile(str(photos[1]))])
    qapp.clipboard().setMimeData(held)
    session.window.actions_["paste"].trigger()
    assert [item.path for item in session.workspace.items] == [photos[1]]
    until(qtbot, idle(session))


def test_results_go_into_the_chosen_folder_and_never_over_one_another(
    session: Session, photos: list[Path], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = tmp_path / "results"
    results.mkdir()
    other = tmp_path / "other"
    other.mkdir()
    namesake = rainy_photo(other / photos[0].name, seed=9)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(results))
    session.window.actions_["save-to"].trigger()
    session.workspace.add([photos[0], namesake])
    until(qtbot, idle(session))
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert sorted(path.name for path in results.iterdir()) == ["street 0_derained (2).png", "street 0_derained.png"]
    assert sorted(path.name for path in photos[0].parent.iterdir()) == [path.name for path in photos]


@pytest.fixture
def opened(session: Session, photos: list[Path], qtbot: QtBot) -> Session:
    """A session with a photo in sight, before and after at hand."""
    session.workspace.add(photos)
    until(qtbot, lambda: session.viewing.pair is not None)
    until(qtbot, idle(session))
    session.window.canvas.setFocus()
    return session


def test_the_swipe_line_shows_rain_on_its_left_only(opened: Session) -> None:
    image = canvas_image(opened)
    assert brightness(image, 0.1, 0.45) > brightness(image, 0.55, 0.9) + 2


def test_the_swipe_line_can_be_grabbed_anywhere_along_its_length(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    middle = QPoint(canvas.width() // 2, canvas.height() // 2 + 90)  # not on the handle
    target = middle + QPoint(150, 0)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(canvas, target)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=target)
    photo = canvas.camera.picture_rect
    assert canvas.split == pytest.approx((target.x() - photo.left()) / photo.width(), abs=0.01)
    QTest.mouseMove(canvas, middle)
    assert canvas.split > 0.5  # let go: it stays


def test_arrow_keys_move_the_swipe_line(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.split == pytest.approx(0.51)
    qtbot.keyClick(canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.split == pytest.approx(0.41)


def test_holding_x_shows_the_original(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    before = brightness(canvas_image(opened), 0.55, 0.9)
    qtbot.keyPress(canvas, Qt.Key.Key_X)
    assert brightness(canvas_image(opened), 0.55, 0.9) > before + 2
    qtbot.keyRelease(canvas, Qt.Key.Key_X)
    assert brightness(canvas_image(opened), 0.55, 0.9) == pytest.approx(before)


def test_x_works_while_the_list_has_the_focus(opened: Session, qtbot: QtBot) -> None:
    rows = opened.window.file_list
    rows.setFocus()
    qtbot.keyPress(rows, Qt.Key.Key_X)
    assert opened.window.canvas.shows_original
    qtbot.keyRelease(rows, Qt.Key.Key_X)
    assert not opened.window.canvas.shows_original


def test_side_by_side_shows_the_same_spot_twice(opened: Session, qtbot: QtBot) -> None:
    qtbot.keyClick(opened.window, Qt.Key.Key_D)
    canvas = opened.window.canvas
    assert canvas.view is View.SIDE
    image = canvas_image(opened)
    assert brightness(image, 0.05, 0.45) > brightness(image, 0.55, 0.95) + 2


def test_the_rain_view_shows_streaks_on_black_and_the_gain_brightens_them(opened: Session, qtbot: QtBot) -> None:
    qtbot.keyClick(opened.window, Qt.Key.Key_R)
    bar = opened.window.page.bar
    assert bar.gain.isVisible()
    bar.gain.setValue(1)
    faint = brightness(canvas_image(opened), 0.2, 0.8)
    bar.gain.setValue(4)
    assert 0 < faint < brightness(canvas_image(opened), 0.2, 0.8)


def test_the_amount_is_instant_and_asks_for_no_new_preview(opened: Session, plain_run: PlainRun, qtbot: QtBot) -> None:
    asked = sum(isinstance(job, Preview) for job in plain_run.jobs)
    slider = opened.window.page.inspector.amount
    seen = {}
    for amount in (0, 50, 100, 130):
        slider.setValue(amount)
        seen[amount] = brightness(canvas_image(opened), 0.55, 0.9)
    assert seen[0] > seen[50] > seen[100] > seen[130]
    slider.setValue(-100)
    assert brightness(canvas_image(opened), 0.55, 0.9) < seen[130] / 2  # only the rain, on black
    assert sum(isinstance(job, Preview) for job in plain_run.jobs) == asked


def test_the_amount_slider_snaps_to_0_and_100_under_the_mouse(opened: Session, qtbot: QtBot) -> None:
    slider = opened.window.page.inspector.amount
    room = slider.width() - 16
    near_zero = QPoint(round(8 + room * 102 / 230), 14)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=near_zero)
    assert slider.value() == 0
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == 1
    qtbot.mouseDClick(slider, Qt.MouseButton.LeftButton, pos=near_zero)
    assert slider.value() == 100


def test_the_wheel_zooms_at_the_pointer(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    opened.window.actions_["zoom-in"].trigger()
    canvas.camera.zoom_to(6.0)  # large enough that no edge comes into sight
    at = QPointF(canvas.width() / 2 + 120, canvas.height() / 2 + 60)
    held = canvas.camera.to_picture(at)
    turn(canvas, at, 120)
    assert canvas.camera.zoom == pytest.approx(7.2)
    assert (canvas.camera.to_picture(at) - held).manhattanLength() < 0.01
    turn(canvas, at, -240)
    assert canvas.camera.zoom == pytest.approx(5.0)
    assert (canvas.camera.to_picture(at) - held).manhattanLength() < 0.01
    opened.window.actions_["fit"].trigger()
    assert canvas.camera.fitted
    until(qtbot, idle(opened))


def turn(canvas: Canvas, at: QPointF, angle: int) -> None:
    """Turn the wheel at a point of the canvas."""
    event = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(0, 0),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def test_a_zoomed_photo_follows_the_hand(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    canvas.camera.zoom_to(8.0)
    spot = canvas.camera.to_picture(QPointF(300, 300))
    drag(canvas, Qt.MouseButton.MiddleButton, QPoint(300, 300), QPoint(340, 320))
    assert (canvas.camera.to_picture(QPointF(340, 320)) - spot).manhattanLength() < 0.01
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    line = QPoint(canvas.width() // 2, 300)
    spot = canvas.camera.to_picture(QPointF(line))
    drag(canvas, Qt.MouseButton.LeftButton, line, line + QPoint(30, 0))  # with Space even the line is let alone
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.split == 0.5
    assert (canvas.camera.to_picture(QPointF(line + QPoint(30, 0))) - spot).manhattanLength() < 0.01
    until(qtbot, idle(opened))


def drag(canvas: Canvas, button: Qt.MouseButton, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(canvas, button, pos=start)
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(end), canvas.mapToGlobal(QPointF(end)), button, button, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(canvas, event)
    QTest.mouseRelease(canvas, button, pos=end)


def test_zooming_in_brings_the_part_in_sight_at_full_scale(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    session.workspace.add([rainy_photo(tmp_path / "large.png", 2600, 1800, 900)])
    until(qtbot, lambda: session.viewing.pair is not None)
    session.window.actions_["actual-size"].trigger()
    until(qtbot, lambda: session.viewing.part is not None)
    until(qtbot, idle(session))
    sight = session.viewing.sight
    assert sight is not None
    assert sight.detail is not None
    assert sight.detail.picture.width == 2600
    part = session.viewing.part
    assert part is not None
    assert part.rainy.width == part.region.width < 2600


def test_an_unreadable_file_says_why_and_what_helps(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    broken = tmp_path / "market.png"
    broken.write_bytes(b"no picture")
    opened_urls: list[QUrl] = []
    session.window.disk.open_url = opened_urls.append
    session.workspace.add([broken])
    until(qtbot, idle(session))
    trouble = session.window.page.trouble
    assert words.state(session.workspace.items[0])[2] == "Cannot be read"
    assert trouble.isVisible()
    assert trouble.message.text() == "This is no picture that can be read."
    assert trouble.hint.text() == "Save it again with the program that made it."
    assert trouble.shown_remedies == ["open-folder", "remove", "copy-report"]
    trouble.press("open-folder")
    assert [url.toLocalFile() for url in opened_urls] == [str(tmp_path)]
    trouble.press("copy-report")
    assert "market.png" in QApplication.clipboard().text()
    assert str(tmp_path) not in QApplication.clipboard().text()
    trouble.press("remove")
    assert not session.workspace.items
    assert session.window.pages.currentWidget() is session.window.page
    until(qtbot, lambda: session.window.pages.currentWidget() is session.window.empty)


def test_a_file_that_failed_for_lack_of_memory_can_be_tried_on_the_cpu(
    session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot
) -> None:
    session.workspace.add(photos[:1])
    until(qtbot, idle(session))
    plain_run.fails_with = NotEnoughMemory("The photo does not fit into memory.", "Try it on the CPU.")
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert session.workspace.items[0].state is State.FAILED
    plain_run.fails_with = None
    session.window.page.trouble.press("try-cpu")
    until(qtbot, idle(session))
    assert session.workspace.items[0].state is State.DONE
    assert session.workspace.settings.device == "cpu"
    assert not session.window.page.trouble.isVisible()


def test_one_bad_file_does_not_stop_the_batch(session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot) -> None:
    session.workspace.add(photos)
    until(qtbot, idle(session))
    photos[1].unlink()
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert [item.state for item in session.workspace.items] == [State.DONE, State.UNREADABLE, State.DONE]


def test_a_full_disk_is_told_in_words_and_can_be_saved_elsewhere(
    session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(elsewhere))
    session.workspace.add(photos[:1])
    until(qtbot, idle(session))
    plain_run.fails_with = UnwritableFile("There is no space left.", "Choose another folder.")
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    plain_run.fails_with = None
    session.window.page.trouble.press("save-elsewhere")
    until(qtbot, idle(session))
    assert [path.name for path in elsewhere.iterdir()] == ["street 0_derained.png"]


def test_pause_halts_go_on_resumes_and_stop_leaves_the_rest_ready(
    session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot
) -> None:
    session.workspace.add(photos)
    until(qtbot, idle(session))
    plain_run.hold.clear()
    click_derain(session, qtbot)
    bar, items = session.window.page.run_bar, session.workspace.items
    assert bar.figure.text() == "1 of 3"
    assert [item.state for item in items] == [State.RUNNING, State.WAITING, State.WAITING]
    qtbot.mouseClick(bar.pause, Qt.MouseButton.LeftButton)
    assert items[0].state is State.PAUSED
    plain_run.hold.set()
    qtbot.wait(150)
    assert items[0].state is State.PAUSED  # it did not go on
    plain_run.hold.clear()
    qtbot.mouseClick(bar.go_on, Qt.MouseButton.LeftButton)
    assert items[0].state is State.RUNNING
    qtbot.mouseClick(bar.stop, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    assert [item.state for item in items] == [State.STOPPED, State.READY, State.READY]
    assert not list(photos[0].parent.glob("*_derained*"))
    plain_run.hold.set()
    assert bar.button.text().strip() == "Derain 3"
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert [item.state for item in items] == [State.DONE] * 3


def test_a_setting_changed_at_work_does_not_reach_waiting_files(
    session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot
) -> None:
    session.workspace.add(photos[:2])
    until(qtbot, idle(session))
    plain_run.hold.clear()
    click_derain(session, qtbot)
    session.workspace.change(model="fine", format="jpg")
    plain_run.hold.set()
    until(qtbot, idle(session))
    assert [item.target.suffix for item in session.workspace.items if item.target] == [".png", ".png"]
    assert all(item.treatment is not None and item.treatment.model == "quick" for item in session.workspace.items)


def test_only_the_newest_preview_survives(session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot) -> None:
    plain_run.hold.clear()
    session.workspace.add(photos)
    until(qtbot, lambda: session.viewing.waiting)
    for _ in range(2):
        session.window.actions_["next"].trigger()
    plain_run.hold.set()
    until(qtbot, idle(session))
    assert session.viewing.sight is not None
    assert session.viewing.sight.item.path == photos[2]
    pair = session.viewing.pair
    assert pair is not None
    assert pair.source == photos[2]


def test_haze_is_offered_only_where_the_model_can(opened: Session, plain_run: PlainRun, qtbot: QtBot) -> None:
    inspector = opened.window.page.inspector
    assert inspector.haze.isVisible()
    qtbot.mouseClick(inspector.haze.button("clear"), Qt.MouseButton.LeftButton)
    until(qtbot, idle(opened))
    previews = [job for job in plain_run.jobs if isinstance(job, Preview)]
    assert previews[-1].treatment.veil == "clear"
    opened.workspace.change(model="fine")
    assert not inspector.haze.isVisible()
    assert opened.workspace.treatment.veil == "keep"
    until(qtbot, idle(opened))


def test_the_model_menu_lists_the_library_and_changes_the_preview(opened: Session, plain_run: PlainRun, qtbot: QtBot) -> None:
    button = opened.window.page.inspector.model
    button.fill_menu()
    rows = button.menu().actions()
    assert [row.text() for row in rows] == ["Fine", "Quick"]
    assert [row.isChecked() for row in rows] == [False, True]
    rows[0].trigger()
    until(qtbot, idle(opened))
    previews = [job for job in plain_run.jobs if isinstance(job, Preview)]
    assert previews[-1].treatment.model == "fine"
    assert "Fine" in button.accessibleName()


def test_a_file_name_that_cannot_be_is_refused_in_words(opened: Session, qtbot: QtBot) -> None:
    field = opened.window.page.inspector.template
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "result")
    assert opened.window.page.inspector.wrong.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert opened.workspace.settings.name_template == "{name}_derained"
    field.selectAll()
    qtbot.keyClicks(field, "{name} dry")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert opened.workspace.settings.name_template == "{name} dry"


def test_files_removed_from_the_list_come_back_with_undo(opened: Session, photos: list[Path], qtbot: QtBot) -> None:
    rows = opened.window.file_list
    rows.setFocus()
    rows.selectAll()
    assert len(opened.workspace.selected) == 3
    qtbot.keyClick(opened.window, Qt.Key.Key_Delete)
    assert not opened.workspace.items
    assert all(path.is_file() for path in photos)
    qtbot.keyClick(opened.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [item.path for item in opened.workspace.items] == photos
    until(qtbot, idle(opened))


def test_only_the_rain_can_be_saved(opened: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot) -> None:
    opened.workspace.set_amount(-100)
    assert opened.window.page.run_bar.button.text().strip() == "Save only the rain of 3"
    click_derain(opened, qtbot)
    until(qtbot, idle(opened))
    assert photos[0].with_name("street 0_rain.png").is_file()
    opened.workspace.set_amount(100)
    assert not opened.viewing.shows_result  # the layer is no derained photo


def test_settings_are_remembered(make_session: Callable[..., Session], photos: list[Path], qtbot: QtBot) -> None:
    from rainapp import settings

    session = make_session(Settings(theme="dark"))
    session.workspace.change(theme="light", format="png")
    session.workspace.set_amount(80)
    session.close()
    kept, notices = settings.load()
    assert not notices
    assert (kept.theme, kept.format, kept.strength) == ("light", "png", 0.8)


def test_progress_of_a_row_is_painted_without_widgets(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    names = [tmp_path / f"{n:05}.png" for n in range(10_000)]
    session.workspace.add(names)
    until(qtbot, lambda: session.window.file_list.model().rowCount() == 10_000)
    session.window.file_list.scrollToBottom()
    session.window.grab()
    session.workspace.remove(session.workspace.items)
    until(qtbot, idle(session))


def test_the_preview_is_painted_where_the_photo_has_it(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    """The bright mark of a photo is found on the canvas where the camera says it is, at any zoom."""
    pixels = np.full((400, 600, 3), 40, np.uint8)
    pixels[300:310, 450:460] = 250
    path = tmp_path / "mark.png"
    cv2.imwrite(str(path), pixels)
    session.workspace.add([path])
    until(qtbot, lambda: session.viewing.pair is not None)
    canvas = session.window.canvas
    canvas.show_original(True)
    for zoom in (None, 0.8, 3.0):
        if zoom is not None:
            canvas.camera.zoom_to(zoom, canvas.camera.to_view(QPointF(455, 305)))
        at = canvas.camera.to_view(QPointF(455, 305)).toPoint()
        assert QColor(canvas_image(session).pixel(at)).lightness() > 200
    until(qtbot, idle(session))
