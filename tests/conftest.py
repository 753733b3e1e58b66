"""Shared fixtures: small real files and folders of their own for every test."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LC_ALL"] = os.environ["LANGUAGE"] = "C.UTF-8"  # tests read English, whatever the machine speaks
os.environ.setdefault("OMP_NUM_THREADS", "1")  # small nets: threads that wait for one another cost more than they give

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from rainapp.media.clip.reproducible import usual_scheduling

settings.register_profile("rainapp", deadline=None)  # machines are busy at times; speed is measured by benchmarks
settings.load_profile("rainapp")

ORDER = ("test_architecture.py", "", "training", "gui", "journeys")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick verdicts first: the plan of the house, then module by module, training, the window, whole stories."""

    def place(item: pytest.Item) -> int:
        first = item.path.relative_to(Path(__file__).parent).parts[0]
        return ORDER.index(first) if first in ORDER else 1

    items.sort(key=place)


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, models, caches and logs of a test never touch those of the person running it."""
    root = tmp_path_factory.mktemp("home")
    for name in ("MODELS", "CONFIG", "CACHE", "LOG"):
        monkeypatch.setenv(f"RAINAPP_{name}", str(root / name.lower()))
    return root


@pytest.fixture(autouse=True)
def usual_thread() -> Iterator[None]:
    """Clips that tests make as AV1 leave the thread a real-time one where the tests run as root, which starves others later."""
    with usual_scheduling():
        yield


@pytest.fixture
def photo_pixels() -> NDArray[np.uint8]:
    """A 64x96 picture with smooth colour, edges and grain, (64, 96, 3) uint8."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[0:64, 0:96]
    base = np.stack([x * 2, y * 3, (x + y) * 1.2], axis=-1)
    base[20:40, 30:60] += 60
    return np.clip(base + rng.normal(0, 3, base.shape), 0, 255).astype(np.uint8)


@pytest.fixture
def photo(tmp_path: Path, photo_pixels: NDArray[np.uint8]) -> Path:
    path = tmp_path / "rain é.png"
    cv2.imwrite(str(path), photo_pixels)
    return path


TINY_SHAPE: dict[str, int | bool | list[int]] = {"width": 4, "encoder": [1], "middle": 1, "decoder": [1], "conditional": True}


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a real net of a few thousand numbers; it changes every picture visibly, but wildly nowhere."""
    import torch
    from safetensors.torch import save_file

    from rainapp.nets import registry

    torch.manual_seed(1)
    net = registry.build("unshuffle_naf", **TINY_SHAPE)
    with torch.no_grad():
        net.tail.weight.normal_(std=0.02)
        net.tail.bias.fill_(-0.02)  # darker: as if rain were everywhere
    path = tmp_path_factory.mktemp("weights") / "weights.safetensors"
    save_file({name: value.contiguous() for name, value in net.state_dict().items()}, path)
    return path


@pytest.fixture
def tiny_library(tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library folder with the one model "tiny", which is the default; RAINAPP_MODELS names it, nothing else is bundled."""
    import shutil

    from rainapp.library import model_library

    user, bundled = tmp_path / "library", tmp_path / "bundled"
    bundled.mkdir()
    folder = user / "tiny"
    folder.mkdir(parents=True)
    shutil.copyfile(tiny_weights, folder / "weights.safetensors")
    card = model_library.ModelCard(
        id="tiny",
        title="Tiny",
        summary="For tests.",
        arch="unshuffle_naf",
        shape=dict(TINY_SHAPE),
        sha256=model_library.sha256_of(folder / "weights.safetensors"),
        licence="MIT",
        multiple_of_px=4,
        receptive_px=16,
        precisions=frozenset({"fp32"}),
        veils=("keep", "clear"),
        trained_on="nothing",
    )
    model_library.write_card(folder, card)
    model_library.ModelLibrary(bundled, user).set_default(
        "tiny"
    )  # also for a process of its own, where other models are bundled
    monkeypatch.setenv("RAINAPP_MODELS", str(user))
    monkeypatch.setattr(model_library, "bundled_models_dir", lambda: bundled)
    return user


@pytest.fixture
def still(tiny_library: Path) -> str:
    """The id of a model that changes nothing: its last layer is zero."""
    import shutil

    from safetensors.torch import load_file, save_file

    from rainapp.library import model_library

    folder = tiny_library / "still"
    shutil.copytree(tiny_library / "tiny", folder)
    weights = load_file(folder / "weights.safetensors")
    save_file({name: value * (not name.startswith("tail")) for name, value in weights.items()}, folder / "weights.safetensors")
    card = model_library.ModelLibrary().get("tiny")
    facts = vars(card) | {"id": "still", "sha256": model_library.sha256_of(folder / "weights.safetensors")}
    model_library.write_card(folder, model_library.ModelCard(**facts))
    return "still"


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    """Fail a test that leaves one of our threads alive; those of libraries (pools of torch, Qt, OpenVINO) are theirs."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 5
    while (left := [t for t in threading.enumerate() if t not in before and not t.daemon]) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left, f"threads left behind: {left}"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own of 1 MB; only root may make one."""
    import shutil
    import subprocess

    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be made here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
