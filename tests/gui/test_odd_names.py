"""The window and files whose names are bytes that are no text."""

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.files.drop_and_paste import local_paths
from rainapp.gui.state.file_item import State
from tests.gui.plain_run import idle, rainy_photo, until
from tests.video_clips import make_clip

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have names of text only")


def test_such_files_are_shown_and_derained(real_session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    photo = rainy_photo(tmp_path / "plain.png", 160, 100).rename(tmp_path / "r\udce9gen.png")
    clip = make_clip(tmp_path / "plain.mp4", times=range(3)).rename(tmp_path / "r\udce9gen.mp4")
    session = real_session
    session.workspace.add([photo, clip])
    until(qtbot, idle(session))
    assert [item.name for item in session.workspace.items] == ["r\\xe9gen.png", "r\\xe9gen.mp4"]
    qtbot.mouseClick(session.window.page.run_bar.button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    for item in session.workspace.items:
        assert item.state is State.DONE, (item.message, item.hint)
        assert item.target is not None
        assert os.fsencode(item.target.name).startswith(b"r\xe9gen_derained")
    session.window.grab()


def test_such_files_can_be_dropped(tmp_path: Path) -> None:
    photo = rainy_photo(tmp_path / "plain.png").rename(tmp_path / "r\udce9gen.png")
    dropped = QMimeData()
    dropped.setUrls(
        [QUrl.fromEncoded(photo.as_uri().encode()), QUrl.fromLocalFile(str(tmp_path / "é \N{REPLACEMENT CHARACTER}.png"))]
    )
    assert local_paths(dropped) == [photo, tmp_path / "é \N{REPLACEMENT CHARACTER}.png"]
