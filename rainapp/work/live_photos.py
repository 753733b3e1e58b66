"""The clip of a Live Photo that lies beside it as a file of its own: kept beside the result, and derained where asked for.

The two belong together by their names and by an identifier that both carry. The result gets both again: the photo keeps its
maker note and the clip its metadata, in which the identifier stands. What goes wrong with the clip never costs the photo.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rainapp.base.errors import RainError
from rainapp.base.folders import make_folders
from rainapp.base.formats import same_format
from rainapp.base.new_files import new_folder
from rainapp.jobs.records import Derained, DerainFile, Output
from rainapp.media import MediaInfo
from rainapp.media.atomic import copy_file
from rainapp.media.clip.clip_open import open_container
from rainapp.media.photo.photo_file import Carry

LIVE_KEPT = "The clip of the Live Photo was copied beside the result as it is: it still shows the rain."
LIVE_DERAINED = "The clip of the Live Photo was derained too; it lies beside the result."
LIVE_DRY = "No rain was found in the clip of the Live Photo; it was copied beside the result as it is."
LIVE_FAILED = "The clip of the Live Photo could not be derained; it was copied as it is: it still shows the rain."
LIVE_APART = "This is a Live Photo: its clip is a file of its own, which is not in this result."
IDENTIFIER = "com.apple.quicktime.content.identifier"
_UUID = re.compile(rb"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
Derain = Callable[[DerainFile], Derained]


@dataclass
class Beside:
    """What becomes of the clip: where it waits until the photo is written, and what is to be said. `part` None: nothing."""

    part: Path | None = None
    note: str = ""


def is_pair(photo: MediaInfo, clip: Path) -> bool:
    """Whether a photo and a clip of its name are one Live Photo: their identifiers agree, or one of them carries none."""
    if not isinstance(photo.carry, Carry):
        return False
    known = {found.lower() for found in _UUID.findall(photo.carry.header.meta.exif or b"")}
    try:
        with open_container(clip) as container:
            told = str(container.metadata.get(IDENTIFIER, "")).strip().lower().encode("ascii", "replace")
    except RainError:
        return False
    return not known or not told or told in known


@contextlib.contextmanager
def live_clip(job: DerainFile, photo: MediaInfo, derain: Derain) -> Iterator[Beside]:
    """The clip of the Live Photo `job.source`, made ready before the photo is written; nothing where there is none.

    Raises:
        Cancelled: the person asked to stop.
    """
    clip = job.live
    if clip is None or not is_pair(photo, clip):
        yield Beside()
        return
    kept = job.output.metadata == "keep" and job.output.layer == "result"
    if job.live_target is None or not kept or not same_format(job.source.suffix, job.target.suffix):
        yield Beside(note=LIVE_APART)
        return
    if not job.output.motion or not job.treatment.strength:
        yield Beside(clip, LIVE_KEPT)
        return
    try:
        make_folders(job.target.parent)
    except OSError:  # whoever writes the photo says so
        yield Beside()
        return
    with new_folder(job.target.parent) as folder:
        yield _derained(job, clip, folder, derain)


def _derained(job: DerainFile, clip: Path, folder: Path, derain: Derain) -> Beside:
    target = folder / f"clip{clip.suffix}"
    try:
        done = derain(DerainFile(clip, target, replace(job.treatment, mask=None, refine=0.0), Output()))
    except (RainError, OSError):
        return Beside(clip, LIVE_FAILED)
    return Beside(clip, LIVE_DRY) if done.copied or done.target is None else Beside(done.target, LIVE_DERAINED)


def lay_beside(done: Derained, job: DerainFile, beside: Beside) -> Derained:
    """Put the clip beside the written photo, and say so; where it cannot be put there the result is a photo only."""
    note = beside.note
    if beside.part is not None and job.live_target is not None:
        try:
            copy_file(beside.part, job.live_target, replaces=job.output.if_exists == "overwrite")
        except RainError:
            note = LIVE_APART
    return replace(done, notes=(*done.notes, note)) if note else done
