"""The one dialog of preferences, drawn from the fields of `Settings`. Every change counts at once; there is no OK.

Beside the pages of preferences stand the keys (drawn from the table of actions) and what this program is.
"""

import platform
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from rainapp.base.paths import log_dir, settings_file
from rainapp.base.settings import PREFERENCES, SCREEN_AS_SYSTEM, SCREEN_IS_SRGB, Preference
from rainapp.base.version import VERSION
from rainapp.gui import action_table
from rainapp.gui.actions import action_rows
from rainapp.gui.files.inspector import FORMATS
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.text.language import LANGUAGES
from rainapp.gui.whats_new import show_changes, show_licences
from rainapp.gui.widgets.controls import label, mark_wrong, push_button
from rainapp.gui.widgets.plain_text import PlainLabel, set_tip

CHOICES = {  # words for the usual values of preferences that may hold others too
    "format": FORMATS,
    "device": (("auto", "Automatic"), ("cpu", "Processor only")),
    "language": (("system", "As the system"), *LANGUAGES),
}
EDGE_PX = 8
PAGES = ("General", "Files", "Speed", "Looks")


class Spin(QSpinBox):
    """A number that the wheel does not change while the page is scrolled; its lowest value means automatic."""

    def __init__(self) -> None:
        """Begin as far from the edge as the other fields do."""
        super().__init__()
        self.lineEdit().setTextMargins(EDGE_PX, 0, 0, 0)

    def wheelEvent(self, event: object) -> None:  # noqa: N802, D102 - Qt's name
        event.ignore()  # type: ignore[attr-defined]


