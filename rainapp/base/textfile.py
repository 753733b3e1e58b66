"""Small text files of the application: TOML out of plain values, written whole or not at all.

Python reads TOML and does not write it; what rainapp writes (settings, presets) is flat enough for the few lines here.
"""

import datetime
import json
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path

from rainapp.base.errors import UnwritableFile
from rainapp.base.new_files import NewFile
from rainapp.base.own_files import Like, make_closed, open_to_append
from rainapp.base.system_errors import why_not_written

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml_value(value: object) -> str:
    """`value` in TOML, on one line: text, numbers, booleans, dates, lists and mappings of these (as inline tables).

    Raises:
        TypeError: for anything else, None among it: TOML has no word for nothing.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):  # a JSON string is a TOML basic string, except that TOML also wants U+007F escaped
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime.date | datetime.time):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(toml_line(str(key), item) for key, item in value.items())} }}" if value else "{}"
    raise TypeError(f"TOML has no {type(value).__name__}")


def toml_line(key: str, value: object) -> str:
    """`key = value` in TOML."""
    return f"{key if _BARE_KEY.fullmatch(key) else toml_value(key)} = {toml_value(value)}"


def json_line(value: object) -> str:
    """`value` as JSON on one line, in ASCII, so that no text in it can drive a terminal; what is no finite number is null.

    JSON has no word for infinity, and most readers refuse what Python writes for it.
    """
    return json.dumps(_finite(value), allow_nan=False)


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def replace_text(path: Path, text: str, like: Like = None) -> None:
    """Write `text` as UTF-8 so that a reader sees the old file or the new one, never half of either; makes the folder.

    A link is followed, so that settings kept elsewhere stay there. Nobody reads the new file who may not read `like`; without
    that, nobody who could not read the old one.

    Raises:
        UnwritableFile: no space, no permission.
    """
    write_text(Path(os.path.realpath(path)), text, replaces=True, like=like)


def write_text(path: Path, text: str, *, replaces: bool = False, like: Like = None) -> Path:
    """Write `text` as UTF-8, whole or not at all; the name it got: unless it `replaces`, what has that name stays.

    Makes the folder, as closed as the file. The new file is read by nobody who may not read `like`; without that, by nobody who
    could not read the old one. Raises UnwritableFile.
    """
    try:
        make_closed(path.parent, like)
        new = NewFile(path, replaces=replaces, like=like or (path if replaces and path.exists() else None))
        with new as file:
            file.write(text.encode(errors="replace"))  # names may be no text
    except OSError as error:
        raise UnwritableFile(
            f"{path} cannot be written: {why_not_written(error)[0]}.", "Check space and permissions.", path
        ) from error
    return new.path


def append_text(path: Path, text: str, like: Like = None) -> None:
    """Add lines to a file in one go, so that those of two processes do not mix; no link is followed.

    From then on nobody reads it who may not read `like`. Raises UnwritableFile.
    """
    try:
        with open_to_append(path, like) as file:
            file.write(text.encode(errors="replace"))
    except OSError as error:
        raise UnwritableFile(
            f"{path} cannot be written: {why_not_written(error)[0]}.", "Check space and permissions.", path
        ) from error
