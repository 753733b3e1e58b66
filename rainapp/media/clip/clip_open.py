"""Opening clips safely: which formats, from where, and why not, in words.

FFmpeg opens far more than clips: playlists, network addresses, lists of other files, pictures, text. Only the formats in
`_FORMATS` are tried, only by their content, and only from the file itself. The first frame is decoded before a clip is called
readable, so that a refusal comes before the work starts.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from rainapp.base import consent
from rainapp.base.errors import LargeFile, UnreadableFile
from rainapp.base.regular_files import open_regular
from rainapp.media.atomic import unreadable
from rainapp.media.clip.container.captions import carries_captions
from rainapp.media.clip.container.fragment_samples import check_samples
from rainapp.media.clip.container.frame_order import DecodeOrder, grid_of
from rainapp.media.clip.container.joined_clocks import demuxed
from rainapp.media.clip_facts import IDENTITY_MATRIX, PICTURES, UNSAID, ClipFacts, Hdr, parse_light, parse_mastering
from rainapp.media.photo_header import ALLOW_HINT

_FORMATS = (
    "mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,gxf,nut,ivf,obu,av1,h264,hevc,m4v,mjpeg,dv,rm,wtv,yuv4mpegpipe"
)
# Bytes a pixel that decoding, treating and encoding hold at a time: some forty frames of YUV in codecs, a few of RGB.
_BYTES_A_PIXEL = 80
_DEFAULT_BUDGET_MB = 6144
_USUAL_PIXELS = 40e6  # 8K has 33 million
# Degrees, counted as `VideoFrame.rotation` does, to display matrices.
_QUARTER_TURNS = {
    -90: (0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30),
    90: (0, -65536, 0, 65536, 0, 0, 0, 0, 1 << 30),
    180: (-65536, 0, 0, 0, -65536, 0, 0, 0, 1 << 30),
    -180: (-65536, 0, 0, 0, -65536, 0, 0, 0, 1 << 30),
}


def open_container(path: Path) -> InputContainer:
    """Open `path` for demuxing. Raises UnreadableFile in words."""
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file", "enable_drefs": "0"}
    try:
        open_regular(path).close()  # FFmpeg would wait for whoever writes into a pipe
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        check_samples(path)
        return av.open(f"file:{path.absolute()}", container_options=options, metadata_errors="replace")
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise unreadable(path, error) from error
    except av.EOFError as error:
        raise UnreadableFile(
            f"{path.name} ends before its first frame.", "Copy it again from where it came from.", path
        ) from error
    except (av.FFmpegError, ValueError) as error:
        raise UnreadableFile(f"{path.name} is damaged or not a clip.", _why_not(path), path) from error


def open_companion(path: Path, facts: ClipFacts) -> InputContainer:
    """What lies beside the treated picture in the clip `path`; nothing does beside numbered pictures."""
    if facts.codec != PICTURES:
        return open_container(path)
    lone = io.BytesIO(b"YUV4MPEG2 W16 H16 F25:1 C420jpeg\nFRAME\n" + bytes(16 * 16 * 3 // 2))
    return av.open(lone, "r", format="yuv4mpegpipe")


def _why_not(path: Path) -> str:
    """What helps when a file does not open, after its first bytes."""
    try:
        with open_regular(path) as file:
            head = file.read(4096)
    except OSError:
        return "It cannot be read."
    if not head:
        return "The file is empty."
    if head[4:8] in (b"ftyp", b"mdat", b"wide", b"free", b"moov", b"skip"):
        return "Its index is missing, as after a broken recording or copy; copy it again, or repair it with a recovery tool."
    if not any(byte < 9 or 13 < byte < 27 for byte in head):
        return "It holds text; playlists and lists of other files are not followed."
    return "Play it in another program to see whether it is whole."


def pick_video(container: InputContainer, path: Path) -> VideoStream:
    """The stream to treat: the first that is no cover picture. Raises UnreadableFile when there is none."""
    pictures = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if pictures:
        stream = next((one for one in pictures if one.disposition & Disposition.default), pictures[0])
        _refuse_encrypted(stream, path)
        if stream.codec_context is None:
            raise UnreadableFile(f"{path.name} is in a format that cannot be decoded here.", "Convert it to MP4 first.", path)
        return stream
    if container.streams.audio:
        raise UnreadableFile(f"{path.name} holds sound but no picture.", "Choose a clip with a video stream.", path)
    raise UnreadableFile(f"{path.name} holds no video.", "Choose a clip with a video stream.", path)


def _refuse_encrypted(stream: VideoStream, path: Path) -> None:
    if _tag(stream) in ("encv", "enca"):
        raise _encrypted(path)


def _tag(stream: VideoStream) -> str:
    """The four letters that say the codec, empty where they are none."""
    try:
        return stream.codec_context.codec_tag if stream.codec_context else ""
    except UnicodeDecodeError:
        return ""


def _encrypted(path: Path) -> UnreadableFile:
    return UnreadableFile(f"{path.name} is encrypted.", "Protected clips cannot be treated; use an unprotected copy.", path)


def is_encrypted(packet: "Packet[VideoStream]") -> bool:
    """Whether a packet carries the marks of common encryption."""
    return packet.has_sidedata("encryption_info") or packet.has_sidedata("encryption_init_info")


@dataclass
class Decoding:
    """What went wrong while frames were decoded."""

    damaged_packets: int = 0
    ended_early: bool = False
    captions: bool = False


def decoded(container: InputContainer, stream: VideoStream, path: Path, report: Decoding) -> Iterator[VideoFrame]:
    """Frames in display order; damaged packets are skipped and counted. Raises UnreadableFile when the clip is encrypted."""
    if not stream.codec_context.is_open:
        _prepare(stream)
    packets = cast("Iterator[Packet[VideoStream]]", demuxed(container, [stream], stream.index))
    order = DecodeOrder(container)
    while (packet := _next_packet(packets, report)) is not None:
        if is_encrypted(packet):
            raise _encrypted(path)
        report.captions = report.captions or carries_captions(bytes(packet))
        order.sent(packet)
        yield from _ordered(order, packet, _frames(stream, packet, report))
    if report.ended_early:  # otherwise the last, empty packet has fetched what the decoder held back
        yield from _ordered(order, None, _frames(stream, None, report))


def _ordered(order: DecodeOrder, packet: "Packet[VideoStream] | None", frames: list[VideoFrame] | None) -> Iterator[VideoFrame]:
    """The `frames` that a packet gave, with their times; None: it is damaged."""
    if frames is None:
        order.lost(packet)
    for frame in frames or ():
        order.shown(frame)
        yield frame


def _prepare(stream: VideoStream) -> None:
    """Set threads and the largest picture before the first packet."""
    stream.thread_type = "AUTO"
    declared = stream.codec_context.width * stream.codec_context.height
    # A damaged or hostile packet may declare any size; the decoder refuses it before it takes the memory.
    stream.codec_context.options = {"max_pixels": str(max(declared, int(_DEFAULT_BUDGET_MB * 1e6 / _BYTES_A_PIXEL)))}


def _next_packet(packets: "Iterator[Packet[VideoStream]]", report: Decoding) -> "Packet[VideoStream] | None":
    try:
        return next(packets, None)
    except av.FFmpegError:
        report.ended_early = True
        return None


def _frames(stream: VideoStream, packet: "Packet[VideoStream] | None", report: Decoding) -> list[VideoFrame] | None:
    """What comes out of the decoder for a packet; None: the packet is damaged."""
    try:
        return stream.decode(packet)
    except av.EOFError:
        return []
    except av.FFmpegError:
        report.damaged_packets += 1
        return None


def check_budget(stream: VideoStream, path: Path, budget_mb: int | None) -> None:
    """Raises UnreadableFile when the declared size has no pixels or would need more memory than the budget.

    Larger frames than cameras film are a LargeFile, unless the person has allowed them.
    """
    width, height = stream.codec_context.width, stream.codec_context.height
    if width < 1 or height < 1:
        raise UnreadableFile(f"{path.name} declares no picture size.", "It is damaged; copy it again.", path)
    need_mb = width * height * _BYTES_A_PIXEL / 1e6
    if need_mb > (_DEFAULT_BUDGET_MB if budget_mb is None else budget_mb):
        size = f"{width} × {height} pixels"
        raise UnreadableFile(
            f"{path.name} has frames of {size}, which need {need_mb / 1000:.1f} GB of memory.", "Scale it down first.", path
        )
    if width * height > _USUAL_PIXELS and not consent.is_allowed(path):
        size = f"{width} × {height} pixels"
        raise LargeFile(
            f"{path.name} says it has frames of {size}, which would need about {need_mb / 1000:.1f} GB of memory.",
            ALLOW_HINT,
            path,
        )


def read_facts(container: InputContainer, stream: VideoStream, first: VideoFrame) -> ClipFacts:
    """What the stream and its first decoded frame say."""
    # A frame whose side data were looked at holds itself until the garbage collector comes: a small copy is cheaper to keep.
    small = first.reformat(width=16, height=16, format="gray")
    context = stream.codec_context
    return ClipFacts(
        stream=stream.index,
        codec=context.codec.canonical_name,
        pix_fmt=first.format.name,
        depth=_depth(first.format),
        stored_width=first.width,
        stored_height=first.height,
        time_base=stream.time_base or first.time_base or Fraction(1, 1000),
        rate=_rate(stream),
        profile=context.profile or "",
        codec_tag=_tag(stream),
        # The picture's own word counts before the container's, as in players.
        matrix=context.colorspace if first.colorspace == UNSAID else first.colorspace,
        transfer=context.color_trc if first.color_trc == UNSAID else first.color_trc,
        primaries=context.color_primaries if first.color_primaries == UNSAID else first.color_primaries,
        colour_range=first.color_range or context.color_range,
        sample_aspect=stream.sample_aspect_ratio,
        display_matrix=_display_matrix(small),
        hdr=_hdr(small),
        hdr_plus=bool(_side_data(small, "DYNAMIC_HDR_PLUS")),
        interlaced=first.interlaced_frame,
        grid=grid_of(container, stream),
        bits_a_pixel=_bits_a_pixel(container, stream),
    )


def _depth(layout: VideoFormat) -> int:
    """Significant bits a channel: 8 for everything up to 8, at most 16."""
    return min(16, max(8, *(component.bits for component in layout.components)))


def _rate(stream: VideoStream) -> Fraction:
    """Average frames a second, 0 when nobody knows."""
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate is not None and 0 < rate <= 1000:
            return Fraction(rate)
    return Fraction(0)


def _bits_a_pixel(container: InputContainer, stream: VideoStream) -> float:
    """Bits of the coded picture a pixel, from the stream's rate or, with the sound in it, the file's; 0 when unknown."""
    pixels_a_second = stream.codec_context.width * stream.codec_context.height * float(_rate(stream))
    bits_a_second = stream.bit_rate or container.bit_rate or 0
    return bits_a_second / pixels_a_second if pixels_a_second else 0.0


def _side_data(frame: VideoFrame, kind: str) -> bytes:
    """The bytes of the first side data of `kind`, empty when there is none.

    PyAV 18.1 knows no name for the newest kinds (spatial video) and then refuses to list any: as if there were none.
    """
    try:
        blobs: Iterable[Any] = frame.side_data  # the stubs call it a dictionary; it is a sequence of blobs
    except ValueError:
        return b""
    return next((bytes(blob) for blob in blobs if blob.type.name == kind), b"")


def _display_matrix(frame: VideoFrame) -> tuple[int, ...] | None:
    """The nine numbers of the display matrix; None for none, the identity, and all zeros (seen in damaged files)."""
    blob = _side_data(frame, "DISPLAYMATRIX")
    if len(blob) < 36:
        return _QUARTER_TURNS.get(frame.rotation)
    matrix = tuple(memoryview(blob[:36]).cast("i"))
    useless = not any(matrix[:2] + matrix[3:5]) or matrix[:2] + matrix[3:5] == IDENTITY_MATRIX[:2] + IDENTITY_MATRIX[3:5]
    return None if useless else matrix


def _hdr(frame: VideoFrame) -> Hdr:
    mastering = parse_mastering(_side_data(frame, "MASTERING_DISPLAY_METADATA"))
    return Hdr(mastering, parse_light(_side_data(frame, "CONTENT_LIGHT_LEVEL")))
