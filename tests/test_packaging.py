"""What people install is whole: packages and resources in the wheel, dependencies pinned, a set-up that says what is wrong."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from rainapp.base import paths

ROOT = Path(__file__).resolve().parent.parent
ASK = """
import sys
sys.path.insert(0, {folder!r})
if {frozen!r}:
    sys._MEIPASS = {frozen!r}
import rainapp, training
from rainapp.base import paths
print(rainapp.__file__, training.__file__, paths.resource('icons'), sep=chr(10))
"""


def ask(folder: Path, cwd: Path, frozen: str = "") -> list[Path]:
    """Where rainapp, training and the icons are found by an interpreter that looks into `folder` first."""
    code = ASK.format(folder=str(folder), frozen=frozen)
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=cwd, capture_output=True, text=True, check=True)
    return [Path(line) for line in done.stdout.splitlines()]


def test_resources_are_found_in_the_source_tree(tmp_path: Path) -> None:
    package, training, icons = ask(ROOT, tmp_path)
    assert package == ROOT / "rainapp" / "__init__.py"
    assert training == ROOT / "training" / "__init__.py"
    assert icons == ROOT / "resources" / "icons"
    assert any(icons.glob("*.svg"))


def test_an_installed_wheel_holds_both_packages_and_every_resource(tmp_path: Path) -> None:
    wheels, site = tmp_path / "wheels", tmp_path / "site"
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = wheels.glob("rainapp-*.whl")
    install = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--no-index", "--target", str(site), str(wheel)]
    subprocess.run(install, cwd=tmp_path, check=True, capture_output=True)

    package, training, icons = ask(site, tmp_path)

    assert package == site / "rainapp" / "__init__.py"
    assert training == site / "training" / "__init__.py"
    assert icons == site / "rainapp" / "resources" / "icons"
    tracked = subprocess.run(["git", "ls-files", "resources", "rainapp", "training"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:  # an unpacked archive has no list of files; then the folder itself is the list
        names = [str(path.relative_to(ROOT)) for path in (ROOT / "resources").rglob("*") if path.is_file()]
    else:
        names = [name for name in tracked.stdout.splitlines() if (ROOT / name).is_file()]
    inside = [site / "rainapp" / name if name.startswith("resources/") else site / name for name in names]
    assert len(inside) > 40
    assert [str(path) for path in inside if not path.is_file()] == []
    assert (site / "rainapp" / "resources" / "CHANGELOG.md").is_file(), "what is new is shown after an update"
    told = "from rainapp.base.paths import change_log; print(change_log())"
    done = subprocess.run([sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(site)!r}); {told}"],
                          cwd=tmp_path, capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == str(site / "rainapp" / "resources" / "CHANGELOG.md")
    (entry,) = [
        line for line in next(site.glob("rainapp-*.dist-info/entry_points.txt")).read_text().splitlines() if "=" in line
    ]
    assert entry.replace(" ", "") == "rainapp=rainapp.__main__:main"


def test_resources_are_found_in_a_frozen_bundle(tmp_path: Path) -> None:
    (tmp_path / "resources" / "icons").mkdir(parents=True)
    icons = ask(ROOT, tmp_path, frozen=str(tmp_path))[2]
    assert icons == tmp_path / "resources" / "icons"


def test_bundled_weights_are_small_enough_to_ship() -> None:
    sizes = [path.stat().st_size / 2**20 for path in paths.bundled_models_dir().rglob("*.safetensors")]
    assert max(sizes, default=0) <= 14
    assert sum(sizes) <= 40


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonical(name): version for name, version in rows}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def direct_dependencies() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    rows = [*project["dependencies"], *extras["test"], *extras["docs"], *extras["sd"], *extras["bundle"]]
    return [canonical(re.split(r"[><=!~;\[ ]", row)[0]) for row in rows if not row.startswith("rainapp[")]


@pytest.mark.parametrize("name", direct_dependencies())
def test_every_direct_dependency_is_pinned(name: str) -> None:
    assert name in pins(), f"add the tested version of {name} to constraints.txt"


def test_pins_are_plain_versions_of_packages() -> None:
    wrong = [version for version in pins().values() if not re.fullmatch(r"\d+(\.\d+)*([a-z]+\d+)?", version)]
    assert wrong == [], "neither local builds nor folders nor addresses: they exist on one machine only"


def test_what_is_tested_here_is_what_is_pinned() -> None:
    installed = {canonical(found.metadata["Name"]): found.version.split("+")[0] for found in metadata.distributions()}
    differing = {
        name: (version, installed[name]) for name, version in pins().items() if installed.get(name, version) != version
    }
    assert differing == {}, "pinned, then installed; run `make test`, or pin what was tested anew"


@pytest.fixture
def bare_tree(tmp_path: Path) -> Path:
    """A folder with just enough of the project for the set-up to start."""
    tree = tmp_path / "a clone with spaces"
    shutil.copytree(ROOT / "build", tree / "build")
    for name in ("pyproject.toml", "constraints.txt", "README.md", "Makefile"):
        shutil.copy(ROOT / name, tree / name)
    return tree


def set_up(tree: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", "build/setup.sh", "run"]
    return subprocess.run(command, cwd=tree, env=os.environ | environment, capture_output=True, text=True, check=False)


posix_only = pytest.mark.skipif(
    os.name != "posix", reason="the set-up scripts are for POSIX shells; Windows has plain commands"
)


@posix_only
def test_set_up_says_so_when_python_is_too_old(bare_tree: Path) -> None:
    done = set_up(bare_tree, PYTHON="false")
    assert done.returncode != 0
    assert "Python 3.11 or newer" in done.stderr
    assert not (bare_tree / ".venv").exists()


@posix_only
@pytest.mark.slow
def test_set_up_says_so_when_there_is_no_network(bare_tree: Path) -> None:
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(bare_tree), "PIP_CONFIG_FILE": os.devnull}
    done = set_up(bare_tree, PYTHON=sys.executable, **offline)
    assert done.returncode != 0
    assert "needs the network" in done.stderr
    assert not list((bare_tree / ".venv").glob("rainapp-installed*")), "a failed set-up must not look finished"


@pytest.fixture
def machine(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs build/system_libraries.sh on a machine whose loader, package manager and person are made up."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "find", "head", "env"):
        (programs / name).symlink_to(shutil.which(name) or name)

    def run(libraries: str, **made_up: str) -> subprocess.CompletedProcess[str]:
        for name, body in {"uname": "echo Linux", "ldconfig": f"echo '{libraries}'", **made_up}.items():
            (programs / name.replace("_", "-")).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
            (programs / name.replace("_", "-")).chmod(0o755)
        script = str(ROOT / "build" / "system_libraries.sh")
        return subprocess.run(["sh", script], env={"PATH": str(programs)}, capture_output=True, text=True, check=False)

    return run


def every_library() -> str:
    script = (ROOT / "build" / "system_libraries.sh").read_text(encoding="utf-8")
    return " ".join(re.findall(r"^(lib\S+\.so\S*) ", script, re.MULTILINE))


@posix_only
def test_missing_libraries_are_installed_as_root(
    machine: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = machine("", id="echo 0", apt_get=f'echo "$@" >> {tmp_path}/asked')
    assert done.returncode == 0
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert asked[0].startswith("update")
    assert asked[1].startswith("install -y")
    assert {"libegl1", "libxcb-cursor0", "libxkbcommon-x11-0"} <= set(asked[1].split())


@posix_only
def test_no_package_manager_is_asked_when_nothing_is_missing(machine: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = machine(f"{every_library()} ", id="echo 0", apt_get="echo asked >&2; exit 1")
    assert "xcb" not in done.stderr


@posix_only
def test_somebody_without_rights_is_told_what_to_install(machine: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = machine("", id="echo 1000", apt_get="exit 1")
    assert done.returncode != 0
    assert "no sudo" in done.stderr
    assert "libxcb-cursor0" in done.stderr


@posix_only
def test_a_system_without_apt_names_what_is_missing_and_goes_on(
    machine: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = machine("", id="echo 1000")
    assert done.returncode == 0
    assert "libxcb-cursor.so.0" in done.stderr
