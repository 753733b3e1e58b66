"""The plan of the frozen application: what is left out is not needed, what is needed stays, and it finds itself again."""

import ast
import importlib.util
import plistlib
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from rainapp.base.own_command import CONSOLE, own_command

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
sys.path.insert(0, str(BUILD))

import bundle_size  # noqa: E402
from bundle import documents, macos_plist, plan  # noqa: E402

NEEDED = (
    "torch/lib/libtorch_cpu.so",
    "torch/lib/libtorch_python.so",
    "torch/bin/torch_shm_manager",
    "torch/_inductor/config.py",
    "torch/testing/_comparison.py",
    "openvino/libs/libopenvino.so.2641",
    "openvino/libs/libopenvino_intel_cpu_plugin.so",
    "openvino/libs/libopenvino_pytorch_frontend.so.2641",
    "openvino/libs/libopenvino_ir_frontend.so.2641",
    "PySide6/Qt/lib/libQt6Widgets.so.6",
    "PySide6/Qt/lib/libQt6Network.so.6",
    "PySide6/Qt/lib/libQt6Svg.so.6",
    "PySide6/Qt/lib/libQt6OpenGL.so.6",
    "PySide6/QtNetwork.abi3.so",
    "PySide6/Qt/plugins/platforms/libqxcb.so",
    "PySide6/Qt/plugins/platforms/libqwayland.so",
    "PySide6/Qt/plugins/platforms/libqoffscreen.so",
    "PySide6/Qt/plugins/imageformats/libqsvg.so",
    "PySide6/Qt/plugins/iconengines/libqsvgicon.so",
    "PySide6/Qt/translations/qtbase_de.qm",
    "resources/weights/quick/weights.safetensors",
    "resources/translations/rainapp_de.qm",
    "resources/samples/walruses.mp4",
)
LEFT_OUT = (
    "torch/bin/test_api",
    "torch/lib/libtorchbind_test.so",
    "torch/include/ATen/ATen.h",
    "openvino/libs/libopenvino_intel_gpu_plugin.so",
    "openvino/libs/libopenvino_tensorflow_lite_frontend.so.2641",
    "PySide6/Qt/lib/libQt6Quick.so.6",
    "PySide6/Qt/lib/libQt6Pdf.so.6",
    "PySide6/Qt/plugins/imageformats/libqpdf.so",
    "PySide6/Qt/translations/qtbase_fr.qm",
    "PySide6/Qt/plugins/platforms/libqvnc.so",
    "resources/screenshots/map_dark.png",
)


def imported() -> set[str]:
    """Every module that our sources import, wherever in a file."""
    found = set()
    for package in plan.PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("place", NEEDED)
def test_what_is_needed_stays(place: str) -> None:
    assert plan.why_left_out(place) is None


@pytest.mark.parametrize("place", LEFT_OUT)
def test_what_is_not_needed_goes(place: str) -> None:
    assert plan.why_left_out(place) is not None
    assert plan.why_left_out(place.replace("/", "\\")) is not None, "as Windows writes it"


@pytest.mark.parametrize("module", plan.LEFT_OUT_MODULES)
def test_no_module_that_is_left_out_is_imported_by_us(module: str) -> None:
    optional = {"spandrel", "torchvision"}  # asked for by name, and done without
    assert module in optional or not any(name == module or name.startswith(f"{module}.") for name in imported())


@pytest.mark.parametrize("name", plan.NAMED)
def test_the_metadata_that_goes_along_is_there(name: str) -> None:
    assert metadata.version(name)


@pytest.mark.parametrize("module", plan.HIDDEN)
def test_modules_that_are_named_exist(module: str) -> None:
    parent = module.rpartition(".")[0]
    top = importlib.util.find_spec(module.split(".")[0])
    assert top is not None
    assert top.submodule_search_locations is not None
    folder = Path(top.submodule_search_locations[0], *module.split(".")[1:])
    assert folder.with_suffix(".py").is_file() or folder.is_dir(), f"{parent} has no such module"


def test_doctor_can_name_every_version_in_a_bundle() -> None:
    from rainapp.cli.doctor import LIBRARIES, OPTIONAL

    assert set(LIBRARIES) - OPTIONAL <= set(plan.NAMED)


def test_the_name_says_version_and_machine() -> None:
    from rainapp.base.version import VERSION

    assert plan.version() == VERSION
    assert re.fullmatch(rf"rainapp-{re.escape(VERSION)}-(linux|windows|macos)-(x86_64|arm64)", plan.name())


def test_the_spec_and_the_scripts_are_python() -> None:
    for path in (BUILD / "rainapp.spec", *BUILD.glob("bundle/**/*.py"), *BUILD.glob("*.py")):
        ast.parse(path.read_text("utf-8"), str(path))
    spec = (BUILD / "rainapp.spec").read_text("utf-8")
    assert "upx=True" not in spec
    assert "strip=True" not in spec


