"""Rain by name: families of streaks, how strong and how blended, and mixes of them.

Ranges are fitted to what descriptors measure in rain (`training.descriptors`; science notes 8.2, 8.4), never to layers lifted
from pairs.
"""

from dataclasses import dataclass

import numpy as np

from training.streaks import Rng


@dataclass(frozen=True)
class RainProfile:
    """A family of rain: which streak kinds, how many layers, how strong, how blended.

    `kinds` may repeat a name to weigh it; `alpha` is the range of the strongest opacity or added brightness;
    `blends` gives the shares of additive, screen and linear; `veil` the share of samples with haze and its densest value;
    `night` darkens the scene and lets lamps light the rain. `together` is the share of samples whose layers fall in one
    direction, `bends` that of layers whose streaks are bent, `drifts` that of samples with far more rain here than there.
    """

    kinds: tuple[str, ...]
    layers: tuple[int, int]
    alpha: tuple[float, float]
    blends: tuple[float, float, float]
    veil: tuple[float, float] = (0.0, 0.0)
    night: bool = False
    together: float = 0.7
    bends: float = 0.0
    drifts: float = 0.0
    held_out: bool = False


PROFILES: dict[str, RainProfile] = {
    "narrow": RainProfile(("narrow",), (1, 1), (0.1, 0.65), (1, 0, 0)),
    "heavy": RainProfile(("curtain", "curtain", "heavy", "dense"), (2, 4), (0.22, 0.75), (0.84, 0.08, 0.08), together=0.93),
    "fu": RainProfile(
        ("photoshop", "photoshop", "photoshop", "photoshop", "dense"),
        (2, 3),
        (0.1, 0.62),
        (0.08, 0.92, 0),
        veil=(0.15, 0.3),
        together=0.9,
    ),
    "real-like": RainProfile(
        (
            "fine",
            "narrow",
            "wide",
            "dense",
            "curtain",
            "thin",
            "thin",
            "drop",
            "far",
            "bokeh",
            "dotted",
            "pearl",
            "pearl",
            "stream",
            "dash",
        ),
        (1, 3),
        (0.05, 0.65),
        (0.15, 0.18, 0.67),
        veil=(0.3, 0.4),
        bends=0.15,
    ),
    "isolated": RainProfile(
        ("stray", "stray", "stray", "dash", "dash", "narrow", "wide", "thin", "dotted", "pearl", "stream", "drop"),
        (1, 2),
        (0.08, 0.85),
        (0.15, 0.15, 0.7),
        veil=(0.15, 0.3),
        bends=0.2,
    ),
    "soft": RainProfile(
        ("sheer", "sheer", "pall", "pall", "soft", "wide"),
        (1, 2),
        (0.14, 0.75),
        (0.7, 0.2, 0.1),
        veil=(0.25, 0.6),
        together=0.95,
        drifts=0.6,
    ),
    "storm": RainProfile(("heavy", "curtain", "wide", "fine"), (3, 4), (0.1, 0.6), (0.2, 0.2, 0.6), veil=(0.9, 1.3)),
    "night": RainProfile(
        ("fine", "narrow", "curtain", "thin", "thin", "drop", "bokeh", "dotted", "pearl"),
        (1, 3),
        (0.1, 0.7),
        (0, 0, 1),
        (0.3, 0.4),
        night=True,
        bends=0.1,
    ),
    "mist": RainProfile(("far", "far", "fine", "thin"), (1, 3), (0.04, 0.3), (0.2, 0.2, 0.6), veil=(0.6, 0.5)),
    "anything": RainProfile(
        (
            "narrow",
            "heavy",
            "curtain",
            "dense",
            "fine",
            "wide",
            "soft",
            "sheer",
            "photoshop",
            "thin",
            "drop",
            "far",
            "bokeh",
            "dotted",
        ),
        (1, 4),
        (0.05, 0.8),
        (0.35, 0.2, 0.45),
        veil=(0.3, 0.6),
        bends=0.1,
    ),
    "thick-short": RainProfile(("stub",), (1, 2), (0.15, 0.5), (0, 1, 0), held_out=True),
    "monsoon": RainProfile(("sheet",), (3, 4), (0.2, 0.6), (0, 0, 1), veil=(1.0, 0.8), held_out=True),
}
"""Profiles by name. Those held out are for evaluation only and never train what ships."""

MIXES: dict[str, dict[str, float]] = {
    "balanced": {
        "narrow": 0.15,
        "heavy": 0.22,
        "fu": 0.14,
        "real-like": 0.34,
        "isolated": 0.16,
        "soft": 0.15,
        "storm": 0.02,
        "mist": 0.04,
        "night": 0.05,
        "anything": 0.05,
    },
}
"""Profiles made of profiles, with shares."""


def resolve_profile(name: str, rng: Rng) -> str:
    """The plain profile that a name stands for: itself, or one drawn from a mix."""
    if name not in MIXES:
        return name
    shares = MIXES[name]
    return str(rng.choice(list(shares), p=np.array(list(shares.values())) / sum(shares.values())))
