"""Numbered frames at the window: one clip or photos, as the person says; played, derained, paused, stopped, mended."""

from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.state import figure_words
from rainapp.gui.state.file_item import Item, State
from rainapp.media import open_source
from tests.gui.hands import drop
from tests.gui.plain_run import idle, until
from tests.numbered_pictures import frame, scenes, take

COUNT = 40
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    folder = tmp_path / "shot"
    take(folder, COUNT)
    return folder


@pytest.fixture
def clip(real_session: Session, shot: Path, qtbot: QtBot) -> Session:
    """A session with a folder of frames dropped on it, before and after at hand."""
    drop(real_session, [shot])
    until(qtbot, lambda: real_session.viewing.pair is not None)
    until(qtbot, idle(real_session))
    return real_session


def the_item(session: Session) -> Item:
    (item,) = session.workspace.items
    return item


def press_choice(session: Session, text: str) -> None:
    notice = session.window.notice
    assert notice.isVisible()
    assert notice.choice.isVisible()
    assert notice.choice.text() == text
    QTest.mouseClick(notice.choice, LEFT)
    assert not notice.isVisible()


def names(session: Session) -> list[str]:
    return [item.name for item in session.workspace.items]


def test_a_dropped_folder_of_frames_is_one_clip_and_can_be_photos(clip: Session, shot: Path, qtbot: QtBot) -> None:
    item, window = the_item(clip), clip.window
    assert item.name == f"frame_0001–{COUNT:04d}.png"
    assert figure_words.state(item)[:2] == ("film", "dim")
    assert figure_words.state(item)[2] == "Ready · 0:01 · 64p"
    assert window.page.clip.isVisible()
    assert window.page.inspector.frames.isVisible()
    assert window.notice.words.text() == f"frame_0001–{COUNT:04d}.png: {COUNT} numbered frames, opened as one clip."
    press_choice(clip, "As separate photos")
    assert [item.path for item in clip.workspace.items] == sorted(shot.iterdir())
    assert clip.workspace.current is clip.workspace.items[0]
    until(qtbot, idle(clip))
    assert not window.page.clip.isVisible()
    assert not window.page.inspector.frames.isVisible()
    window.actions_["frames-join"].trigger()  # and back again
    until(qtbot, lambda: len(clip.workspace.items) == 1)
    until(qtbot, idle(clip))
    assert the_item(clip).frame_count == COUNT
    assert window.page.clip.isVisible()
    window.actions_["frames-split"].trigger()
    assert len(clip.workspace.items) == COUNT
    until(qtbot, idle(clip))


def test_dropped_files_that_are_all_frames_of_a_take_are_one_clip(real_session: Session, shot: Path, qtbot: QtBot) -> None:
    photo = scenes(shot.parent, 1)[0]
    drop(real_session, [*sorted(shot.iterdir()), photo])
    until(qtbot, lambda: len(real_session.workspace.items) > 0)
    until(qtbot, idle(real_session))
    assert names(real_session) == [f"frame_0001–{COUNT:04d}.png", photo.name]


def test_numbered_photos_of_different_scenes_stay_photos_without_a_word(
    real_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    drop(real_session, [scenes(tmp_path, 30)[0].parent])
    until(qtbot, lambda: len(real_session.workspace.items) == 30)
    until(qtbot, idle(real_session))
    assert not real_session.window.notice.isVisible()


def test_a_burst_is_photos_and_can_be_a_clip(real_session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    drop(real_session, take(tmp_path, 12, "DSC_%04d.png"))
    assert len(real_session.workspace.items) == 12  # at once
    until(qtbot, lambda: real_session.window.notice.isVisible())
    assert real_session.window.notice.words.text() == "These 12 photos look like the frames of a clip."
    press_choice(real_session, "Open as one clip")
    until(qtbot, idle(real_session))
    assert names(real_session) == ["DSC_0001–0012.png"]


def test_the_first_frame_chosen_in_the_dialog_offers_the_clip(
    real_session: Session, shot: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(shot / "frame_0001.png")], ""))
    real_session.window.actions_["open"].trigger()
    until(qtbot, lambda: real_session.window.notice.isVisible())
    until(qtbot, idle(real_session))
    assert names(real_session) == ["frame_0001.png"]  # until somebody says otherwise
    assert real_session.window.notice.words.text() == f"frame_0001.png is the first of {COUNT} numbered frames."
    press_choice(real_session, "Open as one clip")
    until(qtbot, idle(real_session))
    assert names(real_session) == [f"frame_0001–{COUNT:04d}.png"]


