"""The player: plays before and after in step, steps, loops, previews three seconds, and stands still at full quality."""

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.canvas.composition import View
from rainapp.gui.clip.player import Player
from rainapp.jobs.records import NoWatch, PlayFrames, Treatment
from rainapp.library.model_library import ModelLibrary
from rainapp.media.clip.small_frames import Reel
from rainapp.metrics.clip_metrics import flicker_seen
from rainapp.work.screen.playback import REELS, play
from rainapp.work.screen.preview import decode
from tests.gui.plain_run import idle, rainy_photo, until
from tests.video_clips import make_clip

FRAMES = 25  # of a clip of one second


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "street.mp4", times=tuple(range(FRAMES)))


@pytest.fixture
def session(real_session: Session, clip: Path, qtbot: QtBot) -> Session:
    real_session.workspace.add([clip])
    until(qtbot, lambda: real_session.viewing.pair is not None)
    until(qtbot, idle(real_session))
    real_session.window.canvas.setFocus()
    return real_session


def player_of(session: Session) -> Player:
    return session.window.page.player


def test_space_plays_the_clip_derained_to_its_end_and_the_last_moment_is_read_again(session: Session, qtbot: QtBot) -> None:
    player, viewing = player_of(session), session.viewing
    seen: list[float] = []
    viewing.changed.connect(lambda: seen.append(viewing.frame.time_s) if viewing.frame is not None else None)
    qtbot.keyClick(session.window.canvas, Qt.Key.Key_Space)
    assert player.playing
    until(qtbot, lambda: not player.playing)
    assert sorted(set(seen)) == pytest.approx([n / FRAMES for n in range(FRAMES)])
    assert viewing.frame is None or viewing.frame.pair is not None
    until(qtbot, lambda: viewing.frame is None and idle(session)())
    assert viewing.sight is not None
    assert viewing.sight.time_s == pytest.approx(0.96)
    assert viewing.pair is not None
    assert player.reel.spans(1.0) == [pytest.approx((0.0, 1.0))]


def test_dragging_with_space_held_moves_the_photo_and_plays_nothing(session: Session, qtbot: QtBot) -> None:
    canvas = session.window.canvas
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(240, 200))
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert not player_of(session).playing


def test_frames_are_stepped_through_both_ways(session: Session, qtbot: QtBot) -> None:
    player, canvas = player_of(session), session.window.canvas
    session.window.page.clip.slider.setValue(5_000)
    until(qtbot, idle(session))
    start = player.time_s
    seen = []
    for key in (Qt.Key.Key_Period, Qt.Key.Key_Period, Qt.Key.Key_Comma, Qt.Key.Key_Comma):
        before = player.time_s
        qtbot.keyClick(canvas, key)
        until(qtbot, lambda before=before: player.time_s != before)
        seen.append(round(player.time_s * FRAMES))
    first = int(start * FRAMES) + 1
    assert seen == [first, first + 1, first, first - 1]
    until(qtbot, lambda: session.viewing.frame is None and idle(session)())
    assert session.viewing.sight is not None
    assert session.viewing.sight.time_s == pytest.approx(player.time_s)


def test_a_range_is_played_again_and_again(session: Session, qtbot: QtBot) -> None:
    player = player_of(session)
    player.set_range(0.2, 0.6)
    times: list[float] = []
    viewing = session.viewing
    viewing.changed.connect(lambda: times.append(viewing.frame.time_s) if viewing.frame is not None else None)
    player.play()
    until(
        qtbot,
        lambda: len(times) > 3 and min(times[-10:]) < 0.3 and max(times) > 0.5 and times.index(max(times)) < len(times) - 5,
    )
    assert min(times) >= 0.2 - 1e-6
    assert max(times) < 0.6
    assert player.reel.spans(1.0) == [pytest.approx((0.2, 0.6))]
    qtbot.keyClick(session.window.canvas, Qt.Key.Key_K)
    assert not player.playing
    player.clear_range()
    assert player.range_s is None
    until(qtbot, idle(session))


