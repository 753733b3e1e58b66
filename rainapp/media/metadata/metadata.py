"""What a photo says about itself beside its pixels, and what of it goes into the result.

EXIF, XMP, IPTC and ICC are carried byte for byte. What must change changes in place: the orientation (pixels are upright
already), the dimensions, the embedded thumbnail (it still shows the rain) and one note of our own in the XMP packet.
"""

import re
import struct
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from xml.sax.saxutils import quoteattr

from rainapp.jobs.records import MetadataChoice
from rainapp.media.metadata import exif

EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"  # how segments of JPEG begin in which an XMP packet goes on
NAMESPACE = "urn:rainapp:xmp:1.0:"
_IPTC, _THUMBNAILS = 0x0404, (0x0409, 0x040C)
_RESOURCES_MAX = 10_000  # a photo has some dozens
_IPTC_PLACES = frozenset((26, 27, 90, 92, 95, 100, 101))  # content location, city, sub-location, province, country
# Names of places. Each is read once and never given back (++): a packet of millions of bytes may be made to be slow, and then
# every part that is tried twice is tried as often as the packet is long.
_XMP_PLACES = (
    rb"(?:exif:GPS\w++|photoshop:(?:City|State|Country)\b|Iptc4xmpCore:(?:Location|CountryCode)\b"
    rb"|Iptc4xmpExt:(?:LocationCreated|LocationShown)\b|lr:(?=\w*[Ll]ocation)\w++|dwc:Location\w*+)"
)
COLOUR_PARTS = frozenset(("gAMA", "cHRM", "sRGB", "cICP", "mDCV", "cLLI"))  # chunks of PNG
_XMP_ALONE = re.compile(rb"<" + _XMP_PLACES + rb"[^<>]*+(?<=/)>")
_XMP_OPENED = re.compile(rb"<(" + _XMP_PLACES + rb")[^<>]*+>")
_XMP_CLOSED = re.compile(rb"</(" + _XMP_PLACES + rb")\s*+>")
_XMP_VALUE = re.compile(rb"\s" + _XMP_PLACES + rb"\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+')")
_PACKET = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>'
)


@dataclass(frozen=True)
class Metadata:
    """The blocks of a photo.

    `exif` is TIFF-structured, without the "Exif" prefix; `resources` is a Photoshop resource block with IPTC inside; `own` are
    parts that only the same container understands, as (name, payload) in file order.
    """

    exif: bytes | None = None
    xmp: bytes | None = None
    resources: bytes | None = None
    icc: bytes | None = None
    own: tuple[tuple[str, bytes], ...] = ()

    def orientation(self) -> int:
        """How the stored pixels must be turned, 1..8; EXIF is believed before XMP."""
        found = exif.orientation(self.exif) if self.exif else None
        if found is None and self.xmp:
            match = re.search(rb"tiff:Orientation\s*(?:=\s*[\"']|>)\s*([1-8])\b", self.xmp)
            found = int(match[1]) if match else None
        return found or 1

    def iptc(self) -> bytes | None:
        """The IPTC records inside the resources."""
        return next((body for number, _, body in _resources(self.resources or b"") if number == _IPTC), None)


def prepared(meta: Metadata, choice: MetadataChoice, width: int, height: int, note: Mapping[str, str]) -> Metadata:
    """What goes into a result of `width` x `height` upright pixels.

    The profile and the chunks that take its place in PNG always stay: they say what the numbers mean.
    """
    if choice == "strip":
        return Metadata(icc=meta.icc, own=tuple(part for part in meta.own if part[0] in COLOUR_PARTS))
    location = choice == "keep"
    xmp = meta.xmp if meta.xmp is None else _xmp_edited(meta.xmp, width, height, location=location)
    return replace(
        meta,
        exif=exif.edited(meta.exif, width, height, location=location) if meta.exif else None,
        xmp=_xmp_with_note(xmp, note) if note else xmp,
        resources=_resources_edited(meta.resources, location=location) if meta.resources else None,
        own=meta.own if location else tuple(part for part in meta.own if not _may_tell_location(part)),
    )


def _may_tell_location(part: tuple[str, bytes]) -> bool:
    name, payload = part
    return (
        b"/xmp/extension/" in payload[:64]
        or b"Raw profile" in payload[:32]
        or (name == "iTXt" and b"xmp" in payload[:32].lower())
    )


def _xmp_edited(xmp: bytes, width: int, height: int, *, location: bool) -> bytes | None:
    """The packet with orientation 1 and these dimensions where it states any; without places unless `location`."""
    if b"\0" in xmp[:64].strip(b"\0"):
        return xmp if location else None  # UTF-16 or UTF-32: too rare to edit, so it stays whole or goes
    values = {b"tiff:Orientation": 1, b"tiff:ImageWidth": width, b"tiff:ImageLength": height}
    values |= {b"exif:PixelXDimension": width, b"exif:PixelYDimension": height}
    for name, value in values.items():
        xmp = re.sub(b"(" + name + rb"\s*(?:=\s*[\"']|>)\s*)\d+", lambda m, v=value: m[1] + str(v).encode(), xmp)  # type: ignore[misc]
    if not location:
        xmp = _XMP_VALUE.sub(b"", _without_elements(_XMP_ALONE.sub(b"", xmp)))
    return xmp


