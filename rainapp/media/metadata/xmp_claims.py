"""What an XMP packet claims of things beside the picture: clips, gain maps, depth maps. Taken out once these are gone.

Method: the container format of motion photos and of Ultra HDR (Android), GDepth and Dynamic Depth (Google), hdr-gain-map
(Adobe), HDRGainMap (Apple).
"""

import re
from itertools import islice

_CLIP_NAMES = rb"(?:MotionPhoto\w{0,99}|MicroVideo\w{0,99}|OLivePhoto\w{0,99}|VideoLength)"
_PREFIX = rb"[\w.-]{1,60}:"
_CONTAINERS = (b"http://ns.google.com/photos/1.0/container/", b"http://ns.google.com/photos/dd/1.0/container/")
_GAIN = (b"http://ns.adobe.com/hdr-gain-map/1.0/", b"http://ns.apple.com/HDRGainMap/1.0/")
_DEPTH = (
    b"http://ns.google.com/photos/1.0/depthmap/",
    b"http://ns.google.com/photos/1.0/image/",
    b"http://ns.google.com/photos/1.0/audio/",
    b"http://ns.google.com/photos/dd/1.0/",
    b"http://ns.apple.com/depthData/1.0/",
    b"http://ns.apple.com/pixeldatainfo/1.0/",
)
_CAMERA, _NOTE = b"http://ns.google.com/photos/1.0/camera/", b"http://ns.adobe.com/xmp/note/"
_DECLARED = re.compile(rb"xmlns:([\w.-]{1,60})\s*=\s*[\"']([^\"']*)[\"']")
# Each pattern goes over a packet once, whatever it holds: none may begin anew at every letter of it.
_ITEM = re.compile(rb"<rdf:li\b[^<>]*/>|<rdf:li\b[^<>]*>(?>[^<]*(?:<(?!/?rdf:li\b)[^<]*)*)</rdf:li\s*>")
_NAMES_MAX = 200
_SEMANTIC = re.compile(rb"Semantic\s*(?:=\s*[\"']|>)\s*(\w+)")
_LENGTH = re.compile(rb"Length\s*(?:=\s*[\"']|>)\s*(\d{1,12})")
_OFFSET = re.compile(rb"(?:MicroVideoOffset|VideoLength)\s*(?:=\s*[\"']|>)\s*(\d{1,12})")
_PRIMARY, _CLIP = b"Primary", b"MotionPhoto"


def of_gain_map(xmp: bytes) -> bool:
    """Whether the packet speaks of a gain map."""
    return any(uri in xmp for uri in _GAIN) or b"GainMap" in _semantics(xmp)


def of_depth(xmp: bytes) -> bool:
    """Whether the packet speaks of a depth map, or holds one."""
    return any(uri in xmp for uri in _DEPTH if uri != _CONTAINERS[1]) or any(b"Depth" in word for word in _semantics(xmp))


def clip_lengths(xmp: bytes) -> list[int]:
    """How many bytes before the end of the file the packet says that a clip begins; the likeliest first."""
    items = [item for item in _ITEM.findall(xmp) if _CLIP in _SEMANTIC.findall(item)]
    found = [match[1] for item in items if (match := _LENGTH.search(item))]
    return [int(number) for number in (*found, *_OFFSET.findall(xmp))]


def with_clip_length(xmp: bytes, more: int) -> bytes:
    """The packet where the clip, with all that belongs to it, is so many bytes longer."""

    def longer(match: re.Match[bytes]) -> bytes:
        return match[0][: match.start(1) - match.start()] + b"%d" % max(0, int(match[1]) + more)

    def entry(match: re.Match[bytes]) -> bytes:
        return _LENGTH.sub(longer, match[0], count=1) if _CLIP in _SEMANTIC.findall(match[0]) else match[0]

    return _OFFSET.sub(longer, _ITEM.sub(entry, xmp))


def of_clip(xmp: bytes) -> bool:
    """Whether the packet speaks of a clip behind the picture."""
    return re.search(rb"[\s<]" + _PREFIX + _CLIP_NAMES + rb"\s*[=>]", xmp) is not None or _CLIP in _semantics(xmp)


def _semantics(xmp: bytes) -> list[bytes]:
    return [word for item in _ITEM.findall(xmp) for word in _SEMANTIC.findall(item)]


