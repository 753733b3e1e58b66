"""Pipelines of others as priors: local folders of Stable Diffusion as diffusers lays them out, known by names and headers.

Only what is needed is taken: the U-Net, the autoencoder, the schedule, text encoders and their tokenizers. Nothing of it is
computed here; `rainapp.nets.stable_diffusion` makes it runnable.
"""

import re
from dataclasses import dataclass
from math import prod
from pathlib import Path

from rainapp.base.errors import BadModel
from rainapp.base.regular_files import read_regular
from rainapp.library import priors
from rainapp.library.cards import CARD, UNKNOWN_LICENCE, ModelCard, ModelId, printable
from rainapp.library.model_library import ModelLibrary
from rainapp.library.tensor_list import tensor_shapes

INDEX = "model_index.json"
ARCH = "sd"
WEIGHTS = {
    "unet": "diffusion_pytorch_model",
    "vae": "diffusion_pytorch_model",
    "text_encoder": "model",
    "text_encoder_2": "model",
}
"""The parts that have weights, and what their files are called."""
WORDS = {"tokenizer": "tokenizer_config.json", "tokenizer_2": "tokenizer_config.json", "scheduler": "scheduler_config.json"}
"""The other parts, and which file of theirs there must be."""
TOKENS = ("vocab.json", "merges.txt", "tokenizer.json", "special_tokens_map.json", "tokenizer_config.json")
OPTIONAL = ("text_encoder_2", "tokenizer_2")  # one or the other pair, depending on the pipeline
README_BYTES_MAX = 1 << 20
LAYOUT = "Taken are the folders of Stable Diffusion 1.5, 2.1, XL and Turbo as diffusers saves them."


@dataclass(frozen=True)
class Found:
    """A pipeline: its class, and which file (below its folder) becomes which file of the prior."""

    pipeline: str
    files: dict[str, str]


def is_pipeline(source: Path) -> bool:
    """Whether `source` is a folder as diffusers saves pipelines, with no card of ours."""
    return (source / INDEX).is_file() and not (source / CARD).exists()


def find(source: Path) -> Found:
    """What of the folder of a pipeline is taken.

    Raises:
        BadModel: it is another pipeline, is not whole, or holds pickled weights.
    """
    index = priors.config(source / INDEX, priors.WORDS_MAX)
    name = str(index.get("_class_name"))
    if name not in priors.PIPELINES:
        raise BadModel(f"The pipeline “{printable(name)[:60]}” cannot repair photos.", LAYOUT, source)
    wanted = [part for part in (*WEIGHTS, *WORDS) if _is_named(index.get(part))]
    missing = [part for part in (*WEIGHTS, *WORDS) if part not in wanted and part not in priors.TEXT_PARTS]
    texts = [part for part in ("text_encoder", "text_encoder_2") if part in wanted]
    if missing or not texts:
        raise BadModel(f"The pipeline lacks {', '.join(missing or ['text_encoder'])}.", LAYOUT, source)
    files = {INDEX: INDEX}
    for part in wanted:
        files |= _weights(source, part) if part in WEIGHTS else _words(source, part)
    return Found(name, files)


def _is_named(entry: object) -> bool:
    """Whether an index names a part; one that is left out is [null, null]."""
    return isinstance(entry, list) and all(isinstance(each, str) for each in entry)


def _weights(source: Path, part: str) -> dict[str, str]:
    folder, stem = source / part, WEIGHTS[part]
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    pickled = next((name for name in sorted(there) if name.lower().endswith(priors.PICKLED)), None)
    if pickled is not None:
        words = f"The pipeline holds pickled weights, “{part}/{printable(pickled)[:60]}”: opening them could run anything."
        raise BadModel(words, "Only weights as .safetensors are taken. Delete the others.", source)
    if any(name.startswith(f"{stem}-0") for name in there):
        raise BadModel(
            f"The weights of {part} are spread over several files.", "Save the pipeline with weights in one.", source
        )
    names = (f"{stem}.fp16.safetensors", f"{stem}.safetensors")  # half precision is half as large, and no worse
    found = next((name for name in names if name in there), None)
    if found is None or "config.json" not in there:
        raise BadModel(f"The pipeline lacks {part}/{names[1] if found is None else 'config.json'}.", LAYOUT, source)
    return {f"{part}/config.json": f"{part}/config.json", f"{part}/{found}": f"{part}/{names[1]}"}


def _words(source: Path, part: str) -> dict[str, str]:
    names = [WORDS[part]] if part == "scheduler" else [name for name in TOKENS if (source / part / name).is_file()]
    if WORDS[part] not in names or not (source / part / WORDS[part]).is_file():
        raise BadModel(f"The pipeline lacks {part}/{WORDS[part]}.", LAYOUT, source)
    return {f"{part}/{name}": f"{part}/{name}" for name in names}


def card_of(
    source: Path, found: Found, staged: Path, library: ModelLibrary, model_id: ModelId | None, licence: str | None
) -> ModelCard:
    """The card of a pipeline whose files lie in `staged`, with its parts and how large they are."""
    parts = [part for part in WEIGHTS if f"{part}/config.json" in found.files.values()]
    millions = {part: parameters(staged, part) / 1e6 for part in parts}
    listed = ", ".join(f"{part} {count:.1f}" for part, count in millions.items())
    schedule = priors.config(staged / "scheduler/scheduler_config.json", priors.WORDS_MAX).get("_class_name")
    title = printable(source.name)[:80]
    return ModelCard(
        id=model_id or library.free_id(source.name),
        title=title,
        arch=ARCH,
        sha256=priors.digest(staged),
        summary=f"{found.pipeline} of others. Parts, in million parameters: {listed}. {printable(str(schedule))[:60]}.",
        licence=licence or licence_in(source) or UNKNOWN_LICENCE,
        figures={f"parameters.{part}": round(count * 1e6) for part, count in millions.items() if count < 1000},
        kind="prior",
    )


def parameters(folder: Path, part: str) -> int:
    """How many numbers a part of a pipeline has."""
    shapes = tensor_shapes(folder / part / f"{WEIGHTS[part]}.safetensors")
    return sum(prod(shape) for shape in shapes.values())


def licence_in(source: Path) -> str | None:
    """What the head of a README says of the licence, as on the hub; None where nothing does."""
    try:
        text = read_regular(source / "README.md", README_BYTES_MAX).decode("utf-8", "replace")
    except OSError:
        return None
    head = re.match(r"\A---\s*\n(.*?)\n---", text, re.DOTALL)
    named = re.search(r"^license:\s*[\"']?([\w.+-]{1,60})", head[1], re.MULTILINE) if head is not None else None
    return named[1] if named is not None else None
