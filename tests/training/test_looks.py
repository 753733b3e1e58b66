"""A photo that was looked at is not looked at again; one that changed is, and a damaged file of looks harms nothing."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.training.real_photos import dry_photo, rained
from training.teach import looks
from training.teach.looks import Looks
from training.teach.understand import Look, Rejected


def photo(path: Path, seed: int) -> Path:
    """A rainy photo."""
    cv2.imwrite(str(path), rained(dry_photo(seed), seed)[..., ::-1])
    return path


def test_a_photo_is_looked_at_once_until_it_changes(tmp_path: Path) -> None:
    file = photo(tmp_path / "a.png", 101)
    asked: list[int] = []

    def change(picture: np.ndarray) -> float:
        asked.append(1)
        return 3.25

    first = Looks("abc").at(file, change)
    again = Looks("abc").at(file, change)
    assert isinstance(first, Look)
    assert isinstance(again, Look)
    assert len(asked) == 1
    assert (again.change, again.rainy_odds, again.judgeable) == (first.change, first.rainy_odds, first.judgeable)
    assert (again.thumb == first.thumb).all()
    assert isinstance(Looks("another model").at(file, change), Look)
    assert len(asked) == 2
    photo(file, 105)
    file.touch()
    assert isinstance(Looks("abc").at(file, change), Look)
    assert len(asked) == 3


def test_what_is_kept_tells_no_names(tmp_path: Path) -> None:
    kept = Looks("abc")
    kept.at(photo(tmp_path / "secret place.png", 101), lambda picture: 1.0)
    assert b"secret" not in kept.file.read_bytes()
    assert kept.file.stat().st_mode & 0o077 == 0, "nobody else reads it"


def test_what_cannot_be_read_is_said_each_time(tmp_path: Path) -> None:
    (tmp_path / "no.jpg").write_bytes(b"no")
    assert Looks("abc").at(tmp_path / "no.jpg", lambda picture: 1.0) == Rejected(tmp_path / "no.jpg", "unreadable")
    assert Looks("abc").at(tmp_path / "gone.jpg", lambda picture: 1.0) == Rejected(tmp_path / "gone.jpg", "unreadable")


def test_a_damaged_or_huge_file_of_looks_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = photo(tmp_path / "a.png", 101)
    kept = Looks("abc")
    kept.at(file, lambda picture: 1.0)
    whole = kept.file.read_text("utf-8")
    kept.file.write_text('{"key": 5\n[1]\n' + whole.replace('"thumb": "', '"thumb": "AAAA'), encoding="utf-8")
    assert isinstance(Looks("abc").at(file, lambda picture: 2.0), Look)
    monkeypatch.setattr(looks, "BYTES_MAX", 10)
    assert Looks("abc").known == {}
    assert not kept.file.exists()
