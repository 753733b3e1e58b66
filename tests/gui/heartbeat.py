"""A heartbeat of the GUI thread: how long it was away, leaving out the time in which the machine gave it no processor."""

import contextlib
import os
import time
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 10
THREADS = Path("/proc/self/task")


class Heartbeat(QObject):
    """Beats from when it is made; `stalls_ms` are the pauses between beats.

    On a busy machine a thread waits for a processor, which is nobody's fault here: Linux counts that time for each thread. Left
    out is what this thread waited, and what any other of ours waited meanwhile, because it may have held what this one needs
    (the lock of Python, while it imports). On a machine with processors to spare nothing is left out. Elsewhere than on Linux
    only the thread's own computing counts.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stalls_ms: list[float] = []
        self._waited: dict[str, int] = {}  # nanoseconds for a processor, by thread; those of ended ones stay
        self._last = self._now()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _now(self) -> float:
        """Seconds in which this thread could have answered."""
        if not THREADS.is_dir():
            return time.thread_time()
        for thread in os.listdir(THREADS):
            with contextlib.suppress(OSError):  # it ended just now
                waited = int((THREADS / thread / "schedstat").read_text().split()[1])
                self._waited[thread] = max(waited, self._waited.get(thread, 0))
        return time.perf_counter() - sum(self._waited.values()) / 1e9

    def _beat(self) -> None:
        now = self._now()
        self.stalls_ms.append((now - self._last) * 1e3)
        self._last = now

    def longest(self, share: float = 1.0) -> float:
        """The longest stall in milliseconds, or that which `share` of all do not exceed."""
        assert len(self.stalls_ms) > 20, "it did not beat"
        return sorted(self.stalls_ms)[int((len(self.stalls_ms) - 1) * share)]

    def stop(self) -> None:
        """Beat no more."""
        self._timer.stop()


def first_preview(photo: Path) -> float:
    """Open the window as the application does, wait for the first preview, and say how long the GUI thread stalled."""
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QApplication

    from rainapp.base.settings import Settings
    from rainapp.gui.app import Session, prepare

    application = QApplication(["rainapp"])
    settings = Settings(theme="dark", device="cpu", engine="torch", precision="fp32")
    prepare(application, settings)
    session = Session(settings)
    session.window.show()
    application.processEvents()
    heart = Heartbeat()
    session.workspace.add([photo])
    session.warm_up()
    end = time.monotonic() + 240
    while session.viewing.pair is None and time.monotonic() < end:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    assert session.viewing.pair is not None
    heart.stop()
    session.close(remember=False)
    return heart.longest()


if __name__ == "__main__":
    import sys

    print(first_preview(Path(sys.argv[1])))
