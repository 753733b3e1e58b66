"""Long jobs on clips: a process that is killed outright loses seconds, and in the end it is as if nothing had been."""

import errno
import hashlib
import io
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import av
import pytest
from video_clips import make_clip

from rainapp.base.errors import Cancelled, DeviceLost, UnwritableFile
from rainapp.base.image import Image
from rainapp.jobs.records import (
    Derained,
    DerainFile,
    Event,
    Failed,
    Finished,
    Layer,
    NoWatch,
    Output,
    Stopped,
    Temporal,
    Treatment,
    Waiting,
)
from rainapp.jobs.workers import Workers
from rainapp.media.clip import video
from rainapp.media.clip.resumable_sink import ResumableClipSink
from rainapp.media.prefetch import ahead
from rainapp.media.wait_for_space import PatientFile
from rainapp.work import run_job
from rainapp.work.result_writer import ClipWatch, Room

FRAMES = 32
PART = 6  # frames of a part at one frame a second


def plain(temporal: Temporal) -> Treatment:
    return Treatment(engine="torch", device="cpu", precision="fp32", temporal=temporal)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a minute at a frame a second, with sound."""
    times = range(0, FRAMES * 25, 25)
    return make_clip(tmp_path_factory.mktemp("clip") / "a.mp4", times=times, noise=True, sounds=["eng"])


def content(path: Path) -> list[tuple[str, Fraction, str]]:
    """Times and hashes of all decoded frames and of all packets."""
    with av.open(str(path)) as container:
        frames = [("frame", Fraction(f.time or 0), _md5(f.to_ndarray())) for f in container.decode(video=0)]
    with av.open(str(path)) as container:
        packets = [p for p in container.demux() if p.size]
        return [*frames, *((p.stream.type, p.pts * p.time_base, _md5(p)) for p in packets)]  # type: ignore[operator]


def _md5(thing: object) -> str:
    return hashlib.md5(bytes(thing)).hexdigest()  # type: ignore[call-overload]


def killed_on_the_command_line(clip: Path, out: Path) -> None:
    """Start `rainapp derain`, and kill it as soon as the journal speaks of a finished part."""
    options = ["--engine", "torch", "--device", "cpu", "--precision", "fp32", "--temporal", "best"]
    command = [sys.executable, "-m", "rainapp", "derain", str(clip), "-o", str(out), *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while not any(index.stat().st_size >= 400 for index in out.glob(".*-index.rainapp-parts")):
            assert process.poll() is None
            time.sleep(0.002)
        process.kill()
    assert process.returncode == -signal.SIGKILL


KILL = """
import os, signal, sys
from pathlib import Path
from rainapp.work import run_job as work
from rainapp.jobs.records import DerainFile, Output, Treatment
source, target, layer, temporal, at = sys.argv[1:]
class Killer:
    def tick(self, done, total, **facts):
        if facts.get("frame", 0) >= int(at):
            os.kill(os.getpid(), signal.SIGKILL)
