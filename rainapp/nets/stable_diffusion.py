"""Stable Diffusion of others, made runnable from the folder of a prior: image to image, or inpainting where its net does that.

diffusers has the nets, transformers the text encoder, which needs the extra `rainapp[sd]`. The prompt is empty, so the text is
encoded once, while loading, and its encoder let go. Nothing is ever fetched.
"""

import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from rainapp.base.errors import BadModel, NotEnoughMemory
from rainapp.base.privacy import silence_reporters
from rainapp.library import pipelines, priors
from rainapp.library.cards import ModelCard, printable

SCHEDULES = (
    "DDIMScheduler", "DDPMScheduler", "PNDMScheduler", "EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler",
    "DPMSolverMultistepScheduler", "UniPCMultistepScheduler", "LCMScheduler",
)  # fmt: skip
WORK_BYTES = 1_500_000_000
"""What a window takes beside the weights, about."""
INSTALL = 'Install it: pip install "rainapp[sd]".'
SIDE_PX = (64, 1024)
USUAL_PX = 512
TROUBLES = (KeyError, TypeError, ValueError, RuntimeError, OSError, AttributeError, ImportError, SafetensorError)


@dataclass(frozen=True, eq=False)
class Latent:
    """A pipeline that is ready; `side_px` is what its net was made for, `multiple_px` what sides must be a multiple of."""

    pipe: Any
    side_px: int
    multiple_px: int
    paints: bool
    few_steps: bool
    words: dict[str, Tensor]


