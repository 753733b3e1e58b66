"""The second day when something went wrong: a damaged list, files that are gone, two windows at once, a full disk."""

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from rainapp.base import settings as settings_module
from rainapp.base.paths import settings_file
from rainapp.base.settings import Settings
from rainapp.gui.app import Session
from rainapp.gui.state.file_item import State
from rainapp.jobs.memory_jobs import KeepSession
from rainapp.jobs.session_lines import Entry, Head, session_file, to_line
from rainapp.work.session_files import keep, read
from tests.gui.hands import click_derain
from tests.gui.next_day import answer, begun, quit_window, written
from tests.gui.plain_run import PlainRun, idle, until


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
    small_disk: Path, next_session: Callable[..., Session], holiday: list[Path], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAINAPP_CONFIG", str(small_disk / "config"))
    session = begun(next_session(), qtbot)
    said: list[str] = []
    session.workspace.notice.connect(said.append)
    ballast = small_disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(1024)):
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


def test_a_long_list_is_read_as_quickly_as_a_short_one_is_long(tmp_path: Path) -> None:
    """Ten thousand files, half of them gone: read in the time of reading, not of comparing each with each."""
    (tmp_path / "photos").mkdir()
    entries = [Entry(tmp_path / "photos" / f"{number}.jpg", size=number) for number in range(10_000)]
    for entry in entries[::2]:
        entry.path.touch()
    keep(KeepSession(session_file(), (to_line(Head()), *(to_line(entry) for entry in entries))))
    started = time.process_time()
    kept = read(session_file())
    assert time.process_time() - started < 5
    assert [entry.path for entry in kept.entries] == [entry.path for entry in entries[::2]]
    assert len(kept.gone) == 5_000
    assert len(kept.lines) == 10_000  # a disk that is missing today may be there tomorrow
