"""How actions are described and shown, whatever they do: a row each, as Qt actions of one window.

Here nothing is known of the window; the table of rows is `action_table.ROWS`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

from rainapp.gui.actions.menu_keys import only_one, with_letters
from rainapp.gui.widgets import icons

Window = TypeVar("Window", bound=QMainWindow)


def _always(window: object) -> bool:
    return True


@dataclass(frozen=True)
class Row(Generic[Window]):
    """One action. `checked` makes it a choice that shows its state; an empty `menu` leaves it to buttons and keys."""

    id: str
    text: str
    menu: str
    run: Callable[[Window], object]
    shortcut: str = ""
    icon: str = ""
    enabled: Callable[[Window], bool] = _always
    checked: Callable[[Window], bool] | None = None
    rule_after: bool = False
    also: str = ""  # another key


def tr(text: str) -> str:
    """`text` of a row in the person's language."""
    return QCoreApplication.translate("Actions", text)


class Actions(QObject, Generic[Window]):
    """The rows as Qt actions of one window."""

    def __init__(
        self, window: Window, rows: Sequence[Row[Window]], exclusive: Sequence[Sequence[str]], used: Callable[[], object]
    ) -> None:
        """Make an action of every row and give them all to `window`, so that their keys work.

        Of the rows in each group of `exclusive` one is chosen. `used` is called before anything is done.
        """
        super().__init__(window)
        self._window = window
        self._rows = rows
        self._used = used
        self._made: dict[str, QAction] = {}
        for row in rows:
            action = QAction(tr(row.text), window)
            action.setObjectName(row.id)
            if row.shortcut:
                action.setShortcuts([QKeySequence(key) for key in (row.shortcut, row.also) if key])
            action.setCheckable(row.checked is not None)
            action.triggered.connect(lambda _=False, row=row: self.run(row))
            self._made[row.id] = action
            window.addAction(action)
        for row_ids in exclusive:
            only_one(self._made[row_id] for row_id in row_ids)
        self.draw_icons()

    def __getitem__(self, row_id: str) -> QAction:
        """The action of a row."""
        return self._made[row_id]

    def run(self, row: Row[Window]) -> None:
        """Do what a row says, where it can be done now."""
        self._used()
        if row.enabled(self._window):
            row.run(self._window)
        self.refresh()

    def refresh(self) -> None:
        """Take over what can be done and what is chosen now."""
        for row in self._rows:
            action = self._made[row.id]
            action.setEnabled(row.enabled(self._window))
            if row.checked is not None:
                action.setChecked(row.checked(self._window))

    def draw_icons(self) -> None:
        """Draw the icons in the colours of the theme in force."""
        for row in self._rows:
            if row.icon:
                self._made[row.id].setIcon(icons.icon(row.icon))

    def fill(self, bar: QMenuBar, names: Sequence[str], submenus: dict[str, Callable[[QMenu], QMenu]]) -> None:
        """Put every row into its menu, called by `names`; after the rows in `submenus`, the menu that is made there."""
        titles = with_letters(tr(name) for name in names)
        menus = {name: bar.addMenu(title) for name, title in zip(names, titles, strict=True)}
        for row in self._rows:
            menu: QMenu = menus[row.menu]
            menu.addAction(self._made[row.id])
            if row.id in submenus:
                menu.addMenu(submenus[row.id](menu))
            if row.rule_after:
                menu.addSeparator()
