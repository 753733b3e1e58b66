"""Which encoder, pixel format, container and options serve a clip: chosen from the source, or as the person asked.

"Keep" means the codec of the source wherever it can be written; otherwise one that the container takes and that keeps the
depth. Nothing here touches a file.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import av
from av.codec import Codec
from av.video.format import VideoFormat

from rainapp.base.errors import BadTreatment
from rainapp.jobs.records import Output
from rainapp.media.clip.hardware_encoders import hardware_encoder
from rainapp.media.clip.reproducible import x264_parameters
from rainapp.media.clip_facts import PICTURES, UNSAID, ClipFacts

os.environ.setdefault("SVT_LOG", "0")  # SVT-AV1 writes its banner, and a line for every cancel, to standard error otherwise

# Suffix -> FFmpeg's name of the muxer.
MUXERS = {
    ".mp4": "mp4",
    ".m4v": "mp4",
    ".mov": "mov",
    ".3gp": "3gp",
    ".mkv": "matroska",
    ".webm": "webm",
    ".avi": "avi",
    ".ts": "mpegts",
    ".mts": "mpegts",
    ".m2ts": "mpegts",
}
# Clips under these suffixes are read but not written; MP4 or Matroska takes their place.
_NEAREST = {".flv": ".mp4", ".3g2": ".mp4", ".qt": ".mov", ".f4v": ".mp4"}

# What --codec may say -> encoder.
ENCODERS = {
    "h264": "libx264",
    "avc": "libx264",
    "hevc": "libx265",
    "h265": "libx265",
    "av1": "libsvtav1",
    "vp9": "libvpx-vp9",
    "mjpeg": "mjpeg",
    "prores": "prores_ks",
    "ffv1": "ffv1",
}
_CODEC_ENCODERS = {"h264": "libx264", "hevc": "libx265", "av1": "libsvtav1", "vp9": "libvpx-vp9", "vp8": "libvpx-vp9"} | {
    name: name for name in ("mjpeg", "ffv1")
}
_PRO_CODECS = frozenset(("prores", "dnxhd", "cfhd"))
_LOSSLESS_CODECS = frozenset(
    ("ffv1", "huffyuv", "ffvhuff", "hymt", "utvideo", "magicyuv", "rawvideo", "v210", "v410", "v308", "r210", "r10k")
    + ("png", "qtrle", "lagarith", "loco", "zlib", "flashsv", "tscc")
)
_TAKES: dict[str, tuple[str, ...]] = {
    "mp4": ("libx264", "libx265", "libsvtav1", "libvpx-vp9", "mjpeg"),
    "mov": ("libx264", "libx265", "prores_ks", "mjpeg"),
    "3gp": ("libx264",),
    "matroska": ("libx264", "libx265", "libsvtav1", "libvpx-vp9", "ffv1", "prores_ks", "mjpeg"),
    "webm": ("libvpx-vp9", "libsvtav1"),
    "avi": ("libx264", "ffv1", "mjpeg"),
    "mpegts": ("libx264", "libx265"),
}
# Default and worst constant rate factor. None: the encoder has no such thing.
_CRF: dict[str, tuple[int, int] | None] = {
    "libx264": (17, 51),
    "libx265": (19, 51),
    "libsvtav1": (23, 63),
    "libvpx-vp9": (22, 63),
    "prores_ks": None,
    "ffv1": None,
    "mjpeg": None,
}
# A clip made of pictures is made to be played: few players show other than 4:2:0 of up to 10 bit.
_FOR_PLAYERS = frozenset(("libx264", "libx265", "libsvtav1", "libvpx-vp9"))
_SQUARE = frozenset(
    (muxer, encoder) for muxer in ("matroska", "webm") for encoder in ("libsvtav1", "libvpx-vp9", "ffv1", "prores_ks")
) | {("avi", "ffv1")}  # a muxer and an encoder with no place for the shape of pixels
_COLOURLESS = ("ffv1", "mjpeg")
_PRORES_PROFILES = {"Proxy": 0, "LT": 1, "Standard": 2, "HQ": 3, "4444": 4, "4444 XQ": 5}


@dataclass(frozen=True)
class Encoding:
    """How the frames of a clip are written. `notes` say in sentences what the choice cannot keep."""

    muxer: str
    encoder: str
    pix_fmt: str
    full_range: bool
    options: dict[str, str]
    notes: tuple[str, ...] = ()


def suffix_for(suffix: str) -> str:
    """The suffix of a result whose source has `suffix` and nothing else was asked for."""
    lower = suffix.lower()
    return lower if lower in MUXERS else _NEAREST.get(lower, ".mkv")


def choose_encoding(facts: ClipFacts, suffix: str, output: Output) -> Encoding:
    """The encoding of a clip like `facts` into a file with `suffix`. Raises BadTreatment in words."""
    muxer = MUXERS.get(suffix.lower())
    if muxer is None:
        known = ", ".join(name[1:] for name in MUXERS)
        raise BadTreatment(f"Clips cannot be written as {suffix or 'a file without suffix'}.", f"Choose one of {known}.")
    encoder = _encoder(facts, muxer, output.codec)
    pix_fmt = best_pixel_format(facts, encoder)
    full_range = encoder == "mjpeg" or (facts.full_range and not _becomes_limited(facts, encoder, pix_fmt))
    options = _options(facts, encoder, muxer, output)
    losses = (
        *_losses(facts, encoder, pix_fmt),
        *_unsaid(facts, encoder, muxer),
        *(() if output.codec else _changes(facts, encoder)),
    )
    if output.hardware:
        found = hardware_encoder(encoder, pix_fmt, _crf(facts, encoder, output))
        if isinstance(found, str):
            losses = (*losses, found)
        else:
            encoder, options = found
    return Encoding(muxer, encoder, pix_fmt, full_range, options, losses)


def _becomes_limited(facts: ClipFacts, encoder: str, pix_fmt: str) -> bool:
    """Whether RGB is written as luma and chroma for players, of which some do not heed a mark that says full range."""
    return facts.is_rgb and encoder in _FOR_PLAYERS and not pix_fmt.startswith("gbr")


def _encoder(facts: ClipFacts, muxer: str, wanted: str | None) -> str:
    if wanted is None or wanted == "keep":
        return _kept(facts, muxer)
    encoder = ENCODERS.get(wanted.lower(), wanted.lower())
    if encoder not in _CRF or not encoder_exists(encoder):
        raise BadTreatment(f"The codec {wanted} is not known here.", f"Choose one of {', '.join(ENCODERS)}.")
    if encoder not in _TAKES[muxer]:
        takes = ", ".join(name for name, value in ENCODERS.items() if value in _TAKES[muxer])
        raise BadTreatment(f"A {muxer} file cannot hold {wanted}.", f"Choose one of {takes}, or another format.")
    return encoder


def encoder_exists(name: str) -> bool:
    """Whether this machine's FFmpeg has the encoder."""
    try:
        Codec(name, "w")
    except (av.codec.codec.UnknownCodecError, ValueError):
        return False
    return True


