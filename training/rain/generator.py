"""Synthetic rain on clean photos: profiles, blend models, veil, camera, streak masks, seeds. numpy and OpenCV only.

Order of one sample (science notes 8.4): clean photo, streak layers blended (the blend model is a kind of distortion of its own
and is drawn at random), haze on top, camera (exposure, noise, compression). Two clean targets come back: one keeps the haze
and one is clear; a model must be told which is wanted. One seed gives one result.
At night the scene itself is darkened first, targets included.

Departures from the recipe of the notes: sensor noise is laid on the rainy picture *and* its targets, because grain belongs to
the photo and must survive; and half of the compressed samples have their target compressed as well, so that removing blocks is
not what pays.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rain import lamplight, night
from training.rain.places import draw_place
from training.rain.profiles import FITTED, PROFILES, RainProfile, resolve_profile
from training.rain.streaks import KINDS, REFERENCE_PX, Layer, Rng, StreakBank, draw_angle, render_kind

Blend = Literal["additive", "screen", "linear"]
BLENDS: tuple[Blend, ...] = ("additive", "screen", "linear")
Photo = NDArray[np.float32]
DENSE = 0.15
"""Median over 99th percentile of the added light from which on rain counts as dense."""


@dataclass(frozen=True)
class RainParameters:
    """All that one sample was drawn with; together with the clean photo and the bank it gives the sample again."""

    profile: str
    seed: int
    blend: Blend
    kinds: tuple[str, ...]
    angles_deg: tuple[float, ...]
    alphas: tuple[float, ...]
    veil: float = 0.0
    exposure: float = 1.0
    noise: float = 0.0
    jpeg_quality: int = 0


@dataclass(frozen=True, eq=False)
class RainSample:
    """`rainy`, `hazy` (streaks gone, haze kept), `clear` (haze gone too): (H, W, 3) float32 sRGB; `streaks` (H, W); 0..1."""

    rainy: Photo
    hazy: Photo
    clear: Photo
    streaks: Layer
    parameters: RainParameters = field(repr=False)

    def as_record(self) -> dict[str, object]:
        """The parameters as plain values, for a file beside the pictures."""
        return asdict(self.parameters)


def to_linear(encoded: Photo) -> Photo:
    """SRGB-encoded to linear light, by the power 2.2 that stands for the exact curve here."""
    return np.power(np.clip(encoded, 0, 1), np.float32(2.2))


def to_encoded(linear: Photo) -> Photo:
    """Linear light to sRGB-encoded; inverse of `to_linear`."""
    return np.power(np.clip(linear, 0, 1), np.float32(1 / 2.2))


def smooth_field(rng: Rng, height: int, width: int, cells: int = 4) -> Layer:
    """A smooth random map, 0 to 1: a few random values, enlarged."""
    coarse = rng.random((cells, cells), np.float32)
    grown = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(grown, 0, 1)


def single_seed(seed: int, index: int) -> int:
    """One 63-bit seed for picture `index` of a series started with `seed`."""
    return int(np.random.default_rng([seed, index]).integers(2**62))


def bent(rng: Rng, layer: Layer) -> Layer:
    """The layer with its streaks bent sideways by a slow wave, as eddies and water running off an edge bend them."""
    height, width = layer.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    amplitude, period = rng.uniform(1, 0.06 * height), rng.uniform(0.3, 1.2) * height
    shift = np.float32(amplitude) * np.sin(y * np.float32(2 * np.pi / period) + np.float32(rng.uniform(0, 6.3)))
    moved = cv2.remap(layer, (x + shift).astype(np.float32), y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.float32)


def draw_layers(
    rng: Rng, profile: RainProfile, height: int, width: int, bank: StreakBank | None
) -> list[tuple[str, float, Layer]]:
    """Kind, angle and map of each layer. Further layers mostly share the first direction within 8 degrees.

    Pictures up to the bank's size are cut from it; larger ones, or all without a bank, are rendered at their own scale.
    """
    count = int(rng.integers(profile.layers[0], profile.layers[1] + 1))
    scale = max(1.0, min(height, width) / REFERENCE_PX)
    layers: list[tuple[str, float, Layer]] = []
    for index in range(count):
        kind = str(rng.choice(profile.kinds))
        angle = float(rng.uniform(profile.lean[0], profile.lean[1])) if profile.lean else draw_angle(rng)
        if index and rng.random() < profile.together:
            angle = layers[0][1] + float(rng.uniform(-8, 8))
        if bank is not None and max(height, width) <= bank.layers.shape[1]:
            layer = bank.crop(rng, kind, height, width, angle)
        else:
            layer = render_kind(rng, kind, height, width, angle, scale)
        if rng.random() < profile.bends:
            layer = bent(rng, layer)
        if rng.random() < 0.3:  # gusts: the rain is thicker here than there
            layer = layer * (0.4 + 0.6 * smooth_field(rng, height, width))
        layers.append((kind, angle, layer))
    return layers


def between_gaps(rng: Rng, layers: Sequence[Layer], alphas: Sequence[float]) -> list[Layer]:
    """The layers without the light that they add everywhere, fuller where they are dense, thicker here than there.

    Where dense layers lie over one another, even the gaps between streaks glow. Such an even glow is a veil, not streaks, and
    in Rain100H it is missing: of the light added to its heaviest pictures the 2nd percentile is 1 % of the mean and the
    skewness 0.37, of a plain sum of layers 12 % and 0.63. A net that has learned the sum takes too much light away.
    """
    total = sum((layer * np.float32(alpha) for layer, alpha in zip(layers, alphas, strict=True)), np.zeros_like(layers[0]))
    thinned = total[::4, ::4]
    floor, middle, most = np.quantile(thinned, [rng.uniform(0, 0.12), 0.5, 0.99]).astype(np.float32)
    kept = np.maximum(total - floor, 0)
    if middle > DENSE * most and rng.random() < 0.6:
        most = np.maximum(most - floor, np.float32(1e-3))
        kept = most * np.power(kept / most, np.float32(rng.uniform(0.55, 1)))
    kept /= np.maximum(total, np.float32(1e-4))
    if rng.random() < 0.4:
        kept *= 1 - np.float32(rng.uniform(0.3, 0.9)) * smooth_field(rng, total.shape[0], total.shape[1], 3)
    return [np.asarray(layer * kept, np.float32) for layer in layers]


def blend_layers(
    clean: Photo,
    layers: Sequence[Layer],
    alphas: Sequence[float],
    blend: Blend,
    rng: Rng,
    at_night: bool = False,
    light: Photo | None = None,
) -> tuple[Photo, Layer]:
    """Rain on `clean` by one of three image models, and the streak opacity map (H, W) 0..1.

    additive `B + R`, screen `1 - (1 - B)(1 - R)`, linear `(1 - S) B + S L` in linear light with the streak radiance L between
    the blurred surroundings and the 95th percentile (science 8.1, 8.4); at night L is the light around, or that of lamps.
    """
    tint = 1 + rng.uniform(-0.06, 0.06, 3).astype(np.float32) if rng.random() < 0.3 else np.ones(3, np.float32)
    opacity = np.zeros(clean.shape[:2], np.float32)
    for layer, alpha in zip(layers, alphas, strict=True):
        opacity = 1 - (1 - opacity) * (1 - np.clip(layer * np.float32(alpha), 0, 0.95))
    if blend == "additive":
        added = sum((layer * np.float32(alpha) for layer, alpha in zip(layers, alphas, strict=True)), np.zeros_like(opacity))
        return np.clip(clean + added[..., None] * tint, 0, 1), opacity
    if blend == "screen":
        return 1 - (1 - clean) * (1 - np.clip(opacity[..., None] * tint, 0, 1)), opacity
    linear = to_linear(clean)
    cover = np.clip(1.6 * opacity, 0, 0.92)[..., None]
    if light is not None:
        return to_encoded((1 - cover) * linear + cover * lamplight.radiance(light, linear, rng)), opacity
    if at_night:
        return to_encoded((1 - cover) * linear + cover * night.radiance(linear, rng)), opacity
    surroundings = cv2.GaussianBlur(linear, (0, 0), max(2.0, clean.shape[0] / 12))
    bright = np.quantile(linear[::4, ::4].reshape(-1, 3), 0.95, axis=0).astype(np.float32)
    share = np.float32(rng.uniform(0.2, 0.8))
    radiance = (surroundings * share + bright * (1 - share)) * tint
    return to_encoded((1 - cover) * linear + cover * radiance), opacity


@dataclass(frozen=True, eq=False)
class Veil:
    """Haze in linear light: `transmission` (H, W, 1), the light it adds, and its scattering blur (science 2.4)."""

    transmission: Layer
    airlight: Photo
    narrow_px: float
    wide_px: float
    wide_share: float

    def over(self, encoded: Photo) -> Photo:
        """The picture seen through the haze, sRGB-encoded in and out."""
        linear = to_linear(encoded)
        small = cv2.GaussianBlur(linear, (0, 0), self.narrow_px)
        large = cv2.GaussianBlur(linear, (0, 0), self.wide_px)
        scattered = (1 - self.wide_share) * small + self.wide_share * large
        thickness = 1 - self.transmission
        blurred = linear + (scattered - linear) * np.minimum(1, 2 * thickness)
        return to_encoded(self.transmission * blurred + thickness * self.airlight)


def draw_veil(rng: Rng, clean: Photo, density: float) -> Veil:
    """A veil of optical depth up to `density`, thicker towards the top (farther) of the picture and uneven."""
    height, width = clean.shape[:2]
    rows = np.linspace(1, 0, height, dtype=np.float32)[:, None]
    depth = 0.6 * rows + 0.4 * smooth_field(rng, height, width)
    bright = np.quantile(to_linear(clean[::4, ::4]).reshape(-1, 3), 0.97, axis=0).astype(np.float32)
    airlight = (0.9 * bright * 0.6 + 0.4 * bright.mean()) * np.float32(rng.uniform(0.8, 1.1))
    return Veil(
        np.exp(-np.float32(density) * (0.3 + 0.7 * depth))[..., None],
        np.clip(airlight, 0.02, 1),
        float(rng.uniform(0.4, 1.2)),
        float(rng.uniform(3, 10)),
        float(rng.uniform(0.05, 0.3)),
    )


def draw_mist(rng: Rng, clean: Photo, density: float, form: str = "ground") -> Veil:
    """Mist of optical depth up to `density`: a bank over the ground that thins out upwards, or an upright plume; mottled."""
    height, width = clean.shape[:2]
    along = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    if form == "plume":
        along = np.linspace(0, 1, width, dtype=np.float32)[None]
    away = (along - np.float32(rng.uniform(0.2, 1.1))) / np.float32(rng.uniform(0.08, 0.35))
    below = np.float32(1 if form == "plume" else rng.uniform(0.3, 1))  # thinner again in front of the bank, as it is near
    bank = np.exp(-(np.where(away < 0, away, away * below) ** 2))
    mottled = np.float32(0.5) + np.float32(0.5) * smooth_field(rng, height, width, int(rng.integers(4, 14)))
    bright = np.quantile(to_linear(clean[::4, ::4]).reshape(-1, 3), 0.9, axis=0).astype(np.float32)
    airlight = (0.4 * bright + 0.6 * bright.mean()) * np.float32(rng.uniform(0.6, 1.1))
    thickness = np.float32(density) * bank * mottled
    return Veil(np.exp(-np.asarray(thickness, np.float32))[..., None], np.clip(airlight, 0.02, 1), 0.8, 5.0, 0.1)


def compress(photo: Photo, quality: int, subsample: bool) -> Photo:
    """A JPEG round trip of an RGB picture (0..1), 4:2:0 where `subsample`."""
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420 if subsample else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
    bgr = cv2.cvtColor(np.round(np.clip(photo, 0, 1) * 255).astype(np.uint8), cv2.COLOR_RGB2BGR)
    written = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling])[1]
    return np.asarray(cv2.imdecode(written, cv2.IMREAD_COLOR_RGB)).astype(np.float32) / np.float32(255)


def draw_rain(
    clean: Photo,
    profile: str | RainProfile,
    seed: int,
    *,
    bank: StreakBank | None = None,
    blends: Sequence[Blend] = BLENDS,
    veil: float | None = None,
    camera: bool = True,
) -> RainSample:
    """Rain of `profile`, by name or as it is, on `clean` (H, W, 3) float32 sRGB 0..1. The same arguments give the same sample.

    `blends` limits the image models; `veil` None draws the haze by the profile, a number fixes its optical depth;
    `camera` False leaves exposure, noise and compression out. Raises KeyError for an unknown profile name.
    """
    rng = np.random.default_rng(seed)
    name = resolve_profile(profile, rng) if isinstance(profile, str) else FITTED
    chosen = PROFILES[name] if isinstance(profile, str) else profile
    clean, light = scene_of(chosen, clean, rng)
    layers = draw_layers(rng, chosen, clean.shape[0], clean.shape[1], bank)
    shares = np.array([share if kind in blends else 0.0 for kind, share in zip(BLENDS, chosen.blends, strict=True)])
    if shares.sum() == 0:
        shares = np.array([float(kind in blends) for kind in BLENDS])
    blend: Blend = BLENDS[int(rng.choice(3, p=shares / shares.sum()))]
    alphas = [float(rng.uniform(*chosen.alpha)) for _ in layers]
    fallen = spread_out(rng, chosen, layers, alphas)
    rained, streaks = blend_layers(clean, fallen, alphas, blend, rng, chosen.night, light)
    hazy = clean
    if chosen.mist[0] and rng.random() < chosen.mist[0]:
        mist = draw_mist(rng, clean, float(rng.uniform(0.2, 1)) * chosen.mist[1], chosen.mist_form)
        rained, hazy = mist.over(rained), mist.over(hazy)
    density = veil
    if density is None:
        density = float(rng.uniform(0.05, chosen.veil[1])) if rng.random() < chosen.veil[0] else 0.0
    if density > 0:
        haze = draw_veil(rng, clean, density)
        rained, hazy = haze.over(rained), haze.over(hazy)
    parameters = RainParameters(
        name, seed, blend, tuple(k for k, _, _ in layers), tuple(a for _, a, _ in layers), tuple(alphas), veil=density
    )
    sample = RainSample(rained, hazy, clean, streaks, parameters)
    return through_camera(sample, rng) if camera else sample


def draw_sky(rng: Rng, height: int, width: int) -> Photo:
    """Light (H, W, 3, linear) that drops show from outside the picture: nearly white, and slowly changing over it."""
    tone = np.float32(np.exp(rng.uniform(np.log(0.08), np.log(0.7)))) * (1 + rng.uniform(-0.1, 0.1, 3).astype(np.float32))
    return np.asarray((0.5 + 0.5 * smooth_field(rng, height, width, 3))[..., None] * tone, np.float32)


def scene_of(chosen: RainProfile, clean: Photo, rng: Rng) -> tuple[Photo, Photo | None]:
    """The scene as the profile wants it, darkened at night, and the light (linear) that drops show besides the scene's."""
    if chosen.night:
        clean = to_encoded(night.add_lamps(night.darken(to_linear(clean), rng), rng))
    if chosen.sky and rng.random() < chosen.sky:
        return clean, draw_sky(rng, clean.shape[0], clean.shape[1])
    if not chosen.lamps:
        return clean, None
    lamps = lamplight.draw_lamps(rng, chosen.lamps)
    scene = to_encoded(lamplight.darkened(to_linear(clean), lamps, rng))
    return scene, lamplight.light_of(lamps, *clean.shape[:2])


