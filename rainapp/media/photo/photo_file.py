"""Photos: the one-frame source and sink.

One reader and one writer serve thumbnails, previews and work, so that all show the same colours. Reading: sniff, read the
header, check the budget, decode, turn upright. Writing: encode into a temporary file beside the target with the metadata of
the source, flush, rename. A file that is cut off is refused, also where a decoder would fill the rest with grey: in a batch
nobody would notice.
"""

import mmap
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TypeVar, cast

import cv2
import numpy as np
from PIL import Image as Pillow

from rainapp.base.errors import RainError, UnreadableFile, UnwritableFile
from rainapp.base.image import Colour, Frame, Image, Pixels
from rainapp.base.regular_files import open_regular, read_regular
from rainapp.jobs.records import Output
from rainapp.media.atomic import Landing, copy_file, guard_of, refuse_source, unreadable
from rainapp.media.colour.code_points import adobe_rgb, points_of
from rainapp.media.colour.decoded_pixels import turned_array
from rainapp.media.colour.stated_colour import fitted, light_notes, light_of
from rainapp.media.colour.to_rgb import has_tables
from rainapp.media.contracts import MediaInfo
from rainapp.media.metadata import exif
from rainapp.media.metadata.companions import CLIP_KEPT, CLIP_LOST, append_clip, cleaned
from rainapp.media.metadata.metadata import Metadata, prepared
from rainapp.media.metadata.unkept_metadata import unkept
from rainapp.media.metadata.xmp_claims import with_clip_length
from rainapp.media.photo import bmp, containers, floats, heif, jpeg, png, tiff
from rainapp.media.photo.decode import decode, refuse_scans
from rainapp.media.photo.encode import NO_GREY, WRITABLE, Order, encode
from rainapp.media.photo.motion_photo import MOST_BYTES, tail_of, with_clip
from rainapp.media.photo_header import Header, check_budget, default_budget_mb
from rainapp.media.sniff import CLIP, sniff

__all__ = ["PhotoSink", "PhotoSource", "copy_file", "read_reduced"]

T = TypeVar("T")
_BY_EXIF = "colours by exif"
_WORTH_REDUCING = 4_000_000
_BYTES_MAX = 1 << 32  # or as many as all the pixels of a photo may take here: a file without end is searched for minutes
_REDUCED = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2}


@dataclass(frozen=True)
class Carry:
    """What a source hands to the sink that writes its result: for a motion photo perhaps another `clip`, and words on it."""

    header: Header
    clip: Path | None = None
    on_clip: str = CLIP_KEPT


class PhotoSource:
    """A photo as a clip of one frame. `info` is known from the header when the object exists; its notes grow when it is read.

    Raises UnreadableFile from the constructor (no photo, damaged, beyond the budget of `budget_mb`) or while iterating.
    """

    def __init__(self, path: Path, *, budget_mb: int | None = None) -> None:
        self.path = path
        self.header = _header(path)
        check_budget(path, self.header, path.stat().st_size, budget_mb)
        width, height = self.header.upright
        self.info = MediaInfo(
            path,
            "photo",
            self.header.container,
            width,
            height,
            depth=self.header.depth,
            has_alpha=self.header.alpha,
            grey=self.header.grey,
            notes=self.header.notes,
            carry=Carry(self.header),
        )

    def __iter__(self) -> Iterator[Frame]:
        """Yield the one frame."""
        decoded = _mapped(self.path, lambda data: decode(self.path, data, self.header))
        image = Image(decoded.pixels, decoded.depth, self.colour(decoded.icc), decoded.alpha)
        self.info = replace(
            self.info,
            width=image.width,
            height=image.height,
            depth=image.depth,
            has_alpha=image.alpha is not None,
            notes=(*self.header.notes, *decoded.notes),
        )
        yield Frame(0, Fraction(0), image, image)

    def colour(self, icc: bytes | None) -> Colour:
        """What the numbers mean: the profile they are in, and the code points that HEIC and AVIF state."""
        points = self.header.traits
        return Colour(self.header.made_icc or icc, points.get("primaries"), points.get("transfer"), points.get("matrix"))

    def __enter__(self) -> Self:
        """Nothing is held open between reads."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Nothing to release."""


