"""Hidden names cannot be prepared: whatever lies under one already is not written to, and a result comes of it all the same."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numbered_pictures import take
from photo_files import picture, read, rewrite, write_source
from video_clips import make_clip

from rainapp.base import own_files
from rainapp.base.errors import UnwritableFile
from rainapp.base.image import Image
from rainapp.base.settings import Settings, save
from rainapp.base.textfile import append_text
from rainapp.compare.export import export
from rainapp.jobs.compare_jobs import ExportComparison, Shot
from rainapp.jobs.records import NoWatch, Output
from rainapp.media import open_source, write_picture
from rainapp.media.atomic import copy_file
from rainapp.media.clip import video
from rainapp.media.clip.resumable_sink import ResumableClipSink
from rainapp.media.sequence.sequence_sink import SequenceSink

GUESSED = "a" * 12


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file that nobody may touch, in a folder of its own."""
    path = tmp_path / "victim" / "only copy.mp4"
    path.parent.mkdir()
    return make_clip(path, times=range(12))


@pytest.fixture
def guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chance by which names are made is known for the first fifty of them."""
    real, left = own_files.secrets.token_hex, [GUESSED] * 50
    monkeypatch.setattr(own_files.secrets, "token_hex", lambda count: left.pop() if left else real(count))


def plant(folder: Path, victim: Path, *names: str) -> set[str]:
    """Put links to `victim`, to nothing, to a folder, and a second name of it, under all names that can be guessed."""
    mark = hashlib.sha256(b"out.mp4").hexdigest()[:12]
    sequence = hashlib.sha256(b"frames").hexdigest()[:12]
    ends = ("", "-index", "-rest0", "-rest1")
    for begin in (mark, sequence, f"{mark}-{GUESSED}", f"{sequence}-{GUESSED}"):
        names += tuple(f".{begin}{end}.rainapp-parts" for end in ends)
    names += (f".{GUESSED}.rainapp-part", f".{GUESSED}-held.rainapp-part", ".out.part.png", ".out.part.html", ".out.part.mp4")
    for number, name in enumerate(names):
        way = number % 3
        if way == 0:
            (folder / name).symlink_to(victim)
        elif way == 1:
            os.link(victim, folder / name)
        else:
            (folder / name).symlink_to(victim.parent)
    return set(names)


def write_clip(target: Path, source: Path, key: str = "as it is") -> int:
    clip = video.ClipSource(source)
    with ResumableClipSink(target, clip.info, Output(), key=key, part_frames=4) as sink:
        clip.first_frame = done = sink.frames_done
        for frame in clip:
            sink.write(frame)
    return done


def write_frames(target: Path, source: Path) -> None:
    take(source.parent, 1, "f%d.png")
    opened = open_source(source.with_name("f%d.png"))
    with SequenceSink(target.with_name("frames"), opened.info, Output(), key="k") as sink:
        for frame in opened:
            sink.write(frame)


def write_whole_clip(target: Path, source: Path) -> None:
    clip = video.ClipSource(source)
    with video.ClipSink(target, clip.info, Output()) as sink:
        for frame in clip:
            sink.write(frame)


def export_as(suffix: str) -> Callable[[Path, Path], object]:
    def write(target: Path, source: Path) -> object:
        np.save(source.with_name("kept.npy"), picture())
        shots = (Shot("one", source.with_name("kept.npy")), Shot("two", source.with_name("kept.npy")))
        return export(ExportComparison(target.with_suffix(suffix), (("photo", shots),)), NoWatch())

    return write


WRITERS: dict[str, Callable[[Path, Path], object]] = {
    "clip in parts": write_clip,
    "clip": write_whole_clip,
    "frames": write_frames,
    "photo": lambda target, _: write_picture(target.with_suffix(".png"), Image(picture())),
    "copy": lambda target, source: copy_file(source, target),
    "settings": lambda target, _: save(Settings(model="other"), target.with_suffix(".toml")),
    **{f"comparison as {suffix}": export_as(suffix) for suffix in (".png", ".html", ".gif", ".mp4")},
}


@pytest.mark.parametrize("writer", list(WRITERS))
def test_what_lies_under_a_hidden_name_is_not_written_to(tmp_path: Path, victim: Path, guessed: None, writer: str) -> None:
    before = victim.read_bytes()
    out, source = tmp_path / "out", tmp_path / "in" / "a.mp4"
    source.parent.mkdir()
    out.mkdir()
    make_clip(source, times=range(12))
    planted = plant(out, victim)
    WRITERS[writer](out / "out.mp4", source)
    assert victim.read_bytes() == before
    assert {path.name for path in victim.parent.iterdir()} == {victim.name}
    assert {path.name for path in out.iterdir() if path.name.startswith(".")} == planted
    (result,) = [path for path in out.iterdir() if not path.name.startswith(".")]
    assert result.stat().st_nlink == 1 or result.is_dir()
    assert not result.is_symlink()


KILLED = """
import os, signal, sys
from pathlib import Path
from rainapp.jobs.records import Output
from rainapp.media.clip import video
from rainapp.media.clip.resumable_sink import ResumableClipSink
clip = video.ClipSource(Path(sys.argv[1]))
with ResumableClipSink(Path(sys.argv[2]), clip.info, Output(), key="as it is", part_frames=4) as sink:
    for frame in clip:
        if frame.index == 9:
            os.kill(os.getpid(), signal.SIGKILL)
        sink.write(frame)
