"""Moving GIF, WebP and PNG: every frame, its time, the number of plays and the transparency come out as they went in."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageSequence
from video_clips import moving_picture

from rainapp.base.errors import BadTreatment, UnreadableFile
from rainapp.jobs.records import Derained, DerainFile, NoWatch, Output, Treatment
from rainapp.media import open_sink, open_source
from rainapp.media.animation.animation_source import AnimationSource
from rainapp.work import batch_plan, run_job

TIMES_MS = [40, 100, 250, 40, 1000, 70]
KINDS = pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])


def few_colours(index: int) -> NDArray[np.uint8]:
    """A frame with far fewer than 256 colours, so that a GIF holds it exactly."""
    picture: NDArray[np.uint8] = moving_picture(index) // 64 * 64
    return picture


def make(path: Path, plays: int = 0, clear: bool = False, count: int = len(TIMES_MS)) -> Path:
    """An animation whose frames are shown for `TIMES_MS`; with `clear` a corner is transparent."""
    frames = []
    for index in range(count):
        alpha = np.full((64, 96, 1), 255, np.uint8)
        alpha[:20, :20] = 0 if clear else 255
        picture = np.dstack([few_colours(index), alpha])
        frames.append(Pillow.fromarray(picture if clear else picture[:, :, :3].copy()))
    loop: dict[str, Any] = (
        {} if plays == 1 and path.suffix == ".gif" else {"loop": plays - 1 if path.suffix == ".gif" and plays else plays}
    )
    lossless: dict[str, Any] = {"lossless": True} if path.suffix == ".webp" else {}
    disposal: dict[str, Any] = {"disposal": 2} if path.suffix == ".gif" and clear else {}
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=TIMES_MS[:count], **loop, **lossless, **disposal)
    return path


def seen(path: Path) -> tuple[list[NDArray[np.uint8]], list[int], object]:
    """All frames as RGBA, the time of each in ms, and how often it loops as Pillow tells it."""
    with Pillow.open(path) as opened:
        loop = opened.info.get("loop")
        frames, times = [], []
        for frame in ImageSequence.Iterator(opened):
            frames.append(np.asarray(frame.convert("RGBA")).copy())
            times.append(round(frame.info.get("duration", 0)))
    return frames, times, loop


def derain(source: Path, target: Path, **output: object) -> Derained:
    treatment = Treatment(engine="torch", device="cpu", precision="fp32")
    done = run_job.run(DerainFile(source, target, treatment, Output(**output)), NoWatch())  # type: ignore[arg-type]
    assert isinstance(done, Derained)
    return done


@KINDS
@pytest.mark.parametrize("plays", [0, 1, 3])
@pytest.mark.parametrize("clear", [False, True])
def test_untreated_frames_times_and_plays_are_the_same(tmp_path: Path, name: str, plays: int, clear: bool) -> None:
    source = make(tmp_path / name, plays, clear)
    with open_source(source, animated=True) as animation:
        assert isinstance(animation, AnimationSource)
        assert animation.info.frames == len(TIMES_MS)
        with open_sink(tmp_path / f"out_{name}", animation.info, Output()) as sink:
            for frame in animation:
                sink.write(frame)
    before, after = seen(source), seen(tmp_path / f"out_{name}")
    assert after[1:] == before[1:]
    assert before[1] == TIMES_MS
    for one, other in zip(before[0], after[0], strict=True):
        assert np.array_equal(one[:, :, 3], other[:, :, 3])
        assert np.array_equal(one[one[:, :, 3] > 0], other[other[:, :, 3] > 0])


@pytest.mark.usefixtures("tiny_library")
@KINDS
def test_an_animation_is_derained_frame_by_frame(tmp_path: Path, name: str) -> None:
    source = make(tmp_path / name)
    done = derain(source, tmp_path / "out" / name)
    assert done.rain_found
    assert done.notes == ()
    before, after = seen(source), seen(tmp_path / "out" / name)
    assert after[1:] == before[1:]
    for one, other in zip(before[0], after[0], strict=True):
        assert 0.5 < np.abs(one[:, :, :3].astype(int) - other[:, :, :3]).mean() < 60
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name]


@pytest.mark.usefixtures("tiny_library")
def test_one_format_becomes_another(tmp_path: Path) -> None:
    derain(make(tmp_path / "a.gif", plays=3), tmp_path / "b.webp")
    frames, times, loop = seen(tmp_path / "b.webp")
    assert (len(frames), times, loop) == (6, TIMES_MS, 3)


@pytest.mark.usefixtures("tiny_library")
def test_what_cannot_move_shows_the_first_frame_and_says_so(tmp_path: Path) -> None:
    done = derain(make(tmp_path / "a.gif"), tmp_path / "b.jpg")
    assert done.notes[0] == "Only the first picture of the animation is used."
    with Pillow.open(tmp_path / "b.jpg") as still:
        assert still.size == (96, 64)


def test_a_still_picture_stays_a_photo(tmp_path: Path) -> None:
    for name in ("a.gif", "a.webp", "a.png"):
        with open_source(make(tmp_path / name, count=1), animated=True) as source:
            assert source.info.kind == "photo"


def test_an_animation_is_named_like_its_source_and_a_still_gif_becomes_a_png(tmp_path: Path) -> None:
    make(tmp_path / "moving.gif")
    make(tmp_path / "still.gif", count=1)
    plan = batch_plan.plan([tmp_path], tmp_path / "out", Treatment(), Output())
    assert [job.target.name for job in plan.jobs] == ["moving_derained.gif", "still_derained.png"]


def test_a_damaged_animation_gives_the_frames_before_the_damage(tmp_path: Path) -> None:
    whole = make(tmp_path / "a.gif")
    cut = tmp_path / "b.gif"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 3 // 5])
    with open_source(cut, animated=True) as source:
        frames = list(source)
        assert 1 <= len(frames) < 6


def test_times_are_exact(tmp_path: Path) -> None:
    with open_source(make(tmp_path / "a.webp"), animated=True) as source:
        times = [frame.time_s for frame in source]
    assert times == [Fraction(sum(TIMES_MS[:index]), 1000) for index in range(6)]


def test_an_animation_is_not_written_as_a_video(tmp_path: Path) -> None:
    with open_source(make(tmp_path / "a.gif"), animated=True) as source, pytest.raises(BadTreatment, match="not written as"):
        open_sink(tmp_path / "b.mp4", source.info, Output())


@KINDS
def test_only_a_part_of_an_animation_is_derained(tiny_library: Path, tmp_path: Path, name: str) -> None:
    source, target = make(tmp_path / name), tmp_path / "out" / name
    treatment = Treatment(engine="torch", device="cpu", precision="fp32", temporal="off")
    run_job.run(DerainFile(source, target, treatment, part=(0.04, 0.4)), NoWatch())
    assert seen(target)[1] == TIMES_MS[1:4]
    run_job.run(DerainFile(source, target, treatment, Output(if_exists="overwrite")), NoWatch())
    run_job.run(DerainFile(source, tmp_path / f"part_{name}", treatment, part=(0.39, 1e9)), NoWatch())
    for part, whole in zip(seen(tmp_path / f"part_{name}")[0], seen(target)[0][3:], strict=True):
        assert (part == whole).all()
    with pytest.raises(UnreadableFile, match="nothing between"):
        run_job.run(DerainFile(source, tmp_path / f"none_{name}", treatment, part=(7, 8)), NoWatch())