class PhotoSink:
    """Writes one frame to `target`, in the format of its suffix, with the metadata of `like`.

    `note` is added to the XMP packet as our own words (Model, Strength, Version). Nothing is left of a sink that did not end
    well. After the end `notes` says what the format could not keep, and `target` what the file is called. Raises UnwritableFile
    in words.
    """

    def __init__(self, target: Path, like: MediaInfo, output: Output, note: Mapping[str, str] | None = None) -> None:
        self.target = target
        self.notes: tuple[str, ...] = ()
        self._like = like
        self._output = output
        self._note = {} if note is None else note  # it may grow until the photo is written
        self._file: Landing | None = None
        self._opened: BinaryIO | None = None

    def __enter__(self) -> Self:
        """Open the temporary file beside the target."""
        refuse_source(self.target, self._like.path)
        self._container()
        self._file = Landing(self.target, replaces=self._output.if_exists == "overwrite", like=guard_of(self._like))
        self._opened = self._file.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commit when all went well and a frame was written; remove otherwise."""
        assert self._file is not None
        assert self._opened is not None
        if kind is None and self._opened.tell() == 0:
            lost = UnwritableFile(f"{self.target.name} was not written: there was no picture to write.", "", self.target)
            self._file.__exit__(UnwritableFile, lost, None)
            raise lost
        self._file.target = self.target  # it may have been given another one since
        self._file.__exit__(kind, error, trace)
        self.target = self._file.target

    def write(self, frame: Frame) -> None:
        """Encode the picture of `frame`."""
        assert self._opened is not None
        carried = self._like.carry.header if isinstance(self._like.carry, Carry) else None
        container = self._container()
        same = carried is not None and carried.container == container
        made = carried.made_icc if carried else None
        states = same and not (_BY_EXIF in carried.traits and self._output.metadata == "strip") if carried else False
        ready = fitted(frame.image, made, container, same=states, grey=self._like.grey and container not in NO_GREY)
        image = ready.image
        facts = carried.traits if carried else {}
        traits = facts if same else light_of(facts)
        light = light_notes(facts, container, same=same) if ready.points and ready.points.is_hdr else ()
        keeps = same and self._output.metadata == "keep"
        clip = keeps and "clip_at" in traits
        meta = carried.meta if carried else Metadata()
        lost = unkept(meta, carried.container, container) if carried and self._output.metadata != "strip" else ()
        meta = cleaned(meta, keeps_clip=clip, keeps_extension=keeps, in_jpeg=container == "jpeg")
        if not same:
            meta = replace(meta, own=())
        meta = prepared(replace(meta, icc=ready.icc), self._output.metadata, image.width, image.height, self._note)
        tail = self._other_tail(carried) if clip and carried else None
        if tail is not None and meta.xmp:
            meta = replace(meta, xmp=with_clip_length(meta.xmp, len(tail) - traits["clip_bytes"]))
        order = Order(container, meta, self._like.grey, self._output.quality, traits, ready.points)
        try:
            self.notes = (*ready.notes, *encode(self._opened, image, order), *light, *lost)
        except (ValueError, RuntimeError, cv2.error) as error:
            reason = str(error) if isinstance(error, ValueError) else "the encoder refused it"  # only the first are our words
            words = f"{self.target.name} cannot be written as {container.upper()}: {reason}."
            raise UnwritableFile(words, "Choose PNG or TIFF.", self.target) from error
        if carried and "clip_at" in carried.traits:
            self.notes = (*self.notes, self._on_clip if clip else CLIP_LOST)
        if tail is not None:
            self._opened.write(tail)
        elif clip:
            append_clip(self._opened, self._like.path, traits)

    @property
    def _on_clip(self) -> str:
        return self._like.carry.on_clip if isinstance(self._like.carry, Carry) else CLIP_KEPT

    def _other_tail(self, carried: Header) -> bytes | None:
        """What goes behind the picture where the clip is another one; None where it stays."""
        clip = self._like.carry.clip if isinstance(self._like.carry, Carry) else None
        tail = tail_of(self._like.path, carried) if clip is not None else None
        return None if clip is None or tail is None else with_clip(tail, read_regular(clip, MOST_BYTES))

    def _container(self) -> str:
        container = WRITABLE.get(self.target.suffix.lower())
        if container is None:
            suffix = self.target.suffix or "a name without suffix"
            words = f"{self.target.name} cannot be written: {suffix} is no format known here."
            raise UnwritableFile(words, "Choose jpg, png, tif, webp, bmp, heic or avif.", self.target)
        return container


def read_reduced(path: Path, longest_px: int, *, budget_mb: int | None = None) -> tuple[Image, int, int]:
    """Read `path` for the screen, at most `longest_px` a side (0: full size): the image, and full width and height.

    A JPEG is decoded at an eighth, a quarter or half of its size where that is enough. The colours are those of the full
    reader. Raises UnreadableFile as `PhotoSource` does.
    """
    source = PhotoSource(path, budget_mb=budget_mb)
    full = source.info.width, source.info.height
    image = _reduced(path, source, longest_px)
    if image is None:
        image = next(iter(source)).image
        full = image.width, image.height
    return shrunk(image, longest_px), *full


def shrunk(image: Image, longest_px: int) -> Image:
    """The image at most `longest_px` a side, averaged over areas; smaller images and `longest_px` 0 come back as they are."""
    longest = max(image.width, image.height)
    if not longest_px or longest <= longest_px:
        return image
    size = tuple(max(1, round(side * longest_px / longest)) for side in (image.width, image.height))
    pixels = cast(Pixels, cv2.resize(image.pixels, size, interpolation=cv2.INTER_AREA))
    alpha = None if image.alpha is None else cast(Pixels, cv2.resize(image.alpha, size, interpolation=cv2.INTER_AREA))
    return Image(pixels, image.depth, image.colour, alpha)


def _reduced(path: Path, source: PhotoSource, longest_px: int) -> Image | None:
    """A picture of at least `longest_px` by a quicker way than the full reader's, or None where there is none."""
    worth = longest_px and source.info.width * source.info.height > _WORTH_REDUCING
    if source.info.container == "heif" and worth and not source.info.has_alpha:
        try:
            small = heif.read_thumbnail(path, longest_px)
        except (OSError, ValueError, SyntaxError, EOFError, RuntimeError):
            return None  # the picture itself may still be whole
        return (
            None
            if small is None or has_tables(source.header.meta.icc)
            else Image(small, 8, source.colour(source.header.meta.icc))
        )
    return _reduced_jpeg(path, source, longest_px) if source.info.container == "jpeg" else None


