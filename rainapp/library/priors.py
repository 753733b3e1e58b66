"""What a prior is on disk: a folder of the library with `card.toml` (`kind = "prior"`) beside files as diffusers writes them.

Everything here looks at names, headers and descriptions, in milliseconds and without torch, so that a folder that cannot be
used is refused in a sentence before anything long starts. `rainapp.inference.refine.load_prior` makes a prior of what passes.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from rainapp.base.errors import BadModel
from rainapp.base.regular_files import open_regular, read_regular
from rainapp.base.system_errors import why_not_read
from rainapp.jobs.treatment import BEST_PRIOR
from rainapp.library.cards import CARD, ModelCard, printable
from rainapp.library.tensor_list import tensor_shapes

AUTO = BEST_PRIOR
"""Stands for the prior that is taken where none is named: of `PREFERRED` the first that is there, else any."""
PREFERRED = ("diffusion", "content")
FILES: dict[str, tuple[str, ...]] = {
    "vq": ("config.json", "diffusion_pytorch_model.safetensors"),
    "unet": (
        "model_index.json",
        "scheduler/scheduler_config.json",
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
    ),
    "sd": (
        "model_index.json",
        "scheduler/scheduler_config.json",
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
        "vae/config.json",
        "vae/diffusion_pytorch_model.safetensors",
    ),
}
"""The kinds of prior, and which files of theirs must be there."""
CLASSES = {"vq": ("config.json", "VQModel"), "unet": ("unet/config.json", "UNet2DModel")}
"""Where each kind says its class, and which one it must be; of a pipeline of others any of `PIPELINES`."""
PIPELINES = (
    "StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline", "StableDiffusionInpaintPipeline",
    "StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline", "StableDiffusionXLInpaintPipeline",
)  # fmt: skip
TEXT_PARTS = ("text_encoder", "tokenizer", "text_encoder_2", "tokenizer_2")
"""Parts of which one pair will do."""
PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".msgpack", ".h5", ".npy")
WORDS = (".json", ".txt", ".md", ".toml", "")  # descriptions and licences
WEIGHTS_SUFFIX = ".safetensors"
FILES_MAX = 64  # with the folders, which nobody counts otherwise
DEEP_MAX = 3
CONFIG_BYTES_MAX = 64 * 1024
NUMBERS_MAX = 500_000_000  # of a net: 2 GB; pictures of half a megapixel are repaired with a hundredth of that
LAYERS_MAX = 8
LEVELS_MAX = 8
SIZE_MAX = 4096  # of any number in a description of a net
WORDS_MAX = 1_000_000  # where it speaks of words too
AGAIN = "Fetch the prior again."
BUILDING_ERRORS = (  # what libraries raise where a description cannot be built or its weights cannot be read
    *(OSError, RuntimeError, ValueError, TypeError, LookupError),
    *(AttributeError, ArithmeticError, AssertionError, ImportError),
)


def prior_of(cards: Sequence[ModelCard], prior_id: str = AUTO) -> ModelCard | None:
    """The prior of that id among `cards`, "auto" the best there is; None where it is not there."""
    known = {card.id: card for card in cards}
    wanted = (*PREFERRED, *known) if prior_id == AUTO else (prior_id,)
    return next((known[name] for name in wanted if name in known), None)


def files_of(folder: Path) -> list[str]:
    """The files of a prior but its card, as paths below its folder, in order.

    Raises:
        BadModel: it holds links, pickled weights, programs, or more than any prior does.
    """
    found = sorted(_walk(folder))
    for name in found:
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in PICKLED:
            words = f"The prior holds pickled weights, “{printable(name)[:60]}”: opening them could run anything."
            raise BadModel(words, "Only weights as .safetensors are taken.", folder)
        if suffix not in (*WORDS, WEIGHTS_SUFFIX):
            words = f"The prior holds “{printable(name)[:60]}”, which is neither weights nor a description."
            raise BadModel(words, "Take it out, if it is yours; otherwise do not trust the folder.", folder)
    return [name for name in found if name != CARD]


def _walk(root: Path) -> Iterator[str]:
    waiting, seen = [root], 0
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            raise BadModel(f"The folder of the prior cannot be read: {why_not_read(error)}.", path=folder) from error
        seen += len(entries)
        if seen > FILES_MAX or len(folder.relative_to(root).parts) > DEEP_MAX:
            raise BadModel("The folder holds more than any prior does.", AGAIN, root)
        for entry in entries:
            if entry.is_symlink():
                raise BadModel(f"The prior holds the link “{printable(entry.name)[:60]}”.", "Copy what it leads to.", root)
            if entry.is_dir():
                waiting.append(entry)
            elif entry.name[0] != ".":
                yield entry.relative_to(root).as_posix()


def check_files(folder: Path, card: ModelCard) -> None:
    """Look at a prior without hashing or loading it.

    Raises:
        BadModel: its kind is unknown, files are missing, damaged or not allowed, or it is of another class than it should be.
    """
    if card.arch not in FILES:
        raise BadModel(f"The kind of prior “{printable(card.arch)[:60]}” is not known.", f"Known: {', '.join(FILES)}.", folder)
    there = files_of(folder)
    missing = [name for name in FILES[card.arch] if name not in there]
    if missing:
        raise BadModel(f"The prior lacks {', '.join(missing)}.", AGAIN, folder)
    for name in there:
        if name.endswith(WEIGHTS_SUFFIX):
            check_weights(folder / name, name)
    if card.arch == "sd":
        place, found, wanted = (
            "model_index.json",
            config(folder / "model_index.json", WORDS_MAX).get("_class_name"),
            PIPELINES[1],
        )
    else:
        place, wanted = CLASSES[card.arch]
        found = config(folder / place).get("_class_name")
    if found != wanted and not (card.arch == "sd" and found in PIPELINES):
        words = f"{place} of the prior is of “{printable(str(found))[:60]}”, not of “{wanted}”."
        raise BadModel(words, AGAIN, folder)


def check_weights(path: Path, name: str) -> None:
    """Look at the header of a file of weights. Raises BadModel."""
    try:
        tensor_shapes(path)
    except (OSError, ValueError) as error:
        reason = printable(getattr(error, "strerror", None) or str(error))[:120]
        raise BadModel(f"{name} of the prior is no valid safetensors file: {reason}.", AGAIN, path) from error


def require_shapes(weights: Path, wanted: Mapping[str, tuple[int, ...]]) -> None:
    """Compare the head of a weights file with what a net wants, before a number of it is read.

    Raises:
        ValueError: they differ, or the net is larger than any prior.
        OSError: it cannot be read.
    """
    if tensor_shapes(weights) != dict(wanted) or sum(map(math.prod, wanted.values())) > NUMBERS_MAX:
        raise ValueError("another net")


def is_small(told: Mapping[str, object]) -> bool:
    """Whether the description of a net has few levels and layers, so that building it without memory takes no time either."""
    channels, layers = told.get("block_out_channels"), told.get("layers_per_block", 2)
    levels = isinstance(channels, list) and 0 < len(channels) <= LEVELS_MAX
    return levels and type(layers) is int and 0 < layers <= LAYERS_MAX


def config(path: Path, most: float = SIZE_MAX) -> dict[str, object]:
    """A description of a net or of a schedule, with no number in it that no net has: none above `most`.

    Raises:
        BadModel: it cannot be read, or cannot be.
    """
    try:
        table = json.loads(read_regular(path, CONFIG_BYTES_MAX))
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f"{path.name} of the prior cannot be read.", AGAIN, path) from error
    if not isinstance(table, dict) or not all(_is_size(value, most) for value in table.values()):
        raise BadModel(f"{path.name} of the prior describes what cannot be.", AGAIN, path)
    return table


def _is_size(value: object, most: float) -> bool:
    if isinstance(value, dict):
        return len(value) <= FILES_MAX and all(_is_size(each, most) for each in value.values())
    if isinstance(value, list):
        return len(value) <= FILES_MAX and all(_is_size(each, most) for each in value)
    return not isinstance(value, int | float) or abs(value) <= most


def digest(folder: Path) -> str:
    """SHA-256 of all files of a prior but its card: of lines of name and hash. What a card says under `sha256`.

    Raises:
        BadModel: a file cannot be read, or see `files_of`.
    """
    total = hashlib.sha256()
    for name in files_of(folder):
        try:
            with open_regular(folder / name) as file:
                total.update(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n".encode(errors="surrogateescape"))
        except OSError as error:
            raise BadModel(f"{name} of the prior cannot be read: {why_not_read(error)}.", path=folder / name) from error
    return total.hexdigest()
