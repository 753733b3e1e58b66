"""What the page Teach knows, without widgets: the five steps, what was given, what was found, and the process at work.

One process works at a time. Looking is done anew whenever photos come or go; from the third step on there is a run, whose
folder holds all that is needed to go on with it.
"""

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from rainapp.base.errors import RainError
from rainapp.base.folders import remove_folder
from rainapp.base.textfile import json_line, replace_text
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.teach.own_rain import OwnRain
from rainapp.gui.teach.run_record import RunRecord
from rainapp.gui.teach.teach_child import STOPPED, environment
from rainapp.gui.teach.teach_events import Fitted, Outcome, Trouble, Understood
from rainapp.gui.teach.teach_work import TeachWork
from rainapp.gui.text.error_texts import translated
from training.teach import request as requests
from training.teach import run_list
from training.teach.run_list import TeachRun, can_be_taught

SOON_MS = 500
MINUTES = (1, 25, 600)
"""Least, usual and most minutes."""


class Step(IntEnum):
    """The five pages."""

    RAIN = 0
    DRY = 1
    FALLS = 2
    TEACHING = 3
    HELPED = 4


class TeachState(QObject):
    """`changed`: anything is to be shown anew. `added`: a model came into the library."""

    changed = Signal()
    added = Signal(str)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        """Nothing is given yet."""
        super().__init__(parent)
        self.workspace = workspace
        self.step = Step.RAIN
        self.rainy: list[Path] = []
        self.dry: list[Path] = []
        self.base = ""
        self.minutes: float = MINUTES[1]
        self.understood: Understood | None = None
        self.own_rain = OwnRain()
        self.run: RunRecord | None = None
        self.trouble: Trouble | None = None
        self.pausing = False
        self._work = TeachWork(self)
        self._work.said.connect(self._heard)
        self._work.ended.connect(self._ended)
        self._progress = RunRecord(Path())
        self._lists: Path | None = None  # made when there is something to list
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self.look)

    @property
    def purpose(self) -> str:
        """What the process at work is for: "look", "fit", "teach" or "add"; nothing where none works."""
        return self._work.purpose

    # -- what is given

    @property
    def bases(self) -> list[tuple[str, str]]:
        """Models that can be taught: id and title."""
        return [(card.id, card.title) for card in self.workspace.cards if can_be_taught(card)]

    @property
    def base_id(self) -> str:
        """The model to begin from: the one that was chosen, else the one in use, else the first that can be taught."""
        known = [model for model, _ in self.bases]
        used = self.workspace.card.id if self.workspace.card is not None else ""
        return next((model for model in (self.base, used, *known) if model in known), "")

    def set_base(self, model: str) -> None:
        """Teach another model."""
        if model != self.base_id:
            self.base = model
            self._given_anew()

    def add(self, paths: Iterable[Path]) -> None:
        """Take photos, clips and folders: dry ones on the page of dry scenes, else rainy ones."""
        self.step = self.step if self.step is Step.DRY else Step.RAIN
        there = self.dry if self.step is Step.DRY else self.rainy
        fresh = [path for path in dict.fromkeys(paths) if path not in there]
        there += fresh
        if fresh:
            self._given_anew()

    def remove(self, sources: Sequence[Path]) -> None:
        """Leave files out; of folders the others stay."""
        if self.understood is not None:
            self.rainy, self.dry = self.understood.without(set(sources), self.dry)
            self._given_anew()

    def clear(self) -> None:
        """Begin with nothing. A run that has learned stays in the list of runs."""
        self._end_child()
        self._leave_run()
        self.rainy, self.dry, self.understood, self.trouble = [], [], None, None
        self.own_rain, self.step = OwnRain(), Step.RAIN
        self.changed.emit()

    def _given_anew(self) -> None:
        self._end_child()
        self._leave_run()
        self.trouble = None
        self.understood = None if not (self.rainy or self.dry) else self.understood
        self._soon.start()
        self.changed.emit()

    def _leave_run(self) -> None:
        """Let go of the run in hand; one that has learned nothing is removed."""
        if self.run is not None:
            run_list.discard(self.run.folder)
        self.run = None

    # -- steps

    @property
    def looking(self) -> bool:
        """Whether photos are looked at, or will be in a moment."""
        return self._soon.isActive() or self.purpose == "look"

    @property
    def furthest(self) -> Step:
        """The last page that can be shown."""
        if self.run is not None:
            if self.run.outcome is not None:
                return Step.HELPED
            return Step.TEACHING if self.run.fitted is not None else Step.FALLS
        enough = self.understood is not None and self.understood.enough and not self.looking
        return Step.FALLS if enough else Step.RAIN if not self.rainy else Step.DRY

    @property
    def can_go_on(self) -> bool:
        """Whether there is a next page to go to now."""
        if self.step is Step.RAIN:
            return self.understood is not None and self.understood.enough and not self.looking
        return self.step < Step.HELPED and self.step < self.furthest

    def go_on(self) -> None:
        """To the next page; the third begins a run."""
        if self.can_go_on:
            self.show(Step(self.step + 1))

    def go_back(self) -> None:
        """To the page before. Nothing is lost."""
        if self.step > Step.RAIN:
            self.show(Step(self.step - 1))

    def show(self, step: Step) -> None:
        """To a page that can be shown."""
        if step > self.furthest and step is not Step.DRY:
            return
        if step >= Step.TEACHING and self.run is not None and not self.run.begun:
            self._keep_own_rain()
        self.step = step
        if step is Step.FALLS and self.run is None and not self.purpose:
            self.fit()
        self.changed.emit()

    def change_rain(self, **values: int) -> None:
        """Take a change of the drawn rain."""
        self.own_rain = OwnRain(**{**vars(self.own_rain), **values})
        self.changed.emit()

    def _keep_own_rain(self) -> None:
        """Let the run learn from the rain as it was changed."""
        assert self.run is not None
        if self.run.fitted is None:
            return
        if self.own_rain.as_found:
            (self.run.folder / requests.OWN_RAIN).unlink(missing_ok=True)
        else:
            content = {"profile": self.own_rain.of(self.run.fitted.profile)}
            self._try(lambda: requests.keep(self.run.folder, requests.OWN_RAIN, content))  # type: ignore[union-attr]

    def _try(self, do: Callable[[], object]) -> bool:
        """Whether it could be done; else why not is said."""
        try:
            do()
        except OSError as error:
            self.trouble = Trouble(translated(f"The run cannot be written: {error.strerror or error}."))
        except RainError as error:
            self.trouble = Trouble(translated(error.message), translated(error.hint))
        else:
            return True
        self.changed.emit()
        return False

    # -- the process

    def look(self) -> None:
        """Look at what was given. What is not there any more is left out, and said."""
        self._end_child()
        gone = [path for path in (*self.rainy, *self.dry) if not path.exists()]
        if gone:
            self.rainy, self.dry = ([path for path in each if path not in gone] for each in (self.rainy, self.dry))
            names = ", ".join(path.name for path in gone[:3])
            self.trouble = Trouble(self.tr("Not there any more, and left out: {names}.").format(names=names))
        if not self.rainy or not self.base_id:
            self.understood = None
            if not self.base_id:
                self.trouble = Trouble(
                    self.tr("None of the models can be taught."), self.tr("Use one that comes with rainapp.")
                )
            self.changed.emit()
            return
        self._start("look", ["--plan", *self._given()])

    def fit(self) -> None:
        """Begin a run, and find out how it rains."""
        self.trouble = None
        self._start("fit", ["--accept", "never", "--until", "fitted", "--minutes", f"{self.minutes:g}", *self._given()])

    def _given(self) -> list[str]:
        """The words that say what is taught from what."""
        lists = {kind: [str(path) for path in each] for kind, each in (("rainy", self.rainy), ("dry", self.dry))}
        self._lists = self._lists or Path(tempfile.mkdtemp(prefix="rainapp-teach-"))
        file = self._lists / "photos.json"
        replace_text(file, json_line(lists))
        name = run_list.free_name(run_list.DRAFT, {card.id for card in self.workspace.cards})
        return ["--photos", str(file), "--name", name, "--base", self.base_id]

    def start(self) -> None:
        """Teach, or go on with it."""
        if self.run is None or self.purpose or self.run.outcome is not None:
            return
        self.trouble, self.pausing = None, False
        more = [] if self.run.begun else ["--minutes", f"{self.minutes:g}"]
        self._start("teach", ["--resume", str(self.run.folder), *more])

    def pause(self) -> None:
        """Stop after a checkpoint; `start` goes on from there."""
        if self.teaching:
            self.pausing = True
            self._work.tell("stop")
            self.changed.emit()

    def stop_and_keep(self) -> None:
        """End the learning, and see whether the best so far helps."""
        if self.run is None:
            return
        if not self.purpose:
            self._try(lambda: requests.keep(self.run.folder, requests.ENOUGH, {"enough": True}))  # type: ignore[union-attr]
            self.start()
        elif self.teaching:
            self._work.tell("enough")
            self.run.ending = True
            self.changed.emit()

    def add_model(self, title: str) -> None:
        """Put the taught model into the library under a name."""
        if self.run is None or self.purpose:
            return
        self.trouble = None
        name = run_list.free_name(run_list.id_of(title), {card.id for card in self.workspace.cards})
        words = ["--resume", str(self.run.folder), "--accept", "if-better", "--name", name, "--title", title.strip() or name]
        self._start("add", words)

    def _start(self, purpose: str, words: list[str]) -> None:
        self._soon.stop()
        if self.run is not None:
            self.run.stage, self.run.progress = "", None
        self._progress = RunRecord(Path()) if self.run is None else self.run
        surroundings = environment(self.workspace.library.user, self.workspace.settings.device == "cpu")
        self._work.start(purpose, words, surroundings)
        self.changed.emit()

    @property
    def at_work(self) -> RunRecord | None:
        """How far the process is; None where none works."""
        return self._progress if self.purpose else None

    def _heard(self, event: dict[str, Any]) -> None:
        with contextlib.suppress(KeyError, TypeError, ValueError):  # a line of another version
            self._take(event)
            self.changed.emit()

    def _take(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind == "understood" and self.purpose in ("look", "fit"):
            self.understood = Understood.of(event)
        elif kind == "run" and self.run is None:
            self.run = self._progress = RunRecord(Path(event["folder"]))
        elif kind == "failed":
            self.trouble = Trouble(translated(str(event["message"])), translated(str(event.get("hint", ""))))
        self._progress.take(event)

    def _ended(self, purpose: str, code: int, last: str) -> None:
        self.pausing = False
        enough = self.understood is None or self.understood.enough
        if purpose == "look" and not enough:
            self.trouble = None  # the page says it in its own words
        elif code not in (0, 4, STOPPED) and self.trouble is None:
            words = self.tr("What teaches has ended unexpectedly.")
            self.trouble = Trouble(
                words, self.tr("It can be gone on with.") if self.run else last.splitlines()[-1] if last else ""
            )
        if self.run is not None and not self.run.folder.exists():  # it never began
            self.run = None
            self.step = min(self.step, Step.DRY, key=int)
        if purpose == "add" and self.run is not None and self.run.outcome is not None and self.run.outcome.model:
            self.workspace.read_library()
            self.added.emit(self.run.outcome.model)
        self.changed.emit()

    def _end_child(self) -> None:
        """End what works and hear no more of it."""
        self._soon.stop()
        self._work.kill()

    def end(self) -> None:
        """The window goes: a teaching stops after a checkpoint, all else at once."""
        self._soon.stop()
        self._work.end()
        if self.run is not None and self.run.fitted is None:
            self._leave_run()
        if self._lists is not None:
            with contextlib.suppress(OSError):
                remove_folder(self._lists)
            self._lists = None

    # -- runs

    @property
    def teaching(self) -> bool:
        """Whether a model is being taught now."""
        return self.purpose == "teach"

    @property
    def unfinished(self) -> TeachRun | None:
        """The last run that can be gone on with, where there is none in hand."""
        if self.run is not None or self.rainy:
            return None
        waiting = ("fitted", "learning", "better", "own rain only")
        return next((run for run in run_list.runs() if run.state in waiting and not run.held), None)

    def open_run(self, run: TeachRun) -> None:
        """Take a run in hand as it stands; `start` goes on with it."""
        if self.teaching:
            return
        self._end_child()
        self._leave_run()
        record = RunRecord(run.folder)
        self.trouble = None
        if not self._try(record.read):
            return
        self.rainy, self.dry = [], []
        self.run, self.base, self.minutes = record, run.base, run.minutes
        self.understood = record.understood
        self.own_rain = OwnRain()
        self.step = Step.HELPED if record.outcome is not None else Step.TEACHING if record.fitted is not None else Step.RAIN
        if record.fitted is None:  # it was cut before its rain was found
            self.step = Step.FALLS
            self._start("fit", ["--resume", str(run.folder), "--until", "fitted"])
        self.changed.emit()

    def delete_run(self, run: TeachRun) -> None:
        """Move a run to the trash."""
        if self._try(lambda: run_list.to_trash(run.folder)) and self.run is not None and self.run.folder == run.folder:
            self.run = None
            self.step = Step.RAIN
        self.changed.emit()

    def teach_on(self) -> None:
        """Begin anew from the model that was added, with photos of one's own."""
        model = self.run.outcome.model if self.run is not None and self.run.outcome is not None else ""
        self.clear()
        self.base = model
        self.changed.emit()

    @property
    def fitted(self) -> Fitted | None:
        """The rain that was found."""
        return self.run.fitted if self.run is not None else None

    @property
    def outcome(self) -> Outcome | None:
        """The verdict."""
        return self.run.outcome if self.run is not None else None
