"""The fastest engine on CPUs: OpenVINO.

The net is translated once and kept (`converted`), so that later starts need no torch. A compiled model with fixed sides is
faster than one for any sides, but every size must be compiled, which takes as long as a megapixel; one for any sides takes
twice that. So the first size gets its own, so does a large one, which mostly comes again, and others once they have come up
to `BREAK_EVEN_PX`; until then one model serves them all.
Tiles of a picture go in as they lie in the file and come out with their channels last: turning and scaling them inside OpenVINO
is free, in numpy it took a seventh of the time. OpenVINO itself is imported when the first engine is made.

Only compiled models are kept. A request lives for one call (`infer`): one that lived on would hold the memory of that call, and
write the next into it. A new one takes 0.1 ms.
"""

import contextlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rainapp.base.errors import Cancelled, EngineFailed
from rainapp.base.image import Pixels
from rainapp.inference.engines.contract import (
    Conditions,
    EngineName,
    Model,
    PrecisionName,
    Stop,
    Tiles,
    device_lock,
    filled,
)
from rainapp.inference.engines.converted import converted, core
from rainapp.inference.engines.failures import told

HINTS = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}
STOP_MS = 20  # how often it is asked whether the result is still wanted
LARGE_PX = 1_000_000
BREAK_EVEN_PX = 2_000_000
STALE_REQUESTS = 12
SMALL_PX = 32  # some nets of others take no tiles of a few pixels
KEPT_PX_MAX = 5_000_000  # tiles of all compiled models together: each keeps working memory, about 150 bytes a pixel


