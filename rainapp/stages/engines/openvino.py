"""The fastest engine on CPUs: OpenVINO.

The net is traced once and kept as a plain OpenVINO model in the cache, so that later starts skip tracing. A compiled model with
fixed sides is 1.5 times as fast as one for any sides, but every size must be compiled, which takes as long as two megapixels.
So the first size gets its own, and others once they have come up to `BREAK_EVEN_PX`; until then one model serves them all.
Tiles of a picture go in as they lie in the file and come out with their channels last: turning and scaling them inside OpenVINO
is free, in numpy it took a seventh of the time. OpenVINO itself is imported when the first engine is made.
"""

import hashlib
import importlib.util
import os
import shutil
import tempfile
import threading
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rainapp import nets, paths
from rainapp.errors import BadTreatment
from rainapp.image import Pixels
from rainapp.privacy import silence_reporters
from rainapp.stages.engines import EngineName, Model, PrecisionName, Tiles, device_lock

HINTS = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}
FORM = 3  # raise when the inference form of a net changes, so that kept models are traced anew


BREAK_EVEN_PX = 2_000_000
KEPT_PX_MAX = 4_500_000  # tiles of all compiled models together: each keeps working memory, about 150 bytes a pixel


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
        self._any_size: dict[str, Any] = {}  # by kind
        self._any_size_px: dict[str, int] = {}  # of the largest tile each has met, for which it keeps memory
        self._fixed: dict[Form, Any] = {}  # the one used longest ago first
        self._seen_px: dict[Form, int] = {}
        self._refused: set[Form] = set()  # sizes OpenVINO has no fixed form for (a narrow net on AVX2 at 1536 px)

    def __call__(self, tiles: Tiles) -> Tiles:
        """Derain `tiles` (B, 3, H, W); see `Engine`."""
        count, _, height, width = tiles.shape
        below, right = -height % self._multiple_px, -width % self._multiple_px
        padded = np.pad(tiles, ((0, 0), (0, 0), (0, below), (0, right)), mode="reflect") if below or right else tiles
        derained = self._infer(padded, Form(PLANES, count, height + below, width + right))
        return derained[..., :height, :width]

    def render(self, pixels: Pixels) -> Tiles:
        """Derain one tile (H, W, 3) as in the file; see `Engine`."""
        height, width = pixels.shape[:2]
        below, right = -height % self._multiple_px, -width % self._multiple_px
        padded = np.pad(pixels, ((0, below), (0, right), (0, 0)), mode="reflect") if below or right else pixels
        derained = self._infer(padded[None], Form(padded.dtype.name, 1, height + below, width + right))
        return derained[0, :height, :width]

    def _infer(self, pixels: NDArray[Any], form: "Form") -> Tiles:
        """What the net makes of `pixels`, in an array of its own."""
        derained: Tiles = np.empty(pixels.shape, np.float32)
        with self._lock:
            request = self._request(form)
            request.set_output_tensor(_tensor(derained))
            request.infer([pixels], share_outputs=True)
        return derained

    def _request(self, form: "Form") -> Any:
        """What runs tiles of `form`, compiled where that pays."""
        if form in self._fixed:
            self._fixed[form] = self._fixed.pop(form)  # now the one used last
            return self._fixed[form]
        self._seen_px[form] = self._seen_px.get(form, 0) + form.area_px
        pays = not self._fixed or self._seen_px[form] >= BREAK_EVEN_PX
        if pays and form not in self._refused:
            self._seen_px[form] = 0
            self._make_room(form.area_px)
            try:
                self._fixed[form] = self._compiled(form, [form.count, 3, form.height, form.width])
                return self._fixed[form]
            except BadTreatment:
                self._refused.add(form)
        if form.area_px > self._any_size_px.get(form.kind, 0):
            self._make_room(form.area_px)
            self._any_size_px[form.kind] = form.area_px
        if form.kind not in self._any_size:
            self._any_size[form.kind] = self._compiled(form, [-1, 3, -1, -1])
        return self._any_size[form.kind]

    @property
    def kept_px(self) -> int:
        """Pixels for which compiled models keep working memory."""
        return sum(form.area_px for form in self._fixed) + sum(self._any_size_px.values())

    def _make_room(self, wanted_px: int) -> None:
        """Let compiled models go, the one used longest ago first, until one for `wanted_px` more pixels fits."""
        if self.kept_px + wanted_px > KEPT_PX_MAX:
            self._any_size.clear()
            self._any_size_px.clear()
        while self._fixed and self.kept_px + wanted_px > KEPT_PX_MAX:
            self._fixed.pop(next(iter(self._fixed)))

    def _compiled(self, form: "Form", shape: list[int]) -> Any:
        net = self._net.clone()
        try:
            net.reshape(shape)
            hints = {"INFERENCE_PRECISION_HINT": HINTS[self.precision], "PERFORMANCE_HINT": "LATENCY"}
            return core().compile_model(_taking(net, form.kind), "CPU", hints).create_infer_request()
        except RuntimeError as error:
            raise BadTreatment("OpenVINO cannot run this model.", str(error).splitlines()[0]) from error


PLANES = "planes"


@dataclass(frozen=True)
class Form:
    """What a compiled model takes: float `PLANES` (B, 3, H, W), or pixels (B, H, W, 3) of the type that `kind` names."""

    kind: str
    count: int
    height: int
    width: int

    @property
    def area_px(self) -> int:
        """Pixels in one call."""
        return self.count * self.height * self.width


def _taking(net: Any, kind: str) -> Any:
    """`net`, which takes and gives planes, made to take and give what `Form` says of `kind`."""
    if kind == PLANES:
        return net
    from openvino import Layout, Type
    from openvino.preprocess import PrePostProcessor

    steps = PrePostProcessor(net)
    steps.input().tensor().set_element_type(Type(np.dtype(kind))).set_layout(Layout("NHWC"))
    steps.input().preprocess().convert_element_type(Type.f32).scale(float(np.iinfo(kind).max))
    steps.input().model().set_layout(Layout("NCHW"))
    steps.output().model().set_layout(Layout("NCHW"))
    steps.output().tensor().set_layout(Layout("NHWC"))
    return steps.build()


def _tensor(array: Tiles) -> Any:
    """An OpenVINO tensor over the memory of `array`."""
    from openvino import Tensor as Memory

    return Memory(array, shared_memory=True)


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
