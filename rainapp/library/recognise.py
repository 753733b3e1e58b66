"""Which architecture a set of weights belongs to, told by the names and shapes of its tensors alone.

No tensor is needed, so a safetensors file is recognised from its header, without torch. Two tables: the nets we can build, with
the shape parameters read off the weights; and nets we only know by sight, so that a refusal can name them.
"""

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rainapp.base.errors import BadModel
from rainapp.library.cards import printable

Shapes = Mapping[str, tuple[int, ...]]

WRAPPERS = (
    *("params_ema", "state_dict_ema", "params", "state_dict", "model_state_dict", "model", "net", "generator", "weights"),
    *("netG", "net_G", "net_g", "G", "ema", "ema_model", "model_ema", "network", "net_state_dict", "student"),
)
_PREFIXES = ("module.", "model.", "net.", "net_g.", "netG.", "net_G.", "network.", "generator.", "_orig_mod.", "derainer.")
_PARTS_MAX = 100  # sets of tensors that begin alike
_COUNTERS = ("total_ops", "total_params", "__flops__", "__params__", "__batch_counter__")

PREFIXES_MAX = 8  # wrappers within wrappers
LEVELS_MAX = 8  # of a U-shape
WINDOW_MAX = 32  # positions; a table of all pairs of them is made

BORROWED = "spandrel:"  # before the architecture's name on a card, where `nets.spandrel_nets` builds the net
PRENET_RECEPTIVE_PX = 64  # what matters in practice (science.md 10.6: about 60)
BRN_RECEPTIVE_PX = 96  # as far as a PReNet by its share of the formal reach; no public weights were measured
RCDNET_RECEPTIVE_PX = 128  # formally 24 px a stage; a choice, no public weights were measured


@dataclass(frozen=True)
class Recognised:
    """An architecture we can build, and what a card says about it."""

    arch: str
    title: str
    shape: dict[str, Any] = field(default_factory=dict)
    multiple_of_px: int = 1
    receptive_px: int = PRENET_RECEPTIVE_PX
    conditional: bool = False
    unused: tuple[str, ...] = ()  # tensors that public files hold and no formula reads: left out


def common_prefix(names: Collection[str]) -> str:
    """What wrappers such as DataParallel put before every name: "module.", "model.module.", or nothing."""
    prefix = ""
    for _ in range(PREFIXES_MAX):
        following = next((p for p in _PREFIXES if all(name.startswith(prefix + p) for name in names)), None)
        if following is None or not names:
            break
        prefix += following
    return prefix


def is_counter(name: str) -> bool:
    """Whether a tensor's name is one that profilers (thop, ptflops) leave among the weights: it counts, and no net needs it."""
    return name.rpartition(".")[2] in _COUNTERS


def parts(names: Iterable[str]) -> Iterator[dict[str, str]]:
    """The sets of tensors in one list that may be a net: new names without prefixes, and the names they have in the file.

    First all of them, counters left out; then those that begin alike, since a trainer may save a loss or a second net beside.
    """
    whole = [name for name in names if not is_counter(name)]
    yield _stripped(whole, "")
    for first in list(dict.fromkeys(name.partition(".")[0] for name in whole))[:_PARTS_MAX]:
        yield _stripped([name for name in whole if name.startswith(f"{first}.")], f"{first}.")
    prefix = common_prefix(whole)
    if prefix:
        for first in list(dict.fromkeys(name.removeprefix(prefix).partition(".")[0] for name in whole))[:_PARTS_MAX]:
            yield _stripped([name for name in whole if name.startswith(f"{prefix}{first}.")], f"{prefix}{first}.")


def _stripped(names: list[str], begin: str) -> dict[str, str]:
    shorter = [name.removeprefix(begin) for name in names]
    prefix = common_prefix(shorter)
    return {short.removeprefix(prefix): name for short, name in zip(shorter, names, strict=True)}


def recognise(shapes: Shapes) -> Recognised | None:
    """The architecture with exactly these tensor names, without prefixes; None where we cannot build it.

    The shapes are read, not trusted: whoever builds the net must still compare every one.
    """
    tries = (_prenet_family, _brn, _rcdnet, _unshuffle_naf, _window_former)
    return next((found for try_one in tries if (found := try_one(shapes)) is not None), None)


