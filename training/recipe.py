"""Recipe: all that a run depends on, as TOML. Free of torch, so that a form can be drawn and checked from it.

A recipe is complete: a run depends on nothing else. Unknown keys and impossible values are `BadRecipe` with a sentence.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_type_hints

from rainapp.base.errors import BadRecipe
from rainapp.base.escapes import escaped
from rainapp.base.regular_files import read_regular
from rainapp.base.toml_text import parse_toml
from rainapp.library.cards import check_shape
from rainapp.nets.spec import SHAPES, SILENT
from training.rain.generator import BLENDS
from training.rain.profiles import PROFILES, RainProfile

Filled = TypeVar("Filled")
FILE_BYTES_MAX = 256 * 1024  # a recipe is a page of text
SHOWN_MAX = 80  # characters of a foreign value in a sentence


@dataclass(frozen=True)
class Net:
    """The net to train: an architecture and its shape parameters, which stand beside `arch` in the file.

    What is not `given` is as `nets.spec.SHAPES` has it.
    """

    arch: str = "unshuffle_naf"
    given: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        whole = SHAPES.get(self.arch, {}) | {k: list(v) if isinstance(v, tuple) else v for k, v in self.given.items()}
        object.__setattr__(self, "given", whole)

    @classmethod
    def of(cls, arch: str = "unshuffle_naf", **given: Any) -> "Net":
        """The net `arch` with these shape parameters."""
        return cls(arch, given)

    def but(self, **given: Any) -> "Net":
        """The same net with other shape parameters."""
        return Net(self.arch, {**self.given, **given})

    def shape(self) -> dict[str, Any]:
        """All shape parameters; young ones only where they say something, since older cards have none."""
        return {key: value for key, value in self.given.items() if value != SILENT.get(key)}

    def problem(self) -> str | None:
        """Why there is no such net, in a sentence; None where there is."""
        if self.arch not in SHAPES:
            return f"The architecture “{escaped(self.arch)[:SHOWN_MAX]}” cannot be trained; {', '.join(SHAPES)} can."
        for key, value in self.given.items():
            if key not in SHAPES[self.arch]:
                known = ", ".join(SHAPES[self.arch])
                return f"The recipe has an unknown key “net.{escaped(key)[:SHOWN_MAX]}”. Known here: arch, {known}."
            if not _alike(value, SHAPES[self.arch][key]):
                return f"The value of “net.{key}” in the recipe is of the wrong kind: {escaped(repr(value))[:SHOWN_MAX]}."
        if check_shape(self.shape()) is not None:
            return "The net has more blocks or levels than can be (encoder, middle, decoder)."
        return None


def _alike(value: object, example: object) -> bool:
    """Whether a shape parameter is of the kind of its example; whole numbers serve for others."""
    if isinstance(example, list):
        return isinstance(value, list) and all(type(item) is int for item in value)
    return type(value) is type(example) or (isinstance(example, float) and type(value) is int)


@dataclass(frozen=True)
class Data:
    """`clean`: folder of rain-free photos. `limit` 0 uses all. `scales`: photos are also used at these sizes.

    `turned` of the crops lie on their side, `structures` of them have man-made lines drawn on them
    (`training.scenery.structures`), `strands` of them grass, hair or wool (`training.scenery.strands`), `uprights` boards,
    posts or tiles (`training.scenery.uprights`), `grounds` flat walls, dark skies or asphalt (`training.scenery.grounds`),
    `lights` the lights of a night or of a low sun (`training.scenery.lights`). `mimics` is the share of samples, beside the
    dry ones of the rain block, that show one of the last three and no rain. `confusing` adds that many times the dry samples
    of the rain block again, of crops that the first weights of the run harm most among a few thousand
    (`training.data.hard_negatives`). `workers` processes draw samples ahead; 0 draws them in the training process itself.
    `rainy`: folder of real rainy photos without partners; `pairs`: folder of real pairs, "rainy" and "clean" or called alike.
    """

    clean: str = ""
    limit: int = 0
    scales: tuple[float, ...] = (1.0, 0.62, 0.4)
    turned: float = 0.0
    structures: float = 0.0
    strands: float = 0.0
    uprights: float = 0.0
    grounds: float = 0.0
    lights: float = 0.0
    mimics: float = 0.0
    confusing: float = 0.0
    workers: int = 0
    rainy: str = ""
    pairs: str = ""


@dataclass(frozen=True)
class Rain:
    """Which rain is drawn: profile names, blend models, names kept out of training; `dry` is the share left without rain.

    `clear_share` of the samples are to be cleared of haze too; `shrunk` of them are reduced after the rain was drawn.
    """

    profiles: tuple[str, ...] = ("balanced",)
    blends: tuple[str, ...] = BLENDS
    held_out: tuple[str, ...] = tuple(name for name, profile in PROFILES.items() if profile.held_out)
    dry: float = 0.07
    shrunk: float = 0.2
    clear_share: float = 0.35


@dataclass(frozen=True)
class Train:
    """How long and how: `steps`, or `minutes` of work where positive, end the run; cosine from `lr` to a hundredth.

    Work is process time on a CPU and time inside steps on an accelerator, so a stopped, busy or sleeping machine costs nothing.
    `loss` is l1 or psnr; with l1, `fft_weight` adds spectral L1 and `even_out` 0 to 1 lets samples with little rain count as
    much as heavy ones (`losses.rain_weights`); with psnr, `boldness` makes rain that is left dearer than what is taken too
    much where rain is light (`losses.psnr_loss`). `optimiser` is adamw or muon (`training.loop.optimisers`).
    """

    steps: int = 20000
    minutes: float = 0.0
    batch: int = 16
    crop_px: int = 96
    lr: float = 2e-4
    warmup_steps: int = 200
    optimiser: str = "adamw"
    weight_decay: float = 1e-4
    clip: float = 1.0
    ema: float = 0.999
    loss: str = "l1"
    fft_weight: float = 0.01
    even_out: float = 0.0
    boldness: float = 1.0
    precision: str = "auto"
    save_minutes: float = 5.0


@dataclass(frozen=True)
class Validate:
    """Folders with rainy/ and clean/, how often, and how many pictures of each (0: all)."""

    sets: tuple[str, ...] = ()
    every_minutes: float = 10.0
    limit: int = 0


@dataclass(frozen=True)
class Balance:
    """Balanced data (`training.strategies.balance`): so many `backgrounds`, drawn evenly over backgrounds × kinds of rain.

    A background is a square of `patch_px` of a photo, always the same; 0: a whole photo. `order` says which of them: random, or
    by complexity (code length) the simplest or most complex. `order_seed` shuffles; fewer backgrounds are the first of more.
    """

    backgrounds: int = 128
    patch_px: int = 0
    order: str = "random"
    order_seed: int = 1


@dataclass(frozen=True)
class Dil:
    """Distortion-invariant learning (`training.strategies.dil`): `variant` sf, pf, ss, ps or erm over the `types` of rain.

    A type is a profile, or profile:blend; none: every plain profile of the rain block. `inner_lr` is the virtual step; `steps`
    those of pf (0: as many as types); `chain`: each virtual step of ss begins where the last one ended. `inner` is the
    optimiser of the virtual steps of sf and pf, adam or sgd.
    """

    variant: str = "sf"
    inner_lr: float = 1e-4
    types: tuple[str, ...] = ()
    steps: int = 0
    chain: bool = False
    inner: str = "adam"


@dataclass(frozen=True)
class Coic:
    """Adapting to the picture at hand (`training.strategies.coic`): `weight` of the contrastive term from `start_step` on.

    The code of the encoder has `code_size` numbers, its first layer `encoder_width` channels; its key copy keeps `momentum` of
    itself each step, similarities are divided by `temperature`, and `negatives` of those of a sample differ in detail. `kinds`
    is the weight of a second term, by which samples of one kind of rain are alike. `labels`: the control, a learned code for
    each kind of rain and no encoder. `real_share` of the samples are real photos, every second one of `data.rainy`.
    """

    weight: float = 0.2
    start_step: int = 0
    code_size: int = 128
    encoder_width: int = 32
    momentum: float = 0.999
    temperature: float = 1.0
    negatives: int = 4
    kinds: float = 0.0
    labels: bool = False
    real_share: float = 0.0


@dataclass(frozen=True)
class Transfer:
    """Task transfer (`training.strategies.transfer`): runs of connected tasks as `teachers`, by folder or name.

    `pairs` is how many drawn pairs of rain the run sees, 0 for no limit; `rehearsal` the share of its steps that go on
    distilling the teachers, where the recipe names no shares of tasks itself.
    """

    teachers: tuple[str, ...] = ()
    pairs: int = 200
    rehearsal: float = 0.25


@dataclass(frozen=True)
class Fuse:
    """The net that fuses frames (`training.tasks.fuse`): clips to draw, of which the first are held out, and its error."""

    clips: int = 494
    held_out: int = 16
    regret: float = 1.0


@dataclass(frozen=True)
class Repair:
    """What a prior learns to repair: what the model `derainer` leaves of rainy crops; empty: the rainy crops themselves.

    With this block the task autoencode teaches the encoder alone, towards the codes of the clean crop; without it the whole net
    learns clean photos. The tasks inpaint and denoise always repair.
    """

    derainer: str = "default"


@dataclass(frozen=True)
class Recipe:
    """One training run. `start_from` is a model id, a run folder or a weights file; empty starts from random weights.

    `tasks` names several tasks and their shares of the steps; then `task` says nothing. Each of the last blocks is optional: it
    switches a strategy on, or belongs to a task. `fitted` is a profile of the recipe's own (`training.rain.fit`), "fitted" by
    name.
    """

    task: str = "derain"
    tasks: Mapping[str, float] = field(default_factory=dict, hash=False)
    start_from: str = ""
    seed: int = 1
    net: Net = field(default_factory=Net)
    data: Data = field(default_factory=Data)
    rain: Rain = field(default_factory=Rain)
    train: Train = field(default_factory=Train)
    validate: Validate = field(default_factory=Validate)
    balance: Balance | None = None
    dil: Dil | None = None
    coic: Coic | None = None
    transfer: Transfer | None = None
    fuse: Fuse | None = None
    repair: Repair | None = None
    fitted: RainProfile | None = None

    def shares(self) -> dict[str, float]:
        """Each task and its share of the steps; they sum to 1."""
        if self.rehearses():
            assert self.transfer is not None  # it rehearses
            return {"derain": 1 - self.transfer.rehearsal, "distil": self.transfer.rehearsal}
        whole = sum(self.tasks.values())
        return {name: share / whole for name, share in self.tasks.items()} if self.tasks else {self.task: 1.0}

    def rehearses(self) -> bool:
        """Whether a run that derains goes on distilling teachers beside it."""
        block = self.transfer
        return bool(block and block.teachers and 0 < block.rehearsal < 1 and not self.tasks and self.task == "derain")

    def to_toml(self) -> str:
        """The recipe as TOML; `from_toml` gives it back."""
        plain = ("task", "start_from", "seed")
        lines = [f"{key} = {_value(getattr(self, key))}" for key in plain]
        for each in dataclasses.fields(self):
            block = getattr(self, each.name)
            if each.name in plain or not block:
                continue
            values = {"arch": self.net.arch} | self.net.shape() if each.name == "net" else _keys(block)
            lines += ["", f"[{each.name}]", *(f"{key} = {_value(value)}" for key, value in values.items())]
        return "\n".join(lines) + "\n"


def _keys(block: object) -> dict[str, Any]:
    return dict(block) if isinstance(block, Mapping) else dict(vars(block))


def _value(value: object) -> str:
    """A TOML literal of a string, number, boolean or tuple of these."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return repr(value)


