"""Clips with boxes and packets that no muxer here writes: patched byte by byte."""

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

HOLDERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
SPHERICAL_UUID = bytes.fromhex("ffcc8263f8554a938814587a02521fdd")


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


SPHERE = box(b"st3d", bytes(5)) + box(
    b"sv3d",
    box(b"svhd", bytes(4) + b"rain\0") + box(b"proj", box(b"prhd", bytes(16)) + box(b"equi", bytes(20))),
)
UUID = box(b"uuid", SPHERICAL_UUID + b"<rdf:SphericalVideo><Spherical>true</Spherical></rdf:SphericalVideo>")
CLAP = box(b"clap", struct.pack(">8I", 80, 1, 48, 1, 0, 1, 0, 1))


def dolby(profile: int, compatibility: int) -> bytes:
    return box(b"dvcC", bytes((1, 0, profile << 1, 0x25, compatibility << 4)) + bytes(19))


def with_boxes(path: Path, in_entry: bytes = b"", in_track: bytes = b"") -> Path:
    """Put boxes into the sample entry and the track of the first picture of a file whose index comes last."""
    data = bytearray(path.read_bytes())
    at, end, chain = data.rfind(b"moov") - 4, len(data), []
    for kind in HOLDERS:
        while data[at + 4 : at + 8] != kind:
            at += struct.unpack_from(">I", data, at)[0]
            assert at < end, f"no {kind!r}"
        chain.append(at)
        end = at + struct.unpack_from(">I", data, at)[0]
        at += 16 if kind == b"stsd" else 8
    chain.append(at)  # the sample entry
    entry_end = at + struct.unpack_from(">I", data, at)[0]
    track_end = chain[1] + struct.unpack_from(">I", data, chain[1])[0]
    for place in chain:
        grown = len(in_entry) + (len(in_track) if place in chain[:2] else 0)
        struct.pack_into(">I", data, place, struct.unpack_from(">I", data, place)[0] + grown)
    data[track_end:track_end] = in_track
    data[entry_end:entry_end] = in_entry
    path.write_bytes(bytes(data))
    return path


def remuxed(source: Path, target: Path, *, add: Any = None, change: Any = None, later_s: int = 0) -> Path:
    """Copy all packets of `source`, `later_s` later.

    `add(sink)` adds streams first, `change(bytes)` changes the packets of the picture.
    """
    exact = {"mpegts_copyts": "1"} if target.suffix in (".ts", ".mts") else {}
    with av.open(str(source)) as given, av.open(str(target), "w", container_options=exact) as sink:
        copies = {
            each.index: sink.add_stream_from_template(each, opaque=True)
            for each in given.streams
            if each.type in ("video", "audio")
        }
        write_more = add(sink) if add is not None else None
        for index, copy in copies.items():
            copy.metadata.update(given.streams[index].metadata)
        sink.set_chapters(given.chapters())
        for packet in given.demux():
            if packet.size and packet.stream_index in copies:
                index, pts, dts = packet.stream_index, packet.pts, packet.dts
                if change is not None and given.streams[index].type == "video":
                    changed, base, is_key = change(bytes(packet)), packet.time_base, packet.is_keyframe
                    packet = av.Packet(changed)
                    packet.pts, packet.dts, packet.time_base, packet.is_keyframe = pts, dts, base, is_key
                packet.pts, packet.dts = (round(tick + later_s / packet.time_base) for tick in (pts, dts))
                packet.stream = copies[index]
                sink.mux_one(packet)
        if write_more is not None:
            write_more()
    return target


def _crc(data: bytes) -> int:
    """The check sum of tables in transport streams."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


def with_dolby_in_table(path: Path, profile: int, compatibility: int) -> Path:
    """Put the descriptor of Dolby Vision into the programme's table of a transport stream with one track."""
    body = bytes((1, 0, profile << 1, 0x25, compatibility << 4))
    descriptor = bytes((0xB0, len(body))) + body
    data = bytearray(path.read_bytes())
    for at in range(0, len(data), 188):
        if data[at + 5] != 2 or not data[at + 1] & 0x40 or data[at + 4]:
            continue
        section = data[at + 5 : at + 188]
        length = (section[1] & 0x0F) << 8 | section[2]
        table = bytearray(section[: 3 + length - 4]) + descriptor
        table[2] += len(descriptor)
        table[16] += len(descriptor)  # of the first track's own descriptors
        whole = bytes(table) + _crc(bytes(table)).to_bytes(4, "big")
        data[at + 5 : at + 188] = whole.ljust(183, b"\xff")
    path.write_bytes(bytes(data))
    return path


def with_captions(source: Path, target: Path) -> Path:
    """A copy with closed captions (ATSC A/53) in each picture of H.264 in a transport stream."""
    text = b"\xb5\x00\x31GA94\x03\xc1\xff\xfc\x94\x20\xff"
    unit = b"\0\0\0\1\x06\x04" + bytes((len(text),)) + text + b"\x80"
    return remuxed(source, target, change=lambda data: data[:6] + unit + data[6:] if data[4] == 9 else unit + data)


def with_data_track(source: Path, target: Path, timecode: str = "") -> Path:
    """A copy with a track of a camera's measurements (GoPro's kind)."""

    def add(sink: Any) -> Any:
        track = sink.add_data_stream("bin_data")
        track.time_base = Fraction(1, 1000)
        track.metadata["handler_name"] = "GoPro MET"
        if timecode:
            track.metadata["timecode"] = timecode

        def write() -> None:
            for number in range(2):
                packet = av.Packet(b"DEVC" + bytes((number,)) * 60)
                packet.stream, packet.time_base = track, Fraction(1, 1000)
                packet.pts = packet.dts = 100 * number
                packet.duration = 100
                sink.mux_one(packet)

        return write

    return remuxed(source, target, add=add)
