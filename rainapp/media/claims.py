"""What an XMP packet claims of things beside the picture: clips, gain maps, depth maps. Taken out once these are gone.

Method: the container format of motion photos and of Ultra HDR (Android), GDepth and Dynamic Depth (Google), hdr-gain-map
(Adobe), HDRGainMap (Apple).
"""

import re

_CLIP_NAMES = rb"(?:MotionPhoto\w*|MicroVideo\w*|OLivePhoto\w*|VideoLength)"
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
_DECLARED = re.compile(rb"xmlns:([\w.-]+)\s*=\s*[\"']([^\"']*)[\"']")
_ITEM = re.compile(rb"<rdf:li\b[^>]*/>|<rdf:li\b[^>]*>(?:(?!</?rdf:li\b).)*</rdf:li\s*>", re.DOTALL)
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


def of_clip(xmp: bytes) -> bool:
    """Whether the packet speaks of a clip behind the picture."""
    return re.search(rb"[\w.-]+:" + _CLIP_NAMES + rb"\s*[=>]", xmp) is not None or _CLIP in _semantics(xmp)


def _semantics(xmp: bytes) -> list[bytes]:
    return [word for item in _ITEM.findall(xmp) for word in _SEMANTIC.findall(item)]


def without(xmp: bytes, *, clip: bool, pictures: bool, extension: bool) -> bytes:
    """The packet without its claims of a `clip`, of further `pictures`, and of an `extension` of the packet itself."""
    names = _names(xmp)
    before = xmp
    if clip:
        xmp = _without_property(xmp, rb"[\w.-]+:" + _CLIP_NAMES)
    if pictures:
        for prefix, uri in names.items():
            if uri.startswith((*_GAIN, *_DEPTH)) and uri not in _CONTAINERS and not uri.startswith(_CONTAINERS[1]):
                xmp = _without_property(xmp, re.escape(prefix) + rb":[\w.-]+")
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
    """The URI of each prefix that the packet declares."""
    return {match[1]: match[2] for match in _DECLARED.finditer(xmp)}


def _without_property(xmp: bytes, name: bytes) -> bytes:
    """The packet without the properties of this name (a pattern), be they elements or attributes."""
    xmp = re.sub(rb"<(" + name + rb")(?=[\s/>])[^>]*/>\s*", b"", xmp)
    xmp = re.sub(rb"<(" + name + rb")(?=[\s>])[^>]*>.*?</\1\s*>\s*", b"", xmp, flags=re.DOTALL)
    return re.sub(rb"\s(?!xmlns:)" + name + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", xmp)


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
        for prefix in (re.escape(prefix) for prefix, uri in names.items() if uri in _CONTAINERS):
            xmp = _without_property(xmp, prefix + rb":Directory")
    return xmp


def _without_declarations(xmp: bytes, names: dict[bytes, bytes]) -> bytes:
    """The packet without the declarations of prefixes that nothing uses any more."""
    for prefix, uri in names.items():
        ours = uri.startswith((*_GAIN, *_DEPTH, *_CONTAINERS, _CAMERA, _NOTE))
        if ours and not re.search(rb"(?<!xmlns:)\b" + re.escape(prefix) + rb":", xmp.replace(b"xmlns:" + prefix, b"")):
            xmp = re.sub(rb"\s*xmlns:" + re.escape(prefix) + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", xmp)
    return xmp
