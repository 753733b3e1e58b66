"""HEIC and AVIF files: their facts, and writers.

libheif tells the facts of both; it codes HEIC, Pillow codes AVIF of 8 bit and OpenCV AVIF of 10 and 12. Whatever codes them,
pixels come out upright: rotation is a property of the container, and EXIF's orientation is not to be applied again.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
import pillow_heif
from PIL import Image as Pillow

from rainapp.base.image import Pixels
from rainapp.media.colour.code_points import Points, points_of, profile_of
from rainapp.media.contracts import FIRST_ONLY
from rainapp.media.metadata import iso_boxes
from rainapp.media.metadata.companions import in_heif
from rainapp.media.metadata.metadata import Metadata
from rainapp.media.photo.containers import MAIN_ONLY
from rainapp.media.photo_header import Header

_CODE_POINTS = {
    "color_primaries": "primaries",
    "transfer_characteristics": "transfer",
    "matrix_coefficients": "matrix",
    "full_range_flag": "full_range",
}
_GRID_PIXELS, _GRID_TILE_PX = (
    24_000_000,
    1024,
)  # larger pictures are coded in tiles, as phones do: less memory to read and write
_SRGB = {"color_primaries": 1, "transfer_characteristics": 13, "matrix_coefficients": 6, "full_range_flag": 1}
_MAX_CLL, _MAX_FALL = "max_content_light_level", "max_pic_average_light_level"
_UNCODED = (0, 2)  # matrix coefficients "RGB" and "not stated" do not fit what the encoder makes


def read_header(path: Path, data: memoryview, container: str) -> Header:
    """The facts of a HEIC or AVIF file, upright as libheif sees them; raises ValueError and the like for a damaged one."""
    opened = pillow_heif.open_heif(path, convert_hdr_to_8bit=False)
    facts = opened.info
    width, height = opened.size
    exif = (facts.get("exif") or b"").removeprefix(b"Exif\0\0") or None
    xmp = (facts.get("xmp") or b"").rstrip(b"\0") or None
    meta = Metadata(exif, xmp, None, facts.get("icc_profile") or None)
    traits = {"subsampling": int(facts.get("chroma") or 420), "bits": int(facts["bit_depth"])}
    points = facts.get("nclx_profile") or {}
    traits |= {short: int(points[name]) for name, short in _CODE_POINTS.items() if name in points}
    stated = points_of(traits)
    light = facts.get("content_light_level")
    if light:
        traits |= {"max_cll": int(light[_MAX_CLL]), "max_fall": int(light[_MAX_FALL])}
    if facts.get("mastering_display_colour_volume"):
        traits["mastering"] = 1
    layout = iso_boxes.layout(data)
    clip, notes = in_heif(layout.clip, meta, gain=layout.has_gain_map, depth=layout.has_depth)
    traits |= clip
    if len(opened) > 1:
        notes = (MAIN_ONLY, *notes)
    if layout.moves:
        notes = (*_moving_notes(data, container), *notes)
    return Header(
        container,
        width,
        height,
        depth=int(facts["bit_depth"]),
        alpha=bool(opened.has_alpha),
        grey="chroma" not in facts,
        turned=True,
        meta=meta,
        traits=traits,
        notes=notes,
        made_icc=None if meta.icc or stated is None else profile_of(stated),
    )


def _moving_notes(data: memoryview, container: str) -> tuple[str, ...]:
    """What to say of a file that has frames beside its picture."""
    if container == "heif":
        return ("Only the main picture of the sequence is used.",)
    try:
        with Pillow.open(io.BytesIO(data), formats=["AVIF"]) as frames:
            return (FIRST_ONLY,) if getattr(frames, "n_frames", 1) > 1 else ()
    except (OSError, ValueError, SyntaxError):
        return ()  # the picture itself may still be whole


def read_thumbnail(path: Path, longest_px: int) -> Pixels | None:
    """The embedded thumbnail as (H, W, 3) RGB uint8 where it is at least `longest_px` long and has the shape of the picture.

    A picture of 200 megapixels takes ten seconds to decode, its thumbnail none.
    """
    opened = pillow_heif.open_heif(path)
    width, height = opened.size
    for index, longest in enumerate(opened.info["thumbnails"]):
        if longest < longest_px:
            continue
        small = opened[opened.primary_index].get_thumbnail(index)
        fits = abs(small.size[0] * height - small.size[1] * width) <= max(width, height)  # to the pixel
        if small.mode == "RGB" and fits:
            return np.array(small)[: small.size[1], : small.size[0]]
    return None


def write(
    file: BinaryIO, pixels: Pixels, alpha: Pixels | None, meta: Metadata, quality: int, traits: Mapping[str, int],
    stated: Points | None = None,
) -> None:  # fmt: skip
    """Write (H, W, 3) RGB or (H, W) grey pixels of 8 or 16 bit as HEIC; 16 bit become as many as `traits` names, or 12.

    `stated`: what the numbers mean; None means sRGB.
    """
    samples = pixels if alpha is None else np.dstack([pixels, alpha])
    mode = ("L" if pixels.ndim == 2 else "RGB") + ("A" if alpha is not None else "")
    wide = pixels.dtype == np.uint16
    points = {name: traits.get(short, _SRGB[name]) for name, short in _CODE_POINTS.items()}
    if stated is not None:
        points |= {"color_primaries": stated.primaries, "transfer_characteristics": stated.transfer}
    if points["matrix_coefficients"] in _UNCODED:
        points["matrix_coefficients"] = _SRGB["matrix_coefficients"]
    light = {"content_light_level": {_MAX_CLL: traits["max_cll"], _MAX_FALL: traits["max_fall"]}} if "max_cll" in traits else {}
    pillow_heif.encode(
        f"{mode};16" if wide else mode,
        (pixels.shape[1], pixels.shape[0]),
        np.ascontiguousarray(samples).data.cast("B"),
        file,
        quality=quality,
        chroma=traits.get("subsampling", 444),
        bit_depth=bits_of(traits) if wide else 8,
        exif=meta.exif,
        xmp=meta.xmp,
        icc_profile=meta.icc,
        tile_size=_GRID_TILE_PX if pixels.shape[0] * pixels.shape[1] > _GRID_PIXELS else 0,
        **points,
        **light,
    )


def bits_of(traits: Mapping[str, int]) -> int:
    """The bits a channel that a picture of more than 8 is written with."""
    return 10 if 8 < traits.get("bits", 12) <= 10 else 12


def write_avif(
    file: BinaryIO, pixels: Pixels, alpha: Pixels | None, meta: Metadata, quality: int, traits: Mapping[str, int],
    stated: Points | None = None,
) -> None:  # fmt: skip
    """Write (H, W, 3) RGB or (H, W) grey pixels as AVIF: of 8 bit in the sampling of `traits`, of 16 as 10 or 12 in 4:2:0.

    `stated`: what the numbers mean; None means sRGB.
    """
    held = io.BytesIO()
    if pixels.dtype == np.uint16:
        _write_deep_avif(held, pixels, alpha, meta, quality, bits_of(traits))
    else:
        picture = Pillow.fromarray(pixels if alpha is None else np.dstack([pixels, alpha]))
        chroma = {444: "4:4:4", 422: "4:2:2", 420: "4:2:0"}.get(traits.get("subsampling", 444), "4:4:4")
        blocks = {"exif": meta.exif or b"", "xmp": meta.xmp or b"", "icc_profile": meta.icc or b""}
        picture.save(held, format="AVIF", quality=quality, subsampling="4:0:0" if pixels.ndim == 2 else chroma, **blocks)
    coded = bytearray(held.getbuffer())
    if stated is not None:
        iso_boxes.state_points(coded, stated.primaries, stated.transfer)
    file.write(coded)


def _write_deep_avif(file: BinaryIO, pixels: Pixels, alpha: Pixels | None, meta: Metadata, quality: int, bits: int) -> None:
    blue_first = pixels if pixels.ndim == 2 else pixels[..., ::-1]
    if alpha is not None:
        blue_first = np.dstack([np.broadcast_to(blue_first.reshape(*alpha.shape, -1), (*alpha.shape, 3)), alpha])
    kinds = {cv2.IMAGE_METADATA_EXIF: meta.exif, cv2.IMAGE_METADATA_XMP: meta.xmp, cv2.IMAGE_METADATA_ICCP: meta.icc}
    held = {kind: np.frombuffer(body, np.uint8) for kind, body in kinds.items() if body}
    options = [cv2.IMWRITE_AVIF_DEPTH, bits, cv2.IMWRITE_AVIF_QUALITY, quality]
    ready = np.ascontiguousarray(np.right_shift(blue_first, np.uint16(16 - bits)))
    done, coded = cv2.imencodeWithMetadata(".avif", ready, list(held), list(held.values()), options)
    if not done:
        raise ValueError("the encoder refused it")
    file.write(coded.data)
