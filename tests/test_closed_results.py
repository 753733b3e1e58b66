"""What comes of a source that only its owner may read is read by nobody else, whatever it becomes; and what is private is."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numbered_pictures import take
from photo_files import picture, write_source

from rainapp.base.own_files import ANYBODY, OWNER, Readers, create_own, leave_parts, readers_of_all
from rainapp.base.settings import Settings, save
from rainapp.base.textfile import append_text
from rainapp.cli import command_line
from rainapp.compare import result_cache
from rainapp.jobs.compare_jobs import ExportComparison, Shot
from rainapp.jobs.memory_jobs import KeepSession
from rainapp.jobs.records import NoWatch, SaveMask
from rainapp.jobs.session_lines import masks_folder, session_file
from rainapp.library.importer import import_model
from rainapp.library.model_library import ModelLibrary
from rainapp.media import open_source
from rainapp.media.atomic import guard_of
from rainapp.work import run_job

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
TINY = ("--model", "tiny", "--engine", "torch", "--device", "cpu")


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """New files are for everybody to read, as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Folders of rainy and clean pictures that all may read."""
    for name in ("rainy", "clean"):
        (tmp_path / name).mkdir()
        for seed in (1, 2):
            write_source(tmp_path / name / f"{seed}.png", picture(64, 96, seed=seed))
    return tmp_path


@pytest.mark.parametrize("closed", ["rainy/2.png", "clean/2.png", None])
def test_a_report_on_a_closed_picture_is_closed(pairs: Path, tiny_library: Path, closed: str | None) -> None:
    if closed:
        (pairs / closed).chmod(0o600)
    more = ("--clean", str(pairs / "clean"), "--html", str(pairs / "report.html"))
    assert command_line.main(["evaluate", "--rainy", str(pairs / "rainy"), *more, *TINY]) == 0
    assert mode(pairs / "report.html") == (0o600 if closed else 0o644)


@pytest.mark.parametrize("closed", [True, False])
def test_a_sheet_with_a_closed_picture_is_closed(pairs: Path, tiny_library: Path, closed: bool) -> None:
    if closed:
        (pairs / "rainy" / "2.png").chmod(0o600)
    assert command_line.main(["evaluate", "--rainy", str(pairs / "rainy"), "--sheet", str(pairs / "sheet.png"), *TINY]) == 0
    assert mode(pairs / "sheet.png") == (0o600 if closed else 0o644)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".html", ".gif", ".webp", ".mp4", ".csv"])
@pytest.mark.parametrize("how", ["open", "closed", "gone"])
def test_an_exported_comparison_is_as_closed_as_its_photos(tmp_path: Path, suffix: str, how: str) -> None:
    first, second = tmp_path / "first.png", tmp_path / "second.png"
    for path in (first, second):
        write_source(path, picture(64, 96))
    image = next(iter(open_source(first))).image
    shots = tuple(
        Shot(name, result_cache.keep(image, result_cache.root() / "one" / f"{name}.npy")) for name in ("Rainy", "Tiny")
    )
    if how == "closed":
        second.chmod(0o600)
    elif how == "gone":
        second.unlink()
    job = ExportComparison(tmp_path / f"out{suffix}", (("first", shots),), sheet=(("photo",),), sources=(first, second))
    assert run_job.run(job, NoWatch()) == job.target
    assert mode(job.target) == (0o644 if how == "open" else 0o600)


def test_parameters_of_rain_on_a_closed_photo_are_closed_also_where_there_were_others(tmp_path: Path) -> None:
    for name in ("open", "closed"):
        write_source(tmp_path / f"{name}.png", picture(64, 96))
    (tmp_path / "closed.png").chmod(0o600)
    out = tmp_path / "out"
    for name, expected in (("open", 0o644), ("closed", 0o600), ("open", 0o600)):
        assert command_line.main(["rain", str(tmp_path / f"{name}.png"), "--out", str(out)]) == 0
        assert mode(out / "parameters.jsonl") == expected
    assert len((out / "parameters.jsonl").read_text("utf-8").splitlines()) == 3


def test_what_is_added_for_a_group_opens_nothing_that_was_closed(tmp_path: Path) -> None:
    group = 12345 if os.geteuid() == 0 else os.getegid()
    shared, private, lines = tmp_path / "shared", tmp_path / "private", tmp_path / "lines"
    for path, how in ((shared, 0o640), (private, 0o600)):
        path.touch()
        os.chown(path, -1, group)
        path.chmod(how)
    append_text(lines, "1\n", shared)
    assert (mode(lines), lines.stat().st_gid) == (0o640, group)
    append_text(lines, "2\n", private)
    append_text(lines, "3\n", shared)
    assert mode(lines) == 0o600


def test_a_model_of_a_closed_file_is_closed_and_so_is_what_is_exported_of_it(tiny_library: Path, tmp_path: Path) -> None:
    source = tmp_path / "mine.safetensors"
    source.write_bytes((tiny_library / "tiny" / "weights.safetensors").read_bytes())
    source.chmod(0o600)
    user = tmp_path / "user"
    import_model(source, ModelLibrary(user=user))
    assert command_line.main(["models", "export", "mine", str(tmp_path / "out"), "--models-dir", str(user)]) == 0
    for folder in (user / "mine", tmp_path / "out" / "mine"):
        assert mode(folder) == 0o700
        assert {mode(file) for file in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("closed", ["card.toml", "weights.safetensors"])
def test_a_model_folder_with_a_closed_file_comes_in_closed(tiny_library: Path, tmp_path: Path, closed: str) -> None:
    (tiny_library / "tiny" / closed).chmod(0o600)
    import_model(tiny_library / "tiny", ModelLibrary(user=tmp_path / "user"), model_id="again")
    assert {mode(file) for file in (tmp_path / "user" / "again").iterdir()} == {0o600}


def test_settings_session_and_its_masks_are_their_owners_alone() -> None:
    save(Settings(model="other"))
    file, folder = session_file(), masks_folder(session_file())
    painted = SaveMask(np.zeros((8, 8), np.uint8), True, 8, 8, folder / "1.png", like=folder)
    run_job.run(KeepSession(file, ("{}",), (painted,), frozenset({"1.png"})), NoWatch())
    private = (file.parent, folder, file.with_name("settings.toml"), file, folder / "1.png")
    assert [mode(path) for path in private] == [0o700, 0o700, 0o600, 0o600, 0o600]


def test_what_an_earlier_version_left_open_is_closed() -> None:
    file, folder = session_file(), masks_folder(session_file())
    folder.mkdir(parents=True)
    for path in (file, file.with_name("settings.toml")):
        path.write_text("")
    save(Settings(model="other"))
    painted = SaveMask(np.zeros((8, 8), np.uint8), True, 8, 8, folder / "1.png", like=folder)
    run_job.run(KeepSession(file, ("{}",), (painted,), frozenset({"1.png"})), NoWatch())
    assert [mode(path) for path in (folder, file.with_name("settings.toml"), file, folder / "1.png")] == [0o700, *[0o600] * 3]


def test_a_mask_is_saved_as_closed_as_its_photo(tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    write_source(photo, picture())
    for how, expected in ((0o644, 0o644), (0o600, 0o600)):
        photo.chmod(how)
        target = tmp_path / f"{how}.png"
        run_job.run(SaveMask(np.zeros((8, 8), np.uint8), True, 8, 8, target, like=photo), NoWatch())
        assert mode(target) == expected


def test_only_those_who_may_read_every_source_may_read_the_result(tmp_path: Path) -> None:
    kinds = {"open": (0o644, 1), "one": (0o640, 1), "two": (0o640, 2), "mine": (0o600, 1)}
    if os.geteuid() != 0:
        pytest.skip("only root gives files to groups")
    for name, (how, group) in kinds.items():
        (tmp_path / name).touch(mode=how)
        os.chown(tmp_path / name, -1, group)

    def of(*names: str) -> Readers:
        return readers_of_all(tmp_path / name for name in names)

    assert of() == of("open", "open") == ANYBODY
    assert of("open", "one", "one") == Readers(0o600, 1)
    assert of("one", "two") == of("one", "mine") == of("open", "mine") == of("open", "gone") == OWNER
    path, file = create_own(tmp_path, like=of("open", "one"))
    file.close()
    leave_parts((path,))
    assert (mode(path), path.stat().st_gid) == (0o640, 1)


def test_frames_for_a_group_and_a_closed_one_make_a_closed_clip(tmp_path: Path) -> None:
    files = take(tmp_path, 3, "%d.png")
    files[0].chmod(0o640)
    files[2].chmod(0o600)
    with open_source(tmp_path / "%d.png") as source:
        assert guard_of(source.info) == OWNER
