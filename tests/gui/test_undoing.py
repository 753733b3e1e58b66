"""Ctrl+Z takes back what was done last: files removed, rows moved, a preset taken; and what counts as ready is ready."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.state.preset_use import take_over
from rainapp.jobs import presets
from rainapp.jobs.records import DerainFile, Output, Treatment
from tests.gui.hands import click_derain
from tests.gui.plain_run import PlainRun, idle, rainy_photo, until
from tests.gui.test_keys import press


def undo(session: Session, qtbot: QtBot) -> None:
    until(qtbot, session.window.actions_["undo"].isEnabled)
    qtbot.keyClick(session.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def test_moves_presets_and_removals_are_undone_in_turn(opened: Session, qtbot: QtBot) -> None:
    workspace = opened.workspace
    items = list(workspace.items)
    workspace.move([items[2]], 0)
    take_over(workspace, presets.Preset(Treatment(model="fine", strength=0.5, temporal="best"), Output(format="webp")))
    workspace.change(theme="light")  # what no preset says stays
    workspace.remove([items[1]])
    assert workspace.items == [items[2], items[0]]
    undo(opened, qtbot)
    assert workspace.items == [items[2], items[0], items[1]]
    undo(opened, qtbot)
    settings = workspace.settings
    assert (settings.model, workspace.amount, settings.temporal, settings.format) == ("default", 100, "auto", "keep")
    assert settings.theme == "light"
    assert opened.window.page.inspector.amount.value() == 100
    assert workspace.treatment.model == "quick"
    undo(opened, qtbot)
    assert workspace.items == items
    assert [item.row for item in items] == [0, 1, 2]
    qtbot.wait(20)
    assert not opened.window.actions_["undo"].isEnabled()
    until(qtbot, idle(opened))


def test_a_move_undone_while_at_work_moves_those_that_wait(
    opened: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot
) -> None:
    workspace = opened.workspace
    items = list(workspace.items)
    plain_run.hold.clear()
    click_derain(opened, qtbot)
    workspace.move([items[2]], 1)
    workspace.add([rainy_photo(photos[0].with_name("new.png"))])
    assert [item.path.name for item in workspace.items] == ["street 0.png", "street 2.png", "street 1.png", "new.png"]
    undo(opened, qtbot)
    assert [item.path.name for item in workspace.items] == ["street 0.png", "street 1.png", "new.png", "street 2.png"]
    plain_run.hold.set()
    until(qtbot, idle(opened))
    done = [job.source.name for job in plain_run.jobs if isinstance(job, DerainFile)]
    assert done == ["street 0.png", "street 1.png", "new.png", "street 2.png"]


def test_a_preset_undone_gives_single_files_their_own_settings_back(opened: Session, qtbot: QtBot) -> None:
    workspace = opened.workspace
    opened.window.actions_["own-settings"].trigger()
    workspace.set_amount(40)
    take_over(workspace, presets.Preset(Treatment(strength=1.2), Output()))
    assert (workspace.amount, workspace.common_amount) == (120, 100)
    undo(opened, qtbot)
    assert (workspace.amount, workspace.common_amount) == (40, 100)
    until(qtbot, idle(opened))


def test_what_was_removed_and_opened_anew_does_not_come_twice(opened: Session, qtbot: QtBot) -> None:
    gone = opened.workspace.items[1]
    opened.workspace.remove([gone])
    opened.workspace.add([gone.path])
    undo(opened, qtbot)
    assert sorted(item.path.name for item in opened.workspace.items) == [f"street {n}.png" for n in range(3)]
    until(qtbot, idle(opened))


def test_results_of_other_settings_are_not_counted_as_ready(opened: Session, photos: list[Path], qtbot: QtBot) -> None:
    click_derain(opened, qtbot)
    until(qtbot, idle(opened))
    opened.workspace.change(model="fine")
    cost = opened.window.page.run_bar.cost
    assert cost.accessibleName().startswith("3 outdated · ")
    opened.workspace.add([rainy_photo(photos[0].with_name("new.png"))])
    until(qtbot, idle(opened))
    assert cost.accessibleName().startswith("1 ready · ")


def test_tab_goes_through_the_settings_from_top_to_bottom(opened: Session, qtbot: QtBot) -> None:
    page = opened.window.page
    page.still_rain.ask.click()
    qtbot.wait(20)
    inspector = page.inspector
    body = inspector.widget()
    places: list[tuple[int, QWidget]] = []
    inspector.model.setFocus()
    for _ in range(60):
        now = QApplication.focusWidget()
        assert now is not None
        if not body.isAncestorOf(now):
            break
        places.append((now.mapTo(body, now.rect().topLeft()).y(), now))
        press(now, Qt.Key.Key_Tab)
    tops = [top for top, _ in places]
    assert tops == sorted(tops)
    assert page.still_rain.ask in [widget for _, widget in places]
    assert page.still_rain.buttons["treat-anyway"] in [widget for _, widget in places]
