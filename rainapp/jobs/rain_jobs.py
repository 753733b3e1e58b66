"""Jobs that draw rain for people to look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, eq=False)
class DrawRain:
    """Draw rain on a dry photo, no side longer than `longest_px`. `profile`: the rain as plain values; `seed`: which drops."""

    source: Path
    profile: Mapping[str, Any]
    seed: int
    longest_px: int = 960
