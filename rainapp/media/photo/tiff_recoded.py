"""TIFF files retold for OpenCV, which knows more codings than tifffile but neither planes of floats nor half floats.

A directory is put behind the file that tells of one plane as of a grey picture, or of half floats as of whole numbers of 16
bit; the pixels stay where they are. What such numbers mean is put right afterwards. Method: TIFF 6.0, Adobe Technical Note 3.
"""

import struct
from collections.abc import Mapping
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.media.metadata.exif import Directories, Tag, append_directory
from rainapp.media.photo_header import Header

_BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _PLANAR, _PREDICTOR, _EXTRA, _FORMAT = 258, 259, 262, 277, 284, 317, 338, 339
_PLACES = (273, 279, 324, 325)  # offsets and lengths of strips and tiles
_TILED = 322
_FLOATING_PREDICTOR = 3


def samples_of(data: memoryview, header: Header) -> NDArray[Any]:
    """The float samples (H, W) or (H, W, n) of the first page, as they are stored. Raises ValueError when it cannot be done."""
    directories = Directories(data)
    if directories.big:
        raise ValueError("BigTIFF is for others")
    tags = {tag.tag: tag for tag in directories.tags(directories.first)}
    planes = header.traits["samples"] if header.traits["planar"] == 2 else 1
    read = [_decoded(data, directories, _told(tags, directories, header, number, planes), header) for number in range(planes)]
    return read[0] if planes == 1 else np.stack(read, axis=2)


def _told(tags: Mapping[int, Tag], directories: Directories, header: Header, plane: int, planes: int) -> dict[int, Tag]:
    """The tags of a page that holds the `plane` alone, and half floats as whole numbers."""
    order, told = directories.order, dict(tags)

    def short(tag: int, *values: int) -> None:
        told[tag] = Tag(tag, 3, len(values), struct.pack(f"{order}{len(values)}H", *values))

    samples = 1 if planes > 1 else header.traits["samples"]
    if planes > 1:
        for tag in _PLACES:
            if tag in tags:
                numbers = directories.numbers(tags[tag])
                each = len(numbers) // planes
                part = numbers[plane * each : (plane + 1) * each]
                told[tag] = Tag(tag, 4, each, struct.pack(f"{order}{each}I", *part))
        told.pop(_EXTRA, None)
        short(_PHOTOMETRIC, 1)
        short(_SAMPLES, 1)
        short(_PLANAR, 1)
    short(_BITS, *(header.traits["bits"],) * samples)
    if header.traits["bits"] == 16:
        short(_FORMAT, *(1,) * samples)
        short(_PREDICTOR, 1 if _has_floating_predictor(tags, directories) else _first(tags, directories, _PREDICTOR, 1))
    else:
        short(_FORMAT, *(3,) * samples)
    return told


def _first(tags: Mapping[int, Tag], directories: Directories, tag: int, otherwise: int) -> int:
    return (directories.numbers(tags[tag]) or (otherwise,))[0] if tag in tags else otherwise


def _has_floating_predictor(tags: Mapping[int, Tag], directories: Directories) -> bool:
    return _first(tags, directories, _PREDICTOR, 1) == _FLOATING_PREDICTOR


def _decoded(data: memoryview, directories: Directories, told: Mapping[int, Tag], header: Header) -> NDArray[Any]:
    """The samples of the page that `told` tells of, by OpenCV."""
    block = bytearray(data)
    block += bytes(len(block) % 2)
    struct.pack_into(directories.order + "I", block, 4, len(block))
    append_directory(block, directories.order, list(told.values()))
    read = cast(NDArray[Any] | None, cv2.imdecode(np.frombuffer(block, np.uint8), cv2.IMREAD_UNCHANGED))
    if read is None:
        raise ValueError("OpenCV cannot decode it")
    if read.ndim == 3:
        read = np.ascontiguousarray(read[..., [2, 1, 0, 3][: read.shape[2]]])
    if header.traits["bits"] != 16:
        return read
    if read.dtype != np.uint16:
        raise ValueError("the half floats came out as something else")
    tags = {tag.tag: tag for tag in directories.tags(directories.first)}
    if not _has_floating_predictor(tags, directories):
        return read.view(np.float16)
    if _TILED in tags:
        raise ValueError("tiles of predicted half floats")
    return _unpredicted(read.astype(f"{directories.order}u2"))


def _unpredicted(stored: NDArray[Any]) -> NDArray[np.float16]:
    """Half floats from differences of their bytes: in each row all high bytes come first, then all low ones."""
    height, samples = len(stored), 1 if stored.ndim == 2 else stored.shape[2]
    raw = np.ascontiguousarray(stored).view(np.uint8).reshape(height, -1, samples)
    summed = np.cumsum(raw, axis=1, dtype=np.uint64).astype(np.uint8).reshape(height, 2, -1)
    halves = np.stack([summed[:, 0], summed[:, 1]], axis=2).reshape(height, -1)
    return np.ascontiguousarray(halves).view(">f2").astype(np.float16).reshape(stored.shape)
