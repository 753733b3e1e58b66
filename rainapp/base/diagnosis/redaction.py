"""Takes what tells of a person out of a report: folders, names of files, of the person and of the computer.

What is left says as much about a fault: of a file its suffix and a number, so that two of them can be told apart; of a module
of ours or of a library its place below the package.
"""

import getpass
import os
import platform
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from rainapp.base.formats import is_clip_name, is_moving_name, is_photo_name

TELLING_NOTHING = frozenset({"root", "user", "users", "home", "rainapp", "localhost", "admin", "python", "linux"})
SHORTEST = 3  # shorter words are part of too many others
_CODE = re.compile(
    r'(?<=File ")[^"\n]*?((?:site-packages|dist-packages|python3\.\d+|_internal|rainapp|training)[\\/][^"\n]*\.pyc?)"'
)
_QUOTED = re.compile(r'[“"\'‘]([^“”"\'‘’\n]*[\\/.][^“”"\'‘’\n]*)[”"\'’]')
_BARE = re.compile(r"(?<![\w.…:/\\›])(?:~|[A-Za-z]:)?[\\/](?![\s\\/])[^\s“”\"'‘’,;)\]}]+")
_NAMED = re.compile(r"[^\s“”\"'‘’\\/:()\[\]{}]+\.\w{2,5}\b")
_SUFFIX = re.compile(r"\.\w{1,11}")


class _Numbers:
    """Names that were met, each with its number."""

    def __init__(self) -> None:
        self._met: dict[str, int] = {}

    def stand_in(self, name: str) -> str:
        """What stands for a file or a folder of this name: a number, and the suffix where it has one."""
        short = re.split(r"[\\/]", name.rstrip("\\/"))[-1]
        number = self._met.setdefault(short, len(self._met) + 1)
        suffix = Path(short).suffix
        return f"‹{number}›{suffix if _SUFFIX.fullmatch(suffix) else ''}"


def redacted(text: str, known: Iterable[Path] = ()) -> str:
    """`text` without what tells of a person; `known` are files and folders whose names may stand in it in any form."""
    numbers = _Numbers()
    text = _CODE.sub(lambda found: f'{found[1]}"', text)
    paths = [path for path in known if path.name]
    for path in sorted(paths, key=lambda path: -len(str(path))):
        text = text.replace(str(path), numbers.stand_in(path.name))
    names = {path.name for path in paths} | {path.stem for path in paths} | {path.parent.name for path in paths}
    for name in sorted(names, key=lambda name: -len(name)):
        if len(name) >= SHORTEST and name.casefold() not in TELLING_NOTHING:
            text = _whole(name).sub(lambda _, name=name: numbers.stand_in(name), text)  # type: ignore[misc]
    text = _QUOTED.sub(lambda found: found[0].replace(found[1], _seen(found[1], numbers)), text)
    text = _BARE.sub(lambda found: numbers.stand_in(found[0]), text)
    text = _NAMED.sub(lambda found: numbers.stand_in(found[0]) if _is_media(found[0]) else found[0], text)
    for word, instead in _own_names():
        text = _whole(word).sub(instead, text)
    return text


def _seen(quoted: str, numbers: _Numbers) -> str:
    """What stands for words in quotes: a path, or the name of a photo or a clip; other words stay."""
    is_code = re.match(r"(site-packages|dist-packages|python3\.\d+|_internal|rainapp|training)[\\/]", quoted)
    is_path = re.match(r"(~|[A-Za-z]:)?[\\/]", quoted)
    return numbers.stand_in(quoted) if not is_code and (is_path or _is_media(quoted)) else quoted


def _is_media(name: str) -> bool:
    path = Path(name)
    return not name.startswith("‹") and any(kind(path) for kind in (is_photo_name, is_clip_name, is_moving_name))


def _whole(word: str) -> re.Pattern[str]:
    """`word` as a word of its own, or a part of a name such as word_derained."""
    return re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", re.IGNORECASE)


def _own_names() -> list[tuple[str, str]]:
    """Words that name the person or the computer, with what stands for them."""
    asked: tuple[tuple[Callable[[], str], str], ...] = (
        (getpass.getuser, "‹user›"),
        (lambda: Path(os.path.expanduser("~")).name, "‹user›"),
        (platform.node, "‹computer›"),
    )
    found = []
    for ask, instead in asked:
        try:
            word = ask()
        except (OSError, KeyError):  # no such user in the system's list
            continue
        if len(word) >= SHORTEST and word.casefold() not in TELLING_NOTHING:
            found.append((word, instead))
    return found
