"""What is known of this machine without importing torch, which takes seconds.

Where the system tells too little, torch is asked after all.
"""

import ctypes.util
import hashlib
import os
import platform
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

from rainapp.base.loading import load_libraries

CPU_FACTS = Path("/proc/cpuinfo")
ACCELERATORS = ("nvidia0", "nvidiactl", "nvhost-ctrl-gpu", "nvmap", "dxg", "kfd")  # below /dev: NVIDIA, Jetson, WSL, AMD


@cache
def version_of(package: str) -> str:
    """The version of an installed package, or "none", without importing it."""
    try:
        return installed_version(package)
    except PackageNotFoundError:
        return "none"


def surely_cpu_only() -> bool:
    """Whether torch would find neither CUDA nor MPS here; False where only torch can tell."""
    if sys.platform == "darwin":
        return False
    if version_of("torch").endswith("+cpu"):
        return True
    if sys.platform == "win32":
        return ctypes.util.find_library("nvcuda") is None
    return sys.platform == "linux" and not any(os.path.exists(f"/dev/{name}") for name in ACCELERATORS)


@cache
def processor() -> tuple[str, frozenset[str]]:
    """Name of the CPU and the instruction sets it states; none where the system does not list them."""
    name, flags = platform.processor() or platform.machine(), frozenset[str]()
    if CPU_FACTS.exists():
        for line in CPU_FACTS.read_text("utf-8", errors="replace").split("\n\n")[0].splitlines():
            key, _, value = line.partition(":")
            name = value.strip() if key.strip() == "model name" else name
            flags = frozenset(value.split()) if key.strip() == "flags" else flags
    return name, flags


def computes_in_bf16() -> bool:
    """Whether torch computes in bfloat16 on this CPU no slower than in float32."""
    _, flags = processor()
    if flags:
        return "avx512_bf16" in flags
    load_libraries("torch")
    import torch

    return bool(torch.cpu._is_avx512_bf16_supported())


def hardware(device: str) -> str:
    """Name of the processor behind `device`, by which measurements are kept."""
    if device.startswith("cuda"):
        import torch

        return torch.cuda.get_device_name(device)
    name, flags = processor()
    return f"{name} x{os.cpu_count()} {hashlib.sha256(' '.join(sorted(flags)).encode()).hexdigest()[:8]}"
