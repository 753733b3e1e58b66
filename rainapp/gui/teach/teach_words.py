"""What the page Teach says of figures and states, in a photographer's words."""

from PySide6.QtCore import QCoreApplication

from rainapp.gui.teach.teach_events import Fitted, Understood
from rainapp.gui.text.language import figure
from training.teach.run_list import TeachRun

ALIKE = 1.5
"""Times the distance among real photos up to which drawn rain is called like theirs."""
NEAR = 3.0


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("Teaching", text)


def reason(word: str) -> str:
    """Why a photo is left out."""
    known = {
        "dry": tr("No rain was found"),
        "rainy": tr("It rains here"),
        "duplicate": tr("The same as another"),
        "too small": tr("Too small"),
        "unreadable": tr("Cannot be read"),
    }
    return known.get(word, word)


def stage(word: str) -> str:
    """What is done at a stage."""
    known = {
        "look": tr("Look at your photos"),
        "fit": tr("Find out how it rains"),
        "learn": tr("Learn from drawn rain like yours"),
        "choose": tr("Choose how much of it to take over"),
        "judge": tr("Look at photos it has not seen"),
    }
    return known.get(word, word)


def run_state(run: TeachRun) -> str:
    """How far a run is."""
    if run.held:
        return tr("At work")
    return {
        "begun": tr("Begun"),
        "fitted": tr("Rain found, not taught yet"),
        "learning": tr("Stopped while teaching"),
        "better": tr("It helped; not added yet"),
        "own rain only": tr("It helped with this rain only; not added yet"),
        "not better": tr("It did not help"),
        "added": tr("Added to the models"),
        "damaged": tr("Damaged"),
    }[run.state]


def how_many(found: Understood) -> str:
    """Whether the photos are enough, honestly."""
    if found.rainy < found.needed:
        missing = found.needed - found.rainy
        return tr("Usable: {n} of at least {least}. Add {missing} more.").format(
            n=found.rainy, least=found.needed, missing=missing
        )
    if found.judgeable < found.needed_judgeable:
        return tr("Usable: {n}, but only {clear} with streaks of one direction, and {least} are needed to judge by.").format(
            n=found.rainy, clear=found.judgeable, least=found.needed_judgeable
        )
    if found.rainy < 2 * found.needed:
        return tr("Usable: {n}. That is enough to begin; more photos teach more surely.").format(n=found.rainy)
    return tr("Usable: {n}. That is plenty.").format(n=found.rainy)


def likeness(fitted: Fitted) -> str:
    """How near the drawn rain is."""
    if not fitted.floor:
        return tr("Drawn rain was fitted to yours.")
    times = fitted.distance / fitted.floor
    if times <= ALIKE:
        return tr("Drawn rain is as like yours as your photos are like one another.")
    if times <= NEAR:
        return tr("Drawn rain is like yours, though not quite as your photos are like one another.")
    return tr("Drawn rain is like yours only roughly. Teaching may help less.")


def statistic(name: str) -> tuple[str, int, str]:
    """What a figure of rain is called, its digits and its unit; nothing for those that people need not see."""
    return {
        "coverage": (tr("How much of the photo is rain"), 0, " %"),
        "mean_on": (tr("How bright it is"), 0, " %"),
        "length_px": (tr("How long the streaks are"), 0, " px"),
        "width_px": (tr("How wide the streaks are"), 1, " px"),
        "angle_deg": (tr("How far they slant"), 0, "°"),
    }.get(name, ("", 0, ""))


def in_units(name: str, value: float) -> str:
    """A figure of rain as people read it."""
    _, digits, unit = statistic(name)
    shown = 100 * value if unit == " %" else value
    return figure(shown, digits).replace("-", "\N{MINUS SIGN}") + unit


def percent(share: float) -> str:
    """A share as it is read."""
    return tr("{n} %").format(n=f"{round(100 * share)}".replace("-", "\N{MINUS SIGN}"))


def decibel(value: float) -> str:
    """A score of the check set."""
    return tr("{n} dB").format(n=figure(value, 2))


def place(device: str, threads: int) -> str:
    """Where it is taught."""
    return tr("processor, {n} threads").format(n=threads) if device == "cpu" else device
