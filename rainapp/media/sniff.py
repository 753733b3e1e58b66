"""What a file is, told by its content: the name only breaks ties.

Sniffing decides who may open a file at all. Text, web pages, programs, archives, playlists and camera raw files are refused
here in words, before any decoder sees them.
"""

from pathlib import Path

from rainapp.base.errors import UnreadableFile
from rainapp.base.regular_files import open_regular
from rainapp.media.atomic import unreadable

PHOTO_SUFFIXES = frozenset(
    (
        *(
            ".jpg",
            ".jpeg",
            ".jpe",
            ".jfif",
            ".mpo",
            ".png",
            ".apng",
            ".tif",
            ".tiff",
            ".webp",
            ".bmp",
            ".dib",
            ".heic",
            ".heif",
        ),
        *(".hif", ".avif", ".gif", ".jp2", ".j2k", ".jpf", ".jpx", ".j2c", ".tga", ".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
        *(".qoi", ".psd", ".hdr", ".pic", ".ico", ".sgi", ".dds", ".pcx", ".dcx", ".fli", ".flc", ".ras"),
    )
)
CLIP_SUFFIXES = frozenset(
    (
        *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".mts", ".m2ts", ".ts", ".wmv", ".flv", ".3gp"),
        *(".3g2", ".ogv", ".mxf", ".vob", ".y4m", ".ivf", ".nut"),
    )
)
_RAW_SUFFIXES = frozenset(
    (".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf", ".pef", ".srw", ".nrw", ".3fr", ".iiq", ".x3f", ".rwl")
)

CLIP = "clip"
UNKNOWN = "unknown"
_HEAD_BYTES = 4096

# Container by its first bytes. Order matters only where one signature begins another.
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"BM", "bmp"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"),
    (b"qoif", "qoi"),
    (b"8BPS", "psd"),
    (b"#?RADIANCE", "hdr"),
    (b"#?RGBE", "hdr"),
    (b"DDS ", "dds"),
    (b"\0\0\1\0", "ico"),
    (b"\x01\xda", "sgi"),
    (b"\xb1\x68\xde\x3a", "dcx"),
    (b"\x59\xa6\x6a\x95", "sun"),
    (b"\x1a\x45\xdf\xa3", CLIP),
    (b"FLV", CLIP),
    (b"OggS", CLIP),
    (b"\0\0\1\xba", CLIP),
    (b"\0\0\1\xb3", CLIP),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", CLIP),
    (b"\x06\x0e\x2b\x34", CLIP),
    (b"YUV4MPEG2", CLIP),
    (b"DKIF", CLIP),
    (b"nut/multimedia", CLIP),
)
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"#!", "a script"),
    (b"PK\x03\x04", "a ZIP archive or a document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript program"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript program"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"\x80\x02", "a pickled Python object"),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile"),
    (b"FUJIFILMCCD-RAW", "a camera raw file"),
    (b"II\x55\0", "a camera raw file"),
    (b"IIRO", "a camera raw file"),
    (b"\xff\x0a", "a JPEG XL picture, which is not supported yet"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture, which is not supported yet"),
    (b"icns", "a set of icons"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture, which is not supported"),
)
_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"mif2"))
_AVIF_BRANDS = frozenset((b"avif", b"avis"))


def sniff(path: Path) -> str:
    """Name the container of `path`: "jpeg", "png", …, "clip", or "unknown" for a binary file with a photo's name.

    Raises UnreadableFile in words for what is empty, missing, or something else in disguise.
    """
    try:
        with open_regular(path) as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error
    if not head:
        raise UnreadableFile(f"{path.name} is empty.", "Copy it again from where it came from.", path)
    suffix = path.suffix.lower()
    if suffix in _RAW_SUFFIXES:
        raise _refusal(path, "a camera raw file", "Develop it to TIFF or JPEG first.")
    for signature, words in _REFUSED:
        if head.startswith(signature):
            raise _refusal(path, words)
    found = _by_signature(head)
    if found is not None:
        return found
    if _is_text(head):
        raise _refusal(path, _kind_of_text(head))
    if suffix in CLIP_SUFFIXES:
        return CLIP
    if suffix in PHOTO_SUFFIXES:
        return UNKNOWN
    raise UnreadableFile(f"{path.name} is neither a photo nor a video that is known here.", "", path)


def _refusal(path: Path, words: str, hint: str = "Choose a photo or a video.") -> UnreadableFile:
    return UnreadableFile(f"{path.name} is not a photo or video but {words}.", hint, path)


def _by_signature(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"AVI ": CLIP}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
        return CLIP
    if head[:1] == b"P" and head[1:2] in b"fF" and head[2:3].isspace():
        return "pfm"
    if head[:1] == b"P" and head[1:2] in b"1234567y" and head[2:3].isspace():
        return "ppm"
    if len(head) >= 6 and head[4:6] in (b"\x11\xaf", b"\x12\xaf"):
        return "fli"
    if head[:1] == b"\x0a" and head[1:2] in b"\x00\x02\x03\x04\x05" and head[2:3] in b"\x00\x01":
        return "pcx"
    if head[:1] == b"\x47" and head[188:189] == b"\x47" or head[4:5] == b"\x47" and head[196:197] == b"\x47":
        return CLIP
    return next((name for signature, name in _SIGNATURES if head.startswith(signature)), None)


def _by_brand(head: bytes) -> str:
    """ISO base media: photos and clips share the container and differ in their brands (major brand, then compatible ones)."""
    size = int.from_bytes(head[:4], "big")
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, min(size, len(head)), 4))]
    if brands[0] in _AVIF_BRANDS:
        return "avif"
    if brands[0] in _HEIF_BRANDS:
        return "avif" if _AVIF_BRANDS.intersection(brands) and brands[0] in (b"mif1", b"msf1") else "heif"
    return CLIP


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xef\xbb\xbf", b"\xff\xfe<", b"\xfe\xff\0<")):
        return True
    printable = sum(byte >= 32 or byte in (9, 10, 12, 13, 27) for byte in head)
    return b"\0" not in head and printable >= 0.98 * len(head)


def _kind_of_text(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"ffconcat", b"#extm3u", b"[playlist]", b"<smil", b"<?wpl")):
        return "a playlist, which may name any other file"
    if start.startswith((b"<svg", b"<?xml")) and b"<svg" in start:
        return "a drawing (SVG)"
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")) or b"<html" in start[:512]:
        return "a web page"
    return "a text"
