"""What keeps an encoder from giving other bytes for the same pictures, which parts of a clip that goes on rely on."""

import contextlib
import os
from collections.abc import Iterator

import cv2

_AVX2, _AVX_512F = 11, 13  # OpenCV's numbers; it has no names for them in Python
_WITHOUT_AVX_512 = "MMX2,SSE2Fast,SSSE3,SSE4.2,AVX,FMA3,BMI2,AVX2"


def x264_parameters() -> dict[str, str]:
    """Further parameters for x264, none where it is steady by itself.

    Its code for AVX-512 gives other motion vectors from run to run (tree of macroblocks, seen with x264 in PyAV 18.1 on
    noise: six of six encodes of the same frames differed, on one thread too; with AVX2 at most none did).
    """
    if cv2.checkHardwareSupport(_AVX_512F) and cv2.checkHardwareSupport(_AVX2):
        return {"asm": _WITHOUT_AVX_512}
    return {}


@contextlib.contextmanager
def usual_scheduling() -> Iterator[None]:
    """Leave the thread with the scheduling it came with.

    SVT-AV1, run as root, makes the thread that opens it a real-time one (SCHED_FIFO, 99), and every thread made by that later:
    they starve the threads of other libraries, and a net that waits for such a thread waits for ever.
    """
    if not hasattr(os, "sched_getscheduler"):  # no POSIX system
        yield
        return
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        if os.sched_getscheduler(0) != policy:
            os.sched_setscheduler(0, policy, parameters)
