"""The session of the window as text: one line of JSON for each file of the list, after a first line about the whole.

Each line stands for itself, so that a damaged one costs one file and not the list. Only what differs from the defaults is
written, and what is not known here (a newer version's) is passed over.
"""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

from rainapp.base.image import Repaired
from rainapp.base.paths import settings_file
from rainapp.base.textfile import json_line
from rainapp.jobs.find_jobs import NumberedFrames
from rainapp.jobs.records import BUDGET_MEAN, BUDGET_SHARE, RATE, STRENGTH_MAX, Output, Temporal, Treatment, Veil

VERSION = 1
TEXT_MAX = 4096
NUMBER_MAX = 2**53  # larger ones neither lie in a file of ours nor fit the words that show them

Record = TypeVar("Record")


@dataclass(frozen=True)
class KeptMask:
    """What was painted over a photo of `width` x `height`: the picture `file` in the folder of masks, and what it means."""

    file: str
    mode: Literal["protect", "only"]
    width: int
    height: int
    at_width: int
    at_height: int


@dataclass(frozen=True)
class OwnSettings:
    """How one file is treated where it is not as all: what a person chooses for a treatment; `amount` in percent."""

    model: str
    amount: int
    veil: Veil
    temporal: Temporal
    refine: float = 0.0
    prior: str = "auto"
    budget_share: float = BUDGET_SHARE
    budget_mean: float = BUDGET_MEAN


@dataclass(frozen=True)
class Entry:
    """One file of the list, by the names that `gui.state.file_item.Item` has for its fields.

    `state` is the name of what became of it; `at_work`: it waited or ran, and would become `claimed`, since the moment `since`.
    """

    path: Path
    state: str = "READY"
    at_work: bool = False
    claimed: Path | None = None
    since: float = 0.0
    size: int = 0
    seconds: float = 0.0
    kind: str = ""
    message: str = ""
    hint: str = ""
    notes: tuple[str, ...] = ()
    target: Path | None = None
    kept: Path | None = None
    goes_on: bool = False
    treatment: Treatment | None = None
    output: Output | None = None
    only_rain: bool = False
    width: int = 0
    height: int = 0
    container: str | None = None
    is_clip: bool = False
    moves: bool = False
    duration_s: float = 0.0
    truth: Path | None = None
    part: tuple[float, float] | None = None
    sees_rain: bool = False
    second_pass: bool = False
    copied: bool = False
    repaired: Repaired | None = None
    part_done: tuple[float, float] | None = None
    frames: NumberedFrames | None = None
    rate: Fraction = RATE
    clip_format: str = ""
    mask: KeptMask | None = None
    own: OwnSettings | None = None


@dataclass(frozen=True)
class Head:
    """What the first line says: of which version the lines are, how much rain was to go, and which file was looked at."""

    session: int = VERSION
    amount: int = 100
    current: Path | None = None


@dataclass(frozen=True)
class KeptSession:
    """What was read: the files that are there still, and their `lines` as they stand.

    `damaged` lines could not be read, `gone` files are not there any more, `unmade` ones have lost their result; `strange`: it
    is of another version; `aside`: nothing of it could be read, and the file lies there now.
    """

    head: Head = field(default_factory=Head)
    entries: tuple[Entry, ...] = ()
    lines: tuple[str, ...] = ()
    damaged: int = 0
    gone: tuple[Path, ...] = ()
    unmade: int = 0
    strange: bool = False
    aside: Path | None = None


def session_file() -> Path:
    """The session, beside the settings."""
    return settings_file().with_name("session.jsonl")


def masks_folder(file: Path) -> Path:
    """Where the masks of the session in `file` lie."""
    return file.with_name("session masks")


def to_line(record: object) -> str:
    """A record as one line of ASCII, without what is as usual."""
    return json_line(_plain(record))


def from_line(kind: type[Record], line: str) -> Record:
    """The record in a line. Raises ValueError where there is none."""
    try:
        return cast(Record, _read(kind, json.loads(line)))
    except (RecursionError, TypeError, OverflowError) as error:
        raise ValueError("no record") from error


def names_of_masks(lines: Iterable[str]) -> frozenset[str]:
    """Which masks whole lines of a session speak of."""
    entries = (from_line(Entry, line) for line in lines if '"mask"' in line)
    return frozenset(entry.mask.file for entry in entries if entry.mask is not None)


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        table = {item.name: (getattr(value, item.name), _default(item)) for item in fields(value)}
        return {name: _plain(own) for name, (own, usual) in table.items() if own != usual or name == "session"}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Path | Fraction) else value


def _default(item: Any) -> object:
    return item.default_factory() if item.default_factory is not MISSING else item.default


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(hint: Any, value: Any) -> object:
    """`value`, as JSON has it, as what `hint` names. Raises ValueError."""
    if is_dataclass(hint) and isinstance(hint, type):
        return _read_record(hint, value)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _checked(value, value in inner)
    if origin is tuple:
        each = inner[:1] * len(value) if isinstance(value, list) and inner[-1] is ... else inner
        _checked(value, isinstance(value, list) and len(value) == len(each))
        return tuple(_read(kind, one) for kind, one in zip(each, value, strict=True))
    if NoneType in inner:
        return None if value is None else _read(next(kind for kind in inner if kind is not NoneType), value)
    return _read_plain(hint, value)


def _read_plain(hint: Any, value: Any) -> object:
    if hint in (Path, str):
        _checked(value, isinstance(value, str) and len(value) <= TEXT_MAX and "\0" not in value)
        return Path(_checked(value, bool(value))) if hint is Path else value
    if hint is Fraction:
        found = _checked(value, isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}(/[1-9][0-9]{0,8})?", value) is not None)
        return _checked(Fraction(found), Fraction(found) > 0)
    if hint is bool:
        return _checked(value, isinstance(value, bool))
    _checked(value, isinstance(value, int if hint is int else int | float) and not isinstance(value, bool))
    return _checked(value, math.isfinite(value) and abs(value) <= NUMBER_MAX)


def _read_record(kind: type, value: Any) -> object:
    _checked(value, isinstance(value, dict))
    hints = _hints(kind)
    record = kind(**{name: _read(hints[name], own) for name, own in value.items() if name in hints})
    if isinstance(record, Treatment):
        _checked(record, 0 <= record.strength <= STRENGTH_MAX)
    if isinstance(record, OwnSettings):
        _checked(record, -100 <= record.amount <= STRENGTH_MAX * 100)
    if isinstance(record, Treatment | OwnSettings):
        _checked(record, 0 <= record.refine <= 1 and 0 <= record.budget_share <= 1 and 0 <= record.budget_mean <= 255)
    if isinstance(record, NumberedFrames):
        _checked(record, bool(record.files))
    return record


def _checked(value: Any, fits: bool) -> Any:
    if not fits:
        raise ValueError(f"{str(value)[:60]!r} does not fit")
    return value