def test_the_work_folder_is_not_ours() -> None:
    asked = subprocess.run(
        ["git", "check-ignore", ".cache/bundle", "dist/"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if asked.returncode == 128:
        pytest.skip("this is no git checkout")
    assert asked.stdout.split() == [".cache/bundle", "dist/"]
    assert plan.WORK == ROOT / ".cache" / "bundle"


def test_sizes_are_told_by_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "_internal/torch/lib/libtorch_cpu.so": 5_000_000,
        "_internal/libtorch.so": 1_000_000,
        "_internal/PySide6/Qt/lib/libQt6Core.so.6": 3_000_000,
        "_internal/openvino/libs/libopenvino.so": 2_000_000,
        "rainapp": 4_000_000,
    }
    for name, size in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"\0" * size)
    (tmp_path / "_internal" / "link.so").symlink_to("libtorch.so")
    sizes = bundle_size.parts_of(tmp_path)
    assert sizes == {"torch": 6_000_000, "Python and pure modules": 4_000_000, "Qt": 3_000_000, "OpenVINO": 2_000_000}
    bundle_size.show(tmp_path)
    assert "| all | 15 |" in capsys.readouterr().out


# -- how it starts itself


def test_from_source_it_is_started_as_a_module(tmp_path: Path) -> None:
    (tmp_path / "rainapp").mkdir()  # a folder of that name here is not taken for us
    done = subprocess.run([*own_command("--version")], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"rainapp {plan.version()}")


def test_frozen_it_is_its_own_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "rainapp.exe"))
    assert own_command("train", "a.toml") == [str(tmp_path / "rainapp.exe"), "train", "a.toml"]
    (tmp_path / CONSOLE).write_bytes(b"")
    assert own_command("train", "a.toml") == [str(tmp_path / CONSOLE), "train", "a.toml"], "one that has an output"


def test_programs_that_a_bundle_opens_get_the_systems_libraries() -> None:
    hook = (BUILD / "bundle" / "hooks" / "start_environment.py").read_text("utf-8")
    ask = f"{hook}\nprint(os.environ.get('LD_LIBRARY_PATH'), os.environ.get('LD_LIBRARY_PATH_ORIG'))"
    for given, left in (
        ({"LD_LIBRARY_PATH": "/bundle:/mine", "LD_LIBRARY_PATH_ORIG": "/mine"}, "/mine None"),
        ({"LD_LIBRARY_PATH": "/bundle"}, "None None"),
    ):
        done = subprocess.run([sys.executable, "-c", ask], env=given, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == left


# -- other systems, whose specifications were not run


def test_windows_offers_it_for_every_file_it_opens() -> None:
    script = (BUILD / "bundle" / "windows" / "rainapp.iss").read_text("utf-8")
    assert "NOT RUN" in script
    assert set(re.findall(r"Classes\\\.(\w+)\\OpenWithProgids", script)) == set(documents.SUFFIXES)
    sections = re.findall(r"^\[(\w+)\]", script, re.MULTILINE)
    assert {"Setup", "Languages", "Tasks", "Files", "Icons", "Registry", "Run", "Code"} <= set(sections)
    keys = dict(line.split("=", 1) for line in script.split("[Setup]")[1].split("[Languages]")[0].splitlines() if "=" in line)
    assert {"AppId", "AppName", "AppVersion", "DefaultDirName", "OutputBaseFilename", "LicenseFile"} <= keys.keys()
    assert plan.APP_ID in script


def test_macos_is_told_what_it_opens() -> None:
    told = plistlib.loads(plistlib.dumps(macos_plist.info_plist()))
    assert told["CFBundleShortVersionString"] == plan.version()
    types = told["CFBundleDocumentTypes"]
    assert {suffix for kind in types for suffix in kind["CFBundleTypeExtensions"]} == set(documents.SUFFIXES)
    assert all(kind["LSItemContentTypes"] and kind["LSHandlerRank"] == "Alternate" for kind in types)
    with (BUILD / "bundle" / "macos" / "entitlements.plist").open("rb") as file:
        assert all(value is True and key.startswith("com.apple.security.cs.") for key, value in plistlib.load(file).items())


def test_every_kind_it_offers_is_one_it_reads() -> None:
    from rainapp.base.formats import is_clip_name, is_moving_name, is_photo_name

    for suffix in documents.SUFFIXES:
        name = Path(f"a.{suffix}")
        assert is_photo_name(name) or is_clip_name(name) or is_moving_name(name), suffix


def test_the_id_is_the_same_everywhere() -> None:
    from rainapp.gui.app import DESKTOP_ID

    assert DESKTOP_ID == plan.APP_ID
