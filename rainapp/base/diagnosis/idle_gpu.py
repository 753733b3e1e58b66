"""Whether a graphics chip lies idle: one is there, and this torch cannot compute on it. Known without importing torch."""

import ctypes.util
import os
import re
import sys
from importlib import metadata
from pathlib import Path

from rainapp.base.regular_files import read_regular

CARDS = Path("/proc/driver/nvidia/gpus")
CARD_BYTES_MAX = 64 << 10
AMD = "/dev/kfd"
_BUILD = re.compile(r"\+(cu\d+|rocm[\d.]*|xpu|cpu)")


def torch_build() -> str:
    """For what torch is built here: "cpu", "cu130", "rocm7.1"; "cuda" where its version does not say, "" without torch.

    Ordinary wheels for Linux on x86 hold CUDA and say nothing of it in their version; those for other systems hold none.
    """
    try:
        found = metadata.version("torch")
    except metadata.PackageNotFoundError:
        return ""
    stated = _BUILD.search(found)
    if stated is not None:
        return stated[1]
    needs = metadata.requires("torch") or []
    return "cuda" if sys.platform == "linux" and any("nvidia" in line or "cuda" in line for line in needs) else "cpu"


def graphics_chip() -> str:
    """The name of a graphics chip torch could compute on with the right build, "" where none is seen."""
    for facts in sorted(CARDS.glob("*/information")) if CARDS.is_dir() else ():
        try:
            found = re.search(rb"^Model:\s*(.+?)\s*$", read_regular(facts, CARD_BYTES_MAX), re.MULTILINE)
        except OSError:
            continue
        if found is not None:
            return found[1].decode("utf-8", "replace")
    if os.path.exists("/dev/nvidia0") or os.path.exists("/dev/dxg"):
        return "NVIDIA GPU"
    if sys.platform == "win32" and ctypes.util.find_library("nvcuda") is not None:
        return "NVIDIA GPU"
    return "AMD GPU" if os.path.exists(AMD) else ""


def idle_gpu() -> str:
    """The name of a graphics chip that lies idle; "" where there is none, or torch can use it."""
    build, chip = torch_build(), graphics_chip()
    if build == "cpu":
        return chip
    wants = "rocm" if chip.startswith("AMD") else "cu"
    return chip if build and chip and not build.startswith(wants) else ""
