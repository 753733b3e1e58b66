"""TOML that somebody else has written: bounded before the parser sees it, so that no file costs more than it is long.

Python's parser takes gigabytes for a key of some ten thousand parts, turns digits into numbers of any length, and calls itself
for every bracket. None of these stands in an honest card, recipe, preset or setting. Whatever is wrong becomes a ValueError.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from rainapp.base.regular_files import read_regular

KEY_PARTS_MAX = 16
WORD_MAX = 256  # of a bare key, a number or a date
NESTING_MAX = 32

# Texts and comments, whose insides say nothing of the structure. Possessive, so that each character is looked at once.
_TEXTS = re.compile(
    r'"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+(?:"{3,5}|\\?\Z)'  # one that is never closed ends the file, not the patience
    r"|'''[^']*+(?:'(?!'')[^']*+)*+(?:'{3,5}|\Z)"
    r'|"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+"'
    r"|'[^'\n]*+'"
    r"|#[^\n]*+",
    re.DOTALL,
)
_LONG_WORD = re.compile(rf"[^\s,=.\[\]{{}}]{{{WORD_MAX + 1}}}")
_BRACKETS = re.compile(r"[\[\]{}]")


def parse_toml(raw: bytes) -> dict[str, Any]:
    """The table in the bytes of a TOML file, whose size was looked at before.

    Raises:
        ValueError: no UTF-8, no TOML, or more than a person would write: see the bounds above.
    """
    text = raw.decode("utf-8-sig")
    structure = _TEXTS.sub("_", text)
    _check_words(structure)
    _check_nesting(structure)
    try:
        table = tomllib.loads(text)
    except RecursionError as error:  # should the bounds leave something out
        raise ValueError("it is nested too deeply") from error
    _check_values(table)
    return table


def read_toml(path: Path, bytes_max: int) -> dict[str, Any]:
    """The table in a TOML file. Raises OSError for what is no readable regular file, ValueError for what it holds."""
    return parse_toml(read_regular(path, bytes_max))


def _check_words(structure: str) -> None:
    if _LONG_WORD.search(structure):
        raise ValueError(f"a key or a number has more than {WORD_MAX} characters")
    for piece in re.split(r"[\n,=\[\]{}]", structure):
        if piece.count(".") >= KEY_PARTS_MAX:
            raise ValueError(f"a key has more than {KEY_PARTS_MAX} parts")


def _check_nesting(structure: str) -> None:
    depth = 0
    for found in _BRACKETS.finditer(structure):
        depth = depth + 1 if found[0] in "[{" else max(0, depth - 1)
        if depth > NESTING_MAX:
            raise ValueError("it is nested too deeply")


def _check_values(table: dict[str, Any]) -> None:
    """Raise ValueError for depth that headers have made and for whole numbers beyond 64 bits, which TOML does not know."""
    level: list[Any] = [table]
    for _ in range(NESTING_MAX):
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
        if any(isinstance(value, int) and not -(2**63) <= value < 2**63 for value in level):
            raise ValueError("a whole number has more than 64 bits")
        level = [value for value in level if isinstance(value, dict | list)]
    if level:
        raise ValueError("it is nested too deeply")