treatment = Treatment(engine="torch", device="cpu", precision="fp32", temporal=temporal)
work.run(DerainFile(Path(source), Path(target), treatment, Output(layer=layer)), Killer())
"""


def kill_at_frame(at: int, clip: Path, target: Path, layer: Layer = "result", temporal: Temporal = "fast") -> None:
    """Derain in a process of its own that is killed when its net is at frame `at`."""
    done = subprocess.run([sys.executable, "-c", KILL, str(clip), str(target), layer, temporal, str(at)], check=False)
    assert done.returncode in (-signal.SIGKILL, 1)


class Steps:
    """A watch that notes what it is told, and cancels when the net is at a frame."""

    def __init__(self, cancel_at: int = 1000) -> None:
        self.told: list[tuple[int, int]] = []
        self._cancel_at = cancel_at

    def tick(self, done: int, total: int, **facts: float) -> None:
        self.told.append((done, total))
        if facts.get("frame", 0) >= self._cancel_at:
            raise Cancelled


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_killed_command_goes_on_and_ends_with_the_same_file(tiny_library: Path, clip: Path, tmp_path: Path) -> None:
    run_job.run(DerainFile(clip, tmp_path / "whole.mp4", plain("best")), NoWatch())
    out = tmp_path / "out"
    killed_on_the_command_line(clip, out)
    assert not (out / "a_derained.mp4").exists()
    assert all(path.name.startswith(".") for path in out.iterdir())
    watch = Steps()
    done = run_job.run(DerainFile(clip, out / "a_derained.mp4", plain("best")), watch)
    assert isinstance(done, Derained)
    assert done.rain_found
    assert done.megapixels <= (FRAMES - PART) * 96 * 64 / 1e6
    seen = [done / total for done, total in watch.told if total]
    assert seen == sorted(seen)
    assert seen[0] >= PART / FRAMES
    assert [path.name for path in out.iterdir()] == ["a_derained.mp4"]
    assert content(out / "a_derained.mp4") == content(tmp_path / "whole.mp4")
    assert (out / "a_derained.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()


def test_result_and_rain_layer_go_on_together(tiny_library: Path, clip: Path, tmp_path: Path) -> None:
    job = DerainFile(clip, tmp_path / "whole" / "a_derained.mp4", plain("fast"), Output(layer="both"))
    run_job.run(job, NoWatch())
    target = tmp_path / "out" / "a_derained.mp4"
    kill_at_frame(20, clip, target, "both")
    watch = Steps()
    run_job.run(DerainFile(clip, target, plain("fast"), Output(layer="both")), watch)
    assert next(done / total for done, total in watch.told if total) >= (20 - PART - 3) / FRAMES
    assert {path.name for path in target.parent.iterdir()} == {"a_derained.mp4", "a_rain.mp4"}
    for name in ("a_derained.mp4", "a_rain.mp4"):
        assert (target.parent / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_dry_clip_is_still_copied_after_a_kill(still_model: str, clip: Path, tmp_path: Path) -> None:
    kill_at_frame(20, clip, tmp_path / "out" / "b.mp4")
    assert any((tmp_path / "out").iterdir())
    done = run_job.run(DerainFile(clip, tmp_path / "out" / "b.mp4", plain("fast")), NoWatch())
    assert isinstance(done, Derained)
    assert not done.rain_found
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b.mp4"]
    assert (tmp_path / "out" / "b.mp4").read_bytes() == clip.read_bytes()


@pytest.mark.parametrize("layer", ["result", "both"])
def test_a_cancel_keeps_the_part_done_where_that_is_asked_for(
    tiny_library: Path, clip: Path, tmp_path: Path, layer: Layer
) -> None:
    output = Output(layer=layer, keep_partial=True)
    with pytest.raises(Cancelled) as cancelled:
        run_job.run(DerainFile(clip, tmp_path / "out" / "a_derained.mp4", plain("fast"), output), Steps(cancel_at=20))
    kept = tmp_path / "out" / "a_derained (unfinished).mp4"
    assert cancelled.value.kept == kept
    rain = {"a_rain (unfinished).mp4"} if layer == "both" else set()
    assert {path.name for path in (tmp_path / "out").iterdir()} == {kept.name} | rain
    seen, source = content(kept), content(clip)
    times = [time for kind, time, _ in seen if kind == "frame"]
    assert times == [time for kind, time, _ in source if kind == "frame"][: len(times)]
    assert 20 - 6 <= len(times) <= 20
    sound = [entry for entry in seen if entry[0] == "audio"]
    assert sound == [entry for entry in source if entry[0] == "audio"][: len(sound)]
    assert len(times) - 1 <= sound[-1][1] <= len(times) + 1


def test_a_second_unfinished_part_gets_a_name_of_its_own(tiny_library: Path, clip: Path, tmp_path: Path) -> None:
    job = DerainFile(clip, tmp_path / "out" / "b.mp4", plain("off"), Output(keep_partial=True))
    for _ in range(2):
        with pytest.raises(Cancelled):
            run_job.run(job, Steps(cancel_at=5))
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"b (unfinished).mp4", "b (unfinished) (2).mp4"}


def test_a_full_disk_pauses_the_job_until_there_is_room(
    tiny_library: Path, clip: Path, tmp_path: Path, small_disk: Path
) -> None:
    job = DerainFile(clip, tmp_path / "whole.mp4", plain("fast"), Output(crf=10))
    run_job.run(job, NoWatch())
    size = (tmp_path / "whole.mp4").stat().st_size
    assert 400_000 < size < 900_000
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes((1 << 20) - size // 2 // 4096 * 4096))
    events: SimpleQueue[Event] = SimpleQueue()
    workers = Workers(run_job.run, events.put)
    workers.submit(replace(job, target=small_disk / "b.mp4"))
    waited = []
    while not isinstance(event := events.get(timeout=60), Finished | Failed | Stopped):
        if isinstance(event, Waiting):
            waited.append(event.message)
            ballast.unlink()
    workers.shutdown()
    assert isinstance(event, Finished), event
    assert waited == ["The disk is full; b.mp4 waits."]
    assert [path.name for path in small_disk.iterdir()] == ["b.mp4"]
    assert (small_disk / "b.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()


def test_a_disk_that_stays_full_fails_in_words_and_loses_nothing(
    tiny_library: Path, clip: Path, tmp_path: Path, small_disk: Path
) -> None:
    whole = video.ClipSource(clip)
    (small_disk / "ballast").write_bytes(bytes(700 * 1024))
    room = Room(ClipWatch(NoWatch(), whole.info), poll_s=0.01, limit_s=0.05)

    def write(await_room: Room) -> None:
        sink = ResumableClipSink(small_disk / "b.mp4", whole.info, Output(crf=5), key="k", await_room=await_room)
        with sink:
            whole.first_frame = sink.frames_done
            for frame in whole:
                sink.write(frame)

    with pytest.raises(UnwritableFile, match="still full"):
        write(room)
    assert not (small_disk / "b.mp4").exists()
    (small_disk / "ballast").unlink()
    write(room)
    assert whole.first_frame >= PART
    assert [path.name for path in small_disk.iterdir()] == ["b.mp4"]


class Failing(Steps):
    """A watch under which the accelerator is lost at a frame."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._at = at

    def tick(self, done: int, total: int, **facts: float) -> None:
        super().tick(done, total, **facts)
        if facts.get("frame", 0) >= self._at:
            raise DeviceLost("The accelerator stopped answering.", "Try the CPU.")


