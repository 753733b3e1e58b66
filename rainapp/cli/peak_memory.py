"""The most memory that this process has while something runs."""

import threading
from typing import Self


class PeakMemory:
    """Watches the resident memory of this process, twenty times a second, from a thread of its own."""

    def __enter__(self) -> Self:
        """Begin."""
        import psutil

        self._process = psutil.Process()
        self.peak_mb = self._process.memory_info().rss / 1e6
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.05):
            self.peak_mb = max(self.peak_mb, self._process.memory_info().rss / 1e6)