def _kept(facts: ClipFacts, muxer: str) -> str:
    """The source's codec where the container takes it and the depth survives, else the first that keeps the depth."""
    first = _CODEC_ENCODERS.get(facts.codec)
    if facts.codec in _PRO_CODECS:
        first = "prores_ks"
    elif facts.codec in _LOSSLESS_CODECS:
        first = "ffv1"
    if first == "prores_ks" and first in _TAKES[muxer] and encoder_exists(first):
        return first  # for editing, what editors read matters more than two bits
    order = [first] if first is not None else []
    # H.264 above 8 bit plays in few places; HEVC does in most.
    order += ["libx265", "libsvtav1"] if facts.depth > 8 else []
    usable = [name for name in [*order, *_TAKES[muxer]] if name in _TAKES[muxer] and encoder_exists(name)]
    enough = min(facts.depth, 10 if facts.codec == PICTURES else 12)
    keeps_depth = [name for name in usable if _depth(best_pixel_format(facts, name)) >= enough]
    return (keeps_depth or usable)[0]


def _depth(pix_fmt: str) -> int:
    return VideoFormat(pix_fmt, 16, 16).components[0].bits


def best_pixel_format(facts: ClipFacts, encoder: str) -> str:
    """The encoder's pixel format that loses least of the source's: depth first, then colour resolution, then the smallest."""
    if encoder == "prores_ks":
        return "yuv444p10le" if facts.profile.startswith("4444") else "yuv422p10le"
    source = VideoFormat(facts.pix_fmt, 16, 16)
    # 4:2:0 and 4:2:2 need even sides in every encoder but VP9, AV1 and FFV1.
    strict = encoder in ("libx264", "libx265")
    odd = (bool(facts.stored_width % 2) and strict, bool(facts.stored_height % 2) and strict)
    candidates = [layout for layout in Codec(encoder, "w").video_formats or [] if _writable(layout)]
    if facts.codec == PICTURES and encoder in _FOR_PLAYERS and not any(odd):
        candidates = [layout for layout in candidates if layout.name in ("yuv420p", "yuv420p10le")] or candidates
    return min(candidates, key=lambda layout: _loss(source, facts.depth, layout, odd)).name


