"""The second day: what a window held comes back after it was closed, killed, or never ended, and none loses another's."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.state.file_item import State
from rainapp.jobs.session_lines import session_file
from tests.gui.hands import click_derain
from tests.gui.next_day import answer, begun, quit_window
from tests.gui.plain_run import idle, until
from tests.numbered_pictures import take


def test_the_list_comes_back_after_quitting(next_session: Callable[..., Session], holiday: list[Path], qtbot: QtBot) -> None:
    first = begun(next_session(), qtbot)
    assert not first.window.returning.isVisible()
    first.workspace.add(holiday)
    until(qtbot, idle(first))
    first.workspace.start(first.workspace.items[:2])
    until(qtbot, idle(first))
    holiday[3].write_bytes(b"no photo")
    first.workspace.start([first.workspace.items[3]])
    until(qtbot, idle(first))
    first.workspace.set_amount(-100)
    first.workspace.select(first.workspace.items[2], [first.workspace.items[2]])
    before = [(item.path, item.state, item.target, item.seconds, item.message) for item in first.workspace.items]
    quit_window(first)

    second = begun(next_session(), qtbot)
    assert not second.workspace.items
    assert second.window.returning.words.text() == "Open the list of last time? 2 of 4 done."
    assert [button.text() for button in second.window.returning.answers] == ["Go on", "Start fresh"]
    answer(second, 0, qtbot)
    assert [(item.path, item.state, item.target, item.seconds, item.message) for item in second.workspace.items] == before
    assert second.workspace.amount == -100
    assert second.workspace.current is not None
    assert second.workspace.current.path == first.workspace.items[2].path
    assert not second.window.returning.isVisible()
    until(qtbot, lambda: all(item.thumbnail for item in second.workspace.items if item.state is not State.UNREADABLE))


def test_start_fresh_forgets_it_and_leaving_it_open_keeps_it(
    next_session: Callable[..., Session], holiday: list[Path], qtbot: QtBot
) -> None:
    first = begun(next_session(), qtbot)
    first.workspace.add(holiday[:2])
    until(qtbot, idle(first))
    quit_window(first)
    second = begun(next_session(), qtbot)
    second.workspace.add(holiday[2:3])  # nobody answered
    until(qtbot, idle(second))
    quit_window(second)
    third = begun(next_session(), qtbot)
    assert third.window.returning.words.text() == "Open the list of last time? 0 of 3 done."
    answer(third, 1, qtbot)
    assert not third.workspace.items
    quit_window(third)
    assert not begun(next_session(), qtbot).window.returning.isVisible()


def test_a_painted_mask_comes_back_as_it_was(next_session: Callable[..., Session], holiday: list[Path], qtbot: QtBot) -> None:
    first = begun(next_session(), qtbot)
    first.workspace.add(holiday[:1])
    until(qtbot, lambda: first.viewing.pair is not None)
    until(qtbot, idle(first))
    brush, camera = first.window.canvas.brush, first.window.canvas.camera
    brush.set_mode("only")
    brush.press(camera.to_view(QPointF(40, 30)), camera, False)
    brush.release()
    click_derain(first, qtbot)
    until(qtbot, idle(first))
    mask = first.workspace.items[0].mask
    assert mask is not None
    assert 0 < mask.share < 1
    quit_window(first)
    second = begun(next_session(), qtbot)
    answer(second, 0, qtbot)
    back = second.workspace.items[0]
    assert back.mask is not None
    assert back.mask.mode == "only"
    assert np.array_equal(back.mask.cover, mask.cover)
    assert back.state is State.DONE
    assert not back.outdated  # its result was made through this mask
    quit_window(second)
    third = begun(next_session(), qtbot)
    answer(third, 0, qtbot)
    assert third.workspace.items[0].mask is not None


def test_a_mask_that_is_lost_is_told_and_nothing_goes_on_without_it(
    next_session: Callable[..., Session], holiday: list[Path], qtbot: QtBot
) -> None:
    first = begun(next_session(), qtbot)
    first.workspace.add(holiday[:2])
    until(qtbot, lambda: first.viewing.pair is not None)
    until(qtbot, idle(first))
    brush, camera = first.window.canvas.brush, first.window.canvas.camera
    brush.press(camera.to_view(QPointF(40, 30)), camera, False)
    brush.release()
    first.workspace.batch.paused = False
    quit_window(first)
    for path in session_file().with_name("session masks").iterdir():
        path.write_bytes(b"no picture")
    second = begun(next_session(), qtbot)
    answer(second, 0, qtbot)
    assert "What was painted over day 0.png is lost" in second.window.notice.words.text()
    assert [item.mask for item in second.workspace.items] == [None, None]


WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from rainapp.gui.app import Session, prepare, run_work
from rainapp.library.model_library import ModelLibrary
from rainapp.media.clip import resumable_sink as clip_resume
from rainapp.base.settings import Settings

clip_resume.PART_S = 1
application = QApplication([])
settings = Settings(theme="dark", device="cpu", engine="torch", precision="fp32")
prepare(application, settings)
session = Session(settings, run_work, ModelLibrary(Path(sys.argv[1]), Path(sys.argv[2])))
session.window.show()
session.memory.begin()
workspace = session.workspace
workspace.add(Path(name) for name in sys.argv[3:])
begun = []

def look():
    if not begun and not session.dispatch.busy:
        begun.append(True)
        workspace.start(workspace.items)
    done = sum(item.state.name == "DONE" for item in workspace.items)
    at_work = next((item for item in workspace.items if item.state.name == "RUNNING"), None)
    print(done, at_work.share if at_work else 0, flush=True)

timer = QTimer(interval=50)
timer.timeout.connect(look)
timer.start()
application.exec()
"""