def test_three_seconds_around_the_moment_are_previewed(session: Session, qtbot: QtBot) -> None:
    bar = session.window.page.clip
    qtbot.mouseClick(bar.preview, Qt.MouseButton.LeftButton)
    player = player_of(session)
    assert player.playing
    assert player.range_s == pytest.approx((0.0, 1.0))  # the clip is shorter than that
    until(qtbot, lambda: player.reel.spans(1.0) == [pytest.approx((0.0, 1.0))])
    assert bar.pause.isVisible()
    qtbot.mouseClick(bar.pause, Qt.MouseButton.LeftButton)
    assert bar.play.isVisible()
    assert bar.all.isVisible()
    assert not list(session.workspace.items[0].path.parent.glob("*derained*"))
    until(qtbot, idle(session))


def test_another_model_or_another_file_forgets_what_was_derained(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    player = player_of(session)
    player.step(1)
    until(qtbot, lambda: bool(player.reel.spans(1.0)))
    session.workspace.change(veil="clear")
    assert not player.reel.spans(1.0)
    player.step(1)
    until(qtbot, lambda: bool(player.reel.spans(1.0)))
    session.workspace.add([rainy_photo(tmp_path / "a.png")])
    session.window.actions_["next"].trigger()
    until(qtbot, idle(session))
    assert not player.reel.spans(1.0)
    assert not player.can_play
    player.toggle()
    assert not player.playing


def test_a_finished_clip_plays_from_its_file(session: Session, qtbot: QtBot) -> None:
    session.window.actions_["derain"].trigger()
    until(qtbot, idle(session))
    player = player_of(session)
    assert session.workspace.items[0].result is not None
    player.step(1)
    until(qtbot, lambda: session.viewing.frame is not None)
    assert session.viewing.shows_result
    assert session.viewing.pair is not None
    player.play()
    until(qtbot, lambda: player.flicker.locked is not None)  # the meter reads results too
    player.pause()
    until(qtbot, idle(session))


def test_a_reel_gives_the_frames_that_a_still_gives(clip: Path) -> None:
    reel = Reel(clip, 0.4, 0)
    taken = [reel.take() for _ in range(3)]
    assert [float(one.time_s) for one in taken if one is not None] == pytest.approx([0.4, 0.44, 0.48])
    for one in taken:
        assert one is not None
        assert (one.image.pixels == decode(clip, float(one.time_s) + 1e-6).image.pixels).all()
    reel.close()
    assert reel.take() is None


def test_chunks_follow_one_another_without_a_gap_and_end_with_the_clip(clip: Path, tiny_library: Path, tmp_path: Path) -> None:
    library = ModelLibrary(tmp_path / "bundled", tiny_library)
    at, times, changed = 0.0, [], 0
    treatment = Treatment(device="cpu", engine="torch", precision="fp32")
    while True:
        played = play(PlayFrames(clip, at, 10, 64, treatment), NoWatch(), library)
        for frame in played.frames:
            times.append(frame.time_s)
            assert frame.derained is not None
            changed += int(np.abs(frame.derained.pixels.astype(int) - frame.rainy.pixels).max() > 2)
        last = played.frames[-1].next_s
        if last is None:
            break
        at = last
    assert times == pytest.approx([n / FRAMES for n in range(FRAMES)])
    assert changed == FRAMES
    assert play(PlayFrames(clip, 0.0, 0, 64), NoWatch(), library).frames == ()
    REELS.close()


def test_only_the_chosen_part_is_derained_where_that_is_wanted(session: Session, qtbot: QtBot) -> None:
    player, bar = player_of(session), session.window.page.clip
    assert not bar.only.isVisible()
    player.set_range(0.2, 0.6)
    qtbot.mouseClick(bar.only, Qt.MouseButton.LeftButton)
    assert player.only_part
    player.set_range(end_s=0.4)
    assert session.workspace.items[0].part == (0.2, 0.4)
    session.window.actions_["derain"].trigger()
    until(qtbot, idle(session))
    item = session.workspace.items[0]
    assert item.target is not None, (item.message, item.hint)
    reel = Reel(item.target, 0.0, 0)
    count = 0
    while reel.take() is not None:
        count += 1
    assert count == 5
    assert not session.viewing.shows_result  # its moments are others than those of the source
    player.clear_range()
    assert item.part is None


def colour_at(session: Session, x: float, y: float) -> QColor:
    """A pixel of the strip, in its own coordinates."""
    return QColor(session.window.page.clip.slider.grab().toImage().pixel(round(x), round(y)))


def test_the_strip_fills_with_pictures_of_their_moments(session: Session, qtbot: QtBot) -> None:
    strip, slider = session.window.page.strip, session.window.page.clip.slider
    until(qtbot, lambda: not strip.missing and idle(session)())
    assert strip.picture_near(0.5, 0.2) is not None
    early, late = (strip.picture_near(moment, 0.2) for moment in (0.05, 0.95))
    assert early is not None
    assert late is not None
    assert early.levels[0] != late.levels[0]
    assert max(early.width, early.height) <= 160
    assert colour_at(session, slider.width() / 3, slider.track.center().y()).value() > 60  # not the empty bar
    asked = strip.missing
    session.window.resize(1300, 900)
    assert strip.missing > asked  # other moments; what is there is shown meanwhile
    assert colour_at(session, slider.width() / 3, slider.track.center().y()).value() > 60
    until(qtbot, lambda: not strip.missing and idle(session)())


def test_frames_that_are_played_go_before_pictures_of_the_strip(session: Session, qtbot: QtBot) -> None:
    player, strip = player_of(session), session.window.page.strip
    session.window.resize(1300, 900)
    player.set_range(0.0, 0.4)
    player.play()
    qtbot.wait(50)
    missing = strip.missing
    until(qtbot, lambda: player.reel.spans(1.0) == [pytest.approx((0.0, 0.4))])
    assert strip.missing >= missing - 1  # at most the one that was under way
    player.pause()
    until(qtbot, lambda: not strip.missing and idle(session)())


def test_the_grips_of_the_range_can_be_dragged(session: Session, qtbot: QtBot) -> None:
    player, slider = player_of(session), session.window.page.clip.slider
    player.set_range(0.2, 0.6)
    track = slider.track

    def at(time_s: float) -> QPoint:
        return QPoint(round(track.left() + time_s * track.width()), round(track.center().y()))

    for grip, to, expected in ((0.6, 0.8, (0.2, 0.8)), (0.2, 0.4, (0.4, 0.8)), (0.4, 0.9, (0.6, 0.8))):
        QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=at(grip))
        QTest.mouseMove(slider, at(to))
        QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=at(to))
        assert player.range_s == pytest.approx(expected, abs=0.01)
    moment = player.time_s
    QTest.mouseMove(slider, at(0.3))
    assert player.range_s == pytest.approx((0.6, 0.8), abs=0.01)  # let go
    assert player.time_s == moment
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=at(0.3))
    assert player.time_s == pytest.approx(0.3, abs=0.05)
    until(qtbot, idle(session))