"""


def killed(source: Path, target: Path) -> dict[str, Path]:
    """What a killed run left, by its ending."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(source), str(target)], check=False)
    assert done.returncode == -signal.SIGKILL
    left = {path.name.removesuffix(".rainapp-parts").rpartition("-")[2]: path for path in target.parent.iterdir()}
    assert len(left) == 4
    return {name if name in ("index", "rest0", "rest1") else "result": path for name, path in left.items()}


def test_a_killed_run_is_found_again_under_its_name_by_chance(tmp_path: Path, victim: Path) -> None:
    target = tmp_path / "out" / "out.mp4"
    target.parent.mkdir()
    killed(victim, target)
    assert write_clip(target, victim) == 8
    assert [path.name for path in target.parent.iterdir()] == ["out.mp4"]


@pytest.mark.parametrize("which", ["index", "result", "rest0", "rest1"])
@pytest.mark.parametrize("way", ["symbolic", "hard", "pipe"])
def test_what_took_the_place_of_a_part_meanwhile_is_not_written_to(tmp_path: Path, victim: Path, which: str, way: str) -> None:
    before = victim.read_bytes()
    target = tmp_path / "out" / "out.mp4"
    target.parent.mkdir()
    part = killed(victim, target)[which]
    part.unlink()
    if way == "symbolic":
        part.symlink_to(victim)
    elif way == "hard":
        os.link(victim, part)
    else:
        os.mkfifo(part)
    write_clip(target, victim)
    assert victim.read_bytes() == before
    with open_source(target) as made:
        assert len(list(made)) == 12


def test_parts_of_another_owner_are_not_gone_on_with(tmp_path: Path, victim: Path) -> None:
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only a superuser can give files away")
    target = tmp_path / "out" / "out.mp4"
    target.parent.mkdir()
    left = killed(victim, target)
    for path in left.values():
        os.chown(path, 12345, -1)
    assert write_clip(target, victim) == 0
    assert all(path.exists() for path in left.values())


def test_a_folder_of_frames_is_never_reached_through_a_link(tmp_path: Path) -> None:
    target = tmp_path / "out" / "frames"
    target.parent.mkdir()
    take(tmp_path / "in", 3, "%d.png")
    opened = open_source(tmp_path / "in" / "%d.png")
    with pytest.raises(UnwritableFile), SequenceSink(target, opened.info, Output(), key="k", part_frames=1) as sink:  # noqa: PT012
        for frame in opened:
            sink.write(frame)
        raise UnwritableFile("the disk fell out")
    (folder,) = [path for path in target.parent.iterdir() if path.is_dir()]
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    kept = {path: path.read_bytes() for path in (tmp_path / "elsewhere").iterdir()}
    assert len(kept) == 3
    with SequenceSink(target, opened.info, Output(), key="k", part_frames=1) as sink:
        assert sink.frames_done == 0
        for frame in opened:
            sink.write(frame)
    assert {path: path.read_bytes() for path in (tmp_path / "elsewhere").iterdir()} == kept
    assert not target.is_symlink()
    assert len([*target.iterdir()]) == 3


def test_a_list_of_parameters_is_not_added_to_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear")
    (tmp_path / "parameters.jsonl").symlink_to(tmp_path / "letter")
    with pytest.raises(UnwritableFile):
        append_text(tmp_path / "parameters.jsonl", "{}\n")
    assert (tmp_path / "letter").read_text() == "dear"
    append_text(tmp_path / "new.jsonl", "a\n")
    append_text(tmp_path / "new.jsonl", "b\n")
    assert (tmp_path / "new.jsonl").read_text() == "a\nb\n"


def test_a_photo_is_written_beside_a_planted_link(tmp_path: Path, guessed: None) -> None:
    source = tmp_path / "rain.png"
    write_source(source, picture())
    (tmp_path / f".{GUESSED}.rainapp-part").symlink_to(source)
    rewrite(source, tmp_path / "dry.png")
    assert np.array_equal(read(source)[0].pixels, picture())
    assert np.array_equal(read(tmp_path / "dry.png")[0].pixels, picture())


@pytest.mark.parametrize("marks", [b"garbage\n", b"1 2 3\n", b"-5 1\n", b"\xff 0\n", b"9" * 5000 + b" 1\n", b"999999999 0\n"])
def test_a_journal_of_frames_that_cannot_be_is_begun_anew(tmp_path: Path, marks: bytes) -> None:
    (tmp_path / "in").mkdir()
    take(tmp_path / "in", 3, "f%d.png")
    opened = open_source(tmp_path / "in" / "f%d.png")

    def write(limit: int) -> int:
        with SequenceSink(tmp_path / "out", opened.info, Output(), key="k", part_frames=1) as sink:
            done = sink.frames_done
            for frame in list(opened)[done:]:
                if frame.index == limit:
                    raise UnwritableFile("The disk was pulled out.")
                sink.write(frame)
        return done

    with pytest.raises(UnwritableFile):
        write(2)
    (index,) = tmp_path.glob(".*-index.rainapp-parts")
    assert index.read_bytes().endswith(b"1 0\n")
    index.write_bytes(index.read_bytes() + marks)
    assert write(3) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]
    assert len(list((tmp_path / "out").iterdir())) == 3
