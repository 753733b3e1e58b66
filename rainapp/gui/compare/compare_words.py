"""What is said of comparisons: figures, the recommendation, the outcome of a blind test, rows and captions of an export."""

import html
import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication, QLocale

from rainapp.compare.advice import Advice, Compared, Figures
from rainapp.compare.blind_test import Tally
from rainapp.gui.state import figure_words
from rainapp.gui.text.language import figure
from rainapp.jobs.records import ModelId

Titles = Mapping[ModelId, str]


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("CompareWords", text)


def number(value: float, digits: int = 1) -> str:
    """A figure, or a dash where there is none."""
    return figure(value, digits) if math.isfinite(value) else "–"


def percent(share: float) -> str:
    """A share as it is read: "4 %", "0.3 %"."""
    if not math.isfinite(share):
        return "–"
    hundredths = 100 * share
    return tr("{n} %").format(n=figure(hundredths, 1 if 0 < abs(hundredths) < 0.95 else 0))


def speed(seconds_per_mp: float) -> str:
    """Seconds a megapixel: "0.9 s", "0.08 s"."""
    if not math.isfinite(seconds_per_mp):
        return "–"
    return tr("{n} s").format(n=figure(seconds_per_mp, 2 if seconds_per_mp < 0.995 else 1))


def natural(figures: Figures) -> str:
    """Naturalness before and after."""
    return f"{number(figures.natural_in)} → {number(figures.natural_out)}"


def flicker(figures: Figures) -> str:
    """Flicker of a clip before and after."""
    return f"{number(figures.flicker_in)} → {number(figures.flicker_out)}" if math.isfinite(figures.flicker_out) else "–"


def rain_kinds() -> dict[str, str]:
    """The kinds of drawn rain in a photographer's words."""
    return {
        "narrow": tr("Fine threads"),
        "real-like": tr("Like real rain"),
        "heavy": tr("Downpour"),
        "soft": tr("Soft, out of focus"),
        "thick-short": tr("Thick and short"),
        "monsoon": tr("Sheets of rain"),
    }


def pill(result: Compared) -> str:
    """What stands on a result: its time, and what is left of the difference or, unknown, how much changed."""
    figures = result.figures
    time = figure_words.duration(result.seconds)
    if figures.error_left > 1:
        return tr("{time} · worse than untouched").format(time=time)
    if math.isfinite(figures.error_left):
        return tr("{time} · {share} left").format(time=time, share=percent(figures.error_left))
    return tr("{time} · {share} changed").format(time=time, share=percent(figures.changed))


def facts(result: Compared) -> tuple[str, ...]:
    """What an export says of a result."""
    figures = result.figures
    said = [
        figure_words.duration(result.seconds),
        tr("{share} of the photo changed").format(share=percent(figures.changed)),
        tr("naturalness {change}").format(change=natural(figures)),
    ]
    if math.isfinite(figures.fine_removed):
        said.append(tr("fine rain removed {share}").format(share=percent(figures.fine_removed)))
    if math.isfinite(figures.flicker_out):
        said.append(tr("flicker {change}").format(change=flicker(figures)))
    if math.isfinite(figures.psnr_y):
        said += [
            tr("difference left {share}").format(share=percent(figures.error_left)),
            tr("PSNR {n} dB").format(n=number(figures.psnr_y, 2)),
            tr("SSIM {n}").format(n=number(figures.ssim_y, 3)),
        ]
    return tuple(said)


def advice(advice: Advice, titles: Titles, tried: str, done: bool) -> str:
    """The recommendation as rich text: one or two sentences with the reason. `done` False: not all was tried yet.

    `tried` names the photo where it is another than the one in sight.
    """
    best = advice.figures[advice.model]
    photo = html.escape(tried) if tried else tr("this photo")
    name = f"<b>{html.escape(titles.get(advice.model, advice.model))}</b>"
    if not advice.helps:
        said = tr("None of these models helps on {photo}: {name} comes nearest, but doing nothing is better.")
        return _so_far(said.format(name=name, photo=photo), done)
    said = tr("{name} suits {photo} best: it leaves {left} of the difference from the dry picture")
    said = said.format(name=name, photo=photo, left=percent(best.error_left))
    if advice.runner_up is not None:
        second = advice.figures[advice.runner_up]
        said += tr(", {second} {left}").format(
            second=html.escape(titles.get(advice.runner_up, advice.runner_up)), left=percent(second.error_left)
        )
        said += tr(", and was better on {n} of {all} kinds of rain").format(n=advice.wins, all=advice.photos)
    said += tr("; {time} a megapixel here.").format(time=speed(best.seconds_per_mp))
    if advice.quicker is not None:
        times = best.seconds_per_mp / advice.figures[advice.quicker].seconds_per_mp
        quick = html.escape(titles.get(advice.quicker, advice.quicker))
        said += " " + tr("{name} is nearly as good and {times} times as fast.").format(name=quick, times=f"{times:.0f}")
    return _so_far(said, done)


def _so_far(said: str, done: bool) -> str:
    return said if done else f"{tr('So far')}: {said}"


def verdict(tally: Tally, titles: Titles) -> str:
    """The outcome of a blind test as plain text."""
    if not tally.cast:
        return tr("Nothing was voted on.")
    if tally.winner is None:
        return tr("No model won: {votes} votes, and the first place is shared.").format(votes=tally.cast)
    (best, count), *rest = tally.votes
    said = tr("{name} won {n} of {all} votes.").format(name=titles.get(best, best), n=count, all=tally.cast)
    if not rest:
        return said
    second, behind = rest[0]
    against = tr("Against {name} with {n}").format(name=titles.get(second, second), n=behind)
    chance = tr("that could be chance") if tally.could_be_chance else tr("that is hardly chance")
    return f"{said} {against}, {chance} (p = {_small(tally.p)})."


def _small(p: float) -> str:
    """A probability in two digits that count, with the point or the comma of the language."""
    return f"{p:.2g}".replace(".", QLocale().decimalPoint())


def export_table(rows: Sequence[tuple[str, Figures]]) -> tuple[tuple[str, ...], ...]:
    """The figures of every model for a report, the head first."""
    head = (
        tr("Model"), tr("Seconds per MP"), tr("Photo changed"), tr("Light taken out"), tr("Naturalness in → out"),
        tr("Difference left"), tr("PSNR, dB"), tr("SSIM"), tr("Background error"), tr("Fine rain removed"),
        tr("Flicker in → out"),
    )  # fmt: skip
    return (
        head,
        *(
            (
                name, number(f.seconds_per_mp, 2), percent(f.changed), number(f.removed), natural(f), percent(f.error_left),
                number(f.psnr_y, 2), number(f.ssim_y, 3), number(f.bg_err), percent(f.fine_removed), flicker(f),
            )
            for name, f in rows
        ),
    )  # fmt: skip
