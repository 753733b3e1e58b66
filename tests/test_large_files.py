"""What claims very much for its bytes is opened only if the person says so; where nobody can be asked, it is not."""

import os
import struct
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from photo_files import chunk, picture, write_source
from video_clips import make_clip

from rainapp.base import consent
from rainapp.base.errors import LargeFile, UnreadableFile
from rainapp.cli import command_line
from rainapp.jobs.records import Derained, DerainFile, NoWatch, Treatment
from rainapp.media import open_source, photo_header
from rainapp.media.clip import clip_open
from rainapp.work import run_job

SIDE = 25_000  # 625 megapixels
PLAIN = ("--engine", "torch", "--device", "cpu", "--temporal", "off")


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    consent.forget()
    yield
    consent.forget()


def tiff(path: Path, side: int = SIDE, padding: int = 1_700_000) -> Path:
    """A TIFF whose strips, of one colour, are all the same few bytes."""
    rows = 500
    strip = zlib.compress(bytes(side * rows * 3), 9)
    count = side // rows
    offsets_at = 8 + len(strip)
    bits_at = offsets_at + 8 * count
    directory = bits_at + 6 + padding
    entries = [
        (256, 4, 1, side), (257, 4, 1, side), (258, 3, 3, bits_at), (259, 3, 1, 8), (262, 3, 1, 2),
        (273, 4, count, offsets_at), (277, 3, 1, 3), (278, 4, 1, rows), (279, 4, count, offsets_at + 4 * count), (284, 3, 1, 1),
    ]  # fmt: skip
    body = b"II*\0" + struct.pack("<I", directory) + strip
    body += struct.pack(f"<{count}I", *[8] * count) + struct.pack(f"<{count}I", *[len(strip)] * count)
    body += struct.pack("<3H", 8, 8, 8) + bytes(padding) + struct.pack("<H", len(entries))
    body += b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)
    path.write_bytes(body)
    return path


def png(path: Path) -> Path:
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    idat = zlib.compress(bytes(100)) + bytes(1_800_000)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", idat) + chunk(b"IEND", b""))
    return path


