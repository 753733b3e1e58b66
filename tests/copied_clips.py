"""Clips written again frame by frame, for tests."""

from pathlib import Path

import av

from rainapp.jobs.records import Output
from rainapp.media import MediaInfo
from rainapp.media.clip import video


def write_all(source: Path, target: Path, output: Output | None = None) -> MediaInfo:
    with video.ClipSource(source) as clip:
        with video.ClipSink(target, clip.info, output or Output()) as sink:
            for frame in clip:
                sink.write(frame)
        return clip.info


def codec_of(path: Path) -> str:
    with av.open(str(path)) as container:
        return str(container.streams.video[0].codec_context.codec.canonical_name)
