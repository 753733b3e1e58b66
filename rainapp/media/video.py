"""Clips as the rest of the application uses them; reading, writing and their parts live in the `clip_…` modules beside."""

from rainapp.media.clip_codecs import suffix_for
from rainapp.media.clip_read import ClipSource, estimated_frames, probe, read_frame
from rainapp.media.clip_write import ClipSink

__all__ = ["ClipSink", "ClipSource", "estimated_frames", "probe", "read_frame", "suffix_for"]
