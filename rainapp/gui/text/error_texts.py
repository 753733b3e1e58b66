"""What went wrong, in the language of the window.

Errors are raised far below, in English and with names and figures in them, and cross to the window as text. Their sentences
stand in `error_sentences` once more, with places for what varies: one that fits is said in the person's language, and so is
what fills its places where that is known ("the disk is full"). What fits none, such as the words of the system, stays as it is.
"""

import re
from dataclasses import replace
from functools import cache

from PySide6.QtCore import QCoreApplication

from rainapp.gui.text.error_sentences import SENTENCES
from rainapp.jobs.records import Event, Failed, Waiting

LONGEST = 2000
PLACE = re.compile(r"\\\{(\w+)\\\}")  # as `re.escape` leaves it


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("Troubles", text)


def said(event: Event) -> Event:
    """`event` with its sentences in the person's language."""
    if isinstance(event, Failed | Waiting):
        return replace(event, message=translated(event.message), hint=translated(event.hint))
    return event


def translated(words: str) -> str:
    """A sentence in the person's language, where it is known."""
    if words in _WHOLE:
        return tr(words)
    if len(words) > LONGEST:  # such as one that quotes a file; with places to try at every letter, looking would take long
        return words
    for sentence, pattern in _patterns():
        found = pattern.fullmatch(words)
        if found is not None:
            places = {name: _said_of(name, value) for name, value in found.groupdict().items()}
            return tr(sentence).format(**places)
    return words


def _said_of(place: str, value: str) -> str:
    """What fills a place; a reason may have places of its own."""
    return translated(value) if place == "reason" else tr(value) if value in _WHOLE else value


_WHOLE = frozenset(sentence for sentence in SENTENCES if "{" not in sentence)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Sentences with places, and what they look like filled; those that say most come first."""
    open_ones = sorted((sentence for sentence in SENTENCES if "{" in sentence), key=_letters, reverse=True)
    return tuple((sentence, re.compile(PLACE.sub(r"(?P<\1>.+?)", re.escape(sentence)), re.DOTALL)) for sentence in open_ones)


def _letters(sentence: str) -> int:
    return len(re.sub(r"\{\w+\}", "", sentence))
