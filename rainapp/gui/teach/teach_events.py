"""What the process that teaches has said, as records that the pages show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Understood:
    """What was understood: how many count, the files of each kind, and what is left out and why."""

    rainy: int = 0
    judgeable: int = 0
    photos: tuple[tuple[Path, int], ...] = ()
    dry: tuple[Path, ...] = ()
    clips: tuple[Path, ...] = ()
    rejected: tuple[tuple[Path, str], ...] = ()
    notes: tuple[str, ...] = ()
    needed: int = 12
    needed_judgeable: int = 8
    needed_dry: int = 8

    @classmethod
    def of(cls, event: Event) -> "Understood":
        """From the event."""
        needed = event.get("needed", {})
        return cls(
            int(event["rainy"]) + int(event["clips"]),
            int(event.get("judgeable", 0)),
            tuple((Path(each["source"]), int(each["unit"])) for each in event.get("photos", ())),
            tuple(map(Path, event.get("dry_photos", ()))),
            tuple(map(Path, event.get("clip_files", ()))),
            tuple((Path(each["source"]), str(each["reason"])) for each in event.get("rejected", ())),
            tuple(map(str, event.get("notes", ()))),
            int(needed.get("usable", 12)),
            int(needed.get("judgeable", 8)),
            int(needed.get("dry", 8)),
        )

    @property
    def enough(self) -> bool:
        """Whether a teaching can begin."""
        return self.rainy >= self.needed and self.judgeable >= self.needed_judgeable

    @property
    def shown_twice(self) -> int:
        """How many photos are of a burst that counts as one."""
        return len(self.photos) - len({unit for _, unit in self.photos})

    def without(self, gone: set[Path], given_dry: Sequence[Path]) -> tuple[list[Path], list[Path]]:
        """All files one by one, rainy and dry, without those that are to go; `given_dry` says what came in as dry."""

        def is_dry(path: Path) -> bool:
            return any(path == place or place in path.parents for place in given_dry)

        others = [source for source, _ in self.rejected]
        rainy = [source for source, _ in self.photos] + list(self.clips) + [path for path in others if not is_dry(path)]
        dry = list(self.dry) + [path for path in others if is_dry(path)]
        rainy_left, dry_left = ([path for path in dict.fromkeys(each) if path not in gone] for each in (rainy, dry))
        return rainy_left, dry_left

    def left_out(self, *reasons: str) -> list[tuple[Path, str]]:
        """What is left out for one of these reasons."""
        return [(source, reason) for source, reason in self.rejected if reason in reasons]


@dataclass(frozen=True)
class Fitted:
    """The rain that was found: as a profile, how near it is, what is beside what, and photos to show it on."""

    profile: Mapping[str, Any] = field(default_factory=dict)
    distance: float = 0.0
    floor: float | None = None
    statistics: Mapping[str, Mapping[str, list[float]]] = field(default_factory=dict)
    dry: tuple[Path, ...] = ()
    rainy: tuple[Path, ...] = ()

    @classmethod
    def of(cls, event: Event) -> "Fitted":
        """From the event."""
        floor = event.get("floor")
        return cls(
            event["profile"],
            float(event.get("distance") or 0.0),
            None if floor is None else float(floor),
            event.get("statistics", {}),
            tuple(map(Path, event.get("dry", ()))),
            tuple(map(Path, event.get("rainy", ()))),
        )


@dataclass(frozen=True)
class Point:
    """A point of the curve: work so far in minutes, the share of fine rain taken out, the score of the check set in dB."""

    step: int
    minutes: float
    removed: float
    check: float

    @classmethod
    def of(cls, event: Event) -> "Point":
        """From the event."""
        values = (float(event.get(name) or 0.0) for name in ("minutes", "fine_removed", "check_psnr_y"))
        return cls(int(event["step"]), *values)


@dataclass(frozen=True)
class Pictures:
    """A photo, and by name what was made of it: "before" by the model that is taught, "now" or "after" by the taught one."""

    rainy: Path
    before: Path
    after: Path

    @classmethod
    def of(cls, event: Event) -> "Pictures":
        """From the event, or from a row of the verdict."""
        return cls(Path(event["rainy"]), Path(event["before"]), Path(event.get("now") or event.get("after") or event["rainy"]))


@dataclass(frozen=True)
class Outcome:
    """The verdict: whether it helped, why (not), what was measured before and after, and the photos that judged."""

    accepted: bool
    own_rain_only: bool
    model: str
    reasons: tuple[str, ...]
    removed: tuple[float, float]
    check: tuple[float, float]
    dry: tuple[float, float]
    photos: tuple[Pictures, ...]

    @classmethod
    def of(cls, event: Event) -> "Outcome":
        """From the event."""

        def both(name: str) -> tuple[float, float]:
            return float(event["before"].get(name) or 0.0), float(event["after"].get(name) or 0.0)

        rows = [row for row in event.get("photos", ()) if "before" in row and "after" in row]
        return cls(
            bool(event["accepted"]),
            bool(event.get("own_rain_only")),
            str(event.get("model") or ""),
            tuple(map(str, event["reasons"])),
            both("fine_removed"),
            both("check_psnr_y"),
            both("dry_change"),
            tuple(Pictures.of(row) for row in rows),
        )


@dataclass(frozen=True)
class Progress:
    """How far the stage at work is."""

    done: int = 0
    total: int = 0
    eta_s: float | None = None
    step: int = 0
    steps_s: float | None = None

    @property
    def share(self) -> float:
        """0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0


@dataclass(frozen=True)
class Trouble:
    """What went wrong and what helps."""

    message: str
    hint: str = ""
