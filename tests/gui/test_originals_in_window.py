"""No result of the window ever replaces an original: not one that is listed, nor one that comes in while work goes on."""

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from rainapp.base.errors import Cancelled
from rainapp.base.settings import Settings
from rainapp.gui.app import Session, run_work
from rainapp.gui.state.file_item import State
from rainapp.jobs.records import DerainFile, Job, Watch
from rainapp.library.model_library import ModelLibrary
from tests.gui.hands import click_derain
from tests.gui.plain_run import PlainRun, idle, rainy_photo, until
from tests.numbered_pictures import take
from tests.video_clips import make_clip

NOTE = "{name} is one of your originals and stays; the result has another name."


@pytest.fixture
def session(open_session: Callable[..., Session], tiny_library: Path, tmp_path: Path) -> Session:
    """A session over the real work that overwrites what exists."""
    settings = Settings(theme="dark", device="cpu", engine="torch", precision="fp32", if_exists="overwrite")
    return open_session(settings, run_work, ModelLibrary(tmp_path / "bundled", tiny_library))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """a.png, and a photo that is called as its result would be."""
    made = tmp_path / "photos"
    made.mkdir()
    rainy_photo(made / "a.png", 96, 64)
    rainy_photo(made / "a_derained.png", 96, 64, seed=9)
    return made


def test_a_listed_photo_is_no_target_though_it_is_not_derained_now(session: Session, folder: Path, qtbot: QtBot) -> None:
    original = (folder / "a_derained.png").read_bytes()
    session.workspace.add([folder / "a.png", folder / "a_derained.png"])
    until(qtbot, idle(session))
    first = session.workspace.items[0]
    session.workspace.start([first])
    until(qtbot, idle(session))
    assert (folder / "a_derained.png").read_bytes() == original
    assert first.state is State.DONE, first.message
    assert first.target == folder / "a_derained (2).png"
    assert first.notes == (NOTE.format(name="a_derained.png"),)


