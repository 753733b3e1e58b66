"""Files as sources and sinks of frames: the one place that opens media.

A photo is a clip of one frame. `open_source` looks at the content, not the name, and decides; `open_sink` writes beside the
target and renames at the end, so that a final name never holds part of a file.
"""

from rainapp.jobs.records import RATE
from rainapp.media.contracts import ANIMATIONS, FIRST_ONLY, SEQUENCE, MediaInfo, ResumableSink, Sink, SkippingSource, Source
from rainapp.media.opening import (
    copy_source,
    is_animation,
    is_media_name,
    is_sequence,
    open_sink,
    open_source,
    part_frames,
    write_picture,
)
from rainapp.media.sniff import CLIP, CLIP_SUFFIXES, PHOTO_SUFFIXES, sniff

__all__ = [
    "ANIMATIONS",
    "CLIP",
    "CLIP_SUFFIXES",
    "FIRST_ONLY",
    "MediaInfo",
    "PHOTO_SUFFIXES",
    "RATE",
    "ResumableSink",
    "SEQUENCE",
    "Sink",
    "SkippingSource",
    "Source",
    "copy_source",
    "is_animation",
    "is_media_name",
    "is_sequence",
    "open_sink",
    "open_source",
    "part_frames",
    "sniff",
    "write_picture",
]
