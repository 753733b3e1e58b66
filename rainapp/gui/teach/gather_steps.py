"""The first two pages: photos of the person's rain, and dry scenes. Drop, button or paste; what was understood is shown."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rainapp.base.paths import resource
from rainapp.gui.teach import teach_words as say
from rainapp.gui.teach.photo_wall import PhotoWall
from rainapp.gui.teach.teach_cards import Card, in_row, wrapped
from rainapp.gui.teach.teach_pictures import TeachPictures
from rainapp.gui.teach.teach_state import Step, TeachState
from rainapp.gui.text.error_texts import translated
from rainapp.gui.widgets.controls import Elided, label, push_button
from rainapp.gui.widgets.empty_states import DropBox, Picture

LEFT_OUT_PX = 320
SUFFIXES = (".jpg", ".jpeg", ".png")


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("GatherStep", text)


class GatherStep(QWidget):
    """Photos of one kind: an empty place to drop them, or a wall of what counts beside what does not."""

    def __init__(self, state: TeachState, pictures: TeachPictures, step: Step, words: tuple[str, str, str]) -> None:
        """Gather for `step`; `words`: title, line below, and what is lacking of none at all."""
        super().__init__()
        self.state, self.step = state, step
        title, below, self._none = words
        self.drop = DropBox(16, on_canvas=False)
        column = QVBoxLayout(self.drop)
        column.setContentsMargins(24, 32, 24, 32)
        column.setSpacing(10)
        column.addStretch(1)
        middle = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(Picture("image", "accent_line", 40), 0, middle)
        for said, role in ((title, "title"), (below, "dim"), (self._none, "dim")):
            made = wrapped(said, role)
            made.setAlignment(middle)
            column.addWidget(made)
        self.choose = push_button(tr("Choose photos and clips…"), self.choose_files, icon="folder-open")
        self.choose_folder_button = push_button(tr("Choose a folder…"), self.choose_folder)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        for button in (self.choose, self.choose_folder_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addSpacing(6)
        column.addLayout(buttons)
        column.addStretch(1)
        self.wall = PhotoWall(pictures, tr("Photos that count"))
        self.wall.removed.connect(state.remove)
        self.figure: Elided = Elided(role="strong")
        self.note = wrapped("", "dim")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Progress of looking"))
        self.left_out = PhotoWall(pictures, tr("Photos that are left out"), rows=True)
        self.left_out.removed.connect(state.remove)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.drop)
        self.pages.addWidget(self._make_full())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.pages)

    def _make_full(self) -> QWidget:
        full = QWidget()
        row = QHBoxLayout(full)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        counted = Card()
        counted.column.addWidget(self.figure)
        counted.column.addWidget(self.progress)
        counted.column.addWidget(self.note)
        counted.column.addWidget(self.wall, 1)
        self.add = push_button(tr("Add photos and clips…"), self.choose_files, icon="plus")
        self.add_folder = push_button(tr("Add a folder…"), self.choose_folder)
        self.clear = push_button(tr("Remove all"), self.remove_all, "flat")
        counted.column.addLayout(in_row((self.add, self.add_folder, self.clear), 1))
        self.rejects = Card(tr("Left out"))
        self.rejects.column.addWidget(self.left_out, 1)
        self.rejects.setFixedWidth(LEFT_OUT_PX)
        row.addWidget(counted, 1)
        row.addWidget(self.rejects)
        return full

    # -- what a subclass says

    @property
    def given(self) -> list[Path]:
        """What was given here."""
        return self.state.dry if self.step is Step.DRY else self.state.rainy

    def remove_all(self) -> None:
        """Begin anew here."""
        raise NotImplementedError

    # -- asking

    def choose_files(self) -> None:
        """Ask for files."""
        chosen, _ = QFileDialog.getOpenFileNames(self, tr("Photos and clips"), self.state.workspace.settings.last_folder)
        if chosen:
            self.state.workspace.change(last_folder=str(Path(chosen[0]).parent))
            self.state.add(Path(name) for name in chosen)

    def choose_folder(self) -> None:
        """Ask for a folder."""
        chosen = QFileDialog.getExistingDirectory(self, tr("A folder of photos"), self.state.workspace.settings.last_folder)
        if chosen:
            self.state.add([Path(chosen)])

    # -- showing

    def set_hot(self, hot: bool) -> None:
        """Show that something is held over the page."""
        self.drop.set_hot(hot)

    def show_progress(self) -> None:
        """How far looking is."""
        state, work = self.state, self.state.at_work
        looking = state.looking or state.purpose == "fit"
        self.progress.setVisible(looking)
        far = work.progress if work is not None else None
        self.progress.setRange(0, far.total if far is not None and far.total else 0)
        self.progress.setValue(far.done if far is not None else 0)
        if looking and far is not None:
            words = tr("Looking at your photos: {n} of {all}").format(n=far.done + 1, all=far.total)
            self.figure.show_words(words)
        elif looking:
            self.figure.show_words(tr("Looking at your photos…"))


class RainStep(GatherStep):
    """Page 1: photos and clips on which it rains, and which model is taught."""

    def __init__(self, state: TeachState, pictures: TeachPictures) -> None:
        """Nothing yet."""
        words = (
            tr("Drop photos and clips of your rain here"),
            tr("Photos on which it rains are enough: nobody needs the same scene without rain."),
            tr("At least 12 usable ones of different scenes; 30 or more teach more surely. A burst or a clip counts as one."),
        )
        super().__init__(state, pictures, Step.RAIN, words)
        self.base = QComboBox()
        self.base.setAccessibleName(tr("Model to teach"))
        self.base.activated.connect(lambda place: state.set_base(str(self.base.itemData(place))))
        self.base.setMinimumWidth(160)
        self.base_row = QWidget()
        row = QHBoxLayout(self.base_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label(tr("Model to teach"), "dim"))
        row.addWidget(self.base)
        row.addStretch(1)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.setSpacing(12)
        layout.addWidget(self.base_row)

    def remove_all(self) -> None:
        """Begin anew."""
        self.state.clear()

    def _fill_bases(self) -> None:
        known = self.state.bases
        if known != [(self.base.itemData(n), self.base.itemText(n)) for n in range(self.base.count())]:
            self.base.clear()
            for model, title in known:
                self.base.addItem(title, model)
        place = self.base.findData(self.state.base_id)
        self.base.setCurrentIndex(place)

    def refresh(self) -> None:
        """Take over what was understood."""
        state, found = self.state, self.state.understood
        self._fill_bases()
        self.pages.setCurrentIndex(1 if self.given or (state.run is not None and found is not None) else 0)
        photos: list[tuple[Path, str]] = []
        rejected: list[tuple[Path, str]] = []
        if found is not None:
            photos = [(source, "") for source, _ in found.photos] + [(clip, tr("Clip")) for clip in found.clips]
            there = found.left_out("dry", "too small", "unreadable", "duplicate")
            rejected = [(source, say.reason(why)) for source, why in there if source not in set(state.dry)]
            self.figure.show_words(say.how_many(found))
            self.note.setText(self._more_of(found.shown_twice, len(found.clips), found.notes))
        self.note.setVisible(bool(self.note.text()) and found is not None)
        self.wall.show_photos(photos)
        self.left_out.show_photos(rejected)
        self.rejects.setVisible(bool(rejected))
        self.rejects.title.setText(tr("Left out: {n}").format(n=len(rejected)))
        own = bool(self.given)  # of a run that goes on the sources may be gone; its copies are learned from
        for button in (self.add, self.add_folder):
            button.setEnabled(own)
        self.show_progress()

    @staticmethod
    def _more_of(twice: int, clips: int, notes: tuple[str, ...]) -> str:
        said = []
        if twice:
            said.append(tr("Near duplicates that count as one with another: {n}.").format(n=twice))
        if clips:
            said.append(tr("Clips: {n}.").format(n=clips))
        return " ".join([*said, *map(translated, notes)])


class DryStep(GatherStep):
    """Page 2: dry scenes of the person's own, else those that come with the application."""

    def __init__(self, state: TeachState, pictures: TeachPictures) -> None:
        """The bundled scenes."""
        words = (
            tr("Drop dry photos of scenes like yours here"),
            tr("Rain is drawn on them to learn from, and they show that nothing dry is harmed."),
            tr("You may leave this out: 16 dry scenes come with rainapp."),
        )
        super().__init__(state, pictures, Step.DRY, words)
        self.starter = PhotoWall(pictures, tr("Dry scenes that come with rainapp"))
        self.starter.setFixedHeight(108)
        self.starter.setWrapping(False)
        self.starter.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.starter_card = Card(tr("Dry scenes that come with rainapp"))
        self.starter_note = wrapped("", "dim")
        self.starter_card.column.addWidget(self.starter_note)
        self.starter_card.column.addWidget(self.starter)
        self.starter_card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.setSpacing(16)
        layout.addWidget(self.starter_card)

    def remove_all(self) -> None:
        """Only what comes with the application."""
        self.state.remove([*self.state.dry, *(self.state.understood.dry if self.state.understood else ())])

    def refresh(self) -> None:
        """Take over what was understood."""
        state, found = self.state, self.state.understood
        dry = list(found.dry) if found is not None else []
        self.pages.setCurrentIndex(1 if self.given or dry else 0)
        rejected: list[tuple[Path, str]] = []
        if found is not None:
            given = set(state.dry)
            of_dry = [each for each in found.left_out("too small", "unreadable", "duplicate") if _below(each[0], given)]
            rejected = [(source, say.reason(why)) for source, why in (*found.left_out("rainy"), *of_dry)]
        self.wall.show_photos([(source, "") for source in dry])
        self.left_out.show_photos(rejected)
        self.rejects.setVisible(bool(rejected))
        self.rejects.title.setText(tr("Left out: {n}").format(n=len(rejected)))
        self.figure.show_words(tr("Dry scenes of your own: {n}").format(n=len(dry)))
        needed = found.needed_dry if found is not None else 8
        helped = len(dry) < needed
        self.note.setText(tr("With fewer than {n} of your own, those below are learned from too.").format(n=needed))
        self.note.setVisible(helped and bool(dry))
        self.starter_note.setText(
            tr("They are learned from.") if helped else tr("Yours are enough: these are not learned from.")
        )
        self.starter.show_photos([(file, "") for file in starters()])
        self.starter.setVisible(helped)
        self.show_progress()


def _below(path: Path, places: set[Path]) -> bool:
    return path in places or any(place in places for place in path.parents)


def starters() -> list[Path]:
    """The dry scenes that come with the application."""
    folder = resource("dry/starter")
    return sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES) if folder.is_dir() else []
