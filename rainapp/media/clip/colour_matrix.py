"""The colour matrix in our own arithmetic, where swscale is not exact enough.

Measured with swscale 9.5: 8-bit limited range is right to rounding both ways; full-range chroma is written half a level too
low, and above 8 bit white is 65280 instead of 65535 in one direction only. So everything above 8 bit, and full range on the way
out, is computed here in float32 after ITU-R BT.601, BT.709 and BT.2020 (Y = kr R + kg G + kb B, Cb = (B-Y)/(2-2kb),
Cr = (R-Y)/(2-2kr)), with chroma sited left as in H.264 and HEVC.
"""

from typing import Any

import cv2
import numpy as np
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# swscale's number of a matrix -> (kr, kb).
_WEIGHTS = {1: (0.2126, 0.0722), 4: (0.30, 0.11), 5: (0.299, 0.114), 7: (0.212, 0.087), 9: (0.2627, 0.0593)}


def forward_matrix(matrix: int) -> Floats:
    """(3, 3): RGB 0..1 to Y 0..1, Cb and Cr -0.5..0.5, for swscale's number of the matrix."""
    kr, kb = _WEIGHTS[matrix]
    kg = 1 - kr - kb
    return np.array(
        [
            [kr, kg, kb],
            [-kr / (2 - 2 * kb), -kg / (2 - 2 * kb), 0.5],
            [0.5, -kg / (2 - 2 * kr), -kb / (2 - 2 * kr)],
        ],
        dtype=np.float32,
    )


def _levels(depth: int, full_range: bool) -> tuple[float, float, float]:
    """Black of luma, span of luma, span of chroma in levels of `depth` bits."""
    if full_range:
        return 0.0, float(2**depth - 1), float(2**depth - 1)
    unit = float(2 ** (depth - 8))
    return 16 * unit, 219 * unit, 224 * unit


def _plane(frame: VideoFrame, index: int, width: int, height: int, depth: int) -> NDArray[Any]:
    """One plane as (height, width) uint8 or uint16, sharing the frame's memory."""
    plane = frame.planes[index]
    kind: type[np.generic] = np.uint8 if depth == 8 else np.uint16
    rows: NDArray[Any] = np.frombuffer(memoryview(plane), kind).reshape(
        plane.height, plane.line_size // np.dtype(kind).itemsize
    )
    return rows[:height, :width]


def _upsampled(chroma: Floats, width: int, height: int) -> Floats:
    """Chroma brought to (height, width): sited left along a row, between the rows along a column."""
    if chroma.shape[1] < width:
        following = np.concatenate([chroma[:, 1:], chroma[:, -1:]], axis=1)
        wide = np.empty((chroma.shape[0], chroma.shape[1] * 2), np.float32)
        wide[:, 0::2], wide[:, 1::2] = chroma, (chroma + following) / 2
        chroma = wide[:, :width]
    if chroma.shape[0] < height:
        twice = (chroma.shape[1], chroma.shape[0] * 2)
        chroma = np.asarray(cv2.resize(np.ascontiguousarray(chroma), twice, interpolation=cv2.INTER_LINEAR), np.float32)
    return chroma[:height, :width]


def _downsampled(chroma: Floats, halve_width: bool, halve_height: bool) -> Floats:
    """The opposite of `_upsampled`: 1-2-1 along a row, pairs averaged along a column."""
    if halve_height:
        padded = np.concatenate([chroma, chroma[-1:]]) if chroma.shape[0] % 2 else chroma
        chroma = np.float32(0.5) * (padded[0::2] + padded[1::2])
    if halve_width:
        before = np.concatenate([chroma[:, :1], chroma[:, :-1]], axis=1)
        after = np.concatenate([chroma[:, 1:], chroma[:, -1:]], axis=1)
        chroma = (np.float32(0.25) * (before + after) + np.float32(0.5) * chroma)[:, 0::2]
    return chroma


