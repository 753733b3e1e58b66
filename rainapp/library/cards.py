"""The model card: what is known about a model without opening its weights, and its file card.toml.

An unknown key is left out and said in words; a value that cannot be is an error, so that nothing odd reaches a net.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, cast

from rainapp.base.errors import BadModel, UnwritableFile
from rainapp.base.escapes import escaped
from rainapp.base.own_files import Like
from rainapp.base.regular_files import read_regular
from rainapp.base.system_errors import why_not_read, why_not_written
from rainapp.base.textfile import replace_text, toml_line
from rainapp.base.toml_text import parse_toml
from rainapp.nets.spec import SHAPES, Condition, NetSpec, WrapperSpec

ModelId = str
Veil = Literal["keep", "clear"]

CARD = "card.toml"
OURS = "unshuffle_naf"  # the net that older cards of ours have; nets of others do what they were published for
UNKNOWN_LICENCE = "licence unknown, private use"
PRECISIONS = frozenset({"fp32", "bf16", "fp16"})
CARD_BYTES_MAX = 256 * 1024  # a card is a page of text; anything larger is no card
TEXT_MAX = 16 * 1024  # of one value
PRIOR = "prior"
YOUNG = ("parents", "ideas", "kind")  # keys that older programs would tell as unknown: written where they say something
WRAPPERS_MAX = 4
NAMES_MAX = 32  # of conditions, parents or ideas
NOTES_MAX = 20  # what is not understood is told so often; a folder full of it says no more

# What a net may be made of, by the name of the parameter: far more than any has, and too little to stall or fill a machine.
SHAPE_LIMITS = {
    "width": 4096,
    "channels": 4096,
    "middle": 512,
    "stages": 64,
    "inside": 16,
    "blocks": 16,
    "window": 32,
    "before": 512,
    "after": 512,
}
SHAPE_MAX = 1024  # of a parameter that is not among these
LEVELS_MAX = 8
BLOCKS_MAX = 512  # of all levels together
PARAMETERS_MAX = 32
FIGURES_MAX = 1000
FIGURE_MAX = 1e9  # figures are added up and shown

_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")
_WINDOWS_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


@dataclass(frozen=True)
class ModelCard:
    """What is known about a model without opening its weights.

    `shape` holds the parameters of `nets.build(arch, **shape)`; `sha256` is that of the weights file; `multiple_of_px` is the
    step of the picture sides the net works on inside (it pads by itself), `receptive_px` how far a pixel sees, hence how far
    tiles must overlap; `precisions` were found accurate; `veils` is ("keep",), or ("keep", "clear") where the net takes a
    condition; `figures` are measured, by name ("rain100l.psnr_y": 36.2).

    `around` are the wrappers around the net, innermost first, each with its own shape; `conditions` what the net takes beside
    the picture ("clear", "code:128"); `from_coarse` and `gate_faint` see `Traits`, None in older cards; `parents` the weights
    it comes of; `ideas` the methods it was trained with. `kind` is "derainer" or "prior"; of a prior `arch` is its kind and
    `sha256` that of all its files (`rainapp.library.priors`).
    """

    id: ModelId
    title: str
    arch: str
    sha256: str
    summary: str = ""
    shape: dict[str, Any] = field(default_factory=dict, hash=False)
    licence: str = UNKNOWN_LICENCE
    multiple_of_px: int = 1
    receptive_px: int = 64
    precisions: frozenset[str] = frozenset({"fp32"})
    veils: tuple[Veil, ...] = ("keep",)
    trained_on: str = ""
    recipe: str | None = None
    figures: dict[str, float] = field(default_factory=dict, hash=False)
    around: dict[str, dict[str, Any]] = field(default_factory=dict, hash=False)
    conditions: tuple[str, ...] | None = None
    from_coarse: bool | None = None
    gate_faint: bool | None = None
    parents: tuple[str, ...] = ()
    ideas: tuple[str, ...] = ()
    kind: str = "derainer"

    @property
    def is_prior(self) -> bool:
        """Whether it repairs what a derainer has left, and takes no rain out itself."""
        return self.kind == PRIOR

    @property
    def spec(self) -> NetSpec:
        """The net as data."""
        return NetSpec(self.arch, self.shape, tuple(WrapperSpec(kind, shape) for kind, shape in self.around.items()))

    @property
    def takes(self) -> tuple[Condition, ...]:
        """What the net takes beside the picture; older cards say it by the shape of the one net that took something."""
        if self.conditions is not None:
            return tuple(map(Condition.of, self.conditions))
        conditional = self.shape.get("conditional", SHAPES.get(self.arch, {}).get("conditional", False))
        return (Condition("clear"),) if conditional else ()

    @property
    def sees_sizes(self) -> bool:
        """Whether large pictures are shown to the net at several sizes."""
        return self.arch == OURS if self.from_coarse is None else self.from_coarse

    @property
    def gates_faint(self) -> bool:
        """Whether what the net changes a little is undone where a photo is dry."""
        return self.arch == OURS if self.gate_faint is None else self.gate_faint

    @property
    def licence_known(self) -> bool:
        """Whether the terms of use are stated."""
        return self.licence != UNKNOWN_LICENCE


def check_id(model_id: ModelId) -> ModelId:
    """`model_id`, if it is a folder name that is safe on every system: letters, digits, `-`, `_`, `.`, at most 64.

    Raises:
        BadModel: for any other name, and for "default", which is an alias.
    """
    stem = model_id.split(".")[0].lower()
    if not _ID.fullmatch(model_id) or stem in _WINDOWS_DEVICES or model_id.lower() == "default":
        raise BadModel(
            f"“{printable(model_id)}” cannot be the id of a model.",
            "An id has letters, digits, “-”, “_” and “.”, begins with a letter or a digit, and has at most 64 characters.",
        )
    return model_id


def write_card(folder: Path, card: ModelCard, like: Like = None) -> Path:
    """Write `card` into `folder` as card.toml, whole or not at all, for those who may read `like`; returns its path."""
    lines: list[str] = []
    tables: list[str] = []
    for item in fields(card):
        value = getattr(card, item.name)
        if item.name == "around":
            for kind, shape in value.items():
                tables += ["", f"[around.{kind}]", *(toml_line(key, entry) for key, entry in shape.items())]
        elif isinstance(value, dict):
            tables += ["", f"[{item.name}]", *(toml_line(key, entry) for key, entry in value.items())]
        elif value is not None and (item.name not in YOUNG or value != item.default):
            lines.append(toml_line(item.name, sorted(value) if isinstance(value, frozenset) else value))
    path = folder / CARD
    replace_text(path, "\n".join([*lines, *tables]) + "\n", like)
    return path


def read_card(folder: Path, default_id: ModelId | None = None) -> tuple[ModelCard, list[str]]:
    """The card in `folder`, and in words what in it was not understood (and is ignored).

    A card without an id has the name of its folder, or `default_id`.

    Raises:
        BadModel: no card, no TOML, or a value that cannot be.
    """
    path = folder / CARD
    try:
        raw = read_regular(path, CARD_BYTES_MAX)
    except FileNotFoundError as error:
        raise BadModel(f"There is no {CARD}.", "A model is a folder with a card and its weights.", path) from error
    except OSError as error:
        raise BadModel(f"{CARD} cannot be read: {why_not_read(error)}.", path=path) from error
    return parse_card(raw, default_id or folder.name, path)


def parse_card(raw: bytes, default_id: ModelId, path: Path | None = None) -> tuple[ModelCard, list[str]]:
    """The card in the bytes of a card.toml; see `read_card`."""
    if len(raw) > CARD_BYTES_MAX:
        raise BadModel(f"{CARD} is larger than {CARD_BYTES_MAX // 1024} kB.", "That is no model card.", path)
    try:
        table = parse_toml(raw)
    except ValueError as error:
        raise BadModel(
            f"{CARD} is not valid TOML: {printable(str(error))[:200]}.", "Correct the card, or import the model again.", path
        ) from error
    table.setdefault("id", default_id)
    known = {item.name for item in fields(ModelCard)}
    unknown = [key for key in table if key not in known]
    notes = [f"{CARD} has the unknown key “{printable(key)[:60]}”, which is ignored." for key in unknown[:NOTES_MAX]]
    values = {key: value for key, value in table.items() if key in known}
    for key in values:
        _check_value(key, values[key], path)
    missing = [key for key in ("title", "arch", "sha256") if not values.get(key)]
    if missing:
        raise BadModel(f"{CARD} lacks {', '.join(missing)}.", "Import the model again.", path)
    values["precisions"] = frozenset(values.get("precisions", ("fp32",)))
    values["veils"] = tuple(values.get("veils", ("keep",)))
    values["sha256"] = values["sha256"].lower()
    for key in ("conditions", "parents", "ideas"):
        if key in values:
            values[key] = tuple(values[key])
    values["figures"] = {key: float(value) for key, value in values.get("figures", {}).items()}
    check_id(values["id"])
    return ModelCard(**values), notes


def check_shape(shape: Mapping[str, Any]) -> str | None:
    """Which of the parameters in [shape] no net has, or None: each a number, a switch, a word, or blocks by level, in bounds.

    They are looked at before anything is built, since building takes time and memory by what they say.
    """
    if len(shape) > PARAMETERS_MAX:
        return f"more than {PARAMETERS_MAX} parameters"
    return next((f"{key} = {str(value)[:40]}" for key, value in shape.items() if not _is_size(key, value)), None)


def _are_wrappers(value: Mapping[str, Any]) -> bool:
    """Whether a table may stand around a net: few, called by words, each of a shape that can be."""
    shapes = all(isinstance(shape, dict) and check_shape(shape) is None for shape in value.values())
    return len(value) <= WRAPPERS_MAX and all(map(str.isidentifier, value)) and shapes


def _are_names(value: list[str]) -> bool:
    return len(value) <= NAMES_MAX and all(len(name) <= TEXT_MAX for name in value)


def _are_conditions(value: list[str]) -> bool:
    try:
        found = [Condition.of(text) for text in value]
    except ValueError:
        return False
    return _are_names(value) and all(len(each.size) <= 1 and all(0 < axis <= SHAPE_MAX for axis in each.size) for each in found)


def _is_size(key: str, value: object) -> bool:
    if isinstance(value, list):
        return len(value) <= LEVELS_MAX and all(_is_count(item, BLOCKS_MAX) for item in value) and sum(value) <= BLOCKS_MAX
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return _is_count(value, SHAPE_LIMITS.get(key, SHAPE_MAX))
    return _is_number(value) or (isinstance(value, str) and len(value) <= 64)


def _is_count(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_figure(value: object) -> bool:
    return _is_number(value) and abs(cast(float, value)) <= FIGURE_MAX


def _check_value(key: str, value: object, path: Path | None) -> None:
    """Raise `BadModel` unless `value` can stand under `key` of a card."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    words = isinstance(value, list) and all(isinstance(item, str) for item in value)
    fits = {
        "sha256": isinstance(value, str) and re.fullmatch(r"[0-9a-fA-F]{64}", value) is not None,
        "shape": isinstance(value, dict) and check_shape(value) is None,
        "figures": isinstance(value, dict) and len(value) <= FIGURES_MAX and all(map(_is_figure, value.values())),
        "multiple_of_px": whole and 1 <= cast(int, value) <= 1024,
        "receptive_px": whole and 0 <= cast(int, value) <= 65536,
        "precisions": words and bool(value) and set(cast(list[str], value)) <= PRECISIONS,
        "veils": value in (["keep"], ["keep", "clear"]),
        "around": isinstance(value, dict) and _are_wrappers(value),
        "conditions": words and _are_conditions(cast(list[str], value)),
        "parents": words and _are_names(cast(list[str], value)),
        "ideas": words and _are_names(cast(list[str], value)),
        "from_coarse": isinstance(value, bool),
        "gate_faint": isinstance(value, bool),
        "kind": value in ("derainer", PRIOR),
    }.get(key, isinstance(value, str) and len(value) <= TEXT_MAX)
    if fits:
        return
    odd: object = value
    if key == "shape" and isinstance(value, dict):
        odd = check_shape(value)
    elif key == "figures" and isinstance(value, dict):
        odd = next((f"{name} = {entry}" for name, entry in value.items() if not _is_figure(entry)), "too many")
    raise BadModel(f"{CARD} has an impossible value for “{key}”: {printable(str(odd))[:60]}.", path=path)


def printable(text: str) -> str:
    """`text` without characters that could drive a terminal: control characters as escapes, others that show nothing as �."""
    return "".join(c if c.isprintable() else "�" for c in escaped(text))


def unwritable(path: Path, error: OSError) -> UnwritableFile:
    """The error for a file or folder of the library that cannot be written."""
    return UnwritableFile(
        f"{path} cannot be written: {why_not_written(error)[0]}.", "Choose another folder with --models-dir.", path
    )
