"""The clip of a motion photo, derained where that was asked for: taken out, treated like any clip, and handed to the writer.

What goes wrong with the clip never costs the photo: the clip then stays as it is, and the result says so.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from rainapp.base.errors import RainError
from rainapp.base.folders import make_folders
from rainapp.base.formats import same_format
from rainapp.base.new_files import new_folder
from rainapp.base.regular_files import read_regular
from rainapp.jobs.records import Derained, DerainFile, Output
from rainapp.media import MediaInfo
from rainapp.media.metadata.companions import CLIP_DERAINED, CLIP_DRY, CLIP_FAILED
from rainapp.media.photo.motion_photo import MOST_BYTES, NoClip, clip_in, tail_of, with_clip
from rainapp.media.photo.photo_file import Carry

QUICKTIME = b"qt  "
Derain = Callable[[DerainFile], Derained]


def keeps_clip(job: DerainFile, info: MediaInfo) -> bool:
    """Whether the result of `job` will hold the clip that the source holds."""
    photo = isinstance(info.carry, Carry) and "clip_at" in info.carry.header.traits
    return photo and job.output.metadata == "keep" and same_format(job.source.suffix, job.target.suffix)


@contextlib.contextmanager
def with_derained_clip(job: DerainFile, info: MediaInfo, derain: Derain) -> Iterator[MediaInfo]:
    """The facts of a photo, and in them its clip as `derain` makes it, where that was asked for and there is one.

    Raises:
        Cancelled: the person asked to stop.
    """
    asked = job.output.motion and job.treatment.strength > 0 and job.output.layer != "rain"
    carry = info.carry
    if not asked or not isinstance(carry, Carry) or not keeps_clip(job, info):
        yield info
        return
    try:
        make_folders(job.target.parent)
    except OSError:  # whoever writes the photo says so
        yield info
        return
    with new_folder(job.target.parent) as folder:
        yield replace(info, carry=_carried(job, carry, folder, derain))


def clip_notes(job: DerainFile, info: MediaInfo, copied: bool) -> tuple[str, ...]:
    """What is to be said of the clip where the photo was copied, and nobody wrote it who would say so."""
    asked = copied and job.output.motion and isinstance(info.carry, Carry)
    return (info.carry.on_clip,) if asked and isinstance(info.carry, Carry) and info.carry.on_clip == CLIP_FAILED else ()


def _carried(job: DerainFile, carry: Carry, folder: Path, derain: Derain) -> Carry:
    try:
        tail = tail_of(job.source, carry.header)
        if tail is None:
            return replace(carry, on_clip=CLIP_FAILED)
        start, end = clip_in(tail)
        suffix = ".mov" if tail[start + 8 : start + 12] == QUICKTIME else ".mp4"
        clip = folder / f"clip{suffix}"
        clip.write_bytes(tail[start:end])
        done = derain(DerainFile(clip, folder / f"derained{suffix}", replace(job.treatment.unrepaired, mask=None), Output()))
        if done.copied or done.target is None:
            return replace(carry, on_clip=CLIP_DRY)
        with_clip(tail, read_regular(done.target, MOST_BYTES))  # whether it can be put back
    except (RainError, NoClip, OSError):
        return replace(carry, on_clip=CLIP_FAILED)
    return replace(carry, clip=done.target, on_clip=CLIP_DERAINED)
