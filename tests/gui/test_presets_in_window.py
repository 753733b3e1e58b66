"""Presets and the settings of single files: made, taken, renamed and deleted in the window, and each counts where it should."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.files.preset_box import PresetBox
from rainapp.gui.state import figure_words
from rainapp.gui.state.file_item import State
from rainapp.jobs import presets
from rainapp.jobs.presets import Preset
from rainapp.jobs.records import DerainFile, Output, Treatment
from tests.gui.hands import click_derain
from tests.gui.plain_run import PlainRun, idle, until


def box_of(session: Session) -> PresetBox:
    return session.window.page.inspector.presets


def rows(menu: QMenu) -> list[str]:
    return [row.text() for row in menu.actions() if row.text()]


def row(session: Session, *path: str) -> QAction:
    """A row of the menu of presets, or of a menu within."""
    menu = box_of(session).menu
    box_of(session).fill()
    for name in path[:-1]:
        menu = next(row.menu() for row in menu.actions() if row.text() == name)
    return next(row for row in menu.actions() if row.text() == path[-1])


def name_it(session: Session, name: str, qtbot: QtBot) -> None:
    box = box_of(session)
    assert box.asking.isVisible()
    box.name.setText(name)
    qtbot.keyClick(box.name, Qt.Key.Key_Return)


def test_a_preset_is_made_taken_changed_renamed_deleted_and_brought_back(opened: Session, qtbot: QtBot) -> None:
    workspace, notice = opened.workspace, opened.window.notice
    workspace.change(model="fine", format="png", temporal="best")
    workspace.set_amount(70)
    row(opened, "Save these settings…").trigger()
    name_it(opened, "Night & rain", qtbot)
    assert presets.names() == ["Night & rain"]
    made = presets.load("Night & rain")
    assert (made.treatment.model, made.treatment.strength, made.treatment.temporal, made.output.format) == (
        "fine", 0.7, "best", "png",
    )  # fmt: skip
    workspace.change(model="default", format="keep", temporal="auto")
    workspace.set_amount(-100)
    row(opened, "Night && rain").trigger()
    assert (workspace.settings.model, workspace.settings.format, workspace.amount) == ("fine", "png", 70)
    assert opened.window.page.inspector.amount.value() == 70

    workspace.set_amount(-100)
    row(opened, "Save these settings as", "Night && rain").trigger()
    workspace.set_amount(100)
    row(opened, "Night && rain").trigger()
    assert workspace.amount == -100

    row(opened, "Save these settings…").trigger()
    name_it(opened, "night & RAIN", qtbot)
    assert notice.words.text() == "There is a preset “night & RAIN” already. Choose another name."
    row(opened, "Rename", "Night && rain").trigger()
    name_it(opened, "a/b", qtbot)
    assert "cannot be the name of a preset" in notice.words.text()
    row(opened, "Rename", "Night && rain").trigger()
    name_it(opened, "Night", qtbot)
    assert presets.names() == ["Night"]

    row(opened, "Delete", "Night").trigger()
    assert presets.names() == []
    assert notice.words.text() == "The preset “Night” is deleted."
    qtbot.mouseClick(notice.choice, Qt.MouseButton.LeftButton)
    assert presets.load("Night").output.layer == "rain"


def test_a_preset_that_cannot_be_read_or_is_gone_says_so_and_changes_nothing(opened: Session) -> None:
    presets.save("Good", Preset())
    presets.folder().joinpath("Broken.toml").write_text("[treatment]\nstrength = 99\n")
    presets.folder().joinpath("Newer.toml").write_text("[treatment]\nmood = 'sunny'\n")
    before = opened.workspace.settings
    row(opened, "Broken").trigger()
    assert opened.window.notice.words.text() == "The preset Broken.toml has an impossible strength: 99."
    row(opened, "Newer").trigger()
    assert opened.window.notice.words.text().startswith("The preset Newer.toml has the unknown key “mood”.")
    gone = row(opened, "Good")
    presets.folder().joinpath("Good.toml").unlink()
    gone.trigger()
    assert "There is no preset “Good”." in opened.window.notice.words.text()
    assert opened.workspace.settings == before


def test_what_only_the_command_line_knows_is_told(opened: Session, tmp_path: Path) -> None:
    presets.save("Clips", Preset(Treatment(model="gone-model", strength=0.5), Output(codec="hevc", crf=20)))
    said: list[str] = []
    opened.workspace.notice.connect(said.append)
    row(opened, "Clips").trigger()
    assert said == [
        "Of this preset only the command line knows: codec, crf.",
        "There is no model “gone-model” here; the default one is used.",
    ]
    assert opened.workspace.amount == 50


def test_a_file_may_have_settings_of_its_own(opened: Session, plain_run: PlainRun, qtbot: QtBot) -> None:
    workspace, own = opened.workspace, opened.window.page.inspector.own
    first, second = workspace.items[:2]
    workspace.select(second, [second])
    qtbot.keyClick(own.tick, Qt.Key.Key_Space)
    assert second.own is not None
    workspace.set_amount(40)
    workspace.change(model="fine")
    assert figure_words.state(second)[2] == "Ready · own settings"
    workspace.select(first, [first])
    assert (workspace.amount, workspace.settings.model) == (100, "default")
    assert opened.window.page.inspector.amount.value() == 100
    assert not own.tick.isChecked()
    workspace.select(second, [second])
    assert opened.window.page.inspector.amount.value() == 40
    assert opened.window.page.inspector.model.accessibleName() == "Model: Fine"
    workspace.select(first, [first])
    click_derain(opened, qtbot)
    until(qtbot, idle(opened))
    made = {job.source: job.treatment for job in plain_run.jobs if isinstance(job, DerainFile)}
    assert [(made[item.path].model, made[item.path].strength) for item in workspace.items] == [
        ("quick", 1.0), ("fine", 0.4), ("quick", 1.0),
    ]  # fmt: skip
    workspace.set_amount(80)  # of all: the one of its own is as it was
    assert [item.outdated for item in workspace.items] == [True, False, True]
    workspace.select(second, [second])
    qtbot.mouseClick(own.reset, Qt.MouseButton.LeftButton)
    assert second.own is None
    assert second.outdated
    assert workspace.amount == 80
    assert all(item.state is State.DONE for item in workspace.items)


def test_settings_of_its_own_show_in_the_preview_at_once(opened: Session, plain_run: PlainRun, qtbot: QtBot) -> None:
    workspace, first = opened.workspace, opened.workspace.items[0]
    opened.window.actions_["own-settings"].trigger()
    assert first.own is not None
    workspace.change(model="fine")
    until(qtbot, idle(opened))
    assert opened.viewing.sight is not None
    assert opened.viewing.sight.treatment is not None
    assert opened.viewing.sight.treatment.model == "fine"
    workspace.step(1)
    until(qtbot, idle(opened))
    assert opened.viewing.sight is not None
    assert opened.viewing.sight.treatment is not None
    assert opened.viewing.sight.treatment.model == "quick"
