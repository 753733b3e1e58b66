"""Weights of a smaller net in a larger one: the function stays, the new channels start without a say.

Function-preserving growth after Chen, Goodfellow and Shlens, Net2Net, ICLR 2016; here nothing is copied twice: channels that a
block gains inside have random weights where they read and zeros where they are added to the sum, so they learn at once.
"""

import torch
from torch import Tensor, nn

from rainapp.nets.unshuffle_naf import NafBlock


def grown(small: dict[str, Tensor], net: nn.Module) -> dict[str, Tensor]:
    """The weights `small` of a net with narrower blocks, as weights of `net`, float32; those that fit already as they are.

    `net` gives the shapes, and the numbers of what is new. Tensors whose shapes growing does not explain stay as they are in
    `small`, for `load_state_dict` to refuse.
    """
    weights = {name: value.float() for name, value in small.items()}
    wanted = net.state_dict()
    for stem, block in net.named_modules():
        if isinstance(block, NafBlock):
            for layer in ("expand1", "depthwise", "expand2"):
                for name in (f"{stem}.{layer}.weight", f"{stem}.{layer}.bias"):
                    if _narrower(weights, wanted, name, 0):
                        weights[name] = _with_rows(weights[name], wanted[name])
            for name in (f"{stem}.project1.weight", f"{stem}.project2.weight"):
                if _narrower(weights, wanted, name, 1):
                    weights[name] = _with_silent_columns(weights[name], wanted[name])
    return weights


def _narrower(weights: dict[str, Tensor], wanted: dict[str, Tensor], name: str, axis: int) -> bool:
    """Whether the tensor `name` differs from the wanted one by being shorter along `axis` alone."""
    if name not in weights or weights[name].dim() != wanted[name].dim():
        return False
    have, want = list(weights[name].shape), list(wanted[name].shape)
    return have.pop(axis) < want.pop(axis) and have == want


def _with_rows(old: Tensor, fresh: Tensor) -> Tensor:
    """`old` (2n, ...) with the rows of `fresh` (2m, ...) behind each of its halves, which the gate multiplies."""
    count = len(old) // 2
    return torch.cat([part for a, b in zip(old.chunk(2), fresh.to(old).chunk(2), strict=True) for part in (a, b[count:])])


def _with_silent_columns(old: Tensor, fresh: Tensor) -> Tensor:
    """`old` (c, n) with columns of zeros up to the size of `fresh` (c, m)."""
    return torch.cat([old, old.new_zeros(len(old), fresh.shape[1] - old.shape[1])], 1)