def unknown_net(names: Collection[str], spandrel_was_asked: bool) -> BadModel:
    """The refusal of weights we cannot build a net for, with its name where the tensor names tell it."""
    first = printable(next(iter(names), "nothing"))[:60]
    guess = looks_like(names)
    if guess is None:
        message = f"The weights belong to no net rainapp knows: {len(names)} tensors, the first is “{first}”."
    else:
        message = f"This looks like {guess}, which rainapp cannot run{'' if spandrel_was_asked else ' by itself'}."
    if spandrel_was_asked or guess in _NOT_IN_SPANDREL:
        return BadModel(message, "PReNet, PReNet_r, PRN, PRN_r, BRN, RCDNet and rainapp's own nets can be imported.")
    return BadModel(message, "Some forty more nets can be imported once spandrel is there: pip install rainapp[foreign].")


def looks_like(names: Collection[str]) -> str | None:
    """The name of a well-known net we cannot build ourselves, or None."""
    return next(
        (name for name, patterns in _BY_SIGHT.items() if all(any(map(p, names)) for p in map(_matcher, patterns))), None
    )


def _matcher(pattern: str) -> Callable[[str], re.Match[str] | None]:
    return re.compile(pattern).match


# Telling names, each of which must be there; from the authors' published checkpoints.
_BY_SIGHT: dict[str, tuple[str, ...]] = {
    "a variant of BRN": (r"conv0\.0\.weight", r"res_conv1\.0\.weight", r"conv_i_b\.|conv_ib\d?\.|conv_i\d\.|.*_bg\.|.*_r\."),
    "a variant of RCDNet": (r".*proxNet_B", r".*proxNet_M"),
    "NAFNet": (r"intro\.weight", r"ending\.weight", r"encoders\.0\.0\.beta"),
    "DRSformer": (r"patch_embed\.proj\.weight", r"encoder_level1\.0\.attn\.attn1"),
    "Restormer": (r"patch_embed\.proj\.weight", r"encoder_level1\.0\.attn\.temperature"),
    "NeRD-Rain": (r"patch_embed_small\.", r"patch_embed_mid\."),
    "MPRNet": (r"shallow_feat1\.0\.weight", r"stage1_encoder\."),
    "MIRNetv2": (r"conv_in\.weight", r"layers\.0\.", r"conv_out\.weight"),
    "SwinIR": (r"conv_first\.weight", r"layers\.0\.residual_group\."),
    "Uformer": (r"input_proj\.proj\.0\.weight", r"encoderlayer_0\."),
    "IDT": (r"input_proj\.", r"encoderlayer0\.|encoderlayer_0\.", r".*win_attn"),
    "SPDNet": (r"rcp_extract|msb_shuffle|.*rcp", r".*wmlm|.*DWT"),
    "ESRGAN": (r"model\.0\.weight|conv_first\.weight", r"model\.1\.sub\.0\.|body\.0\.rdb1\."),
    "a diffusion model": (
        r"time_embedding\.|time_embed\.0|model\.diffusion_model",
        r"down_blocks\.|input_blocks\.|.*input_blocks\.",
    ),
}


_NOT_IN_SPANDREL = {
    "a variant of BRN",
    "a variant of RCDNet",
    "DRSformer",
    "Restormer",
    "NeRD-Rain",
    "MPRNet",
    "MIRNetv2",
    "IDT",
    "SPDNet",
    "a diffusion model",
}


