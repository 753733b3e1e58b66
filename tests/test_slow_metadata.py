"""Metadata made to be slow cost what honest ones cost."""

import io
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image as Pillow

from rainapp.base.errors import UnreadableFile
from rainapp.media.metadata import exif, metadata
from rainapp.media.metadata.metadata import Metadata, prepared
from rainapp.media.photo import containers, jpeg, tiff_pages
from rainapp.media.photo.photo_file import PhotoSource

MILLION = 1 << 20
PATIENCE_S = 8.0  # of the processor; what was quadratic took minutes


def packet(inside: bytes) -> bytes:
    return b"<rdf:RDF>" + inside + b"</rdf:RDF>"


NOTE = b'<rdf:Description rdf:about="" xmlns:rainapp="urn:rainapp:xmp:1.0:"'
PACKETS = {
    "tags that never end": packet(b"<exif:GPSx " * (MILLION // 11)),
    "elements that are never closed": packet(b"<exif:GPSx>" * (MILLION // 11)),
    "elements of many names": packet(b"".join(b"<exif:GPSx%d>" % n for n in range(MILLION // 18))),
    "elements in one another": packet(b"<exif:GPSx>" * (MILLION // 24) + b"</exif:GPSx>" * (MILLION // 24)),
    "a name without end": packet(b" lr:" + b"Location" * (MILLION // 8)),
    "nearly such a name": packet(b" lr:" + b"Locatio" * (MILLION // 7)),
    "values that are never closed": packet(b" exif:GPSa = " * (MILLION // 13)),
    "spaces": packet(b" " * MILLION),
    "notes that never end": NOTE * (MILLION // len(NOTE)) + b"</rdf:RDF>",
    "orientations": packet(b"tiff:Orientation = " * (MILLION // 19)),
}


def resource(number: int) -> bytes:
    return b"8BIM" + struct.pack(">H", number) + b"\0\0" + struct.pack(">I", 0)


def directory(*entries: tuple[int, int, int, int]) -> bytes:
    return struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)


def exif_of_pointers() -> bytes:
    """Thousands of pointers to directories at every byte, each of which holds thousands more; and a thumbnail."""
    pointers = directory(*((exif.EXIF_IFD, 4, 1, 8 + 4 * n) for n in range(4000)))
    thumbnail = directory((0x0201, 4, 1, 100), (0x0202, 4, 1, 50))
    return b"II*\0" + struct.pack("<I", 8) + pointers + struct.pack("<I", 12 + len(pointers)) + thumbnail + bytes(64)


def exif_of_copies() -> bytes:
    """Four thousand values that are all the same four million bytes."""
    block = directory(*((0x9000 + n, 1, 4 * MILLION, 8) for n in range(4000)))
    return b"II*\0" + struct.pack("<I", 8) + block + bytes(4 * MILLION)


def exif_of_places() -> bytes:
    """Four thousand values of the place, which all are the same sixteen million bytes."""
    pointer = directory((exif.GPS_IFD, 4, 1, 26)) + bytes(4)
    places = directory(*((n, 1, 16 * MILLION, 26) for n in range(4000)))
    return b"II*\0" + struct.pack("<I", 8) + pointer + places + bytes(16 * MILLION)


def tiff_of_pages() -> bytes:
    """Two hundred pages, each with a value that is the whole file, and so many pages no picture."""
    pages, at = b"", 8
    for _ in range(200):
        page = directory((254, 4, 1, 1), (0x9000, 1, 32 * MILLION, 8))
        at += len(page) + 4
        pages += page + struct.pack("<I", at)
    return b"II*\0" + struct.pack("<I", 8) + pages + bytes(32 * MILLION)


def sef_of_blocks() -> bytes:
    """A trailer of a phone that lists millions of blocks."""
    blocks = bytes(200 * MILLION)
    head = b"SEFH" + bytes(4) + b"\xff\xff\xff\xff" + blocks
    return b"\xff\xd8" + FRAME + bytes(64) + head + struct.pack("<I", len(head)) + b"SEFT"


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


FRAME = segment(0xC0, b"\x08\0\x08\0\x08\x01\x01\x11\0") + segment(0xDA, b"")
SLOW: dict[str, Callable[[], object]] = {
    "photoshop resources": lambda: metadata._resources_edited(resource(5) * (MILLION // 3) + resource(0x409), location=True),
    "iptc records": lambda: metadata._iptc_without_places(b"\x1c\2\1\0\0" * MILLION),
    "directories in one another": lambda: exif.edited(exif_of_pointers(), 8, 8, location=False),
    "values many times": lambda: len(exif.Directories(exif_of_copies()).tags(8)),
    "orientation among them": lambda: exif.orientation(exif_of_copies()),
    "places many times": lambda: exif.edited(exif_of_places(), 8, 8, location=False),
    "pages many times": lambda: tiff_pages.picture_page(exif.Directories(tiff_of_pages())),
    "blocks without end": lambda: jpeg.read_header(sef_of_blocks()),
    "jpeg resources": lambda: jpeg.read_header(b"\xff\xd8" + segment(0xED, b"Photoshop 3.0\0" + bytes(65_000)) * 3000 + FRAME),
}


def seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


@pytest.mark.parametrize("what", PACKETS)
def test_a_packet_is_edited_in_time_that_grows_with_its_length(what: str) -> None:
    meta = Metadata(xmp=PACKETS[what])
    assert seconds(lambda: (meta.orientation(), prepared(meta, "no-location", 8, 8, {"Model": "m"}))) < PATIENCE_S


@pytest.mark.parametrize("what", SLOW)
def test_blocks_are_read_in_time_that_grows_with_their_length(what: str) -> None:
    assert seconds(SLOW[what]) < PATIENCE_S


@pytest.mark.parametrize("padding", [bytes(64 * MILLION), b"\xff" * (64 * MILLION), b"\xff\0" * (32 * MILLION)])
def test_padding_without_end_is_refused_at_once(padding: bytes) -> None:
    began = time.process_time()
    with pytest.raises(ValueError, match="padding"):
        jpeg.read_header(b"\xff\xd8" + padding + FRAME)
    assert time.process_time() - began < PATIENCE_S


def gif(between: bytes) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", 8, 8, 0x80, 0, 0) + bytes(6)
    return head + between + b"\x2c" + struct.pack("<HHHHB", 0, 0, 8, 8, 0) + b"\x02\x02\x44\x01\x00\x3b"


def photoshop(resources: bytes) -> bytes:
    head = b"8BPS" + struct.pack(">H", 1) + bytes(6) + struct.pack(">HIIHHI", 3, 8, 8, 8, 3, 0)
    return head + struct.pack(">I", len(resources)) + resources + bytes(4) + struct.pack(">H", 0) + bytes(192)


def webp(chunks: bytes) -> bytes:
    body = b"VP8L" + struct.pack("<I", 5) + b"\x2f\x07\xc0\x01\x00\0" + chunks
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def jpeg2000(before: bytes, within: bytes = b"") -> bytes:
    held = io.BytesIO()
    Pillow.new("RGB", (8, 8)).save(held, "JPEG2000")
    whole = held.getvalue()
    at = whole.index(b"jp2h") + 4
    grown = struct.pack(">I", int.from_bytes(whole[at - 8 : at - 4], "big") + len(within))
    return whole[:12] + before + whole[12 : at - 8] + grown + b"jp2h" + within + whole[at:]


PICTURE = b"\x2c" + struct.pack("<HHHHB", 0, 0, 8, 8, 0) + b"\x02\x02\x44\x01\x00"
BUSY = {
    "between.gif": lambda: gif(PICTURE * 3 + b"\x21\xfe" + b"\x01x" * (16 * MILLION) + b"\0"),
    "boxes.jp2": lambda: jpeg2000(b"\0\0\0\x08free" * (8 * MILLION)),
    "inner.jp2": lambda: jpeg2000(b"", b"\0\0\0\x08free" * (8 * MILLION)),
    "comments.gif": lambda: gif(b"\x21\xfe\x01x\0" * (8 * MILLION)),
    "comment.gif": lambda: gif(b"\x21\xfe" + b"\x01x" * (16 * MILLION) + b"\0"),
    "resources.psd": lambda: photoshop(resource(1) * (4 * MILLION)),
    "chunks.webp": lambda: webp((b"abcd" + bytes(4)) * (16 * MILLION)),
    "comment.ppm": lambda: b"P6\n#" + b"x" * (64 * MILLION) + b"\n8 8\n255\n" + bytes(192),
    "comments.ppm": lambda: b"P6\n8 8\n" + b"#\n" * (32 * MILLION) + b"255\n" + bytes(192),
    "spaces.pgm": lambda: b"P6\n8 " + b" " * (64 * MILLION) + b"8 255\n" + bytes(192),
}


@pytest.mark.parametrize("name", BUSY)
def test_a_file_of_millions_of_nothings_is_refused_at_once(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(BUSY[name]())
    began = time.process_time()
    with pytest.raises(UnreadableFile, match="damaged"):
        PhotoSource(path)
    assert time.process_time() - began < PATIENCE_S / 2


USUAL = {
    "a.jp2": lambda: jpeg2000(b"\0\0\0\x08free" * 20, b"\0\0\0\x0cfreewords"[:12] * 20),
    "a.gif": lambda: gif(b"\x21\xfe\x03abc\0" * 20),
    "a.psd": lambda: photoshop(
        resource(1) * 20 + b"8BIM" + struct.pack(">H", 2) + b"\x03abc" + struct.pack(">I", 3) + b"xyz\0"
    ),
    "a.webp": lambda: webp((b"abcd" + bytes(4)) * 20),
    "a.ppm": lambda: b"P6\n# made by a program\n# in two lines\n8  8 # size\n\t255\n" + bytes(192),
    "a.pgm": lambda: b"P2 8 8 255\n" + b"7 " * 64,
    "a.pbm": lambda: b"P4\n8 8\n" + bytes(8),
}


@pytest.mark.parametrize("name", USUAL)
def test_what_programs_put_before_a_picture_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(USUAL[name]())
    info = PhotoSource(path).info
    assert (info.width, info.height) == (8, 8)


def test_segments_without_end_are_refused() -> None:
    with pytest.raises(ValueError, match="segments"):
        jpeg.read_header(b"\xff\xd8" + segment(0xFE, b"") * 200_000 + FRAME)


def test_webp_chunks_of_every_name_are_passed_over() -> None:
    header = containers.webp_header(webp(b"".join(struct.pack("<II", 0x61616161 + n, 0) for n in range(190_000))))
    assert (header.width, header.height) == (8, 8)


def test_padding_and_fill_bytes_before_a_segment_are_still_passed_over() -> None:
    data = b"\xff\xd8" + b"\0\1\2" + b"\xff\xff\xff" + segment(0xFE, b"words")[1:] + b"\xff\x00\xff\xd3" + FRAME
    assert [(marker, payload) for marker, _, payload in jpeg.segments(data)] == [
        (0xFE, b"words"), (0xC0, b"\x08\0\x08\0\x08\x01\x01\x11\0"), (0xDA, b""),
    ]  # fmt: skip


def test_places_go_and_everything_else_stays() -> None:
    xmp = packet(
        b'<rdf:Description exif:GPSLatitude="1" photoshop:City = \'x\' lr:hierarchicalLocationTag="y" lr:weight="2" '
        b'photoshop:CityCode="3" dc:title="Location">'
        b"<exif:GPSLongitude>2</exif:GPSLongitude><Iptc4xmpExt:LocationShown><a>1</a></Iptc4xmpExt:LocationShown >"
        b"<photoshop:State/><lr:privateLocation x='1'/><dc:subject>exif:GPSx</dc:subject></rdf:Description>"
    )
    found = prepared(Metadata(xmp=xmp), "no-location", 8, 8, {}).xmp
    kept = b'<rdf:Description lr:weight="2" photoshop:CityCode="3" dc:title="Location">'
    assert found == packet(kept + b"<dc:subject>exif:GPSx</dc:subject></rdf:Description>")


def test_every_value_of_the_place_goes_and_nothing_beside_it() -> None:
    """Values that share bytes, lie in one another or reach beyond the end."""
    pointer = directory((exif.GPS_IFD, 4, 1, 26)) + bytes(4)
    entries = directory((1, 2, 8, 100), (2, 2, 40, 104), (3, 2, 8, 110), (4, 2, 1000, 190)) + bytes(4)
    head = (b"II*\0" + struct.pack("<I", 8) + pointer + entries).ljust(100, b"\0")
    edited = exif.edited(head + b"x" * 100, 8, 8, location=False)
    assert edited is not None
    assert edited[100:] == bytes(44) + b"x" * 46 + bytes(10)
    assert edited[26 : 26 + len(entries)] == bytes(len(entries))
