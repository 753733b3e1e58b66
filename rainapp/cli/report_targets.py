"""Where a report may be written: beside what it tells of, never in its place."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from rainapp.base.folders import files_below
from rainapp.jobs.naming import Originals


def unfit_report(target: Path, places: Iterable[Path | None]) -> str:
    """Why `target` cannot be a report on the files in `places`, in a sentence; empty where it can."""
    folder = target.absolute().parent
    if not folder.is_dir():
        return f"The folder {folder} does not exist."
    if os.path.lexists(target) and target in Originals(_files(places)):
        return f"{target} is one of the pictures that it would tell of, which are never overwritten: choose another name."
    return ""


def _files(places: Iterable[Path | None]) -> Iterator[Path]:
    for place in places:
        if place is not None:
            yield from files_below(place) if place.is_dir() else [place]