def from_toml(text: str, origin: Path | None = None) -> Recipe:
    """The recipe of a TOML text. Raises BadRecipe, with a sentence, for broken TOML, unknown keys and wrong types."""
    try:
        table = parse_toml(text.encode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise BadRecipe(
            f"The recipe is not valid TOML: {escaped(str(error))[:200]}.",
            "Compare with a recipe in training/experiments.",
            origin,
        ) from error
    return _fill(Recipe, table, "", origin)


def read(path: Path) -> Recipe:
    """The recipe in a file. Raises BadRecipe when it cannot be read."""
    try:
        return from_toml(read_regular(path, FILE_BYTES_MAX).decode("utf-8"), path)
    except OSError as error:
        raise BadRecipe(f"The recipe {path.name} cannot be read.", f"{error.strerror}.", path) from error
    except UnicodeDecodeError as error:
        raise BadRecipe(f"The recipe {path.name} cannot be read.", str(error), path) from error


def _net(table: dict[str, Any], origin: Path | None) -> Net:
    """The net block: whatever shape its architecture has."""
    arch = _convert(str, table.get("arch", "unshuffle_naf"), "net.arch", origin)
    net = Net(arch, {key: value for key, value in table.items() if key != "arch"})
    if problem := net.problem():
        raise BadRecipe(problem, "See the recipes in training/experiments.", origin)
    return net


def _fill(kind: type[Filled], table: dict[str, Any], where: str, origin: Path | None) -> Filled:
    fields = {f.name: f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = escaped(f"{where}{key}")[:SHOWN_MAX]
        if key not in fields:
            raise BadRecipe(f"The recipe has an unknown key “{name}”.", f"Known here: {', '.join(fields)}.", origin)
        values[key] = _convert(hints[key], value, name, origin)
    return kind(**values)


def _convert(wanted: Any, value: Any, name: str, origin: Path | None) -> Any:
    if isinstance(wanted, UnionType):  # an optional block that is there
        wanted = next(each for each in wanted.__args__ if each is not NoneType)
    if wanted is Net and isinstance(value, dict):
        return _net(value, origin)
    if getattr(wanted, "__origin__", None) is Mapping and isinstance(value, dict):
        return {escaped(key)[:SHOWN_MAX]: _convert(wanted.__args__[1], v, f"{name}.{key}", origin) for key, v in value.items()}
    if dataclasses.is_dataclass(wanted) and isinstance(value, dict):
        return _fill(wanted, value, f"{name}.", origin)  # type: ignore[arg-type]
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if wanted in (str, int, float, bool) and type(value) is wanted:
        return value
    if getattr(wanted, "__origin__", None) is tuple and isinstance(value, list):
        return tuple(_convert(wanted.__args__[0], item, f"{name}[{i}]", origin) for i, item in enumerate(value))
    raise BadRecipe(
        f"The value of “{name}” in the recipe is of the wrong kind: {escaped(repr(value))[:SHOWN_MAX]}.",
        "See the recipes in training/experiments.",
        origin,
    )
