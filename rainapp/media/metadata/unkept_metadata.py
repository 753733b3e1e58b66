"""Which of the words that a photo carries have no place in the format of its result."""

from collections.abc import Iterable

from rainapp.media.metadata.metadata import EXTENSION, Metadata

NAMES = {
    "jpeg": "JPEG",
    "png": "PNG",
    "tiff": "TIFF",
    "bmp": "BMP",
    "webp": "WebP",
    "heif": "HEIC",
    "avif": "AVIF",
    "gif": "GIF",
}
_WORDLESS = frozenset(("bmp", "gif"))
_NO_IPTC = frozenset(("bmp", "gif", "webp", "heif", "avif"))
_TEXTS = frozenset(("tEXt", "zTXt", "iTXt"))
_EXIF_AS_TEXT = (b"Raw profile type exif\0", b"Raw profile type APP1\0")
_COMMENT, _APPLICATION = "fe", frozenset(f"e{digit}" for digit in "123456789abcdef")


def unkept(meta: Metadata, source: str, container: str) -> tuple[str, ...]:
    """A note on those blocks in the `meta` of a file of format `source` that a `container` does not hold, or nothing."""
    lost = list(_lost(meta, source, container))
    return (f"{NAMES[container]} has no place for some of the metadata ({', '.join(lost)}).",) if lost else ()


def _lost(meta: Metadata, source: str, container: str) -> Iterable[str]:
    if container in _WORDLESS and meta.exif:
        yield "EXIF"
    if container in _WORDLESS and meta.xmp:
        yield "XMP"
    elif source != container and any(body.startswith(EXTENSION) for _, body in meta.own):
        yield "the second part of XMP"
    if container in _NO_IPTC and meta.resources:
        yield "IPTC"
    if source != container and any(_is_comment(*part) for part in meta.own):
        yield "comments"
    if source != container and any(name in _APPLICATION and not body.startswith(EXTENSION) for name, body in meta.own):
        yield "data of other programs"


def _is_comment(name: str, body: bytes) -> bool:
    return name == _COMMENT or name in _TEXTS and not body.startswith(_EXIF_AS_TEXT)
