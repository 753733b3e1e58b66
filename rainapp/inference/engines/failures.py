"""What a library says when a computation fails, told apart: memory that ran out, or a failure of the library itself.

A failure may be one of the moment, so the work is tried once more afresh before anyone looks elsewhere (`twice`). On the CPU
neither OpenVINO nor torch has a type of its own for memory that ran out; both say so in words only, here alone they are read.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import TypeVar

from rainapp.base.errors import EngineFailed
from rainapp.inference.engines.contract import EngineName

Made = TypeVar("Made")
log = logging.getLogger(__name__)

LIBRARIES: dict[EngineName, str] = {"openvino": "OpenVINO", "torch": "PyTorch"}
OUT_OF_MEMORY = ("failed to allocate", "can't allocate memory", "out of memory", "bad_alloc")
"""As OpenVINO's CPU plug-in, torch's allocators and the C++ library say it; a wrong guess only makes the next tile smaller."""


@contextlib.contextmanager
def told(engine: EngineName) -> Iterator[None]:
    """Turn what the library of `engine` raises into `MemoryError` or `EngineFailed`, with the cause kept."""
    try:
        yield
    except RuntimeError as error:
        if any(words in str(error).lower() for words in OUT_OF_MEMORY):
            raise MemoryError from error
        log.warning("%s failed", LIBRARIES[engine], exc_info=True)  # also where another goes on: nobody else tells why
        raise EngineFailed(
            f"{LIBRARIES[engine]} failed while it computed.",
            "Start the program anew and try again; if it comes back, the log holds the details.",
        ) from error


def twice(run: Callable[[], Made], refresh: Callable[[], None]) -> Made:
    """What `run` makes; where the engine fails, once more after `refresh`.

    Raises:
        EngineFailed: it failed again.
    """
    try:
        return run()
    except EngineFailed:
        refresh()
    return run()


def went_on(engine: EngineName, device: str) -> str:
    """The notice that torch went on where `engine` failed."""
    return f"{LIBRARIES[engine]} failed on {device}; the work went on with PyTorch on the CPU, which takes longer."
