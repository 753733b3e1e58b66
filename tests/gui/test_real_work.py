"""The window over the real work: a real net, real files, nothing in their place."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from rainapp.base import consent
from rainapp.gui.app import Session
from rainapp.gui.state import figure_words
from rainapp.gui.state.file_item import State
from rainapp.media import photo_header
from tests.gui.plain_run import idle, rainy_photo, read, until
from tests.video_clips import make_clip


@pytest.fixture
def session(real_session: Session) -> Session:
    return real_session


def test_a_photo_is_seen_previewed_and_derained_by_a_real_net(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    photo = rainy_photo(tmp_path / "café ☔.png", 320, 200)
    session.workspace.add([photo])
    until(qtbot, lambda: session.viewing.pair is not None)
    until(qtbot, idle(session))
    qtbot.mouseClick(session.window.page.run_bar.button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    item = session.workspace.items[0]
    assert item.state is State.DONE, (item.message, item.hint)
    assert item.target == tmp_path / "café ☔_derained.png"
    assert np.abs(read(item.target).astype(int) - read(photo)).max() > 3
    assert session.viewing.shows_result
    assert "PyTorch" in session.window.header.chip.text()


def test_files_that_cannot_be_read_are_told_in_words(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    cut = rainy_photo(tmp_path / "cut.png")
    cut.write_bytes(cut.read_bytes()[:900])
    empty = tmp_path / "empty.jpg"
    empty.write_bytes(b"")
    session.workspace.add([cut, empty, tmp_path / "gone.tif"])
    until(qtbot, lambda: all(item.state is State.UNREADABLE for item in session.workspace.items))
    until(qtbot, idle(session))
    for item in session.workspace.items:
        session.workspace.select(item, [item])
        until(qtbot, idle(session))
        assert session.window.page.trouble.isVisible()
        assert len(session.window.page.trouble.message.text()) > 10


def test_a_file_that_claims_much_is_opened_when_the_person_says_so(
    session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    consent.forget()
    monkeypatch.setattr(photo_header, "_BOMB_PIXELS", 10_000)  # a small picture of one colour stands for a giant one
    Pillow.new("RGB", (400, 300), (90, 90, 90)).save(tmp_path / "sky.png")
    session.workspace.add([tmp_path / "sky.png"])
    until(qtbot, idle(session))
    trouble = session.window.page.trouble
    assert trouble.isVisible()
    assert "which would need about" in trouble.message.text()
    assert trouble.shown_remedies == ["open-large", "remove", "copy-report"]
    trouble.press("open-large")
    until(qtbot, lambda: session.viewing.pair is not None)
    until(qtbot, idle(session))
    assert not trouble.isVisible()
    item = session.workspace.items[0]
    assert (item.state, item.width, item.message) == (State.READY, 400, "")
    assert item.thumbnail is not None
    qtbot.mouseClick(session.window.page.run_bar.button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    assert item.state in (State.DONE, State.DRY)
    consent.forget()


def test_a_folder_is_searched_for_photos_and_clips(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    deep = tmp_path / "photos" / "one" / "two"
    deep.mkdir(parents=True)
    rainy_photo(deep / "b.png")
    rainy_photo(tmp_path / "photos" / "a.jpg")
    (deep / "notes.txt").write_text("no photo")
    session.workspace.add([tmp_path / "photos"])
    until(qtbot, lambda: len(session.workspace.items) == 2)
    until(qtbot, idle(session))
    assert {item.path.name for item in session.workspace.items} == {"a.jpg", "b.png"}


def test_a_clip_is_looked_at_anywhere_and_derained(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    clip = make_clip(tmp_path / "street.mp4", times=tuple(range(25)))
    session.workspace.add([clip])
    until(qtbot, lambda: session.viewing.pair is not None)
    until(qtbot, idle(session))
    bar = session.window.page.clip
    assert bar.isVisible()
    assert bar.length.text() == "/ 0:01.00"
    assert figure_words.state(session.workspace.items[0])[2] == "Ready · 0:01 · 64p"
    sight = session.viewing.sight
    assert sight is not None
    first = sight.picture
    bar.slider.setValue(bar.slider.maximum())
    until(qtbot, lambda: sight.picture is not first)
    until(qtbot, idle(session))
    assert sight.picture is not None
    assert first is not None
    assert sight.picture.picture.levels[0] != first.picture.levels[0]
    assert sight.time_s > 0.9
    assert session.viewing.pair is not None
    qtbot.mouseClick(session.window.page.run_bar.button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    item = session.workspace.items[0]
    assert item.state in (State.DONE, State.DRY), (item.message, item.hint)
    assert item.target == tmp_path / "street_derained.mp4"
    assert item.target.stat().st_size > 1000


def test_the_clip_bar_goes_when_a_photo_is_selected(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    session.workspace.add([rainy_photo(tmp_path / "a.png")])
    until(qtbot, idle(session))
    assert not session.window.page.clip.isVisible()