def _without_elements(xmp: bytes) -> bytes:
    """The packet without the elements that name a place, from their opening tag to the first closing one of that name."""
    ends: dict[bytes, deque[re.Match[bytes]]] = defaultdict(deque)
    for closed in _XMP_CLOSED.finditer(xmp):
        ends[closed[1]].append(closed)
    kept, at = [], 0
    for opened in _XMP_OPENED.finditer(xmp):
        closing = ends[opened[1]]
        while closing and closing[0].start() < opened.end():
            closing.popleft()
        if opened.start() >= at and closing:
            kept.append(xmp[at : opened.start()])
            at = closing[0].end()
    return b"".join((*kept, xmp[at:]))


def _xmp_with_note(xmp: bytes | None, note: Mapping[str, str]) -> bytes | None:
    """The packet with our description added last; a packet without the usual closing tag stays as it is."""
    packet = xmp or _PACKET
    at = packet.rfind(b"</rdf:RDF>")
    if at < 0:
        return xmp
    words = " ".join(f"rainapp:{name}={quoteattr(value)}" for name, value in note.items())
    ours = f'<rdf:Description rdf:about="" xmlns:rainapp="{NAMESPACE}" {words}/>\n'.encode()
    earlier, at = without_note(packet), len(without_note(packet[:at]))
    return _padded_to(earlier[:at] + ours + earlier[at:], len(packet) if xmp else 0)


def without_note(packet: bytes) -> bytes:
    """The packet without a note of ours, so that a photo treated twice says what was done last."""
    return re.sub(
        re.escape(f'<rdf:Description rdf:about="" xmlns:rainapp="{NAMESPACE}"'.encode()) + rb"[^<>]*+(?<=/)>\n?", b"", packet
    )


def _padded_to(packet: bytes, size: int) -> bytes:
    """The packet in `size` bytes, as far as its padding allows: it is there to be used up by what is added."""
    end = packet.rfind(b"<?xpacket end")
    text = packet[:end].rstrip(b" \t\r\n")
    spare = min(len(packet) - size, end - len(text) - 1)
    if end < 0 or size == 0 or spare <= 0:
        return packet
    return packet[: end - spare] + packet[end:]


def smaller(packet: bytes) -> Iterator[bytes]:
    """The packet in the ways it may be written, from the fullest: as it is, without its padding, without our note too."""
    yield packet
    bare = _padded_to(packet, 1)
    yield bare
    yield _padded_to(without_note(bare), 1)


def _resources(block: bytes) -> list[tuple[int, bytes, bytes]]:
    """The Photoshop resources in `block`: (number, raw name field, body). Parsing stops where the block makes no sense."""
    found: list[tuple[int, bytes, bytes]] = []
    at = 0
    while block[at : at + 4] == b"8BIM" and at + 12 <= len(block) and len(found) < _RESOURCES_MAX:
        number = int.from_bytes(block[at + 4 : at + 6], "big")
        name_end = at + 6 + (block[at + 6] + 2) // 2 * 2
        size = int.from_bytes(block[name_end : name_end + 4], "big")
        body = block[name_end + 4 : name_end + 4 + size]
        if len(body) < size:
            break
        found.append((number, block[at + 6 : name_end], body))
        at = name_end + 4 + size + size % 2
    return found


def _resources_edited(block: bytes, *, location: bool) -> bytes | None:
    parsed = _resources(block)
    if not parsed:
        return block if location else None
    if location and not any(number in _THUMBNAILS for number, _, _ in parsed):
        return block
    kept = bytearray()
    for number, name, body in parsed:
        if number in _THUMBNAILS:
            continue
        inside = _iptc_without_places(body) if number == _IPTC and not location else body
        kept += b"8BIM" + struct.pack(">H", number) + name + struct.pack(">I", len(inside)) + inside + b"\0" * (len(inside) % 2)
    return bytes(kept) or None


def resources_with(iptc: bytes) -> bytes:
    """A resource block that holds these IPTC records and nothing else."""
    return b"8BIM" + struct.pack(">H", _IPTC) + b"\0\0" + struct.pack(">I", len(iptc)) + iptc + b"\0" * (len(iptc) % 2)


def _iptc_without_places(records: bytes) -> bytes:
    """The records without those that name a place; records with extended lengths end the parsing and are dropped."""
    kept, at = bytearray(), 0
    while at + 5 <= len(records) and records[at] == 0x1C:
        size = int.from_bytes(records[at + 3 : at + 5], "big")
        if size & 0x8000:
            break
        if not (records[at + 1] == 2 and records[at + 2] in _IPTC_PLACES):
            kept += records[at : at + 5 + size]
        at += 5 + size
    return bytes(kept)