def webp(path: Path) -> Path:
    side = (16_000 - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + side + side + b"ABCD" + struct.pack("<I", 900_000) + bytes(900_000)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def gif(path: Path) -> Path:
    path.write_bytes(b"GIF89a" + struct.pack("<HH", 20_000, 20_000) + bytes(3) + b"\x2c" + bytes(900_000))
    return path


@pytest.mark.parametrize(("make", "gigabytes"), [(tiff, "3.8"), (png, "3.8"), (webp, "1.5"), (gif, "2.4")])
def test_the_estimate_is_said_before_any_memory_is_taken(tmp_path: Path, make: object, gigabytes: str) -> None:
    path = make(tmp_path / f"wall.{make.__name__}")  # type: ignore[operator,attr-defined]
    assert path.stat().st_size < 2_000_000
    began = time.monotonic()
    with pytest.raises(LargeFile, match=rf"megapixels, which would need about {gigabytes} GB of memory") as caught:
        open_source(path)
    assert time.monotonic() - began < 5
    assert "--allow-large" in caught.value.hint
    assert caught.value.kind == "large"
    consent.allow(path)
    with open_source(path) as source:
        assert source.info.width >= 16_000


def test_what_fits_no_budget_is_refused_whatever_was_allowed(tmp_path: Path) -> None:
    consent.allow_everything()
    with pytest.raises(UnreadableFile, match="allowed here") as caught:
        open_source(tiff(tmp_path / "a.tif"), budget_mb=3000)
    assert not isinstance(caught.value, LargeFile)


def test_true_photos_are_not_asked_about(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (9000, 12000), np.uint8)  # 108 megapixels
    write_source(tmp_path / "a.jpg", noise)
    with open_source(tmp_path / "a.jpg") as source:
        assert source.info.width == 12000


def test_a_clip_with_frames_no_camera_films_is_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_clip(tmp_path / "a.mp4", times=range(2))
    monkeypatch.setattr(clip_open, "_USUAL_PIXELS", 1000)
    with pytest.raises(LargeFile, match="frames of 96 × 64 pixels"):
        open_source(path)
    consent.allow(path)
    with open_source(path) as source:
        assert len(list(source)) == 2


@pytest.fixture
def dense(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small picture of one colour, which counts as large here, so that it can really be opened."""
    monkeypatch.setattr(photo_header, "_BOMB_PIXELS", 10_000)
    path = tmp_path / "in" / "sky.png"
    path.parent.mkdir()
    write_source(path, np.full((300, 400, 3), 90, np.uint8))
    assert 300 * 400 / 2000 < path.stat().st_size < 300 * 400 / 100
    return path


def derain(source: Path, out: Path, *more: str) -> int:
    return command_line.main(["derain", str(source), "-o", str(out), *PLAIN, *more])


@pytest.mark.parametrize("how", [(), ("--json",)])
def test_where_nobody_can_be_asked_it_is_wrong_usage(
    tiny_library: Path, dense: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], how: tuple[str, ...]
) -> None:
    assert derain(dense, tmp_path / "out", *how) == command_line.USAGE
    err = capsys.readouterr().err
    assert "GB of memory" in err
    assert "--allow-large" in err
    assert not [*(tmp_path / "out").glob("*")]
    assert derain(dense, tmp_path / "out", "--allow-large", *how) == 0
    assert (tmp_path / "out" / "sky_derained.png").exists()
    assert derain(dense, tmp_path / "out", *how) == command_line.USAGE  # it was allowed for that run


def test_what_comes_of_it_may_be_looked_at_too(tiny_library: Path, dense: Path, tmp_path: Path) -> None:
    consent.allow(dense)
    job = DerainFile(dense, tmp_path / "out" / "sky.png", Treatment(strength=0))
    done = run_job.run(job, NoWatch())
    assert isinstance(done, Derained)
    assert done.target is not None
    with open_source(done.target) as source:
        assert source.info.width == 400


def test_others_of_the_batch_go_on(tiny_library: Path, dense: Path, tmp_path: Path) -> None:
    write_source(dense.with_name("street.png"), picture())
    assert derain(dense.parent, tmp_path / "out") == command_line.SOME_FAILED
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["street_derained.png"]


class Terminal:
    """A real terminal at standard input, at which somebody types one answer when asked."""

    def __init__(self, answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
        self._master, slave = os.openpty()
        self._stdin = os.fdopen(slave, "r")
        monkeypatch.setattr(sys, "stdin", self._stdin)
        self._typing = threading.Timer(0.2, os.write, (self._master, answer))
        self._typing.start()

    def close(self) -> None:
        self._typing.join()
        self._stdin.close()
        os.close(self._master)


@pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
@pytest.mark.parametrize(("answer", "code", "results"), [(b"y\n", 0, 1), (b"n\n", 3, 0), (b"\n", 3, 0)])
def test_on_a_terminal_the_person_is_asked(
    tiny_library: Path, dense: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, answer: bytes, code: int, results: int,
) -> None:  # fmt: skip
    terminal = Terminal(answer, monkeypatch)
    try:
        assert derain(dense, tmp_path / "out") == code
    finally:
        terminal.close()
    assert capsys.readouterr().err.count("[y/N]") == 1
    assert len([*(tmp_path / "out").glob("*")]) == results


@pytest.mark.parametrize("command", ["rain", "evaluate"])
def test_other_commands_want_the_option_too(dense: Path, tmp_path: Path, command: str) -> None:
    words = {
        "rain": ["rain", str(dense), "-o", str(tmp_path / "out")],
        "evaluate": [
            "evaluate",
            "--rainy",
            str(dense.parent),
            "--clean",
            str(dense.parent),
            "--identity",
            "--model",
            "identity",
        ],
    }[command]
    assert command_line.main(words) == command_line.USAGE
    assert command_line.main([*words, "--allow-large"]) == 0
