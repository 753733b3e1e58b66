"""What was seen of a clip's flicker where nothing moves."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Flicker:
    """Grey levels of 255 between a frame and the next; None where that was not seen yet."""

    rainy: float | None = None
    locked: float | None = None
    unlocked: float | None = None

    def seen(self, before: float, after: float, locked: bool) -> "Flicker":
        """With what was seen last."""
        return replace(self, rainy=before, **{"locked" if locked else "unlocked": after})
