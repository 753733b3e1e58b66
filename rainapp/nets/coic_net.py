"""A net that adapts to the rain at hand: CoI-M around it (`coim`) and the encoder whose code modulates it (`coic`), as one.

The encoder is part of the net, so it learns by the net's optimiser, is in its running average and is published with it. In
training the net is shown a `view` and makes the code itself, so that gradients reach the encoder under any weights. Later it is
given the `code`, which is taken once per photo (`photo_code`): an engine translates the net without the encoder.

With `labels` a table of learned codes stands in the encoder's place, one for each set of rain: what a net gains by being told
the set, against which the encoder is measured.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rainapp.nets.coic import CODE_SIZE, InstanceEncoder, windows
from rainapp.nets.coim import Modulated, wrap
from rainapp.nets.spec import Traits

WIDTH = 32
WINDOWS = 16
"""Of a photo that its code is made of at most; on each the encoder does about as much as a derainer on as many pixels."""


class Labels(nn.Module):
    """A learned code of length one for each of `count` sets of rain."""

    def __init__(self, count: int, code_size: int) -> None:
        super().__init__()
        self.codes = nn.Parameter(torch.randn(count, code_size))

    def forward(self, labels: Tensor) -> Tensor:
        """(B, code_size) of the numbers (B,) of sets; below 0 is no set that is known, and gets the mean of all."""
        known = F.normalize(self.codes, dim=1)
        mean = F.normalize(known.mean(0), dim=0)
        return torch.where((labels < 0)[:, None], mean, known[labels.clamp(min=0)])


class CoicNet(nn.Module):
    """A net with its encoder; see above. Made by `instructed`."""

    def __init__(self, net: Modulated, encoder: InstanceEncoder | Labels) -> None:
        super().__init__()
        self.net = net
        self.encoder = encoder
        self.multiple_px = net.multiple_px
        self.features: Tensor | None = None
        """What the encoder saw of the last `view`, for the contrastive term; see `InstanceEncoder`."""

    @property
    def traits(self) -> Traits:
        """Those of the modulated net."""
        return self.net.traits

    def forward(
        self, rainy: Tensor, clear: Tensor | None = None, code: Tensor | None = None, view: Tensor | None = None
    ) -> Tensor:
        """Derained picture.

        Args:
            rainy: (B, 3, H, W) float, sRGB-encoded, 0 to 1.
            clear: (B,) as the net inside takes it.
            code: see `Modulated`; None: without modulation.
            view: instead of a code what it is made of: (B, 3, h, w) pictures, or (B,) numbers of sets for `Labels`.

        Returns:
            (B, 3, H, W) float, not clipped.
        """
        if view is not None:
            code = self._code(view)
        derained: Tensor = self.net(rainy, clear, code)
        return derained

    def _code(self, view: Tensor) -> Tensor:
        if isinstance(self.encoder, Labels):
            code: Tensor = self.encoder(view)
            return code.repeat(1, 2) if self.net.mirrored else code
        self.features, code = self.encoder(view)
        return torch.cat([code, self.encoder(view.flip(-1))[1]], 1) if self.net.mirrored else code

    def photo_code(self, picture: Tensor, label: int = -1) -> Tensor:
        """(1, size) the code of a whole photo (3, H, W), the mean over its windows, or of a set; as `forward` takes it.

        The picture must have the scale on which streaks are as wide as in training.
        """
        if isinstance(self.encoder, Labels):
            return self._code(torch.full((1,), label, device=self.encoder.codes.device))
        seen = windows(picture, most=WINDOWS)
        sides = (seen, seen.flip(-1)) if self.net.mirrored else (seen,)
        return torch.cat([F.normalize(self.encoder(each)[1].mean(0, keepdim=True), dim=1) for each in sides], 1)

    def for_inference(self) -> Modulated:
        """The modulated net alone in the form that engines run fastest: it takes the code as an input."""
        return self.net.for_inference()


class Coder(nn.Module):
    """From one picture to its code, as a net of its own."""

    def __init__(self, net: CoicNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, picture: Tensor) -> Tensor:
        """(1, size) of (1, 3, H, W)."""
        return self.net.photo_code(picture[0])


def instructed(net: nn.Module, code_size: int = CODE_SIZE, encoder_width: int = WIDTH, labels: int = 0) -> CoicNet:
    """`net` modulated by the code of an encoder of its own, or of one of so many `labels`; its layers change in place.

    Raises:
        ValueError: see `wrap` and `InstanceEncoder`.
    """
    modulated = wrap(net, code_size)
    encoder = Labels(labels, code_size) if labels else InstanceEncoder(code_size, encoder_width)
    return CoicNet(modulated, encoder.to(next(net.parameters()).device))


def encoded(net: nn.Module) -> CoicNet | None:
    """The net with an encoder among `net` and the wrappers around it."""
    inside: object = net
    while isinstance(inside, nn.Module):
        if isinstance(inside, CoicNet):
            return inside
        inside = getattr(inside, "net", None)
    return None
