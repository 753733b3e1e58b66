"""The menu bar by keys: it is out of sight until Alt, F10 or Alt and a letter asks for it, and goes again when it is left."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar

MARK = "&"


def with_letters(titles: Iterable[str]) -> list[str]:
    """`titles` with a mark before the letter of each that opens it; no letter serves two of them where there is another."""
    taken: set[str] = set()
    marked = []
    for title in titles:
        free = (place for place, letter in enumerate(title) if letter.isalnum() and letter.casefold() not in taken)
        place = next(free, 0)
        taken.add(title[place : place + 1].casefold())
        marked.append(f"{title[:place]}{MARK}{title[place:]}")
    return marked


def only_one(actions: Iterable[QAction]) -> None:
    """Of `actions` one is chosen at a time, and a menu shows so."""
    group: QActionGroup | None = None
    for action in actions:
        group = group or QActionGroup(action)
        group.addAction(action)


class MenuKeys(QObject):
    """Enters the menus of `bar`, and puts it away when none is open any more."""

    def __init__(self, bar: QMenuBar) -> None:
        """Follow the menus that `bar` has now."""
        super().__init__(bar)
        self._bar = bar
        for menu in self._menus:
            menu.aboutToHide.connect(lambda: QTimer.singleShot(0, self, self._left))

    @property
    def _menus(self) -> list[QMenu]:
        return [menu for action in self._bar.actions() if (menu := _menu_of(action)) is not None]

    def enter(self, letter: str = "") -> bool:
        """Open the menu with this letter, or the first; whether there is one."""
        chosen = next((action for action in self._bar.actions() if not letter or _letter_of(action) == letter.casefold()), None)
        if chosen is None:
            return False
        self._bar.show()
        self._bar.setActiveAction(chosen)
        return True

    def leave(self) -> None:
        """Put the bar away."""
        for menu in self._menus:
            menu.close()
        self._bar.hide()

    def _left(self) -> None:
        if not any(menu.isVisible() for menu in self._menus):
            self._bar.hide()


def _menu_of(action: QAction) -> QMenu | None:
    menu = action.menu()
    return menu if isinstance(menu, QMenu) else None


def _letter_of(action: QAction) -> str:
    _, mark, rest = action.text().partition(MARK)
    return rest[:1].casefold() if mark else ""
