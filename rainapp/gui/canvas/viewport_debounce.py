"""The part of a photo that is in sight, once the camera has come to rest there. QtCore only."""

from PySide6.QtCore import QObject, QTimer, Signal

from rainapp.jobs.records import Region


class RestingRegion(QObject):
    """`rested`: the camera has stood still for a while over `region`, which is wanted at full scale."""

    rested = Signal()

    def __init__(self, after_ms: int, parent: QObject | None = None) -> None:
        """Nothing is looked at yet."""
        super().__init__(parent)
        self.region: Region | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(after_ms)
        self._timer.timeout.connect(self.rested)

    def look_at(self, region: Region | None) -> None:
        """The camera moved; None where what is at hand is fine enough."""
        self.region = region
        if region is None:
            self._timer.stop()
        else:
            self._timer.start()

    def again(self) -> None:
        """What is looked at changed: tell after another rest."""
        self.look_at(self.region)

    def stop(self) -> None:
        """Tell of nothing until the camera moves again."""
        self._timer.stop()