def _prenet_family(shapes: Shapes) -> Recognised | None:
    """PReNet, PRN (five residual blocks), and the `_r` variants (one block used five times); all with 3x3 convolutions."""
    head = shapes.get("conv0.0.weight", ())
    if len(head) != 4:
        return None
    variants = {
        (memory, shared): _weights_and_biases(
            (
                "conv0.0",
                "conv.0",
                *(f"res_conv{n}.{place}" for n in range(1, 2 if shared else 6) for place in (0, 2)),
                *((f"conv_{gate}.0" for gate in "ifgo") if memory else ()),
            )
        )
        for memory in (True, False)
        for shared in (True, False)
    }
    rows = {
        (True, False): ("prenet", "PReNet"),
        (True, True): ("prenet_r", "PReNet_r"),
        (False, False): ("prn", "PRN"),
        (False, True): ("prn_r", "PRN_r"),
    }
    fitting = next((variant for variant, names in variants.items() if names == shapes.keys()), None)
    return None if fitting is None else Recognised(*rows[fitting], shape={"channels": head[0]})


def _brn(shapes: Shapes) -> Recognised | None:
    """BRN: a background branch of five residual blocks, a rain branch of three.

    The authors' net has two more blocks for the rain, which it never asks; some of their files hold them.
    """
    head = shapes.get("conv0_r.0.weight", ())
    if len(head) != 4:
        return None
    spare = {f"res_conv{number}_r.{place}" for number in (4, 5) for place in (0, 2)}
    layers = {
        f"{layer}{branch}.0" for branch in ("", "_r") for layer in ("conv0", "conv", *(f"conv_{gate}" for gate in "ifgo"))
    }
    layers |= {f"res_conv{number}{branch}.{place}" for branch in ("", "_r") for number in range(1, 6) for place in (0, 2)}
    used, unused = (_weights_and_biases(names) for names in (layers - spare, spare))
    if shapes.keys() not in (used, used | unused):
        return None
    left_out = tuple(sorted(unused & shapes.keys()))
    return Recognised("brn", "BRN", {"channels": head[0]}, receptive_px=BRN_RECEPTIVE_PX, unused=left_out)


def _rcdnet(shapes: Shapes) -> Recognised | None:
    """RCDNet: stages and blocks by counting names, kernels and planes off the weights."""
    kernels, planes = shapes.get("C", ()), shapes.get("C_z", ())
    stages, blocks = _count(shapes, "proxNet_B_S"), _count(shapes, "proxNet_B_0.layer")
    if len(kernels) != 4 or len(planes) != 4 or not stages or not blocks:
        return None
    if 28 * (stages + 1) * blocks > len(shapes):  # before a list is made of what a hostile file only counts up to
        return None
    convolution = _weights_and_biases(("",))
    norm = convolution | {".running_mean", ".running_var", ".num_batches_tracked"}
    layers = {0: convolution, 1: norm, 3: convolution, 4: norm}
    inner = {f"layer.{block}.{place}{end}" for block in range(blocks) for place, ends in layers.items() for end in ends}
    nets = ("proxNet_B_0", "proxNet_B_last_layer", *(f"proxNet_{kind}_S.{stage}" for kind in "BM" for stage in range(stages)))
    names = {f"{net}.{name}" for net in nets for name in inner} | {f"proxNet_M_S.{stage}.tau" for stage in range(stages)}
    if shapes.keys() != names | {"C0", "C", "C_z", "etaM_S", "etaB_S", "tau"}:
        return None
    shape = {"stages": stages, "kernels": kernels[1], "channels": planes[0], "blocks": blocks}
    return Recognised("rcdnet", "RCDNet", shape, receptive_px=RCDNET_RECEPTIVE_PX)


