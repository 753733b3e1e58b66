"""What a bundle is called, what goes into it, and what stays out with the reason.

Read by `build/rainapp.spec`, by what packs and tests the bundle, and by `tests/test_bundle_plan.py`.
"""

import platform
import re
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APP_ID = "org.rainapp.rainapp"
WORK = ROOT / ".cache" / "bundle"
DIST = ROOT / "dist"
LICENCES = "LICENCES.txt"
LEFT_OUT = "left-out.json"

HIDDEN = (
    "diffusers.models.autoencoders.vq_model",  # priors; diffusers imports by name what is asked of it
    "diffusers.models.unets.unet_2d",
    "diffusers.schedulers.scheduling_ddim",
    "openvino.frontend.pytorch.ts_decoder",  # imported where a net is translated
)
"""Modules that are imported by a name made at run time."""

PACKAGES = ("rainapp", "training")
"""Taken whole: the command line, the recipes and the worker choose among their modules by name."""

NAMED = (
    *("torch", "openvino", "numpy", "opencv-python-headless", "pillow", "pillow-heif", "tifffile", "av", "safetensors"),
    *("PySide6-Essentials", "diffusers", "rich", "platformdirs", "psutil", "Send2Trash"),
    *("huggingface_hub", "requests", "filelock", "regex", "tqdm", "packaging", "importlib_metadata", "PyYAML"),
)
"""Packages whose metadata is asked for at run time: versions in reports, and what diffusers checks when it is imported."""

LEFT_OUT_MODULES = {
    "tkinter": "another window system; Pillow can show pictures with it",
    "torch.utils.tensorboard": "draws curves of training in another program",
    "torch.utils.cpp_extension": "compiles code on the person's machine",
    "torch.onnx": "writes files that nothing here reads",
    "networkx": "torch asks it only where it compiles training graphs",
    "setuptools": "installs packages",
    "pip": "installs packages",
    "pydoc_data": "the text of Python's own help",
    "diffusers.pipelines": "whole programs for making pictures from words; we take two nets and a schedule",
    "diffusers.modular_pipelines": "the same again",
    "diffusers.experimental": "the same for moving robots",
    "diffusers.commands": "its command line",
    "huggingface_hub.cli": "its command line",
    "hf_xet": "fetches weights from a hub; nothing here is fetched",
    "openvino_telemetry": "reports to OpenVINO's makers",
    "openvino.tools": "command-line converters",
    "IPython": "notebooks",
    "matplotlib": "plots",
    "scipy": "optional for torch and diffusers",
    "pandas": "optional for several",
    "pytest": "tests",
    "hypothesis": "tests",
    "_pytest": "tests",
    "mypy": "checks",
    "sphinx": "builds the manual",
    "spandrel": "optional: nets of others; it needs torchvision",
    "torchvision": "needed by spandrel only",
}
"""Modules that are not looked at, with what they are."""

_QT = r"PySide6/(Qt/)?"
LEFT_OUT_FILES = {
    "torch's own tests": r"torch/(bin/(?!torch_shm_manager)|test/)|torch/lib/lib(jitbackend_test|torchbind_test|backend_with)",
    "torch's headers": r"torch/(include|share)/",
    "torch compiled on the spot": r"torch/_inductor/(kernel|codegen/(cuda|cutlass|rocm|xpu|mps|pallas|nv_universal))",
    "OpenVINO for graphics chips": r"openvino/libs/(libopenvino_intel_[gn]pu_plugin|cache\.json)",
    "OpenVINO's readers of other formats": r"openvino_(onnx|tensorflow|tensorflow_lite|paddle|jax|gguf)_frontend",
    "OpenVINO's headers": r"openvino/(include|cmake)/",
    "Qt's parts for the web and scenes": r"(libQt6|PySide6/Qt)(Qml|Quick|Pdf|VirtualKeyboard|Sql|Test|Designer|Help)",
    "Qt's plug-ins for the web and scenes": _QT + r"(plugins/(qmltooling|virtualkeyboard|networkinformation|tls)/|qml/)",
    "Qt's reader of PDF": r"plugins/imageformats/libqpdf",
    "Qt without a desktop": _QT + r"plugins/(egldeviceintegrations/|platforms/lib(qeglfs|qlinuxfb|qvkkhr|qvnc|qminimal))",
    "Qt's looks from GTK, which need its libraries": r"platformthemes/libqgtk3",
    "Qt's keyboard on the screen": _QT + r"plugins/platforminputcontexts/libqtvirtual",
    "Qt's words in other languages": _QT + r"translations/(?!qtbase_(de|en)\.qm)",
    "pictures of the manual": r"resources/screenshots/",
}
"""Files that were found and are left out again: what, and the pattern of their places in the bundle."""


def version() -> str:
    """The version, without importing rainapp."""
    text = (ROOT / "rainapp" / "base" / "version.py").read_text("utf-8")
    found = re.search(r'^VERSION = "([^"]+)"', text, re.MULTILINE)
    assert found is not None
    return found[1]


def machine() -> str:
    """System and processor as names of releases have them: linux-x86_64, windows-x86_64, macos-arm64."""
    system = {"linux": "linux", "win32": "windows", "darwin": "macos"}.get(sys.platform, sys.platform)
    processor = {"AMD64": "x86_64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{system}-{processor}"


def name() -> str:
    """The name of the folder and of what is made of it."""
    return f"rainapp-{version()}-{machine()}"


def why_left_out(place: str) -> str | None:
    """Why a file of the bundle stays out; None where it stays in."""
    place = place.replace("\\", "/")
    return next((why for why, pattern in LEFT_OUT_FILES.items() if re.search(pattern, place)), None)


def bytes_of(paths: Iterable[Path]) -> int:
    """The sum of the files' sizes; a link counts nothing."""
    return sum(path.stat().st_size for path in paths if path.is_file() and not path.is_symlink())
