"""What is compared, and what is not: results come into table and grid, once, and go with their photo."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from rainapp.compare import result_cache
from rainapp.gui.app import Session
from rainapp.gui.compare.compare_page import ComparePage
from rainapp.gui.compare.compare_queue import CellState
from rainapp.gui.main_window import MainWindow
from tests.gui.compare.pages import Gate, Make, add_model, cell_image, lightness, text
from tests.gui.hands import drop
from tests.gui.plain_run import idle, rainy_photo, until


def test_dropped_photos_are_compared_into_a_table_and_a_grid(session: Session, photos: list[Path], qtbot: QtBot) -> None:
    window = session.window
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert window.pages.currentWidget() is window.empty  # one thing to do: drop photos
    drop(session, photos)
    until(qtbot, idle(session))
    page = window.compare
    assert window.pages.currentWidget() is page
    assert page.foot.button.text().strip() == "Compare 3 models on 3 photos"
    until(qtbot, lambda: page.foot.cost.accessibleName() == "9 results · 2 MB on the disk until you close")
    assert [pane.title for pane in page.grid.panes] == ["Rainy", "1 · My balcony", "2 · PReNet <i>", "3 · Tiny"]
    qtbot.mouseClick(page.foot.button, Qt.MouseButton.LeftButton)
    assert page.foot.stop.isVisible()
    until(qtbot, idle(session))
    assert [text(page, row, "Model") for row in range(3)] == ["My balcony", "PReNet <i>", "Tiny"]
    for row in range(3):
        assert text(page, row, "Changed").endswith(" %")
        assert text(page, row, "s per MP").endswith(" s")
        assert "→" in text(page, row, "Naturalness")
    assert "changed" in page.grid.panes[1].words
    assert lightness(cell_image(page, 3)) < lightness(cell_image(page, 0)) - 1  # "tiny" darkens
    assert page.foot.cost.accessibleName() == "All of it is compared"
    assert not page.foot.button.isEnabled()
    assert sorted(path.name for path in photos[0].parent.iterdir()) == [path.name for path in photos]


def test_only_what_is_missing_is_done_again(compared: ComparePage, gate: Gate, session: Session, qtbot: QtBot) -> None:
    assert len(gate.compared) == 9
    assert [photo for photo, _ in gate.compared[:3]] == ["street 0"] * 3  # the photo in sight first
    compared.table.setCurrentIndex(compared.table.lines.index(0, 0))
    compared.table.setFocus()
    qtbot.keyClick(compared.table, Qt.Key.Key_Space)
    assert compared.comparing.models == ["prenet", "tiny"]
    assert len(compared.grid.panes) == 3
    qtbot.keyClick(compared.table, Qt.Key.Key_Space)
    assert compared.comparing.missing == 0
    assert all(session.workspace.speed_of(card) for card in session.workspace.cards)  # learned on the way
    (old,) = (result.result for result in compared.comparing.run.results("tiny")[:1])
    session.workspace.change(veil="clear")  # only "tiny" can
    assert compared.comparing.missing == 3
    until(qtbot, session.window.actions_["compare"].isEnabled)
    session.window.actions_["compare"].trigger()
    until(qtbot, idle(session))
    anew = compared.comparing.cell("tiny")
    assert anew is not None
    assert anew.result is not None
    assert anew.result.result != old  # another file, so that the old picture is never shown for the new one
    assert compared.grid.panes[3].picture is compared.comparing.sights.picture(anew.result.result)
    assert sorted(gate.compared[9:]) == [(f"street {n}", "tiny") for n in range(3)]


def test_the_selected_photos_are_compared_where_several_are(page: ComparePage) -> None:
    page.panel.list.selectAll()
    workspace = page.comparing.workspace
    workspace.select(workspace.items[1], workspace.items[1:])
    assert page.foot.button.text().strip() == "Compare 3 models on 2 photos"
    assert [subject.name for subject in page.comparing.subjects] == ["street 1.png", "street 2.png"]
    window = page.window()
    assert isinstance(window, MainWindow)
    window.show_page("derain")
    assert sorted(index.row() for index in window.file_list.selectedIndexes()) == [1, 2]  # the other list agrees
    window.show_page("compare")
    window.actions_["toggle-list"].trigger()
    assert not page.panel.isVisible()
    window.actions_["remove"].trigger()
    assert len(page.comparing.workspace.items) == 1


def test_a_model_that_fails_stands_for_itself(page: ComparePage, session: Session, three_models: Path, qtbot: QtBot) -> None:
    weights = three_models / "balcony" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    session.window.actions_["compare"].trigger()
    until(qtbot, idle(session))
    assert len(page.grid.panes[1].trouble) > 20
    assert page.table.lines.lines[0].trouble
    assert len(text(page, 0, "Difference left")) > 20  # in its place, in words
    assert text(page, 1, "Changed").endswith(" %")
    assert page.grid.panes[2].picture is not None
    assert page.comparing.missing == 3  # it can be tried again


def test_stopping_keeps_what_is_there(page: ComparePage, session: Session, gate: Gate, qtbot: QtBot) -> None:
    session.window.actions_["compare"].trigger()
    until(qtbot, lambda: len(page.comparing.run.results()) >= 2)
    gate.open.clear()
    until(qtbot, lambda: any(c.state is CellState.RUNNING for c in map(page.comparing.cell, ("balcony", "prenet", "tiny")) if c)
          or len(page.comparing.run.results()) >= 3)  # fmt: skip
    qtbot.mouseClick(page.foot.stop, Qt.MouseButton.LeftButton)
    kept_results = len(page.comparing.run.results())
    assert kept_results >= 2
    assert page.foot.button.isVisible()
    gate.open.set()
    until(qtbot, idle(session))
    assert len(page.comparing.run.results()) == kept_results
    assert page.comparing.missing == 9 - kept_results
    session.window.actions_["compare"].trigger()
    until(qtbot, idle(session))
    assert page.comparing.missing == 0


def test_one_model_alone_says_what_to_do(make: Make, tiny_library: Path, photos: list[Path], qtbot: QtBot) -> None:
    session = make(tiny_library)
    session.workspace.add(photos)
    session.window.show_page("compare")
    until(qtbot, idle(session))
    page = session.window.compare
    assert "only one model" in page.grid.panes[1].trouble
    assert page.foot.cost.accessibleName() == "Comparing needs two models: add another"
    assert not page.foot.button.isEnabled()
    assert page.add.isEnabled()


def test_a_model_that_comes_in_joins_the_comparison(compared: ComparePage, session: Session, three_models: Path) -> None:
    add_model(three_models, "another", "Tiny", "prenet", 7, stages=2, channels=4)
    session.workspace.read_library()  # as the page of models does after an import
    assert "another" in compared.comparing.models
    assert len(set(compared.comparing.titles.values())) == 4  # two of one title are told apart
    assert compared.comparing.missing == 3
    assert compared.grid.panes[1].title == "1 · Tiny (another)"


def test_a_photo_that_cannot_be_read_says_so(page: ComparePage, session: Session, photos: list[Path], qtbot: QtBot) -> None:
    broken = photos[0].with_name("broken.png")
    broken.write_bytes(b"no picture")
    session.workspace.add([broken])
    session.workspace.select(session.workspace.items[3], [session.workspace.items[3]])
    until(qtbot, idle(session))
    assert len(page.grid.panes[0].trouble) > 10
    assert "broken.png" not in [subject.name for subject in page.comparing.subjects]


def test_a_removed_photo_takes_its_results_along(compared: ComparePage, session: Session, qtbot: QtBot) -> None:
    place = result_cache.root()
    (run,) = place.iterdir()
    assert len(list(run.iterdir())) == 3
    session.workspace.remove([session.workspace.items[0]])
    until(qtbot, idle(session))
    assert len(list(run.iterdir())) == 2
    assert len(compared.comparing.run.results()) == 6


def test_a_photo_that_comes_after_another_left_is_compared_itself(
    compared: ComparePage, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    session.workspace.remove([session.workspace.items[0]])
    late = rainy_photo(tmp_path / "late.png", 100, 80)
    session.workspace.add([late])
    until(qtbot, idle(session))
    compared.start()
    until(qtbot, idle(session))
    results = compared.comparing.run.results("tiny")
    assert len({result.original for result in results}) == 3
    assert {(result.width, result.height) for result in results if result.source == late} == {(100, 80)}


def test_all_pictures_of_a_clip_show_one_moment(compared: ComparePage, session: Session, qtbot: QtBot) -> None:
    item = session.workspace.items[0]
    before = compared.comparing.subject
    assert before is not None
    item.is_clip, item.duration_s = True, 4.0  # as becomes known after it was compared
    compared.refresh()
    known = compared.comparing.subject
    assert known is not None
    assert (known.time_s, known.frames) == (1.76, 12)  # its middle, and what was compared as a photo is to be done again
    assert [pane.trouble for pane in compared.grid.panes[1:]] == ["Not compared yet"] * 3
    compared.comparing.sights.show(before, [])
    known = before
    until(qtbot, idle(session))
    sights = compared.comparing.sights
    assert sights.picture(known.source) is not None
    sights.show(replace(known, time_s=2.0), [])  # as becomes known before it is compared
    assert sights.picture(known.source) is None
    until(qtbot, idle(session))
    assert sights.picture(known.source) is not None


def test_closing_the_window_stops_what_runs_and_deletes_what_was_kept(
    make: Make, three_models: Path, photos: list[Path], gate: Gate, qtbot: QtBot
) -> None:
    session = make(three_models)
    session.workspace.add(photos)
    session.window.show_page("compare")
    session.window.compare.start()
    until(qtbot, lambda: bool(session.window.compare.comparing.run.results()))
    gate.open.clear()
    session.close()
    assert not any(timer.isActive() for timer in session.window.compare.findChildren(QTimer))
    assert not list(result_cache.root().iterdir())