def _weights_and_biases(layers: Iterable[str]) -> set[str]:
    return {f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias")}


def _unshuffle_naf(shapes: Shapes) -> Recognised | None:
    """Our own fast net: width from the head, blocks a level by counting names, how wide they are inside from the first."""
    head = shapes.get("head.weight", ())
    if len(head) != 4 or head[1] not in (12, 13) or "tail.weight" not in shapes or "middle.blocks.0.norm1.weight" not in shapes:
        return None
    encoder, decoder = _blocks_by_level(shapes, "encoders"), _blocks_by_level(shapes, "decoders")
    if len(encoder) != len(decoder) or len(encoder) > LEVELS_MAX:
        return None
    middle = _count(shapes, "middle.blocks")
    shape = {"width": head[0], "encoder": encoder, "middle": middle, "decoder": decoder, "conditional": head[1] == 13}
    project = shapes.get("middle.blocks.0.project1.weight", ())
    if len(project) == 2 and project[1] > project[0] > 0:
        shape["inside"] = project[1] // project[0]
    return Recognised(
        "unshuffle_naf",
        f"Unshuffle-NAF {head[0]}",
        shape,
        multiple_of_px=2 * 2 ** len(encoder),
        receptive_px=naf_receptive_px(encoder, middle, decoder),
        conditional=head[1] == 13,
    )


def _window_former(shapes: Shapes) -> Recognised | None:
    """Our small transformer: window and heads off the bias by relative position, the rest off names and widths."""
    head, bias = shapes.get("patches.weight", ()), shapes.get("middle.0.attention.bias", ())
    inside = shapes.get("middle.0.project.weight", ())
    if len(head) != 4 or head[1] not in (12, 13) or len(bias) != 2 or len(inside) != 4 or "tail.weight" not in shapes:
        return None
    width, window = head[0], (math.isqrt(bias[1]) + 1) // 2
    if min(width, window, bias[0]) < 1 or window > WINDOW_MAX:
        return None
    blocks = {level: _count(shapes, level) for level in ("before", "middle", "after")}
    shape = {"width": width, **blocks, "head_size": 2 * width // bias[0], "window": window}
    shape |= {"expansion": inside[1] // (2 * width), "conditional": head[1] == 13}
    return Recognised(
        "window_former",
        f"Window former {width}",
        shape,
        multiple_of_px=4 * window,
        receptive_px=window_receptive_px(blocks["before"], blocks["middle"], blocks["after"], window),
        conditional=head[1] == 13,
    )


def window_receptive_px(before: int, middle: int, after: int, window: int) -> int:
    """How far a pixel of `window_former` sees at most, by following back from the last layer what a position depends on.

    An interval is followed for every place within a window, since a place near the edge of one sees less far to one side.
    """
    farthest = 0
    for place in range(2 * window):  # in positions of the first level, which are 2 px wide
        low, high = _seen_through(place - 1, place + 2, after, window)  # [low, high); the tail reads a neighbour each side
        deep = _seen_through(low // 2, -(-high // 2), middle, window)
        low, high = _seen_through(min(low, 2 * deep[0]), max(high, 2 * deep[1]), before, window)
        farthest = max(farthest, place - low + 1, high - place)
    return 2 * (farthest + 1)


def _seen_through(low: int, high: int, blocks: int, window: int) -> tuple[int, int]:
    """What positions [low, high) depend on before that many blocks; every second one has shifted windows."""
    for number in reversed(range(blocks)):
        shift = window // 2 if number % 2 else 0
        low = (low - 1 + shift) // window * window - shift
        high = -(-(high + 1 + shift) // window) * window - shift
    return low, high


def naf_receptive_px(encoder: list[int], middle: int, decoder: list[int]) -> int:
    """How far, at most, a pixel of `unshuffle_naf` sees: each 3x3 convolution reaches one position further at its level.

    At level k a position is 2 ** (k + 1) px wide; being grouped into the coarsest cells adds one cell.
    """
    reach: int = 2 + 2  # head and tail
    reach += sum(blocks * 2 ** (level + 1) for level, blocks in enumerate(encoder))
    reach += sum(blocks * 2 ** (level + 1) for level, blocks in enumerate(reversed(decoder)))
    coarsest: int = 2 ** (len(encoder) + 1)
    return reach + middle * coarsest + coarsest


def _count(shapes: Shapes, stem: str) -> int:
    """How many numbered members follow `stem`, from 0 without a gap."""
    member = re.compile(rf"{re.escape(stem)}\.(\d{{1,4}})\.")
    numbers = {match[1] for name in shapes if (match := member.match(name))}
    count = 0
    while str(count) in numbers:
        count += 1
    return count


def _blocks_by_level(shapes: Shapes, stem: str) -> list[int]:
    """How many blocks each level has; a list longer than any net's where there are too many levels."""
    return [_count(shapes, f"{stem}.{level}.blocks") for level in range(min(_count(shapes, stem), LEVELS_MAX + 1))]
