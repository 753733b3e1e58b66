"""Two runs into one folder lose nothing: what appeared meanwhile stays, the other gets the next number, and both are told."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numbered_pictures import take
from photo_files import picture, read, write_source
from video_clips import make_clip

from rainapp.base import new_files
from rainapp.base.errors import BadModel, UnwritableFile
from rainapp.base.image import Image
from rainapp.base.new_files import numbered, put, settle
from rainapp.cli import command_line
from rainapp.compare.export import export
from rainapp.jobs import presets
from rainapp.jobs.compare_jobs import ExportComparison, Shot
from rainapp.jobs.records import Derained, DerainFile, NoWatch, Output, SaveMask, Treatment
from rainapp.library.importer import import_model
from rainapp.library.model_library import ModelLibrary
from rainapp.media import open_source, write_picture
from rainapp.media.atomic import copy_file
from rainapp.media.clip import video
from rainapp.media.clip.made_clip import making_clip
from rainapp.media.clip.resumable_sink import ResumableClipSink
from rainapp.media.sequence.sequence_sink import SequenceSink
from rainapp.work import run_job
from rainapp.work.mask_files import save_mask

PLAIN = Treatment(engine="torch", device="cpu", precision="fp32", temporal="off")


def nothing_hidden(folder: Path) -> bool:
    return not [path for path in folder.iterdir() if path.name.startswith(".")]


class Meanwhile:
    """A watch under which, at its first report, somebody else does the same job to the end."""

    def __init__(self, job: DerainFile) -> None:
        self._job: DerainFile | None = job
        self.other: Derained | None = None

    def tick(self, done: int, total: int, **facts: float) -> None:
        job, self._job = self._job, None
        if job is not None:
            result = run_job.run(job, NoWatch())
            assert isinstance(result, Derained)
            self.other = result


def both(job: DerainFile) -> tuple[Derained, Derained]:
    """What two runs of one job at the same time come to, the later one last."""
    watch = Meanwhile(job)
    later = run_job.run(job, watch)
    assert isinstance(later, Derained)
    assert watch.other is not None
    return watch.other, later


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "clip.mp4", "frames", "moving.gif"])
@pytest.mark.parametrize("layer", ["result", "both", "rain"])
def test_two_jobs_with_one_target_give_two_results(tiny_library: Path, tmp_path: Path, name: str, layer: Any) -> None:
    source = tmp_path / "in" / name
    source.parent.mkdir()
    if name == "clip.mp4":
        make_clip(source, times=range(3))
    elif name == "frames":
        take(source.parent, 3, "%d.png")
        source = source.with_name("%d.png")
    elif name == "moving.gif":
        cv2.imwrite(str(source.with_suffix(".png")), picture())
        from PIL import Image as Pillow

        frames = [Pillow.fromarray(np.roll(picture(), step, 1)) for step in range(3)]
        frames[0].save(source, save_all=True, append_images=frames[1:], duration=100)
    else:
        write_source(source, picture())
    target = (tmp_path / "out" / name).with_stem(f"{Path(name).stem}_derained")
    first, second = both(DerainFile(source, target, PLAIN, Output(layer=layer)))
    assert first.target == target
    assert second.target == numbered(target, 1)
    told = {path for done in (first, second) for path in (done.target, done.layer) if path is not None}
    assert told == set((tmp_path / "out").iterdir())
    assert len(told) == (4 if layer == "both" else 2)
    if layer == "both":
        assert second.layer is not None
        assert second.layer.stem.endswith("_rain (2)")


def test_two_copies_of_dry_photos_and_their_rain_are_numbered_alike(tiny_library: Path, tmp_path: Path) -> None:
    source = tmp_path / "photo.png"
    write_source(source, picture())
    job = DerainFile(source, tmp_path / "out" / "photo_derained.png", Treatment(strength=0))
    first, second = both(job)
    assert (first.target, second.target) == (job.target, numbered(job.target, 1))
    for path in (tmp_path / "out").iterdir():
        assert path.read_bytes() == source.read_bytes()


def test_where_overwriting_was_chosen_the_later_one_stays(tiny_library: Path, tmp_path: Path) -> None:
    source = tmp_path / "photo.png"
    write_source(source, picture())
    job = DerainFile(source, tmp_path / "out" / "photo.png", PLAIN, Output(if_exists="overwrite"))
    first, second = both(job)
    assert first.target == second.target == job.target
    assert list((tmp_path / "out").iterdir()) == [job.target]


def test_a_result_never_takes_the_place_of_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(tmp_path / "gone")
    assert write_picture(tmp_path / "a.png", Image(picture())) == tmp_path / "a (2).png"
    assert (tmp_path / "a.png").is_symlink()


@contextmanager
def clip(target: Path, source: Path) -> Iterator[Any]:
    with video.ClipSource(source) as opened, video.ClipSink(target, opened.info, Output()) as sink:
        yield sink
        for frame in opened:
            sink.write(frame)


@contextmanager
def clip_in_parts(target: Path, source: Path) -> Iterator[Any]:
    with video.ClipSource(source) as opened, ResumableClipSink(target, opened.info, Output(), key="k") as sink:
        yield sink
        for frame in opened:
            sink.write(frame)


@contextmanager
def frames(target: Path, source: Path) -> Iterator[Any]:
    take(source.parent, 2, "f%d.png")
    opened = open_source(source.with_name("f%d.png"))
    with SequenceSink(target, opened.info, Output(), key="k") as sink:
        yield sink
        for frame in opened:
            sink.write(frame)


@contextmanager
def made_clip(target: Path, source: Path) -> Iterator[Any]:
    with making_clip(target.with_suffix(".mkv"), 64, 48, Fraction(25)) as made:
        yield made
        made.write(Image(np.zeros((48, 64, 3), np.uint8)), Fraction(0))


@pytest.mark.parametrize("kind", [clip, clip_in_parts, frames, made_clip])
@pytest.mark.parametrize("way", ["in one step", "by a link", "by a claim"])
def test_three_writers_at_once_give_three_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Callable[..., Any], way: str
) -> None:
    only(way, monkeypatch)
    source, out = make_clip(tmp_path / "a.mp4", times=range(3)), tmp_path / "out"
    out.mkdir()
    with ExitStack() as stack:
        sinks = [stack.enter_context(kind(out / "b.mp4", source)) for _ in range(3)]
    suffix = ".mkv" if kind is made_clip else ".mp4"
    assert [sink.target.name for sink in reversed(sinks)] == [f"b{suffix}", f"b (2){suffix}", f"b (3){suffix}"]
    assert {path.name for path in out.iterdir()} == {sink.target.name for sink in sinks}


def only(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system know no other way of renaming without replacing."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links on this disk")

    if way != "in one step":
        monkeypatch.setattr(new_files, "_system_rename", lambda: None)
    if way == "by a claim":
        monkeypatch.setattr(os, "link", refuse)


@pytest.mark.parametrize("way", ["in one step", "by a link", "by a claim"])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_putting_never_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, kind: str) -> None:
    only(way, monkeypatch)
    part, target = tmp_path / "part", tmp_path / "target"

    def make() -> None:
        if kind == "folder":
            part.mkdir()
            (part / "file").touch()
        else:
            part.write_bytes(b"new")

    make()
    put(part, target)
    assert not part.exists()
    make()
    with pytest.raises(FileExistsError):
        put(part, target)
    assert part.exists()
    for there in ("mine", "empty folder", "link"):
        (tmp_path / there).mkdir() if "folder" in there else (tmp_path / there).write_bytes(b"old")
        with pytest.raises(FileExistsError):
            put(part, tmp_path / there)
    assert (tmp_path / "mine").read_bytes() == b"old"
    assert settle(part, target) == tmp_path / "target (2)"


def test_a_claim_goes_when_the_disk_refuses_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only("by a claim", monkeypatch)

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "the disk fell out")

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(UnwritableFile):
        write_picture(tmp_path / "a.png", Image(picture()))
    assert list(tmp_path.iterdir()) == []


def test_numbers_go_on_and_long_names_keep_them(tmp_path: Path) -> None:
    assert numbered(tmp_path / "a.png", 1).name == "a (2).png"
    assert numbered(tmp_path / "a (7).png", 2).name == "a (9).png"
    long = numbered(tmp_path / f"{'雨' * 83}.png", 3).name
    assert long.endswith(" (4).png")
    assert len(os.fsencode(long)) <= 255


def test_a_copy_a_mask_a_preset_and_a_comparison_leave_what_is_there(tmp_path: Path) -> None:
    source, there = tmp_path / "a.png", tmp_path / "there.png"
    write_source(source, picture())
    np.save(tmp_path / "kept.npy", picture())
    there.write_bytes(b"mine")
    mask = SaveMask(np.zeros((8, 8), np.uint8), True, 8, 8, there)
    shots = (Shot("one", tmp_path / "kept.npy"),)
    written = [
        copy_file(source, there),
        save_mask(mask),
        export(ExportComparison(there, (("photo", shots),)), NoWatch()),
    ]
    assert [path.name for path in written] == ["there (2).png", "there (3).png", "there (4).png"]
    assert there.read_bytes() == b"mine"
    names = [presets.save("dusk", presets.Preset()).name for _ in range(2)]
    assert names == ["dusk.toml", "dusk (2).toml"]
    assert presets.save("dusk", presets.Preset(), replaces=True).name == "dusk.toml"
    assert nothing_hidden(tmp_path)


# -- models


def weights_twice(tiny_library: Path, tmp_path: Path) -> Path:
    """Weights that came without a card, so that their id is chosen by the name."""
    path = tmp_path / "mine.safetensors"
    path.write_bytes((tiny_library / "tiny" / "weights.safetensors").read_bytes())
    return path


def test_two_imports_at_once_of_one_name_are_two_models(tiny_library: Path, tmp_path: Path) -> None:
    source = weights_twice(tiny_library, tmp_path)

    class Overtaken(ModelLibrary):
        """A library in which another import takes the id that was just chosen."""

        raced = False

        def free_id(self, wanted: str) -> str:
            chosen = super().free_id(wanted)
            if not self.raced:
                self.raced = True
                assert import_model(source, ModelLibrary(user=self.user)).id == chosen
            return chosen

    card = import_model(source, Overtaken(user=tiny_library))
    assert card.id == "mine-2"
    assert {each.id for each in ModelLibrary(user=tiny_library).cards()} >= {"mine", "mine-2"}
    assert nothing_hidden(tiny_library)
    with pytest.raises(BadModel, match="already"):
        import_model(source, ModelLibrary(user=tiny_library), model_id="mine")


KILLED_EXPORT = """
import os, shutil, signal, sys
from rainapp.cli import command_line as cli
from rainapp.cli import models
models.write_card = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
cli.main(["models", "export", "tiny", sys.argv[1]])
"""


def test_a_killed_export_leaves_nothing_under_the_final_name_and_the_next_one_works(tiny_library: Path, tmp_path: Path) -> None:
    out = tmp_path / "exported"
    done = subprocess.run([sys.executable, "-c", KILLED_EXPORT, str(out)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert not (out / "tiny").exists()
    assert command_line.main(["models", "export", "tiny", str(out)]) == 0
    assert [path.name for path in out.iterdir()] == ["tiny"]
    assert {path.name for path in (out / "tiny").iterdir()} == {"card.toml", "weights.safetensors"}
    assert command_line.main(["models", "export", "tiny", str(out)]) == 3


KILLED_IMPORT = """
import os, signal, sys
from pathlib import Path
from rainapp.library import importer as importing
from rainapp.library.model_library import ModelLibrary
importing.write_card = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
importing.import_model(Path(sys.argv[1]), ModelLibrary(user=Path(sys.argv[2])))
"""


def test_what_a_killed_import_left_goes_with_the_next(tiny_library: Path, tmp_path: Path) -> None:
    source = weights_twice(tiny_library, tmp_path)
    done = subprocess.run([sys.executable, "-c", KILLED_IMPORT, str(source), str(tiny_library)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert not nothing_hidden(tiny_library)
    assert import_model(source, ModelLibrary(user=tiny_library)).id == "mine"
    assert nothing_hidden(tiny_library)


# -- rain, reports and sheets


def rain(photo: Path, out: Path, *more: str) -> None:
    assert command_line.main(["rain", str(photo), "-o", str(out), "--profile", "heavy", *more]) == 0


@pytest.mark.parametrize("more", [(), ("--frames", "2", "--longest", "32")])
def test_rain_drawn_twice_is_kept_twice_under_one_name_each(photo: Path, tmp_path: Path, more: tuple[str, ...]) -> None:
    out = tmp_path / "out"
    rain(photo, out, *more)
    before = {path: path.read_bytes() for path in out.rglob("*.[mp][kn][vg]")}
    (out / "clean" / next(iter(before)).with_stem(f"{photo.stem} (2)").name).touch()
    rain(photo, out, "--seed", "2", *more)
    assert all(path.read_bytes() == content for path, content in before.items())
    for folder in ("rainy", "clean", "streaks"):
        assert f"{photo.stem} (3)" in {path.stem for path in (out / folder).iterdir()}
    lines = (out / "parameters.jsonl").read_text("utf-8").splitlines()
    assert [" (3)." in line for line in lines] == [False, True]
    rain(photo, out, "--overwrite", "--seed", "3", *more)
    assert len([*(out / "rainy").iterdir()]) == 2


LIMITED = """
import resource, signal, sys
from rainapp.cli import command_line as cli
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
sys.exit(cli.main(["evaluate", *sys.argv[1:], "--identity", "--model", "identity"]))
"""


@pytest.mark.parametrize("kind", ["--html", "--sheet"])
def test_a_report_that_cannot_be_written_leaves_the_old_one(tiny_library: Path, tmp_path: Path, kind: str) -> None:
    for name in ("rainy", "clean"):
        (tmp_path / name).mkdir()
        write_source(tmp_path / name / "a.png", picture(64, 96))
    target = tmp_path / ("old.html" if kind == "--html" else "old.png")
    target.write_bytes(b"the old one")
    words = ["--rainy", str(tmp_path / "rainy"), kind, str(target)]
    words += ["--clean", str(tmp_path / "clean")] if kind == "--html" else []
    code = LIMITED if kind == "--html" else LIMITED.replace('"identity"', '"tiny", "--engine", "torch"')
    done = subprocess.run([sys.executable, "-c", code, *words], check=False, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    assert "cannot be written" in done.stderr
    assert target.read_bytes() == b"the old one"
    assert nothing_hidden(tmp_path)
    plain = code.replace("resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))", "")
    assert subprocess.run([sys.executable, "-c", plain, *words], check=False, stdout=subprocess.DEVNULL).returncode == 0
    assert target.stat().st_size > 4000
    if kind == "--sheet":
        assert read(target)[0].width > 100
