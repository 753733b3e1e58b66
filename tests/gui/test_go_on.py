"""A clip that was stopped, or left by quitting, goes on after what was finished of it, and ends as if nobody had stopped it."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.state import figure_words
from rainapp.gui.state.file_item import Item, State
from rainapp.media.clip import resumable_sink, video
from tests.gui.hands import click_derain
from tests.gui.plain_run import idle, until
from tests.numbered_pictures import take
from tests.video_clips import make_clip

FRAMES = 120
PART_S = 1  # of 25 frames, so that a short clip has several


@pytest.fixture(autouse=True)
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resumable_sink, "PART_S", PART_S)


def opened(session: Session, path: Path, qtbot: QtBot) -> Item:
    session.workspace.add([path])
    until(qtbot, idle(session))
    return session.workspace.items[0]


def run_for_a_while(session: Session, item: Item, qtbot: QtBot) -> None:
    session.window.actions_["derain"].trigger()
    until(qtbot, lambda: item.share > 0.35)
    assert item.state is State.RUNNING


def shares_seen(session: Session, item: Item) -> list[float]:
    """How far the item is, each time that it is told."""
    seen: list[float] = []
    session.workspace.batch.item_changed.connect(
        lambda _: item.total and item.state is State.RUNNING and seen.append(item.share)
    )
    return seen


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def frames_of(path: Path) -> NDArray[np.int64]:
    return np.stack([frame.image.pixels.astype(int) for frame in video.ClipSource(path)])


def whole(session: Session, item: Item, qtbot: QtBot) -> NDArray[np.int64]:
    """What a run without a stop makes of it; the result goes away again."""
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert item.target is not None
    made = frames_of(item.target)
    item.target.unlink()
    item.state, item.target = State.READY, None
    return made


def test_a_stopped_clip_goes_on_after_what_was_finished(real_session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    clip = make_clip(tmp_path / "street.mp4", times=tuple(range(FRAMES)), noise=True)
    real_session.workspace.change(temporal="off")
    item = opened(real_session, clip, qtbot)
    expected = whole(real_session, item, qtbot)
    run_for_a_while(real_session, item, qtbot)
    real_session.window.actions_["stop"].trigger()
    until(qtbot, idle(real_session))
    assert figure_words.state(item)[2] == "Stopped · goes on from there"
    assert hidden(tmp_path)
    assert not list(tmp_path.glob("*unfinished*"))
    seen = shares_seen(real_session, item)
    click_derain(real_session, qtbot)
    until(qtbot, idle(real_session))
    assert item.state is State.DONE, item.message
    assert min(share for share in seen if share) >= 0.2
    assert item.target == tmp_path / "street_derained.mp4"
    assert np.abs(frames_of(item.target) - expected).mean() < 2  # an encoder with several threads never does quite the same
    assert not hidden(tmp_path)


def test_quitting_keeps_what_is_finished_of_a_clip(
    real_session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(*words_: object) -> QMessageBox.StandardButton:
        asked.append(str(words_[-1]))
        return QMessageBox.StandardButton.Yes

    monkeypatch.setattr(QMessageBox, "question", answer)
    clip = make_clip(tmp_path / "street.mp4", times=tuple(range(FRAMES)), noise=True)
    item = opened(real_session, clip, qtbot)
    run_for_a_while(real_session, item, qtbot)
    real_session.window.close()
    real_session.close()
    assert "the clip at work goes on next time" in asked[0]
    assert hidden(tmp_path)
    assert not (tmp_path / "street_derained.mp4").exists()


def test_the_box_at_quitting_promises_nothing_before_a_part_is_finished(
    real_session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumable_sink, "PART_S", 60)  # longer than the clip
    asked: list[str] = []

    def answer(*words_: object) -> QMessageBox.StandardButton:
        asked.append(str(words_[-1]))
        return QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", answer)
    clip = make_clip(tmp_path / "street.mp4", times=tuple(range(FRAMES)), noise=True)
    item = opened(real_session, clip, qtbot)
    run_for_a_while(real_session, item, qtbot)
    assert not real_session.window.close()
    assert asked == ["Quit now? What is done stays; the clip at work begins anew next time, as no part of it is finished yet."]
    assert not real_session.window.actions_["stop-go-on"].isEnabled()  # nor does the menu of Stop
    real_session.window.actions_["stop"].trigger()
    until(qtbot, idle(real_session))
    assert not item.goes_on
    assert not hidden(tmp_path)


def test_stop_offers_to_go_on_later_to_keep_a_clip_or_nothing(real_session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    clip = make_clip(tmp_path / "street.mp4", times=tuple(range(FRAMES)), noise=True)
    item = opened(real_session, clip, qtbot)
    run_for_a_while(real_session, item, qtbot)
    real_session.window.actions_["pause"].trigger()
    menu = real_session.window.page.run_bar.stop.menu()
    assert [row.text() for row in menu.actions()] == [
        "Stop, to go on later",
        "Stop and keep the part done",
        "Stop and keep nothing",
    ]
    menu.actions()[0].trigger()
    until(qtbot, idle(real_session))
    assert item.goes_on
    click_derain(real_session, qtbot)
    until(qtbot, lambda: item.share > 0.5)
    real_session.window.actions_["stop-drop"].trigger()
    until(qtbot, idle(real_session))
    assert not item.goes_on
    assert not hidden(tmp_path)


def test_numbered_frames_go_on_too(real_session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    files = take(tmp_path / "take", count=90)
    real_session.workspace.add(files)
    until(qtbot, idle(real_session))
    item = real_session.workspace.items[0]
    assert item.frames is not None
    run_for_a_while(real_session, item, qtbot)
    qtbot.keyClick(real_session.window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, idle(real_session))
    assert item.goes_on
    seen = shares_seen(real_session, item)
    click_derain(real_session, qtbot)
    until(qtbot, idle(real_session))
    assert item.state is State.DONE, item.message
    assert min(share for share in seen if share) >= 0.2
    assert item.target is not None
    assert len(list(item.target.iterdir())) == len(files)
