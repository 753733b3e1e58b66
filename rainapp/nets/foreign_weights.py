"""Foreign weights: read without trusting them, recognised, tried out, and written as safetensors.

Run as a program, `python -m rainapp.nets.foreign_weights REQUEST ANSWER`, this is the child process that
`rainapp.library.importer` starts on a file it does not trust: the request and the answer are JSON files, memory is limited
where the system can, and the parent kills the child at its time limit. Whatever happens in here, the application keeps running.

    read_state      safetensors, or a state dict by `torch.load(weights_only=True)`; wrappers and prefixes taken off
    fit             the net, built without memory first, so that every shape is compared before anything is allocated
    probe           a small picture goes through and must come back as a picture
"""

import contextlib
import copy
import json
import pickle
import struct
import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from rainapp.base.errors import BadModel, RainError
from rainapp.base.own_files import share_as_usual
from rainapp.base.plain_name import plainly_named
from rainapp.library.recognise import BORROWED, WRAPPERS, Recognised, parts, recognise, unknown_net
from rainapp.library.tensor_list import TENSORS_MAX
from rainapp.nets import registry, spandrel_nets
from rainapp.nets.rcdnet import from_first_release

State = dict[str, Tensor]

PROBE_SIDE_PX = 64
CHANGE_MAX = 0.25  # mean absolute change of the probe; the heaviest rain in the benchmarks changes a picture by about 0.15
RANGE_MAX = 0.5  # how far beyond 0..1 a single value may come back
MEMORY_MB = 2048  # over what torch itself takes, plus a multiple of the file
CPU_S = 600
LOADER_ERRORS = (  # what safetensors and torch 2.13 raised on some ten thousand damaged files
    *(SafetensorError, pickle.UnpicklingError, struct.error, EOFError, OSError, RuntimeError, ValueError, TypeError),
    *(LookupError, AssertionError, AttributeError, ArithmeticError, ImportError),
)
_PARTS_MAX = 200  # parts of a checkpoint that are looked at
PRECISION_TOLERANCE = 1 / 255  # a lower precision is claimed only where the probe does not differ visibly


def read_state(path: Path, kind: str) -> State:
    """The tensors of a file by name, without wrappers and common prefixes, on the CPU.

    Raises:
        BadModel: the file is damaged, or holds something else than weights.
    """
    try:
        if kind == "safetensors":
            with plainly_named(path) as plain:
                loaded: object = load_file(plain)
        else:
            with torch.serialization.safe_globals(_harmless_numbers()):
                loaded = torch.load(path, map_location="cpu", weights_only=True)
    except LOADER_ERRORS as error:
        raise BadModel("The file is damaged, or holds more than weights.", _first_line(error), path) from error
    state = from_first_release(unwrap(loaded))
    if not state:
        raise BadModel("The file holds no weights.", "A state dict maps names to tensors; this one does not.", path)
    if len(state) > TENSORS_MAX:
        raise BadModel(f"The file holds {len(state)} tensors, more than any net has.", path=path)
    for name, tensor in state.items():
        if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_complex() or tensor.device.type != "cpu":
            raise BadModel(f"The tensor “{name[:60]}” is of a kind no derainer uses.", path=path)
        if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
            raise BadModel(f"The tensor “{name[:60]}” claims more numbers than the file holds.", path=path)
    return state


def _harmless_numbers() -> list[Any]:
    """What numpy needs to make a number of its own again, such as a best score beside the weights, under old and new names."""
    kinds = [type(np.dtype(code)) for code in "?bBhHiIlLqQefd"]
    scalar, rebuilt = np._core.multiarray.scalar, np._core.multiarray._reconstruct  # type: ignore[attr-defined]
    makers = [(scalar, f"numpy.{core}.multiarray.scalar") for core in ("core", "_core")]
    makers += [(rebuilt, f"numpy.{core}.multiarray._reconstruct") for core in ("core", "_core")]
    return [*makers, np.dtype, np.ndarray, *kinds]


def unwrap(loaded: object) -> State:
    """The tensors of a net inside a checkpoint, prefixes such as "module." removed and counters of profilers left out.

    Trainers put more into one file: a second net, a loss with weights of its own. So the first part that is a net we can build
    counts; where none is, the first part at all, out of "params_ema", "state_dict" and the like.
    """
    first: State = {}
    for state in islice(_parts(loaded, 4), _PARTS_MAX):
        first = first or state
        if recognise({name: tuple(tensor.shape) for name, tensor in state.items()}) is not None:
            return state
    return first


