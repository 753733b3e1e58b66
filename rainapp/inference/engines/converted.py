"""Nets translated for OpenVINO, kept in the cache: who meets a model again needs neither torch nor the net.

Each has a folder named after all that it depends on: weights, condition, versions, and the form nets are given. A file tells
what the others must hash to, so that what was cut off or damaged is made anew. Those used longest ago go when there are too
many.
"""

import contextlib
import hashlib
import os
import re
import threading
from functools import cache
from pathlib import Path
from typing import Any

from rainapp.base import paths
from rainapp.base.errors import BadTreatment
from rainapp.base.leftovers import drop
from rainapp.base.loading import load_libraries
from rainapp.base.new_files import new_folder, put
from rainapp.base.privacy import silence_reporters
from rainapp.base.regular_files import read_regular
from rainapp.inference.engines.contract import Model
from rainapp.inference.engines.machine import version_of
from rainapp.library.model_library import sha256_of

FORM = 4  # raise when the inference form of a net changes, so that kept models are translated anew
SUMS_BYTES_MAX = 4096
KEPT_MAX = 24  # models in the cache
KEPT_BYTES_MAX = 400 << 20
OURS = re.compile("[0-9a-f]{32}")  # how the folders are named: nothing else is ever removed
NET, NUMBERS, SUMS = "net.xml", "net.bin", "sums.txt"

_converting = threading.Lock()  # translating twice at once would only be slower


@cache
def core() -> Any:
    """The OpenVINO core of this process.

    Raises:
        BadTreatment: OpenVINO is not installed.
    """
    silence_reporters()
    try:
        import openvino
    except ImportError as error:
        raise BadTreatment(
            "OpenVINO is not installed.", "Install it (`pip install openvino`) or use the engine torch."
        ) from error
    return openvino.Core()


def root() -> Path:
    """The folder of all that is kept."""
    return paths.cache_dir() / "openvino"


def folder_of(model: Model) -> Path:
    """Where the translation of `model` is kept, if it is."""
    taken = " ".join(map(str, model.conditions))
    about = f"{model.sha256} {model.arch} [{taken}] {version_of('torch')} {version_of('openvino')} {FORM}"
    return root() / hashlib.sha256(about.encode()).hexdigest()[:32]


def converted(model: Model) -> Any:
    """The OpenVINO model of `model`, from the cache where it is there and whole.

    Raises:
        BadTreatment: OpenVINO is not installed, or does not take the net.
        BadModel: the weights do not fit it.
    """
    kept = folder_of(model)
    engine = core()
    with _converting:
        if _is_whole(kept):
            with contextlib.suppress(OSError):
                os.utime(kept)  # used just now
            with contextlib.suppress(RuntimeError):  # made again below
                return engine.read_model(kept / NET)
        load_libraries("torch")
        from rainapp.inference.engines.tracing import translated  # torch

        net = translated(model)
        _keep(net, kept)
        return net


def _is_whole(folder: Path) -> bool:
    try:
        return read_regular(folder / SUMS, SUMS_BYTES_MAX).decode("ascii") == _sums(folder)
    except (OSError, ValueError):
        return False


def _sums(folder: Path) -> str:
    return "\n".join(sha256_of(folder / name) for name in (NET, NUMBERS))


def _keep(net: Any, folder: Path) -> None:
    """Save into the cache, whole or not at all; a cache that cannot be written is none."""
    import openvino

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        drop(folder)  # what was there is not whole
        _make_room(folder.parent)
        with new_folder(folder.parent) as staged:
            openvino.save_model(net, staged / NET, compress_to_fp16=False)
            (staged / SUMS).write_text(_sums(staged), "ascii")
            put(staged, folder)
    except (OSError, RuntimeError):
        return


def _make_room(folder: Path) -> None:
    """Let go of those used longest ago until there is room for one more."""
    total = 0
    entries = [entry for entry in folder.iterdir() if OURS.fullmatch(entry.name) and not entry.is_symlink()]
    for place, kept in enumerate(sorted(entries, key=lambda each: each.stat().st_mtime, reverse=True), 1):
        total += sum(file.stat().st_size for file in kept.iterdir())
        if place >= KEPT_MAX or total > KEPT_BYTES_MAX:
            drop(kept)