def load(folder: Path, card: ModelCard, device: str = "cpu") -> Latent:
    """The pipeline of a prior, on `device`, in half precision where that is no CPU.

    Raises:
        BadModel: its files are not those of the card, are damaged, or describe something else; or the extra is missing.
        NotEnoughMemory: it would not fit.
    """
    silence_reporters()
    if find_spec("transformers") is None:
        words = f"“{card.title}” reads text, which needs transformers, and that is not installed."
        raise BadModel(words, INSTALL, folder)
    priors.check_files(folder, card)
    kind = torch.float16 if device.startswith("cuda") else torch.float32
    require_memory(folder, card, device, kind)
    if priors.digest(folder) != card.sha256:
        raise BadModel(f"The files of the prior “{card.id}” are not those its card was written for.", priors.AGAIN, folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what diffusers thinks of older descriptions, which it takes all the same
            return _loaded(folder, device, kind)
    except torch.OutOfMemoryError as error:
        raise NotEnoughMemory(f"There is not enough memory to repair with “{card.title}”.", SMALLER, folder) from error
    except TROUBLES as error:
        raise BadModel(
            f"The prior “{card.id}” is not built as a Stable Diffusion pipeline is.", priors.AGAIN, folder
        ) from error


def unpack(source: Path, config: Path, target: Path) -> None:
    """Lay a single file of weights out as a pipeline in `target`, by the descriptions in `config`; nothing is fetched.

    Raises:
        BadModel: the file or the descriptions are no such pipeline; or the extra is missing.
    """
    silence_reporters()
    if find_spec("transformers") is None:
        words = f"“{source.name}” reads text, which needs transformers, and that is not installed."
        raise BadModel(words, INSTALL, source)
    priors.check_weights(source, source.name)
    name = str(priors.config(config / pipelines.INDEX, priors.WORDS_MAX).get("_class_name"))
    if name not in priors.PIPELINES:
        raise BadModel(f"The pipeline “{printable(name)[:60]}” cannot repair photos.", pipelines.LAYOUT, config)
    import diffusers
    from diffusers.loaders.single_file_utils import SingleFileComponentError

    where = {"config": str(config), "local_files_only": True} | ({} if "XL" in name else {"safety_checker": None})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pipe = getattr(diffusers, name).from_single_file(str(source), **where)
            pipe.save_pretrained(target, safe_serialization=True)
    except (*TROUBLES, SingleFileComponentError) as error:
        words = f"“{source.name}” is no Stable Diffusion file that the descriptions in “{config.name}” fit."
        raise BadModel(words, "Take those of the same pipeline.", source) from error


SMALLER = "Close other programs, or choose a smaller prior."


def require_memory(folder: Path, card: ModelCard, device: str, kind: torch.dtype) -> None:
    """Raise NotEnoughMemory where the nets would not fit into what is free."""
    import psutil

    there = [part for part in pipelines.WEIGHTS if (folder / part / "config.json").is_file()]
    needed = sum(pipelines.parameters(folder, part) for part in there) * kind.itemsize + WORK_BYTES
    free = torch.cuda.mem_get_info(device)[0] if device.startswith("cuda") else psutil.virtual_memory().available
    if needed > free:
        words = f"“{card.title}” needs about {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free."
        raise NotEnoughMemory(words, SMALLER, folder)


def _loaded(folder: Path, device: str, kind: torch.dtype) -> Latent:
    import diffusers

    index = priors.config(folder / pipelines.INDEX, priors.WORDS_MAX)
    is_large = "XL" in str(index["_class_name"])
    unet = _net(diffusers.UNet2DConditionModel, folder / "unet", kind)
    vae = _net(diffusers.AutoencoderKL, folder / "vae", kind)
    schedule = priors.config(folder / "scheduler/scheduler_config.json", priors.WORDS_MAX)
    if schedule.get("_class_name") not in SCHEDULES:
        raise ValueError("another schedule")
    scheduler = getattr(diffusers, str(schedule["_class_name"])).from_config(schedule)
    paints = unet.config["in_channels"] == 9
    make: Any
    parts: dict[str, Any] = {"vae": vae, "unet": unet, "scheduler": scheduler}
    if is_large:
        make = diffusers.StableDiffusionXLInpaintPipeline if paints else diffusers.StableDiffusionXLImg2ImgPipeline
        parts |= _texts(folder, kind, both=True)
        parts["requires_aesthetics_score"] = bool(index.get("requires_aesthetics_score", False))
        pipe = make(**parts, add_watermarker=False)
    else:
        make = diffusers.StableDiffusionInpaintPipeline if paints else diffusers.StableDiffusionImg2ImgPipeline
        parts |= _texts(folder, kind, both=False)
        pipe = make(**parts, safety_checker=None, feature_extractor=None, requires_safety_checker=False)
    words = _empty_words(pipe, is_large)
    pipe.to(device)
    pipe.vae.enable_tiling()
    pipe.set_progress_bar_config(disable=True)
    scale, levels = 2 ** (len(vae.config["block_out_channels"]) - 1), len(unet.config["block_out_channels"])
    wanted = unet.config.get("sample_size")
    side = min(max(wanted * scale if isinstance(wanted, int) else USUAL_PX, SIDE_PX[0]), SIDE_PX[1])
    multiple = scale * 2 ** (levels - 1)
    side = max(multiple, side // multiple * multiple)
    few = schedule.get("timestep_spacing") == "trailing"  # as the distilled ones have it
    return Latent(pipe, side, multiple, paints, few, {name: value.to(device) for name, value in words.items()})


def _net(kind: Any, folder: Path, dtype: torch.dtype) -> Any:
    """A net of diffusers by its description, which is compared with the weights before anything is allocated."""
    told = priors.config(folder / "config.json", priors.WORDS_MAX)
    if told.get("_class_name") != kind.__name__:
        raise ValueError("another net")
    with torch.device("meta"):
        net = kind.from_config(told)
    file = folder / "diffusion_pytorch_model.safetensors"
    tensors = {name: value.to(dtype, copy=True) for name, value in load_file(file).items()}
    if not all(bool(torch.isfinite(value).all()) for value in tensors.values()):
        raise ValueError("not finite")
    net.load_state_dict(tensors, assign=True)
    return net.eval().requires_grad_(False)


def _texts(folder: Path, dtype: torch.dtype, *, both: bool) -> dict[str, Any]:
    """Text encoders and their tokenizers; the second one of the large pipelines projects what it reads."""
    import transformers

    made: dict[str, Any] = {}
    for part, name in (("", "CLIPTextModel"), ("_2", "CLIPTextModelWithProjection"))[: 2 if both else 1]:
        encoder, tokenizer = folder / f"text_encoder{part}", folder / f"tokenizer{part}"
        there = (encoder / "config.json").is_file() and tokenizer.is_dir()
        made[f"text_encoder{part}"] = made[f"tokenizer{part}"] = None
        if there:
            kind = getattr(transformers, name)
            model = kind.from_pretrained(encoder, local_files_only=True, use_safetensors=True, dtype=dtype)
            made[f"text_encoder{part}"] = model.eval().requires_grad_(False)
            made[f"tokenizer{part}"] = transformers.CLIPTokenizer.from_pretrained(tokenizer, local_files_only=True)
    return made


def _empty_words(pipe: Any, is_large: bool) -> dict[str, Tensor]:
    """What an empty prompt is encoded to; the encoders are let go."""
    with torch.inference_mode():
        if is_large:
            prompt, _, pooled, _ = pipe.encode_prompt(
                "", device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=False
            )
            words = {"prompt_embeds": prompt, "pooled_prompt_embeds": pooled}
        else:
            prompt, _ = pipe.encode_prompt("", "cpu", 1, do_classifier_free_guidance=False)
            words = {"prompt_embeds": prompt}
    for part in ("text_encoder", "text_encoder_2"):
        if getattr(pipe, part, None) is not None:
            setattr(pipe, part, None)
    return words