def installed() -> bool:
    """Whether OpenVINO is there, without importing it."""
    return importlib.util.find_spec("openvino") is not None


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
            BadTreatment: OpenVINO is not installed, or does not take the net.
        """
        self.precision = precision
        self._multiple_px = model.multiple_px
        self._conditions = model.conditions
        self._lock = device_lock(self.device)
        self._net = converted(model)
        self._any_size: dict[str, AnySize] = {}  # by kind
        self._any_size_px: dict[str, int] = {}  # of the largest tile each has met, for which it keeps memory
        self._fixed: dict[Form, Compiled] = {}  # the one used longest ago first
        self._used: dict[Form, int] = {}  # when, in requests
        self._requests = 0
        self._last: Form | None = None
        self._seen_px: dict[Form, int] = {}
        self._refused: set[Form] = set()  # sizes OpenVINO has no fixed form for (a narrow net on AVX2 at 1536 px)

    def __call__(self, tiles: Tiles, conditions: Conditions | None = None) -> Tiles:
        """Derain `tiles` (B, 3, H, W); see `Engine`."""
        count, _, height, width = tiles.shape
        below, right = -height % self._multiple_px, -width % self._multiple_px
        padded = np.pad(tiles, ((0, 0), (0, 0), (0, below), (0, right)), mode="reflect") if below or right else tiles
        derained = self._infer(padded, Form(PLANES, count, height + below, width + right), None, conditions)
        return derained[..., :height, :width]

    def render(self, pixels: Pixels, stop: Stop | None = None, conditions: Conditions | None = None) -> Tiles:
        """Derain one tile (H, W, 3) as in the file; see `Engine`."""
        height, width = pixels.shape[:2]
        below, right = -height % self._multiple_px, -width % self._multiple_px
        padded = np.pad(pixels, ((0, below), (0, right), (0, 0)), mode="reflect") if below or right else pixels
        derained = self._infer(padded[None], Form(padded.dtype.name, 1, height + below, width + right), stop, conditions)
        return derained[0, :height, :width]

    def prepare(self, height: int, width: int) -> None:
        """Compile for tiles of 8 bit of this size, unless there is no room beside what is in use; see `Engine`."""
        form = Form("uint8", 1, height + -height % self._multiple_px, width + -width % self._multiple_px)
        with self._lock:
            if form not in self._fixed and self.kept_px + form.area_px <= KEPT_PX_MAX:
                self._compiled_for(form, pays=True)

    def release(self) -> None:
        """Let every compiled model go; see `Engine`."""
        with self._lock:
            self._any_size.clear()
            self._any_size_px.clear()
            self._fixed.clear()

    def _infer(self, pixels: NDArray[Any], form: "Form", stop: Stop | None, conditions: Conditions | None) -> Tiles:
        """What the net makes of `pixels`, in an array of its own."""
        derained: Tiles = np.empty(pixels.shape, np.float32)
        given = [pixels, *filled(conditions, self._conditions, form.count)]
        with self._lock, told(self.name):
            self._compiled_for(form).infer(given, derained, stop)
        return derained

    def _compiled_for(self, form: "Form", pays: bool = False) -> "Compiled":
        """What runs tiles of `form`: compiled for them alone where that pays."""
        self._requests += 1
        self._used[form], again, self._last = self._requests, form == self._last, form
        if form in self._fixed:
            self._fixed[form] = self._fixed.pop(form)  # now the one used last
            return self._fixed[form]
        self._seen_px[form] = self._seen_px.get(form, 0) + form.area_px
        pays |= not self._fixed or self._seen_px[form] >= BREAK_EVEN_PX
        pays |= form.area_px >= LARGE_PX
        if pays and form not in self._refused:
            try:
                return self._own(form, again)
            except EngineFailed:
                self._refused.add(form)
        largest_px = max(form.area_px, self._any_size_px.get(form.kind, 0))
        if largest_px > self._any_size_px.get(form.kind, 0):
            self._make_room(form.area_px)
        if form.kind not in self._any_size or not self._any_size[form.kind].settle():
            blank = filled(None, self._conditions, 1)
            self._any_size[form.kind] = AnySize(self._compiled(form, [-1, 3, -1, -1]), form, self._multiple_px, blank)
        self._any_size_px[form.kind] = largest_px
        return self._any_size[form.kind]

    def _own(self, form: "Form", again: bool) -> "Compiled":
        """A compiled model for `form`, kept where it fits beside those in use, or is the only one, or comes `again` at once."""
        for old in [each for each in self._fixed if self._requests - self._used[each] > STALE_REQUESTS]:
            del self._fixed[old]
        kept = again or not self.kept_px or self.kept_px + form.area_px <= KEPT_PX_MAX
        if kept:
            self._make_room(form.area_px)
        compiled = Compiled(self._compiled(form, [form.count, 3, form.height, form.width]))
        if kept:
            self._seen_px[form] = 0
            self._fixed[form] = compiled
        return compiled

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
        with told(self.name):
            net = self._net.clone()
            sizes = [shape, *([shape[0], *each.size] for each in self._conditions)]
            net.reshape(dict(enumerate(sizes)))
            return compile_net(_taking(net, form.kind), self.precision)


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
    steps.input(0).tensor().set_element_type(Type(np.dtype(kind))).set_layout(Layout("NHWC"))
    steps.input(0).preprocess().convert_element_type(Type.f32).scale(float(np.iinfo(kind).max))
    steps.input(0).model().set_layout(Layout("NCHW"))
    steps.output().model().set_layout(Layout("NCHW"))
    steps.output().tensor().set_layout(Layout("NHWC"))
    return steps.build()


def compile_net(net: Any, precision: PrecisionName) -> Any:
    """`net` compiled for the CPU; raises RuntimeError where OpenVINO fails."""
    hints = {"INFERENCE_PRECISION_HINT": HINTS[precision], "PERFORMANCE_HINT": "LATENCY"}
    return core().compile_model(net, "CPU", hints)


class Compiled:
    """A compiled model for one size."""

    def __init__(self, model: Any) -> None:
        """`model` as OpenVINO gives it."""
        self.model = model

    def infer(self, given: Sequence[NDArray[Any]], made: Tiles, stop: Stop | None = None) -> None:
        """See `infer`."""
        infer(self.model, given, made, stop)


class AnySize(Compiled):
    """A compiled model for any size, which is brought back to order after a call that ended half-way.

    OpenVINO then leaves some operations with the shapes of that call, others with those of the call before, and believes that
    they fit: the next tile fails ("Eltwise shape infer", 2026.4), or could come out wrong. A tile whose sides are not those of
    the call before sets all of them anew. Two small ones of different sides are run, since one may be what came before; the
    second shows whether all is well. Compiling anew would take seconds.
    """

    def __init__(self, model: Any, form: "Form", multiple_px: int, conditions: Sequence[NDArray[Any]] = ()) -> None:
        """`model` takes tiles of the kind of `form`, with sides that are multiples of `multiple_px`, and `conditions`."""
        super().__init__(model)
        self._conditions = conditions
        step_px = -(-SMALL_PX // multiple_px) * multiple_px
        self._small = [_pattern(form, step_px * height, step_px * width) for height, width in ((2, 3), (3, 4))]
        self._wanted: Tiles | None = None  # where a net takes no tile as small
        with contextlib.suppress(RuntimeError):
            self._wanted = self._tried(self._small[-1])
        self._is_settled = self._wanted is not None

    def infer(self, given: Sequence[NDArray[Any]], made: Tiles, stop: Stop | None = None) -> None:
        """See `infer`."""
        self._is_settled = False
        super().infer(given, made, stop)
        self._is_settled = True

    def settle(self) -> bool:
        """Whether it is in order, or could be brought back to it."""
        if not self._is_settled and self._wanted is not None:
            with contextlib.suppress(RuntimeError):  # if what comes before has the same sides
                self._tried(self._small[0])
            with contextlib.suppress(RuntimeError):  # then it is not in order
                self._is_settled = np.array_equal(self._tried(self._small[-1]), self._wanted)
        return self._is_settled

    def _tried(self, given: NDArray[Any]) -> Tiles:
        made: Tiles = np.empty(given.shape, np.float32)
        infer(self.model, [given, *self._conditions], made)
        return made


def _pattern(form: "Form", height: int, width: int) -> NDArray[Any]:
    """Something that is not the same all over, as `form` lies in memory."""
    if form.kind == PLANES:
        return np.linspace(0, 1, 3 * height * width, dtype=np.float32).reshape(1, 3, height, width)
    peak = np.iinfo(form.kind).max
    return np.linspace(0, peak, 3 * height * width).astype(form.kind).reshape(1, height, width, 3)


def infer(model: Any, given: Sequence[NDArray[Any]], made: Tiles, stop: Stop | None = None) -> None:
    """Run a compiled `model` on its inputs `given` and fill `made`, of the shapes it takes; afterwards it holds none of them.

    Raises:
        Cancelled: `stop` said so.
        RuntimeError: OpenVINO fails.
    """
    from openvino import Tensor

    request = model.create_infer_request()
    for place, each in enumerate(given):
        taken = request.get_input_tensor(place)
        if tuple(taken.shape) != each.shape:  # a model for any size
            taken.shape = each.shape
        taken.data[...] = each
    request.set_output_tensor(Tensor(made, shared_memory=True))
    request.start_async()
    try:
        while stop is not None and not request.wait_for(STOP_MS):
            if stop():
                raise Cancelled
        request.wait()  # tells what went wrong, if anything did
    except BaseException:
        request.cancel()
        with contextlib.suppress(RuntimeError):  # that it was cancelled, or what is told already
            request.wait()  # until then it writes into `made`
        raise
