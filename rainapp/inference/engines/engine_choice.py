"""Which engine runs a model: what the person asked for, else what is measured fastest on this machine, once.

Half precision is used only where it passes a check against float32 on a probe picture: finite, and within `MEAN_MAX` and
`MAX_MAX` grey levels. The probe is short. The winner is remembered in the cache by weights, versions and hardware.
"""

import hashlib
import json
import os
import threading
import time
from collections.abc import Sequence

import numpy as np

from rainapp.base import paths
from rainapp.base.errors import BadTreatment, EngineFailed, RainError, UnwritableFile
from rainapp.base.loading import load_libraries
from rainapp.base.regular_files import read_regular
from rainapp.base.textfile import replace_text
from rainapp.inference.engines import openvino
from rainapp.inference.engines.contract import Engine, EngineName, Model, PrecisionName, Tiles, Variant
from rainapp.inference.engines.converted import FORM, core
from rainapp.inference.engines.machine import computes_in_bf16, hardware, surely_cpu_only, version_of
from rainapp.inference.engines.making import make
from rainapp.jobs.records import EngineChoice, Precision

PROBE_PX = 256
PROBE_S = 0.5  # timing stops here; one run at least
MEAN_MAX = 0.1  # grey levels
MAX_MAX = 2.0
FILE = "engines.json"
FILE_BYTES_MAX = 16 << 20
EXACT = Variant("torch", "cpu", "fp32")

_remembering = threading.Lock()


def resolve_device(wanted: str) -> str:
    """The device meant by auto, cpu, mps, cuda or cuda:N.

    Raises:
        BadTreatment: it is not there.
    """
    there = ["cpu"] if wanted == "cpu" or surely_cpu_only() else _devices()
    if wanted == "auto":
        return there[0]
    device = "cuda:0" if wanted == "cuda" else wanted
    if device not in there:
        raise BadTreatment(f"The device “{wanted}” is not there.", f"This machine has {', '.join(there)}.")
    return device


def _devices() -> list[str]:
    load_libraries("torch")
    import torch

    cuda = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return [f"cuda:{number}" for number in range(cuda)] + ["mps"] * torch.backends.mps.is_available() + ["cpu"]


def variants(device: str, engine: EngineChoice, precision: Precision, accurate: frozenset[str]) -> list[Variant]:
    """The ways to run that fit the wishes and this machine, the likely fastest first.

    `accurate` are the precisions the model is known to be accurate in; a precision that is asked for by name need not be
    among them, it is checked like any other.

    Raises:
        BadTreatment: the wishes cannot be met together.
    """
    if engine == "openvino" and device != "cpu":
        raise BadTreatment(f"OpenVINO runs on the CPU, not on “{device}”.", "Choose the device cpu, or the engine torch.")
    if engine == "openvino" and not openvino.installed():
        core()  # says so in words
    engines: list[EngineName] = [engine] if engine != "auto" else ["torch"]
    if engine == "auto" and device == "cpu" and openvino.installed():
        engines.insert(0, "openvino")
    found = []
    for name in engines:
        native = native_precisions(name, device)
        wanted = native & accurate | {"fp32"} if precision == "auto" else native & {precision}
        ordered: list[PrecisionName] = ["bf16", "fp16", "fp32"]
        found += [Variant(name, device, each) for each in ordered if each in wanted]
    if not found:
        raise BadTreatment(
            f"This machine does not compute in {precision} on “{device}” with {' or '.join(engines)}.",
            "Choose the precision auto.",
        )
    return found


def native_precisions(engine: EngineName, device: str) -> frozenset[str]:
    """The precisions that are no slower than float32 there."""
    if engine == "openvino":
        return openvino.capabilities()
    if device == "cpu":
        return frozenset({"fp32", "bf16"} if computes_in_bf16() else {"fp32"})
    if device == "mps":
        return frozenset({"fp32", "fp16"})
    import torch

    return frozenset({"fp32", "fp16"} | ({"bf16"} if torch.cuda.is_bf16_supported() else set()))


