"""Rain by name: families of streaks, how strong and how blended, and mixes of them.

Ranges are fitted to what descriptors measure in rain (`training.rain.descriptors`; science notes 8.2, 8.4), never to layers
lifted from pairs.
"""

from dataclasses import dataclass

import numpy as np

from training.rain.streaks import Rng

WHERE = ("window", "arch", "cone", "side", "spot")
"""Parts of the picture where it may rain; "around" and "gap" are held out."""


@dataclass(frozen=True)
class RainProfile:
    """A family of rain: which streak kinds, how many layers, how strong, how blended.

    `kinds` may repeat a name to weigh it; `alpha` is the range of the strongest opacity or added brightness;
    `blends` gives the shares of additive, screen and linear; `veil` the share of samples with haze and its densest value;
    `night` darkens the scene and lets lamps light the rain. `together` is the share of samples whose layers fall in one
    direction, `bends` that of layers whose streaks are bent, `drifts` that of samples with far more rain here than there,
    `partly` that of samples with rain in a part of the picture only, of the shapes `where` (`training.rain.places`). `lamps`
    are the kinds of lamp that light the rain in a dark scene (`training.rain.lamplight`). `mist` is the share of samples with
    mist that lies over the ground, or as `mist_form` says, and its densest value; like haze it stays in one target. `sky` is
    the share of samples whose drops show light from beside or above the picture, so that they are bright before what is dark.
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
    partly: float = 0.0
    where: tuple[str, ...] = WHERE
    lamps: tuple[str, ...] = ()
    mist: tuple[float, float] = (0.0, 0.0)
    mist_form: str = "ground"
    sky: float = 0.0
    held_out: bool = False
    lean: tuple[float, ...] = ()


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
    "defocused": RainProfile(
        ("disc", "disc", "focus", "focus", "focus", "globule", "bokeh"),
        (1, 2),
        (0.1, 0.8),
        (0.2, 0.25, 0.55),
        veil=(0.15, 0.3),
        partly=0.1,
        sky=0.6,
    ),
    "flakes": RainProfile(
        ("flake", "flake", "flake", "flake", "focus", "dab"),
        (1, 3),
        (0.2, 0.95),
        (0.2, 0.25, 0.55),
        veil=(0.3, 0.4),
        drifts=0.2,
        sky=0.6,
    ),
    "dashes": RainProfile(
        ("dab", "dab", "dab", "train", "train", "twin", "twin", "dash"),
        (1, 2),
        (0.2, 0.95),
        (0.2, 0.2, 0.6),
        veil=(0.15, 0.3),
        sky=0.6,
    ),
    "drips": RainProfile(("bead", "bead", "rope", "rope", "needle", "pearl"), (1, 2), (0.2, 0.95), (0.15, 0.2, 0.65), sky=0.7),
    "splashes": RainProfile(
        ("splash", "splash", "splash", "spray", "dab", "comb"), (1, 3), (0.2, 0.95), (0.2, 0.2, 0.6), mist=(0.4, 0.9), sky=0.6
    ),
    "ground-mist": RainProfile(
        ("spray", "spray", "flake", "far", "backdrop"),
        (1, 2),
        (0.12, 0.6),
        (0.2, 0.2, 0.6),
        veil=(0.3, 0.4),
        mist=(1.0, 1.6),
        sky=0.4,
    ),
    "near": RainProfile(
        ("bar", "bar", "needle", "needle", "stray"), (1, 2), (0.15, 0.85), (0.1, 0.2, 0.7), veil=(0.1, 0.3), sky=0.6
    ),
    "streams": RainProfile(("ragged", "ragged", "stream", "pall"), (1, 2), (0.15, 0.8), (0.3, 0.25, 0.45), partly=0.2, sky=0.6),
    "backdrop": RainProfile(
        ("backdrop", "backdrop", "backdrop", "scrim", "scrim", "far", "fine"),
        (1, 2),
        (0.08, 0.45),
        (0.15, 0.2, 0.65),
        veil=(0.4, 0.5),
        together=0.95,
        drifts=0.4,
        partly=0.2,
        sky=0.5,
    ),
    "comb": RainProfile(
        ("comb", "comb", "comb", "thin", "fine"), (1, 2), (0.12, 0.85), (0.2, 0.2, 0.6), veil=(0.2, 0.3), together=0.9, sky=0.6
    ),
    "lamplight": RainProfile(
        ("dab", "dab", "comb", "comb", "flake", "thin", "fine", "focus", "train", "twin", "curtain", "dense"),
        (1, 3),
        (0.3, 0.95),
        (0, 0, 1),
        veil=(0.2, 0.3),
        partly=0.15,
        lamps=("halo", "cone", "flood"),
    ),
    "part": RainProfile(
        ("comb", "narrow", "fine", "curtain", "dab", "thin"), (1, 3), (0.15, 0.85), (0.25, 0.2, 0.55), partly=1.0, sky=0.6
    ),
    "defocused-unseen": RainProfile(("hexagon",), (1, 1), (0.1, 0.5), (0.2, 0.2, 0.6), sky=0.6, held_out=True),
    "flakes-unseen": RainProfile(("clump",), (1, 2), (0.2, 0.8), (0.2, 0.2, 0.6), sky=0.6, held_out=True),
    "dashes-unseen": RainProfile(("dots",), (1, 2), (0.2, 0.8), (0.2, 0.2, 0.6), sky=0.6, held_out=True),
    "drips-unseen": RainProfile(("thread",), (1, 1), (0.2, 0.8), (0.2, 0.2, 0.6), sky=0.6, held_out=True),
    "splashes-unseen": RainProfile(("ripple",), (1, 2), (0.2, 0.7), (0.2, 0.2, 0.6), sky=0.6, held_out=True),
    "ground-mist-unseen": RainProfile(
        ("mote",), (1, 1), (0.1, 0.4), (0.2, 0.2, 0.6), mist=(1.0, 1.6), mist_form="plume", sky=0.6, held_out=True
    ),
    "near-unseen": RainProfile(("tube",), (1, 1), (0.2, 0.8), (0.1, 0.2, 0.7), sky=0.6, held_out=True),
    "streams-unseen": RainProfile(("frayed",), (1, 1), (0.15, 0.6), (0.3, 0.2, 0.5), sky=0.6, held_out=True),
    "backdrop-unseen": RainProfile(("gauze",), (1, 2), (0.05, 0.3), (0.2, 0.2, 0.6), veil=(0.4, 0.5), sky=0.6, held_out=True),
    "comb-unseen": RainProfile(("rake",), (1, 1), (0.15, 0.7), (0.2, 0.2, 0.6), sky=0.6, held_out=True),
    "lamplight-unseen": RainProfile(("spark",), (1, 2), (0.3, 0.95), (0, 0, 1), lamps=("panel",), held_out=True),
    "part-unseen": RainProfile(
        ("slash",), (1, 2), (0.15, 0.7), (0.25, 0.2, 0.55), partly=1.0, where=("around", "gap"), sky=0.6, held_out=True
    ),
    "thick-short": RainProfile(("stub",), (1, 2), (0.15, 0.5), (0, 1, 0), held_out=True),
    "ribbons": RainProfile(("ribbon",), (1, 2), (0.15, 0.55), (0.3, 0.4, 0.3), held_out=True),
    "pins": RainProfile(("pin",), (1, 2), (0.2, 0.7), (0.3, 0.4, 0.3), held_out=True),
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
    "all-kinds": {
        "narrow": 0.09,
        "heavy": 0.12,
        "fu": 0.08,
        "real-like": 0.17,
        "isolated": 0.09,
        "soft": 0.08,
        "storm": 0.01,
        "mist": 0.02,
        "night": 0.02,
        "anything": 0.02,
        "lamplight": 0.05,
        "dashes": 0.04,
        "comb": 0.04,
        "backdrop": 0.03,
        "defocused": 0.035,
        "flakes": 0.025,
        "near": 0.03,
        "part": 0.03,
        "drips": 0.02,
        "streams": 0.02,
        "splashes": 0.02,
        "ground-mist": 0.01,
    },
}
"""Profiles made of profiles, with shares."""


FITTED = "fitted"
"""What a recipe calls the profile that it brings itself."""
HELD_KINDS = frozenset(kind for profile in PROFILES.values() if profile.held_out for kind in profile.kinds)
"""Streaks of the profiles that are held out; what is fitted to somebody's rain may not use them either."""


def resolve_profile(name: str, rng: Rng) -> str:
    """The plain profile that a name stands for: itself, or one drawn from a mix."""
    if name not in MIXES:
        return name
    shares = MIXES[name]
    return str(rng.choice(list(shares), p=np.array(list(shares.values())) / sum(shares.values())))
