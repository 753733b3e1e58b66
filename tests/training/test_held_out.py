"""The dry scenes that come with the application are never trained on, whatever they are called."""

import shutil
from pathlib import Path

import cv2
import pytest

from rainapp.base import paths
from rainapp.base.errors import BadRecipe
from tests.training.real_photos import dry_photo
from training.data.crops import read_photos
from training.data.held_out import held_out, is_held_out


def test_all_of_them_are_known() -> None:
    files = sorted(paths.resource("dry").glob("*/*.jpg"))
    assert len(files) == 32
    assert all(map(is_held_out, files))
    assert sum(map(len, held_out().values())) == 32


def test_a_copy_under_another_name_is_left_out_and_said(tmp_path: Path) -> None:
    shutil.copyfile(paths.resource("dry/starter/03.jpg"), tmp_path / "mine.jpeg")
    cv2.imwrite(str(tmp_path / "other.png"), dry_photo(1))
    photos, left_out = read_photos(tmp_path, 0, 64)
    assert len(photos) == 1
    assert left_out == ["mine.jpeg is one of the dry scenes that come with rainapp: it is never trained on."]


def test_a_folder_of_nothing_else_is_refused(tmp_path: Path) -> None:
    for file in paths.resource("dry/check").glob("0*.jpg"):
        shutil.copyfile(file, tmp_path / file.name)
    with pytest.raises(BadRecipe, match="no usable photos"):
        read_photos(tmp_path, 0, 64)


def test_one_changed_byte_is_another_photo(tmp_path: Path) -> None:
    content = bytearray(paths.resource("dry/check/01.jpg").read_bytes())
    content[-10] ^= 1
    (tmp_path / "near.jpg").write_bytes(content)
    assert not is_held_out(tmp_path / "near.jpg")
    assert not is_held_out(tmp_path / "nothing.jpg")
