"""Clips as the rest of the application uses them; reading, writing and their parts live in the `clip_…` modules beside."""

from rainapp.media.clip.clip_sink import ClipSink
from rainapp.media.clip.clip_source import ClipSource, estimated_frames, probe, read_frame
from rainapp.media.clip.codec_choice import suffix_for

__all__ = ["ClipSink", "ClipSource", "estimated_frames", "probe", "read_frame", "suffix_for"]
