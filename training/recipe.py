"""Recipe: all that a run depends on, as TOML. Free of torch, so that a form can be drawn and checked from it.

A recipe is complete: a run depends on nothing else. Unknown keys and impossible values are `BadRecipe` with a sentence.
"""

import dataclasses
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from rainapp.cards import check_shape
from rainapp.errors import BadRecipe
from rainapp.escapes import escaped
from rainapp.media.pairs import CLEAN_WORDS, RAINY_WORDS, side
from rainapp.regular import read_regular
from rainapp.toml_text import parse_toml
from training.rain.generator import BLENDS
from training.rain.profiles import MIXES, PROFILES

Filled = TypeVar("Filled")
FILE_BYTES_MAX = 256 * 1024  # a recipe is a page of text
SHOWN_MAX = 80  # characters of a foreign value in a sentence


@dataclass(frozen=True)
class Net:
    """The net to train; `shape` overrides of the architecture stand as further keys in the file."""

    arch: str = "unshuffle_naf"
    width: int = 24
    encoder: tuple[int, ...] = (2, 2, 4)
    middle: int = 4
    decoder: tuple[int, ...] = (2, 2, 2)
    conditional: bool = True
    inside: int = 1
    mirrored: bool = False

    def shape(self) -> dict[str, Any]:
        """The architecture's own parameters; `inside` and `mirrored` only where they say something: older cards have none."""
        return (
            {
                "width": self.width,
                "encoder": list(self.encoder),
                "middle": self.middle,
                "decoder": list(self.decoder),
                "conditional": self.conditional,
            }
            | ({"inside": self.inside} if self.inside != 1 else {})
            | ({"mirrored": True} if self.mirrored else {})
        )


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
    """How long and how: `steps`, or `minutes` of wall clock where positive, end the run; cosine from `lr` to a hundredth.

    `loss` is l1 or psnr; with l1, `fft_weight` adds spectral L1 and `even_out` 0 to 1 lets samples with little rain count as
    much as heavy ones (`losses.rain_weights`); with psnr, `boldness` makes rain that is left dearer than what is taken too
    much where rain is light (`losses.psnr_loss`). `optimiser` is adamw or muon (`training.loop.muon`).
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
class Recipe:
    """One training run. `start_from` is a model id, a run folder or a weights file; empty starts from random weights."""

    task: str = "derain"
    start_from: str = ""
    seed: int = 1
    net: Net = field(default_factory=Net)
    data: Data = field(default_factory=Data)
    rain: Rain = field(default_factory=Rain)
    train: Train = field(default_factory=Train)
    validate: Validate = field(default_factory=Validate)

    def problems(self) -> list[str]:
        """What is impossible, a sentence each; empty when the recipe can run."""
        found = []
        known = set(PROFILES) | set(MIXES)
        if self.task != "derain":
            found.append(f"The task “{self.task}” is not built; “derain” is.")
        for name in self.rain.profiles:
            if name not in known:
                found.append(f"The rain profile “{name}” is unknown; known are {', '.join(sorted(known))}.")
            elif kept := sorted({name, *MIXES.get(name, {})} & set(self.rain.held_out)):
                within = "" if kept == [name] else f", which has {', '.join(kept)} in it,"
                found.append(f"The rain profile “{name}”{within} is held out and cannot be trained on in the same run.")
        found += [f"The held-out rain profile “{name}” is unknown." for name in self.rain.held_out if name not in known]
        found += [
            f"The blend model “{b}” is unknown; known are {', '.join(BLENDS)}." for b in self.rain.blends if b not in BLENDS
        ]
        if not self.rain.profiles or not self.rain.blends:
            found.append("At least one rain profile and one blend model are needed.")
        if self.rain.clear_share > 0 and not self.net.conditional:
            found.append(
                "A net without condition cannot learn to clear haze and to keep it (net.conditional, rain.clear_share)."
            )
        if not self.data.clean:
            found.append("No folder of clean photos is named (data.clean).")
        elif not Path(self.data.clean).is_dir():
            found.append(f"The folder of clean photos “{self.data.clean}” does not exist.")
        for name in self.validate.sets:
            if not side(Path(name), RAINY_WORDS, "rainy").is_dir() or not side(Path(name), CLEAN_WORDS, "clean").is_dir():
                found.append(f"The validation set “{name}” has no folders rainy and clean.")
        return found + self._number_problems()

    def _number_problems(self) -> list[str]:
        train = self.train
        checks = [
            (self.seed >= 0, "seed cannot be negative."),
            (min(self.data.limit, self.validate.limit) >= 0, "data.limit and validate.limit cannot be negative."),
            (train.steps > 0 or train.minutes > 0, "Either train.steps or train.minutes must be above 0."),
            (0 <= train.minutes < math.inf, "train.minutes must be a number of minutes, 0 for none."),
            (1 <= train.batch <= 65536, "train.batch must lie from 1 to 65536."),
            (16 <= train.crop_px <= 320 and train.crop_px % 16 == 0, "train.crop_px must be a multiple of 16 from 16 to 320."),
            (0 < train.lr <= 0.1, "train.lr must lie above 0 and at most at 0.1."),
            (train.clip > 0, "train.clip must be above 0."),
            (0 <= train.weight_decay <= 1, "train.weight_decay must lie from 0 to 1."),
            (0 <= train.fft_weight < math.inf, "train.fft_weight cannot be negative."),
            (
                train.save_minutes > 0 and self.validate.every_minutes > 0,
                "train.save_minutes and validate.every_minutes must be above 0.",
            ),
            (0 <= train.even_out <= 1, "train.even_out must lie from 0 to 1."),
            (1 <= train.boldness <= 10, "train.boldness must lie from 1 to 10."),
            (0 <= train.ema < 1, "train.ema must lie from 0 to below 1."),
            (train.loss in ("l1", "psnr"), "train.loss must be l1 or psnr."),
            (train.optimiser in ("adamw", "muon"), "train.optimiser must be adamw or muon."),
            (train.precision in ("auto", "fp32", "bf16"), "train.precision must be auto, fp32 or bf16."),
            (
                all(0 <= s <= 1 for s in self._shares()),
                "Shares must lie from 0 to 1.",
            ),
            (bool(self.data.scales) and all(0.1 <= s <= 1 for s in self.data.scales), "data.scales must lie from 0.1 to 1."),
            (0 <= self.data.confusing <= 5, "data.confusing must lie from 0 to 5."),
            (not self.data.confusing or bool(self.start_from), "data.confusing needs weights to begin with (start_from)."),
            (0 <= self.data.workers <= 256, "data.workers must lie from 0 to 256."),
            (1 <= self.net.width <= 256, "net.width must lie from 1 to 256."),
            (1 <= self.net.inside <= 8, "net.inside must lie from 1 to 8."),
            (
                check_shape(self.net.shape()) is None,
                "The net has more blocks or levels than can be (encoder, middle, decoder).",
            ),
        ]
        return [sentence for holds, sentence in checks if not holds]

    def _shares(self) -> tuple[float, ...]:
        rain, data = self.rain, self.data
        drawn = data.structures, data.strands, data.uprights, data.grounds, data.lights, data.mimics
        return rain.dry, rain.clear_share, rain.shrunk, data.turned, *drawn

    def check(self) -> None:
        """Raise BadRecipe with every problem found."""
        if found := self.problems():
            raise BadRecipe(escaped(" ".join(found)), "Correct the recipe and start again.")

    def to_toml(self) -> str:
        """The recipe as TOML; `from_toml` gives it back."""
        lines = [f"{key} = {_value(getattr(self, key))}" for key in ("task", "start_from", "seed")]
        for block in ("net", "data", "rain", "train", "validate"):
            lines += ["", f"[{block}]"]
            lines += [f"{key} = {_value(value)}" for key, value in vars(getattr(self, block)).items()]
        return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    """A TOML literal of a string, number, boolean or tuple of these."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, tuple):
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
