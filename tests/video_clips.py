"""Makes small real clips for the tests of video: every oddity is an argument."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 96, 64


def moving_picture(index: int, width: int = WIDTH, height: int = HEIGHT, peak: int = 255) -> NDArray[Any]:
    """Frame `index` of a soft picture with a square that moves: (H, W, 3) uint8 or uint16."""
    y, x = np.mgrid[0:height, 0:width]
    picture = np.clip(np.stack([30 + x * 1.5, 40 + y * 2, 60 + x + index], axis=-1), 0, 220)
    left = (index * 3) % (width - 16)
    picture[8:24, left : left + 16] = (200, 80, 90)
    return (picture / 255 * peak).astype(np.uint8 if peak == 255 else np.uint16)


@dataclass
class Recipe:
    """What a test clip is made of."""

    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    size: tuple[int, int] = (WIDTH, HEIGHT)
    times: Sequence[int] = tuple(range(10))
    time_base: Fraction = Fraction(1, 25)
    sounds: Sequence[str] = ()  # a language each
    sound_first: bool = False
    subtitles: str = ""  # language
    chapters: bool = False
    attachment: bytes = b""
    matrix: Sequence[int] | None = None
    aspect: Fraction | None = None
    colour: tuple[int, int, int, int] | None = None  # primaries, transfer, matrix, range
    options: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    index_first: bool = False
    muxing: dict[str, str] = field(default_factory=dict)
    noise: bool = False


def make_clip(path: Path, **changes: Any) -> Path:
    """Write a clip of `Recipe(**changes)` to `path`; its suffix chooses the container."""
    recipe = Recipe(**changes)
    # Late starts are rounded to milliseconds unless the file counts finer.
    finer = {"movie_timescale": "90000"} if path.suffix in (".mp4", ".mov") else {}
    finer |= {"movflags": "+faststart"} if recipe.index_first else {}
    finer |= recipe.muxing
    with av.open(str(path), "w", container_options=finer) as sink:
        sink.metadata.update(recipe.metadata)
        sounds = [_add_sound(sink, language) for language in recipe.sounds] if recipe.sound_first else []
        video = _add_picture(sink, recipe)
        if not recipe.sound_first:
            sounds = [_add_sound(sink, language) for language in recipe.sounds]
        words = _add_subtitles(sink, recipe.subtitles) if recipe.subtitles else None
        if recipe.attachment:
            sink.add_attachment("font.ttf", "application/x-truetype-font", recipe.attachment)
        if recipe.chapters:
            second = {"start": 0, "end": 200, "time_base": Fraction(1, 1000)}
            sink.set_chapters(
                [
                    {"id": 1, **second, "metadata": {"title": "Rain"}},
                    {"id": 2, **second, "start": 200, "end": 400, "metadata": {"title": "Sun"}},
                ]
            )
        _write(sink, recipe, video, sounds, words)
    return path


def _add_picture(sink: Any, recipe: Recipe) -> Any:
    video = sink.add_stream(recipe.codec, rate=25, options=recipe.options)
    video.width, video.height = recipe.size
    video.pix_fmt = recipe.pix_fmt
    video.codec_context.time_base = recipe.time_base
    video.time_base = recipe.time_base
    if recipe.aspect:
        video.codec_context.sample_aspect_ratio = recipe.aspect
    if recipe.colour:
        context = video.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = recipe.colour
    if recipe.matrix:
        video.set_display_matrix(recipe.matrix)
    return video


def _add_sound(sink: Any, language: str) -> Any:
    codec = {"webm": "libopus", "mpeg": "mp2", "vob": "mp2", "svcd": "mp2"}.get(sink.format.name, "aac")
    sound = sink.add_stream(codec, rate=48000)
    sound.metadata["language"] = language
    return sound


def _add_subtitles(sink: Any, language: str) -> Any:
    words = sink.add_mux_stream("subrip", time_base=Fraction(1, 1000))
    words.metadata["language"] = language
    return words


def _write(sink: Any, recipe: Recipe, video: Any, sounds: Sequence[Any], words: Any) -> None:
    deep = "p10" in recipe.pix_fmt or "p12" in recipe.pix_fmt
    for index, ticks in enumerate(recipe.times):
        pixels = moving_picture(index, *recipe.size, peak=65535 if deep else 255)
        if recipe.noise:
            pixels += np.random.default_rng(index).integers(0, 9000 if deep else 35, pixels.shape, pixels.dtype)
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb48le" if deep else "rgb24").reformat(format=recipe.pix_fmt)
        frame.pts, frame.time_base = ticks, recipe.time_base
        if recipe.colour:
            frame.color_primaries, frame.color_trc, frame.colorspace, frame.color_range = recipe.colour
        sink.mux(video.encode(frame))
    sink.mux(video.encode(None))
    last_s = float(max(recipe.times) * recipe.time_base)
    for number, sound in enumerate(sounds):
        for start in range(0, max(2048, int(last_s * 48000)), 1024):
            wave = np.sin((np.arange(1024) + start) * 0.05 * (number + 1))
            frame = av.AudioFrame.from_ndarray(np.tile(wave.astype(np.float32), (2, 1)), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
            sink.mux(sound.encode(frame))
        sink.mux(sound.encode(None))
    if words is not None:
        for number in range(3):
            packet = av.Packet(f"line {number}".encode())
            packet.stream = words
            packet.pts = packet.dts = number * 100
            packet.duration, packet.time_base = 80, Fraction(1, 1000)
            sink.mux(packet)
