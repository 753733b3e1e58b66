"""Only a part of a clip is derained and written: its frames, its sound, and nothing before or after."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from rainapp.base.errors import Cancelled, UnreadableFile
from rainapp.cli.command_line import main
from rainapp.jobs.records import DerainFile, NoWatch, Output, Treatment
from rainapp.library.model_library import ModelLibrary
from rainapp.media import open_source
from rainapp.work.derain_file import derain_file
from tests.photo_files import picture, write_source
from tests.video_clips import make_clip

PART = (0.2, 0.6)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A second of 25 frames with sound and chapters."""
    return make_clip(tmp_path / "street.mkv", times=tuple(range(25)), sounds=("eng",), chapters=True)


def test_a_source_gives_only_the_part_and_counts_from_its_start(clip: Path) -> None:
    with open_source(clip) as whole:
        frames = list(whole)
    with open_source(clip, part=PART) as source:
        cut = list(source)
        assert source.info.duration_s == pytest.approx(0.4)
    assert [frame.index for frame in cut] == list(range(10))
    assert [float(frame.time_s) for frame in cut] == pytest.approx([n / 25 for n in range(10)], abs=0.002)
    for mine, its in zip(cut, frames[5:15], strict=True):
        assert (mine.image.pixels == its.image.pixels).all()


def sound(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(container.streams.audio[0]) if packet.size]


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_part_is_written_with_the_sound_that_belongs_to_it(suffix: str, tiny_library: Path, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / f"street{suffix}", times=tuple(range(25)), sounds=("eng",))
    target = tmp_path / f"part{suffix}"
    library = ModelLibrary(tmp_path / "bundled", tiny_library)
    treatment = Treatment(device="cpu", engine="torch", precision="fp32", temporal="off")
    derain_file(DerainFile(clip, target, treatment, Output(crf=10), PART), NoWatch(), library)
    with open_source(target) as result:
        frames = list(result)
    assert len(frames) == 10
    with open_source(clip, part=PART) as source:
        for treated, rainy in zip(frames, source, strict=True):
            assert 2 < np.abs(treated.image.pixels.astype(int) - rainy.image.pixels).mean() < 40
    whole, cut = sound(clip), sound(target)
    assert 0 < len(cut) < len(whole)
    assert cut == whole[whole.index(cut[0]) :][: len(cut)]
    with av.open(str(target)) as container:
        first = next(packet for packet in container.demux(container.streams.audio[0]) if packet.size)
        assert 0 <= float(first.pts * first.time_base) < 0.1
        seconds = (container.duration or 0) / 1e6
    assert seconds == pytest.approx(0.4, abs=0.1)


def test_a_part_of_a_dry_clip_is_no_copy_of_all_of_it(clip: Path, tiny_library: Path, tmp_path: Path) -> None:
    target = tmp_path / "part.mkv"
    library = ModelLibrary(tmp_path / "bundled", tiny_library)
    done = derain_file(DerainFile(clip, target, Treatment(strength=0.0), part=PART), NoWatch(), library)
    with open_source(target) as result:
        assert len(list(result)) == 10
    assert "The chapters are left out of a part." in done.notes


def test_an_empty_part_is_refused_in_words(clip: Path) -> None:
    for part in ((0.5, 0.5), (2.0, 3.0)):
        with pytest.raises(UnreadableFile, match="nothing between these moments"):
            open_source(clip, part=part)


def test_a_cancelled_part_leaves_nothing(clip: Path, tiny_library: Path, tmp_path: Path) -> None:
    class Third:
        ticks = 0

        def tick(self, done: int, total: int, **facts: float) -> None:
            self.ticks += 1
            if self.ticks > 6:
                raise Cancelled

    folder = tmp_path / "out"
    library = ModelLibrary(tmp_path / "bundled", tiny_library)
    treatment = Treatment(device="cpu", engine="torch", precision="fp32")
    with pytest.raises(Cancelled):
        derain_file(DerainFile(clip, folder / "part.mkv", treatment, part=PART), Third(), library)
    assert not [path for path in folder.iterdir() if path.suffix == ".mkv"]


def test_late_streams_are_cut_at_the_same_moment(tmp_path: Path) -> None:
    late = make_clip(tmp_path / "late.mkv", times=tuple(range(50, 75)))
    with open_source(late, part=PART) as source:
        times = [frame.time_s for frame in source]
    assert len(times) == 10
    assert times[0] == pytest.approx(Fraction(2), abs=0.01)


def test_the_command_line_cuts_clips_and_leaves_photos(clip: Path, tiny_library: Path, tmp_path: Path) -> None:
    write_source(tmp_path / "photo.png", picture())
    common = ["derain", str(clip), str(tmp_path / "photo.png"), "-o", str(tmp_path / "out")]
    common += ["--engine", "torch", "--device", "cpu", "--precision", "fp32", "--temporal", "off"]
    assert main([*common, "--from", "0:00.2", "--to", "0.6"]) == 0
    with open_source(tmp_path / "out" / "street_derained.mkv") as cut:
        assert len(list(cut)) == 10
    assert (tmp_path / "out" / "photo_derained.png").is_file()
    assert main([*common, "--from", "0.6", "--if-exists", "overwrite"]) == 0
    with open_source(tmp_path / "out" / "street_derained.mkv") as rest:
        assert len(list(rest)) == 10
        assert rest.info.duration_s == pytest.approx(0.4, abs=0.1)


@pytest.mark.parametrize(
    "typed", [("--from", "5", "--to", "5"), ("--to", "0"), ("--from", "1:75"), ("--from", "-1"), ("--to", "x")]
)
def test_moments_that_cannot_be_are_wrong_usage(typed: tuple[str, ...], clip: Path, tiny_library: Path, tmp_path: Path) -> None:
    assert main(["derain", str(clip), "-o", str(tmp_path / "out"), *typed]) == 2
    assert not (tmp_path / "out").exists()
