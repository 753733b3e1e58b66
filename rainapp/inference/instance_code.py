"""The code of a picture, for nets that adapt to it: what rain it shows, seen once and shared by all its tiles and passes.

The encoder looks at the picture at the scale on which streaks are as wide as in training. That is the smallest size at which
such a picture is derained (`coarse.factors`): a photo of twelve megapixels shrunk to a single window would have no streaks
left, and at full size its streaks are wider than any that the encoder knows. At that size it looks through windows, and the
code is the mean of theirs.

In a clip the encoder looks at every `EVERY`-th frame and the code moves a part of the way, so that what a net does to a scene
does not jump from frame to frame. Each part of a clip that is worked on alone begins anew, as in `steady`.
"""

import threading
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rainapp.base.errors import BadModel
from rainapp.base.image import Frame, Image, Pixels
from rainapp.inference import coarse
from rainapp.inference.engines import Conditions, Model, Tiles
from rainapp.inference.engines.planes import TorchRun

if TYPE_CHECKING:
    from torch import nn

Sees = Callable[[Image], Conditions]
EVERY = 4
SHARE = 0.25
"""Of the way to a new code that the code of a clip moves."""


class Seer:
    """What the encoder within a model's net sees of a picture; of the one looked at last it is kept."""

    def __init__(self, model: Model) -> None:
        """The net is loaded when it is asked first."""
        self._model = model
        self._run: TorchRun | None = None
        self._lock = threading.Lock()
        self._last: tuple[weakref.ref[Pixels], Conditions] | None = None

    def __call__(self, image: Image) -> Conditions:
        """The code of a picture as a condition.

        Raises:
            BadModel: the model takes a code and has no encoder.
            MemoryError, EngineFailed: see `Run`.
        """
        with self._lock:
            if self._last is None or self._last[0]() is not image.pixels:
                run = self._run = self._run or TorchRun(replace(self._model, load=self._coder), "cpu")
                self._last = weakref.ref(image.pixels), {"code": run(at_scale(image.pixels))[0]}
            return self._last[1]

    def _coder(self) -> "nn.Module":
        from rainapp.nets.coic_net import Coder, encoded  # torch, which other nets do without once they are translated

        net = encoded(self._model.net)
        if net is None:
            raise BadModel("The model wants to be told what rain a picture shows, and has nothing that sees it.")
        return Coder(net)


def at_scale(pixels: Pixels) -> Tiles:
    """A picture (H, W, 3) at the scale that the encoder knows, (1, 3, H', W') float, 0 to 1."""
    factor = coarse.factors(*pixels.shape[:2])[0]
    small = pixels if factor == 1 else coarse.reduced(pixels, factor)
    unit = np.float32(1 / np.iinfo(pixels.dtype).max)
    return np.ascontiguousarray(small.transpose(2, 0, 1)[None] * unit)


class Course:
    """The conditions of the frames of one stream, in their order; the same for all where there is nothing to see."""

    def __init__(self, conditions: Conditions | None, sees: Sees | None, part_frames: int = 0) -> None:
        """`conditions` hold for every frame; `part_frames`: see `Steadier`."""
        self._conditions, self._sees, self._part_frames = conditions, sees, part_frames
        self._code: Tiles | None = None
        self._since = 0

    def __call__(self, frame: Frame) -> Conditions | None:
        """Those of the next frame."""
        if self._sees is None:
            return self._conditions
        begins = self._code is None or (self._part_frames and frame.index % self._part_frames == 0)
        if begins:
            self._code = self._sees(frame.image)["code"]
            self._since = 0
        elif self._since % EVERY == 0 and self._code is not None:
            moved = self._code + np.float32(SHARE) * (self._sees(frame.image)["code"] - self._code)
            scale = float(np.linalg.norm(self._code)) / max(float(np.linalg.norm(moved)), 1e-6)
            self._code = np.asarray(moved * scale, np.float32)
        self._since += 1
        assert self._code is not None  # taken above
        return {**(self._conditions or {}), "code": self._code}