def _writable(layout: VideoFormat) -> bool:
    """Formats that `pixel_formats` can write: planar YUV and GBR, grey, without alpha; the yuvj names are out of date."""
    name = layout.name
    planar = name.startswith(("yuv4", "gbrp")) and not name.startswith(("yuv41", "yuv440"))
    return (planar and not name.endswith("be")) or name in ("gray", "gray10le", "gray12le", "gray16le")


def _loss(source: VideoFormat, depth: int, layout: VideoFormat, odd: tuple[bool, bool]) -> tuple[int, ...]:
    """What `layout` loses of `source`, to be compared: earlier numbers weigh more."""
    bits = layout.components[0].bits
    is_grey, was_grey = len(layout.components) == 1, len(source.components) == 1
    chroma = (16, 16) if is_grey else (layout.chroma_width(16), layout.chroma_height(16))
    had = (16, 16) if source.is_rgb else (8, 8) if was_grey else (source.chroma_width(16), source.chroma_height(16))
    cannot = (odd[0] and chroma[0] < 16) or (odd[1] and chroma[1] < 16)
    return (
        int(cannot),
        max(0, depth - bits),
        int(is_grey and not was_grey),
        int(layout.is_rgb != source.is_rgb),
        max(0, had[0] - chroma[0]) + max(0, had[1] - chroma[1]),
        int(was_grey and not is_grey),
        max(0, bits - depth),
        chroma[0] + chroma[1],
    )


def _losses(facts: ClipFacts, encoder: str, pix_fmt: str) -> Iterable[str]:
    """Sentences on what the encoding cannot keep."""
    source, layout = VideoFormat(facts.pix_fmt, 16, 16), VideoFormat(pix_fmt, 16, 16)
    bits = layout.components[0].bits
    if bits < facts.depth:
        yield f"The clip has {facts.depth} bit a channel; it is written with {bits}."
    colour = len(layout.components) > 1 and not layout.is_rgb
    had = 16 if source.is_rgb else source.chroma_width(16)
    finer = len(source.components) > 1 and had > layout.chroma_width(16)
    if colour and finer:
        yield "Colour is stored more coarsely than in the source."
    odd = facts.stored_width % 2 or facts.stored_height % 2
    if odd and colour and encoder in _FOR_PLAYERS and layout.chroma_width(16) == 16 and had < 16:
        yield "The sides are odd, so colour is stored at full resolution (4:4:4), which some players do not show."
    if facts.hdr_plus:
        yield "The HDR10+ data, which change from scene to scene, are not kept."
    if len(source.components) in (2, 4):
        yield "Transparency is not kept; the clip is written opaque."
    if facts.codec == PICTURES and facts.profile:
        yield "The colour profile of the pictures has no place in a clip and is left out."
    if (facts.hdr.mastering or facts.hdr.light) and encoder not in ("libx264", "libx265", "libsvtav1"):
        yield "The HDR10 mastering data has no place in this codec and is left out."


def _unsaid(facts: ClipFacts, encoder: str, muxer: str) -> Iterable[str]:
    """Sentences on marks for which neither the codec nor PyAV's way into the container has a place."""
    if facts.sample_aspect not in (None, 1) and (muxer, encoder) in _SQUARE:
        yield f"That its pixels are not square cannot be said in this {muxer} file; the picture looks too narrow or too wide."
    if muxer == "avi" and encoder in _COLOURLESS and {facts.primaries, facts.transfer} != {UNSAID}:
        yield "What the clip says of its colours cannot be said in this avi file."


