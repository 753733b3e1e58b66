"""`rainapp doctor`: versions, devices, engines, the health of the library, and where things lie.

It is asked when something is broken, so it trusts nothing: each question is put on its own, and one that fails becomes a line
of the report. In particular torch may be missing, damaged or unable to load.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from rainapp.base import paths
from rainapp.base.diagnosis.idle_gpu import idle_gpu, torch_build
from rainapp.base.own_command import is_frozen
from rainapp.base.privacy import silence_reporters
from rainapp.base.textfile import json_line
from rainapp.base.version import VERSION
from rainapp.library.model_library import ModelLibrary

LIBRARIES = (
    "torch",
    "openvino",
    "numpy",
    "opencv-python-headless",
    "pillow",
    "pillow-heif",
    "tifffile",
    "av",
    "safetensors",
    "PySide6-Essentials",
    "spandrel",
    "diffusers",
    "distributed",
)
OPTIONAL = {"openvino", "spandrel", "diffusers", "distributed"}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `doctor`."""
    words = "report versions, devices, engines, library health and paths"
    parser = subparsers.add_parser("doctor", help=words, description=__doc__)
    parser.add_argument("--json", action="store_true", help="the whole report as one JSON object")
    parser.add_argument("--models-dir", type=Path, metavar="DIR", help="folder of your own models")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the report; exit code 1 if pictures cannot be derained here (no torch, or no model), else 0."""
    report = examine(ModelLibrary(user=args.models_dir))
    if args.json:
        print(json_line(report))
    else:
        _print_report(report)
    return 0 if report["ok"] else 1


def examine(library: ModelLibrary) -> dict[str, Any]:
    """Everything known about this installation, as plain values; no question can stop another."""
    report: dict[str, Any] = {"rainapp": VERSION}
    questions: dict[str, Callable[[], Any]] = {
        "system": _system,
        "versions": _versions,
        "devices": _devices,
        "engines": _engines,
        "library": lambda: _library(library),
        "paths": lambda: _paths(library),
    }
    trouble: list[str] = []
    for name, question in questions.items():
        try:
            report[name] = question()
        except Exception as error:  # a broken installation raises anything, and the report must go on
            report[name] = {"error": _words(error)}
            trouble.append(f"{name}: {_words(error)}")
    trouble += [f"{engine}: {state}" for engine, state in report["engines"].items() if engine == "torch" and state != "ready"]
    trouble += [f"library: {problem}" for problem in report["library"].get("problems", ())]
    if not report["library"].get("models"):
        trouble.append("library: there is no model; `rainapp models import FILE` brings one in")
    report["trouble"] = trouble
    report["ok"] = report["engines"].get("torch") == "ready" and bool(report["library"].get("models"))
    return report


def _system() -> dict[str, Any]:
    facts: dict[str, Any] = {
        "system": platform.platform(),
        "python": platform.python_version(),
        "executable": sys.executable,
        "frozen": is_frozen(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }
    import psutil  # loaded here: a report without it is still a report

    memory = psutil.virtual_memory()
    return facts | {"memory_mb": memory.total // 2**20, "memory_free_mb": memory.available // 2**20}


def _versions() -> dict[str, str]:
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed" + (" (optional)" if name in OPTIONAL else "")
    return versions


def _devices() -> dict[str, Any]:
    """What torch can compute on, and a graphics chip that it cannot use. Raises whatever a broken torch raises."""
    import torch

    devices: dict[str, Any] = {"cpu": f"{torch.get_num_threads()} threads"}
    if chip := idle_gpu():
        devices["idle"] = f"{chip}: torch is built for {torch_build()} here, see docs/bundle.md"
    for number in range(torch.cuda.device_count()):
        facts = torch.cuda.get_device_properties(number)
        devices[f"cuda:{number}"] = f"{facts.name}, {facts.total_memory // 2**20} MB"
    if torch.backends.mps.is_available():
        devices["mps"] = "Apple GPU"
    return devices


def _engines() -> dict[str, str]:
    """Each engine with "ready", or why it is not."""
    return {name: _try(check) for name, check in (("torch", _check_torch), ("openvino", _check_openvino))}


def _check_torch() -> None:
    import torch

    torch.nn.functional.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 3, 3))


def _check_openvino() -> None:
    silence_reporters()
    import openvino

    if "CPU" not in openvino.Core().available_devices:
        raise RuntimeError("OpenVINO finds no CPU plug-in")


def _library(library: ModelLibrary) -> dict[str, Any]:
    models = [card.id for card in library.cards()]
    problems = [str(problem) for problem in library.verify()]
    return {"models": models, "default": library.default_id if models else None, "problems": problems}


def _paths(library: ModelLibrary) -> dict[str, str]:
    return {
        "bundled models": str(library.bundled),
        "your models": str(library.user),
        "settings": str(paths.settings_file()),
        "cache": str(paths.cache_dir()),
        "log": str(paths.log_dir()),
        "runs": str(paths.runs_dir()),
    }


def _try(check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:  # see `examine`
        return _words(error)
    return "ready"


def _words(error: BaseException) -> str:
    first = str(error).strip().splitlines()[:1]
    return f"{type(error).__name__}: {first[0][:200]}" if first else type(error).__name__


def _print_report(report: dict[str, Any]) -> None:
    from rainapp.cli.terminal import console

    page = console()
    page.print(f"rainapp {report['rainapp']}", style="bold", soft_wrap=True)
    for name in ("system", "versions", "devices", "engines", "library", "paths"):
        page.print()
        page.print(name, style="bold", soft_wrap=True)
        for key, value in report[name].items():
            shown = ", ".join(map(str, value)) or "none" if isinstance(value, list) else value
            page.print(f"  {key:<24} {shown}", soft_wrap=True)
    page.print()
    for line in report["trouble"]:
        page.print(line, style="red", soft_wrap=True)
    if report["ok"]:
        page.print("Pictures can be derained here.", style="green", soft_wrap=True)
    else:
        page.print("Pictures cannot be derained here until this is mended.", style="red", soft_wrap=True)
