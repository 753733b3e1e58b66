"""Folders one in another beyond the depth to which Python calls itself."""

from pathlib import Path

import cv2
import numpy as np
from doors import NESTED, child, deep_folders_removed, nested
from numpy.typing import NDArray

from rainapp.work.batch_plan import Found, Skipped, find_files
from training.data import crops as data


def test_photos_are_found_however_deep_and_in_their_order(tmp_path: Path, photo: Path) -> None:
    with deep_folders_removed(tmp_path):
        content = photo.read_bytes()
        deepest = nested(tmp_path / "a")
        for place in ("a/2.png", "a/10.png", "a/d/1.png", "a/e/1.png", "a/.hidden/1.png"):
            (tmp_path / place).parent.mkdir(exist_ok=True)
            (tmp_path / place).write_bytes(content)
        (deepest / "z.png").write_bytes(content)
        (deepest / "up").symlink_to(tmp_path / "a")
        found = list(find_files([tmp_path / "a"], recursive=True))
        names = [entry.path.relative_to(tmp_path).as_posix() for entry in found if isinstance(entry, Found)]
        assert names[:3] == ["a/2.png", "a/10.png", "a/d/1.png"]
        assert names[3].endswith("/d/z.png")
        assert names[4:] == ["a/e/1.png"]
        assert not any(isinstance(entry, Skipped) for entry in found)
        beneath = next(entry.beneath for entry in found if isinstance(entry, Found) and entry.path.name == "z.png")
        assert len(beneath.parts) == NESTED
        assert len(list(find_files([tmp_path / "a"], recursive=False))) == 2
        assert len(data.photo_files(tmp_path / "a", 0)) == 6


def test_the_command_line_writes_a_result_as_deep(tmp_path: Path, photo_pixels: NDArray[np.uint8]) -> None:
    with deep_folders_removed(tmp_path):
        deepest = nested(tmp_path / "a")
        (deepest / "z.png").write_bytes(cv2.imencode(".png", photo_pixels)[1].tobytes())
        done = child("derain", tmp_path / "a", "-r", "-o", tmp_path / "out", "--strength", "0")
        assert done.returncode == 0, done.stderr[-500:]
        assert tmp_path.joinpath("out", *["d"] * NESTED, "z_derained.png").is_file()
