"""The second day: what a window held comes back after it was closed, killed, or never ended, and none loses another's."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from rainapp import settings as settings_module
from rainapp.gui.app import Session, run_work
from rainapp.gui.item import State
from rainapp.library import ModelLibrary
from rainapp.paths import settings_file
from rainapp.session_lines import session_file
from rainapp.settings import Settings
from tests.gui.hands import click_derain
from tests.gui.plain_run import PlainRun, idle, rainy_photo, until

REAL = Settings(theme="dark", device="cpu", engine="torch", precision="fp32")


@pytest.fixture
def next_session(open_session: Callable[..., Session], tiny_library: Path, tmp_path: Path) -> Callable[..., Session]:
    """Opens a window over the real work, as on a new day."""

    def make(settings: Settings = REAL) -> Session:
        session = open_session(settings, run_work, ModelLibrary(tmp_path / "bundled", tiny_library))
        session.memory.begin()
        return session

    return make


@pytest.fixture
def holiday(tmp_path: Path) -> list[Path]:
    (tmp_path / "holiday").mkdir()
    return [rainy_photo(tmp_path / "holiday" / f"day {n}.png", 96, 64, seed=n) for n in range(4)]


def begun(session: Session, qtbot: QtBot) -> Session:
    until(qtbot, idle(session))
    return session


def answer(session: Session, which: int, qtbot: QtBot) -> None:
    line = session.window.returning
    assert line.isVisible()
    qtbot.mouseClick(line.answers[which], Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))


def quit_window(session: Session) -> None:
    session.window.close()
    session.close()


def written(qtbot: QtBot, claim: Callable[[str], bool]) -> None:
    """Wait until the session on the disk says it."""
    until(qtbot, lambda: session_file().is_file() and claim(session_file().read_text()))


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
from rainapp.library import ModelLibrary
from rainapp.media import clip_resume
from rainapp.settings import Settings

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
    from rainapp.media import clip_resume
    from tests.video_clips import make_clip

    monkeypatch.setattr(clip_resume, "PART_S", 1)
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


def test_a_damaged_line_a_strange_version_and_files_that_are_gone_cost_only_themselves(
    next_session: Callable[..., Session], holiday: list[Path], qtbot: QtBot
) -> None:
    first = begun(next_session(), qtbot)
    first.workspace.add(holiday)
    until(qtbot, idle(first))
    first.workspace.start(first.workspace.items[:1])
    until(qtbot, idle(first))
    quit_window(first)
    lines = session_file().read_text().splitlines()
    head = json.loads(lines[0]) | {"session": 7, "mood": "sunny"}
    lines[0], lines[2] = json.dumps(head), lines[2][:-9]
    lines.append('{"path": "/x", "state": "READY", "rate": "0/0"}')
    session_file().write_text("\n".join(lines) + "\n")
    holiday[2].unlink()
    first.workspace.items[0].target.unlink()  # type: ignore[union-attr]
    second = begun(next_session(), qtbot)
    assert second.window.returning.words.text() == (
        "Open the list of last time? 0 of 2 done. It was written by another version; what is not known here is left out. "
        "Damaged lines left out: 2. Not there any more: day 2.png. Ready again, as their results are gone: 1."
    )
    answer(second, 0, qtbot)
    assert [(item.path, item.state) for item in second.workspace.items] == [
        (holiday[0], State.READY), (holiday[3], State.READY),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"\xff\xfe\0\0 no list", b"[1, 2]\n{}\n"])
def test_a_session_that_is_none_is_put_aside(content: bytes, next_session: Callable[..., Session], qtbot: QtBot) -> None:
    session_file().parent.mkdir(parents=True, exist_ok=True)
    session_file().write_bytes(content)
    session = begun(next_session(), qtbot)
    line = session.window.returning
    assert line.words.text() == "The list of last time cannot be read; it is kept as session.jsonl.broken."
    assert session_file().with_name("session.jsonl.broken").read_bytes() == content
    answer(session, 0, qtbot)
    assert not line.isVisible()


def test_two_windows_at_once_keep_the_list_of_the_first(
    next_session: Callable[..., Session], holiday: list[Path], qtbot: QtBot
) -> None:
    first = begun(next_session(), qtbot)
    first.workspace.add(holiday[:2])
    until(qtbot, idle(first))
    written(qtbot, lambda text: "day 1.png" in text)
    second = begun(next_session(), qtbot)
    assert second.window.notice.words.text() == (
        "rainapp is open already. The list of this window will not be there next time."
    )
    second.workspace.add(holiday[2:])
    until(qtbot, idle(second))
    quit_window(second)
    quit_window(first)
    third = begun(next_session(), qtbot)
    answer(third, 0, qtbot)
    assert [item.path for item in third.workspace.items] == holiday[:2]


def test_a_setting_is_on_the_disk_soon_after_it_was_changed_and_leaves_those_of_another_window_alone(
    make_session: Callable[..., Session], photos: list[Path], qtbot: QtBot
) -> None:
    session = make_session(Settings())
    other = make_session(Settings())
    session.workspace.change(theme="light")
    until(qtbot, lambda: settings_file().is_file())
    other.workspace.change(quality=77)
    other.workspace.set_amount(40)
    until(qtbot, lambda: settings_module.load()[0].quality == 77)
    kept, _ = settings_module.load()
    assert (kept.theme, kept.quality, kept.strength) == ("light", 77, 0.4)


def test_settings_are_written_before_the_work_has_ended(
    make_session: Callable[..., Session], photos: list[Path], plain_run: PlainRun, qtbot: QtBot
) -> None:
    session = make_session(Settings(confirm_quit=False))
    session.workspace.add(photos)
    until(qtbot, idle(session))
    plain_run.hold.clear()
    click_derain(session, qtbot)
    session.workspace.change(theme="light")
    session.window.close()
    assert settings_module.load()[0].theme == "light"
    plain_run.hold.set()


def test_a_full_disk_is_told_once_and_the_work_goes_on(
    next_session: Callable[..., Session], holiday: list[Path], small_disk: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAINAPP_CONFIG", str(small_disk / "config"))
    session = begun(next_session(), qtbot)
    said: list[str] = []
    session.workspace.notice.connect(said.append)
    ballast = small_disk / "ballast"
    with ballast.open("wb") as file:
        try:
            while True:
                file.write(bytes(1024))
                file.flush()
        except OSError:
            pass
    session.workspace.add(holiday)
    until(qtbot, lambda: bool(said))
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    qtbot.wait(1500)
    until(qtbot, idle(session))
    assert len(said) == 1
    assert said[0].startswith("What you do now may not be there next time: ")
    assert "the disk is full" in said[0]
    assert all(item.state is State.DONE for item in session.workspace.items)
    ballast.unlink()
    session.workspace.set_amount(50)
    written(qtbot, lambda text: text.count("DONE") == 4)
