"""What a person changes of the rain that was found: a little more or less of what it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LAYERS_MAX = 4
ALPHA = (0.02, 0.95)
SLANT_DEG = 90.0
UPRIGHT = (-15.0, 15.0)
"""The directions of a rain that has none of its own, once it is slanted."""


@dataclass(frozen=True)
class OwnRain:
    """Strength and haze in percent of what was found, layers and degrees of slant more (or less)."""

    strength: int = 100
    layers: int = 0
    slant: int = 0
    haze: int = 100

    @property
    def as_found(self) -> bool:
        """Whether nothing is changed."""
        return self == OwnRain()

    def of(self, profile: Mapping[str, Any]) -> dict[str, Any]:
        """The profile with the changes, within what can be drawn."""
        made = dict(profile)
        low, high = sorted(min(ALPHA[1], max(ALPHA[0], float(value) * self.strength / 100)) for value in profile["alpha"])
        made["alpha"] = [round(low, 3), round(high, 3)]
        made["layers"] = sorted(min(LAYERS_MAX, max(1, int(count) + self.layers)) for count in profile["layers"])
        share, most = profile.get("veil") or (0.0, 0.0)
        made["veil"] = [round(min(1.0, float(share) * self.haze / 100), 2), float(most)]
        if self.slant:
            lean = profile.get("lean") or UPRIGHT
            made["lean"] = [round(min(SLANT_DEG, max(-SLANT_DEG, float(value) + self.slant)), 1) for value in lean]
        return made
