"""What keeps an encoder from giving other bytes for the same pictures, which parts of a clip that goes on rely on."""

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
