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


def one_file(folder: Path, target: Path) -> Path:
    """The pipeline of `folder` as one file, its parts named as in the files that Stable Diffusion was first given out in."""
    from safetensors.torch import load_file, save_file

    unet, vae, texts = (
        load_file(folder / part / f"{name}.safetensors")
        for part, name in (
            ("unet", "diffusion_pytorch_model"), ("vae", "diffusion_pytorch_model"), ("text_encoder", "model"),
        )
    )  # fmt: skip
    whole = {f"model.diffusion_model.{_old_unet(name)}": value for name, value in unet.items()}
    whole |= {f"first_stage_model.{_old_vae(name)}": _old_shape(name, value) for name, value in vae.items()}
    whole |= {f"cond_stage_model.transformer.{_old_text(name)}": value for name, value in texts.items()}
    save_file(whole, target)
    return target


def _old_text(name: str) -> str:
    return name if name.startswith("text_model.") else f"text_model.{name}"


_PARTS = {
    "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2", "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0", "conv_out": "out.2",
    "mid_block.resnets.0": "middle_block.0", "mid_block.resnets.1": "middle_block.2",
    "mid_block.attentions.0": "middle_block.1", "down_blocks.0.resnets.0": "input_blocks.1.0",
    "down_blocks.0.downsamplers.0.conv": "input_blocks.2.0.op", "down_blocks.1.resnets.0": "input_blocks.3.0",
    "down_blocks.1.attentions.0": "input_blocks.3.1", "up_blocks.0.resnets.0": "output_blocks.0.0",
    "up_blocks.0.attentions.0": "output_blocks.0.1", "up_blocks.0.resnets.1": "output_blocks.1.0",
    "up_blocks.0.attentions.1": "output_blocks.1.1", "up_blocks.0.upsamplers.0.conv": "output_blocks.1.2.conv",
    "up_blocks.1.resnets.0": "output_blocks.2.0", "up_blocks.1.resnets.1": "output_blocks.3.0",
}  # fmt: skip
_LAYERS = {
    ".norm1.": ".in_layers.0.", ".conv1.": ".in_layers.2.", ".time_emb_proj.": ".emb_layers.1.", ".norm2.": ".out_layers.0.",
    ".conv2.": ".out_layers.3.", ".conv_shortcut.": ".skip_connection.",
}  # fmt: skip


def _old_unet(name: str) -> str:
    new = max((part for part in _PARTS if name.startswith(f"{part}.")), key=len)
    rest = name.removeprefix(new)
    for layer, old in _LAYERS.items() if "resnets" in new else ():
        rest = rest.replace(layer, old)
    return _PARTS[new] + rest


def _old_vae(name: str) -> str:
    for new, old in (
        ("mid_block.resnets.0", "mid.block_1"), ("mid_block.resnets.1", "mid.block_2"),
        ("mid_block.attentions.0", "mid.attn_1"),
        ("down_blocks.", "down."), ("up_blocks.0.", "up.1."), ("up_blocks.1.", "up.0."), ("resnets", "block"),
        ("downsamplers.0", "downsample"), ("upsamplers.0", "upsample"), ("conv_norm_out", "norm_out"),
        ("conv_shortcut", "nin_shortcut"), ("group_norm", "norm"), ("to_out.0", "proj_out"), ("to_q", "q"), ("to_k", "k"),
        ("to_v", "v"),
    ):  # fmt: skip
        name = name.replace(new, old)
    return name


def _old_shape(name: str, value: Any) -> Any:
    """Attention was made of convolutions then."""
    return value[..., None, None] if "attentions" in name and value.ndim == 2 else value
