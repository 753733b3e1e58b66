"""Which suffix a result gets: the source's where that format can be written, else one that loses nothing."""

from pathlib import Path

from rainapp.media.sniff import CLIP

PHOTO_FORMATS = ("jpg", "png", "tif", "webp", "bmp", "heic", "avif")
CLIP_FORMATS = ("mp4", "mkv", "mov", "webm")
FORMATS = PHOTO_FORMATS + CLIP_FORMATS

# Suffixes that mean one format; the first is used where the source's own cannot stay.
_PHOTO_GROUPS: tuple[tuple[str, ...], ...] = (
    (".jpg", ".jpeg", ".jpe", ".jfif"),
    (".png", ".apng"),
    (".tif", ".tiff"),
    (".webp",),
    (".bmp", ".dib"),
    (".heic", ".heif", ".hif"),
    (".avif",),
)
_CLIP_GROUPS: tuple[tuple[str, ...], ...] = ((".mp4", ".m4v"), (".mov",), (".mkv",), (".webm",))
_BY_CONTAINER = {
    "jpeg": ".jpg",
    "png": ".png",
    "tiff": ".tif",
    "webp": ".webp",
    "bmp": ".bmp",
    "heif": ".heic",
    "avif": ".avif",
}
_PHOTO_FALLBACK = ".png"  # lossless, 8 and 16 bit, alpha


def target_suffix(source: Path, container: str, form: str = "keep") -> str:
    """The suffix of the result of `source`, whose content is `container` (see `sniff`), when `form` is asked for.

    A format for photos leaves clips as they are, and the other way round, so that mixed folders can be treated in one go.
    """
    is_clip = container == CLIP
    if form in (CLIP_FORMATS if is_clip else PHOTO_FORMATS):
        wanted = f".{form}"
    elif is_clip:
        from rainapp.media.clip_codecs import suffix_for  # loads PyAV, which the command line's help does without

        wanted = suffix_for(source.suffix)
    elif any(source.suffix.lower() in group for group in _PHOTO_GROUPS):
        wanted = source.suffix
    else:
        wanted = _BY_CONTAINER.get(container, _PHOTO_FALLBACK)
    return source.suffix if same_format(source.suffix, wanted) else wanted


def same_format(one: str, other: str) -> bool:
    """Whether two suffixes (with dot, any case) mean one format."""
    pair = {one.lower(), other.lower()}
    return len(pair) == 1 or any(pair <= set(group) for group in (*_PHOTO_GROUPS, *_CLIP_GROUPS))