def without(xmp: bytes, *, clip: bool, pictures: bool, extension: bool) -> bytes:
    """The packet without its claims of a `clip`, of further `pictures`, and of an `extension` of the packet itself."""
    names = _names(xmp)
    before = xmp
    if clip:
        xmp = _without_property(xmp, _PREFIX + _CLIP_NAMES)
    if pictures:
        gone = [prefix for prefix, uri in names.items() if _is_of_pictures(uri)]
        xmp = _without_property(xmp, _any(gone) + rb":[\w.-]{1,99}") if gone else xmp
    if extension:
        xmp = _without_property(xmp, rb"xmpNote:HasExtendedXMP")
    xmp = _without_items(xmp, names, clip=clip, pictures=pictures)
    return xmp if xmp == before else _without_declarations(xmp, names)


def without_gap(xmp: bytes) -> bytes:
    """The packet of a JPEG behind whose picture the clip follows at once: its entry states no length and no padding."""

    def closed(match: re.Match[bytes]) -> bytes:
        semantic = _SEMANTIC.search(match[0])
        if semantic is None or semantic[1] != _PRIMARY:
            return match[0]
        return re.sub(rb"((?:Length|Padding)\s*(?:=\s*[\"']|>)\s*)\d+", rb"\g<1>0", match[0])

    return _ITEM.sub(closed, xmp)


def _names(xmp: bytes) -> dict[bytes, bytes]:
    """The URI of each prefix that the packet declares; of a packet that declares hundreds the first."""
    return {match[1]: match[2] for match in islice(_DECLARED.finditer(xmp), _NAMES_MAX)}


def _without_property(xmp: bytes, name: bytes) -> bytes:
    """The packet without the properties of this name (a pattern), be they elements or attributes."""
    xmp = _without_elements(xmp, re.compile(rb"<(" + name + rb")(?=[\s/>])[^<>]*>"))
    return re.sub(rb"\s(?!xmlns:)" + name + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", xmp)


def _without_elements(xmp: bytes, opening: re.Pattern[bytes]) -> bytes:
    """The packet without the elements that begin with `opening`; one that never ends stays."""
    parts, at, from_, endless = list[bytes](), 0, 0, set[bytes]()
    while (match := opening.search(xmp, from_)) is not None:
        from_ = match.end()
        end = match.end()
        if not match[0].endswith(b"/>"):
            closing = -1 if match[1] in endless else xmp.find(b"</" + match[1], match.end())
            end = xmp.find(b">", closing) + 1 if closing >= 0 else 0
            if not end:
                endless.add(match[1])
                if len(endless) > _NAMES_MAX:
                    break
                continue
        parts.append(xmp[at : match.start()])
        at = from_ = end
    return b"".join((*parts, xmp[at:]))


def _without_items(xmp: bytes, names: dict[bytes, bytes], *, clip: bool, pictures: bool) -> bytes:
    """The packet without the entries of the directory for what is gone, and without a directory that is empty then."""
    gone = 0

    def kept(match: re.Match[bytes]) -> bytes:
        nonlocal gone
        semantic = _SEMANTIC.search(match[0])
        if semantic is None or semantic[1] == _PRIMARY or not (clip if semantic[1] == _CLIP else pictures):
            return match[0]
        gone += 1
        return b""

    xmp = _ITEM.sub(kept, xmp)
    if gone and all(word == _PRIMARY for word in _semantics(xmp)):
        prefixes = [prefix for prefix, uri in names.items() if uri in _CONTAINERS]
        xmp = _without_property(xmp, _any(prefixes) + rb":Directory") if prefixes else xmp
    return xmp


def _without_declarations(xmp: bytes, names: dict[bytes, bytes]) -> bytes:
    """The packet without the declarations of prefixes that nothing uses any more."""
    ours = (*_GAIN, *_DEPTH, *_CONTAINERS, _CAMERA, _NOTE)
    used = set(re.findall(rb"[<\s/]([\w.-]{1,60}):", xmp))
    unused = [prefix for prefix, uri in names.items() if uri.startswith(ours) and prefix not in used]
    if not unused:
        return xmp
    return re.sub(rb"\sxmlns:" + _any(unused) + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", xmp)


def _is_of_pictures(uri: bytes) -> bool:
    return uri.startswith((*_GAIN, *_DEPTH)) and not uri.startswith(_CONTAINERS)


def _any(names: list[bytes]) -> bytes:
    """A pattern for any of the names."""
    return b"(?:" + b"|".join(re.escape(name) for name in names) + b")"