def test_an_offer_is_over_once_its_files_are_gone(real_session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    drop(real_session, take(tmp_path, 12))
    until(qtbot, lambda: real_session.window.notice.isVisible())
    real_session.workspace.remove(list(real_session.workspace.items))
    assert not real_session.window.notice.isVisible()
    real_session.workspace.undoing.undo()
    assert len(real_session.workspace.items) == 12
    until(qtbot, idle(real_session))


def test_a_clip_that_is_at_work_is_not_taken_apart(clip: Session, qtbot: QtBot) -> None:
    clip.window.actions_["derain"].trigger()
    assert not clip.window.notice.isVisible()
    clip.window.actions_["frames-split"].trigger()
    assert len(clip.workspace.items) == 1
    assert not clip.window.page.inspector.frames.isEnabled()
    until(qtbot, idle(clip))
    assert the_item(clip).state is State.DONE


def test_the_same_folder_dropped_again_changes_nothing(clip: Session, shot: Path, qtbot: QtBot) -> None:
    drop(clip, [shot])
    until(qtbot, idle(clip))
    assert len(clip.workspace.items) == 1
    press_choice(clip, "As separate photos")
    drop(clip, [shot])
    until(qtbot, idle(clip))
    assert len(clip.workspace.items) == COUNT


def test_frames_are_played_stepped_through_and_sought(clip: Session, qtbot: QtBot) -> None:
    player, window = clip.window.page.player, clip.window
    seen: list[float] = []
    viewing = clip.viewing
    viewing.changed.connect(lambda: seen.append(viewing.frame.time_s) if viewing.frame is not None else None)
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    until(qtbot, lambda: not player.playing)
    assert sorted(set(seen)) == pytest.approx([n / 25 for n in range(COUNT)])
    assert player.reel.spans(COUNT / 25) == [pytest.approx((0.0, COUNT / 25))]
    until(qtbot, lambda: viewing.frame is None and idle(clip)())
    window.page.clip.slider.setValue(5_000)
    until(qtbot, idle(clip))
    at = player.time_s
    qtbot.keyClick(window.canvas, Qt.Key.Key_Period)
    until(qtbot, lambda: player.time_s > at)
    index = round(player.time_s * 25)
    until(qtbot, lambda: viewing.frame is None and idle(clip)())
    assert viewing.sight is not None
    assert viewing.sight.picture is not None
    shown, there = viewing.sight.picture.picture.levels[0], frame(index)
    spots = [(3, 3), (50, 40), (90, 60), (31, 22)]
    assert [shown.pixelColor(x, y).getRgb()[:3] for x, y in spots] == [tuple(there[y, x, ::-1]) for x, y in spots]
    QTest.mouseClick(window.page.clip.preview, LEFT)
    assert player.playing
    until(qtbot, lambda: player.time_s > 0.5)
    player.pause()
    until(qtbot, idle(clip))


def test_frames_become_numbered_frames_again_beside_them(clip: Session, shot: Path, qtbot: QtBot) -> None:
    QTest.mouseClick(clip.window.page.run_bar.button, LEFT)
    until(qtbot, idle(clip))
    item = the_item(clip)
    assert item.state is State.DONE, item.message
    assert item.target == shot / "frame_derained"
    assert sorted(path.name for path in item.target.iterdir()) == [f"frame_{n:04d}.png" for n in range(1, COUNT + 1)]
    until(qtbot, lambda: clip.viewing.shows_result)
    assert clip.viewing.trouble is None
    clip.window.page.player.play()
    until(qtbot, lambda: clip.viewing.frame is not None and clip.viewing.frame_is_result)
    clip.window.page.player.pause()
    until(qtbot, idle(clip))
    assert clip.window.page.run_bar.ending.said == "All done · 1 saved in shot"


def test_frames_become_a_clip_at_the_rate_that_was_chosen(clip: Session, shot: Path, qtbot: QtBot) -> None:
    box, player = clip.window.page.inspector.frames, clip.window.page.player
    box.rate.setFocus()
    box.typed.selectAll()
    qtbot.keyClicks(box.typed, "12,5")
    qtbot.keyClick(box.typed, Qt.Key.Key_Return)
    until(qtbot, idle(clip))
    item = the_item(clip)
    assert item.rate == Fraction(25, 2)
    assert player.duration_s == pytest.approx(COUNT / 12.5)
    QTest.mouseClick(box.form.button("mkv"), LEFT)
    player.set_range(0.8, 1.6)
    player.set_only_part(True)
    QTest.mouseClick(clip.window.page.run_bar.button, LEFT)
    until(qtbot, idle(clip))
    assert item.state is State.DONE, item.message
    assert item.target == shot / "frame_derained.mkv"
    with open_source(item.target) as made:
        assert [round(frame.time_s * 25 / 2) for frame in made] == list(range(10))


def test_what_is_no_rate_is_told_and_goes_back(clip: Session, qtbot: QtBot) -> None:
    box = clip.window.page.inspector.frames
    box.typed.selectAll()
    qtbot.keyClicks(box.typed, "fast")
    qtbot.keyClick(box.typed, Qt.Key.Key_Return)
    assert "between 0.1 and 1000" in clip.window.notice.words.text()
    assert box.typed.text() == "25"
    assert the_item(clip).rate == 25


def test_frames_at_work_can_be_paused_and_stopped_with_the_part_done_kept(clip: Session, shot: Path, qtbot: QtBot) -> None:
    item, window = the_item(clip), clip.window
    window.actions_["derain"].trigger()
    until(qtbot, lambda: item.share > 0.1)
    window.actions_["pause"].trigger()
    assert item.state is State.PAUSED
    window.actions_["stop-keep"].trigger()
    until(qtbot, idle(clip))
    assert item.kept == shot / "frame_derained (unfinished)"
    kept = sorted(path.name for path in item.kept.iterdir())
    assert 0 < len(kept) < COUNT
    assert kept == [f"frame_{n:04d}.png" for n in range(1, len(kept) + 1)]
    assert "frame_0001–" in window.notice.words.text()
    window.actions_["derain"].trigger()
    until(qtbot, lambda: item.share > 0.1)
    window.actions_["pause"].trigger()
    window.actions_["resume"].trigger()
    until(qtbot, idle(clip))
    assert item.state is State.DONE


def test_a_missing_frame_is_told_with_what_helps(clip: Session, shot: Path, qtbot: QtBot) -> None:
    lost = (shot / "frame_0021.png").read_bytes()
    (shot / "frame_0021.png").unlink()
    QTest.mouseClick(clip.window.page.run_bar.button, LEFT)
    until(qtbot, idle(clip))
    item, trouble = the_item(clip), clip.window.page.trouble
    assert figure_words.state(item)[2] == "Cannot be read"
    assert trouble.isVisible()
    assert trouble.message.text() == "frame_%04d.png has a gap: frame_0021.png is missing."
    assert trouble.shown_remedies == ["retry", "as-photos", "open-folder", "copy-report"]
    (shot / "frame_0021.png").write_bytes(lost)
    trouble.press("retry")
    until(qtbot, idle(clip))
    assert item.state is State.DONE, item.message


def test_a_damaged_frame_is_told_where_it_is_met(clip: Session, shot: Path, qtbot: QtBot) -> None:
    path, window = shot / "frame_0021.png", clip.window
    path.write_bytes(path.read_bytes()[:300])
    player = window.page.player
    window.notice.dismiss()
    player.play()
    until(qtbot, lambda: not player.playing)
    assert player.time_s < 20 / 25
    assert "frame_0021.png" in window.notice.words.text()
    until(qtbot, idle(clip))
    window.notice.dismiss()
    player.seek(20 / 25)
    until(qtbot, idle(clip))
    assert "frame_0021.png" in window.notice.words.text()
    window.actions_["derain"].trigger()
    until(qtbot, idle(clip))
    trouble = window.page.trouble
    assert trouble.isVisible()
    assert "frame_0021.png" in trouble.message.text()
    assert not (shot / "frame_derained").exists()
    trouble.press("as-photos")
    assert len(clip.workspace.items) == COUNT
    until(qtbot, idle(clip))


def test_a_pattern_named_on_the_command_line_opens_the_clip(real_session: Session, shot: Path, qtbot: QtBot) -> None:
    real_session.workspace.add([shot / "frame_%04d.png"])
    until(qtbot, idle(real_session))
    assert names(real_session) == [f"frame_0001–{COUNT:04d}.png"]
    real_session.workspace.add([shot / "other_%04d.png"])
    until(qtbot, lambda: "no picture in" in real_session.window.notice.words.text())
    assert len(real_session.workspace.items) == 1


def test_frames_are_compared_at_their_middle(clip: Session, qtbot: QtBot) -> None:
    comparing = clip.window.compare.comparing
    clip.workspace.frames.set_rate(the_item(clip), Fraction(50))
    subject = comparing.subject_of(the_item(clip))
    assert subject.time_s * 50 + subject.frames / 2 == pytest.approx(COUNT / 2), "the range lies around the middle"
    until(qtbot, idle(clip))
