"""Planes of floats and half floats in codings that only OpenCV knows are read like any other."""

import struct
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from photo_files import picture, read

from rainapp.media.metadata.exif import Directories, Tag, append_directory

LZW = 5


def light() -> NDArray[np.float32]:
    return picture(64, 80).astype(np.float32) / 255


def coded(samples: NDArray[np.generic], predictor: int) -> tuple[bytes, dict[int, Tag], Directories]:
    """A TIFF in LZW by OpenCV, its tags, and what reads them."""
    options = [cv2.IMWRITE_TIFF_COMPRESSION, LZW, cv2.IMWRITE_TIFF_PREDICTOR, predictor]
    blue_first = np.ascontiguousarray(samples[..., ::-1]) if samples.ndim == 3 else samples
    data = cv2.imencode(".tiff", blue_first, options)[1].tobytes()
    directories = Directories(data)
    return data, {tag.tag: tag for tag in directories.tags(directories.first)}, directories


def shorts(tag: int, values: Sequence[int]) -> Tag:
    return Tag(tag, 3, len(values), struct.pack(f"<{len(values)}H", *values))


def longs(tag: int, values: Sequence[int]) -> Tag:
    return Tag(tag, 4, len(values), struct.pack(f"<{len(values)}I", *values))


def retold(block: bytearray, tags: dict[int, Tag], *changes: Tag) -> bytes:
    """The block with a directory behind it: the tags, some of them changed."""
    block += bytes(len(block) % 2)
    struct.pack_into("<I", block, 4, len(block))
    append_directory(block, "<", list((tags | {tag.tag: tag for tag in changes}).values()))
    return bytes(block)


def planes(scene: NDArray[np.float32], predictor: int) -> bytes:
    block, offsets, lengths = bytearray(b"II*\0" + bytes(4)), list[int](), list[int]()
    for number in range(3):
        data, tags, directories = coded(np.ascontiguousarray(scene[..., number]), predictor)
        for at, size in zip(directories.numbers(tags[273]), directories.numbers(tags[279]), strict=True):
            offsets.append(len(block))
            lengths.append(size)
            block += data[at : at + size] + bytes(size % 2)
    return retold(
        block, tags, longs(273, offsets), longs(279, lengths), shorts(258, (32,) * 3), shorts(339, (3,) * 3),
        shorts(277, (3,)), shorts(262, (2,)), shorts(284, (2,)),
    )  # fmt: skip


def halves(scene: NDArray[np.float32], predictor: int) -> bytes:
    """Half floats, whose bits OpenCV packs as whole numbers; predictor 3 is done by hand, after Adobe's Technical Note 3."""
    half = scene.astype(np.float16)
    samples = 1 if half.ndim == 2 else 3
    bits = half.view(np.uint16)
    if predictor == 3:
        bytes_of = half.astype(">f2").view(np.uint8).reshape(len(half), -1, 2)
        parted = np.concatenate([bytes_of[..., 0], bytes_of[..., 1]], axis=1).reshape(len(half), -1, samples)
        parted[:, 1:] = parted[:, 1:] - parted[:, :-1]
        bits = np.ascontiguousarray(parted.reshape(len(half), -1)).view("<u2").reshape(bits.shape)
    data, tags, _ = coded(bits, 1 if predictor == 3 else predictor)
    return retold(bytearray(data), tags, shorts(339, (3,) * samples), shorts(317, (predictor,)))


@pytest.mark.parametrize("predictor", [1, 3])
def test_planes_of_floats_in_lzw_are_read(tmp_path: Path, predictor: int) -> None:
    (tmp_path / "planes.tif").write_bytes(planes(light(), predictor))
    assert np.abs(read(tmp_path / "planes.tif")[0].pixels / 65535 - light()).max() < 1e-4


@pytest.mark.parametrize("predictor", [1, 2, 3])
@pytest.mark.parametrize("grey", [False, True])
def test_half_floats_in_lzw_are_read(tmp_path: Path, predictor: int, grey: bool) -> None:
    scene = light()[..., 1].copy() if grey else light()
    (tmp_path / "half.tif").write_bytes(halves(scene, predictor))
    pixels = read(tmp_path / "half.tif")[0].pixels / 65535
    assert np.abs(pixels[..., 1] - (scene if grey else scene[..., 1])).max() < 1e-3
    assert np.abs(pixels[..., 0] - (scene if grey else scene[..., 0])).max() < 1e-3


@pytest.mark.parametrize("predictor", [1, 3])
def test_floats_in_lzw_with_and_without_predictor_are_read(tmp_path: Path, predictor: int) -> None:
    (tmp_path / "scene.tif").write_bytes(coded(light(), predictor)[0])
    assert np.abs(read(tmp_path / "scene.tif")[0].pixels / 65535 - light()).max() < 1e-4
