"""What is previewed, in which order and how large: what is in sight comes first, and no larger than it is seen."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.canvas.view_cache import PREVIEW_PX, PREVIEW_PX_MIN
from rainapp.jobs.records import Preview, WarmUp
from tests.gui.plain_run import PlainRun, idle, rainy_photo, until


def previews(run: PlainRun) -> list[Preview]:
    return [job for job in run.jobs if isinstance(job, Preview)]


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A photo that is larger than any preview of the whole."""
    return rainy_photo(tmp_path / "large.png", 4000, 3000, streaks=600)


def test_at_full_scale_the_part_in_sight_comes_before_the_whole(
    make_session: Callable[..., Session], plain_run: PlainRun, large: Path, qtbot: QtBot
) -> None:
    session = make_session(size=(900, 700))
    session.workspace.add([large])
    until(qtbot, lambda: session.viewing.pair is not None and idle(session)())
    session.window.canvas.actual_size()
    until(qtbot, lambda: session.viewing.part is not None and idle(session)())
    plain_run.jobs.clear()
    session.workspace.change(veil="clear")
    until(qtbot, lambda: len(previews(plain_run)) == 3 and idle(session)())
    first, second, third = previews(plain_run)
    assert first.region is not None
    assert second == replace(first, draft=False)
    assert third.region is None
    assert [job.treatment.veil for job in (first, third)] == ["clear", "clear"]
    assert session.viewing.part is not None  # and stays when the whole comes after it
    session.workspace.change(veil="keep")
    session.workspace.change(veil="clear")  # the newer wish takes the older one's place
    until(qtbot, idle(session))
    assert session.viewing.sight is not None
    assert session.viewing.sight.treatment == session.workspace.preview_treatment
    assert session.viewing.sight.part_by == session.workspace.preview_treatment


def test_the_part_in_sight_is_previewed_in_haste_first_and_then_exactly(
    make_session: Callable[..., Session], plain_run: PlainRun, large: Path, qtbot: QtBot
) -> None:
    session = make_session(size=(900, 700))
    session.workspace.add([large])
    until(qtbot, lambda: session.viewing.pair is not None and idle(session)())
    canvas, sight = session.window.canvas, session.viewing.sight
    assert sight is not None
    plain_run.jobs.clear()
    canvas.actual_size()
    until(qtbot, lambda: sight.part is not None and not sight.part.is_rough)
    until(qtbot, idle(session))
    draft, exact = previews(plain_run)
    assert (draft.draft, exact.draft) == (True, False)
    assert draft.region == exact.region == canvas.camera.visible()
    plain_run.jobs.clear()
    plain_run.hold.clear()
    canvas.camera.pan(QPointF(-300, -200))
    canvas._moved()
    until(qtbot, lambda: len(previews(plain_run)) == 1)  # and stays at its first tile
    canvas.camera.pan(QPointF(-300, -200))
    canvas._moved()
    plain_run.hold.set()
    until(qtbot, lambda: sight.part is not None and sight.part.region == canvas.camera.visible() and not sight.part.is_rough)
    until(qtbot, idle(session))
    assert [job.draft for job in previews(plain_run)][-2:] == [True, False]


def test_the_net_is_made_ready_for_what_will_be_in_sight_at_full_scale(
    make_session: Callable[..., Session], plain_run: PlainRun, large: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    session = make_session(size=(900, 700))
    session.workspace.add([rainy_photo(tmp_path / "small.png"), large])
    for item, times in zip(session.workspace.items, (0, 1), strict=True):
        session.workspace.select(item, [item])
        until(qtbot, lambda: session.viewing.pair is not None and idle(session)())
        ready = [job for job in plain_run.jobs if isinstance(job, WarmUp)]
        assert len(ready) == times
    session.window.canvas.actual_size()
    until(qtbot, lambda: session.viewing.part is not None and idle(session)())
    assert session.viewing.part is not None
    assert ready[0].whole == (4000, 3000)
    assert ready[0].part == pytest.approx((session.viewing.part.region.width, session.viewing.part.region.height), abs=1)


def test_a_large_photo_is_previewed_as_large_as_it_is_seen(
    make_session: Callable[..., Session], plain_run: PlainRun, large: Path, qtbot: QtBot
) -> None:
    session = make_session(size=(900, 700))
    session.workspace.add([large])
    until(qtbot, lambda: session.viewing.pair is not None and idle(session)())
    (only,) = previews(plain_run)
    assert only.longest_px == PREVIEW_PX_MIN
    session.window.resize(1900, 1300)  # there is more to see
    until(qtbot, lambda: len(previews(plain_run)) > 1 and idle(session)())
    seen = session.window.canvas.camera.picture_rect.width() * session.window.canvas.devicePixelRatioF()
    pair = session.viewing.pair
    assert pair is not None
    assert PREVIEW_PX_MIN < seen <= pair.rainy.width <= PREVIEW_PX
    grown = len(previews(plain_run))
    session.window.resize(900, 700)  # what is finer than needed stays
    until(qtbot, idle(session))
    assert len(previews(plain_run)) == grown


def test_zoomed_in_too_little_for_a_part_the_whole_becomes_finer(
    make_session: Callable[..., Session], plain_run: PlainRun, large: Path, qtbot: QtBot
) -> None:
    session = make_session(size=(1900, 1300))
    session.workspace.add([large])
    until(qtbot, lambda: session.viewing.pair is not None and idle(session)())
    (only,) = previews(plain_run)
    assert only.longest_px < PREVIEW_PX
    canvas = session.window.canvas
    zoom = math.sqrt(canvas.width() * canvas.height() / 9e6)  # nine megapixels are in sight
    canvas.camera.zoom_to(zoom)
    canvas._moved()
    until(qtbot, lambda: previews(plain_run)[-1].longest_px == PREVIEW_PX and idle(session)())
    assert session.viewing.part is None


def test_a_photo_of_the_size_of_a_screen_is_previewed_as_it_is(
    make_session: Callable[..., Session], plain_run: PlainRun, tmp_path: Path, qtbot: QtBot
) -> None:
    session = make_session(size=(900, 700))
    session.workspace.add([rainy_photo(tmp_path / "small.png", 1500, 900)])
    until(qtbot, lambda: session.viewing.pair is not None and idle(session)())
    pair = session.viewing.pair
    assert pair is not None
    assert pair.rainy.width == 1500
