"""What a container keeps of a clip, found out by writing a little of it into memory and reading that back.

Muxers accept more than they keep: a header may be refused, a packet, or neither, and the track comes back as unknown data. So
nothing is promised here that was not seen.
"""

import contextlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
from av.codec.context import CodecContext
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from rainapp.media.clip.reproducible import usual_scheduling

_LOOKED_PACKETS, _LOOKED_BYTES = 2000, 16 << 20  # how far into a file the first packets of its tracks are looked for
_TEXT = {"subrip": b"x", "ass": b"0,0,Default,,0,0,0,,x", "webvtt": b"x", "mov_text": b"\0\x01x"}
_REWRITTEN = ("location", "creationtime", "date")  # whose texts containers write in their own way
_NAMES = ("language", "title")
_PICTURES = 12
_KINDS = ("audio", "subtitle", "video", "data")
_ODD_TAGS = re.compile(r"[^a-z]")


@dataclass(frozen=True)
class Told:
    """What comes back of a track: its kind and codec, how many packets, and the texts of its tags."""

    kind: str
    codec: str
    packets: int
    names: tuple[str, ...]


def codec_of(stream: Stream) -> str:
    """FFmpeg's name of a track's codec, the same for coders and decoders."""
    context: Any = stream.codec_context
    if context is not None:
        return str(context.codec.canonical_name)
    return str(getattr(stream, "name", None) or "unknown")


def is_cover(stream: Stream) -> bool:
    """Whether the track is a picture that stands for the whole clip."""
    return bool(stream.disposition & Disposition.attached_pic)


def opaque(stream: Stream) -> dict[str, bool]:
    """How PyAV is told to copy a track: without it, it looks for an encoder to copy video with."""
    return {"opaque": True} if stream.codec_context is not None else {}


def first_packets(container: InputContainer, streams: Sequence[Stream]) -> dict[int, bytes]:
    """The first packet of each of the tracks, as far as they come near the beginning, by index. `container` is read on."""
    found: dict[int, bytes] = {}
    read = 0
    if not streams:
        return found
    with contextlib.suppress(av.FFmpegError):
        for number, packet in enumerate(container.demux(*streams)):
            read += packet.size
            if packet.size:
                found.setdefault(packet.stream_index, bytes(packet))
            if len(found) == len(streams) or number > _LOOKED_PACKETS or read > _LOOKED_BYTES:
                break
    for stream in streams:
        if (codec := codec_of(stream)) in _TEXT:
            found.setdefault(stream.index, _TEXT[codec])
    return found


def names_lost(stream: Stream, first: bytes | None, muxer: str) -> list[str] | None:
    """What a copy of the track, whose `first` packet is that if known, loses of its names in a file of this kind.

    None where the track itself does not come back out of it.
    """
    if stream.type not in _KINDS:
        return None
    try:
        file = _written(muxer, [stream], {stream.index: first or b""}, {})
        if first is None:
            return []
        for told in _read(file)[1:]:
            if told.kind == stream.type and _same(told.codec, codec_of(stream)) and told.packets:
                wanted = {name: text for name, text in stream.metadata.items() if name.lower() in _NAMES}
                return sorted(name.lower() for name, text in wanted.items() if text not in (*told.names, "und"))
    except (av.FFmpegError, ValueError):
        return None
    return None


def _same(one: str, other: str) -> bool:
    """Whether two codecs are one: a short piece of MPEG sound does not tell its layer."""
    return one == other or {one, other} <= {"mp1", "mp2", "mp3"}


def _written(
    muxer: str, streams: Iterable[Stream], firsts: Mapping[int, bytes], tags: Mapping[str, str], flags: str = ""
) -> io.BytesIO:
    """A file of a small picture and the beginning of each track. Raises FFmpegError or ValueError."""
    file = io.BytesIO()
    with contextlib.ExitStack() as stack:
        sink = stack.enter_context(av.open(file, "w", format=muxer, container_options={"movflags": flags} if flags else {}))
        sink.metadata.update(tags)
        picture = _add_picture(sink)
        copies = {}
        for stream in streams:
            copies[stream.index] = copy = sink.add_stream_from_template(stream, **opaque(stream))
            copy.disposition = stream.disposition
            copy.metadata.update(stream.metadata)
        packets = _picture(muxer)
        sink.start_encoding()
        for index, copy in copies.items():
            if data := firsts.get(index):
                sink.mux_one(_packet(data, copy))
        for number, data in enumerate(packets):
            sink.mux_one(_packet(data, picture, number))
    file.seek(0)
    return file


def _packet(data: bytes, stream: Stream, number: int = 0) -> "Packet[Stream]":
    packet: Packet[Stream] = Packet(data)
    packet.stream = stream
    packet.pts = packet.dts = number
    packet.duration = 1
    packet.time_base = Fraction(1, 25)
    packet.is_keyframe = not number
    return packet


def _codec(muxer: str) -> str:
    return "libvpx" if muxer == "webm" else "mpeg4"


def _add_picture(sink: OutputContainer) -> VideoStream:
    stream = sink.add_stream(_codec(sink.format.name), rate=25)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
    return stream


def _picture(muxer: str) -> list[bytes]:
    """The packets of a small picture, shown for so long that a transport stream is recognised."""
    context: Any = CodecContext.create(_codec(muxer), "w")
    context.width, context.height, context.pix_fmt = 64, 48, "yuv420p"
    context.time_base, context.framerate = Fraction(1, 25), Fraction(25)
    frames = []
    for number in range(_PICTURES):
        frame = VideoFrame(64, 48, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.pts = number
        frames.append(frame)
    with usual_scheduling():
        return [bytes(packet) for frame in (*frames, None) for packet in context.encode(frame)]


def _read(file: io.BytesIO) -> list[Told]:
    with av.open(file, "r") as found:
        counts: dict[int, int] = {}
        streams = [stream for stream in found.streams if stream.type in _KINDS]
        for packet in found.demux(*streams):
            counts[packet.stream_index] = counts.get(packet.stream_index, 0) + bool(packet.size)
        return [Told(each.type, codec_of(each), counts.get(each.index, 0), tuple(each.metadata.values())) for each in streams]


def kept_tags_of(muxer: str, tags: Mapping[str, str], flags: str = "") -> frozenset[str]:
    """Which of `tags` come back out of a file of this kind, written with these `flags` of MP4's muxer."""
    try:
        with av.open(_written(muxer, [], {}, tags, flags)) as found:
            there = {_plain(name): text for name, text in (found.streams.video[0].metadata | found.metadata).items()}
    except (av.FFmpegError, ValueError):
        return frozenset()
    same = {_plain(name): text for name, text in tags.items()} | {name: there.get(name) for name in _REWRITTEN}
    return frozenset(name for name in tags if _plain(name) in there and there[_plain(name)] == same[_plain(name)])


def _plain(name: str) -> str:
    """A tag's name without what containers change in it."""
    return _ODD_TAGS.sub("", name.lower())
