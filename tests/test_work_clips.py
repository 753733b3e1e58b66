"""Long jobs on clips: a process that is killed outright loses seconds, and in the end it is as if nothing had been."""

import hashlib
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import pytest
from video_clips import make_clip

from rainapp import work
from rainapp.jobs import Derained, DerainFile, Layer, NoWatch, Output, Temporal, Treatment
from rainapp.media.clip_journal import journal_path

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
    index = journal_path(out / "a_derained.mp4", "-index")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while not index.exists() or index.stat().st_size < 400:
            assert process.poll() is None
            time.sleep(0.002)
        process.kill()
    assert process.returncode == -signal.SIGKILL


KILL = """
import os, signal, sys
from pathlib import Path
from rainapp import work
from rainapp.jobs import DerainFile, Output, Treatment
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
    """A watch that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def tick(self, done: int, total: int, **facts: float) -> None:
        self.told.append((done, total))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_killed_command_goes_on_and_ends_with_the_same_file(tiny_library: Path, clip: Path, tmp_path: Path) -> None:
    work.run(DerainFile(clip, tmp_path / "whole.mp4", plain("best")), NoWatch())
    out = tmp_path / "out"
    killed_on_the_command_line(clip, out)
    assert not (out / "a_derained.mp4").exists()
    assert all(path.name.startswith(".") for path in out.iterdir())
    watch = Steps()
    done = work.run(DerainFile(clip, out / "a_derained.mp4", plain("best")), watch)
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
    work.run(job, NoWatch())
    target = tmp_path / "out" / "a_derained.mp4"
    kill_at_frame(20, clip, target, "both")
    watch = Steps()
    work.run(DerainFile(clip, target, plain("fast"), Output(layer="both")), watch)
    assert next(done / total for done, total in watch.told if total) >= (20 - PART - 3) / FRAMES
    assert {path.name for path in target.parent.iterdir()} == {"a_derained.mp4", "a_rain.mp4"}
    for name in ("a_derained.mp4", "a_rain.mp4"):
        assert (target.parent / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_dry_clip_is_still_copied_after_a_kill(still_model: str, clip: Path, tmp_path: Path) -> None:
    kill_at_frame(20, clip, tmp_path / "out" / "b.mp4")
    assert any((tmp_path / "out").iterdir())
    done = work.run(DerainFile(clip, tmp_path / "out" / "b.mp4", plain("fast")), NoWatch())
    assert isinstance(done, Derained)
    assert not done.rain_found
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b.mp4"]
    assert (tmp_path / "out" / "b.mp4").read_bytes() == clip.read_bytes()


@pytest.fixture
def still_model(tiny_library: Path) -> str:
    """The default model changes nothing: its last layer is zero."""
    from safetensors.torch import load_file, save_file

    from rainapp import library

    weights = load_file(tiny_library / "tiny" / "weights.safetensors")
    still = {name: value * (not name.startswith("tail")) for name, value in weights.items()}
    save_file(still, tiny_library / "tiny" / "weights.safetensors")
    card = library.ModelLibrary().get("tiny")
    facts = vars(card) | {"sha256": library.sha256_of(tiny_library / "tiny" / "weights.safetensors")}
    library.write_card(tiny_library / "tiny", library.ModelCard(**facts))
    return "tiny"
