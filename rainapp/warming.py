"""Makes the engine ready while nobody waits for it: the first preview then need not wait for torch and for the net.

Python loads the libraries of an extension while no other thread may run Python, which for torch takes long enough to be felt in
the window. Where the system lets us, they are loaded before, through a call during which other threads go on.
"""

import contextlib
import ctypes
import importlib.util
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

from rainapp.errors import BadModel, BadTreatment
from rainapp.jobs import WarmUp, Watch
from rainapp.library import ModelLibrary

# the folder of the libraries and their names, in the order in which they need one another; what a build lacks is left out
LIBRARIES = {
    "torch": ("lib", ("libc10.so", "libtorch_cpu.so", "libtorch.so", "libtorch_python.so")),
    "openvino": ("libs", ("libopenvino.so*", "libopenvino_intel_cpu_plugin.so")),
}

_loading = threading.Lock()
_loaded: set[str] = set()


def load_libraries(*packages: str) -> None:
    """Load what `packages` are made of, on Linux; elsewhere importing them does it. Once for each; any thread may ask.

    The system loads one library at a time. Who imports a module meanwhile waits for it with all of Python in hand, so that what
    pictures and clips need is imported before.
    """
    missing = [package for package in packages if package not in sys.modules]
    if sys.platform != "linux" or not missing:
        return
    import rainapp.looking
    import rainapp.media.video  # noqa: F401

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


def warm_up(job: WarmUp, watch: Watch, library: ModelLibrary) -> bool:
    """Import the engine and load the net of `job`, and say whether that went well; why not is told when it is used."""
    watch.tick(0, 0)
    load_libraries(*LIBRARIES)
    watch.tick(0, 0)
    from rainapp.stages import load_pipeline

    watch.tick(0, 0)
    with contextlib.suppress(BadModel, BadTreatment):
        load_pipeline(replace(job.treatment, mask=None), library)
        return True
    return False
