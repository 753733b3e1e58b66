"""The fastest engine on CPUs: OpenVINO.

The net is traced once and kept as a plain OpenVINO model in the cache, so that later starts skip tracing. A compiled model with
fixed sides is 1.5 times as fast as one for any sides, but every size must be compiled, which takes as long as two megapixels.
So the first size gets its own, and others once they have come up to `BREAK_EVEN_PX`; until then one model serves them all.
OpenVINO itself is imported when the first engine is made.
"""

import hashlib
import importlib.util
import os
import shutil
import tempfile
import threading
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rainapp import nets, paths
from rainapp.errors import BadTreatment
from rainapp.image import Pixels
from rainapp.privacy import silence_reporters
from rainapp.stages.engines import EngineName, Model, PrecisionName, Tiles, device_lock, to_tiles

HINTS = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}
FORM = 2  # raise when the inference form of a net changes, so that kept models are traced anew


BREAK_EVEN_PX = 2_000_000
KEPT_PX_MAX = 3_000_000  # tiles of all compiled models together: each keeps working memory, about 220 bytes a pixel


class Bound(nn.Module):
    """A net whose condition is a constant, so that an engine sees one input."""

    def __init__(self, net: nn.Module, clear: float | None) -> None:
        super().__init__()
        self.net = net
        self.clear = None if clear is None else torch.tensor([clear])

    def forward(self, rainy: Tensor) -> Tensor:
        """(B, 3, H, W) in and out."""
        derained: Tensor = self.net(rainy) if self.clear is None else self.net(rainy, self.clear)
        return derained


def installed() -> bool:
    """Whether OpenVINO is there, without importing it."""
    return importlib.util.find_spec("openvino") is not None


@cache
def core() -> Any:
    """The OpenVINO core of this process.

    Raises:
        BadTreatment: OpenVINO is not installed.
    """
    silence_reporters()
    try:
        import openvino
    except ImportError as error:
        raise BadTreatment(
            "OpenVINO is not installed.", "Install it (`pip install openvino`) or use the engine torch."
        ) from error
    return openvino.Core()


