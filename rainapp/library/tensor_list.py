"""The tensors of a safetensors file by name and shape, from its header alone: no number is read, nothing is computed.

The format is eight bytes that say how long the header is, the header as JSON, then the numbers. What is told here is enough to
recognise a net; whether the numbers are sound is found out in a process of its own (`rainapp.nets.foreign_weights`).
"""

import json
import math
from pathlib import Path
from typing import Any, TypeGuard

from rainapp.base.regular_files import open_regular

HEADER_BYTES_MAX = 2 * 1024**2  # twenty thousand tensors with long names
TENSORS_MAX = 20_000  # the largest image nets have some thousand
AXES_MAX = 8
_ABOUT_ALL = "__metadata__"
_BITS = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 64),
    **dict.fromkeys(("F32", "I32", "U32"), 32),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 16),
    **dict.fromkeys(("BOOL", "I8", "U8", "F8_E4M3", "F8_E5M2", "F8_E8M0"), 8),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    "F4": 4,
}


def tensor_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor in a safetensors file.

    Raises:
        ValueError: the header is damaged, speaks of more than the file holds, or of more tensors than any net has.
        OSError: it cannot be read.
    """
    with open_regular(path) as file:
        size = file.seek(0, 2)
        file.seek(0)
        length = int.from_bytes(file.read(8), "little")
        if length > HEADER_BYTES_MAX:
            raise ValueError(f"its header of {length / 1e6:.1f} MB is longer than that of any net")
        raw = file.read(length)
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ValueError("its header is damaged") from error
    if not isinstance(header, dict):
        raise ValueError("its header is damaged")
    header.pop(_ABOUT_ALL, None)
    if len(header) > TENSORS_MAX:
        raise ValueError(f"it holds {len(header)} tensors, more than any net has")
    _check_places(header, size - 8 - length)
    return {name: tuple(entry["shape"]) for name, entry in header.items()}


def _check_places(header: dict[str, Any], room: int) -> None:
    """Raise ValueError unless the entries are sound, and their numbers fill `room` bytes one after the other."""
    for name, entry in header.items():
        if not _is_entry(entry):
            raise ValueError(f"its header is damaged at “{name[:60]}”")
    reached = 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        start, end = entry["data_offsets"]
        if start != reached or 8 * (end - start) != math.prod(entry["shape"]) * _BITS[entry["dtype"]]:
            raise ValueError(f"the numbers of “{name[:60]}” are not where its header says")
        reached = end
    if reached != room:
        raise ValueError(f"its header speaks of {reached} bytes of numbers, {max(0, room)} are there")


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("dtype"), str) or entry["dtype"] not in _BITS:
        return False
    shape, places = entry.get("shape"), entry.get("data_offsets")
    return _are_counts(shape) and len(shape) <= AXES_MAX and _are_counts(places) and len(places) == 2


def _are_counts(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(item) is int and 0 <= item < 2**63 for item in value)