def killed_at_work(tmp_path: Path, library: Path, paths: list[Path], enough: Callable[[int, float], bool]) -> int:
    """Open a window in a process of its own on `paths`, derain them, and kill it outright; how many were done."""
    command = [sys.executable, "-c", WINDOW, str(tmp_path / "bundled"), str(library), *map(str, paths)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        done = 0
        for line in process.stdout:
            done, share = int(line.split()[0]), float(line.split()[1])
            if enough(done, share):
                break
        time.sleep(0.9)  # what happened is on the disk after half a second
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert process.returncode == -signal.SIGKILL
    return done


@pytest.mark.skipif(os.name != "posix", reason="nothing is killed outright elsewhere")
def test_a_killed_window_goes_on_where_it_stopped(
    next_session: Callable[..., Session], tiny_library: Path, holiday: list[Path], tmp_path: Path, qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from rainapp.media.clip import resumable_sink
    from tests.video_clips import make_clip

    monkeypatch.setattr(resumable_sink, "PART_S", 1)
    clip = make_clip(tmp_path / "holiday" / "street.mp4", times=tuple(range(1500)), noise=True)
    paths = [*holiday[:2], clip, *holiday[2:]]
    killed_at_work(tmp_path, tiny_library, paths, lambda done, share: done == 2 and 0.05 < share < 1)
    results = tmp_path / "holiday"
    assert sorted(path.name for path in results.glob("*_derained*")) == ["day 0_derained.png", "day 1_derained.png"]
    times = {path: path.stat().st_mtime_ns for path in results.glob("*_derained*")}

    session = begun(next_session(), qtbot)
    assert session.window.returning.words.text() == "Go on where you stopped? 2 of 5 done."
    qtbot.mouseClick(session.window.returning.answers[0], Qt.MouseButton.LeftButton)
    until(qtbot, lambda: len(session.workspace.items) == 5)
    item = session.workspace.items[2]
    assert [one.state for one in session.workspace.items[:2]] == [State.DONE, State.DONE]
    until(qtbot, lambda: item.total > 0)
    until(qtbot, lambda: item.share > 0)
    assert item.share > 25 / 1500  # a part, at least, was finished
    until(qtbot, idle(session))
    assert [one.state for one in session.workspace.items] == [State.DONE] * 5, [one.message for one in session.workspace.items]
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert len(list(results.iterdir())) == 10  # and nothing under another name, nor any leftover


def test_what_was_saved_after_the_last_word_is_done_and_not_done_twice(
    next_session: Callable[..., Session], holiday: list[Path], qtbot: QtBot
) -> None:
    first = begun(next_session(), qtbot)
    first.workspace.add(holiday[:2])
    until(qtbot, idle(first))
    click_derain(first, qtbot)
    first.memory.freeze()  # the last word: both are at work
    until(qtbot, idle(first))
    assert len(list(holiday[0].parent.glob("*_derained.png"))) == 2
    first.close()
    second = begun(next_session(), qtbot)
    answer(second, 0, qtbot)
    assert [item.state for item in second.workspace.items] == [State.DONE, State.DONE]
    assert len(list(holiday[0].parent.glob("*_derained*"))) == 2


def test_settings_of_single_files_and_numbered_frames_come_back(
    next_session: Callable[..., Session], holiday: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    first = begun(next_session(), qtbot)
    first.workspace.add(holiday[:2])
    until(qtbot, idle(first))
    first.workspace.add(take(tmp_path / "take", 30))
    until(qtbot, lambda: len(first.workspace.items) == 3)
    until(qtbot, idle(first))
    items = first.workspace.items
    first.workspace.select(items[1], [items[1]])
    first.window.actions_["own-settings"].trigger()
    first.workspace.set_amount(40)
    first.workspace.select(items[2], [items[2]])
    first.workspace.frames.set_rate(items[2], Fraction(12))
    first.window.actions_["move-up"].trigger()
    quit_window(first)
    second = begun(next_session(), qtbot)
    answer(second, 0, qtbot)
    back = second.workspace.items
    assert [item.path for item in back] == [items[0].path, items[1].path, items[2].path]
    assert back[1].frames == items[1].frames
    assert back[1].rate == 12
    assert back[2].own is not None
    assert back[2].own.amount == 40
    assert back[2].own == items[2].own
    assert (back[0].own, second.workspace.common_amount) == (None, 100)
