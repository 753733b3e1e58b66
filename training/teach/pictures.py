"""Pictures of a run for people: photos of theirs beside what a net makes of them, as files in the run's folder."""

from collections.abc import Sequence
from pathlib import Path

from torch import nn

from training.data.sources import read_or_none
from training.teach.measure import eight_bit

SEEN, JUDGED = "seen", "judged"
MOST = 12


def first_of(folder: Path) -> list[str]:
    """The first pictures of a folder of the run."""
    return sorted(str(file) for file in folder.iterdir())[:MOST] if folder.is_dir() else []


def shown(net: nn.Module, pictures: Sequence[str], folder: Path, name: str) -> None:
    """Write what a net makes of pictures into `folder`, under their names and `name`."""
    from training.teach.tripod import write_png

    folder.mkdir(exist_ok=True)
    for file in map(Path, pictures):
        picture = read_or_none(file)
        if picture is not None:
            write_png(folder / f"{file.stem}-{name}.png", eight_bit(net, picture))


def beside(pictures: Sequence[str], folder: Path, names: Sequence[str]) -> list[dict[str, str]]:
    """Each picture as "rainy", and by name what `shown` has written of it."""
    rows = []
    for file in map(Path, pictures):
        made = {name: folder / f"{file.stem}-{name}.png" for name in names}
        rows.append({"rainy": str(file)} | {name: str(path) for name, path in made.items() if path.is_file()})
    return rows
