"""A second pass: the net goes over its own result, in files, clips and previews alike, and old presets stay as they were."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from video_clips import make_clip
from work_done import Steps, derain, treated

from rainapp.base.image import Frame, Image
from rainapp.cli import command_line
from rainapp.inference.amount import Amount, with_amount
from rainapp.inference.derainer import Derainer
from rainapp.inference.pipeline import load_pipeline
from rainapp.jobs import presets
from rainapp.jobs.presets import Preset
from rainapp.jobs.records import NoWatch, Output, Preview, Region, Treatment
from rainapp.jobs.session_lines import Entry, from_line, to_line
from rainapp.library.model_library import ModelLibrary
from rainapp.work.screen.preview import decode, preview


@pytest.fixture
def library(tiny_library: Path, tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "bundled", tiny_library)


def frame(pixels: NDArray[np.uint8]) -> Frame:
    image = Image(pixels)
    return Frame(0, Fraction(0), image, image)


@pytest.fixture
def large(photo_pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(photo_pixels, (420, 300), interpolation=cv2.INTER_CUBIC), np.uint8)


def test_two_passes_are_the_net_on_its_own_result(library: ModelLibrary, large: NDArray[np.uint8]) -> None:
    net = load_pipeline(treated(model="tiny"), library).net
    first = next(iter(Derainer(net)([frame(large)], NoWatch())))
    second = next(iter(Derainer(net, judges=False)([frame(first.image.pixels)], NoWatch())))
    watch = Steps()
    (twice,) = list(load_pipeline(treated(model="tiny", passes=2), library)([frame(large)], watch))
    assert (twice.image.pixels == second.image.pixels).all()
    assert (twice.image.pixels != first.image.pixels).any()
    assert twice.rain == pytest.approx(np.abs(second.image.pixels.astype(int) - large).mean() / 255)  # of all that was taken
    once = Steps()
    list(load_pipeline(treated(model="tiny"), library)([frame(large)], once))
    assert watch.told[-1][1] == 2 * once.told[-1][1]
    assert [done for done, _ in watch.told] == sorted(done for done, _ in watch.told)
    (half,) = list(load_pipeline(treated(model="tiny", passes=2, strength=0.5), library)([frame(large)], NoWatch()))
    expected = with_amount(Image(large), twice.image, Amount(0.5)).pixels.astype(int)
    assert np.abs(half.image.pixels - expected).max() <= 1


def test_a_preview_of_a_part_shows_what_the_file_will_hold(
    library: ModelLibrary, large: NDArray[np.uint8], tmp_path: Path
) -> None:
    photo = tmp_path / "a.png"
    cv2.imwrite(str(photo), cv2.cvtColor(large, cv2.COLOR_RGB2BGR))
    treatment = treated(model="tiny", passes=2, treat="always")
    derain(photo, tmp_path / "out.png", treatment)
    whole = decode(tmp_path / "out.png").image.pixels.astype(int)
    region = Region(150, 90, 120, 100)
    seen = preview(Preview(photo, treatment, region), NoWatch(), library)
    assert np.abs(seen.derained.pixels - whole[90:190, 150:270]).max() <= 2
    once = preview(Preview(photo, treated(model="tiny", treat="always"), region), NoWatch(), library)
    assert (
        np.abs(once.derained.pixels - whole[90:190, 150:270]).mean()
        > np.abs(seen.derained.pixels - whole[90:190, 150:270]).mean()
    )
    all_of_it = preview(Preview(photo, treatment, None, 0), NoWatch(), library)
    assert np.abs(all_of_it.derained.pixels - whole).max() <= 1


def test_clips_have_it_too(tiny_library: Path, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", times=range(6))
    made = {}
    for passes in (1, 2):
        derain(clip, tmp_path / f"{passes}.mp4", treated(model="tiny", passes=passes, temporal="fast"))
        made[passes] = decode(tmp_path / f"{passes}.mp4", 0.1).image.pixels.astype(int)
    assert np.abs(made[1] - made[2]).mean() > 0.05


@pytest.mark.usefixtures("tiny_library")
def test_the_command_line_has_it(photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = ["--engine", "torch", "--device", "cpu", "--precision", "fp32"]
    for passes in ("1", "2"):
        assert command_line.main(["derain", str(photo), "-o", str(tmp_path / f"{passes}.png"), "--passes", passes, *plain]) == 0
    assert (tmp_path / "1.png").read_bytes() != (tmp_path / "2.png").read_bytes()
    assert command_line.main(["derain", str(photo), "-o", str(tmp_path / "3.png"), "--passes", "3", *plain]) == 2
    assert "--passes" in capsys.readouterr().err


@pytest.mark.usefixtures("own_folders")
def test_presets_and_sessions_carry_it_and_older_ones_stay_readable() -> None:
    presets.save("again", Preset(Treatment(passes=2), Output()))
    assert presets.load("again").treatment.passes == 2
    presets.save("before", Preset(Treatment(strength=0.7), Output()))
    assert "passes" not in presets.path_of("before").read_text()
    assert presets.load("before").treatment.passes == 1
    entry = Entry(Path("a.png"), second_pass=True, treatment=Treatment(passes=2))
    assert from_line(Entry, to_line(entry)) == entry
    older = from_line(Entry, '{"path": "a.png", "treatment": {"strength": 0.5}}')
    assert (older.second_pass, older.treatment) == (False, Treatment(strength=0.5))
    with pytest.raises(ValueError, match="does not fit"):
        from_line(Entry, '{"path": "a.png", "treatment": {"passes": 7}}')
