"""Presets in the inspector: a menu to take, make, change, rename and delete them, and a line for a name."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from rainapp.base.errors import RainError
from rainapp.gui.state.numbered_frames import Offer
from rainapp.gui.state.preset_use import preset_of, take_over
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.text.error_texts import translated
from rainapp.gui.widgets.controls import icon_button, label, push_button
from rainapp.jobs import presets


class PresetBox(QWidget):
    """A name, a button with the menu, and below it, while one is asked for, a field for a name."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        """Work on the settings of `workspace`."""
        super().__init__(parent)
        self._workspace = workspace
        self._named: Callable[[str], None] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Settings"), "strong"))
        head.addStretch(1)
        self.button = push_button(self.tr("Presets"), lambda: None, "flat", "chevron-down")
        self.menu = QMenu(self.button)
        self.menu.aboutToShow.connect(self.fill)
        self.button.setMenu(self.menu)
        head.addWidget(self.button)
        column.addLayout(head)
        self.asking = QWidget()
        row = QHBoxLayout(self.asking)
        row.setContentsMargins(0, 0, 0, 0)
        self.name = QLineEdit()
        self.name.setPlaceholderText(self.tr("Name of the preset"))
        self.name.setAccessibleName(self.tr("Name of the preset"))
        self.name.returnPressed.connect(self._take_name)
        self.save = push_button(self.tr("Save"), self._take_name)
        leave = icon_button("x", self.tr("Cancel"))
        leave.clicked.connect(self.asking.hide)
        for part in (self.name, self.save, leave):
            row.addWidget(part)
        column.addWidget(self.asking)
        self.asking.hide()

    def fill(self) -> None:
        """List the presets as they lie in their folder now."""
        self.menu.clear()
        names = presets.names()
        for name in names:
            self.menu.addAction(_plain(name)).triggered.connect(partial(self._do, self._apply, name))
        if names:
            self.menu.addSeparator()
        self.menu.addAction(self.tr("Save these settings…")).triggered.connect(lambda: self._ask("", self._make))
        for title, run in (
            (self.tr("Save these settings as"), self._update),
            (self.tr("Rename"), self._rename),
            (self.tr("Delete"), self._delete),
        ):
            inner = self.menu.addMenu(title)
            inner.setEnabled(bool(names))
            for name in names:
                inner.addAction(_plain(name)).triggered.connect(partial(self._do, run, name))

    def _do(self, run: Callable[[str], None], name: str, _checked: bool = False) -> None:
        """Do something with a preset; what goes wrong is told."""
        try:
            run(name)
        except RainError as error:
            self._workspace.notice.emit(f"{translated(error.message)} {translated(error.hint)}".strip())

    def _apply(self, name: str) -> None:
        take_over(self._workspace, presets.load(name))

    def _update(self, name: str) -> None:
        presets.save(name, preset_of(self._workspace), replaces=True)

    def _make(self, name: str) -> None:
        presets.refuse_taken(name)
        presets.save(name, preset_of(self._workspace))

    def _rename(self, name: str) -> None:
        self._ask(name, lambda new: presets.rename(name, new))

    def _delete(self, name: str) -> None:
        was = presets.remove(name)
        said = self.tr("The preset “{name}” is deleted.").format(name=name)
        back = Offer(said, self.tr("Bring it back"), lambda: self._do(lambda _: presets.bring_back(name, was), name))
        self._workspace.frames.offered.emit(back)

    def _ask(self, name: str, run: Callable[[str], None]) -> None:
        """Ask for a name in the line below."""
        self._named = run
        self.name.setText(name)
        self.asking.show()
        self.name.setFocus()
        self.name.selectAll()

    def _take_name(self) -> None:
        run, name = self._named, self.name.text().strip()
        if run is not None and name:
            self.asking.hide()
            self._do(run, name)


def _plain(name: str) -> str:
    return name.replace("&", "&&")
