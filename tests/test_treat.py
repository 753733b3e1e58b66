"""Nothing is called dry against the word of a person, a long dry clip says so soon, and a copy is called one."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow
from video_clips import make_clip
from work_done import Steps, derain, treated

from rainapp.base.errors import BadTreatment
from rainapp.cli import command_line
from rainapp.jobs import presets
from rainapp.jobs.presets import Preset
from rainapp.jobs.records import Derained, DerainFile, Output, Treatment
from rainapp.work import clip_sampling, run_job
from rainapp.work.screen.preview import decode


@pytest.mark.parametrize("name", ["a.png", "a.mp4"])
def test_with_always_nothing_is_called_dry_and_nothing_is_copied(
    name: str, still: str, tmp_path: Path, photo_pixels: NDArray[np.uint8]
) -> None:
    source = tmp_path / name
    if name.endswith("mp4"):
        make_clip(source)
    else:
        cv2.imwrite(str(source), photo_pixels)
    found = {}
    for treat in ("auto", "always"):
        target = tmp_path / treat / name
        done = derain(source, target, treated(model=still, treat=treat))
        found[treat] = (done.rain_found, done.copied, target.read_bytes() == source.read_bytes())
    assert found == {"auto": (False, True, True), "always": (True, False, False)}


@pytest.mark.parametrize("treat", ["auto", "always"])
def test_the_command_line_says_what_was_done(
    treat: str, still: str, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--model", still, "--engine", "torch", "--device", "cpu", "--treat", treat]
    assert command_line.main(["derain", str(photo), "-o", str(tmp_path / "one"), *out]) == 0
    line = capsys.readouterr().out.splitlines()[0]
    assert ("(copied, no rain found)" in line) is (treat == "auto")
    assert command_line.main(["derain", str(photo), "-o", str(tmp_path / "two"), "--json", *out]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (finished,) = [event for event in events if event["event"] == "finished"]
    assert finished["rain_found"] is (treat == "always")


def test_a_dry_photo_in_another_format_is_no_copy(
    still: str, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line.main(["derain", str(photo), "-o", str(tmp_path / "one"), "--model", still, "--format", "tif"]) == 0
    line = capsys.readouterr().out.splitlines()[0]
    assert "(no rain found)" in line


@pytest.mark.usefixtures("own_folders")
def test_a_preset_carries_it() -> None:
    presets.save("wet", Preset(Treatment(treat="always"), Output()))
    assert presets.load("wet").treatment.treat == "always"
    path = presets.path_of("wet")
    path.write_text(path.read_text().replace("always", "perhaps"))
    with pytest.raises(BadTreatment, match="impossible treat"):
        presets.load("wet")


LONG = clip_sampling.WORTH * clip_sampling.FRAMES + 2


def test_a_long_dry_clip_is_copied_after_a_look_at_some_of_its_frames(still: str, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "long.mp4", times=tuple(range(LONG)))
    watch = Steps()
    done = run_job.run(DerainFile(clip, tmp_path / "out" / "long.mp4", treated(model=still)), watch)
    assert isinstance(done, Derained)
    assert (done.rain_found, done.copied) == (False, True)
    assert done.notes == (clip_sampling.dry_note(),)
    assert (tmp_path / "out" / "long.mp4").read_bytes() == clip.read_bytes()
    assert not any(total for _, total in watch.told)  # no frame of the whole was begun
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["long.mp4"]
    anyway = run_job.run(DerainFile(clip, tmp_path / "wet.mp4", treated(model=still, treat="always")), Steps())
    assert isinstance(anyway, Derained)
    assert (anyway.rain_found, anyway.copied) == (True, False)


def test_a_long_animation_is_looked_at_whole(still: str, tmp_path: Path) -> None:
    pages = [Pillow.fromarray(np.full((24, 32, 3), 4 * n, np.uint8)) for n in range(LONG)]
    pages[0].save(tmp_path / "long.gif", save_all=True, append_images=pages[1:], duration=40)
    watch = Steps()
    done = run_job.run(DerainFile(tmp_path / "long.gif", tmp_path / "out" / "long.gif", treated(model=still)), watch)
    assert isinstance(done, Derained)
    assert done.notes == ()
    assert max(total for _, total in watch.told) >= LONG


def test_a_long_clip_with_rain_is_derained_whole(tiny_library: Path, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "long.mp4", times=tuple(range(LONG)))
    done = derain(clip, tmp_path / "out.mp4", treated(model="tiny"))
    assert (done.rain_found, done.copied) == (True, False)
    before, after = (decode(path, LONG / 25 - 0.1).image.pixels.mean() for path in (clip, tmp_path / "out.mp4"))
    assert before - after > 1