def _parts(loaded: object, depth: int) -> Iterator[State]:
    """All sets of tensors in a checkpoint, the likeliest first: those in known wrappers, then those with a common beginning."""
    if not isinstance(loaded, Mapping) or not depth:  # wrappers nest, but not for ever
        return
    inner = {str(key): value for key, value in cast(Mapping[object, object], loaded).items() if isinstance(value, Mapping)}
    for key in sorted(inner, key=lambda key: WRAPPERS.index(key) if key in WRAPPERS else len(WRAPPERS)):
        yield from _parts(inner[key], depth - 1)
    tensors = {
        str(key): value.detach() for key, value in cast(Mapping[object, object], loaded).items() if isinstance(value, Tensor)
    }
    if tensors:
        for part in parts(tensors):
            yield {new: tensors[old] for new, old in part.items()}


def check_finite(state: State) -> None:
    """Raise `BadModel` where a weight is infinite or not a number."""
    for name, tensor in state.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise BadModel(
                f"The weights “{name[:60]}” hold values that are not finite.", "Training went wrong, or the file is damaged."
            )


def fit(state: State, found: Recognised) -> nn.Module:
    """The net that `found` describes with these weights, in fp32, ready for inference.

    Raises:
        BadModel: a tensor is missing, left over, or of another shape.
    """
    with torch.device("meta"):  # shapes only: a file that claims a giant net costs nothing here
        net = registry.build(found.arch, **found.shape)  # looked at before anything is made, see `build`
    expected = {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}
    given = {name: tuple(tensor.shape) for name, tensor in state.items()}
    wrong = sorted(name for name in expected.keys() | given.keys() if expected.get(name) != given.get(name))
    if wrong:
        name = wrong[0]
        is_now, should_be = given.get(name, "missing"), expected.get(name, "there")
        raise BadModel(
            f"The weights do not fit {found.title}: “{name[:60]}” is {is_now}, not {should_be}.",
            f"{len(wrong)} of {len(expected)} tensors differ.",
        )
    net.load_state_dict({name: _widened(tensor) for name, tensor in state.items()}, strict=True, assign=True)
    return net.eval().requires_grad_(False)


