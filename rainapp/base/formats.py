"""Which suffix a result gets: the source's where that format can be written, else one that loses nothing.

Names only; what a file really holds is for `rainapp.media` to say. Both faces and the batch ask here.
"""

from pathlib import Path

PHOTO_FORMATS = ("jpg", "png", "tif", "webp", "bmp", "heic", "avif")
CLIP_FORMATS = ("mp4", "mkv", "mov", "webm")
FORMATS = PHOTO_FORMATS + CLIP_FORMATS
GIF = "gif"
CLIP = "clip"  # what `media.sniff` calls the content of every clip

# Suffixes that mean one format; those of photos are all that can be written.
_PHOTO_GROUPS: tuple[tuple[str, ...], ...] = (
    (".jpg", ".jpeg", ".jpe", ".jfif"),
    (".png", ".apng"),
    (".tif", ".tiff"),
    (".webp",),
    (".bmp", ".dib"),
    (".heic", ".heif", ".hif"),
    (".avif",),
)
_CLIP_GROUPS: tuple[tuple[str, ...], ...] = ((".mp4", ".m4v"), (".mts", ".m2ts", ".ts"))
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
# Clips: the suffix of the result for every suffix that is read; Matroska takes what has no container of its own here.
_CLIP_RESULTS = {
    **{suffix: suffix for suffix in (".mp4", ".m4v", ".mov", ".3gp", ".mkv", ".webm", ".avi", ".ts", ".mts", ".m2ts")},
    **dict.fromkeys((".flv", ".3g2"), ".mp4"),
    **dict.fromkeys((".mpg", ".mpeg", ".wmv", ".ogv", ".mxf", ".vob", ".y4m", ".ivf", ".nut"), ".mkv"),
}
_CLIP_FALLBACK = ".mkv"


def is_moving_name(path: Path) -> bool:
    """Whether the name is that of a picture that may move."""
    return path.suffix.lower() in (".gif", ".webp", ".png", ".apng", ".avif")


def is_clip_name(path: Path) -> bool:
    """Whether the name is that of a clip."""
    return path.suffix.lower() in _CLIP_RESULTS


def is_photo_name(path: Path) -> bool:
    """Whether the name is that of a photo that can be written."""
    return any(path.suffix.lower() in group for group in _PHOTO_GROUPS)


def result_suffix(source: Path, form: str = "keep", container: str | None = None, moves: bool = False) -> str:
    """The suffix of the result of `source` when the format `form` is asked for ("keep": the source's own).

    `container` is what the content was found to be, None where only the name is known. A format for photos leaves clips as they
    are, and the other way round, so that mixed folders can be treated in one go. A GIF that `moves` stays one; a still one
    becomes a PNG, which loses no colours.
    """
    if moves and form == "keep" and container == GIF:
        return source.suffix
    is_clip = is_clip_name(source) if container is None else container == CLIP
    if form in (CLIP_FORMATS if is_clip else PHOTO_FORMATS):
        wanted = f".{form}"
    elif is_clip:
        wanted = _CLIP_RESULTS.get(source.suffix.lower(), _CLIP_FALLBACK)
    elif any(source.suffix.lower() in group for group in _PHOTO_GROUPS):
        wanted = source.suffix
    else:
        wanted = _BY_CONTAINER.get(container or "", _PHOTO_FALLBACK)
    return source.suffix if same_format(source.suffix, wanted) else wanted


def same_format(one: str, other: str) -> bool:
    """Whether two suffixes (with dot, any case) mean one format."""
    pair = {one.lower(), other.lower()}
    return len(pair) == 1 or any(pair <= set(group) for group in (*_PHOTO_GROUPS, *_CLIP_GROUPS))
