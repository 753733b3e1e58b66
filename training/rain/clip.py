"""Rain on clips: the streaks are new in every frame, while wind, density and gusts drift slowly. numpy and OpenCV only.

What a rain looks like (which kinds of streak, how long, how blended, how much haze) is drawn once for a clip and stays; the
drift is autoregressive with 0.95 from frame to frame (science notes 8.5). A drop falls through the picture within a frame, so
frames share no streak, but for large near drops at 50 frames a second and more: those are seen twice, one further down.

`RainClip` takes the frames of a clip in order, and the same seed gives the same rain. `pan` makes a clip of a photo by moving a
crop over it as a hand-held camera would, so that photos serve where clean clips are rare. Drops on the lens are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rain import drops, lamplight, night
from training.rain.drops import DRAWN
from training.rain.generator import (
    BLENDS,
    Blend,
    Photo,
    RainParameters,
    RainSample,
    Veil,
    blend_layers,
    draw_mist,
    draw_sky,
    draw_veil,
    to_encoded,
    to_linear,
)
from training.rain.places import draw_place
from training.rain.profiles import PROFILES, resolve_profile
from training.rain.streaks import KINDS, REFERENCE_PX, Layer, Rng, draw_angle, drop_field, motion_kernel

RHO = 0.95  # what a drifting number keeps of itself from frame to frame
WIND_DEG, DENSITY_DECADES, STRENGTH = 3.0, 0.12, 0.12  # standard deviations of the drifts
DIRECTIONS = 4
NEAR = frozenset(("wide", "soft", "drop", "bokeh"))
SEEN_TWICE_FPS = 50.0
SPEEDS = (0.0, 0.012)  # of a panned crop, in its widths a frame

Stream = Literal["look", "drift", "veil", "blend", "night", "fall", "grain", "place"]
_STREAMS: tuple[Stream, ...] = ("look", "drift", "veil", "blend", "night", "fall", "grain", "place")


def stream(seed: int, name: Stream, index: int = 0) -> Rng:
    """Random numbers of their own for each purpose, so that drawing more for one leaves the others as they are."""
    return np.random.default_rng([seed, _STREAMS.index(name), index])


@dataclass(frozen=True)
class Fall:
    """One layer of rain as it stays through a clip: sizes in px of the frame, `density` in drops a pixel.

    `lean_deg` is its direction beside the wind's, `look` the seed of its streaks' shape. Kinds of drops
    (`training.rain.drops`) have sizes and density by `look` and `scale` alone.
    """

    kind: str
    length_px: float
    width_px: float
    density: float
    lean_deg: float
    alpha: float
    adds: bool
    defocus_px: float
    look: int
    scale: float = 1.0


def draw_fall(rng: Rng, kind: str, scale: float, lean_deg: float, alpha: tuple[float, float]) -> Fall:
    """A layer of `kind` for frames `scale` times the size that kinds are meant for. Drops settle their sizes by `look`."""
    if kind in DRAWN:
        strength, look = float(rng.uniform(*alpha)), int(rng.integers(2**62))
        return Fall(kind, 0.0, 0.0, 0.0, lean_deg, strength, False, 0.0, look, scale)
    shape = KINDS[kind]
    return Fall(
        kind,
        float(rng.uniform(*shape.length_px)) * scale,
        max(float(rng.uniform(*shape.width_px)) * scale, 1.0),
        float(10 ** rng.uniform(*shape.drops)) / scale**2,
        lean_deg,
        float(rng.uniform(*alpha)),
        bool(rng.random() < 0.5),
        float(rng.uniform(*shape.defocus_px)) * scale if rng.random() < shape.defocus_share else 0.0,
        int(rng.integers(2**62)),
    )


class Falling:
    """Draws one layer frame after frame; what must not flicker (shape, brightness) is settled with the first."""

    def __init__(self, fall: Fall, fps: float) -> None:
        self.fall = fall
        self._twice = fps >= SEEN_TWICE_FPS and fall.kind in NEAR
        self._before: list[NDArray[np.float32]] = []
        self._strongest = 0.0

    def draw(self, rng: Rng, height: int, width: int, angle_deg: float, density: float) -> Layer:
        """The layer (height, width) of the next frame, 0 to 1, around `angle_deg`, with `density` times its usual drops."""
        look = np.random.default_rng(self.fall.look)
        if self.fall.kind in DRAWN:
            laid = drops.fall(look, rng, DRAWN[self.fall.kind], height, width, angle_deg, self.fall.scale, density)
            return self._scaled(laid)
        fall, kind = self.fall, KINDS[self.fall.kind]
        pad = int(fall.length_px / 2) + 2
        count = 1 if kind.noise else DIRECTIONS
        layer, born = np.zeros((height, width), np.float32), []
        for index in range(count):
            angle = angle_deg + float(look.normal()) * kind.spread_deg
            born_now = drop_field(rng, kind, fall.density * density / count, height + 2 * pad, width + 2 * pad)
            born.append(born_now)
            if self._twice and self._before:
                born_now = born_now + fallen(self._before[index], fall.length_px, angle)
            kernel = motion_kernel(look, fall.length_px, fall.width_px, angle, kind.dotted)
            drawn = cv2.filter2D(born_now, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT)[pad:-pad, pad:-pad]
            layer = layer + drawn if fall.adds else np.maximum(layer, drawn)
        self._before = born if self._twice else []
        if kind.noise:
            layer = np.maximum(layer - np.quantile(layer, look.uniform(0.2, 0.75)), 0) ** np.float32(look.uniform(0.8, 1.6))
        if fall.defocus_px:
            layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), fall.defocus_px), np.float32)
        return self._scaled(np.asarray(layer, np.float32))

    def _scaled(self, layer: Layer) -> Layer:
        """By the 99.5th percentile, or the maximum of sparse rain and of single drops, of the first frame that holds any."""
        if self._strongest == 0:
            percentile = 0.0 if self.fall.kind in DRAWN else float(np.quantile(layer, 0.995))
            self._strongest = percentile if percentile > 1e-4 else float(layer.max())
        if self._strongest == 0:
            return layer
        return np.asarray(np.clip(layer / np.float32(self._strongest), 0, 1), np.float32)


def fallen(drops: NDArray[np.float32], length_px: float, angle_deg: float) -> NDArray[np.float32]:
    """`drops` a frame later: twice their streak's length further down, because the shutter is open half of the time."""
    angle = np.radians(angle_deg)
    x, y = round(2 * length_px * np.sin(angle)), round(2 * length_px * np.cos(angle))
    shift = np.array([[1, 0, x], [0, 1, y]], np.float64)
    return np.asarray(cv2.warpAffine(drops, shift, drops.shape[::-1], flags=cv2.INTER_NEAREST), np.float32)


