"""Python's cyclic garbage collector, on the GUI thread and in small steps.

The collector may run on any thread and would destroy Qt objects there, which crashes. So it is switched off and called from a
timer of the GUI thread, by Python's own thresholds. What an import has made never goes, and torch makes so much of it that
looking through it would be felt: after imports all that is there is put aside, out of the collector's sight.
"""

import gc
import sys

from PySide6.QtCore import QTimer

COLLECT_MS = 1000
MANY_MODULES = 40  # as many new ones mean that something large was imported


class Collector:
    """Collects from when it is made until `stop`."""

    def __init__(self) -> None:
        """Take over from Python."""
        self._was_on = gc.isenabled()
        gc.disable()
        self._modules = len(sys.modules)
        self._timer = QTimer()
        self._timer.setInterval(COLLECT_MS)
        self._timer.timeout.connect(self._step)
        self._timer.start()

    def _step(self) -> None:
        if len(sys.modules) > self._modules + MANY_MODULES:
            self._modules = len(sys.modules)
            gc.freeze()
            return
        thresholds, counts = gc.get_threshold(), gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation] > 0:
                gc.collect(generation)
                return

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_on:
            gc.enable()