def test_a_failure_keeps_what_is_done_and_says_so(tiny_library: Path, clip: Path, tmp_path: Path) -> None:
    job = DerainFile(clip, tmp_path / "b.mp4", plain("off"))
    with pytest.raises(DeviceLost) as early:
        run_job.run(job, Failing(2))
    assert early.value.hint == "Try the CPU."
    with pytest.raises(DeviceLost) as late:
        run_job.run(job, Failing(25))
    assert late.value.hint == "Try the CPU. Start it again: it goes on where it stopped."
    watch = Steps()
    run_job.run(job, watch)
    assert next(done / total for done, total in watch.told if total) > 0.5
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["b.mp4"]


class Counting(Steps):
    """A watch that counts the pictures in memory, of those in `alive`."""

    def __init__(self, alive: "weakref.WeakSet[Image]") -> None:
        super().__init__()
        self.alive, self.most = alive, 0

    def tick(self, done: int, total: int, **facts: float) -> None:
        super().tick(done, total, **facts)
        self.most = max(self.most, len(self.alive))


def test_the_pictures_in_memory_do_not_grow_with_the_clip(
    tiny_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive: weakref.WeakSet[Image] = weakref.WeakSet()
    check = Image.__post_init__

    def registered(image: Image) -> None:
        check(image)
        alive.add(image)

    monkeypatch.setattr(Image, "__post_init__", registered)
    watch = Counting(alive)
    run_job.run(DerainFile(make_clip(tmp_path / "a.mp4", times=range(80)), tmp_path / "b.mp4", plain("best")), watch)
    assert 2 < watch.most <= 40


class Leaky(io.FileIO):
    """A file whose disk is full at first, and every third time only just not: it takes a few bytes."""

    calls = 0

    def write(self, content: Any) -> int:
        self.calls += 1
        if self.calls % 3 == 1:
            raise OSError(errno.ENOSPC, "no space")
        return super().write(memoryview(content).cast("B")[:5])


def test_a_write_that_found_no_room_goes_on_at_the_very_byte(tmp_path: Path) -> None:
    asked: list[Path] = []
    with Leaky(tmp_path / "a", "w") as file:
        assert PatientFile(file, tmp_path / "a", asked.append).write(bytes(range(97))) == 97
        with pytest.raises(OSError, match="no space"):
            PatientFile(file, tmp_path / "a", None).write(bytes(20))
    assert (tmp_path / "a").read_bytes()[:97] == bytes(range(97))
    assert set(asked) == {tmp_path / "a"}


@pytest.fixture
def still_model(tiny_library: Path) -> str:
    """The default model changes nothing: its last layer is zero."""
    from safetensors.torch import load_file, save_file

    from rainapp.library import model_library

    weights = load_file(tiny_library / "tiny" / "weights.safetensors")
    still = {name: value * (not name.startswith("tail")) for name, value in weights.items()}
    save_file(still, tiny_library / "tiny" / "weights.safetensors")
    card = model_library.ModelLibrary().get("tiny")
    facts = vars(card) | {"sha256": model_library.sha256_of(tiny_library / "tiny" / "weights.safetensors")}
    model_library.write_card(tiny_library / "tiny", model_library.ModelCard(**facts))
    return "tiny"


def test_progress_told_by_two_threads_never_goes_back(clip: Path) -> None:
    frames, tiles = 300, 4
    told = Steps()
    watch = ClipWatch(told, replace(video.ClipSource(clip).info, frames=frames))

    def net() -> Iterator[int]:
        for frame in range(frames):
            for tile in range(tiles):
                watch.tick(tile + 1, tiles, frame=frame)
            yield frame

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in ahead(net()):
            watch.next_frame()
    finally:
        sys.setswitchinterval(interval)
    assert told.told == sorted(told.told)
    assert told.told[-1][0] == told.told[-1][1]
