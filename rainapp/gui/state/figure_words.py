"""Figures and states in a photographer's words."""

from PySide6.QtCore import QCoreApplication

from rainapp.gui.state.file_item import Item, State
from rainapp.gui.text.language import figure


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("Words", text)


def duration(seconds: float) -> str:
    """A span of time as one says it: "0.4 s", "12 s", "3 min", "1 h 05 min"."""
    if seconds < 9.95:
        return tr("{n} s").format(n=figure(max(0.1, seconds), 1))
    if seconds < 59.5:
        return tr("{n} s").format(n=round(seconds))
    if seconds < 3570:
        return tr("{n} min").format(n=round(seconds / 60))
    hours, minutes = divmod(round(seconds / 60), 60)
    return tr("{h} h {m:02d} min").format(h=hours, m=minutes)


def about(seconds: float) -> str:
    """A guess, in figures that do not pretend to know better: "1 s", "25 s", "3 min"."""
    if seconds < 10:
        return tr("{n} s").format(n=max(1, round(seconds)))
    return tr("{n} s").format(n=round(seconds / 5) * 5) if seconds < 57 else duration(seconds)


def clock(seconds: float) -> str:
    """A place in a clip: "0:42", "1:02:03"."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def moment(seconds: float) -> str:
    """A moment of a clip to a hundredth: "0:14.72"."""
    return f"{clock(seconds)}.{int(seconds * 100) % 100:02d}"


def size(count: int) -> str:
    """An amount of data: "380 kB", "38 MB", "1.2 GB"."""
    if count < 1e6:
        return tr("{n} kB").format(n=max(1, round(count / 1e3)))
    if count < 1e9:
        return tr("{n} MB").format(n=round(count / 1e6))
    return tr("{n} GB").format(n=figure(count / 1e9, 1))


def left(seconds: float) -> str:
    """What is left to wait: "3 s left", "about 2 min left"."""
    if seconds < 60:
        return tr("{time} left").format(time=tr("{n} s").format(n=max(1, round(seconds))))
    return tr("about {time} left").format(time=about(seconds))


def pace(frames_s: float) -> str:
    """How fast a clip goes: "4.2 frames/s", "0.35 frames/s", "31 frames/s"."""
    digits = 0 if frames_s >= 9.95 else 1 if frames_s >= 0.95 else 2
    return tr("{n} frames/s").format(n=figure(frames_s, digits))


def state(item: Item) -> tuple[str, str, str]:
    """Icon, colour token and words for the state of `item`."""
    facts = _facts(item)
    match item.state:
        case State.WAITING:
            return "history", "dim", " · ".join((tr("Waiting"), *facts))
        case State.RUNNING if item.waits:
            return "triangle-alert", "warn", item.waits
        case State.RUNNING:
            percent = tr("{n} %").format(n=round(item.share * 100))
            return "zap", "accent_line", percent if item.eta_s is None else f"{percent} · {left(item.eta_s)}"
        case State.PAUSED:
            return "circle-pause", "warn", tr("Paused · {n} %").format(n=round(item.share * 100))
        case State.DONE:
            took = tr("Done · {time}").format(time=duration(item.seconds)) if item.seconds else tr("Done")
            return "circle-check", "ok", tr("Done · other settings") if item.outdated else took
        case State.DRY:
            copied = tr("Copied, no rain found") if item.copied else tr("No rain found, saved unchanged")
            return "umbrella", "ok", tr("No rain · other settings") if item.outdated else copied
        case State.SKIPPED:
            return "skip-forward", "dim", tr("Skipped, exists already")
        case State.FAILED:
            return "triangle-alert", "bad", tr("Failed")
        case State.UNREADABLE:
            return "triangle-alert", "bad", tr("Cannot be read")
        case State.STOPPED:
            if item.goes_on:
                return "history", "dim", tr("Stopped · goes on from there")
            return "circle-x", "dim", tr("Stopped") if item.kept is None else tr("Stopped · part kept")
        case _:
            return ("film" if item.is_clip else "image"), "dim", " · ".join((tr("Ready"), *facts))


def _facts(item: Item) -> tuple[str, ...]:
    """What is worth knowing of a file before it is started: length and lines of a clip, what a person saw or painted."""
    clip = (clock(item.duration_s), f"{min(item.width, item.height)}p") if item.is_clip and item.width else ()
    seen = (tr("treated anyway"),) if item.sees_rain else ()
    if item.second_pass:
        seen = (*seen, tr("two passes"))
    if item.own is not None:
        clip = (*clip, tr("own settings"))
    if item.mask is None or item.mask.is_empty:
        return (*clip, *seen)
    return (*clip, *seen, tr("part protected") if item.mask.mode == "protect" else tr("part treated"))