def planar_format(name: str) -> str:
    """The planar format that can be computed here and loses nothing of the format `name`."""
    source = VideoFormat(name, 16, 16)
    depth = max(component.bits for component in source.components)
    depth = next(known for known in (8, 10, 12, 16) if known >= depth)
    suffix = "" if depth == 8 else f"p{depth}le"
    if len(source.components) == 1:
        return "gray" if depth == 8 else f"gray{depth}le"
    if source.is_rgb:
        return "gbrp" if depth == 8 else f"gbr{suffix}"
    halved_x, halved_y = source.chroma_width(16) < 16, source.chroma_height(16) < 16
    layout = "420" if halved_y else "422" if halved_x else "444"
    return f"yuv{layout}p" if depth == 8 else f"yuv{layout}{suffix}"


def rgb_of(frame: VideoFrame, matrix: int, full_range: bool) -> NDArray[np.uint16]:
    """(H, W, 3) uint16 over the full scale 0..65535 from a frame in a `planar_format` of more than 8 bit."""
    layout = VideoFormat(frame.format.name, frame.width, frame.height)
    depth = layout.components[0].bits
    black, luma_span, chroma_span = _levels(depth, full_range)
    width, height = frame.width, frame.height
    if layout.is_rgb:
        green, blue, red = (_plane(frame, i, width, height, depth) for i in range(3))
        return _full_scale(np.stack([red, green, blue], axis=-1).astype(np.float32) / (2**depth - 1))
    luma = (_plane(frame, 0, width, height, depth).astype(np.float32) - black) / luma_span
    if len(layout.components) == 1:
        return _full_scale(np.repeat(luma[:, :, None], 3, axis=2))
    yuv = np.empty((height, width, 3), np.float32)
    yuv[:, :, 0] = luma
    for index in (1, 2):
        chroma = _plane(frame, index, layout.chroma_width(width), layout.chroma_height(height), depth)
        yuv[:, :, index] = _upsampled((chroma.astype(np.float32) - 2 ** (depth - 1)) / chroma_span, width, height)
    return _full_scale(np.asarray(cv2.transform(yuv, np.linalg.inv(forward_matrix(matrix))), np.float32))


def _full_scale(rgb: Floats) -> NDArray[np.uint16]:
    levels: NDArray[np.uint16] = np.clip(rgb * 65535 + 0.5, 0, 65535).astype(np.uint16)
    return levels


def frame_of(rgb: NDArray[np.uint8] | NDArray[np.uint16], name: str, matrix: int, full_range: bool) -> VideoFrame:
    """A frame in the planar format `name` from RGB (H, W, 3) over its full scale."""
    height, width = rgb.shape[:2]
    layout = VideoFormat(name, width, height)
    depth = layout.components[0].bits
    black, luma_span, chroma_span = _levels(depth, full_range)
    unit = rgb.astype(np.float32) / (255 if rgb.dtype == np.uint8 else 65535)
    frame = VideoFrame(width, height, name)
    if layout.is_rgb:
        for index, channel in enumerate((1, 2, 0)):
            _fill(frame, index, unit[:, :, channel] * (2**depth - 1), depth)
        return frame
    yuv = np.asarray(cv2.transform(unit, forward_matrix(matrix)), np.float32)
    _fill(frame, 0, yuv[:, :, 0] * luma_span + black, depth)
    if len(layout.components) > 1:
        halve_width, halve_height = layout.chroma_width(16) < 16, layout.chroma_height(16) < 16
        for index in (1, 2):
            small = _downsampled(yuv[:, :, index], halve_width, halve_height)
            _fill(frame, index, small * chroma_span + 2 ** (depth - 1), depth)
    return frame


def _fill(frame: VideoFrame, index: int, values: Floats, depth: int) -> None:
    """Round `values` into a plane, row by row of the plane's own length."""
    plane = frame.planes[index]
    kind: type[np.generic] = np.uint8 if depth == 8 else np.uint16
    rows = np.zeros((plane.height, plane.line_size // np.dtype(kind).itemsize), kind)
    rows[: values.shape[0], : values.shape[1]] = np.clip(values + 0.5, 0, 2**depth - 1).astype(kind)
    plane.update(rows.tobytes())
