"""Before learning: what was given becomes pictures in the run's folder, so that the run needs nothing else any more.

rainy/learn, choose, judge    real rain, split by unit (`gate.split`); frames of clips are learned from
dry/learn, judge              dry scenes, the user's own first
check                         photos that drawn rain falls on, always the same
pairs                         real pairs of clips, and results of the base where they are asked for
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from rainapp.base import paths
from rainapp.base.errors import BadTreatment
from training.data.crops import photo_files
from training.data.sources import read_or_none
from training.teach import gate
from training.teach.looks import Looks
from training.teach.measure import Bytes, derained
from training.teach.request import UNDERSTOOD, Request, keep
from training.teach.understand import Change, Understood, prepared, understand

DRY_MIN = 8
"""Dry scenes below which the bundled ones are learned from too."""
Tick = Callable[[int, int], None]


def look(request: Request, change: Change, tick: Tick, model_sha256: str) -> Understood:
    """Understand what was given; `require_enough` says whether it suffices."""
    rainy, dry, clips = (list(map(Path, places)) for places in (request.rainy, request.dry, request.clips))
    return understand(rainy, dry, clips, change, tick, Looks(model_sha256).at)


def require_enough(found: Understood) -> gate.Split:
    """How the photos are split. Raises BadTreatment where there are too few."""
    units = units_of(found)
    try:
        return gate.split(units, 1)
    except ValueError as error:
        counted: dict[str, int] = {}
        for each in found.rejected:
            counted[each.reason] = counted.get(each.reason, 0) + 1
        left_out = ", ".join(f"{count} {reason}" for reason, count in counted.items())
        raise BadTreatment(
            f"This is not enough to begin: {error}.",
            f"A burst, and a clip, counts as one. {f'Left out: {left_out}. ' * bool(left_out)}Add rainy photos.",
        ) from error


def units_of(found: Understood) -> list[bool]:
    """Whether each unit can judge; clips come last, and never judge."""
    return [unit.judgeable for unit in found.rainy] + [False] * len(found.clips)


def told(found: Understood) -> dict[str, Any]:
    """The event that says what was understood."""
    return {
        "event": "understood",
        "rainy": len(found.rainy),
        "dry": len(found.dry),
        "clips": len(found.clips),
        "rejected": [{"source": str(each.source), "reason": each.reason} for each in found.rejected],
        "notes": list(found.notes),
        "photos": [{"source": str(file), "unit": place} for place, unit in enumerate(found.rainy) for file in unit.files],
        "dry_photos": [str(file) for file in found.dry],
        "clip_files": [str(clip) for clip in found.clips],
        "judgeable": sum(unit.judgeable for unit in found.rainy),
        "needed": {"usable": gate.USABLE_MIN, "judgeable": gate.JUDGES_MIN + 2, "dry": DRY_MIN},
    }


def plan_of(request: Request, found: Understood) -> dict[str, Any]:
    """What is going to be done, as plain values."""
    split = require_enough(found)
    own = len(found.dry) if len(found.dry) >= DRY_MIN else f"{len(found.dry)} and the bundled ones"
    return {
        "event": "plan",
        "name": request.name,
        "base": request.base,
        "minutes": request.minutes,
        "learn": len(split.learn),
        "choose": len(split.choose),
        "judge": len(split.judge),
        "dry_scenes": own,
        "real_pairs": bool(found.clips),
        "own_results": request.own_results,
    }


def write(request: Request, found: Understood, folder: Path) -> None:
    """Write all pictures below `folder`, and last what was understood, which says that they are whole."""
    split = require_enough(found)
    for part in ("learn", "choose", "judge"):
        for place in getattr(split, part):
            if place < len(found.rainy):
                files = found.rainy[place].files if part == "learn" else found.rainy[place].files[:1]
                save(files, folder / "rainy" / part, f"{place:04}")
    dry = [file for file in found.dry if file.is_file()]
    held = dry[:: max(2, len(dry) // 16)] if len(dry) >= 4 else []
    bundled = {part: photo_files(paths.resource(f"dry/{part}"), 0) for part in ("starter", "check")}
    learn = [file for file in dry if file not in held]
    save(learn if len(learn) >= DRY_MIN else [*learn, *bundled["starter"]], folder / "dry" / "learn", "")
    save([*held, *bundled["check"]], folder / "dry" / "judge", "")
    save(bundled["check"], folder / "check", "")
    write_clips(found.clips, folder)
    counts = {part: len(places) for part, places in asdict(split).items()}
    keep(folder, UNDERSTOOD, {**told(found), "split": counts, "plan": plan_of(request, found)})


def save(files: Sequence[Path], folder: Path, name: str) -> None:
    """Copies of photos as they are learned from. One that has vanished meanwhile is left out."""
    from training.teach.tripod import write_png

    folder.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(files):
        photo = read_or_none(file)
        if photo is not None:
            write_png(folder / f"{name}{number:04}.png", prepared(photo))


def write_clips(clips: Sequence[Path], folder: Path) -> None:
    """A frame of each stretch of each clip to learn from, and the real pairs that its stretches give."""
    from training.teach import tripod

    for place, clip in enumerate(clips):
        for number, frames in enumerate(tripod.stretches(clip)):
            tripod.write_png(folder / "rainy" / "learn" / f"clip{place:03}{number:02}.png", prepared(frames[0]))
    if clips:
        tripod.write_pairs(list(clips), folder / "pairs")


def write_own_results(net: nn.Module, folder: Path, tick: Tick) -> int:
    """Pairs of rainy photos to learn from and what the base makes of them and their mirror images; how many."""
    from training.teach.tripod import write_png

    files = sorted((folder / "rainy" / "learn").iterdir())
    for name in ("rainy", "clean"):
        (folder / "pairs" / name).mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(files):
        tick(number, len(files))
        photo = read_or_none(file)
        if photo is not None:
            write_png(folder / "pairs" / "rainy" / f"own{number:04}.png", photo)
            write_png(folder / "pairs" / "clean" / f"own{number:04}.png", mirrored_result(net, photo))
    return len(files)


def mirrored_result(net: nn.Module, photo: Bytes) -> Bytes:
    """The mean of what a net makes of a photo and of its mirror image."""
    picture = photo.astype(np.float32) / np.float32(255)
    other = derained(net, np.ascontiguousarray(picture[:, ::-1]))[:, ::-1]
    return np.round((derained(net, picture) + other) * np.float32(127.5)).astype(np.uint8)
