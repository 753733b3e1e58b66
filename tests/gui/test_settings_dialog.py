"""The dialog of preferences: drawn from the fields, every change at once."""

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from rainapp.base.settings import PREFERENCES
from rainapp.gui.app import Session
from rainapp.gui.settings_dialog import PAGES
from rainapp.gui.widgets.theme import LIGHT, look

SHOWN = [preference for preference in PREFERENCES.values() if preference.page in PAGES]


@pytest.mark.parametrize("preference", SHOWN, ids=lambda preference: preference.name)
def test_every_preference_has_a_control_that_shows_and_changes_it(preference: object, session: Session, qtbot: QtBot) -> None:
    name = preference.name  # type: ignore[attr-defined]
    dialog = session.window.show_settings("General")
    control = dialog.control(name)
    before = getattr(session.workspace.settings, name)
    if isinstance(control, QCheckBox):
        assert control.isChecked() == before
        control.click()
    elif isinstance(control, QComboBox):
        assert control.currentData() == before
        control.setCurrentIndex((control.currentIndex() + 1) % control.count())
        control.activated.emit(control.currentIndex())
    elif isinstance(control, QSpinBox):
        assert (control.text() == "Automatic") == (before is None)
        control.setValue(control.minimum() + 5)
    else:
        field = control if isinstance(control, QLineEdit) else control.findChild(QLineEdit)
        assert field is not None
        assert field.text() == before
        field.setText("{name} without rain" if name == "name_template" else "somewhere")
        field.editingFinished.emit()
    assert getattr(session.workspace.settings, name) != before


def test_a_value_that_cannot_be_is_marked_and_not_taken(session: Session) -> None:
    field = session.window.show_settings("Files").control("name_template")
    assert isinstance(field, QLineEdit)
    field.setText("always the same")
    field.editingFinished.emit()
    assert session.workspace.settings.name_template == "{name}_derained"
    assert field.property("wrong") == "true"
    assert "{name}" in field.toolTip()
    below = session.window.show_settings("Files")._rows["name_template"][2]
    assert below.text() == field.toolTip()
    assert below.property("role") == "bad"
    field.setText("{name} dry")
    field.editingFinished.emit()
    assert (field.property("wrong"), below.property("role")) == ("", "small")
    assert session.workspace.settings.name_template == "{name} dry"


def test_the_search_goes_to_the_page_and_leaves_only_what_fits(session: Session) -> None:
    dialog = session.window.show_settings("General")
    dialog.search.setText("tile")
    assert dialog.tabs.tabText(dialog.tabs.currentIndex()) == "Speed"
    assert dialog.control("tile_px").isVisible()
    assert not dialog.control("engine").isVisible()
    dialog.search.clear()
    assert dialog.control("engine").isVisible()


def test_the_theme_changes_at_once(session: Session) -> None:
    choice = session.window.show_settings("Looks").control("theme")
    assert isinstance(choice, QComboBox)
    choice.setCurrentIndex(choice.findData("light"))
    choice.activated.emit(choice.currentIndex())
    assert look().theme is LIGHT


def test_the_dialog_opens_once_and_shows_the_page_asked_for(session: Session) -> None:
    first = session.window.show_settings("General")
    session.window.actions_["shortcuts"].trigger()
    again = session.window.show_settings("About")
    assert again is first
    assert first.tabs.tabText(first.tabs.currentIndex()) == "About"