@pytest.mark.parametrize("way", ["itself", "link", "hard link", "folder link"])
def test_a_photo_that_comes_in_while_a_clip_is_at_work_is_no_target(
    way: str, session: Session, folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    original = (folder / "a_derained.png").read_bytes()
    added = folder / "a_derained.png"
    if way == "link":
        (added := tmp_path / "other.png").symlink_to(folder / "a_derained.png")
    elif way == "hard link":
        os.link(folder / "a_derained.png", added := tmp_path / "other.png")
    elif way == "folder link":
        (tmp_path / "way").symlink_to(folder)
        added = tmp_path / "way" / "a_derained.png"
    clip = make_clip(tmp_path / "street.mp4", times=tuple(range(60)))
    session.workspace.add([clip, folder / "a.png"])
    until(qtbot, idle(session))
    click_derain(session, qtbot)
    session.workspace.batch.pause()
    assert session.workspace.items[1].state is State.WAITING
    session.workspace.add([added])
    session.workspace.batch.resume()
    until(qtbot, idle(session))
    waited = session.workspace.items[1]
    assert (folder / "a_derained.png").read_bytes() == original
    assert waited.target == folder / "a_derained (2).png"
    assert waited.notes == (NOTE.format(name="a_derained.png"),)
    assert [item.state for item in session.workspace.items] == [State.DONE, State.DONE, State.DONE]  # it joined them


def test_a_clip_at_work_begins_anew_where_its_result_would_replace_one_that_comes_in(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    clip = make_clip(tmp_path / "street.mp4", times=tuple(range(60)), noise=True)
    other = make_clip(tmp_path / "street_derained.mp4", times=tuple(range(5)))
    original = other.read_bytes()
    session.workspace.add([clip])
    until(qtbot, idle(session))
    click_derain(session, qtbot)
    item = session.workspace.items[0]
    until(qtbot, lambda: item.share > 0.1)
    session.workspace.add([other])
    until(qtbot, idle(session))
    assert other.read_bytes() == original
    assert item.state is State.DONE, item.message
    assert item.target == tmp_path / "street_derained (2).mp4"
    assert item.notes == (NOTE.format(name="street_derained.mp4"),)
    assert session.workspace.batch.total == 2  # what came in joined it
    assert session.window.page.run_bar.ending.said.startswith("All done")


class Deaf:
    """A watch that tells of progress and hears of no cancel, as an encoder deep in a file hears of none."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def tick(self, done: int, total: int, **facts: float) -> None:
        with contextlib.suppress(Cancelled):
            self._watch.tick(done, total, **facts)


@pytest.mark.parametrize("kind", ["photo", "clip"])
def test_a_result_that_is_nearly_whole_replaces_no_photo_that_comes_in_either(
    kind: str, open_session: Callable[..., Session], tiny_library: Path, folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    added, deaf = threading.Event(), [True]

    def late(job: Job, watch: Watch) -> object:
        if isinstance(job, DerainFile) and deaf:
            deaf.clear()
            added.wait(60)
            return run_work(job, Deaf(watch))
        return run_work(job, watch)

    settings = Settings(theme="dark", device="cpu", engine="torch", precision="fp32", if_exists="overwrite")
    session = open_session(settings, late, ModelLibrary(tmp_path / "bundled", tiny_library))
    source, other = folder / "a.png", folder / "a_derained.png"
    if kind == "clip":
        source, other = (make_clip(folder / name, times=tuple(range(6))) for name in ("b.mp4", "b_derained.mp4"))
    original = other.read_bytes()
    session.workspace.add([source])
    until(qtbot, idle(session))
    click_derain(session, qtbot)
    session.workspace.add([other])
    added.set()
    until(qtbot, idle(session))
    assert other.read_bytes() == original
    item = session.workspace.items[0]
    assert item.state is State.DONE, item.message
    assert item.target == other.with_stem(f"{other.stem} (2)")
    assert session.workspace.batch.total == 2


def test_a_job_that_is_added_while_another_runs_spares_all_that_are_listed(
    make_session: Callable[..., Session], folder: Path, tmp_path: Path, plain_run: PlainRun, qtbot: QtBot
) -> None:
    session = make_session(Settings(theme="dark", if_exists="overwrite"))
    other = rainy_photo(tmp_path / "other.png", 96, 64)
    original = (folder / "a_derained.png").read_bytes()
    session.workspace.add([other])
    until(qtbot, idle(session))
    plain_run.hold.clear()
    click_derain(session, qtbot)
    session.workspace.add([folder / "a_derained.png", folder / "a.png"])
    added = session.workspace.items[2]
    session.workspace.start([added])
    plain_run.hold.set()
    until(qtbot, idle(session))
    assert (folder / "a_derained.png").read_bytes() == original
    assert added.target == folder / "a_derained (2).png"


def test_masks_and_truths_that_were_chosen_are_spared(session: Session, folder: Path, qtbot: QtBot) -> None:
    truth = folder / "a_derained.png"
    before = truth.read_bytes()
    session.workspace.add([folder / "a.png"])
    until(qtbot, idle(session))
    session.window.page.measuring.set_truth(truth)
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert truth.read_bytes() == before
    assert session.workspace.items[0].target == folder / "a_derained (2).png"
    session.window.page.measuring.set_truth(None)
    mask = rainy_photo(folder / "b_derained.png", 96, 64)
    before = mask.read_bytes()
    session.workspace.add([rainy_photo(folder / "b.png", 96, 64)])
    session.workspace.select(session.workspace.items[1], [session.workspace.items[1]])
    until(qtbot, idle(session))
    brush = session.window.canvas.brush
    job = brush.loading(mask)
    assert job is not None
    brush.load(job)
    until(qtbot, idle(session))
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert mask.read_bytes() == before
    assert session.workspace.items[1].target == folder / "b_derained (2).png"


def test_frames_of_a_listed_clip_are_spared(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    folder = tmp_path / "shot"
    take(folder, 30)
    frame = folder / "frame_0007.png"
    before = frame.read_bytes()
    photo = rainy_photo(tmp_path / "frame_0007.png", 64, 48)
    session.workspace.change(save_to="folder", save_folder=str(folder), name_template="{name}")
    session.workspace.add([folder])
    until(qtbot, idle(session))
    assert [item.frames is not None for item in session.workspace.items] == [True]
    session.workspace.append([photo])
    item = session.workspace.items[1]
    session.workspace.start([item])
    until(qtbot, idle(session))
    assert frame.read_bytes() == before
    assert item.target == folder / "frame_0007 (2).png"


def test_a_mask_that_is_saved_replaces_no_photo(
    session: Session, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = folder / "a.png"
    before = photo.read_bytes()
    session.workspace.add([photo])
    until(qtbot, idle(session))
    session.window.canvas.brush.invert()
    until(qtbot, idle(session))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(photo), ""))
    session.window.page.brush_bar.choose_save()
    until(qtbot, idle(session))
    assert photo.read_bytes() == before
    assert (folder / "a (2).png").is_file()
    assert session.window.notice.words.text() == "The mask was saved as a (2).png."
