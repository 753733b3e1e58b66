"""What repairs a window: the interface of every prior, and nets that map pictures to pictures as one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

Floats = NDArray[np.float32]


def _nothing() -> None:
    """What is done between the steps of a prior that nobody waits for."""


@dataclass(frozen=True, eq=False)
class Window:
    """What a prior is shown: `derained` (h, w, 3), sRGB-encoded 0 to 1, and where it may act, `mask` (h, w), 0 to 1.

    The window begins at (`top`, `left`) of the picture. `stand` is to be called between steps: it may cancel. `control`,
    0 to 1, is how far is to be repaired.
    """

    derained: Floats
    mask: Floats
    top: int = 0
    left: int = 0
    stand: Callable[[], None] = _nothing
    control: float = 1.0


class Prior(Protocol):
    """Makes of a derained window what it thinks was there; where it may not act, nobody takes what it says."""

    @property
    def name(self) -> str:
        """Its id in the library."""
        ...

    @property
    def window_px(self) -> int:
        """Side of the windows it wants to see; even."""
        ...

    def __call__(self, window: Window) -> Floats:
        """The window repaired, (h, w, 3), not clipped."""
        ...


class NetPrior:
    """A net that maps pictures to pictures, as a prior. It looks at the picture alone."""

    window_px = 128

    def __init__(self, name: str, net: nn.Module, device: str = "cpu") -> None:
        """Takes the net to `device`, for good."""
        self.name = name
        self._net, self._device = net.to(device), device

    def __call__(self, window: Window) -> Floats:
        """See `Prior`."""
        planes = torch.from_numpy(np.ascontiguousarray(window.derained)).permute(2, 0, 1)[None].to(self._device)
        with torch.inference_mode():
            made = self._net(planes)[0].float().permute(1, 2, 0).cpu().numpy()
        whole: Floats = np.ascontiguousarray(made)
        return whole
