"""Folders one in another beyond the depth to which Python calls itself."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from doors import NESTED, child, deep_folders_removed, nested
from numpy.typing import NDArray

from rainapp.base.folders import remove_folder
from rainapp.base.new_files import NewFile
from rainapp.base.own_files import PART_SUFFIX
from rainapp.library.model_library import ModelLibrary
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


def test_deep_folders_that_were_left_go_with_the_next_file(tmp_path: Path) -> None:
    with deep_folders_removed(tmp_path):
        left = tmp_path / f".{'a' * 12}{PART_SUFFIX}"
        nested(left)
        with NewFile(tmp_path / "result") as file:
            file.write(b"x")
        assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_deep_staging_of_an_earlier_version_goes_with_the_next_import(tmp_path: Path) -> None:
    with deep_folders_removed(tmp_path):
        library = ModelLibrary(tmp_path / "bundled", tmp_path / "user")
        library.user.mkdir()
        nested(library.user / ".staging-old")
        os.utime(library.user / ".staging-old", (1, 1))
        with library.staging() as staged:
            assert list(library.user.glob(".staging*")) == []
            assert staged.is_dir()


def test_folders_are_removed_beyond_the_longest_path_and_links_stay_links(tmp_path: Path) -> None:
    with deep_folders_removed(tmp_path):
        (tmp_path / "kept").mkdir()
        (tmp_path / "kept" / "a").write_text("precious")
        folder, here = tmp_path / "folder", os.getcwd()
        folder.mkdir()
        try:
            os.chdir(folder)
            for _ in range(60):
                Path("file").write_text("x")
                Path("link").symlink_to(tmp_path / "kept")
                os.mkdir("d" * 200)
                os.chdir("d" * 200)
        finally:
            os.chdir(here)
        remove_folder(folder)
        assert not folder.exists()
        assert (tmp_path / "kept" / "a").read_text() == "precious"
        (tmp_path / "link").symlink_to(tmp_path / "kept")
        with pytest.raises(NotADirectoryError):
            remove_folder(tmp_path / "link")
        assert (tmp_path / "kept" / "a").exists()


@pytest.mark.parametrize("more", [(), ("--html",)])
def test_deep_folders_are_scored_or_refused_in_words(tmp_path: Path, more: tuple[str, ...]) -> None:
    with deep_folders_removed(tmp_path):
        nested(tmp_path / "a")
        (tmp_path / "there.html").write_text("an earlier report")
        report = [*more, tmp_path / "there.html"] if more else []
        done = child("evaluate", "--rainy", tmp_path / "a", "--clean", tmp_path / "a", "--model", "identity", *report)
        assert done.returncode == 3, done.stderr[-500:]
        assert "has a partner" in done.stderr
        assert (tmp_path / "there.html").read_text() == "an earlier report"
