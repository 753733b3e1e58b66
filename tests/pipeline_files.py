"""Folders of tiny untrained Stable Diffusion pipelines, as diffusers saves them."""

import json
from pathlib import Path
from typing import Any

import torch


def tiny_pipeline(root: Path, name: str = "tiny-sd", *, large: bool = False, paints: bool = False, turbo: bool = False) -> Path:
    """A pipeline of some ten thousand numbers in `root`/`name`: 64-px windows, latents of a quarter."""
    import diffusers

    torch.manual_seed(5)
    folder = root / name
    parts: dict[str, Any] = {"unet": _unet(large, 9 if paints else 4), "vae": _vae(), "scheduler": _schedule(turbo)}
    parts |= {"tokenizer": _tokenizer(root / "words"), "text_encoder": _texts(projects=False)}
    if large:
        parts |= {"tokenizer_2": parts["tokenizer"], "text_encoder_2": _texts(projects=True)}
        kind = diffusers.StableDiffusionXLInpaintPipeline if paints else diffusers.StableDiffusionXLPipeline
        pipe = kind(**parts)
    else:
        kind = diffusers.StableDiffusionInpaintPipeline if paints else diffusers.StableDiffusionPipeline
        pipe = kind(**parts, safety_checker=None, feature_extractor=None, requires_safety_checker=False)
    pipe.save_pretrained(folder, safe_serialization=True)
    return folder


def _unet(large: bool, channels: int) -> Any:
    from diffusers import UNet2DConditionModel

    more = {"addition_embed_type": "text_time", "addition_time_embed_dim": 8, "projection_class_embeddings_input_dim": 64}
    return UNet2DConditionModel(
        sample_size=32, in_channels=channels, out_channels=4, block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=32 if large else 16, attention_head_dim=2, **(more if large else {}),
    )  # fmt: skip


def _vae() -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(8, 8), latent_channels=4, norm_num_groups=4, layers_per_block=1, sample_size=64,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
    )  # fmt: skip


def _schedule(turbo: bool) -> Any:
    from diffusers import DDIMScheduler, EulerDiscreteScheduler

    if turbo:
        return EulerDiscreteScheduler(timestep_spacing="trailing", steps_offset=1, beta_schedule="scaled_linear")
    return DDIMScheduler(beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1)


def _texts(*, projects: bool) -> Any:
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        vocab_size=100, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, projection_dim=16,
        max_position_embeddings=77, bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    return (CLIPTextModelWithProjection if projects else CLIPTextModel)(config)


def _tokenizer(folder: Path) -> Any:
    from transformers import CLIPTokenizer

    folder.mkdir(exist_ok=True)
    words = ["<|startoftext|>", "<|endoftext|>", *(chr(97 + n) for n in range(26)), *(f"{chr(97 + n)}</w>" for n in range(26))]
    (folder / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77)
