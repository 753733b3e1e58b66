"""Photos for training: any folder in bounded memory, the same samples as ever, and bad files that cost only themselves."""

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from rainapp.base.errors import BadRecipe, UnreadableFile
from rainapp.base.image import Image
from rainapp.media import write_picture
from rainapp.media.photo.plain_pixels import read_plain
from training import recipe
from training.contracts import Pick
from training.data import crops as data
from training.data import photos
from training.data.photos import Photos
from training.loop import validate
from training.rain.streaks import StreakBank
from training.recipe_checks import require

PLAN = """
[net]
width = 4
encoder = [1]
middle = 1
decoder = [1]
[data]
scales = [1.0, 0.5]
[rain]
profiles = ["narrow"]
[train]
steps = 2
batch = 3
crop_px = 48
"""


def picture(seed: int, height: int = 120, width: int = 160) -> NDArray[np.uint8]:
    small = np.random.default_rng(seed).integers(0, 255, (7, 9, 3), np.uint8)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "clean"
    made.mkdir()
    for index, suffix in enumerate((".png", ".jpg", ".webp", ".bmp", ".tif", ".jpeg")):
        cv2.imwrite(str(made / f"{index}{suffix}"), picture(index))
    turned = Pillow.fromarray(picture(9))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(made / "turned.jpg", exif=exif, quality=95)
    return made


