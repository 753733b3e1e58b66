"""Comparing models on real nets and files: what is measured, kept, drawn and written."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.base.errors import BadModel, Cancelled, UnreadableFile, UnwritableFile
from rainapp.base.image import Colour, Image
from rainapp.compare import compare_models, result_cache
from rainapp.compare.advice import Compared, DrawnRain, advise
from rainapp.jobs.compare_jobs import ComparePhoto, DrawRainOn, DropKept, ExportComparison, ReadParts, Shot
from rainapp.jobs.records import NoWatch, Region, Treatment
from rainapp.work.run_job import run

Pixels = NDArray[np.uint8]
TINY = Treatment(model="tiny", engine="torch", precision="fp32", device="cpu")


def write(path: Path, pixels: Pixels) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return path


@pytest.fixture
def scene() -> Pixels:
    rng = np.random.default_rng(3)
    y, x = np.mgrid[0:200, 0:240]
    return np.clip(np.stack([60 + x / 3, 70 + y / 3, 110 - y / 4], -1) + rng.normal(0, 4, (200, 240, 3)), 0, 255).astype(
        np.uint8
    )


@pytest.fixture
def rainy(scene: Pixels) -> Pixels:
    streaked = scene.copy()
    for x in range(10, 230, 20):
        cv2.line(streaked, (x, 20), (x + 6, 90), (230, 230, 235), 2)
    return streaked


@pytest.fixture
def photo(rainy: Pixels, tmp_path: Path) -> Path:
    return write(tmp_path / "photos" / "café.png", rainy)


@pytest.fixture
def folder() -> Path:
    return result_cache.root() / "one" / "0"


def compared(job: ComparePhoto) -> Compared:
    result = run(job, NoWatch())
    assert isinstance(result, Compared)
    return result


def test_a_photo_is_derained_measured_and_kept_beside_nothing_of_the_users(
    photo: Path, rainy: Pixels, folder: Path, tiny_library: Path
) -> None:
    result = compared(ComparePhoto(photo, TINY, folder))
    assert (result_cache.load(result.original).pixels == rainy).all()
    difference = rainy.astype(int) - result_cache.load(result.result).pixels
    assert result.figures.removed == pytest.approx(np.maximum(difference, 0).mean())
    assert result.figures.changed == pytest.approx((np.abs(difference).max(axis=2) > 2).mean())
    assert 0 < result.figures.changed <= 1
    assert result.figures.natural_in > 0
    assert result.figures.natural_out != result.figures.natural_in
    assert np.isnan(result.figures.psnr_y)
    assert result.engine == "torch · cpu · fp32"
    assert [path.name for path in photo.parent.iterdir()] == [photo.name]


def test_the_second_photo_finds_the_net_warm(photo: Path, folder: Path, tiny_library: Path) -> None:
    first = compared(ComparePhoto(photo, TINY, folder))
    assert compared(ComparePhoto(photo, TINY, folder.with_name("1"))).warm
    assert first.result.parent != folder.with_name("1")


def test_with_a_ground_truth_removal_and_damage_are_told_apart(
    photo: Path, scene: Pixels, folder: Path, tmp_path: Path, tiny_library: Path
) -> None:
    write(tmp_path / "truth" / "nocafé.png", scene)
    by_folder = compared(ComparePhoto(photo, TINY, folder, tmp_path / "truth")).figures
    by_file = compared(ComparePhoto(photo, TINY, folder, tmp_path / "truth" / "nocafé.png")).figures
    assert replace(by_folder, seconds_per_mp=0) == replace(by_file, seconds_per_mp=0)
    assert by_file.psnr_y > 10
    assert by_file.bg_err > 1  # "tiny" darkens everything
    assert by_file.rain_removed > 0
    assert by_file.error_left > 0


@pytest.mark.parametrize("truth", ["wrong size", "none of its name"])
def test_a_ground_truth_that_does_not_fit_costs_its_figures_only(
    truth: str, photo: Path, scene: Pixels, folder: Path, tmp_path: Path, tiny_library: Path
) -> None:
    name = "café.png" if truth == "wrong size" else "other.png"
    write(tmp_path / "truth" / name, scene[:100])
    result = compared(ComparePhoto(photo, TINY, folder, tmp_path / "truth"))
    assert ("240x100" in result.note) if truth == "wrong size" else ("no ground truth for café.png" in result.note)
    assert np.isnan(result.figures.psnr_y)
    assert result.figures.changed > 0


def test_an_unknown_model_and_an_unreadable_photo_fail_in_words(photo: Path, folder: Path, tiny_library: Path) -> None:
    with pytest.raises(BadModel, match="no model “lost”"):
        run(ComparePhoto(photo, replace(TINY, model="lost"), folder), NoWatch())
    photo.write_bytes(b"no picture")
    with pytest.raises(UnreadableFile):
        run(ComparePhoto(photo, TINY, folder.with_name("1")), NoWatch())


def test_16_bit_photos_are_kept_and_measured_at_16_bit(rainy: Pixels, tmp_path: Path, folder: Path, tiny_library: Path) -> None:
    photo = tmp_path / "deep.png"
    cv2.imwrite(str(photo), (rainy[..., ::-1].astype(np.uint16) * 257))
    result = compared(ComparePhoto(photo, TINY, folder))
    assert result_cache.load(result.result).depth == 16
    assert 0 < result.figures.removed < 60


class Cancelling:
    def tick(self, done: int, total: int, **facts: float) -> None:
        if total:
            raise Cancelled


def test_stopping_leaves_no_half_result(photo: Path, folder: Path, tiny_library: Path) -> None:
    with pytest.raises(Cancelled):
        run(ComparePhoto(photo, TINY, folder), Cancelling())
    assert [path.name for path in folder.iterdir()] == ["original.npy"]


def test_the_same_part_of_all_pictures_is_read_at_once(photo: Path, rainy: Pixels, folder: Path, tiny_library: Path) -> None:
    result = compared(ComparePhoto(photo, TINY, folder))
    parts = result_cache.read_parts(ReadParts((result.original, result.result), Region(200, 150, 100, 100)), NoWatch())
    assert parts.region == Region(200, 150, 40, 50)  # clipped to the picture
    assert (parts.full_width, parts.full_height) == (240, 200)
    assert (parts.images[0].pixels == rainy[150:, 200:]).all()
    whole = result_cache.read_parts(ReadParts((result.original,), None, 120), NoWatch())
    assert (whole.images[0].width, whole.images[0].height) == (120, 100)


def test_the_profile_of_a_photo_stays_with_its_kept_picture(scene: Pixels, folder: Path) -> None:
    from rainapp.base.image import Colour

    path = result_cache.keep(Image(scene, colour=Colour(b"a profile")), folder / "x.npy")
    assert result_cache.load(path).colour.icc == b"a profile"


def test_only_our_own_folder_is_ever_deleted(scene: Pixels, folder: Path, tmp_path: Path) -> None:
    result_cache.keep(Image(scene), folder / "x.npy")
    mine = tmp_path / "mine"
    mine.mkdir()
    run(DropKept(mine), NoWatch())
    assert mine.is_dir()
    run(DropKept(folder.parent), NoWatch())
    assert not folder.exists()
    with pytest.raises(UnreadableFile, match="gone"):
        result_cache.load(folder / "x.npy")


CRASH = """
import os, signal
import numpy as np
from rainapp.compare import result_cache as kept
from rainapp.base.image import Colour, Image
kept.keep(Image(np.zeros((8, 8, 3), np.uint8)), kept.root() / "crashed" / "0" / "x.npy")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_crash_left_is_swept_at_once_and_what_somebody_compares_stays(scene: Pixels, folder: Path) -> None:
    result_cache.keep(Image(scene), folder / "x.npy")
    os.utime(folder.parent, (1, 1))
    subprocess.run([sys.executable, "-c", CRASH], check=False)
    assert (result_cache.root() / "crashed" / "0" / "x.npy").exists()
    result_cache.sweep()
    assert [path.name for path in result_cache.root().iterdir()] == ["one"]
    run(DropKept(folder.parent), NoWatch())
    assert list(result_cache.root().iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_nobody_else_looks_into_what_is_compared(scene: Pixels, folder: Path) -> None:
    path = result_cache.keep(Image(scene, colour=Colour(b"profile")), folder / "x.npy")
    assert [stat.S_IMODE(each.stat().st_mode) for each in (result_cache.root(), folder)] == [0o700, 0o700]
    assert {stat.S_IMODE(each.stat().st_mode) for each in (path, path.with_suffix(".icc"))} == {0o600}


def test_known_rain_on_a_dry_photo_ranks_models(scene: Pixels, tmp_path: Path, folder: Path, tiny_library: Path) -> None:
    dry = write(tmp_path / "dry.png", scene)
    drawn = run(DrawRainOn(dry, folder), NoWatch())
    assert isinstance(drawn, DrawnRain)
    assert [pair.kind for pair in drawn.pairs] == list(compare_models.KINDS)
    for pair in drawn.pairs:
        assert (result_cache.load(pair.clean).pixels == scene).all()
        assert np.abs(result_cache.load(pair.rainy).pixels.astype(int) - scene).max() > 12
    again = run(DrawRainOn(dry, folder.with_name("again")), NoWatch())
    assert isinstance(again, DrawnRain)
    assert (result_cache.load(again.pairs[0].rainy).pixels == result_cache.load(drawn.pairs[0].rainy).pixels).all()
    results = [
        compared(ComparePhoto(pair.rainy, TINY, folder / f"{n}", truth=pair.clean)) for n, pair in enumerate(drawn.pairs[:2])
    ]
    advice = advise(results)
    assert advice is not None
    assert (advice.model, advice.runner_up, advice.photos) == ("tiny", None, 2)
    assert advice.figures["tiny"].error_left > 0


@pytest.fixture
def shots(photo: Path, folder: Path, tiny_library: Path) -> tuple[Shot, ...]:
    result = compared(ComparePhoto(photo, TINY, folder))
    return Shot("Rainy", result.original), Shot("Tiny <1>", result.result, ("0.1 s", "11 % changed"))


@pytest.fixture
def export(shots: tuple[Shot, ...], tmp_path: Path) -> Callable[[str], Path]:
    def made(name: str) -> Path:
        table = (("Model", "Seconds"), ("Tiny <1>", "0.1"))
        path = run(ExportComparison(tmp_path / name, (("café", shots),), table, ("A note.",)), NoWatch())
        assert path == tmp_path / name
        assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
        return tmp_path / name

    return made


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_comparison_becomes_one_picture(suffix: str, export: Callable[[str], Path], rainy: Pixels) -> None:
    sheet = cv2.imread(str(export(f"sheet.{suffix}")))
    assert sheet is not None
    assert sheet.shape[1] >= 2 * 240
    assert np.abs(sheet[100:150, 100:200, ::-1].astype(int) - rainy[100:150, 100:200]).mean() < 8  # the original, first


def test_a_report_is_headed_in_its_language(shots: tuple[Shot, ...], tmp_path: Path) -> None:
    job = ExportComparison(tmp_path / "a.html", (("a", shots),), title="Vergleich <1>", language="de")
    assert run(job, NoWatch()) == job.target
    text = job.target.read_text(encoding="utf-8")
    assert '<html lang="de">' in text
    assert "<h1>Vergleich &lt;1&gt;</h1>" in text


def test_a_report_is_one_file_that_needs_nothing_else(export: Callable[[str], Path]) -> None:
    text = export("report.html").read_text(encoding="utf-8")
    assert text.count("data:image/jpeg;base64,") == 2
    assert "http" not in text
    assert "Tiny &lt;1&gt;" in text
    assert "Tiny <1>" not in text
    assert all(words in text for words in ("café", "A note.", "11 % changed"))


@pytest.mark.parametrize("suffix", ["gif", "webp", "mp4"])
def test_a_moving_picture_shows_before_and_after_in_turn(suffix: str, export: Callable[[str], Path]) -> None:
    import av

    path = export(f"swipe.{suffix}")
    if suffix == "mp4":
        with av.open(str(path)) as container:
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    else:
        from PIL import Image as Pillow
        from PIL import ImageSequence

        with Pillow.open(path) as moving:
            frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(moving)]
    assert len(frames) > 20
    means = [float(frame[90:150, 100:200].mean()) for frame in frames]
    assert max(means) - min(means) > 2  # "tiny" darkens
    assert means[0] > min(means) + 1.5


def test_a_small_picture_says_only_what_there_is_room_for() -> None:
    from PIL import Image as Pillow

    from rainapp.compare.export import labelled

    plain = Pillow.new("RGB", (400, 240), (90, 120, 150))
    one = labelled(plain, "Fine", ("0.9 s",))
    assert one.tobytes() != labelled(plain, "Fine").tobytes()
    long = "a fact that is much too long to stand under a picture of four hundred pixels"
    assert labelled(plain, "Fine", ("0.9 s", long)).tobytes() == one.tobytes()


def test_an_export_that_cannot_be_written_says_so(shots: tuple[Shot, ...], tmp_path: Path) -> None:
    for target in (tmp_path / "no" / "x.png", tmp_path / "x.txt"):
        with pytest.raises(UnwritableFile):
            run(ExportComparison(target, (("a", shots),)), NoWatch())
