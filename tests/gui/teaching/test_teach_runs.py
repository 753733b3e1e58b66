"""Runs in the list, what a verdict shows, votes without names; and the words and figures that the pages are made of."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.teach import teach_words as say
from rainapp.gui.teach.curve_view import CurveView
from rainapp.gui.teach.own_rain import OwnRain
from rainapp.gui.teach.run_record import RunRecord
from rainapp.gui.teach.teach_child import event_of
from rainapp.gui.teach.teach_events import Fitted, Point, Understood
from rainapp.gui.teach.teach_state import Step
from rainapp.gui.text.error_texts import _patterns
from tests.gui.plain_run import until
from tests.gui.teaching.conftest import FITTED, UNDERSTOOD, run_by_hand, verdict_of
from training.rain.fit import profile_of
from training.rain.profiles import RainProfile
from training.teach import gate, run_list
from training.teach import request as requests

Teaching = Callable[..., Session]


def test_all_runs_are_listed_with_their_state_and_can_be_opened(teaching: Teaching, qtbot: QtBot) -> None:
    session = teaching()
    page = session.window.teach
    run_by_hand("found", understood=UNDERSTOOD, fitted=FITTED)
    run_by_hand("refused", understood=UNDERSTOOD, fitted=FITTED, verdict=verdict_of(False))
    run_by_hand("taken", understood=UNDERSTOOD, fitted=FITTED, verdict=verdict_of(True, model="my-street"))
    damaged = run_by_hand("torn", understood=UNDERSTOOD)
    (damaged / requests.REQUEST).write_text("{}")
    page.toggle_runs()
    told = {line.name.accessibleName(): line.told.accessibleName().partition(" · ")[0] for line in page.runs.lines}
    assert told == {
        "Found": "Rain found, not taught yet",
        "Refused": "It did not help",
        "my-street": "Added to the models",
        "teach-torn": "Damaged",
    }
    opened: list[QUrl] = []
    session.window.disk.open_url = opened.append
    line = next(line for line in page.runs.lines if line.run.name == "refused")
    line.folder.click()
    assert [Path(url.toLocalFile()).name for url in opened] == ["teach-refused"]
    qtbot.mouseClick(line.open, Qt.MouseButton.LeftButton)
    assert page.state.step is Step.HELPED
    assert page.main.accessibleName() == "Why not yet"


def test_a_run_goes_to_the_trash_and_one_in_hand_is_let_go(teaching: Teaching, tmp_path: Path) -> None:
    page = teaching().window.teach
    (tmp_path / "home").mkdir(exist_ok=True)  # of which the trash is a part
    folder = run_by_hand("found", understood=UNDERSTOOD, fitted=FITTED)
    page.toggle_runs()
    page.runs.opened.emit(page.runs.lines[0].run)
    assert page.state.run is not None
    page.toggle_runs()
    page.runs.lines[0].trash.click()
    assert not folder.exists()
    assert page.runs.lines == []
    assert page.state.run is None
    assert page.state.step is Step.RAIN


def test_why_not_yet_is_said_with_what_would_help(teaching: Teaching, qtbot: QtBot) -> None:
    page = teaching().window.teach
    run_by_hand("refused", understood=UNDERSTOOD, fitted=FITTED, verdict=verdict_of(False))
    page.state.open_run(run_list.runs()[0])
    assert not page.helped.reasons.isVisible()
    assert page.helped.own.before.text() == "31 %"
    assert page.helped.own.after.text() == "52 %"
    qtbot.mouseClick(page.main, Qt.MouseButton.LeftButton)
    assert page.helped.reasons.isVisible()
    assert page.helped.reasons.text().startswith("It may change dry photos by 0.80 grey levels more")
    assert page.helped.helps.isVisible()
    assert not page.helped.name_row.isVisible(), "what was refused has no way into the library"
    qtbot.mouseClick(page.helped.more_photos, Qt.MouseButton.LeftButton)
    assert page.state.step is Step.RAIN
    assert run_list.runs(), "the run stays"


def test_a_vote_without_names_tells_at_the_end_which_was_which(teaching: Teaching, qtbot: QtBot) -> None:
    page = teaching().window.teach
    run_by_hand("liked", understood=UNDERSTOOD, fitted=FITTED, verdict=verdict_of(True))
    page.state.open_run(run_list.runs()[0])
    helped = page.helped
    until(qtbot, lambda: helped.grid.has_picture)
    assert [pane.title for pane in helped.grid.panes] == ["Rainy", "Before teaching", "Taught"]
    qtbot.mouseClick(helped.blind, Qt.MouseButton.LeftButton)
    assert [pane.title for pane in helped.grid.panes] == ["Rainy", "A", "B"]
    assert all(pane.model == "" for pane in helped.grid.panes), "nothing tells which is which"
    helped.grid.picked.emit(0)
    assert helped.ballot is not None
    assert helped.ballot.cast == 0, "the rainy photo is no candidate"
    for _ in range(2):
        helped.grid.picked.emit(helped.taught_at + 1)
    helped.none.click()
    assert helped.ballot is None
    words = "You preferred the taught model on 2 photos, the one before on 0, neither on 1. That may be chance."
    assert helped.tally.text() == words
    assert page.main.accessibleName() == "Add to my models"


def test_a_damaged_run_is_said_and_not_opened(teaching: Teaching) -> None:
    page = teaching().window.teach
    folder = run_by_hand("torn", understood=UNDERSTOOD, fitted=FITTED)
    (folder / requests.FITTED).write_text("no JSON")
    page.state.open_run(run_list.runs()[0])
    assert page.trouble.words.text() == "The run teach-torn is damaged: fitted.json cannot be read. Start it anew."
    assert page.state.run is None


def test_teaching_goes_on_from_the_model_that_was_added(teaching: Teaching, qtbot: QtBot) -> None:
    page = teaching().window.teach
    run_by_hand("taken", understood=UNDERSTOOD, fitted=FITTED, verdict=verdict_of(True, model="tiny"))
    page.state.open_run(run_list.runs()[0])
    qtbot.mouseClick(page.helped.teach_on, Qt.MouseButton.LeftButton)
    assert page.state.step is Step.RAIN
    assert page.state.base_id == "tiny"


@pytest.mark.parametrize("name", ["Mein Balkon", "  ", "Ünïcode!", "a" * 99, "../../etc"])
def test_any_name_becomes_an_id(name: str) -> None:
    from rainapp.library.cards import check_id

    assert check_id(run_list.id_of(name))


def test_what_a_person_changes_of_the_rain_stays_within_what_can_be_drawn() -> None:
    profile = {**FITTED["profile"], "lean": [70.0, 85.0]}
    for own in (OwnRain(200, 2, 45, 200), OwnRain(30, -2, -45, 0), OwnRain()):
        made = own.of(profile)
        drawn = profile_of({"profile": made})
        assert isinstance(drawn, RainProfile)
        assert 0.02 <= drawn.alpha[0] <= drawn.alpha[1] <= 0.95
        assert 1 <= drawn.layers[0] <= drawn.layers[1] <= 4
        assert -90 <= drawn.lean[0] <= drawn.lean[1] <= 90
        assert 0 <= drawn.veil[0] <= 1
    assert OwnRain().of(profile)["alpha"] == profile["alpha"]
    assert OwnRain(slant=10).of(FITTED["profile"])["lean"] == [-5.0, 25.0]


def test_enough_is_said_honestly() -> None:
    def said(rainy: int, judgeable: int) -> str:
        return say.how_many(Understood(rainy=rainy, judgeable=judgeable))

    assert said(9, 9) == "Usable: 9 of at least 12. Add 3 more."
    assert said(14, 5) == "Usable: 14, but only 5 with streaks of one direction, and 8 are needed to judge by."
    assert said(14, 12).startswith("Usable: 14. That is enough to begin")
    assert said(40, 30) == "Usable: 40. That is plenty."
    assert say.likeness(Fitted(distance=0.4, floor=0.3)) != say.likeness(Fitted(distance=2.0, floor=0.3))


def test_what_is_no_event_is_passed_over(tmp_path: Path) -> None:
    assert event_of(b"Traceback (most recent call last):") is None
    assert event_of(b"[1, 2]") is None
    assert event_of(b'{"event": "stage", "stage": "fit"}') == {"event": "stage", "stage": "fit"}
    record = RunRecord(tmp_path)
    record.take({"event": "curve", "step": 0, "minutes": 0.0, "fine_removed": 0.3, "check_psnr_y": 30.0})
    record.take({"event": "curve", "step": 50, "minutes": 0.2, "fine_removed": 0.4, "check_psnr_y": 30.0})
    record.take({"event": "curve", "step": 40, "minutes": 0.2, "fine_removed": 0.5, "check_psnr_y": 30.0})
    assert [point.step for point in record.points] == [0, 40], "what was done again counts once"


def test_the_curve_has_a_line_for_before(qtbot: QtBot) -> None:
    view = CurveView()
    qtbot.addWidget(view)
    view.resize(500, 240)
    empty = view.grab().toImage()
    view.show_points([Point(0, 0.0, 0.31, 30.0), Point(90, 5.0, 0.52, 30.0)], 17.5)
    assert view.accessibleDescription() == "Before teaching 31 %, now 52 %"
    seen = view.grab().toImage()
    assert seen != empty
    assert isinstance(seen, QImage)


def test_every_sentence_of_the_gate_can_be_translated() -> None:
    measured = [
        gate.judge(gate.Measured(fine, dry, check), gate.Measured(fine2, dry2, check2))
        for fine, fine2, dry, dry2, check, check2 in (
            ((0.3,) * 5, (0.4,) * 5, (0.1,), (0.1,), (30.0,), (30.0,)),
            ((0.3,) * 8, (0.3,) * 8, (0.1,) * 8, (0.9,) * 8, (30.0, 31.0), (27.0, 28.0)),
            ((0.3,) * 6, (0.2, 0.2, 0.9, 0.9, 0.2, 0.2), (0.1,) * 8, (0.1,) * 8, (30.0, 31.0), (30.0, 31.0)),
            ((0.3,) * 8, (0.6,) * 8, (0.1,) * 8, (0.1,) * 8, (30.0, 31.0), (29.5, 30.5)),
            ((0.3,) * 8, (0.6,) * 8, (0.1,) * 8, (0.1,) * 8, (30.0, 31.0), (30.1, 31.1)),
        )
    ]
    reasons = {reason for verdict in measured for reason in verdict.reasons}
    assert len(reasons) >= 8
    from rainapp.gui.text.teach_sentences import TEACH_SENTENCES

    known = [pattern for _, pattern in _patterns()]
    unknown = [each for each in reasons if each not in TEACH_SENTENCES and not any(p.fullmatch(each) for p in known)]
    assert not unknown