class RainClip:
    """One rain over the frames of one clip."""

    def __init__(
        self,
        profile: str,
        seed: int,
        *,
        blends: Sequence[Blend] = BLENDS,
        veil: float | None = None,
        grain: bool = True,
        fps: float = 25.0,
    ) -> None:
        """`blends` and `veil` as in `generator.draw_rain`; without `grain` no sensor noise. KeyError: unknown profile."""
        look = stream(seed, "look")
        self.profile = resolve_profile(profile, look)
        self._chosen = PROFILES[self.profile]
        self._seed, self._fps, self._index = seed, fps, 0
        self._drift = stream(seed, "drift")
        self._wind_deg = draw_angle(look)
        shares = np.array([share if b in blends else 0.0 for b, share in zip(BLENDS, self._chosen.blends, strict=True)])
        if shares.sum() == 0:
            shares = np.array([float(b in blends) for b in BLENDS])
        self._blend: Blend = BLENDS[int(look.choice(3, p=shares / shares.sum()))]
        hazy = look.random() < self._chosen.veil[0]
        density = float(look.uniform(0.05, max(0.05, self._chosen.veil[1])))
        self._haze = veil if veil is not None else density if hazy else 0.0
        noise = float(look.uniform(0.003, 0.02)) if look.random() < 0.2 else 0.0
        self._noise = noise if grain else 0.0
        self._gusty = look.random() < 0.3
        self._look = look
        self._layers: list[Falling] = []
        self._veil: Veil | None = None
        self._mist: Veil | None = None
        weather = stream(seed, "place", 1)
        share, densest = self._chosen.mist
        self._misty = float(weather.uniform(0.2, 1)) * densest if weather.random() < share else 0.0
        self._state = self._drift.standard_normal(3)  # wind, density, strength: each around 0 with deviation 1
        self._gusts = self._drift.standard_normal((4, 4))

    def over(self, clean: Photo) -> RainSample:
        """The next frame (H, W, 3) float32 sRGB 0..1 in the rain; all frames of a clip have one size."""
        height, width = clean.shape[:2]
        if not self._layers:
            self._layers = [Falling(fall, self._fps) for fall in self._draw_falls(height, width)]
        clean, light = self._scene(clean)
        wind, thick, strong = self._state * (WIND_DEG, DENSITY_DECADES, STRENGTH)
        rng = stream(self._seed, "fall", self._index)
        angles = [self._wind_deg + float(wind) + layer.fall.lean_deg for layer in self._layers]
        drawn = [
            layer.draw(rng, height, width, angle, float(10**thick)) * self._gust(height, width) * self._where(height, width)
            for layer, angle in zip(self._layers, angles, strict=True)
        ]
        alphas = [min(0.95, layer.fall.alpha * float(np.exp(strong))) for layer in self._layers]
        blending = stream(self._seed, "blend")
        rained, streaks = blend_layers(clean, drawn, alphas, self._blend, blending, self._chosen.night, light)
        kinds = tuple(layer.fall.kind for layer in self._layers)
        parameters = RainParameters(self.profile, self._seed, self._blend, kinds, tuple(angles), tuple(alphas), self._haze)
        sample = self._grained(self._hazed(RainSample(rained, clean, clean, streaks, parameters)))
        self._step()
        return sample

    def _scene(self, clean: Photo) -> tuple[Photo, Photo | None]:
        """The frame as the profile wants it: at night the same darkness and lamps in every frame."""
        first, second = stream(self._seed, "night"), stream(self._seed, "night", 1)
        if self._chosen.night:
            return to_encoded(night.add_lamps(night.darken(to_linear(clean), first), second)), None
        sky = stream(self._seed, "place", 2)
        if self._chosen.sky and sky.random() < self._chosen.sky:
            return clean, draw_sky(sky, clean.shape[0], clean.shape[1])
        if not self._chosen.lamps:
            return clean, None
        lamps = lamplight.draw_lamps(first, self._chosen.lamps)
        scene = to_encoded(lamplight.darkened(to_linear(clean), lamps, second))
        return scene, lamplight.light_of(lamps, *clean.shape[:2])

    def _where(self, height: int, width: int) -> Layer | np.float32:
        """The part of the picture where it rains, the same in every frame."""
        rng = stream(self._seed, "place")
        if not self._chosen.partly or rng.random() >= self._chosen.partly:
            return np.float32(1)
        return draw_place(rng, self._chosen.where, height, width)

    def _draw_falls(self, height: int, width: int) -> list[Fall]:
        count = int(self._look.integers(self._chosen.layers[0], self._chosen.layers[1] + 1))
        scale = max(1.0, min(height, width) / REFERENCE_PX)
        falls = []
        for index in range(count):
            lean = 0.0
            if index:  # further layers share the direction within 8 degrees in 60 % of cases
                near = self._look.random() < 0.6
                lean = float(self._look.uniform(-8, 8)) if near else draw_angle(self._look) - self._wind_deg
            kind = str(self._look.choice(self._chosen.kinds))
            falls.append(draw_fall(self._look, kind, scale, lean, self._chosen.alpha))
        return falls

    def _gust(self, height: int, width: int) -> Layer | np.float32:
        if not self._gusty:
            return np.float32(1)
        coarse = np.clip(0.5 + 0.3 * self._gusts, 0, 1).astype(np.float32)
        grown = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        return np.asarray(0.4 + 0.6 * np.clip(grown, 0, 1), np.float32)

    def _hazed(self, sample: RainSample) -> RainSample:
        """Under mist and veil, whose light and depth are those of the first frame."""
        if self._mist is None and self._misty:
            self._mist = draw_mist(stream(self._seed, "veil", 1), sample.clear, self._misty, self._chosen.mist_form)
        if self._mist is not None:
            sample = replace(sample, rainy=self._mist.over(sample.rainy), hazy=self._mist.over(sample.hazy))
        if self._haze <= 0:
            return sample
        if self._veil is None:
            self._veil = draw_veil(stream(self._seed, "veil"), sample.clear, self._haze)
        return replace(sample, rainy=self._veil.over(sample.rainy), hazy=self._veil.over(sample.hazy))

    def _grained(self, sample: RainSample) -> RainSample:
        """Sensor noise, new in each frame, on rainy and clean alike: grain belongs to the clip."""
        if not self._noise:
            return sample
        rng = stream(self._seed, "grain", self._index)
        grain = rng.standard_normal(sample.rainy.shape, np.float32) * np.float32(self._noise)
        parameters = replace(sample.parameters, noise=self._noise)
        rainy, hazy, clear = (np.clip(p + grain, 0, 1) for p in (sample.rainy, sample.hazy, sample.clear))
        return RainSample(rainy, hazy, clear, sample.streaks, parameters)

    def _step(self) -> None:
        """Let wind, density, strength and gusts drift to the next frame."""
        fresh = np.sqrt(1 - RHO**2)
        self._state = RHO * self._state + fresh * self._drift.standard_normal(3)
        self._gusts = RHO * self._gusts + fresh * self._drift.standard_normal((4, 4))
        self._index += 1