def fastest(model: Model, candidates: Sequence[Variant]) -> Engine:
    """The engine of the fastest candidate that is accurate; measured once on this machine, never when there is no choice.

    Raises:
        BadTreatment, EngineFailed: no candidate runs and is accurate.
    """
    if len(candidates) == 1 and candidates[0].precision == "fp32":
        return make(model, candidates[0])
    key = _key(model, candidates)
    known = _recall().get(key)
    for candidate in candidates:
        if str(candidate) == known:
            return make(model, candidate)
    engine = _measured(model, candidates)
    _remember(key, str(Variant(engine.name, engine.device, engine.precision)))
    return engine


def _measured(model: Model, candidates: Sequence[Variant]) -> Engine:
    rainy = probe()
    exact, reference, alone_s = _reference(model, rainy)
    best: tuple[float, Engine] | None = None
    refusal: RainError | None = None
    for candidate in candidates:
        if candidate == EXACT and best is not None and alone_s / (os.cpu_count() or 1) > best[0]:
            continue  # it could not win even if each core did its full share
        try:
            engine = exact if candidate == EXACT else make(model, candidate)
            check_accuracy(engine(rainy), reference, candidate)
            seconds = _seconds(engine, rainy)
        except (BadTreatment, EngineFailed) as error:  # the others may do; the last refusal is told if none does
            refusal = error
            continue
        if best is None or seconds < best[0]:
            best = seconds, engine
    if best is None:
        raise refusal or BadTreatment("No engine can run this model.")
    return best[1]


def _reference(model: Model, rainy: Tiles) -> tuple[Engine, Tiles, float]:
    """The engine that is exact, what it makes of the probe, and the seconds that takes on one core."""
    load_libraries("torch")
    from rainapp.inference.engines.pytorch import one_thread

    with one_thread():
        exact = make(model, EXACT)
        exact(rainy)
        start = time.perf_counter()
        reference = exact(rainy)
        return exact, reference, time.perf_counter() - start


def check_accuracy(derained: Tiles, reference: Tiles, variant: Variant) -> None:
    """Compare what `variant` made of the probe with float32.

    Raises:
        BadTreatment: it is not finite, or too far off.
    """
    error = np.abs(np.clip(derained, 0, 1) - np.clip(reference, 0, 1)) * 255
    if not np.isfinite(derained).all() or error.mean() > MEAN_MAX or error.max() > MAX_MAX:
        raise BadTreatment(f"The model is not accurate as “{variant}”.", "Choose the precision auto or fp32.")


def probe() -> Tiles:
    """A picture with ramps, grain and slanted bright streaks, (1, 3, PROBE_PX, PROBE_PX) float32, 0 to 1."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0:PROBE_PX, 0:PROBE_PX].astype(np.float32) / PROBE_PX
    planes = np.stack([0.2 + 0.5 * x, 0.6 - 0.4 * y, 0.3 + 0.2 * x * y])
    planes += 0.25 * (np.sin(40 * x + 170 * x + 14 * y) > 0.97) + rng.normal(0, 0.02, planes.shape)
    rainy: Tiles = np.clip(planes, 0, 1).astype(np.float32)[None]
    return rainy


def _seconds(engine: Engine, rainy: Tiles) -> float:
    """Best time of a few runs on a tile, after the run that checked the accuracy."""
    begun = time.perf_counter()
    best = float("inf")
    while best == float("inf") or time.perf_counter() - begun < PROBE_S:
        start = time.perf_counter()
        engine(rainy)
        best = min(best, time.perf_counter() - start)
    return best


def _key(model: Model, candidates: Sequence[Variant]) -> str:
    about = [model.sha256, version_of("torch"), version_of("openvino"), FORM, hardware(candidates[0].device)]
    return hashlib.sha256(json.dumps([about, [str(each) for each in candidates]]).encode()).hexdigest()[:32]


def _recall() -> dict[str, str]:
    """What was measured before; empty when the file is missing or damaged, since it can be made again."""
    try:
        known = json.loads(read_regular(paths.cache_dir() / FILE, FILE_BYTES_MAX))
    except (OSError, ValueError, RecursionError):
        return {}
    return {str(key): str(value) for key, value in known.items()} if isinstance(known, dict) else {}


def _remember(key: str, variant: str) -> None:
    with _remembering:
        text = json.dumps(_recall() | {key: variant}, indent=1)
        try:
            replace_text(paths.cache_dir() / FILE, text)
        except UnwritableFile:
            return  # measured again next time