def _changes(facts: ClipFacts, encoder: str) -> Iterable[str]:
    """Sentences on a codec of another use than the source's, where nobody asked for one."""
    if facts.codec in _PRO_CODECS and encoder != "prores_ks":
        yield f"The source's codec is made for editing ({facts.codec}); the result is written by {encoder}."
    if facts.codec in _LOSSLESS_CODECS and encoder != "ffv1":
        yield f"The source is stored without loss ({facts.codec}); the result is written by {encoder}, with a little."


def _options(facts: ClipFacts, encoder: str, muxer: str, output: Output) -> dict[str, str]:
    options: dict[str, str] = {}
    crf = _crf(facts, encoder, output)
    if crf is not None:
        options["crf"] = str(crf)
    if encoder == "libx264":
        options |= {"preset": "medium"} | ({"bf": "0"} if muxer == "avi" else {})
        extra = {"mastering-display": facts.hdr.mastering_text, "cll": facts.hdr.light_text}
        options |= _parameters("x264-params", extra | x264_parameters())
    elif encoder == "libx265":
        extra = {"log-level": "error", "master-display": facts.hdr.mastering_text, "max-cll": facts.hdr.light_text}
        options |= {"preset": "fast"} | _parameters("x265-params", extra)
    elif encoder == "libsvtav1":
        extra = {"mastering-display": _av1_mastering(facts.hdr.mastering), "content-light": facts.hdr.light_text}
        options |= {"preset": "7"} | _parameters("svtav1-params", extra)
    elif encoder == "libvpx-vp9":
        options |= {"b": "0", "deadline": "good", "cpu-used": "3", "row-mt": "1"}
    elif encoder == "prores_ks":
        options |= {"profile": str(_PRORES_PROFILES.get(facts.profile, 3)), "vendor": "apl0"}
    elif encoder == "ffv1":
        options |= {"level": "3", "slicecrc": "1"}
    elif encoder == "mjpeg":
        options |= {"flags": "+qscale", "global_quality": str(118 * _jpeg_scale(output.quality))}  # 118: FF_QP2LAMBDA
    return options


def _crf(facts: ClipFacts, encoder: str, output: Output) -> int | None:
    """The constant rate factor: as asked, from the quality 1..100, or the default. Raises BadTreatment when impossible."""
    limits = _CRF[encoder]
    if limits is None:
        if output.crf is not None:
            raise BadTreatment(f"{encoder} has no CRF.", "Leave it out, or choose h264, hevc, av1 or vp9.")
        return None
    default, worst = limits
    if output.crf is not None:
        if not 0 <= output.crf <= worst:
            raise BadTreatment(
                f"A CRF of {output.crf} is not possible with {encoder}.", f"Choose 0 to {worst}; lower is better."
            )
        return output.crf
    if output.quality is None:
        return default + _leniency(facts)
    return max(1, round(worst * (0.95 - 0.75 * min(100, max(1, output.quality)) / 100)))


def _leniency(facts: ClipFacts) -> int:
    """What to add to the CRF of a source that was pressed hard itself: more bits would only keep its own faults."""
    if facts.bits_a_pixel <= 0:
        return 0
    as_h264 = facts.bits_a_pixel * (1.7 if facts.codec in ("hevc", "vp9", "av1") else 1.0)
    return 3 if as_h264 < 0.06 else 2 if as_h264 < 0.12 else 0


def _jpeg_scale(quality: int | None) -> int:
    """Motion JPEG's quantiser scale, 2 (best) to 31."""
    return 2 if quality is None else round(31 - 29 * min(100, max(1, quality)) / 100)


def _parameters(option: str, values: dict[str, str]) -> dict[str, str]:
    text = ":".join(f"{name}={value}" for name, value in values.items() if value)
    return {option: text} if text else {}


def _av1_mastering(mastering: tuple[Fraction, ...] | None) -> str:
    if mastering is None:
        return ""
    rx, ry, gx, gy, bx, by, wx, wy, low, high = (f"{float(value):.5f}" for value in mastering)
    return f"G({gx},{gy})B({bx},{by})R({rx},{ry})WP({wx},{wy})L({high},{low})"