@pytest.mark.parametrize("kept_bytes", [1 << 30, 100_000, 0])
def test_samples_are_the_same_bytes_wherever_a_photo_lies(
    folder: Path, kept_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = recipe.from_toml(PLAN)
    bank = StreakBank.render(plan.seed, data.kinds_of(plan.rain.profiles), per_kind=4, size_px=96)
    listed = [cv2.imread(str(file), cv2.IMREAD_COLOR_RGB) for file in sorted(folder.iterdir())]
    monkeypatch.setattr(photos, "KEPT_BYTES", kept_bytes)
    monkeypatch.setattr(Photos.__init__, "__defaults__", (kept_bytes, 60_000))
    read, left_out = data.read_photos(folder, 0, 48)
    assert left_out == []
    assert len(read) == len(listed) == 7
    before, after = (data.RainyCrops(plan, given, bank) for given in (listed, read))
    for step in range(3):
        one, other = before.batch([Pick(step)]), after.batch([Pick(step)])
        for name in ("image", "target", "streaks"):
            assert getattr(one, name).numpy().tobytes() == getattr(other, name).numpy().tobytes()
    again = pickle.loads(pickle.dumps(read))  # as a process that draws samples gets it
    assert all((again[i] == listed[i]).all() for i in range(7))


def test_memory_stays_bounded_whatever_the_folder() -> None:
    held = Photos(kept_bytes=100_000, recent_bytes=50_000)
    for index in range(400):
        held.add(Path(f"{index}.png"), np.zeros((100, 100, 3), np.uint8))
    assert len(held) == 400
    assert sum(photo.nbytes for photo in held._kept.values()) <= 100_000


def test_a_photo_that_goes_away_during_a_run_is_said(folder: Path) -> None:
    held = Photos(kept_bytes=0)
    held.add(folder / "0.png", read_plain(folder / "0.png"))
    (folder / "0.png").unlink()
    with pytest.raises(BadRecipe, match=r"0\.png does not exist\. It was whole when the run started\."):
        held[0]


@pytest.mark.parametrize("suffix", [".heic", ".avif"])
def test_heic_and_avif_are_trained_on(folder: Path, suffix: str) -> None:
    write_picture(folder / f"phone{suffix}", Image(picture(20)))
    read, left_out = data.read_photos(folder, 0, 48)
    assert (len(read), left_out) == (8, [])
    assert np.abs(read_plain(folder / f"phone{suffix}").astype(int) - picture(20)).mean() < 6


def test_photos_that_are_cut_off_are_left_out_with_a_sentence(folder: Path) -> None:
    for name in ("1.jpg", "0.png", "2.webp", "4.tif", "3.bmp"):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[: len(whole) * 2 // 3])
    read, left_out = data.read_photos(folder, 0, 48)
    assert len(read) == 2
    assert sorted(sentence.split(" ")[0] for sentence in left_out) == ["0.png", "1.jpg", "2.webp", "3.bmp", "4.tif"]


def test_a_name_that_is_no_text_is_read(folder: Path) -> None:
    (folder / "0.png").rename(folder / "caf\udce9.png")
    (folder / "short\udce9.jpg").write_bytes((folder / "1.jpg").read_bytes()[:-900])
    read, left_out = data.read_photos(folder, 0, 48)
    assert len(read) == 7
    (sentence,) = left_out
    assert sentence.startswith("short\\xe9.jpg is cut off")


BARE = """
import sys
class Bare:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"av", "PIL", "pillow_heif", "tifffile", "psutil", "openvino", "PySide6", "rich"}:
            raise ImportError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Bare())
from pathlib import Path
from training.data.crops import read_photos
from training.rain import descriptors
import training.__main__
read, left_out = read_photos(Path(sys.argv[1]), 0, 48)
print(len(read), left_out)
"""


def test_a_machine_with_torch_numpy_opencv_and_safetensors_is_enough(folder: Path) -> None:
    write_picture(folder / "phone.heic", Image(picture(20)))
    done = subprocess.run([sys.executable, "-c", BARE, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("7 [")
    assert "phone.heic is cut off, or needs" in done.stdout
    assert "not installed here" in done.stdout


def test_a_validation_set_of_the_fields_names_is_paired(tmp_path: Path) -> None:
    for name, side in (("rain", "rain-"), ("norain", "norain-")):
        (tmp_path / "set" / name).mkdir(parents=True)
        for number in range(3):
            cv2.imwrite(str(tmp_path / "set" / name / f"{side}{number:03d}.png"), picture(number))
    found = validate.pairs(tmp_path / "set", 0)
    assert [(one.name, other.name) for one, other in found] == [(f"rain-{n:03d}.png", f"norain-{n:03d}.png") for n in range(3)]
    plan = recipe.from_toml(PLAN)
    plan = replace(
        plan, validate=recipe.Validate((str(tmp_path / "set"),)), data=replace(plan.data, clean=str(tmp_path / "set"))
    )
    require(plan)


def test_a_bad_validation_pair_costs_itself(tmp_path: Path) -> None:
    import torch

    for name in ("rainy", "clean"):
        (tmp_path / name).mkdir()
        for number in range(3):
            cv2.imwrite(str(tmp_path / name / f"{number}.png"), picture(number))
    (tmp_path / "rainy" / "1.png").write_bytes((tmp_path / "rainy" / "1.png").read_bytes()[:500])
    cv2.imwrite(str(tmp_path / "clean" / "2.png"), picture(2, 60, 80))
    left_out = validate.require(tmp_path, 0)
    assert len(left_out) == 2
    assert "another size" in left_out[1]

    class Same(torch.nn.Module):
        def forward(self, rainy: torch.Tensor) -> torch.Tensor:
            return rainy

    assert validate.score(Same(), tmp_path, 0, torch.device("cpu")).count == 1


def test_names_that_do_not_pair_are_explained_by_an_example(tmp_path: Path) -> None:
    for name, file in (("rainy", "street"), ("clean", "forest")):
        (tmp_path / name).mkdir()
        cv2.imwrite(str(tmp_path / name / f"{file}.png"), picture(0))
    with pytest.raises(BadRecipe, match="“street.png” and “forest.png”") as caught:
        validate.require(tmp_path, 0)
    assert "rain-001 and norain-001" in caught.value.hint


def test_sixteen_bits_and_transparency_become_plain(tmp_path: Path) -> None:
    deep = (picture(3).astype(np.uint16) << 8) | 0x7F
    cv2.imwrite(str(tmp_path / "deep.png"), deep)
    assert (read_plain(tmp_path / "deep.png") == picture(3)[:, :, ::-1]).all()
    clear = np.dstack([picture(4), np.full((120, 160), 90, np.uint8)])
    cv2.imwrite(str(tmp_path / "clear.png"), clear)
    assert (read_plain(tmp_path / "clear.png") == picture(4)[:, :, ::-1]).all()
    with pytest.raises(UnreadableFile, match="does not exist"):
        read_plain(tmp_path / "nowhere.png")
