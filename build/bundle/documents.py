"""What the application opens, as each system wants to be told: MIME types, suffixes, uniform type identifiers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of file: its name, and how systems know it."""

    name: str
    mimes: tuple[str, ...]
    suffixes: tuple[str, ...]
    identifiers: tuple[str, ...]


KINDS = (
    Kind("JPEG photo", ("image/jpeg",), ("jpg", "jpeg", "jpe", "jfif"), ("public.jpeg",)),
    Kind("PNG photo", ("image/png", "image/apng"), ("png", "apng"), ("public.png",)),
    Kind("TIFF photo", ("image/tiff",), ("tif", "tiff"), ("public.tiff",)),
    Kind("WebP photo", ("image/webp",), ("webp",), ("org.webmproject.webp",)),
    Kind("HEIC photo", ("image/heif", "image/heic"), ("heic", "heif", "hif"), ("public.heic", "public.heif")),
    Kind("AVIF photo", ("image/avif",), ("avif",), ("public.avif",)),
    Kind("BMP photo", ("image/bmp",), ("bmp", "dib"), ("com.microsoft.bmp",)),
    Kind("MP4 clip", ("video/mp4",), ("mp4", "m4v"), ("public.mpeg-4", "com.apple.m4v-video")),
    Kind("QuickTime clip", ("video/quicktime",), ("mov",), ("com.apple.quicktime-movie",)),
    Kind("Matroska clip", ("video/x-matroska", "video/matroska"), ("mkv",), ("org.matroska.mkv",)),
    Kind("WebM clip", ("video/webm",), ("webm",), ("org.webmproject.webm",)),
    Kind("AVI clip", ("video/x-msvideo", "video/vnd.avi"), ("avi",), ("public.avi",)),
    Kind("MPEG transport stream", ("video/mp2t",), ("mts", "m2ts"), ("public.mpeg-2-transport-stream",)),
)

MIMES = tuple(mime for kind in KINDS for mime in kind.mimes)
SUFFIXES = tuple(suffix for kind in KINDS for suffix in kind.suffixes)