def pan(photo: Photo, seed: int, frames: int, height: int, width: int) -> Iterator[Photo]:
    """A clip (height, width, 3) of a photo (H, W, 3) by a crop that moves, turns, zooms and shakes a little; some stand still.

    The crop spans 60 to 85 % of the photo's tighter side and never leaves it.
    """
    rng = np.random.default_rng([seed, frames])
    fit = min(photo.shape[1] / width, photo.shape[0] / height) * float(rng.uniform(0.6, 0.85))
    size = max(width, round(photo.shape[1] / fit)), max(height, round(photo.shape[0] / fit))
    scene = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA if fit > 1 else cv2.INTER_CUBIC), np.float32)
    stands = rng.random() < 0.2
    speed = 0.0 if stands else float(rng.uniform(*SPEEDS)) * width
    heading = float(rng.uniform(0, 2 * np.pi))
    path = speed * frames * np.array([np.cos(heading), np.sin(heading)])
    turn_deg, zoom, tilt = (0.0 if stands else float(rng.normal()) * s for s in (1.0, 0.03, 0.01))
    shake = np.zeros(2)
    for index in range(frames):
        share = index / max(1, frames - 1) - 0.5
        if not stands:
            shake = 0.9 * shake + rng.normal(0, 0.25, 2)
        yield view(scene, height, width, path * share + shake, turn_deg * share, 1 + zoom * share, tilt * share)


def view(
    scene: Photo, height: int, width: int, offset: NDArray[np.float64], turn_deg: float, zoom: float, tilt: float
) -> Photo:
    """The scene through a (height, width) window, `offset` (x, y) px from its middle; `tilt` makes one side smaller."""
    turn = np.radians(turn_deg)
    x, y = width / 2 * zoom, height / 2 * zoom
    corners = np.array([[-x, -y * (1 - tilt)], [x, -y * (1 + tilt)], [x, y * (1 + tilt)], [-x, y * (1 - tilt)]])
    corners = corners @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    room = np.array([scene.shape[1], scene.shape[0]]) / 2 - np.abs(corners).max(axis=0)
    middle = np.array([scene.shape[1], scene.shape[0]]) / 2 + np.clip(offset, -np.maximum(room, 0), np.maximum(room, 0))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = cv2.getPerspectiveTransform((corners + middle).astype(np.float32), target)
    picture = cv2.warpPerspective(scene, seen, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(np.clip(picture, 0, 1), np.float32)
