"""A result is whole or not there; a source is never written to; any name goes."""

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from photo_files import full_jpeg, jpeg_bytes, picture, read, rewrite, write_source

from rainapp.base import new_files
from rainapp.base.errors import Cancelled, UnreadableFile, UnwritableFile
from rainapp.jobs.records import Output
from rainapp.media import open_sink, open_source
from rainapp.media.photo.photo_file import copy_file

SUFFIXES = [".jpg", ".png", ".tif", ".webp", ".bmp", ".heic", ".avif"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "rain.jpg"
    path.write_bytes(full_jpeg())
    return path


def only(folder: Path, *names: str) -> bool:
    """Whether the folder holds exactly these files."""
    return sorted(path.name for path in folder.iterdir()) == sorted(names)


class FullDisk:
    """A file that takes `room` bytes and then says that the disk is full, as the system would."""

    def __init__(self, file: Any, room: int, code: int) -> None:
        self._file, self._room, self._code = file, room, code

    def write(self, body: bytes) -> int:
        self._room -= len(body)
        if self._room < 0:
            raise OSError(self._code, os.strerror(self._code))
        return int(self._file.write(body))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> "FullDisk":
        self._file.__enter__()
        return self

    def __exit__(self, *error: Any) -> Any:
        return self._file.__exit__(*error)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("room", [0, 10, 900])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_disk_that_refuses_leaves_no_file(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, room: int, code: int
) -> None:
    real = new_files.create_own

    def failing(folder: Path, **named: Any) -> tuple[Path, Any]:
        path, file = real(folder, **named)
        return path, FullDisk(file, room, code)

    monkeypatch.setattr(new_files, "create_own", failing)
    with pytest.raises(UnwritableFile) as caught:
        rewrite(source, tmp_path / f"dry{suffix}")
    assert {errno.ENOSPC: "full", errno.EIO: "error", errno.EACCES: "permitted"}[code] in caught.value.message
    assert caught.value.hint
    assert only(tmp_path, "rain.jpg")


@pytest.mark.parametrize("broken", ["fsync", "rename"])
def test_a_failing_flush_or_rename_leaves_no_file(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if broken == "fsync" else (new_files, "put")), refuse)
    for act in (lambda: rewrite(source, tmp_path / "dry.png"), lambda: copy_file(source, tmp_path / "copy.jpg")):
        with pytest.raises(UnwritableFile, match="full"):
            act()
    assert only(tmp_path, "rain.jpg")


@pytest.mark.parametrize("failure", [Cancelled, KeyboardInterrupt, ValueError])
def test_whatever_stops_the_work_leaves_no_file(tmp_path: Path, source: Path, failure: type[BaseException]) -> None:
    def work() -> None:
        with open_source(source) as opened, open_sink(tmp_path / "dry.jpg", opened.info, Output()) as sink:
            for frame in opened:
                sink.write(frame)
            raise failure

    with pytest.raises(failure):
        work()
    assert only(tmp_path, "rain.jpg")


def test_the_final_name_appears_only_at_the_end(tmp_path: Path, source: Path) -> None:
    target = tmp_path / "dry.png"
    target.write_bytes(b"an older result")
    with open_source(source) as opened, open_sink(target, opened.info, Output(if_exists="overwrite")) as sink:
        sink.write(next(iter(opened)))
        assert target.read_bytes() == b"an older result"
    assert target.read_bytes().startswith(b"\x89PNG")
    assert only(tmp_path, "rain.jpg", "dry.png")


def test_a_sink_that_got_nothing_leaves_nothing_and_says_so(tmp_path: Path, source: Path) -> None:
    with open_source(source) as opened, pytest.raises(UnwritableFile), open_sink(tmp_path / "dry.png", opened.info, Output()):
        pass
    assert only(tmp_path, "rain.jpg")


def test_the_source_is_never_the_target(tmp_path: Path, source: Path) -> None:
    before = source.read_bytes()
    (tmp_path / "link.jpg").symlink_to(source)
    os.link(source, tmp_path / "hard.jpg")
    (tmp_path / "sub").mkdir()
    for target in (source, tmp_path / "link.jpg", tmp_path / "hard.jpg", tmp_path / "sub" / ".." / "rain.jpg"):
        with pytest.raises(UnwritableFile, match="source"):
            rewrite(source, target)
        with pytest.raises(UnwritableFile, match="source"):
            copy_file(source, target)
    with pytest.raises(UnwritableFile, match="source"):
        rewrite(tmp_path / "link.jpg", source)
    assert source.read_bytes() == before
    assert (tmp_path / "link.jpg").is_symlink()


def test_a_copy_is_the_same_bytes(tmp_path: Path, source: Path) -> None:
    body = np.random.default_rng(1).bytes(3_000_001)
    source.write_bytes(body)
    copy_file(source, tmp_path / "copy.jpg")
    assert (tmp_path / "copy.jpg").read_bytes() == body
    assert only(tmp_path, "copy.jpg", "rain.jpg")


def test_a_copy_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="does not exist"):
        copy_file(tmp_path / "none.jpg", tmp_path / "copy.jpg")
    assert only(tmp_path)


def test_a_target_that_cannot_be_is_refused_in_words(tmp_path: Path, source: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    cases = {
        tmp_path / "none" / "dry.png": "folder does not exist",
        source / "dry.png": "not a folder",
        tmp_path / "folder.png": "a folder has that name",
        tmp_path / ("x" * 300 + ".png"): "too long",
        tmp_path / "dry.xyz": "no format known",
        tmp_path / "dry": "no format known",
    }
    for target, words in cases.items():
        with pytest.raises(UnwritableFile, match=words):
            rewrite(source, target)
    assert only(tmp_path, "rain.jpg", "folder.png")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="a superuser may write everywhere")
def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path, source: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(UnwritableFile, match="permitted"):
        rewrite(source, tmp_path / "locked" / "dry.png")


def test_the_result_has_the_permissions_of_any_new_file(tmp_path: Path, source: Path) -> None:
    rewrite(source, tmp_path / "dry.png")
    (tmp_path / "usual").touch()
    assert (tmp_path / "dry.png").stat().st_mode == (tmp_path / "usual").stat().st_mode


NAMES = [
    *("rain in the hills", "🌧👨‍👩‍👧", "дождь фото", "גשם", "雨の日", "e\u0301 apart", "percent%d%04d", "quote'and\"double"),
    *("trailing.dot.", " leading space", "-o", "$(touch x)", "new\nline", "x" * 200, "雨" * 80),
]


@pytest.mark.parametrize("stem", NAMES)
def test_odd_names_are_read_and_written(tmp_path: Path, stem: str) -> None:
    odd = tmp_path / f"{stem}.png"
    write_source(odd, picture())
    rewrite(odd, tmp_path / f"{stem} 2.tif")
    assert np.array_equal(read(tmp_path / f"{stem} 2.tif")[0].pixels, picture())
    assert len(list(tmp_path.iterdir())) == 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=60))
def test_any_name_the_disk_takes_is_written(tmp_path: Path, stem: str) -> None:
    name = f"{stem}.jpg"
    assume(len(name.encode()) <= 255)
    source = tmp_path / "source.jpg"
    source.write_bytes(jpeg_bytes(picture(8, 8)))
    assume(name != "source.jpg")
    rewrite(source, tmp_path / name)
    assert (tmp_path / name).read_bytes()[:2] == b"\xff\xd8"
    (tmp_path / name).unlink()
    assert only(tmp_path, "source.jpg")
