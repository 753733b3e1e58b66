"""The interface for notebooks: what goes in comes out, dry pixels stay, and what cannot be is said."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image as Pillow
from prior_files import tiny_vq

import rainapp
from rainapp.base.errors import BadModel, UnreadableFile
from rainapp.library.model_library import ModelLibrary

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"


@pytest.fixture
def rainy() -> NDArray[np.uint8]:
    """A smooth picture with bright streaks, (64, 96, 3)."""
    small = np.random.default_rng(3).integers(40, 160, (5, 7, 3), np.uint8)
    picture = cv2.resize(small, (96, 64), interpolation=cv2.INTER_CUBIC)
    for x in range(4, 96, 9):
        cv2.line(picture, (x, 0), (x + 6, 63), (230, 230, 235), 1, cv2.LINE_AA)
    return picture


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32", "float64", "grey", "alpha"])
def test_an_array_comes_out_as_it_went_in(rainy: NDArray[np.uint8], kind: str) -> None:
    given = {
        "uint8": rainy,
        "uint16": rainy.astype(np.uint16) * 257,
        "float32": rainy.astype(np.float32) / 255,
        "float64": rainy / 255,
        "grey": rainy[..., 0],
        "alpha": np.dstack([rainy, np.full(rainy.shape[:2], 77, np.uint8)]),
    }[kind]
    before = given.copy()
    made = rainapp.derain(given, engine="torch", treat="always")
    assert (made.shape, made.dtype) == (given.shape, given.dtype)
    assert np.array_equal(given, before), "what was given is not touched"
    assert not np.array_equal(made, given), "the tiny net changes something"
    if kind == "alpha":
        assert (made[..., 3] == 77).all()
    still = rainapp.derain(given, engine="torch", strength=0.0)
    assert np.array_equal(still, given), "nothing taken is nothing changed, to the last bit"


@pytest.mark.usefixtures("tiny_library")
def test_a_file_an_image_and_a_tensor_give_the_same(rainy: NDArray[np.uint8], tmp_path: Path) -> None:
    wanted = rainapp.derain(rainy, engine="torch")
    file = tmp_path / "rainy.png"
    cv2.imwrite(str(file), rainy[..., ::-1])
    assert np.array_equal(rainapp.derain(file, engine="torch"), wanted)
    assert np.array_equal(rainapp.derain(str(file), engine="torch"), wanted)
    image = Pillow.fromarray(rainy)
    image.info["icc_profile"] = b"a profile"
    made = rainapp.derain(image, engine="torch")
    assert isinstance(made, Pillow.Image)
    assert made.mode == "RGB"
    assert made.info["icc_profile"] == b"a profile"
    assert np.array_equal(np.asarray(made), wanted)
    tensor = torch.from_numpy(rainy).permute(2, 0, 1)
    assert torch.equal(rainapp.derain(tensor, engine="torch").permute(1, 2, 0), torch.from_numpy(wanted.copy()))
    both = rainapp.derain(torch.stack([tensor, tensor]).half() / 255, engine="torch")
    assert both.shape == (2, 3, 64, 96)
    assert both.dtype == torch.float16
    assert (both[0].float() * 255 - torch.from_numpy(wanted.copy()).permute(2, 0, 1)).abs().mean() < 0.6


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (np.zeros((4, 4, 2), np.uint8), ValueError, "H, W, 3"),
        (np.zeros((0, 4, 3), np.uint8), ValueError, "not empty"),
        (np.zeros((4, 4, 3), np.int32), ValueError, "uint8, uint16 or floats"),
        (np.full((4, 4, 3), 2.0), ValueError, "0 to 1"),
        (np.full((4, 4, 3), np.nan), ValueError, "0 to 1"),
        (torch.zeros(4, 4, 3), ValueError, "3, H, W"),
        (Pillow.new("CMYK", (4, 4)), ValueError, "convert"),
        ([1, 2, 3], TypeError, "not list"),
        ("nowhere.png", UnreadableFile, "nowhere"),
    ],
)
def test_what_is_no_picture_is_said(given: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        rainapp.derain(given, engine="torch")  # type: ignore[type-var]


@pytest.mark.usefixtures("tiny_library")
def test_models_and_strengths_that_cannot_be_are_said(rainy: NDArray[np.uint8]) -> None:
    with pytest.raises(BadModel):
        rainapp.derain(rainy, model="none")
    with pytest.raises(ValueError, match="strength"):
        rainapp.derain(rainy, strength=2.0)
    assert [card.id for card in rainapp.models()] == [card.id for card in ModelLibrary().cards()]
    with pytest.raises(AttributeError, match="nothing"):
        rainapp.nothing  # noqa: B018 - asking is the test


def test_importing_the_package_loads_neither_torch_nor_numpy() -> None:
    script = "import sys, rainapp; print([name for name in ('torch', 'numpy', 'PySide6') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.fixture
def folders(rainy: NDArray[np.uint8], tmp_path: Path) -> tuple[Path, Path]:
    """Two rainy pictures, and the same without the streaks."""
    made = tmp_path / "rainy", tmp_path / "clean"
    for folder, picture in zip(made, (rainy, cv2.medianBlur(rainy, 5)), strict=True):
        folder.mkdir()
        for number in range(2):
            cv2.imwrite(str(folder / f"{number}.png"), picture)
    return made


def test_the_examples_run(folders: tuple[Path, Path], tiny_library: Path, tmp_path: Path) -> None:
    def run(name: str, *words: Path) -> str:
        command = [sys.executable, str(EXAMPLES / f"{name}.py"), *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=200).stdout

    assert "96x64, uint8" in run("derain_array", folders[0] / "0.png")
    run("derain_folder", folders[0], tmp_path / "out")
    assert [file.name for file in sorted((tmp_path / "out").iterdir())] == ["0.png", "1.png"]
    lines = run("compare_models", *folders).splitlines()
    assert [line.split()[0] for line in lines][-2:] == ["tiny", "identity"]
    assert len(lines) >= 2


def test_a_repair_can_be_asked_for(rainy: NDArray[np.uint8], tiny_library: Path) -> None:
    plain = rainapp.derain(rainy, model="tiny", treat="always")
    with pytest.raises(BadModel, match="no prior to repair with"):
        rainapp.derain(rainy, model="tiny", treat="always", refine="light")
    tiny_vq(tiny_library)
    repaired = rainapp.derain(rainy, model="tiny", treat="always", refine="light", prior="tiny-prior")
    dry = (plain == rainy).all(axis=2)
    np.testing.assert_array_equal(repaired[dry], plain[dry])
    for odd in ("much", 1.5, -0.1):
        with pytest.raises(ValueError, match="refine must be off, light, full"):
            rainapp.derain(rainy, refine=odd)
