"""The state of the Compare page: which photos and models, what is shown, the blind test. QtCore only, no widgets.

Two kinds of comparison share the page: "photos" are those of the list; "trial" is known rain on a dry one of them.
"""

import math
from dataclasses import replace
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal

from rainapp.compare.advice import Advice, Compared, advise, worst
from rainapp.compare.blind_test import Ballot, Tally
from rainapp.gui.compare import compare_words as say
from rainapp.gui.compare.clip_ranges import ClipRange, ClipRanges
from rainapp.gui.compare.compare_queue import Cell, CompareRun, Subject
from rainapp.gui.compare.grid_pictures import CompareSights
from rainapp.gui.compare.known_rain_trial import Trial
from rainapp.gui.state.file_item import Item, State
from rainapp.gui.state.workspace import Workspace
from rainapp.jobs.records import RATE, ModelId, Treatment
from rainapp.library.model_library import ModelCard

Mode = Literal["photos", "trial"]
FEWEST, MOST = 2, 9
MOST_PHOTOS = 50  # their results lie on the disk as plain pixels until the window closes
AT_FIRST = 4  # models that take part until something else is chosen


class Comparing(QObject):
    """What is compared and what is shown of it. `changed`: anything did; `progressed`: something at work is further."""

    changed = Signal()
    progressed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        """Follow the list and the library of `workspace`."""
        super().__init__(parent)
        self.workspace = workspace
        self.mode: Mode = "photos"
        self.run = CompareRun(workspace.dispatch, self)
        self.trial = Trial(workspace.dispatch, self)
        self.sights = CompareSights(workspace.dispatch, self)
        self.truth: Path | None = None
        self.ballot: Ballot | None = None
        self.tally: Tally | None = None
        self.sample = 0
        self.ranges = ClipRanges()
        self.shown = False
        self._voted: list[Subject] = []
        self._wanted: set[ModelId] | None = None
        for work in (self.run, self.trial):
            work.changed.connect(self._refresh)
            work.progressed.connect(self.progressed)
        for run in (self.run, self.trial.run):
            run.arrived.connect(self._learn)
        self.sights.changed.connect(self.changed)
        workspace.current_changed.connect(self._switched)
        workspace.treatment_changed.connect(self._refresh)
        workspace.screen_changed.connect(self._begin_anew)
        workspace.removed.connect(self._removed)
        workspace.added.connect(self._refresh)
        workspace.selection_changed.connect(self._refresh)

    # -- models

    @property
    def cards(self) -> list[ModelCard]:
        """All models of the library."""
        return self.workspace.cards

    @property
    def titles(self) -> dict[ModelId, str]:
        """The names of all models; those that share a name carry their id."""
        names = [card.title for card in self.cards]
        return {card.id: card.title if names.count(card.title) == 1 else f"{card.title} ({card.id})" for card in self.cards}

    @property
    def models(self) -> list[ModelId]:
        """The models that take part, in the order of the library."""
        ids = [card.id for card in self.cards]
        return ids[:AT_FIRST] if self._wanted is None else [model for model in ids if model in self._wanted][:MOST]

    def choose(self, model: ModelId, takes_part: bool) -> None:
        """Let a model take part or not; more than nine cannot be told apart."""
        wanted = set(self.models)
        if takes_part and len(wanted) >= MOST:
            self.workspace.notice.emit(self.tr("Nine models are the most that can be compared at a time."))
        elif takes_part:
            wanted.add(model)
        else:
            wanted.discard(model)
        self._wanted = wanted
        self._refresh()

    @property
    def treatments(self) -> list[Treatment]:
        """How the models that take part treat a photo: as the settings say, at full strength."""
        plain = replace(self.workspace.treatment.unrepaired, strength=1.0, mask=None)
        veils = {card.id: plain.veil if plain.veil in card.veils else "keep" for card in self.cards}
        return [replace(plain, model=model, veil=veils[model]) for model in self.models]

    # -- photos

    def subject_of(self, item: Item) -> Subject:
        """A file of the list as something to compare on, of a clip a range of frames."""
        wanted = self.ranges.of(item, self.run.range_of(item.path))
        rate = item.rate if item.frames is not None else RATE
        return Subject(item.path, item.name, self.truth or item.truth, wanted.time_s, wanted.frames, rate)

    def choose_range(self, wanted: ClipRange) -> None:
        """Compare these frames of the clip in sight."""
        subject = self.subject
        if subject is not None and subject.frames and wanted != subject.range and self.ballot is None:
            self.ranges.choose(subject.source, wanted)
            self._refresh()

    @property
    def frame_count(self) -> int:
        """How many frames of the clip in sight were compared."""
        return max((len(result.frames) for result in self.results_in_sight), default=0)

    @property
    def frame(self) -> int:
        """Which of them is looked at, the first is 0."""
        subject = self.subject
        return min(self.ranges.place(subject.source), max(0, self.frame_count - 1)) if subject is not None else 0

    def look_at_frame(self, place: int) -> None:
        """Look at another frame of the range, of all models at once."""
        place = min(max(place, 0), max(0, self.frame_count - 1))
        if self.subject is not None and place != self.frame:
            self.ranges.look_at(self.subject.source, place)
            self._refresh()

    @property
    def _listed(self) -> list[Item]:
        workspace = self.workspace
        return workspace.selected if len(workspace.selected) > 1 else workspace.items

    @property
    def unreadable(self) -> int:
        """How many of the files that would be compared cannot be read."""
        return sum(item.state is State.UNREADABLE for item in self._listed) if self.mode == "photos" else 0

    @property
    def subjects(self) -> list[Subject]:
        """The photos that would be compared: the selected where several are, else all; the one in sight first."""
        readable = [item for item in self._listed if item.state is not State.UNREADABLE]
        readable.sort(key=lambda item: item is not self.workspace.current)
        return [self.subject_of(item) for item in readable[:MOST_PHOTOS]]

    @property
    def subject(self) -> Subject | None:
        """What is in sight: the selected photo, or a sample of known rain on one."""
        if self.mode == "trial" and self.trial.samples:
            return self.trial.samples[min(self.sample, len(self.trial.samples) - 1)][1]
        return self.subject_of(self.workspace.current) if self.workspace.current is not None else None

    def set_truth(self, truth: Path | None) -> None:
        """Compare with the pictures without rain in a folder, or with one such picture; None forgets them."""
        self.truth = truth
        if truth is not None:
            self.workspace.keep_safe(truth)
        self._refresh()

    def set_mode(self, mode: Mode) -> None:
        """Look at the photos of the list, or at known rain on a dry one."""
        if self.ballot is None and mode != self.mode:
            self.mode = mode
            self._refresh()

    def set_sample(self, sample: int) -> None:
        """Look at another kind of known rain."""
        if 0 <= sample < len(self.trial.samples):
            self.sample = sample
            self._refresh()

    @property
    def disk_bytes(self) -> int:
        """What the photos and all results will take on the disk for the time being, as far as their sizes are known."""
        sizes = {item.path: item.width * item.height for item in self.workspace.items}
        pixels = sum(sizes.get(subject.source, 0) * max(1, subject.frames) for subject in self.subjects)
        return 3 * (len(self.models) + 1) * pixels

    # -- work

    @property
    def running(self) -> bool:
        """Whether what the page shows is at work."""
        return self.trial.running if self.mode == "trial" else self.run.running

    @property
    def missing(self) -> int:
        """How many results the one button would add."""
        if self.mode == "photos":
            return len(self.run.missing(self.subjects, self.treatments))
        samples = [subject for _, subject in self.trial.samples]
        if self._tried_now:
            return len(self.trial.run.missing(samples, self.treatments))
        return len(self.treatments) * len(say.rain_kinds())

    @property
    def failed(self) -> int:
        """How many of the results that the one button would add were tried before, and failed."""
        if self.mode == "photos":
            return self.run.failed(self.subjects, self.treatments)
        samples = [subject for _, subject in self.trial.samples]
        return self.trial.run.failed(samples, self.treatments) if self._tried_now else 0

    @property
    def _tried_now(self) -> bool:
        """Whether known rain was drawn on the very photo that is selected."""
        current = self.workspace.current
        tried = self.trial.photo
        return bool(self.trial.samples) and current is not None and tried is not None and tried.source == current.path

    @property
    def tried_elsewhere(self) -> str:
        """The name of the photo that known rain was drawn on, where that is not the one that is selected."""
        tried = self.trial.photo
        return tried.name if tried is not None and self.trial.samples and not self._tried_now else ""

    @property
    def can_start(self) -> bool:
        """Whether the one button can be pressed."""
        enough = len(self.models) >= FEWEST and self.workspace.current is not None
        return enough and not self.running and self.missing > 0 and self.ballot is None

    def start(self) -> None:
        """Compare what is missing, or try known rain on the selected photo."""
        current = self.workspace.current
        if not self.can_start or current is None:
            return
        if self.mode == "photos":
            self.run.start(self.subjects, self.treatments)
        else:
            self.sample = 0 if not self._tried_now else self.sample
            self.trial.start(replace(self.subject_of(current), truth=None), self.treatments, say.rain_kinds())

    def stop(self) -> None:
        """Stop what is at work; what is there stays."""
        (self.trial if self.mode == "trial" else self.run).stop()

    def close(self) -> None:
        """The window went, and the workers with it: nothing is asked for any more, and nothing of it stays on the disk."""
        self.sights.stop()
        for run in (self.run, self.trial.run):
            run.erase()

    @property
    def advice(self) -> Advice | None:
        """Which of the models that take part suits the photo that was tried; None before each was through one kind of rain."""
        models = set(self.models)
        return advise([result for result in self.trial.run.results() if result.model in models])

    # -- blind test

    @property
    def can_vote(self) -> bool:
        """Whether there are two models or more with results, and a photo that all of these were through."""
        models = self._done_models
        return self.mode == "photos" and len(models) >= FEWEST and any(True for _ in self.run.complete(models))

    @property
    def _done_models(self) -> list[ModelId]:
        return [model for model in self.models if self.run.results(model)]

    def start_ballot(self, seed: int | None = None) -> None:
        """Hide the names, over all photos that every model with results was through."""
        models = self._done_models
        self._voted = list(self.run.complete(models))
        if len(models) >= FEWEST and self._voted:
            self.ballot = Ballot(models, len(self._voted), seed)
            self._go_to_ballot()
            self._refresh()

    def vote(self, place: int | None) -> None:
        """Prefer the result at `place`, or none; after the last photo the names are revealed."""
        if self.ballot is None:
            return
        self.ballot.vote(place)
        if self.ballot.done:
            self.reveal()
        else:
            self._go_to_ballot()
            self._refresh()

    def step_ballot(self, by: int) -> None:
        """Go to the next or previous photo of the blind test."""
        if self.ballot is not None:
            self.ballot.step(by)
            self._go_to_ballot()
            self._refresh()

    def reveal(self) -> None:
        """End the blind test and show which is which."""
        if self.ballot is not None:
            self.tally, self.ballot = self.ballot.tally, None
            self._refresh()

    def cancel_ballot(self) -> None:
        """End the blind test as if it had not been."""
        self.ballot = None
        self._refresh()

    def _go_to_ballot(self) -> None:
        assert self.ballot is not None
        wanted = self._voted[self.ballot.at].source
        item = next((item for item in self.workspace.items if item.path == wanted), None)
        if item is not None and item is not self.workspace.current:
            self.workspace.select(item, [item])

    def _switched(self) -> None:
        """Another photo was selected: a blind test goes along, or stays where it was."""
        current = self.workspace.current
        if self.ballot is not None and current is not None:
            at = next((n for n, subject in enumerate(self._voted) if subject.source == current.path), None)
            if at is None:
                self._go_to_ballot()
            else:
                self.ballot.at = at
        self._refresh()

    # -- what is shown

    def cell(self, model: ModelId) -> Cell | None:
        """The cell of the photo in sight under a model."""
        subject = self.subject
        return self._cell_of(subject, model) if subject is not None else None

    def _cell_of(self, subject: Subject, model: ModelId) -> Cell | None:
        """Its cell, unless that is of another range of the clip."""
        cell = (self.trial.run if self.mode == "trial" else self.run).cell(subject.source, model)
        return cell if cell is not None and cell.subject.range == subject.range else None

    @property
    def has_truth(self) -> bool:
        """Whether anything was measured against a ground truth."""
        run = self.trial.run if self.mode == "trial" else self.run
        return any(math.isfinite(result.figures.psnr_y) for result in run.results())

    def worst_first(self) -> list[Subject]:
        """The photos with results of the models that take part, those first on which these were worst."""
        run = self.trial.run if self.mode == "trial" else self.run
        by_photo = {subject.source: self.results_of(subject) for subject in run.subjects()}
        return sorted((s for s in run.subjects() if by_photo[s.source]), key=lambda s: worst(by_photo[s.source]), reverse=True)

    def results_of(self, subject: Subject) -> list[Compared]:
        """The results on one photo, by the order of the models."""
        cells = [self._cell_of(subject, model) for model in self.models]
        return [cell.result for cell in cells if cell is not None and cell.result is not None]

    @property
    def results_in_sight(self) -> list[Compared]:
        """The results on the photo in sight."""
        return self.results_of(self.subject) if self.subject is not None else []

    @property
    def truth_in_sight(self) -> Path | None:
        """The kept picture without rain that the results on the photo in sight were measured against."""
        results = self.results_in_sight
        truths = [result.at(self.sights.place).truth for result in reversed(results)]
        return next((truth for truth in truths if truth is not None), None)

    # -- what changes

    def _learn(self, cell: Cell) -> None:
        """What a net took once it was warm helps to say how long other work will take."""
        if cell.result is not None and cell.result.warm:
            megapixels = cell.result.width * cell.result.height * max(1, len(cell.result.frames)) / 1e6
            self.workspace.batch.saw_speed(cell.treatment, cell.result.seconds, megapixels, warm=True)

    def show(self, shown: bool) -> None:
        """The page is in sight or not; what nobody sees is not fetched."""
        self.shown = shown
        self._refresh()

    def _refresh(self) -> None:
        if self.shown:
            self.sights.show(self.subject, self.results_in_sight, self.frame)
        self.changed.emit()

    def _begin_anew(self) -> None:
        self.sights.stop()
        self._refresh()

    def _removed(self) -> None:
        listed = {item.path for item in self.workspace.items}
        self.ranges.keep_only(listed)
        gone = [subject.source for subject in self.run.subjects() if subject.source not in listed]
        if gone and self.ballot is not None:
            self.ballot = None
        if gone:
            self.run.drop(gone)
        self._refresh()