class SettingsDialog(QDialog):
    """Shows and changes `workspace.settings`."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        """One page for each group of preferences, then keys and about."""
        super().__init__(parent)
        self._workspace = workspace
        self._rows: dict[str, tuple[QWidget, QWidget, PlainLabel]] = {}
        self.setWindowTitle(self.tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 480)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search in settings"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._find)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        column.addWidget(self.search)
        column.addWidget(self.tabs, 1)
        self._pages: dict[str, QWidget] = {}
        for page in PAGES:
            self._add_page(page, self._preferences(page))
        self._add_page("Shortcuts", self._shortcuts())
        self._add_page("About", self._about())

    def open_page(self, page: str) -> None:
        """Show one page by its name."""
        self.tabs.setCurrentWidget(self._pages[page])

    def control(self, name: str) -> QWidget:
        """The control of one preference."""
        return self._rows[name][1]

    def _add_page(self, page: str, content: QWidget) -> None:
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        scroll.setAccessibleName(self.tr(page))
        self._pages[page] = scroll
        self.tabs.addTab(scroll, self.tr(page))

    def _form(self) -> tuple[QWidget, QFormLayout]:
        box = QWidget()
        form = QFormLayout(box)
        form.setContentsMargins(8, 16, 8, 16)
        form.setHorizontalSpacing(24)
        return box, form

    def _preferences(self, page: str) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(8, 16, 16, 16)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, 130)
        grid.setColumnStretch(1, 1)
        for preference in PREFERENCES.values():
            if preference.page == page:
                self._add_preference(grid, preference)
        grid.setRowStretch(grid.rowCount(), 1)
        return box

    def _add_preference(self, grid: QGridLayout, preference: Preference) -> None:
        control = self._control(preference)
        control.setAccessibleName(self.tr(preference.label))
        control.setAccessibleDescription(self.tr(preference.help))
        name = label("" if preference.kind == "flag" else self.tr(preference.label))
        help_words = label(self.tr(preference.help), "small")
        help_words.setWordWrap(True)
        help_words.setContentsMargins(0, 0, 0, 10)
        row = grid.rowCount()
        grid.addWidget(name, row, 0)
        grid.addWidget(control, row, 1)
        grid.addWidget(help_words, row + 1, 1)
        self._rows[preference.name] = (name, control, help_words)

    def _control(self, preference: Preference) -> QWidget:
        value = getattr(self._workspace.settings, preference.name)
        change = partial(self._change, preference.name)
        if preference.kind == "flag":
            tick = QCheckBox(self.tr(preference.label))
            tick.setChecked(value)
            tick.toggled.connect(change)
            return tick
        if preference.name == "screen_profile":
            return self._profiles()
        if preference.kind == "choice" or preference.name in CHOICES:
            choice = QComboBox()
            choices = preference.choices or CHOICES[preference.name]
            for key, words in choices if value in dict(choices) else (*choices, (value, value)):
                choice.addItem(self.tr(words), key)
            choice.setCurrentIndex(choice.findData(value))
            choice.activated.connect(lambda _: change(choice.currentData()))
            return choice
        if preference.kind == "number":
            return self._number(preference, value)
        text = QLineEdit(value)
        text.editingFinished.connect(lambda: self._change_text(preference, text))
        return self._with_folder_button(text, change) if preference.kind == "folder" else text

    def _profiles(self) -> QComboBox:
        """What the system knows of the screen, nothing, or a file, shown by its name alone."""
        choice = QComboBox()
        for words, key in (
            (self.tr("As the system says"), SCREEN_AS_SYSTEM),
            (self.tr("Not known: sRGB"), SCREEN_IS_SRGB),
            (self.tr("Choose a file…"), ""),
        ):
            choice.addItem(words, key)

        def show(value: str) -> None:
            if choice.findData(value) < 0:
                choice.insertItem(choice.count() - 1, Path(value).name, value)
            choice.setCurrentIndex(choice.findData(value))

        def chosen() -> None:
            kinds = self.tr("Colour profiles (*.icc *.icm);;All files (*)")
            value = choice.currentData() or QFileDialog.getOpenFileName(self, self.tr("The screen's profile"), "", kinds)[0]
            if value:
                self._change("screen_profile", value)
            show(self._workspace.settings.screen_profile)

        show(self._workspace.settings.screen_profile)
        choice.activated.connect(lambda _: chosen())
        return choice

    def _number(self, preference: Preference, value: int | None) -> QWidget:
        low, high = int(preference.low or 0), int(preference.high or 0)
        spin = Spin()
        spin.setRange(low - 1 if preference.optional else low, high)
        if preference.optional:
            spin.setSpecialValueText(self.tr("Automatic"))
        spin.setValue(low - 1 if value is None else value)
        spin.valueChanged.connect(lambda now: self._change(preference.name, None if now < low else now))
        return spin

    def _with_folder_button(self, text: QLineEdit, change: partial[None]) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(text, 1)
        text.setAccessibleName(self.tr("Folder for results"))

        def choose() -> None:
            chosen = QFileDialog.getExistingDirectory(self, self.tr("Folder for results"), text.text())
            if chosen:
                text.setText(chosen)
                change(chosen)

        row.addWidget(push_button(self.tr("Choose…"), choose))
        return box

    def _change(self, name: str, value: object) -> None:
        self._workspace.change(**{name: value})

    def _change_text(self, preference: Preference, text: QLineEdit) -> None:
        trouble = preference.problem(text.text())
        mark_wrong(text, bool(trouble))
        set_tip(text, trouble or "")
        self._say_below(preference, trouble)
        if trouble is None:
            self._change(preference.name, text.text())

    def _say_below(self, preference: Preference, trouble: str | None) -> None:
        """What stands below a control: why its value cannot be taken, else what it is for."""
        below = self._rows[preference.name][2]
        below.setText(trouble or self.tr(preference.help))
        below.setProperty("role", "bad" if trouble else "small")
        below.style().unpolish(below)
        below.style().polish(below)

    def _find(self, words: str) -> None:
        wanted = words.casefold().strip()
        first: str | None = None
        for name, widgets in self._rows.items():
            preference = PREFERENCES[name]
            hit = not wanted or wanted in f"{preference.label} {preference.help}".casefold()
            for widget in widgets:
                widget.setVisible(hit)
            if hit and wanted and first is None:
                first = preference.page
        if first is not None:
            self.open_page(first)

    def _shortcuts(self) -> QWidget:
        box, form = self._form()
        form.setVerticalSpacing(8)
        for row in action_table.ROWS:
            if row.shortcut:
                keys = QKeySequence(row.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
                form.addRow(label(action_rows.tr(row.text)), label(keys, "dim"))
        for words, keys in (
            (self.tr("Show the original while held"), "X"),
            (self.tr("Move the swipe line"), self.tr("Left, Right (with Shift: ten times)")),
            (self.tr("Move the photo"), self.tr("Space and drag, or the middle button")),
            (self.tr("Zoom at the pointer"), self.tr("Wheel")),
        ):
            form.addRow(label(words), label(keys, "dim"))
        return box

    def _about(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(8, 16, 8, 16)
        column.setSpacing(8)
        for words, role in (
            (f"rainapp {VERSION}", "title"),
            (
                self.tr("Takes rain out of photos and videos. Your originals are never changed; nothing leaves this computer."),
                "",
            ),
            (self.tr("Icons: Lucide (ISC licence). Interface: Qt for Python (LGPL)."), "dim"),
            (f"Python {platform.python_version()} · {platform.system()} {platform.release()}", "dim"),
            (self.tr("Settings: {path}").format(path=settings_file()), "dim"),
            (self.tr("Log: {path}").format(path=log_dir()), "dim"),
        ):
            made = label(words, role)
            made.setWordWrap(True)
            made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(made)
        row = QHBoxLayout()
        row.addWidget(push_button(self.tr("Licences"), lambda: show_licences(self)))
        row.addWidget(push_button(self.tr("What is new"), lambda: show_changes(self)))
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        return box
