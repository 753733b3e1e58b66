"""A clip at work in the window: its speed, a full disk, pause, stopping with the part done kept, a window out of sight."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image as Pillow
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.clip.frame_reel import CHUNK
from rainapp.gui.state import figure_words
from rainapp.gui.state.file_item import Item, State
from rainapp.jobs.records import Output, Treatment
from rainapp.work.batch_plan import plan
from tests.gui.plain_run import idle, until
from tests.video_clips import make_clip

FRAMES = 150  # of a clip of six seconds
SMALL_DISK = 1 << 20


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "street.mp4", times=tuple(range(FRAMES)), noise=True)


@pytest.fixture
def session(real_session: Session, clip: Path, qtbot: QtBot) -> Session:
    real_session.workspace.add([clip])
    until(qtbot, lambda: real_session.viewing.pair is not None)
    until(qtbot, idle(real_session))
    return real_session


def start(session: Session, qtbot: QtBot) -> Item:
    """Derain the clip, and come back when some of it is done."""
    session.window.actions_["derain"].trigger()
    item = session.workspace.items[0]
    until(qtbot, lambda: item.share > 0.1)
    assert item.state is State.RUNNING
    return item


def frames_of(path: Path) -> int:
    with av.open(str(path)) as clip:
        return sum(1 for _ in clip.decode(video=0))


def test_a_clip_at_work_tells_how_fast_it_goes_and_how_long_it_will_take(session: Session, qtbot: QtBot) -> None:
    item, said = start(session, qtbot), session.window.page.run_bar.left
    until(qtbot, lambda: item.frames_s is not None)
    assert item.frames_s is not None
    assert item.eta_s is not None
    assert item.frames_s * item.eta_s == pytest.approx((1 - item.share) * FRAMES, rel=0.05)
    assert said.accessibleName() == f"{figure_words.pace(item.frames_s)} · {figure_words.left(item.eta_s)}"
    until(qtbot, idle(session))
    assert item.state is State.DONE


def test_photos_have_no_frames_a_second() -> None:
    assert [figure_words.pace(n) for n in (0.349, 4.21, 30.6)] == ["0.35 frames/s", "4.2 frames/s", "31 frames/s"]


def test_a_full_disk_is_told_while_it_lasts_and_then_the_clip_goes_on(session: Session, small_disk: Path, qtbot: QtBot) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(SMALL_DISK - 8 * 4096))
    session.workspace.change(save_to="folder", save_folder=str(small_disk))
    session.window.actions_["derain"].trigger()
    item, window = session.workspace.items[0], session.window
    until(qtbot, lambda: bool(item.waits))
    qtbot.wait(500)  # frames at hand are treated meanwhile, but nothing says that it goes on
    sentence = "The disk is full; street_derained.mp4 waits. Free some space: it then goes on by itself."
    assert figure_words.state(item) == ("triangle-alert", "warn", sentence)
    assert window.notice.isVisible()
    assert window.notice.words.text() == sentence
    assert window.page.run_bar.left.accessibleName() == "Waits"
    ballast.unlink()
    until(qtbot, lambda: not item.waits)
    assert not window.notice.isVisible()
    until(qtbot, idle(session))
    assert item.state is State.DONE, item.message
    assert item.target is not None
    assert frames_of(item.target) == FRAMES


def test_the_part_done_of_a_stopped_clip_can_be_kept(session: Session, qtbot: QtBot) -> None:
    item, bar, window = start(session, qtbot), session.window.page.run_bar, session.window
    window.actions_["pause"].trigger()
    assert bar.stop.text().strip() == "Stop…"
    menu = bar.stop.menu()
    next(row for row in menu.actions() if row.text() == "Stop and keep the part done").trigger()
    until(qtbot, idle(session))
    kept = item.path.with_name("street_derained (unfinished).mp4")
    assert (item.state, item.kept) == (State.STOPPED, kept)
    assert 0 < frames_of(kept) < FRAMES
    assert figure_words.state(item)[2] == "Stopped · part kept"
    assert kept.name in window.notice.words.text()
    assert str(kept.parent) in window.notice.words.text()
    opened = []
    window.disk.open_url = opened.append
    window.actions_["reveal"].trigger()
    assert [url.toLocalFile() for url in opened] == [str(kept.parent)]
    assert bar.stop.menu() is None
    assert bar.button.text().strip() == "Derain 1"  # it can be started again


def test_a_clip_can_be_stopped_without_leaving_anything(session: Session, qtbot: QtBot) -> None:
    session.workspace.change(keep_partial=True)
    item = start(session, qtbot)
    session.window.actions_["stop-drop"].trigger()
    until(qtbot, idle(session))
    assert item.state is State.STOPPED
    assert [path.name for path in item.path.parent.glob("*.mp4")] == ["street.mp4"]


@pytest.mark.parametrize("keep", [True, False])
def test_stopping_by_key_does_as_the_settings_say(session: Session, keep: bool, qtbot: QtBot) -> None:
    session.workspace.change(keep_partial=keep)
    item = start(session, qtbot)
    qtbot.keyClick(session.window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, idle(session))
    assert (item.kept is not None) == keep
    assert len(list(item.path.parent.glob("*unfinished*"))) == keep


def test_a_paused_clip_stands_still_and_goes_on_to_its_end(session: Session, qtbot: QtBot) -> None:
    item = start(session, qtbot)
    session.window.actions_["pause"].trigger()
    assert item.state is State.PAUSED
    qtbot.wait(300)  # what was on its way has arrived
    done = item.done
    qtbot.wait(300)
    assert item.done == done
    session.window.actions_["resume"].trigger()
    until(qtbot, idle(session))
    assert item.state is State.DONE
    assert item.target is not None
    assert frames_of(item.target) == FRAMES


OUT_OF_SIGHT: tuple[Callable[[Session], None], ...] = (
    lambda session: session.window.hide(),
    lambda session: session.window.showMinimized(),
)


@pytest.mark.parametrize("leave", OUT_OF_SIGHT, ids=("hidden", "minimised"))
def test_out_of_sight_the_clip_is_finished_and_nothing_is_played(
    session: Session, leave: Callable[[Session], None], qtbot: QtBot
) -> None:
    player, item = session.window.page.player, session.workspace.items[0]
    player.set_range(0.0, 2.0)
    player.play()
    until(qtbot, lambda: len(player.reel.spans(6.0)) > 0)
    session.window.actions_["derain"].trigger()
    leave(session)
    assert not player.playing
    until(qtbot, lambda: session.window.windowTitle() not in ("rainapp", "0 % · rainapp"))
    assert session.window.windowTitle().endswith(" % · rainapp")
    at_hand_s = player.reel.spans(6.0)[-1][1]
    until(qtbot, idle(session))
    assert item.state is State.DONE
    under_way_s = CHUNK / 25
    assert player.reel.spans(6.0)[-1][1] <= at_hand_s + under_way_s + 1e-6  # nothing more was derained for nobody to see
    assert session.window.windowTitle() == "rainapp"
    session.window.showNormal()
    assert not player.playing  # it is for the person to go on
    assert session.window.page.run_bar.ending.said == f"All done · 1 saved in {item.path.parent.name}"


def test_moving_pictures_become_what_the_command_line_makes_of_them(
    real_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    rng = np.random.default_rng(1)
    frames = [Pillow.fromarray(rng.integers(0, 255, (48, 64, 3), np.uint8)) for _ in range(3)]
    for name in ("moving.gif", "moving.webp", "moving.png"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], duration=80)
    frames[0].save(tmp_path / "still.gif")
    sources = sorted(tmp_path.glob("*ing.*")) + [tmp_path / "still.gif"]
    names = [job.target.name for job in plan(sources, None, Treatment(), Output()).jobs]
    real_session.workspace.add(sources)
    until(qtbot, lambda: all(item.thumbnail is not None for item in real_session.workspace.items))
    real_session.window.actions_["derain"].trigger()
    until(qtbot, idle(real_session))
    targets = [item.target for item in real_session.workspace.items]
    assert [target.name for target in targets if target is not None] == names
    assert names == ["moving_derained.gif", "moving_derained.png", "moving_derained.webp", "still_derained.png"]
    counts = []
    for target in targets:
        assert target is not None
        with Pillow.open(target) as opened:
            counts.append(getattr(opened, "n_frames", 1))
    assert counts == [3, 3, 3, 1]
