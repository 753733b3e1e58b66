"""The table of network architectures, and how a net is made of a model card.

`build` is a dictionary literal from name to class: searchable, and visible to a freezer. A new net is one file and one row.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as read_tensors
from torch import Tensor, nn

from rainapp.base.errors import BadModel
from rainapp.library.cards import ModelCard, check_shape, read_card
from rainapp.library.model_library import WEIGHTS, checked_weights
from rainapp.library.recognise import BORROWED
from rainapp.nets.brn import Brn
from rainapp.nets.coic_net import CoicNet, instructed
from rainapp.nets.coim import Modulated, wrap
from rainapp.nets.folded_naf import folded
from rainapp.nets.fusion_naf import FusionNaf
from rainapp.nets.prenet import PReNet, PReNetShared, Prn, PrnShared
from rainapp.nets.rcdnet import RcdNet
from rainapp.nets.spec import NetSpec, Shape, Traits
from rainapp.nets.unet import Unet
from rainapp.nets.unshuffle_naf import UnshuffleNaf
from rainapp.nets.vq import Vq
from rainapp.nets.window_former import WindowFormer

FUSION = "fusion_naf"
VQ = "vq"
UNET = "unet"
ARCHITECTURES: dict[str, type[nn.Module]] = {
    "unshuffle_naf": UnshuffleNaf,
    "prenet": PReNet,
    "prenet_r": PReNetShared,
    "prn": Prn,
    "prn_r": PrnShared,
    "brn": Brn,
    "rcdnet": RcdNet,
    "window_former": WindowFormer,
}

OTHERS: dict[str, type[nn.Module]] = {FUSION: FusionNaf, VQ: Vq, UNET: Unet}
"""Nets that are no derainers: no model card names them."""
TRAINED = ARCHITECTURES | OTHERS
"""What a recipe may name."""
WRAPPERS: dict[str, Callable[..., nn.Module]] = {"coim": wrap, "coic": instructed}
"""Modules around a net by kind: each takes the net, then its own shape by name, and says its `traits`."""


def build(arch: str, **shape: int | bool | list[int]) -> nn.Module:
    """An untrained net of the architecture `arch` with the given shape parameters.

    Every net maps `rainy` (B, 3, H, W) float, sRGB-encoded 0 to 1, to the derained picture of the same shape. Nets with the
    attribute `conditional` True take a second argument `clear` (B,), 1 where haze goes too. The inside of a net runs in the
    type of its weights; the picture and what is added to it keep the type of `rainy`, so a half-precision net loses nothing
    of a picture it leaves alone.

    Raises:
        BadModel: for an unknown name or a shape the architecture does not take.
    """
    if arch not in ARCHITECTURES:
        raise BadModel(f"The architecture “{arch}” is not known.", f"Known are {', '.join(sorted(ARCHITECTURES))}.")
    return _made(ARCHITECTURES[arch], arch, shape)


def _made(kind: type[nn.Module], arch: str, shape: Shape) -> nn.Module:
    """An untrained net of a class. Raises BadModel for a shape that it does not take."""
    if (odd := check_shape(shape)) is not None:
        raise BadModel(f"The architecture “{arch}” has no such shape: {odd}.", "The model is damaged.")
    try:
        return kind(**shape)
    except (TypeError, ValueError, RuntimeError) as error:
        hint = str(error) if isinstance(error, ValueError) else "Import the model again."  # only the first are our words
        raise BadModel(f"The architecture “{arch}” does not take the shape {shape}.", hint) from error


def build_spec(spec: NetSpec) -> nn.Module:
    """An untrained net with all that is around it; called as `net(image, **conditions)`, see `traits`.

    Raises:
        BadModel: for an unknown architecture, an unknown wrapper, or a shape that one of them does not take.
    """
    kind = OTHERS.get(spec.arch)
    net = build(spec.arch, **spec.shape) if kind is None else _made(kind, spec.arch, spec.shape)  # type: ignore[arg-type]
    return wrapped(net, spec)


def wrapped(net: nn.Module, spec: NetSpec) -> nn.Module:
    """`net` within the wrappers of `spec`. Raises BadModel for one that is unknown or does not take its shape."""
    for each in spec.around:
        if each.kind not in WRAPPERS:
            raise BadModel(f"What is around the net is not known: “{each.kind}”.", "The model needs a newer rainapp.")
        try:
            net = WRAPPERS[each.kind](net, **each.shape)
        except (TypeError, ValueError, RuntimeError) as error:
            raise BadModel(f"“{each.kind}” around a net does not take its shape.", "The model is damaged.") from error
    return net


def traits(net: nn.Module) -> Traits:
    """What `net` takes and needs, as its class says; nothing but a picture where it says nothing."""
    found = getattr(net, "traits", None)
    return found if isinstance(found, Traits) else Traits()


def load(card: ModelCard, weights: Path) -> nn.Module:
    """The net of `card` with its weights, ready to derain: float32 on the CPU, in evaluation mode, without gradients.

    The file is read once; what was hashed is what is loaded. Weights kept in half precision are widened.

    Raises:
        BadModel: the file is missing, is not the one the card names, or does not fit the net; or a weight is not finite.
    """
    tensors = _read_checked(card, weights)
    if card.arch.startswith(BORROWED):
        from rainapp.nets import spandrel_nets  # spandrel's nets: an optional extra

        return spandrel_nets.load(card.arch, tensors)
    with torch.device("meta"):  # shapes only: a card that claims a giant net is compared with the weights before it costs
        net = wrapped(build(card.arch, **card.shape), card.spec)
    _fill(net, tensors, card, weights)
    for module in net.modules():
        if isinstance(module, UnshuffleNaf):
            module.channels_last = False
    return net.eval().requires_grad_(False)


def load_fusion(folder: Path) -> FusionNaf:
    """The net that fuses frames with its weights, of the card in `folder`; see `load`.

    Raises:
        BadModel: there is none, it is another net, or see `load`.
    """
    card, _ = read_card(folder)
    if card.arch != FUSION:
        raise BadModel(f"The net “{card.id}” does not fuse frames.", f"“{FUSION}” is wanted, “{card.arch}” was found.", folder)
    tensors = _read_checked(card, folder / WEIGHTS)
    try:
        with torch.device("meta"):
            net = FusionNaf(**card.shape)
    except (TypeError, ValueError, RuntimeError) as error:
        raise BadModel(
            f"The weights of “{card.id}” do not fit the net “{card.arch}”.", "Import the model again.", folder
        ) from error
    _fill(net, tensors, card, folder)
    net.channels_last = False
    return net.eval().requires_grad_(False)


def _fill(net: nn.Module, tensors: dict[str, Tensor], card: ModelCard, where: Path) -> None:
    """Give a net without memory of its own the weights as its parameters."""
    try:
        net.load_state_dict(tensors, assign=True)
    except RuntimeError as error:
        raise BadModel(
            f"The weights of “{card.id}” do not fit the net “{card.arch}”.", "Import the model again.", where
        ) from error


def _of_its_own(tensor: Tensor) -> Tensor:
    """The numbers in memory of their own, not in that of the file; broken ones widened to single precision."""
    return tensor.to(torch.float32, copy=True) if tensor.is_floating_point() else tensor.clone()


def for_inference(net: nn.Module) -> nn.Module:
    """The same function in the form that inference engines run fastest; a copy where such a form exists."""
    if isinstance(net, Modulated | CoicNet):
        return net.for_inference()
    return folded(net) if isinstance(net, UnshuffleNaf) else net


def _read_checked(card: ModelCard, weights: Path) -> dict[str, Tensor]:
    try:
        tensors = read_tensors(checked_weights(card, weights))
    except SafetensorError as error:
        raise BadModel(f"The weights of “{card.id}” are no safetensors file.", "Import the model again.", weights) from error
    widened = {name: _of_its_own(tensor) for name, tensor in tensors.items()}
    broken = [name for name, tensor in widened.items() if not torch.isfinite(tensor).all()]
    if broken:
        raise BadModel(f"The weights of “{card.id}” are not finite in {broken[0]}.", "The model is damaged.", weights)
    return widened