@cache
def version() -> str:
    """The version of OpenVINO, or "none"."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed_version

    try:
        return installed_version("openvino")
    except PackageNotFoundError:
        return "none"


def capabilities() -> frozenset[str]:
    """The precisions this CPU computes in natively."""
    native = core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return frozenset({"fp32"} | {name.lower() for name in native} & {"bf16", "fp16"})


class OpenVinoEngine:
    """The net as an OpenVINO model on the CPU."""

    name: EngineName = "openvino"
    device = "cpu"

    def __init__(self, model: Model, precision: PrecisionName) -> None:
        """Convert or read from the cache; compiling waits for the first tile.

        Raises:
            BadTreatment: OpenVINO is not installed, or does not take the net (also when called).
        """
        if not getattr(model.net, "traceable", True):
            raise BadTreatment("OpenVINO cannot convert this model.", "Use the engine torch.")
        self.precision = precision
        self._multiple_px = model.multiple_px
        self._lock = device_lock(self.device)
        self._net = _converted(model)
        self._any_size: Any = None
        self._any_size_px = 0  # of the largest tile it has met, for which it keeps memory
        self._fixed: dict[tuple[int, ...], Any] = {}  # by shape, the one used longest ago first
        self._seen_px: dict[tuple[int, ...], int] = {}
        self._refused: set[tuple[int, ...]] = set()  # sizes OpenVINO has no fixed form for (a narrow net on AVX2 at 1536 px)

    def __call__(self, tiles: Tiles) -> Tiles:
        """Derain `tiles` (B, 3, H, W); see `Engine`."""
        height, width = tiles.shape[-2:]
        below, right = -height % self._multiple_px, -width % self._multiple_px
        padded = np.pad(tiles, ((0, 0), (0, 0), (0, below), (0, right)), mode="reflect") if below or right else tiles
        with self._lock:
            request = self._request(padded.shape)
            request.infer([np.ascontiguousarray(padded)])
            derained: Tiles = request.get_output_tensor(0).data[..., :height, :width].copy()
        return derained

    def render(self, pixels: Pixels) -> Tiles:
        """Derain one tile (H, W, 3) as in the file; see `Engine`."""
        derained: Tiles = self(to_tiles(pixels))[0].transpose(1, 2, 0)
        return derained

    def _request(self, shape: tuple[int, ...]) -> Any:
        """What runs tiles of `shape`, compiled where that pays."""
        if shape in self._fixed:
            self._fixed[shape] = self._fixed.pop(shape)  # now the one used last
            return self._fixed[shape]
        self._seen_px[shape] = self._seen_px.get(shape, 0) + _area(shape)
        pays = not self._fixed or self._seen_px[shape] >= BREAK_EVEN_PX
        if pays and shape not in self._refused:
            self._seen_px[shape] = 0
            self._make_room(_area(shape))
            try:
                self._fixed[shape] = self._compiled(list(shape))
                return self._fixed[shape]
            except BadTreatment:
                self._refused.add(shape)
        if _area(shape) > self._any_size_px:
            self._make_room(_area(shape))
            self._any_size_px = _area(shape)
        if self._any_size is None:
            self._any_size = self._compiled([-1, 3, -1, -1])
        return self._any_size

    @property
    def kept_px(self) -> int:
        """Pixels for which compiled models keep working memory."""
        return sum(map(_area, self._fixed)) + self._any_size_px

    def _make_room(self, wanted_px: int) -> None:
        """Let compiled models go, the one used longest ago first, until one for `wanted_px` more pixels fits."""
        if self.kept_px + wanted_px > KEPT_PX_MAX:
            self._any_size, self._any_size_px = None, 0
        while self._fixed and self.kept_px + wanted_px > KEPT_PX_MAX:
            self._fixed.pop(next(iter(self._fixed)))

    def _compiled(self, shape: list[int]) -> Any:
        net = self._net.clone()
        try:
            net.reshape(shape)
            hints = {"INFERENCE_PRECISION_HINT": HINTS[self.precision], "PERFORMANCE_HINT": "LATENCY"}
            return core().compile_model(net, "CPU", hints).create_infer_request()
        except RuntimeError as error:
            raise BadTreatment("OpenVINO cannot run this model.", str(error).splitlines()[0]) from error


def _area(shape: tuple[int, ...]) -> int:
    """Pixels of tiles of `shape` (B, 3, H, W)."""
    return shape[0] * shape[2] * shape[3]


_converting = threading.Lock()  # tracing twice at once would only be slower


def _converted(model: Model) -> Any:
    """The OpenVINO model of `model`, from the cache where it is there and whole."""
    about = f"{model.sha256} {model.clear} {model.net.__class__.__name__} {torch.__version__} {version()} {FORM}"
    kept = paths.cache_dir() / "openvino" / hashlib.sha256(about.encode()).hexdigest()[:32]
    with _converting:
        if (kept / "net.xml").is_file():
            try:
                return core().read_model(kept / "net.xml")
            except RuntimeError:
                shutil.rmtree(kept, ignore_errors=True)  # damaged: made again below
        converted = _convert(model)
        _keep(converted, kept)
        return converted


def _convert(model: Model) -> Any:
    """Trace the net and translate it, by the parts of which `openvino.convert_model` is made.

    That function itself takes four times as long, and starts threads that report its use over the network.
    """
    silence_reporters()
    from openvino.frontend import FrontEndManager, OpConversionFailure
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    side = 4 * model.multiple_px
    example = (torch.zeros(1, 3, side, side),)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of the padding branch, which sides in multiples never take
        try:
            bound = Bound(nets.for_inference(model.net), model.clear)
            traced = torch.jit.trace(bound, example, check_trace=False)  # type: ignore[no-untyped-call]
            decoder = TorchScriptPythonDecoder(traced, example_input=example)  # must outlive the translation
            frontend = FrontEndManager().load_by_framework("pytorch")
            converted = frontend.convert(frontend.load(decoder))
        except (RuntimeError, OpConversionFailure) as error:
            raise BadTreatment("OpenVINO cannot convert this model.", "Use the engine torch.") from error
    return converted


def _keep(converted: Any, folder: Path) -> None:
    """Save into the cache, whole or not at all; a cache that cannot be written is none."""
    import openvino

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=".staging-", dir=folder.parent))
    except OSError:
        return
    try:
        openvino.save_model(converted, staged / "net.xml", compress_to_fp16=False)
        os.replace(staged, folder)
    except (OSError, RuntimeError):
        shutil.rmtree(staged, ignore_errors=True)
