"""What `rainapp relate` finds out about folders of rainy photos, and the encoder that sees it.

The encoder and the kinds of rain it knows ship in `resources/relate`: it learned by contrast on drawn rain. A photo is looked
at in windows, at the scale on which streaks are as wide as in training, and what is seen is averaged.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from rainapp import media
from rainapp.base.errors import RainError, UnreadableFile
from rainapp.base.escapes import readable
from rainapp.base.image import Image, Pixels
from rainapp.inference.engines import device_lock
from rainapp.inference.instance_code import at_scale
from rainapp.jobs.records import Watch
from rainapp.media.photo.plain_pixels import Bytes, read_plain
from rainapp.metrics import rain_similarity
from rainapp.metrics.rain_similarity import Moves, Nearest, Rows
from rainapp.nets.coic import windows
from rainapp.nets.coic_net import CoicNet
from rainapp.nets.known_rain import DRY, Knowledge

WINDOWS = 16
PHOTOS_MAX = 400
"""Of a folder that are looked at."""
CROSSED, CROSSED_PX = 8, 256
"""Photos of a set whose rains and backgrounds are exchanged, and the side of the middle of each that is used."""


def seen(known: Knowledge, pixels: Pixels) -> Rows:
    """(C,) of length one: what the encoder sees of a picture (H, W, 3)."""
    with device_lock("cpu"), torch.inference_mode():
        features, _ = known.encoder(windows(torch.from_numpy(at_scale(pixels))[0], most=WINDOWS))
        return rain_similarity.directions(features.mean((0, 2, 3)).double().numpy() - known.middle)


@dataclass(frozen=True, eq=False)
class Looked:
    """A folder: its photos, what was seen of each (N, C), and sentences on what was left out."""

    name: str
    photos: Sequence[Path]
    rows: Rows
    notes: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Relation:
    """What `relate` found: `near` by photo among the folders where there are several, `kinds` among known kinds of rain."""

    folders: Sequence[Looked]
    similarity: Mapping[str, Mapping[str, float]]
    near: Mapping[Path, Nearest]
    kinds: Mapping[Path, Nearest]
    places: Mapping[Path, tuple[float, float]]
    steadiness: float
    moves: Mapping[str, Moves] = field(default_factory=dict)
    temperatures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def notes(self) -> list[str]:
        """What a person should know."""
        said = [sentence for folder in self.folders for sentence in folder.notes]
        for folder in self.folders:
            dry = sum(self.kinds[photo].name == DRY for photo in folder.photos)
            if dry:
                said.append(f"{dry} of {len(folder.photos)} photos of {readable(folder.name)} look dry.")
        if sum(len(folder.photos) for folder in self.folders) == 1:
            said.append("A single photo has nothing to be compared with but the known kinds of rain.")
        return said


def photos_in(folder: Path) -> list[Path]:
    """The photos of a folder by name, in order. Raises UnreadableFile where it is missing or holds none."""
    if not folder.is_dir():
        raise UnreadableFile(f"The folder {folder} does not exist.", "Name a folder of rainy photos.", folder)
    photos = [path for path in sorted(folder.iterdir()) if path.is_file() and media.is_media_name(path)]
    if not photos:
        raise UnreadableFile(f"The folder {folder} holds no photos.", "Name a folder of rainy photos.", folder)
    return photos


def sampled(photos: Sequence[Path], most: int = PHOTOS_MAX) -> list[Path]:
    """At most so many, spread evenly."""
    count = min(len(photos), most)
    return [photos[place * len(photos) // count] for place in range(count)]


def look(name: str, folder: Path, known: Knowledge, tick: Callable[[], None], most: int = PHOTOS_MAX) -> Looked:
    """Look at the photos of a folder; one that cannot be read is said. Raises UnreadableFile where none can be."""
    there = photos_in(folder)
    chosen = sampled(there, most)
    notes = [f"{readable(name)}: {len(chosen)} of {len(there)} photos, spread evenly, were looked at."] * (
        len(chosen) < len(there)
    )
    kept, rows = [], []
    for photo in chosen:
        try:
            rows.append(seen(known, read_plain(photo)))
            kept.append(photo)
        except RainError as error:
            notes.append(f"{readable(photo.name)} was left out: {readable(error.message)}")
        tick()
    if not kept:
        raise UnreadableFile(f"No photo in the folder {folder} can be read.", "Name a folder of rainy photos.", folder)
    return Looked(name, kept, np.stack(rows), notes)


def names_of(folders: Sequence[Path]) -> list[str]:
    """A name for each folder: the last parts of its path that tell it from the others."""
    whole = [folder.resolve().parts for folder in folders]
    for depth in range(1, max(map(len, whole)) + 1):
        names = ["/".join(parts[-depth:]) for parts in whole]
        if len(set(names)) == len(names):
            return names
    raise UnreadableFile("A folder is named twice.", "Name each folder once.")


def relate(folders: Sequence[Path], known: Knowledge, watch: Watch, most: int = PHOTOS_MAX) -> Relation:
    """Look at all photos of the folders and tell how they relate. Raises UnreadableFile, Cancelled."""
    names = names_of(folders)
    total = sum(min(most, len(photos_in(folder))) for folder in folders)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        watch.tick(done, total)

    return told([look(name, folder, known, tick, most) for name, folder in zip(names, folders, strict=True)], known)


def told(folders: Sequence[Looked], known: Knowledge) -> Relation:
    """How folders that were looked at relate."""
    sets = {folder.name: folder.rows for folder in folders}
    members = [(folder, photo, row) for folder in folders for photo, row in zip(folder.photos, folder.rows, strict=True)]
    kinds = {name: direction[None] for name, direction in known.kinds.items()}
    everything = np.concatenate(list(sets.values()))
    plane = rain_similarity.mapped(everything)
    return Relation(
        folders=folders,
        similarity=rain_similarity.matrix(sets),
        near={photo: rain_similarity.nearest(row, sets, folder.name) for folder, photo, row in members}
        if len(sets) > 1
        else {},
        kinds={photo: rain_similarity.nearest(row, kinds) for _, photo, row in members},
        places={photo: (float(x), float(y)) for (_, photo, _), (x, y) in zip(members, plane.places(everything), strict=True)},
        steadiness=rain_similarity.steadiness(everything),
    )


def middle(pixels: Bytes) -> Bytes:
    """The middle square of a picture (H, W, 3), mirrored on where it is smaller."""
    short = [max(0, CROSSED_PX - side) for side in pixels.shape[:2]]
    if any(short):
        pixels = np.asarray(np.pad(pixels, ((0, short[0]), (0, short[1]), (0, 0)), mode="symmetric"), np.uint8)
    top, left = ((side - CROSSED_PX) // 2 for side in pixels.shape[:2])
    return pixels[top : top + CROSSED_PX, left : left + CROSSED_PX]


def crossed(rainy: Sequence[Bytes], dry: Sequence[Bytes], see: Callable[[Bytes], Rows]) -> Moves:
    """Rain or detail: how far what is `seen` moves when the rain is exchanged, and when the background is.

    `rainy` and `dry` are the same pictures with rain and without, uint8; at least two.
    """
    pairs = [(middle(wet).astype(np.int16), middle(plain).astype(np.int16)) for wet, plain in zip(rainy, dry, strict=True)]
    grid = [
        [see(np.clip(background + (wet - plain), 0, 255).astype(np.uint8)) for wet, plain in pairs] for _, background in pairs
    ]
    return rain_similarity.moves(np.array(grid))


def rain_or_detail(folder: Looked, derain: Callable[[Image], Image], known: Knowledge) -> Moves | None:
    """`crossed` for a folder, with the default model's results for the pictures without rain; None for a single photo."""
    rainy = [read_plain(photo) for photo in sampled(folder.photos, CROSSED)]
    if len(rainy) < 2:
        return None
    dry = [np.asarray(derain(Image(pixels)).pixels, np.uint8) for pixels in rainy]
    return crossed(rainy, dry, lambda pixels: seen(known, pixels))


def temperatures(folder: Looked, net: CoicNet) -> dict[str, float]:
    """By layer of a net that adapts, how little the pictures of a folder move it, as a mean: see `Modulator.temperature`."""
    found: dict[str, list[float]] = {}
    with device_lock("cpu"), torch.inference_mode():
        for photo in sampled(folder.photos, WINDOWS):
            code = net.photo_code(torch.from_numpy(at_scale(read_plain(photo)))[0])
            for layer, value in net.net.temperatures(code[:, : net.net.code_size]).items():
                found.setdefault(layer, []).append(float(value))
    return {layer: float(np.mean(values)) for layer, values in found.items()}
