"""The one process of the page at a time: what it is for, and only its own words count."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, QProcessEnvironment, Signal

from rainapp.gui.teach.teach_child import TeachChild


class TeachWork(QObject):
    """Starts and ends processes. `said` carries events, `ended` what it was for, the exit code and its last words."""

    said = Signal(object)
    ended = Signal(str, int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        """None works yet."""
        super().__init__(parent)
        self.purpose = ""
        self._child: TeachChild | None = None

    def start(self, purpose: str, words: Sequence[str], surroundings: QProcessEnvironment) -> None:
        """Start `rainapp teach` with `words` for a purpose; what worked before ends."""
        self.kill()
        self.purpose = purpose
        child = self._child = TeachChild(["teach", *words, "--json"], surroundings, self)
        child.said.connect(lambda event: self._heard(child, event))
        child.ended.connect(lambda code, last: self._over(child, code, last))

    def tell(self, word: str) -> None:
        """Send it a line."""
        if self._child is not None:
            self._child.tell(word)

    def kill(self) -> None:
        """End it at once and hear no more of it."""
        child, self._child, self.purpose = self._child, None, ""
        if child is not None:
            child.kill()
            child.wait()

    def end(self) -> None:
        """The window goes: a teaching stops after a checkpoint, all else at once."""
        if self._child is not None and self.purpose == "teach":
            self._child.tell("stop")
            self._child.wait()
        self.kill()

    def _heard(self, child: TeachChild, event: dict[str, Any]) -> None:
        if child is self._child:
            self.said.emit(event)

    def _over(self, child: TeachChild, code: int, last: str) -> None:
        if child is self._child:
            purpose, self.purpose, self._child = self.purpose, "", None
            self.ended.emit(purpose, code, last)
