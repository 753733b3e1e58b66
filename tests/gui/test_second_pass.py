"""Where rain is left the window offers a second pass: for the file, in its preview, its result and the next session."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.state import figure_words
from rainapp.gui.state.file_item import State
from rainapp.gui.state.preset_use import preset_of, take_over
from rainapp.jobs import presets
from rainapp.jobs.records import Output, Treatment
from tests.gui.hands import click_derain
from tests.gui.plain_run import idle, read, until


def test_a_second_pass_is_offered_previewed_saved_and_remembered(
    next_session: Callable[[], Session], holiday: list[Path], qtbot: QtBot
) -> None:
    first = next_session()
    workspace, page = first.workspace, first.window.page
    workspace.add(holiday[:2])
    until(qtbot, lambda: first.viewing.pair is not None)
    until(qtbot, idle(first))
    click_derain(first, qtbot)
    until(qtbot, idle(first))
    once = read(workspace.items[0].target or Path())
    page.still_rain.ask.click()
    again = page.still_rain.buttons["second-pass"]
    assert "changed next to nothing" in again.toolTip()
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    assert again.isChecked()
    until(qtbot, idle(first))
    assert first.viewing.sight is not None
    assert first.viewing.sight.treatment is not None
    assert first.viewing.sight.treatment.passes == 2
    assert [item.outdated for item in workspace.items] == [True, False]
    click_derain(first, qtbot)
    until(qtbot, idle(first))
    assert (read(workspace.items[0].target or Path()) != once).any()
    first.window.close()
    first.close()
    second = next_session()
    until(qtbot, lambda: second.window.returning.isVisible())
    qtbot.mouseClick(second.window.returning.answers[0], Qt.MouseButton.LeftButton)
    until(qtbot, idle(second))
    assert [item.second_pass for item in second.workspace.items] == [True, False]
    assert [item.state for item in second.workspace.items] == [State.DONE, State.DONE]
    assert not any(item.outdated for item in second.workspace.items)


def test_a_preset_can_ask_for_it_and_one_press_takes_that_back(opened: Session, qtbot: QtBot) -> None:
    workspace = opened.workspace
    take_over(workspace, presets.Preset(Treatment(passes=2), Output()))
    until(qtbot, idle(opened))
    assert preset_of(workspace).treatment.passes == 2
    action = opened.window.actions_["second-pass"]
    qtbot.wait(20)
    assert action.isChecked()
    action.trigger()
    assert workspace.treatment.passes == 1
    assert preset_of(workspace).treatment.passes == 1
    action.trigger()
    assert figure_words.state(workspace.items[0])[2] == "Ready · two passes"
    until(qtbot, idle(opened))
