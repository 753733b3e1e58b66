"""The whole story of somebody who has read nothing: five photos, a look at 1:1, a model chosen blind, a face protected, saved.

Everything goes through what is seen on the window: buttons by their words, the mouse on real pixels, and the keys that the
window names itself. The nets are real and tiny.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QRadioButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from rainapp.base.settings import Settings
from rainapp.gui.app import Session, prepare
from rainapp.gui.canvas.viewer import Canvas
from rainapp.gui.state import figure_words
from rainapp.gui.state.file_item import State
from rainapp.library.model_library import ModelLibrary, sha256_of, write_card
from tests.gui.hands import drop
from tests.gui.plain_run import idle, rainy_photo, read, until

SIZE = (1100, 900)  # larger than the canvas, so that 1:1 means something
FACE = (620, 300)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "holiday"
    folder.mkdir()
    return [rainy_photo(folder / f"{name}.png", *SIZE, 300, n) for n, name in enumerate(("arch", "boat", "café", "dog", "eve"))]


def add_sister(library: Path, name: str, strength: float) -> None:
    """A model like "tiny" that takes out a little more."""
    from safetensors.torch import load_file, save_file

    weights = load_file(library / "tiny" / "weights.safetensors")
    folder = library / name
    folder.mkdir()
    made = {key: value * (strength if key.startswith("tail") else 1) for key, value in weights.items()}
    save_file(made, folder / "weights.safetensors")
    tiny = next(card for card in ModelLibrary(library.parent / "bundled", library).cards() if card.id == "tiny")
    write_card(folder, replace(tiny, id=name, title=name.title(), sha256=sha256_of(folder / "weights.safetensors")))


@pytest.fixture
def stranger(qapp: QApplication, tiny_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """The window at its first start, with four models in the library."""
    for n, name in enumerate(("balcony", "garden", "harbour")):
        add_sister(tiny_library, name, 1.0 + 0.2 * n)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    settings = Settings(theme="dark", device="cpu", engine="torch", precision="fp32")
    prepare(qapp, settings)
    session = Session(settings, library=ModelLibrary(tmp_path / "bundled", tiny_library))
    session.window.resize(1440, 900)
    session.window.show()
    yield session
    session.close()
    session.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def button(window: QWidget, words: str) -> QPushButton | QRadioButton | QToolButton:
    """The one button in sight that bears these words, or shows them as its tip."""
    kinds = (QPushButton, QRadioButton, QToolButton)
    found = [
        made
        for kind in kinds
        for made in window.findChildren(kind)
        if made.isVisible() and words in (made.text().strip(), made.toolTip(), made.accessibleName())
    ]
    assert len(found) == 1, (words, [(made.text(), made.toolTip()) for made in found])
    return found[0]


def click(window: QWidget, words: str) -> None:
    """Click a button that can be clicked."""
    made = button(window, words)
    assert made.isEnabled(), words
    QTest.mouseClick(made, LEFT)


def removed_light(rainy: QColor, derained: QColor) -> float:
    """The luminance (Rec. 709) of what a pixel lost."""
    pairs = ((0.2126, rainy.red(), derained.red()), (0.7152, rainy.green(), derained.green()))
    return sum(share * max(0, a - b) for share, a, b in (*pairs, (0.0722, rainy.blue(), derained.blue())))


def test_a_stranger_sees_what_was_removed_chooses_blind_protects_a_face_and_saves(
    stranger: Session, photos: list[Path], qtbot: QtBot
) -> None:
    window = stranger.window
    originals = [path.read_bytes() for path in photos]

    # Five photos are dropped; the first is seen before and after.
    drop(stranger, photos)
    until(qtbot, lambda: stranger.viewing.pair is not None)
    until(qtbot, idle(stranger))
    assert button(window, "Derain 5").isEnabled()
    assert [item.path for item in stranger.workspace.items] == photos

    click(window, "1:1")
    until(qtbot, idle(stranger))
    click(window, "Rain")
    assert button(window, "Rain").isChecked()
    check_that_rain_is_the_difference(stranger)
    click(window, "Fit")
    click(window, "Swipe")

    choose_blind(stranger, "garden", len(photos), qtbot)

    # Back at the photo a face is painted over with the brush; the preview shows it at once.
    click(window, "Derain")
    until(qtbot, idle(stranger))
    click(window, "Brush: protect or treat a part")
    paint_over_the_face(window.canvas)
    click(window, "Brush: protect or treat a part")
    until(qtbot, idle(stranger))
    current = stranger.workspace.current
    assert current is stranger.workspace.items[4]  # that of the last vote
    assert figure_words.state(current)[2] == "Ready · part protected"

    # One button, and all five are saved beside their sources, which stay as they were.
    click(window, "Derain 5")
    until(qtbot, idle(stranger))
    check_results(stranger, photos)
    assert [path.read_bytes() for path in photos] == originals
    opened: list[str] = []
    window.disk.open_url = lambda url: opened.append(url.toLocalFile())
    click(window, "Show results")
    assert opened == [str(photos[0].parent)]


def check_that_rain_is_the_difference(stranger: Session) -> None:
    """At 1:1 a pixel of the photo is a pixel of the screen, and what was removed is the difference of the two."""
    canvas, pair = stranger.window.canvas, stranger.viewing.pair
    assert pair is not None
    assert canvas.camera.zoom == 1.0
    assert pair.rainy.width == SIZE[0] > canvas.width()
    seen, rainy, derained, rain = canvas.grab().toImage(), pair.rainy.levels[0], pair.derained.levels[0], []
    left, top = (math.floor(at) for at in canvas.camera.picture_rect.topLeft().toTuple())
    corner, far = (canvas.camera.to_picture(QPointF(*at)) for at in ((40, 80), (canvas.width() - 40, canvas.height() - 40)))
    for x in range(round(corner.x()), round(far.x()), 37):
        for y in range(round(corner.y()), round(far.y()), 29):
            shown = QColor(seen.pixel(x + left, y + top)).lightness()
            rain.append((removed_light(QColor(rainy.pixel(x, y)), QColor(derained.pixel(x, y))), shown))
    removed, bright = np.array(rain).T
    assert np.ptp(removed) > 2
    np.testing.assert_allclose(bright, canvas.gain * removed, atol=3)


def choose_blind(stranger: Session, wanted: str, photos: int, qtbot: QtBot) -> None:
    """Four models, blind: the names are hidden, votes are cast by key, the winner is taken with one button."""
    window, compare = stranger.window, stranger.window.compare
    click(window, "Compare")
    assert len(compare.comparing.models) == 4
    click(window, f"Compare 4 models on {photos} photos")
    until(qtbot, lambda: not compare.comparing.running)
    until(qtbot, idle(stranger))
    click(window, "Blind test")
    assert {pane.title for pane in compare.grid.panes} == {"Rainy", "1 · A", "2 · B", "3 · C", "4 · D"}
    for _ in range(photos):
        ballot = compare.comparing.ballot
        assert ballot is not None
        place = ballot.order.index(wanted)
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key(Qt.Key.Key_1 + place))
    assert compare.comparing.ballot is None
    assert f"{wanted.title()} won {photos} of {photos} votes" in compare.card.words.text()
    click(window, "Use it")
    assert stranger.workspace.card is not None
    assert stranger.workspace.card.id == wanted


def paint_over_the_face(canvas: Canvas) -> None:
    """One stroke of the brush."""
    at = canvas.camera.to_view(QPointF(*FACE))
    QTest.mousePress(canvas, LEFT, pos=at.toPoint() - QPoint(20, 0))
    for step in range(-20, 24, 4):
        here = at + QPointF(step, 0)
        moved = QMouseEvent(QEvent.Type.MouseMove, here, canvas.mapToGlobal(here), LEFT, LEFT, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(canvas, moved)
    QTest.mouseRelease(canvas, LEFT, pos=at.toPoint() + QPoint(20, 0))


def check_results(stranger: Session, photos: list[Path]) -> None:
    """All are saved and shown; the face of the last stayed as it was."""
    items = stranger.workspace.items
    assert [item.state for item in items] == [State.DONE] * len(photos)
    results = [path.with_name(f"{path.stem}_derained.png") for path in photos]
    assert [item.target for item in items] == results
    before, after = read(photos[4]).astype(int), read(results[4]).astype(int)
    changed = np.abs(after - before).max(axis=2) > 0
    x, y = FACE
    assert not changed[y - 4 : y + 5, x - 10 : x + 11].any()
    assert changed.mean() > 0.2
    assert all((read(result) != read(photo)).mean() > 0.2 for result, photo in zip(results[:4], photos[:4], strict=True))
    assert stranger.window.page.run_bar.ending.said == "All done · 5 saved in holiday"
    assert stranger.viewing.shows_result
