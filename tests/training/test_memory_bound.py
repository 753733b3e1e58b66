"""Memory stays bounded however large a folder is: the readers of training and of scores, each in a process of its own.

The files of a folder are one picture under many names, so that the test writes little.
"""

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the peak is told by POSIX")

HEAD = """
import resource, sys
from pathlib import Path
import numpy as np
def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
folder = Path(sys.argv[1])
rng = np.random.default_rng(1)
"""
PHOTOS = """
from training.data.crops import read_photos
read_photos(folder / "few", 0, 48, 32 << 20)
before = peak_mb()
photos, left_out = read_photos(folder / "rainy", 0, 48, 32 << 20)
for place in rng.integers(len(photos), size=40):
    photos[int(place)]
print(len(photos), len(left_out), peak_mb() - before)
"""
PAIRS = """
from training.data import sources
sources.KEPT_BYTES = 16 << 20
sources.read_or_none(next((folder / "rainy").iterdir()))
before = peak_mb()
pairs, left_out = sources.real_pairs(folder, 48)
for _ in range(20):
    pairs.crop(48, rng)
print(len(pairs), len(left_out), peak_mb() - before)
"""
SCORES = """
from rainapp.evaluation import photo_pairs
from rainapp.jobs.records import NoWatch
found = photo_pairs.find_pairs(folder / "rainy", folder / "clean")
left_out = []
def scored(pairs):
    return sum(1 for _ in photo_pairs.score_pictures(pairs, lambda image: image, NoWatch(), left_out))
scored(found[:2])
before = peak_mb()
print(scored(found[:16]), len(left_out), peak_mb() - before)
"""


def folder_of(folder: Path, height: int, width: int, count: int) -> Path:
    """`count` pairs of one size; decoded, all of one side take `count` times three bytes a pixel."""
    small = np.random.default_rng(2).integers(0, 255, (9, 12, 3), np.uint8)
    for name in ("rainy", "clean"):
        (folder / name).mkdir()
        first = folder / name / "000.jpg"
        cv2.imwrite(str(first), cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC))
        for number in range(1, count):
            os.link(first, folder / name / f"{number:03d}.jpg")
    (folder / "few").mkdir()
    os.link(folder / "rainy" / "000.jpg", folder / "few" / "000.jpg")
    return folder


def grown_mb(code: str, folder: Path) -> tuple[int, int, float]:
    """How many were read, how many left out, and by how much the peak of the memory grew over one."""
    ran = subprocess.run(
        [sys.executable, "-c", HEAD + code, str(folder)],
        check=True, capture_output=True, text=True, timeout=600, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    read, left_out, grown = ran.stdout.split()
    return int(read), int(left_out), float(grown)


def test_a_folder_of_large_photos_is_trained_on_in_little_memory(tmp_path: Path) -> None:
    read, left_out, grown = grown_mb(PHOTOS, folder_of(tmp_path, 2000, 3000, 120))  # 2 GB decoded
    assert (read, left_out) == (120, 0)
    assert grown < 32 + 256 + 100  # what is kept, what was read again, and one in the making


def test_a_folder_of_large_pairs_is_trained_on_in_little_memory(tmp_path: Path) -> None:
    read, left_out, grown = grown_mb(PAIRS, folder_of(tmp_path, 1600, 2400, 60))  # 1.3 GB decoded
    assert (read, left_out) == (60, 0)
    assert grown < 2 * (16 + 256) + 100


def test_many_pairs_are_scored_in_the_memory_of_one(tmp_path: Path) -> None:
    read, left_out, grown = grown_mb(SCORES, folder_of(tmp_path, 800, 1200, 20))
    assert (read, left_out) == (16, 0)
    assert grown < 40  # sixteen pairs decoded are 92 MB, as floats 370