def _reduced_jpeg(path: Path, source: PhotoSource, longest_px: int) -> Image | None:
    """The JPEG decoded at a fraction of its size, or None where the full reader has to do it."""
    header = source.header
    factor = next(
        (f for f in _REDUCED if longest_px and max(source.info.width, source.info.height) >= 2 * longest_px * f // 2), 0
    )
    if not factor or header.traits["components"] not in (1, 3) or has_tables(header.meta.icc):
        return None

    def read(data: memoryview) -> Pixels | None:
        if not jpeg.is_whole(data):
            return None
        refuse_scans(path, data)
        flags = _REDUCED[factor] | cv2.IMREAD_IGNORE_ORIENTATION
        return cast(Pixels | None, cv2.imdecode(np.frombuffer(data, np.uint8), flags))

    pixels = _mapped(path, read)
    if pixels is None:
        return None
    upright = turned_array(cast(Pixels, cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)), header.orientation)
    return Image(upright, 8, source.colour(header.meta.icc))


def _mapped(path: Path, use: Callable[[memoryview], T]) -> T:
    """Call `use` with the content of `path`, mapped instead of copied."""
    try:
        with (
            open_regular(path, max(_BYTES_MAX, default_budget_mb() * 1_000_000)) as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
            memoryview(mapped) as data,
        ):
            return use(data)
    except OSError as error:
        if error.errno is None:  # a decoder's way of saying that the content is damaged
            raise
        raise unreadable(path, error) from error


def _header(path: Path) -> Header:
    container = sniff(path)
    if container == CLIP:
        raise UnreadableFile(f"{path.name} is a video, not a photo.", "", path)
    readers: dict[str, Callable[[memoryview], Header]] = {
        "jpeg": jpeg.read_header,
        "png": png.read_header,
        "tiff": lambda data: tiff.read_header(data, path),
        "webp": containers.webp_header,
        "bmp": bmp.read_header,
        "heif": lambda data: heif.read_header(path, data, "heif"),
        "avif": lambda data: heif.read_header(path, data, "avif"),
        "hdr": containers.hdr_header,
        "gif": containers.gif_header,
        "pfm": floats.pfm_header,
    }
    read = readers.get(container, lambda _: containers.pillow_header(path, container))
    try:
        header: Header = _mapped(path, read)
    except png.TextBombError as error:
        raise UnreadableFile(
            f"{path.name} hides {error}.", "It looks like a decompression bomb and was not opened.", path
        ) from error
    except Pillow.DecompressionBombError as error:
        words = f"{path.name} claims more pixels than the memory holds."
        raise UnreadableFile(words, "It looks like a decompression bomb and was not opened.", path) from error
    except RainError:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, KeyError, IndexError, TypeError, struct.error) as error:
        raise UnreadableFile(f"{path.name} is damaged: its header cannot be read.", "Copy it again.", path) from error
    if header.traits.get("precision", 8) != 8:
        words = f"{path.name} is a JPEG of {header.traits['precision']} bits a channel, which cannot be read here."
        raise UnreadableFile(words, "Save it as TIFF or PNG of 16 bit with the program that it comes from.", path)
    return _with_colours_of_exif(header)


def _with_colours_of_exif(header: Header) -> Header:
    """The header with the profile that EXIF names, where nothing else says what the colours are."""
    meta = header.meta
    if meta.icc or header.made_icc or points_of(header.traits) or not meta.exif or not exif.states_adobe_rgb(meta.exif):
        return header
    return replace(header, made_icc=adobe_rgb(), traits={**header.traits, _BY_EXIF: 1})
