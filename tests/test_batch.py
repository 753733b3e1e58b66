"""Batches and names: everything that is media is found once, no target is shared, and no source is ever overwritten."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rainapp.base.errors import BadTreatment, Cancelled
from rainapp.base.formats import CLIP, CLIP_FORMATS, PHOTO_FORMATS, is_clip_name, result_suffix, same_format
from rainapp.jobs.naming import NAME_BYTES_MAX, Names, fitted, rain_path, result_path
from rainapp.jobs.records import Output, Treatment
from rainapp.media.clip.video import suffix_for
from rainapp.media.photo.encode import WRITABLE
from rainapp.media.sniff import CLIP as SNIFFED_CLIP
from rainapp.media.sniff import CLIP_SUFFIXES, PHOTO_SUFFIXES
from rainapp.work.batch_plan import Found, Plan, Skipped, find_files, is_out_file, plan


@pytest.fixture
def folder(tmp_path: Path, photo_pixels: NDArray[np.uint8]) -> Path:
    """photos/: a.jpg, b.png, sub/a.jpg, sub/deep/c.tif."""
    root = tmp_path / "photos"
    for name in ("a.jpg", "b.png", "sub/a.jpg", "sub/deep/c.tif"):
        save(root / name, photo_pixels)
    return root


def save(path: Path, pixels: NDArray[np.uint8]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), pixels)
    return path


def planned(
    *inputs: Path, out: Path | None, recursive: bool = False, treatment: Treatment | None = None, **output: object
) -> Plan:
    return plan(inputs, out, treatment or Treatment(), Output(**output), recursive=recursive)  # type: ignore[arg-type]


def targets(made: Plan, out: Path) -> list[str]:
    return [job.target.relative_to(out).as_posix() for job in made.jobs]


def test_a_folder_is_taken_flat_unless_it_is_asked_to_recurse(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert targets(planned(folder, out=out), out) == ["a_derained.jpg", "b_derained.png"]
    deep = targets(planned(folder, out=out, recursive=True), out)
    assert deep == ["a_derained.jpg", "b_derained.png", "sub/a_derained.jpg", "sub/deep/c_derained.tif"]


def test_files_and_folders_mix_and_nothing_comes_twice(folder: Path, tmp_path: Path) -> None:
    made = planned(folder / "b.png", folder, folder, folder / "a.jpg", out=tmp_path / "out")
    assert [job.source.name for job in made.jobs] == ["b.png", "a.jpg"]


def test_two_sources_never_share_a_target(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = planned(folder / "a.jpg", folder / "sub" / "a.jpg", out=out)
    assert targets(made, out) == ["a_derained.jpg", "a_derained (2).jpg"]
    save(folder / "b.jpg", np.zeros((4, 4, 3), np.uint8))
    made = planned(folder, out=out, format="png", if_exists="overwrite")
    assert targets(made, out) == ["a_derained.png", "b_derained.png", "b_derained (2).png"]


def test_names_that_some_disks_hold_equal_are_kept_apart(tmp_path: Path) -> None:
    names = Names([], "rename")
    given_out = [names.claim(tmp_path / name) for name in ("A.jpg", "a.JPG", "\u00e9.jpg", "e\u0301.jpg")]
    assert [path.name for path in given_out if path] == ["A.jpg", "a (2).JPG", "\u00e9.jpg", "e\u0301 (2).jpg"]


@pytest.mark.parametrize("if_exists", ["rename", "overwrite", "skip"])
def test_a_source_is_never_a_target(if_exists: str, folder: Path) -> None:
    save(folder / "a_derained.jpg", np.zeros((4, 4, 3), np.uint8))
    made = planned(folder / "a.jpg", folder / "a_derained.jpg", out=folder, if_exists=if_exists)
    assert not {job.source for job in made.jobs} & {job.target for job in made.jobs}
    made = planned(folder / "a.jpg", out=folder / "a.jpg", if_exists=if_exists)
    assert [job.target.name for job in made.jobs] == ["a (2).jpg"]


def test_the_file_behind_a_linked_source_is_never_a_target(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link.jpg").symlink_to(folder / "a.jpg")
    made = planned(tmp_path / "link.jpg", out=folder / "a.jpg", if_exists="overwrite")
    assert [job.target.name for job in made.jobs] == ["a (2).jpg"]


def test_what_exists_is_renamed_overwritten_or_skipped(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    save(out / "a_derained.jpg", np.zeros((4, 4, 3), np.uint8))
    assert targets(planned(folder / "a.jpg", out=out), out) == ["a_derained (2).jpg"]
    assert targets(planned(folder / "a.jpg", out=out, if_exists="overwrite"), out) == ["a_derained.jpg"]
    skipped = planned(folder / "a.jpg", out=out, if_exists="skip")
    assert (skipped.jobs, skipped.results_exist) == ((), True)
    assert skipped.skipped == (Skipped(folder / "a.jpg", "a_derained.jpg exists"),)


def test_a_folder_of_the_result_s_name_is_not_overwritten(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "a_derained.jpg").mkdir(parents=True)
    made = planned(folder / "a.jpg", out=tmp_path / "out", if_exists="overwrite")
    assert [job.target.name for job in made.jobs] == ["a_derained (2).jpg"]


def test_a_batch_that_runs_again_names_everything_the_same(folder: Path, tmp_path: Path) -> None:
    save(folder / "b.jpg", np.zeros((4, 4, 3), np.uint8))
    first = planned(folder, out=tmp_path / "out", format="png", recursive=True)
    for job in first.jobs:
        save(job.target, np.zeros((4, 4, 3), np.uint8))
    again = planned(folder, out=tmp_path / "out", format="png", recursive=True, if_exists="overwrite")
    assert again.jobs == tuple(
        type(job)(job.source, job.target, job.treatment, Output(format="png", if_exists="overwrite")) for job in first.jobs
    )
    assert planned(folder, out=tmp_path / "out", format="png", recursive=True, if_exists="skip").jobs == ()


def test_what_is_no_media_by_name_and_content_is_skipped_with_a_reason(folder: Path, tmp_path: Path) -> None:
    (folder / "notes.txt").write_text("rain, mostly")
    (folder / "empty.png").write_bytes(b"")
    (folder / ".hidden.jpg").write_bytes(b"x")
    (folder / "data.bin").write_bytes(bytes(range(256)) * 4)
    (folder / "nameless").write_bytes((folder / "b.png").read_bytes())
    (folder / "gone.jpg").symlink_to(folder / "nowhere.jpg")
    os.mkfifo(folder / "pipe.jpg")
    made = planned(folder, out=tmp_path / "out")
    assert [job.target.name for job in made.jobs] == ["a_derained.jpg", "b_derained.png", "nameless_derained.png"]
    assert [error.path.name for error in made.failed if error.path] == ["empty.png"]  # a picture by name: told, not skipped
    reasons = {skipped.path.name: skipped.reason for skipped in made.skipped}
    assert set(reasons) == {"notes.txt", ".hidden.jpg", "data.bin", "gone.jpg", "pipe.jpg"}
    assert reasons["pipe.jpg"] == "no regular file"
    assert "text" in reasons["notes.txt"]


def test_a_named_file_that_cannot_be_read_fails_with_a_reason(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "page.html").write_text("<html>")
    made = planned(tmp_path / "missing.jpg", tmp_path / "pipe.png", tmp_path / "page.html", out=tmp_path / "out")
    assert made.jobs == ()
    assert ["does not exist" in e.message or "regular" in e.message or "web page" in e.message for e in made.failed] == [
        True
    ] * 3


def test_loops_of_links_end(folder: Path, tmp_path: Path) -> None:
    (folder / "sub" / "back").symlink_to(folder)
    (folder / "sub" / "self").symlink_to(folder / "sub")
    made = planned(folder, out=tmp_path / "out", recursive=True)
    assert len(made.jobs) == 4


def test_the_folder_of_the_results_is_not_looked_into(folder: Path) -> None:
    out = folder / "derained"
    save(out / "a_derained.jpg", np.zeros((4, 4, 3), np.uint8))
    made = planned(folder, out=out, recursive=True)
    assert [job.source.name for job in made.jobs] == ["a.jpg", "b.png", "a.jpg", "c.tif"]


def test_results_beside_their_originals_are_no_new_sources(folder: Path) -> None:
    first = planned(folder, out=folder)
    for job in first.jobs:
        save(job.target, np.zeros((4, 4, 3), np.uint8))
    save(folder / "a_rain.png", np.zeros((4, 4, 3), np.uint8))
    for name in ("spring_rain.png", "summer.png", "summer_rain.png", "dusk_derained.jpg"):  # photos that are called so
        save(folder / name, np.zeros((4, 4, 3), np.uint8))
    again = planned(folder, out=folder, if_exists="skip")
    assert [job.source.name for job in again.jobs] == ["dusk_derained.jpg", "spring_rain.png", "summer.png", "summer_rain.png"]


def test_out_is_a_file_only_for_one_file_and_a_media_suffix(folder: Path, tmp_path: Path) -> None:
    assert is_out_file([folder / "a.jpg"], tmp_path / "x.png")
    assert not is_out_file([folder / "a.jpg"], tmp_path / "x")
    assert not is_out_file([folder / "a.jpg"], tmp_path / "v1.2")
    assert not is_out_file([folder], tmp_path / "x.png")
    assert not is_out_file([folder / "a.jpg", folder / "b.png"], tmp_path / "x.png")
    (tmp_path / "folder.png").mkdir()
    assert not is_out_file([folder / "a.jpg"], tmp_path / "folder.png")
    assert [job.target for job in planned(folder / "a.jpg", out=tmp_path / "x.png").jobs] == [tmp_path / "x.png"]


def test_a_file_in_the_place_of_the_folder_is_wrong_usage(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(BadTreatment, match="folder"):
        planned(folder, out=tmp_path / "out")
    with pytest.raises(BadTreatment, match="does not end in .tif"):
        planned(folder / "a.jpg", out=tmp_path / "x.png", format="tif")


def test_the_rain_layer_has_its_own_free_name(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert targets(planned(folder / "a.jpg", out=out, layer="rain"), out) == ["a_rain.png"]
    save(out / "a_rain.png", np.zeros((4, 4, 3), np.uint8))
    made = planned(folder / "a.jpg", out=out, layer="both")
    assert targets(made, out) == ["a_derained (2).jpg"]
    assert rain_path(made.jobs[0].target).name == "a_rain (2).png"


def test_without_out_results_lie_beside_their_sources(folder: Path) -> None:
    made = planned(folder, out=None, recursive=True)
    assert all(job.target.parent == job.source.parent for job in made.jobs)


def test_looking_can_be_cancelled(folder: Path, tmp_path: Path) -> None:
    class Stop:
        def tick(self, done: int, total: int, **facts: float) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        plan([folder], tmp_path / "out", Treatment(), Output(), watch=Stop())


def test_files_come_in_the_order_people_count(tmp_path: Path, photo_pixels: NDArray[np.uint8]) -> None:
    for name in ("img10.png", "IMG2.png", "img1.png", "7.png", "10.png", "img.png", "²3.png"):
        save(tmp_path / name, photo_pixels)
    found = [entry.path.name for entry in find_files([tmp_path], recursive=False)]
    assert found == ["7.png", "10.png", "img.png", "img1.png", "IMG2.png", "img10.png", "²3.png"]


def test_found_files_remember_where_they_lay(folder: Path) -> None:
    found = [entry for entry in find_files([folder, folder / "sub" / "a.jpg"], recursive=True) if isinstance(entry, Found)]
    assert [entry.beneath.as_posix() for entry in found] == [".", ".", "sub", "sub/deep"]


@pytest.mark.parametrize(
    ("name", "container", "form", "suffix"),
    [
        ("a.JPG", "jpeg", "keep", ".JPG"),
        ("a.jpeg", "jpeg", "jpg", ".jpeg"),
        ("a.jpg", "jpeg", "png", ".png"),
        ("a.gif", "gif", "keep", ".png"),
        ("a.psd", "psd", "keep", ".png"),
        ("a", "heif", "keep", ".heic"),
        ("a.mpo", "jpeg", "keep", ".jpg"),
        ("a.mov", CLIP, "png", ".mov"),
        ("a.mov", CLIP, "mkv", ".mkv"),
        ("a.jpg", "jpeg", "mkv", ".jpg"),
        ("a.vob", CLIP, "keep", ".mkv"),
        ("a.gif", None, "keep", ".png"),
        ("a.FLV", None, "jpg", ".mp4"),
        ("a.heic", None, "mkv", ".heic"),
        ("a.mp4", "png", "keep", ".png"),
    ],
)
def test_the_suffix_is_the_source_s_where_it_can_be_written(name: str, container: str | None, form: str, suffix: str) -> None:
    assert result_suffix(Path(name), form, container) == suffix


def test_names_of_clips_are_those_that_the_reader_knows() -> None:
    assert SNIFFED_CLIP == CLIP
    for suffix in CLIP_SUFFIXES:
        assert is_clip_name(Path(f"a{suffix.upper()}"))
        assert result_suffix(Path(f"a{suffix}")) == suffix_for(suffix)
    for form in CLIP_FORMATS:
        assert suffix_for(f".{form}") == f".{form}"
    assert not any(is_clip_name(Path(f"a{suffix}")) for suffix in PHOTO_SUFFIXES)


def test_a_clip_is_not_written_as_a_photo_nor_a_photo_as_a_clip(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "clip.mkv").write_bytes(b"\x1a\x45\xdf\xa3")
    with pytest.raises(BadTreatment, match="is a clip"):
        planned(tmp_path / "clip.mkv", out=tmp_path / "x.png")
    with pytest.raises(BadTreatment, match="is a photo"):
        planned(folder / "a.jpg", out=tmp_path / "x.mp4")


def test_every_photo_suffix_given_can_be_written() -> None:
    for suffix in WRITABLE:
        assert result_suffix(Path(f"a{suffix}"), "keep", WRITABLE[suffix]) == suffix
        assert result_suffix(Path("a.xyz"), "keep", WRITABLE[suffix]) in WRITABLE
    for form in PHOTO_FORMATS:
        assert f".{form}" in WRITABLE
    assert same_format(".JPG", ".jpeg")
    assert not same_format(".jpg", ".png")


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=300))
def test_any_name_gives_a_name_that_fits(stem: str) -> None:
    source = Path("folder") / f"{stem}.jpg"
    target = result_path(source, Path("out"), ".jpg", Treatment())
    assert target.parent == Path("out")
    assert len(os.fsencode(target.name)) <= NAME_BYTES_MAX
    assert target.name.endswith(".jpg")
    assert len(os.fsencode(rain_path(target).name)) <= NAME_BYTES_MAX
    assert len(os.fsencode(fitted(target.stem, " (12).jpg"))) <= NAME_BYTES_MAX


def test_a_long_name_and_its_second_copy_can_be_written(tmp_path: Path) -> None:
    long = tmp_path / f"{'ж' * 118}.jpg"
    names = Names([], "rename")
    for _ in range(3):
        target = names.claim(result_path(long, tmp_path, ".jpg", Treatment()))
        assert target is not None
        target.write_bytes(b"")
    assert len(list(tmp_path.iterdir())) == 3
