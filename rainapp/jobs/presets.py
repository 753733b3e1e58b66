"""Presets: a treatment and how its result is written, as a small TOML file that the window and the command line share.

    [treatment]
    strength = 0.8
    veil = "clear"

    [output]
    format = "png"

Only what differs from the defaults is written, so a preset says what it is for. A preset is read strictly: a key that is not
known or a value that cannot be is an error in words, since silently leaving it out would change what the person asked for.
"""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from types import NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from rainapp.base.errors import BadTreatment, UnwritableFile
from rainapp.base.escapes import escaped
from rainapp.base.new_files import put
from rainapp.base.paths import settings_file
from rainapp.base.regular_files import NotRegularFileError, TooLargeFileError, read_regular
from rainapp.base.system_errors import why_not_written
from rainapp.base.textfile import replace_text, toml_line, write_text
from rainapp.base.toml_text import read_toml
from rainapp.jobs.records import STRENGTH_MAX, Output, Treatment

FILE_BYTES_MAX = 64 * 1024
_NAME = re.compile(r"[^/\\:*?\"<>|\x00-\x1f.][^/\\:*?\"<>|\x00-\x1f]{0,99}")
_LIMITS: dict[str, tuple[float, float]] = {
    "strength": (0, STRENGTH_MAX),
    "refine": (0, 1),
    "budget_share": (0, 1),
    "budget_mean": (0, 255),
    "tile_px": (128, 8192),
    "quality": (1, 100),
    "crf": (0, 63),
}

Record = TypeVar("Record", Treatment, Output)


@dataclass(frozen=True)
class Preset:
    """What is done, and how the result is written."""

    treatment: Treatment = Treatment()
    output: Output = Output()


def folder() -> Path:
    """Where named presets lie: beside the settings."""
    return settings_file().parent / "presets"


def path_of(name: str) -> Path:
    """The file of the preset `name`. Raises BadTreatment for a name that no file can have."""
    if not _NAME.fullmatch(name):
        raise BadTreatment(f"“{name}” cannot be the name of a preset.", "Use letters, digits, spaces and hyphens.")
    return folder() / f"{name}.toml"


def names() -> list[str]:
    """The names of the presets there are."""
    return sorted(path.stem for path in folder().glob("*.toml"))


def file_of(name_or_file: str) -> Path:
    """The file of the preset of that name, or that path itself. Raises BadTreatment for a name that no file can have."""
    file = Path(name_or_file)
    return file if file.suffix == ".toml" or file.is_file() else path_of(name_or_file)


def load(name_or_file: str) -> Preset:
    """The preset of that name, or in the file of that path.

    Raises:
        BadTreatment: there is none, or it holds what cannot be understood.
    """
    path = file_of(name_or_file)
    try:
        table = read_toml(path, FILE_BYTES_MAX)
    except TooLargeFileError as error:
        raise BadTreatment(f"{path.name} is too large for a preset.", path=path) from error
    except NotRegularFileError as error:
        raise BadTreatment(f"The preset {path.name} cannot be read: {error.strerror}.", path=path) from error
    except OSError as error:
        there = ", ".join(names()) or "none yet"
        raise BadTreatment(f"There is no preset “{name_or_file}”.", f"Presets: {there}.", path) from error
    except ValueError as error:
        reason = escaped(str(error).splitlines()[0])[:200]
        raise BadTreatment(f"The preset {path.name} cannot be read: {reason}.", path=path) from error
    unknown = table.keys() - {"treatment", "output"}
    if unknown:
        raise BadTreatment(
            f"The preset {path.name} has the unknown part “{_shown(min(unknown))}”.", "Known: treatment, output.", path
        )
    return Preset(_record(Treatment, table.get("treatment", {}), path), _record(Output, table.get("output", {}), path))


def save(name: str, preset: Preset, *, replaces: bool = False) -> Path:
    """Write the preset under a name; its path, with a number where there is one of that name that it does not replace.

    Raises BadTreatment for an impossible name, UnwritableFile.
    """
    lines: list[str] = []
    for title, record in (("treatment", preset.treatment), ("output", preset.output)):
        plain = type(record)()
        lines += ["", f"[{title}]"] if lines else [f"[{title}]"]
        for item in fields(record):
            value = getattr(record, item.name)
            if value != getattr(plain, item.name):
                lines.append(toml_line(item.name, str(value) if isinstance(value, Path) else value))
    path = path_of(name)
    return write_text(path, "\n".join(lines) + "\n", replaces=replaces)


def refuse_taken(name: str) -> None:
    """Raises BadTreatment where there is a preset of that name, on the least careful disk, or where none can have it."""
    path_of(name)
    if name.casefold() in (other.casefold() for other in names()):
        raise BadTreatment(f"There is a preset “{name}” already.", "Choose another name.")


def rename(old: str, new: str) -> None:
    """Give a preset another name. Raises BadTreatment where that is taken, UnwritableFile."""
    if old == new:
        return
    if old.casefold() != new.casefold():
        refuse_taken(new)
    target = path_of(new)
    with _in_words(target):
        if old.casefold() == new.casefold():
            path_of(old).rename(target)
        else:
            put(path_of(old), target)  # what another window has saved under it meanwhile stays


def remove(name: str) -> str:
    """Delete a preset; its text, with which `bring_back` makes it again. Raises UnwritableFile."""
    path = path_of(name)
    with _in_words(path):
        text = read_regular(path, FILE_BYTES_MAX).decode("utf-8", errors="replace")
        path.unlink()
    return text


def bring_back(name: str, text: str) -> None:
    """Make a preset again that was deleted. Raises UnwritableFile."""
    replace_text(path_of(name), text)


@contextlib.contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise BadTreatment("This preset is not there any more.", path=path) from error
    except OSError as error:
        reason = why_not_written(error)[0]
        raise UnwritableFile(f"{path} cannot be written: {reason}.", "Check space and permissions.", path) from error


def _record(kind: type[Record], table: object, path: Path) -> Record:
    hints = get_type_hints(kind)
    if not isinstance(table, dict):
        raise BadTreatment(f"The preset {path.name} is not built as a preset is.", "Save it again from the window.", path)
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in hints:
            raise BadTreatment(
                f"The preset {path.name} has the unknown key “{_shown(key)}”.", f"Known: {', '.join(hints)}.", path
            )
        if not _fits(key, value, hints[key]):
            raise BadTreatment(f"The preset {path.name} has an impossible {key}: {_shown(value)}.", path=path)
        values[key] = Path(value) if Path in get_args(hints[key]) else value
    return kind(**values)


def _shown(value: object) -> str:
    """Something foreign, short and without what could drive a terminal."""
    return escaped(str(value))[:60]


def _fits(key: str, value: object, hint: Any) -> bool:
    """Whether a TOML value can stand for a field with the type `hint`."""
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    kinds = set(get_args(hint)) - {NoneType} or {hint}
    if kinds <= {str, Path}:
        return isinstance(value, str) and 0 < len(value) <= 4096 and "\0" not in value
    if kinds == {bool}:
        return isinstance(value, bool)
    numbers = (int, float) if float in kinds else int
    low, high = _LIMITS[key]
    return isinstance(value, numbers) and not isinstance(value, bool) and low <= value <= high