def test_a_low_window_has_a_plain_bar(session: Session, qtbot: QtBot) -> None:
    clip = session.window.page.clip
    before = clip.height()
    session.window.resize(1000, 480)
    qtbot.wait(20)
    assert clip.height() < before
    assert not session.window.page.strip.missing
    until(qtbot, idle(session))


def test_the_meter_tells_how_the_rainy_and_the_derained_clip_flicker_with_and_without_the_lock(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    session.workspace.add([make_clip(tmp_path / "noisy.mp4", times=tuple(range(FRAMES)), noise=True)])
    session.window.actions_["next"].trigger()
    until(qtbot, lambda: session.viewing.pair is not None and idle(session)())
    player, meter, window = player_of(session), session.window.page.meter, session.window
    assert not meter.isVisible()
    player.set_range(0.0, 0.6)
    qtbot.keyClick(window, Qt.Key.Key_T)  # off: every frame by itself
    assert not player.locked
    player.play()
    until(qtbot, lambda: player.reel.spans(1.0) == [pytest.approx((0.0, 0.6))])
    assert meter.isVisible()
    assert [words for words, _, _ in meter.rows] == ["Rainy", "Derained"]
    qtbot.mouseClick(window.page.clip.lock, Qt.MouseButton.LeftButton)
    assert player.locked
    assert player.playing  # who was watching goes on
    until(qtbot, lambda: player.reel.spans(1.0) == [pytest.approx((0.0, 0.6))])
    rows = {words: value for words, value, _ in meter.rows}
    assert list(rows) == ["Rainy", "Derained", "… and locked"]
    assert rows["… and locked"] < rows["Derained"] - 0.1
    assert f"Rainy {rows['Rainy']:.1f}" in meter.accessibleName()
    session.workspace.change(veil="clear")
    assert player.locked
    assert meter.rows == []  # what was seen with other settings counts no more
    until(qtbot, lambda: [words for words, _, _ in meter.rows] == ["Rainy", "… and locked"])
    player.pause()
    until(qtbot, idle(session))


def test_the_lock_goes_back_to_what_was_chosen(session: Session, qtbot: QtBot) -> None:
    session.workspace.change(temporal="fast")
    lock = session.window.actions_["temporal-lock"]
    lock.trigger()
    assert session.workspace.settings.temporal == "off"
    lock.trigger()
    assert session.workspace.settings.temporal == "fast"
    until(qtbot, idle(session))


def test_flicker_is_that_of_what_stands_still() -> None:
    rng = np.random.default_rng(3)
    scene = np.asarray(cv2.GaussianBlur(rng.integers(0, 255, (120, 160, 3), np.uint8), (0, 0), 3), np.uint8)
    noisy = [np.asarray(np.clip(scene + rng.normal(0, 12, scene.shape), 0, 255), np.uint8) for _ in range(2)]
    before, after = flicker_seen((noisy[0], noisy[1]), (scene, scene))
    assert before == pytest.approx(float(cv2.absdiff(*noisy).mean()))
    assert after == 0
    shifted = np.roll(scene, 5, axis=1)
    halves = np.concatenate([scene[:, :80], shifted[:, 80:]], axis=1)  # the right half moves
    _, moving = flicker_seen((noisy[0], noisy[1]), (scene, halves))
    assert moving < float(cv2.absdiff(scene, halves).mean()) / 3


def test_the_frame_before_a_handful_is_taken_along(clip: Path, tiny_library: Path, tmp_path: Path) -> None:
    library = ModelLibrary(tmp_path / "bundled", tiny_library)
    treatment = Treatment(device="cpu", engine="torch", precision="fp32", temporal="fast")
    first = play(PlayFrames(clip, 0.0, 5, 64, treatment), NoWatch(), library)
    assert [frame.flicker is None for frame in first.frames] == [True, False, False, False, False]
    second = play(PlayFrames(clip, 0.2, 5, 64, treatment), NoWatch(), library)
    assert [frame.time_s for frame in second.frames] == pytest.approx([0.2, 0.24, 0.28, 0.32, 0.36])
    assert all(frame.flicker is not None for frame in second.frames)
    whole = play(PlayFrames(clip, 0.0, 10, 64, treatment), NoWatch(), library)
    for one, other in zip(whole.frames[5:9], second.frames[:4], strict=True):
        assert one.derained is not None
        assert other.derained is not None
        assert (one.derained.pixels == other.derained.pixels).all()
    apart = play(PlayFrames(clip, 0.2, 5, 64, treatment), NoWatch(), library)  # what was read last lies elsewhere
    assert apart.frames[0].flicker is None
    REELS.close()


@pytest.mark.parametrize("view", list(View))
def test_every_view_shows_the_frames_of_a_playing_clip(session: Session, view: View, qtbot: QtBot) -> None:
    player, canvas, viewing = player_of(session), session.window.canvas, session.viewing
    canvas.show_view(view)
    player.set_range(0.0, 0.4)
    player.play()
    until(qtbot, lambda: player.reel.spans(1.0) == [pytest.approx((0.0, 0.4))])
    seen: dict[float, QImage] = {}

    def look() -> bool:
        assert viewing.frame is not None
        seen[viewing.frame.time_s] = canvas.grab().toImage()
        return len(seen) >= 4

    until(qtbot, look)
    assert player.playing
    pictures = list(seen.values())
    assert all(one != other for one, other in itertools.combinations(pictures, 2))  # a square moves, and rain with it
    qtbot.keyPress(canvas, Qt.Key.Key_X)
    assert canvas.shows_original
    player.pause()
    frame = viewing.frame
    assert frame is not None
    middle = canvas.camera.picture_rect.center().toPoint() + QPoint(40, 40)
    place = canvas.camera.to_picture(QPointF(middle)) * (frame.rainy.width / frame.pair.region.width if frame.pair else 1)
    shown = QColor(canvas.grab().toImage().pixel(middle))
    rainy = QColor(frame.rainy.levels[0].pixel(place.toPoint()))
    assert all(abs(a - b) <= 12 for a, b in zip(shown.toTuple()[:3], rainy.toTuple()[:3], strict=True))
    qtbot.keyRelease(canvas, Qt.Key.Key_X)
    until(qtbot, idle(session))
