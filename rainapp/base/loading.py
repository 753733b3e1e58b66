"""The libraries that large extensions are made of, loaded so that other threads go on meanwhile.

Python loads them while no other thread may run Python, which for torch takes long enough to be felt in the window. Where the
system lets us, they are loaded before, through a call during which other threads go on.
"""

import ctypes
import importlib.util
import os
import sys
import threading
from pathlib import Path

# the folder of the libraries and their names, in the order in which they need one another; what a build lacks is left out
LIBRARIES = {
    "torch": ("lib", ("libc10.so", "libtorch_cpu.so", "libtorch.so", "libtorch_python.so")),
    "openvino": ("libs", ("libopenvino.so*", "libopenvino_intel_cpu_plugin.so")),
}

_loading = threading.Lock()
_loaded: set[str] = set()


def load_libraries(*packages: str) -> None:
    """Load what `packages` are made of, on Linux; elsewhere importing them does it. Once for each; any thread may ask.

    The system loads one library at a time. Who imports a module meanwhile waits for it with all of Python in hand: what others
    may need should be imported before.
    """
    missing = [package for package in packages if package not in sys.modules]
    if sys.platform != "linux" or not missing:
        return
    with _loading:
        for package in missing:
            if package not in _loaded:
                _load(package)
                _loaded.add(package)


def _load(package: str) -> None:
    load = ctypes.CDLL(None).dlopen  # called as a foreign function, it leaves other threads running
    load.restype, load.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    folder, names = LIBRARIES[package]
    found = importlib.util.find_spec(package)
    for root in found.submodule_search_locations or () if found is not None else ():
        for name in names:
            for path in sorted((Path(root) / folder).glob(name)):
                load(os.fsencode(path), os.RTLD_LAZY | os.RTLD_LOCAL)