def spread_out(
    rng: Rng, chosen: RainProfile, layers: Sequence[tuple[str, float, Layer]], alphas: Sequence[float]
) -> list[Layer]:
    """The layers with dark gaps, denser here than there, or in a part of the picture only, by the profile's shares."""
    height, width = layers[0][2].shape
    fallen = [layer for _, _, layer in layers]
    gapless = all(kind in KINDS and KINDS[kind].noise for kind, _, _ in layers)
    if rng.random() < (0.3 if gapless else 0.85):
        fallen = between_gaps(rng, fallen, alphas)
    if chosen.drifts and rng.random() < chosen.drifts:
        less = np.float32(rng.uniform(0, 0.3))
        denser = less + (1 - less) * smooth_field(rng, height, width, 2)
        fallen = [np.asarray(layer * denser, np.float32) for layer in fallen]
    if chosen.partly and rng.random() < chosen.partly:
        place = draw_place(rng, chosen.where, height, width)
        fallen = [np.asarray(layer * place, np.float32) for layer in fallen]
    return fallen


def through_camera(sample: RainSample, rng: Rng) -> RainSample:
    """Exposure and sensor noise on rainy picture and targets alike; compression of the rainy one, half the time of all."""
    pictures = [sample.rainy, sample.hazy, sample.clear]
    exposure, noise, quality = 1.0, 0.0, 0
    if rng.random() < 0.3:
        exposure = float(rng.uniform(0.85, 1.12))
        pictures = [np.clip(p * np.float32(exposure), 0, 1) for p in pictures]
    if rng.random() < 0.2:
        noise = float(rng.uniform(0.003, 0.02))
        grain = rng.standard_normal(sample.rainy.shape, np.float32) * np.float32(noise)
        pictures = [np.clip(p + grain, 0, 1) for p in pictures]
    if rng.random() < 0.25:
        quality, subsample, both = int(rng.integers(65, 97)), rng.random() < 0.7, rng.random() < 0.5
        pictures[0] = compress(pictures[0], quality, subsample)
        if both:
            pictures[1:] = [compress(p, quality, subsample) for p in pictures[1:]]
    drawn = sample.parameters
    parameters = RainParameters(**{**vars(drawn), "exposure": exposure, "noise": noise, "jpeg_quality": quality})
    return RainSample(pictures[0], pictures[1], pictures[2], sample.streaks, parameters)
