"""An original is never overwritten: not by a result, a rain layer or a report, whatever name, link or way leads to it."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.cli import command_line
from rainapp.jobs import presets
from rainapp.jobs.naming import Names, Originals, free_name, rain_path
from rainapp.jobs.records import Output, Treatment
from rainapp.work.batch_plan import originals_of, plan

PLAIN = ["--engine", "torch", "--device", "cpu", "--precision", "fp32", "--if-exists", "overwrite", "--json"]
OVERWRITE = Output(if_exists="overwrite")
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, photo_pixels: NDArray[np.uint8]) -> Path:
    root = tmp_path / "photos"
    root.mkdir()
    save(root / "a.png", photo_pixels)
    return root


def save(path: Path, pixels: NDArray[np.uint8]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels)
    return path


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def derain(capsys: Captured, *words: object) -> list[dict[str, Any]]:
    assert command_line.main(["derain", *map(str, words), *PLAIN]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [event for event in told if event["event"] == "finished"]


def test_originals_are_known_by_name_case_link_and_file(folder: Path, tmp_path: Path) -> None:
    photo = folder / "a.png"
    (tmp_path / "link.png").symlink_to(photo)
    os.link(photo, tmp_path / "hard.png")
    (tmp_path / "way").symlink_to(folder)
    originals = Originals([photo])
    for same in (photo, folder / "A.PNG", tmp_path / "link.png", tmp_path / "hard.png", tmp_path / "way" / "a.png"):
        assert same in originals, same
    assert folder / "b.png" not in originals
    assert photo in Originals([tmp_path / "link.png"])
    assert folder / "gone.png" in Originals([folder / "gone.png"])


def test_an_original_that_was_saved_anew_is_still_known_by_its_file(folder: Path, tmp_path: Path) -> None:
    photo = folder / "a.png"
    originals = Originals([photo])
    shutil.copy(photo, tmp_path / "new.png")
    os.replace(tmp_path / "new.png", photo)
    os.link(photo, tmp_path / "hard.png")
    originals.protect([photo])
    assert tmp_path / "hard.png" in originals


def test_names_learn_of_originals_at_any_time(folder: Path) -> None:
    names = Names([folder / "a.png"], "overwrite")
    assert names.spared(folder / "b.png") == ()
    names.originals.protect([folder / "b.png"])
    assert names.claim(folder / "b.png") == folder / "b (2).png"
    assert names.spared(folder / "b.png") == ("b.png is one of your originals and stays; the result has another name.",)
    assert free_name(folder / "A.png", [folder / "a.png"]) == folder / "A (2).png"
    assert free_name(folder / "c.png", [folder / "a.png"]) == folder / "c.png"


def test_the_layer_beside_a_result_takes_no_original_either(folder: Path, photo_pixels: NDArray[np.uint8]) -> None:
    layer = save(folder / "a_rain.png", photo_pixels)
    output = Output(if_exists="overwrite", layer="both")
    made = plan([folder / "a.png", layer], folder, Treatment(), output)
    written = [path for job in made.jobs for path in (job.target, rain_path(job.target))]
    assert not set(written) & {folder / "a.png", layer}
    assert made.jobs[0].target.name == "a_derained (2).png"
    assert made.jobs[0].notes == ("a_rain.png is one of your originals and stays; the result has another name.",)


def test_frames_of_a_sequence_are_originals_even_where_one_is_missing(folder: Path, photo_pixels: NDArray[np.uint8]) -> None:
    for number in (1, 2, 4):
        save(folder / f"shot_{number:04}.png", photo_pixels)
    target = folder / "shot_0002.png"
    for pattern in (folder / "shot_%04d.png", folder / "shot_####.png"):
        made = plan([folder / "a.png", pattern], folder, Treatment(), OVERWRITE, template="shot_0002 {name}")
        assert all(job.target != target for job in made.jobs)
        names = Names(originals_of(pattern), "overwrite")
        assert names.claim(target) == folder / "shot_0002 (2).png"


@pytest.mark.usefixtures("tiny_library")
def test_every_input_of_a_command_is_safe_before_the_first_job(
    folder: Path, tmp_path: Path, photo_pixels: NDArray[np.uint8], capsys: Captured
) -> None:
    save(folder / "sub" / "b.jpg", photo_pixels)
    derained = save(folder / "a_derained.png", photo_pixels // 2)
    other = save(folder / "sub" / "b_derained.jpg", photo_pixels // 3)
    elsewhere = tmp_path / "link.jpg"
    elsewhere.symlink_to(other)
    before = contents(folder)
    for inputs in ([folder / "a.png", derained], [derained, folder / "a.png"]):
        finished = derain(capsys, *inputs, "-o", folder)
        assert {path: path.read_bytes() for path in before} == before
        told = next(event for event in finished if event["source"] == str(folder / "a.png"))
        assert Path(told["target"]).name == "a_derained (2).png"
        assert told["notes"] == ["a_derained.png is one of your originals and stays; the result has another name."]
    derain(capsys, "-r", folder / "sub", elsewhere, "-o", folder / "sub")
    assert {path: path.read_bytes() for path in before} == before
    assert (folder / "sub" / "b_derained (2).jpg").is_file()


@pytest.mark.usefixtures("tiny_library")
def test_mask_and_preset_are_safe_too(folder: Path, photo_pixels: NDArray[np.uint8], capsys: Captured) -> None:
    mask = save(folder / "mask.png", np.full(photo_pixels.shape[:2], 255, np.uint8))
    white = mask.read_bytes()
    (finished,) = derain(capsys, folder / "a.png", "-o", mask, "--mask", mask)
    assert mask.read_bytes() == white
    assert Path(finished["target"]).name == "mask (2).png"
    preset = presets.save("night", presets.Preset())
    said = folder / "preset.png"
    shutil.copy(preset, said)
    words = said.read_bytes()
    (finished,) = derain(capsys, folder / "a.png", "-o", said, "--preset", said)
    assert said.read_bytes() == words
    assert Path(finished["target"]).name == "preset (2).png"


@pytest.mark.usefixtures("tiny_library")
def test_the_rain_layer_of_a_command_spares_a_listed_photo(
    folder: Path, photo_pixels: NDArray[np.uint8], capsys: Captured
) -> None:
    layer = save(folder / "a_rain.png", photo_pixels // 2)
    before = layer.read_bytes()
    finished = derain(capsys, folder / "a.png", layer, "-o", folder, "--layer", "both")
    assert layer.read_bytes() == before
    assert Path(finished[0]["layer"]).name == "a_rain (2).png"


def test_reports_and_sheets_replace_no_picture_that_is_scored(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    before = contents(folder)
    os.link(folder / "a.png", tmp_path / "sheet.png")
    clean = tmp_path / "clean"
    shutil.copytree(folder, clean)
    for words in (
        ["--sheet", folder / "a.png"],
        ["--sheet", tmp_path / "sheet.png"],
        ["--clean", clean, "--html", clean / "a.png"],
    ):
        assert (
            command_line.main(["evaluate", "--rainy", str(folder), "--identity", "--model", "identity", *map(str, words)]) == 2
        )
        assert "never overwritten" in capsys.readouterr().err
    assert contents(folder) == before == {folder / path.name: data for path, data in contents(clean).items()}


def test_drawn_rain_replaces_no_input(folder: Path, tmp_path: Path, photo_pixels: NDArray[np.uint8], capsys: Captured) -> None:
    save(tmp_path / "out" / "rainy" / "x.png", photo_pixels)
    (tmp_path / "out" / "clean").mkdir()
    os.link(folder / "a.png", tmp_path / "out" / "clean" / "a.png")
    before = contents(tmp_path)
    assert command_line.main(["rain", str(folder / "a.png"), "-o", str(tmp_path / "out")]) == 2
    assert "would be overwritten" in capsys.readouterr().err
    assert (
        command_line.main(["rain", str(tmp_path / "out" / "rainy" / "x.png"), "-o", str(tmp_path / "OUT" / ".." / "out")]) == 2
    )
    assert contents(tmp_path) == before