def probe_picture() -> Tensor:
    """A small rainy scene: colour gradients, an edge, bright streaks; (1, 3, 64, 64) float, 0 to 1, always the same."""
    ramp = torch.linspace(0.1, 0.7, PROBE_SIDE_PX)
    picture = torch.stack(
        [ramp.expand(PROBE_SIDE_PX, -1), ramp[:, None].expand(-1, PROBE_SIDE_PX), ramp.flip(0).expand(64, -1)]
    )
    picture = picture.clone()
    picture[:, 24:44, 16:40] += 0.2
    rows = torch.arange(PROBE_SIDE_PX)
    for start in (5, 21, 50):
        picture[:, rows, (start + rows // 6) % PROBE_SIDE_PX] += 0.15
    return picture.clamp(0, 1)[None]


def probe(net: nn.Module) -> None:
    """Raise `BadModel` unless the probe comes back as a picture: finite, not flat, in range, and still the same scene."""
    rainy = probe_picture()
    derained = _forward(net, rainy)
    complaints = {
        "of another size": derained.shape != rainy.shape,
        "with values that are not finite": not bool(torch.isfinite(derained).all()),
    }
    if not any(complaints.values()):
        complaints = {
            "as a flat area": float(derained.std()) < 0.01,
            "far outside the range of colours": float((derained - 0.5).abs().max()) > 0.5 + RANGE_MAX,
            "as quite another picture": float((derained - rainy).abs().mean()) > CHANGE_MAX,
        }
    said = [words for words, true in complaints.items() if true]
    if said:
        raise BadModel(
            f"The weights load, but a test picture comes back {said[0]}.", "They are not those of a derainer, or damaged."
        )


def accurate_precisions(net: nn.Module) -> list[str]:
    """fp32, and each half precision in which the probe stays finite and within a grey level.

    Half precision is imitated: weights and the result of every layer are rounded to it, sums are kept in fp32, as accelerators
    do. Really computing in it takes a CPU without such instructions a hundred times longer.
    """
    exact = _forward(net, probe_picture())
    accurate = ["fp32"]
    for name, dtype in (("bf16", torch.bfloat16), ("fp16", torch.float16)):
        difference = (_forward(_rounded(net, dtype), probe_picture()) - exact).abs().max()
        if bool(torch.isfinite(difference)) and float(difference) <= PRECISION_TOLERANCE:
            accurate.append(name)
    return accurate


def _rounded(net: nn.Module, dtype: torch.dtype) -> nn.Module:
    """A copy of `net` whose weights and layer results have the resolution and range of `dtype`."""

    def round_result(_layer: nn.Module, _given: object, result: object) -> object:
        return result.to(dtype).float() if isinstance(result, Tensor) else result

    rounded = copy.deepcopy(net).to(dtype).float()
    for layer in rounded.modules():
        if not any(layer.children()):
            layer.register_forward_hook(round_result)
    return rounded


def convert(source: Path, kind: str, target: Path | None, claimed: Recognised | None) -> dict[str, Any]:
    """Read, recognise, try out, and (with a `target`) write as safetensors; the facts for the card.

    `claimed` is what a card says the weights are; without one they are recognised.
    """
    state = read_state(source, kind)
    check_finite(state)
    net, found = _net_of(state, claimed)
    used = _used(state, found)
    probe(net)
    if target is not None:
        save_file({name: _as_stored(tensor) for name, tensor in used.items()}, target)
        share_as_usual(target)  # safetensors makes files for their owner alone
    return {
        "arch": found.arch,
        "title": found.title,
        "shape": found.shape,
        "multiple_of_px": found.multiple_of_px,
        "receptive_px": found.receptive_px,
        "conditional": bool(getattr(net, "conditional", False)),
        "precisions": accurate_precisions(net),
        "parameters": sum(tensor.numel() for tensor in used.values()),
    }


def _net_of(state: State, claimed: Recognised | None) -> tuple[nn.Module, Recognised]:
    """The net for these weights: as a card claims, else one of ours, else one of spandrel's."""
    if claimed is not None and claimed.arch.startswith(BORROWED):
        return spandrel_nets.load(claimed.arch, {name: _widened(tensor) for name, tensor in state.items()}), claimed
    found = claimed or recognise({name: tuple(tensor.shape) for name, tensor in state.items()})
    if found is not None:
        return fit(_used(state, found), found), found
    asked = spandrel_nets.installed()
    taken = spandrel_nets.borrow({name: _widened(tensor) for name, tensor in state.items()}) if asked else None
    if taken is None:
        raise unknown_net(state.keys(), asked)
    return taken


def _used(state: State, found: Recognised) -> State:
    return {name: tensor for name, tensor in state.items() if name not in found.unused}


def limit_memory(file_bytes: int) -> None:
    """Cap what this process may take, with a budget for a file of that size, where the system can do that."""
    with contextlib.suppress(ImportError):  # no `resource` on Windows: the time limit remains
        import resource

        with contextlib.suppress(OSError, ValueError):  # an unusual system: go on without the cap
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            cap = pages * resource.getpagesize() + MEMORY_MB * 2**20 + 6 * file_bytes
            resource.setrlimit(resource.RLIMIT_AS, (cap, cap))
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))  # should the parent die before it can end us
            resource.setrlimit(resource.RLIMIT_FSIZE, (2 * file_bytes + 2**26, 2 * file_bytes + 2**26))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: list[str]) -> int:
    """Do what the request file says and write the answer file; the child process. Returns the exit code."""
    request_path, answer_path = map(Path, arguments)
    request = json.loads(request_path.read_text("utf-8"))
    source = Path(request["source"])
    torch.set_num_threads(1)
    limit_memory(source.stat().st_size)
    claimed = Recognised(**request["claimed"]) if request.get("claimed") else None
    target = Path(request["target"]) if request.get("target") else None
    try:
        answer = convert(source, request["kind"], target, claimed)
    except RainError as error:
        answer = {"error": error.message, "hint": error.hint}
    except (MemoryError, RuntimeError) as error:  # torch raises RuntimeError when the cap is met
        answer = {
            "error": "The file could not be tried out; perhaps it asks for far too much memory.",
            "hint": _first_line(error),
        }
    answer_path.write_text(json.dumps(answer), "utf-8")
    return 0


def _widened(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor


def _as_stored(tensor: Tensor) -> Tensor:
    """Numbers of its own, at most single precision."""
    return (tensor.float() if tensor.dtype == torch.float64 else tensor).contiguous().clone()


def _forward(net: nn.Module, rainy: Tensor) -> Tensor:
    with torch.inference_mode():
        derained = net(rainy)
    if not isinstance(derained, Tensor):
        raise BadModel("The net does not answer with one picture.")
    return derained


def _first_line(error: BaseException) -> str:
    """The first sentence of a loader's message; the rest are hints for programmers."""
    line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return line[:160]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
