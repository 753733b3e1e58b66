"""The fifth page: did it help? Two figures, the pictures that judged side by side, a blind vote, and what may be done now."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from rainapp.compare.blind_test import Ballot
from rainapp.gui.compare.compare_grid import CompareGrid, Pane
from rainapp.gui.teach import teach_words as say
from rainapp.gui.teach.teach_cards import Card, in_row, wrapped
from rainapp.gui.teach.teach_events import Outcome, Pictures
from rainapp.gui.teach.teach_pictures import TeachPictures
from rainapp.gui.teach.teach_state import TeachState
from rainapp.gui.text.error_texts import translated
from rainapp.gui.widgets.controls import Elided, label, push_button
from rainapp.gui.widgets.plain_text import set_tip
from rainapp.gui.widgets.theme import interface_font

BASE, TAUGHT = "base", "taught"
BIG_PX = 26
MEANING_FROM = 600
"""On a lower page tool tips say what the figures mean, and the photos get the room."""
REASONS_MAX = 4


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("HelpedStep", text)


class BigFigure(Card):
    """A figure before and after, large, and what it means."""

    def __init__(self, title: str, meaning: str) -> None:
        """Of what it is, and how to read it."""
        super().__init__(title)
        self.before, self.after = label("", "dim"), label("")
        self.arrow = label("\N{RIGHTWARDS ARROW}", "dim")
        for part in (self.before, self.arrow, self.after):
            part.setFont(interface_font(BIG_PX))
        self.column.addLayout(in_row((self.before, self.arrow, self.after), 2))
        self.meaning = wrapped(meaning, "small")
        self.column.addWidget(self.meaning)
        self.column.addStretch(1)

    def show_figures(self, before: str, after: str) -> None:
        """Show both."""
        self.before.setText(before)
        self.after.setText(after)
        self.setAccessibleName(tr("{title}: before {before}, after {after}").format(
            title=self.title.text(), before=before, after=after))  # fmt: skip


class HelpedStep(QWidget):
    """See above."""

    def __init__(self, state: TeachState, pictures: TeachPictures) -> None:
        """No verdict yet."""
        super().__init__()
        self._state, self._pictures = state, pictures
        self._outcome: Outcome | None = None
        self.at = 0
        self.ballot: Ballot | None = None
        self.unfolded = False  # whether "why not yet" is answered
        self.own = BigFigure(
            tr("Rain taken out of your photos"),
            tr("The share of fine rain that goes, on photos of yours that were kept aside until the end."),
        )
        self.others = BigFigure(
            tr("Other rain"),
            tr("How near known scenes come to the truth, so that nothing was forgotten. A change below 0.2 dB is not seen."),
        )
        self.grid = CompareGrid()
        self.grid.picked.connect(self._picked)
        self.where = Elided(role="dim")
        self.previous = push_button(tr("Previous photo"), lambda: self.step(-1), "flat")
        self.next = push_button(tr("Next photo"), lambda: self.step(1), "flat")
        self.blind = push_button(tr("Vote without names"), self.toggle_vote, icon="shuffle")
        self.none = push_button(tr("No difference"), lambda: self.vote(None))
        self.tally = wrapped("", "dim")
        self.verdict = wrapped("", "name")
        self.reasons = wrapped("")
        self.helps = wrapped("", "dim")
        self.title = QLineEdit()
        self.title.setMaxLength(60)
        self.title.setAccessibleName(tr("Name of the new model"))
        self.title.setMinimumWidth(220)
        self.name_row = QWidget()
        self.more_photos = push_button(tr("Add rainy photos"), self._more_photos)
        self.teach_on = push_button(tr("Teach on from it"), state.teach_on)
        pictures.came.connect(lambda _path: self._show_photo())
        self._lay_out()

    def _lay_out(self) -> None:
        figures = QHBoxLayout()
        figures.setSpacing(16)
        figures.addWidget(self.own, 1)
        figures.addWidget(self.others, 1)
        photos = Card()
        photos.column.addLayout(in_row((self.where, self.none, self.blind, self.previous, self.next)))
        photos.column.addWidget(self.grid, 1)
        photos.column.addWidget(self.tally)
        answer = Card()
        answer.column.addWidget(self.verdict)
        answer.column.addWidget(self.reasons)
        answer.column.addWidget(self.helps)
        named = QHBoxLayout(self.name_row)
        named.setContentsMargins(0, 0, 0, 0)
        named.addWidget(label(tr("Its name")))
        named.addWidget(self.title)
        named.addStretch(1)
        answer.column.addWidget(self.name_row)
        self.after_row = QWidget()
        after = QHBoxLayout(self.after_row)
        after.setContentsMargins(0, 0, 0, 0)
        for button in (self.more_photos, self.teach_on):
            after.addWidget(button)
        after.addStretch(1)
        answer.column.addWidget(self.after_row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addLayout(figures)
        column.addWidget(photos, 1)
        column.addWidget(answer)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        for figure in (self.own, self.others):
            figure.meaning.setVisible(self.height() >= MEANING_FROM)
            set_tip(figure, figure.meaning.text())

    # -- photos and votes

    @property
    def photos(self) -> tuple[Pictures, ...]:
        """The photos that judged."""
        return self._outcome.photos if self._outcome is not None else ()

    def step(self, by: int) -> None:
        """To the next photo."""
        if self.photos:
            self.at = (self.at + by) % len(self.photos)
            if self.ballot is not None:
                self.ballot.at = self.at
        self._show_photo()

    def toggle_vote(self) -> None:
        """Begin a vote without names, or leave it."""
        self.ballot = Ballot((BASE, TAUGHT), len(self.photos)) if self.ballot is None and self.photos else None
        self.at = 0
        self.tally.setText("")
        self._show_photo()

    def vote(self, place: int | None) -> None:
        """Prefer one of both, or none; at the end it is told which was which."""
        if self.ballot is None:
            return
        self.ballot.vote(place)
        self.at = self.ballot.at
        if self.ballot.done:
            self._tell_tally(self.ballot)
            self.ballot = None
        self._show_photo()

    def _tell_tally(self, ballot: Ballot) -> None:
        tally = ballot.tally
        votes = dict(tally.votes)
        words = tr("You preferred the taught model on {taught} photos, the one before on {base}, neither on {none}.")
        said = words.format(taught=votes[TAUGHT], base=votes[BASE], none=tally.undecided)
        chance = tr("That may be chance.") if tally.could_be_chance else ""
        self.tally.setText(f"{said} {chance}".strip())

    def _picked(self, place: int) -> None:
        if self.ballot is not None and place > 0:
            self.vote(place - 1)

    def _more_photos(self) -> None:
        self._state.clear()

    # -- showing

    def refresh(self) -> None:
        """Take over the verdict."""
        outcome = self._state.outcome
        if outcome is None:
            return
        if self._outcome is None or outcome.photos != self._outcome.photos:
            self.at, self.ballot, self.unfolded = 0, None, False
            self.tally.setText("")
            self.title.setText(tr("My rain"))
        self._outcome = outcome
        self.own.show_figures(*map(say.percent, outcome.removed))
        self.others.show_figures(*map(say.decibel, outcome.check))
        self._show_answer(outcome)
        self._show_photo()

    def _show_answer(self, outcome: Outcome) -> None:
        added = bool(outcome.model)
        if added:
            words = tr("It is among your models, and can be chosen at once.")
        elif outcome.accepted:
            words = tr("It helped with this rain.") if outcome.own_rain_only else tr("It helped.")
        else:
            words = tr("It is not better yet.")
        self.verdict.setText(words)
        shown = outcome.accepted or self.unfolded
        self.reasons.setText("\n".join(map(translated, outcome.reasons[:REASONS_MAX])))
        self.reasons.setVisible(shown)
        self.helps.setText(tr("More photos of other scenes, sharp streaks and more time help most. Your run stays under Runs."))
        self.helps.setVisible(not outcome.accepted and self.unfolded)
        self.name_row.setVisible(outcome.accepted and not added)
        self.more_photos.setVisible(not outcome.accepted and self.unfolded)
        self.teach_on.setVisible(added)
        self.after_row.setVisible(added or (not outcome.accepted and self.unfolded))

    def unfold(self) -> None:
        """Say why not yet."""
        self.unfolded = True
        self.refresh()

    def _show_photo(self) -> None:
        photos = self.photos
        several = len(photos) > 1
        for button in (self.previous, self.next):
            button.setVisible(several)
        self.blind.setVisible(bool(photos))
        self.blind.setText(f" {tr('Vote without names') if self.ballot is None else tr('Leave the vote')}")
        self.none.setVisible(self.ballot is not None)
        self.tally.setVisible(bool(self.tally.text()))
        if not photos:
            self.where.show_words(tr("There are no pictures of this run."))
            return
        row = photos[self.at % len(photos)]
        far = tr("Photo {n} of {all} that judged").format(n=self.at + 1, all=len(photos))
        asks = tr("{photo}: click the better one.").format(photo=far)
        self.where.show_words(far if self.ballot is None else asks)
        self.grid.show_panes(self._panes(row), self._size(row), None)

    def _size(self, row: Pictures) -> tuple[int, int]:
        shown = self._pictures.picture(row.rainy)
        return (shown.width, shown.height) if shown is not None else (0, 0)

    def _panes(self, row: Pictures) -> list[Pane]:
        rainy = Pane("", tr("Rainy"), picture=self._pictures.picture(row.rainy))
        if self.ballot is None:
            sides = ((BASE, tr("Before teaching"), row.before), (TAUGHT, tr("Taught"), row.after))
            return [rainy, *(Pane(key, name, picture=self._pictures.picture(file)) for key, name, file in sides)]
        files = {BASE: row.before, TAUGHT: row.after}
        return [
            rainy,
            *(
                Pane("", letter, picture=self._pictures.picture(files[key]))
                for letter, key in zip("AB", self.ballot.order, strict=True)
            ),
        ]

    @property
    def taught_at(self) -> int:
        """At which place of the vote the taught model stands now."""
        return self.ballot.order.index(TAUGHT) if self.ballot is not None else 1
