"""The process that teaches: the same command as the command line, read line by line. The window stays free meanwhile."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from rainapp.base.own_command import own_command

ENDS_MS = 15_000
LINE_BYTES_MAX = 64 << 20
LAST_WORDS = 4000
STOPPED = 130


def environment(models: Path, cpu_only: bool) -> QProcessEnvironment:
    """That of this process, with the library of the window; one core is left to the person."""
    made = QProcessEnvironment.systemEnvironment()
    made.insert("RAINAPP_MODELS", str(models))
    made.insert("PYTHONPATH", os.pathsep.join(place for place in sys.path if place))
    if not made.contains("OMP_NUM_THREADS"):
        made.insert("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 2) - 1)))
    if cpu_only:
        made.insert("CUDA_VISIBLE_DEVICES", "")
    return made


class TeachChild(QObject):
    """One such process. `said` carries each event, `ended` the exit code and the last words on standard error."""

    said = Signal(object)
    ended = Signal(int, str)

    def __init__(self, words: Sequence[str], surroundings: QProcessEnvironment, parent: QObject) -> None:
        """Start it at once."""
        super().__init__(parent)
        self._process = QProcess(self)
        self._process.setProcessEnvironment(surroundings)
        self._held = b""
        self._words = b""
        self._over = False
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_words)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)
        program, *arguments = own_command(*words)
        self._process.start(program, arguments)

    def _read(self) -> None:
        self._held += self._process.readAllStandardOutput().data()
        *lines, self._held = self._held.split(b"\n")
        if len(self._held) > LINE_BYTES_MAX:
            self._held = b""
        for line in lines:
            event = event_of(line)
            if event is not None:
                self.said.emit(event)

    def _read_words(self) -> None:
        self._words = (self._words + self._process.readAllStandardError().data())[-LAST_WORDS:]

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._read_words()
        self._end(code if status is QProcess.ExitStatus.NormalExit else -1)

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._end(-1)

    def _end(self, code: int) -> None:
        if not self._over:
            self._over = True
            self.ended.emit(code, self._words.decode(errors="replace").strip())
            self.deleteLater()

    def tell(self, word: str) -> None:
        """Send a line: "stop", or "enough"."""
        self._process.write(f"{word}\n".encode())

    def kill(self) -> None:
        """End it at once; a run goes on from its last checkpoint."""
        self._process.kill()

    def wait(self) -> None:
        """Wait until it has ended, for as long as writing a checkpoint may take; then end it."""
        if self._over or self._process.state() is QProcess.ProcessState.NotRunning:
            return
        if not self._process.waitForFinished(ENDS_MS):
            self._process.kill()
            self._process.waitForFinished(ENDS_MS)


def event_of(line: bytes) -> dict[str, Any] | None:
    """The event of a line; None where it is none."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None
