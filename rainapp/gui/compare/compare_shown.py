"""What the grid and the table of the Compare page say of the state it is in."""

from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from rainapp.compare.advice import means
from rainapp.gui.compare import compare_words as say
from rainapp.gui.compare.compare_grid import Pane
from rainapp.gui.compare.compare_queue import CellState
from rainapp.gui.compare.compare_state import FEWEST, Comparing
from rainapp.gui.compare.compare_table import Line, figures_with
from rainapp.gui.display.screen_pictures import Pyramid
from rainapp.gui.state.figure_words import moment
from rainapp.jobs.records import ModelId
from rainapp.library.model_library import ModelCard


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("Comparing", text)


def panes(comparing: Comparing) -> list[Pane]:
    """What the grid shows: the photo, then the models; in a blind test shuffled and without names."""
    subject = comparing.subject
    if subject is None:
        return []
    original, part = _original(comparing)
    trouble = comparing.sights.trouble.message if comparing.sights.trouble is not None else ""
    rainy = Pane("", tr("Rainy"), _frame_words(comparing), trouble=trouble, picture=original, part=part)
    if comparing.ballot is not None:
        panes = [_pane(comparing, model, chr(ord("A") + n)) for n, model in enumerate(comparing.ballot.order)]
        return [rainy, *(replace(pane, title=f"{n} · {pane.title}", words="") for n, pane in enumerate(panes, 1))]
    if len(comparing.cards) < FEWEST:
        return [rainy, Pane("", "", trouble=tr("There is only one model. Add another to compare it with."))]
    return [
        rainy,
        *(_pane(comparing, model, f"{n} · {comparing.titles[model]}") for n, model in enumerate(comparing.models, 1)),
        *_truth(comparing),
    ]


def _original(comparing: Comparing) -> tuple[Pyramid | None, Pyramid | None]:
    """The picture before deraining, and the part of it in sight."""
    path = comparing.sights.original
    return (None, None) if path is None else (comparing.sights.picture(path), comparing.sights.part(path))


def _frame_words(comparing: Comparing) -> str:
    """Which frame of a clip is in sight; of what is compared by one picture of many, that it is so."""
    subject, tried = comparing.subject, comparing.trial.photo
    if comparing.mode == "trial" and tried is not None and tried.frames:
        return tr("one frame, at {time}").format(time=moment(tried.time_s))
    if subject is not None and comparing.frame_count:
        place, count = comparing.sights.place, comparing.frame_count
        return tr("frame {n} of {all}").format(n=place + 1, all=count)
    if subject is not None and subject.frames:
        return tr("{n} frames from {time}").format(n=subject.frames, time=moment(subject.time_s))
    current = comparing.workspace.current
    return tr("its first picture") if current is not None and current.moves and comparing.mode == "photos" else ""


def _truth(comparing: Comparing) -> list[Pane]:
    """The picture without rain in a cell of its own, behind the results, once one was measured against it."""
    path = comparing.truth_in_sight
    if path is None:
        return []
    sights = comparing.sights
    return [Pane("", tr("Without rain"), picture=sights.picture(path), part=sights.part(path))]


def _pane(comparing: Comparing, model: ModelId, title: str) -> Pane:
    cell = comparing.cell(model)
    original = _original(comparing)[0]
    if cell is None:
        readable = comparing.sights.trouble is None
        return Pane(model, title, trouble=tr("Not compared yet") if readable else tr("Cannot be compared"))
    if cell.state is CellState.FAILED:
        return Pane(model, title, trouble=f"{cell.message} {cell.hint}".strip())
    if cell.result is None:
        waiting = tr("Waiting") if cell.state is CellState.WAITING else say.percent(cell.share)
        share = None if cell.state is CellState.WAITING else cell.share
        return Pane(model, title, waiting, picture=original, share=share)
    path = cell.result.at(comparing.sights.place).result
    picture = comparing.sights.picture(path)
    return Pane(model, title, say.pill(cell.result), picture=picture or original, part=comparing.sights.part(path))


def lines(comparing: Comparing) -> list[Line]:
    """What the table shows: every model with the means of what it was measured on."""
    left = {model: figures.error_left for model, figures in advice.figures.items()} if (advice := comparing.advice) else {}
    votes = dict(comparing.tally.votes) if comparing.tally is not None and comparing.mode == "photos" else {}
    cast = comparing.tally.cast if comparing.tally is not None else 0
    return [_line(comparing, card, left, votes.get(card.id), cast) for card in comparing.cards]


def _line(comparing: Comparing, card: ModelCard, left: dict[ModelId, float], votes: int | None, cast: int) -> Line:
    run = comparing.trial.run if comparing.mode == "trial" else comparing.run
    results = run.results(card.id)
    chosen = card.id in comparing.models
    title = comparing.titles[card.id]
    if results:
        figures = figures_with(means(results), left, card.id)
        return Line(card.id, title, chosen, figures, votes=votes, cast=cast, engine=results[-1].engine)
    cell = comparing.cell(card.id)
    if cell is not None and cell.state is CellState.FAILED:
        return Line(card.id, title, chosen, words=cell.message, trouble=True)
    words = tr("waiting") if cell is not None else ""
    return Line(card.id, title, chosen, words=words)
