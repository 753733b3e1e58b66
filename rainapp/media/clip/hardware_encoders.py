"""Encoders of graphics chips: which of them really work on this machine, found out by opening each once.

That a library lists an encoder says nothing of a chip or a driver. Only 8-bit clips with the usual colour resolution go there;
everything else keeps more with the encoders of the CPU, which also make smaller files at the same quality.
"""

from fractions import Fraction
from functools import cache

import av
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext

_CHIPS = ("nvenc", "amf", "videotoolbox")  # those of Intel (qsv) and Linux (vaapi) take frames in a layout of their own only
_NAMES = {"libx264": "h264", "libx265": "hevc", "libsvtav1": "av1"}
_PIX_FMT = "yuv420p"


def hardware_encoder(software: str, pix_fmt: str, crf: int | None) -> tuple[str, dict[str, str]] | str:
    """What can stand in for `software`, with options for about the quality of `crf`; a sentence when nothing can."""
    if software not in _NAMES:
        return f"No graphics chip encodes as {software} does; the CPU is used."
    if pix_fmt != _PIX_FMT:
        return f"Graphics chips take 8-bit clips with ordinary colour only, not {pix_fmt}; the CPU is used."
    reasons = []
    for chip in _CHIPS:
        name = f"{_NAMES[software]}_{chip}"
        trouble = trouble_with(name)
        if trouble is None:
            return name, _options(chip, 20 if crf is None else crf)
        reasons.append(f"{name}: {trouble}")
    return f"No hardware encoder works here ({'; '.join(reasons)}); the CPU is used."


@cache
def trouble_with(name: str) -> str | None:
    """Why the encoder `name` does not work on this machine, None when it does; it is opened once in this process."""
    try:
        context = CodecContext.create(name, "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height = 320, 240
        context.pix_fmt = _PIX_FMT
        context.time_base = Fraction(1, 25)
        context.framerate = Fraction(25)
        context.open()
    except av.codec.codec.UnknownCodecError:
        return "not in this build"
    except (av.FFmpegError, ValueError, OSError) as error:
        return str(getattr(error, "strerror", None) or error).splitlines()[0].lower()
    return None


def _options(chip: str, crf: int) -> dict[str, str]:
    """Constant quality, as each calls it."""
    if chip == "nvenc":
        return {"preset": "p5", "rc": "vbr", "cq": str(crf), "b": "0"}
    if chip == "amf":
        return {"usage": "transcoding", "rc": "cqp", "qp_i": str(crf), "qp_p": str(crf)}
    quality = max(1, 100 - 2 * crf)  # 1 to 100, more is better
    return {"flags": "+qscale", "global_quality": str(118 * quality)}  # 118: FF_QP2LAMBDA
