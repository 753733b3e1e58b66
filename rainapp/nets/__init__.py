"""The table of network architectures.

`build` is a dictionary literal from name to class: searchable, and visible to a freezer. A new net is one file and one row.
"""

from torch import nn

from rainapp.errors import BadModel
from rainapp.nets.unshuffle_naf import UnshuffleNaf

ARCHITECTURES: dict[str, type[nn.Module]] = {
    "unshuffle_naf": UnshuffleNaf,
}


def build(arch: str, **shape: int | bool | list[int]) -> nn.Module:
    """An untrained net of the architecture `arch` with the given shape parameters.

    Every net maps `rainy` (B, 3, H, W) float, sRGB-encoded 0 to 1, to the derained picture of the same shape. Nets with the
    attribute `conditional` True take a second argument `clear` (B,), 1 where haze goes too.

    Raises:
        BadModel: for an unknown name or a shape the architecture does not take.
    """
    if arch not in ARCHITECTURES:
        raise BadModel(f"The architecture “{arch}” is not known.", f"Known are {', '.join(sorted(ARCHITECTURES))}.")
    try:
        return ARCHITECTURES[arch](**shape)
    except (TypeError, ValueError, RuntimeError) as error:
        raise BadModel(f"The architecture “{arch}” does not take the shape {shape}.", str(error)) from error
