"""Whose work comes with rainapp, and under which licences, read from what the packages say of themselves.

A bundle holds the list as a file, made when it was built (`build/make_bundle.py`). Elsewhere it is read from what is installed.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from rainapp.base.paths import APP, resource
from rainapp.base.regular_files import read_regular

FILE = "LICENCES.txt"
FILE_BYTES_MAX = 16 << 20
TEXT_BYTES_MAX = 4 << 20
UNSTATED = "not stated"
_TEXTS = re.compile(r"(?i)(^|/)(licen[cs]es?|copying|notice|third[-_ ]?party[^/]*)([-._/][^/]*)*$")
_REQUIRED = re.compile(r"[A-Za-z0-9._-]+")
_GENERIC = ("OSI Approved", "License", "")


@dataclass(frozen=True)
class Part:
    """A package that comes with rainapp: its name, version, licence in a few words, and the texts of its licences."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The part in one line."""
        return f"{self.name} {self.version}: {self.licence}"


def parts() -> tuple[Part, ...]:
    """What rainapp is made of here, Python first, then its packages and theirs by name; extras are left out."""
    found = {_canonical(name): part for name in _closure(APP) if (part := _part(name)) is not None}
    return (_python(), *(found[name] for name in sorted(found)))


def listing(everything: tuple[Part, ...] | None = None) -> str:
    """The whole as a text: a line for each part, then what each licence says."""
    everything = parts() if everything is None else everything
    lines = ["What comes with rainapp, and under which licences.", "", *(part.line for part in everything)]
    for part in everything:
        for text in part.texts:
            lines += ["", "", "-" * 72, part.line, "-" * 72, "", text.strip()]
    return "\n".join(lines) + "\n"


def shipped() -> str:
    """The text that came with a bundle; made now where there is none."""
    try:
        return read_regular(resource(FILE), FILE_BYTES_MAX).decode("utf-8", "replace")
    except OSError:
        return listing()


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _closure(first: str) -> Iterator[str]:
    """The packages that `first` needs here, and those that they need, without `first`."""
    seen, waiting = {_canonical(first)}, [first]
    while waiting:
        for requirement in _requires(waiting.pop()):
            if "extra ==" in requirement:
                continue
            match = _REQUIRED.match(requirement)
            if match is not None and _canonical(match[0]) not in seen:
                seen.add(_canonical(match[0]))
                waiting.append(match[0])
                yield match[0]


def _requires(name: str) -> list[str]:
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:  # for another system, or left out of a bundle
        return []


def _part(name: str) -> Part | None:
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    return Part(found.metadata["Name"] or name, found.version, _licence_of(found), tuple(_texts_of(found)))


def _licence_of(found: metadata.Distribution) -> str:
    """The licence in a few words: the expression, the field where it is short, else the classifiers."""
    facts = found.metadata
    for key in ("License-Expression", "License"):
        words = str(facts[key] or "").strip() if key in facts else ""
        if words and "\n" not in words and len(words) < 120 and words not in ("UNKNOWN", "Dual License"):
            return words
    classes = [line.split("::")[-1].strip() for line in facts.get_all("Classifier") or [] if line.startswith("License ::")]
    return ", ".join(words for words in classes if words not in _GENERIC) or UNSTATED


def _texts_of(found: metadata.Distribution) -> Iterator[str]:
    """The licence files that were installed with a package, each text once."""
    told: set[str] = set()
    for file in sorted(found.files or (), key=str):
        if _TEXTS.search(file.as_posix()) and file.suffix.lower() in ("", ".txt", ".md", ".rst"):
            try:
                text = _read(Path(str(found.locate_file(file))))
            except OSError:
                continue
            if text.strip() and text not in told:
                told.add(text)
                yield text


def _read(path: Path) -> str:
    return read_regular(path, TEXT_BYTES_MAX).decode("utf-8", "replace")


def _python() -> Part:
    """Python itself."""
    version = ".".join(map(str, sys.version_info[:3]))
    places = (Path(sys.base_prefix) / "LICENSE.txt", Path(sys.base_prefix, "lib", f"python{version[:4]}", "LICENSE.txt"))
    texts = [_read(place) for place in places if place.is_file()]
    return Part("Python", version, "PSF-2.0", tuple(texts[:1]))
