"""What a person asks for when teaching, and the folder of the run: all that a resumed run needs lies there."""

import contextlib
import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rainapp.base import paths
from rainapp.base.errors import BadModel, BadTreatment
from rainapp.base.new_files import NewFile
from rainapp.base.own_files import try_hold
from rainapp.base.regular_files import read_regular
from rainapp.base.textfile import append_text, json_line
from rainapp.library.cards import check_id

REQUEST, UNDERSTOOD, FITTED, OWN_RAIN, ENOUGH, SHARE, VERDICT = (
    f"{name}.json" for name in ("request", "understood", "fitted", "own-rain", "enough", "share", "verdict")
)
CURVE, LOCK = "curve.jsonl", "lock"
BYTES_MAX = 16 << 20
MINUTES = 25.0


@dataclass(frozen=True)
class Request:
    """`rainy`, `dry` and `clips` are photos, clips or folders; `name` is the id of the new model, `base` that of the old one.

    `title` is what people call the new model, its id where it is empty.
    `minutes` of work the run may take; `accept` is "if-better" or "never"; `own_results`: the base's results on the rainy
    photos, the mean of a photo and its mirror image, are learned from as well (self-training).
    """

    rainy: tuple[str, ...]
    name: str
    dry: tuple[str, ...] = ()
    clips: tuple[str, ...] = ()
    minutes: float = MINUTES
    base: str = "default"
    accept: str = "if-better"
    own_results: bool = False
    seed: int = 1
    title: str = ""


def folder_for(name: str) -> Path:
    """Where the run that teaches the model `name` lies."""
    return paths.runs_dir() / f"teach-{name}"


def keep(folder: Path, file: str, content: dict[str, Any]) -> None:
    """Write a part of the run's state, whole or not at all."""
    with NewFile(folder / file, replaces=True) as opened:
        opened.write((json_line(content) + "\n").encode())


def kept(folder: Path, file: str) -> dict[str, Any] | None:
    """A part of the run's state; None where it is not there yet. Raises BadTreatment where it is damaged."""
    if not (folder / file).exists():
        return None
    try:
        found = json.loads(read_regular(folder / file, BYTES_MAX))
    except (OSError, ValueError, RecursionError) as error:
        raise damaged(folder, file) from error
    if not isinstance(found, dict):
        raise damaged(folder, file)
    return found


def is_verdict(found: dict[str, Any]) -> bool:
    """Whether a part of the state is a verdict with all that is told of one."""
    figures = [part.get("fine_removed") if isinstance(part := found.get(key), dict) else None for key in ("before", "after")]
    said = isinstance(found.get("reasons"), list) and all(isinstance(reason, str) for reason in found["reasons"])
    kinds = found.get("event") == "verdict" and type(found.get("accepted")) is bool
    return said and kinds and "model" in found and all(type(figure) in (int, float) for figure in figures)


def verdict_of(folder: Path) -> dict[str, Any] | None:
    """The verdict of a run; None where it has none yet. Raises BadTreatment where it is damaged."""
    found = kept(folder, VERDICT)
    if found is not None and not is_verdict(found):
        raise damaged(folder, VERDICT)
    return found


def share_of(folder: Path) -> float:
    """The share of what was learned that was chosen; all of it where none was. Raises BadTreatment where it is damaged."""
    share = (kept(folder, SHARE) or {"share": 1.0}).get("share")
    if not isinstance(share, int | float) or isinstance(share, bool) or not 0 <= share <= 1:
        raise damaged(folder, SHARE)
    return float(share)


def damaged(folder: Path, file: str) -> BadTreatment:
    """The error of a run of which a file cannot be read, or holds what no run writes."""
    return BadTreatment(f"The run {folder.name} is damaged: {file} cannot be read.", "Start it anew.", folder)


def begin(request: Request) -> Path:
    """A new run folder that holds the request.

    Raises BadTreatment where a run of that name is there: two runs never share a folder.
    """
    folder = folder_for(request.name)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)  # copies of photos will lie in it
    except FileExistsError as error:
        raise BadTreatment(
            f"There is a run that teaches “{request.name}” already.",
            f"Go on with it: rainapp teach --resume {request.name}. Or choose another name.",
            folder,
        ) from error
    keep(folder, REQUEST, asdict(request))
    return folder


def find(name: str) -> Path:
    """The folder of a run by its path, its name, or the name of the model that it teaches. Raises BadTreatment without one."""
    for folder in (Path(name), paths.runs_dir() / name, folder_for(name)):
        if (folder / REQUEST).is_file():
            return folder
    raise BadTreatment(f"There is no run “{name}” that teaches a model.", f"Runs lie in {paths.runs_dir()}.")


def request_of(folder: Path) -> Request:
    """What the run in `folder` was asked for. Raises BadTreatment where it is damaged."""
    found = kept(folder, REQUEST) or {}
    try:
        lists = {key: _texts(found[key]) for key in ("rainy", "dry", "clips")}
        return _checked(Request(**{**found, **lists}))
    except (KeyError, TypeError, BadModel) as error:
        raise BadTreatment(f"The run {folder.name} is damaged: {REQUEST} is incomplete.", "Start it anew.", folder) from error


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError("no list of texts")
    return tuple(value)


def _checked(found: Request) -> Request:
    """`found`, which can have been asked for. Raises TypeError and BadModel for what cannot."""
    texts = all(isinstance(each, str) for each in (found.name, found.base))
    minutes = type(found.minutes) in (int, float) and 0 < found.minutes < math.inf
    rest = found.accept in ("if-better", "never") and type(found.own_results) is bool
    if not (texts and minutes and rest and type(found.seed) is int and found.seed >= 0):
        raise TypeError("no request")
    for name in (found.name, found.base) if found.base != "default" else (found.name,):
        check_id(name)
    return found


def abandon(folder: Path) -> None:
    """Remove the folder of a run that never began: it holds its request alone. Others stay."""
    if {file.name for file in folder.iterdir()} <= {REQUEST, LOCK}:
        for file in (folder / LOCK, folder / REQUEST):
            file.unlink(missing_ok=True)
        folder.rmdir()


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """The run in hand: nobody else goes on with it meanwhile. Raises BadTreatment where somebody does already."""
    with (folder / LOCK).open("ab") as file:
        if try_hold(file) == "theirs":
            raise BadTreatment(f"The run {folder.name} is at work already.", "Wait until it ends, or stop it there.", folder)
        yield


def is_held(folder: Path) -> bool:
    """Whether somebody has the run in hand."""
    try:
        with held(folder):
            return False
    except BadTreatment:
        return True


def note_point(folder: Path, point: dict[str, Any]) -> None:
    """Add a point to the curve of the run."""
    append_text(folder / CURVE, json_line(point) + "\n")


def curve_of(folder: Path) -> list[dict[str, Any]]:
    """The points of the curve by step. What a run did after its last checkpoint and did again counts once.

    A line that is cut, as by a loss of power, is passed over.
    """
    points: list[dict[str, Any]] = []
    try:
        lines = read_regular(folder / CURVE, BYTES_MAX).decode(errors="replace").splitlines()
    except OSError:
        return points
    for line in lines:
        with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):
            point = json.loads(line)
            points = [each for each in points if each["step"] < point["step"]] + [point]
    return points
