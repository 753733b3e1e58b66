"""A run in hand: its folder, and what was said of it so far or stands there."""

import time
from collections import deque
from pathlib import Path
from typing import Any

from rainapp.gui.teach.teach_events import Fitted, Outcome, Pictures, Point, Progress, Understood
from training.teach import request as requests
from training.teach.run_list import BEGUN_LEARNING

STAGES = ("look", "fit", "learn", "choose", "judge")
LOG_LINES = 200
SEEN, JUDGED = "seen", "judged"


class RunRecord:
    """What is known of a run. `ending`: its learning was told to end."""

    def __init__(self, folder: Path) -> None:
        """Nothing is known yet."""
        self.folder = folder
        self.understood: Understood | None = None
        self.plan: dict[str, Any] = {}
        self.fitted: Fitted | None = None
        self.points: list[Point] = []
        self.seen: Pictures | None = None
        self.seen_count = 0
        self.outcome: Outcome | None = None
        self.stage = ""
        self.progress: Progress | None = None
        self.ending = False
        self.log: deque[str] = deque(maxlen=LOG_LINES)
        self._step_from: tuple[int, float] | None = None

    @property
    def begun(self) -> bool:
        """Whether it has begun to learn."""
        return (self.folder / BEGUN_LEARNING).exists()

    def state_of(self, stage: str) -> str:
        """Whether a stage is "done", "at work" or "to do"."""
        if self.outcome is not None:
            return "done"
        if self.stage and not (self.fitted is not None and self.stage in ("look", "fit")):
            here = STAGES.index(self.stage) if self.stage in STAGES else 0
            at = STAGES.index(stage)
            return "at work" if at == here else "done" if at < here else "to do"
        return "done" if stage in ("look", "fit") and self.fitted is not None else "to do"

    def take(self, event: dict[str, Any]) -> None:
        """Take what the process has said. Raises KeyError, TypeError or ValueError where it is not as it should be."""
        kind = event["event"]
        if kind == "understood":
            self.understood = Understood.of(event)
        elif kind == "plan":
            self.plan = event
        elif kind == "fitted":
            self.fitted = Fitted.of(event)
        elif kind == "stage":
            self.stage, self.progress, self._step_from = str(event["stage"]), None, None
        elif kind == "curve":
            point = Point.of(event)
            self.points = [each for each in self.points if each.step < point.step] + [point]
        elif kind == "seen":
            self.seen, self.seen_count = Pictures.of(event), self.seen_count + 1
        elif kind == "verdict":
            self.outcome = Outcome.of(event)
        elif kind == "progress":
            self._far(event)
        self._note(event)

    def _far(self, event: dict[str, Any]) -> None:
        step, now = int(event.get("step", 0)), time.monotonic()
        if self._step_from is None:
            self._step_from = (step, now)
        steps, seconds = step - self._step_from[0], now - self._step_from[1]
        pace = steps / seconds if steps > 0 and seconds > 1 else None
        eta_s = event.get("eta_s")
        self.progress = Progress(int(event["done"]), int(event["total"]), None if eta_s is None else float(eta_s), step, pace)

    def _note(self, event: dict[str, Any]) -> None:
        if event["event"] in ("note", "failed"):
            self.log.append(str(event.get("message", "")))
        elif event["event"] == "progress" and "step" in event:
            losses = ", ".join(
                f"{name} {value:.4f}" for name, value in event.items() if isinstance(value, float) and name != "eta_s"
            )
            self.log.append(f"{event['step']}: {losses}")

    def read(self) -> None:
        """Learn what stands in the folder of a run that nothing works on. Raises BadTreatment where it is damaged."""
        for file, kind in ((requests.UNDERSTOOD, "understood"), (requests.FITTED, "fitted"), (requests.VERDICT, "verdict")):
            content = requests.kept(self.folder, file)
            if content is not None:
                self._take_kept(kind, {**content, "event": kind})
        for point in requests.curve_of(self.folder):
            self.take(point)
        for row in self._pairs("choose", SEEN, "now")[:1]:
            self.take({"event": "seen", **row})

    def _take_kept(self, kind: str, event: dict[str, Any]) -> None:
        if kind == "understood" and isinstance(event.get("plan"), dict):
            self.plan = event["plan"]
        if kind == "fitted":
            event |= {part: [str(file) for file in self._files(part, "learn")] for part in ("dry", "rainy")}
        if kind == "verdict":
            event["photos"] = self._pairs("judge", JUDGED, "after")
        try:
            self.take(event)
        except (KeyError, TypeError, ValueError) as error:
            raise requests.damaged(self.folder, kind) from error

    def _files(self, part: str, split: str) -> list[Path]:
        folder = self.folder / part / split
        return sorted(folder.iterdir())[:12] if folder.is_dir() else []

    def _pairs(self, split: str, made: str, name: str) -> list[dict[str, str]]:
        """Rainy photos of the run with what was made of them."""
        rows = []
        for file in self._files("rainy", split):
            before, after = (self.folder / made / f"{file.stem}-{each}.png" for each in ("before", name))
            if before.is_file() and after.is_file():
                rows.append({"rainy": str(file), "before": str(before), name: str(after)})
        return rows
