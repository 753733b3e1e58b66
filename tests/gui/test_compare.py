"""The Compare page over real nets: dropped photos, several models, figures, blind votes, known rain, exports."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from rainapp import kept
from rainapp.compare_jobs import ComparePhoto
from rainapp.comparison import Compared, Figures
from rainapp.gui.app import Session, prepare, run_work
from rainapp.gui.compare import ComparePage
from rainapp.gui.compare_grid import CompareGrid, Pane
from rainapp.gui.compare_run import Cell, CellState, Subject
from rainapp.gui.window import MainWindow
from rainapp.jobs import Job, Watch
from rainapp.library import ModelCard, ModelLibrary, sha256_of, write_card
from rainapp.settings import Settings
from tests.gui.plain_run import idle, rainy_photo, until
from tests.gui.test_journeys import drop

Make = Callable[..., Session]


def add_model(library: Path, model_id: str, title: str, arch: str, seed: int, **shape: object) -> None:
    """A real net of a few thousand random numbers that changes every picture a little."""
    import torch
    from safetensors.torch import save_file

    from rainapp import nets

    torch.manual_seed(seed)
    net = nets.build(arch, **shape)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if name.startswith("tail"):
                parameter.normal_(std=0.02)
    folder = library / model_id
    folder.mkdir()
    weights = folder / "weights.safetensors"
    save_file({name: value.contiguous() for name, value in net.state_dict().items()}, weights)
    multiple = 4 if arch == "unshuffle_naf" else 1
    card = ModelCard(
        model_id, title, arch, sha256_of(weights), shape=dict(shape), licence="MIT", multiple_of_px=multiple, receptive_px=16
    )
    write_card(folder, card)


@pytest.fixture
def three_models(tiny_library: Path) -> Path:
    """The library with "tiny", a second net of its kind, and one of the shape of a PReNet, as if imported."""
    add_model(tiny_library, "balcony", "My balcony", "unshuffle_naf", 5, width=4, encoder=[1], middle=1, decoder=[1])
    add_model(tiny_library, "prenet", "PReNet <i>", "prenet", 6, stages=2, channels=4)
    return tiny_library


class Gate:
    """The real work; comparing waits at the gate while it is shut."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.compared: list[tuple[str, str]] = []

    def __call__(self, job: Job, watch: Watch) -> object:
        if isinstance(job, ComparePhoto):
            watch.tick(1, 4)
            while not self.open.wait(0.01):
                watch.tick(1, 4)
            self.compared.append((job.source.stem, job.treatment.model))
        return run_work(job, watch)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def make(qapp: QApplication, gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Opens sessions over a library folder, and closes them."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    opened: list[Session] = []

    def made(library: Path, size: tuple[int, int] = (1440, 900)) -> Session:
        settings = Settings(theme="dark", device="cpu", engine="torch", precision="fp32")
        prepare(qapp, settings)
        session = Session(settings, gate, ModelLibrary(tmp_path / "bundled", library))
        opened.append(session)
        session.window.resize(*size)
        session.window.show()
        return session

    yield made
    gate.open.set()
    for session in opened:
        session.close()
        session.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def session(make: Make, three_models: Path) -> Session:
    return make(three_models)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "photos"
    folder.mkdir()
    return [rainy_photo(folder / f"street {n}.png", seed=n) for n in range(3)]


@pytest.fixture
def page(session: Session, photos: list[Path], qtbot: QtBot) -> ComparePage:
    """The page in sight, three photos listed, nothing compared."""
    session.workspace.add(photos)
    session.window.actions_["page-compare"].trigger()
    until(qtbot, idle(session))
    return session.window.compare


@pytest.fixture
def compared(page: ComparePage, session: Session, qtbot: QtBot) -> ComparePage:
    qtbot.mouseClick(page.foot.button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    return page


def cell_image(page: ComparePage, place: int) -> QImage:
    """The middle of a cell, away from its pills."""
    cell = page.grid.cell(place)
    middle = cell.adjusted(cell.width() * 0.3, cell.height() * 0.3, -cell.width() * 0.3, -cell.height() * 0.3)
    return page.grid.grab(middle.toRect()).toImage()


def alike(one: QImage, other: QImage) -> bool:
    """Whether two pictures show the same, apart from half a pixel."""
    xs, ys = range(4, min(one.width(), other.width()) - 4, 9), range(4, min(one.height(), other.height()) - 4, 9)
    differences = [abs(QColor(one.pixel(x, y)).lightness() - QColor(other.pixel(x, y)).lightness()) for x in xs for y in ys]
    return float(np.mean(differences)) < 1.0


def lightness(image: QImage) -> float:
    """Mean lightness, 0 to 255."""
    xs, ys = range(0, image.width(), 3), range(0, image.height(), 3)
    return float(np.mean([QColor(image.pixel(x, y)).lightness() for x in xs for y in ys]))


def text(page: ComparePage, row: int, head: str) -> str:
    lines = page.table.lines
    heads = [lines.headerData(n, Qt.Orientation.Horizontal) for n in range(lines.columnCount())]
    return str(lines.data(lines.index(row, heads.index(head))))


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


def test_all_cells_share_one_camera(compared: ComparePage, qtbot: QtBot) -> None:
    grid = compared.grid
    at = grid.cell(2).center()
    before = [cell_image(compared, place) for place in range(4)]
    wheel = QWheelEvent(
        at, QPointF(grid.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 600), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(grid, wheel)
    assert grid.camera.zoom > 1.5
    assert all(not alike(one, cell_image(compared, place)) for place, one in enumerate(before))
    zoomed = [cell_image(compared, place) for place in range(4)]
    QTest.mousePress(grid, Qt.MouseButton.LeftButton, pos=at.toPoint())
    QTest.mouseMove(grid, at.toPoint() + QPoint(60, 30))
    QTest.mouseMove(grid, at.toPoint() + QPoint(160, 60))
    QTest.mouseRelease(grid, Qt.MouseButton.LeftButton, pos=at.toPoint() + QPoint(160, 60))
    assert all(not alike(one, cell_image(compared, place)) for place, one in enumerate(zoomed))
    assert compared.table.model_in_hand is None  # a drag is no click
    qtbot.keyClick(compared.window(), Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert grid.camera.fitted
    assert all(alike(one, cell_image(compared, place)) for place, one in enumerate(before))


def test_a_digit_held_shows_one_cell_and_x_the_original(compared: ComparePage, qtbot: QtBot) -> None:
    widget: QWidget = compared.grid
    for widget in (compared.panel.list, compared.table, compared.grid):  # wherever the focus is
        widget.setFocus()
        qtbot.keyPress(widget, Qt.Key.Key_3)
        assert compared.grid.held == 3
        qtbot.keyRelease(widget, Qt.Key.Key_3)
        assert compared.grid.held is None
    rainy, derained = (lightness(cell_image(compared, place)) for place in (0, 3))
    assert derained < rainy - 1  # "tiny" darkens
    qtbot.keyPress(widget, Qt.Key.Key_X)
    assert lightness(cell_image(compared, 3)) == pytest.approx(rainy, abs=0.5)
    qtbot.keyRelease(widget, Qt.Key.Key_X)
    assert lightness(cell_image(compared, 3)) == pytest.approx(derained)


def test_a_clicked_cell_is_framed_and_its_line_selected(compared: ComparePage, qtbot: QtBot) -> None:
    qtbot.mouseClick(compared.grid, Qt.MouseButton.LeftButton, pos=compared.grid.cell(2).center().toPoint())
    assert compared.table.model_in_hand == "prenet"
    assert compared.grid.marked == 2
    qtbot.keyClick(compared.table, Qt.Key.Key_Down)
    assert compared.grid.marked == 3


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
    assert len(text(page, 0, "Rain left")) > 20  # in its place, in words
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


def test_the_table_sorts_by_mouse_and_by_key(compared: ComparePage, qtbot: QtBot) -> None:
    table = compared.table
    column = 2  # changed
    heads = table.horizontalHeader()
    at = QPoint(heads.sectionViewportPosition(column) + 20, heads.height() // 2)
    qtbot.mouseClick(heads.viewport(), Qt.MouseButton.LeftButton, pos=at)
    values = [line.figures.changed for line in table.lines.lines if line.figures is not None]
    assert values == sorted(values)
    table.choose("tiny")
    table.setCurrentIndex(table.lines.index(table.currentIndex().row(), 0))
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Return)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert [line.title for line in table.lines.lines] == ["Tiny", "PReNet <i>", "My balcony"]
    assert table.model_in_hand == "tiny"  # what was selected stays selected


def test_a_blind_test_hides_the_names_and_reveals_the_votes(compared: ComparePage, session: Session, qtbot: QtBot) -> None:
    comparing = compared.comparing
    session.window.actions_["compare-blind"].trigger()
    qtbot.keyClick(compared.grid, Qt.Key.Key_0)
    qtbot.keyClick(compared.grid, Qt.Key.Key_Escape)  # left without a trace
    assert comparing.tally is None
    assert not compared.card.isVisible()
    session.workspace.step(-1)
    qtbot.keyClick(session.window, Qt.Key.Key_B)
    assert comparing.ballot is not None
    assert [pane.title for pane in compared.grid.panes] == ["Rainy", "1 · A", "2 · B", "3 · C"]
    assert not any(pane.words for pane in compared.grid.panes)
    assert not compared.table.isVisible()
    assert compared.blind.isVisible()
    assert not session.window.actions_["compare-report"].isEnabled()
    for turn in range(3):
        assert comparing.ballot is not None
        assert session.workspace.current is session.workspace.items[turn]
        until(qtbot, idle(session))
        place = comparing.ballot.order.index("tiny")
        if turn == 0:
            qtbot.keyClick(compared.grid, Qt.Key(Qt.Key.Key_1 + place))
        elif turn == 1:
            qtbot.mouseClick(compared.grid, Qt.MouseButton.LeftButton, pos=compared.grid.cell(place + 1).center().toPoint())
        else:
            qtbot.mouseClick(compared.blind.buttons[place], Qt.MouseButton.LeftButton)
    assert compared.table.isVisible()
    assert not compared.blind.isVisible()
    assert compared.card.words.text() == "Tiny won 3 of 3 votes. Against My balcony with 0, that could be chance (p = 0.25)."
    assert [text(compared, row, "Votes") for row in range(3)] == ["0 of 3", "0 of 3", "3 of 3"]


def test_with_a_ground_truth_the_table_tells_removal_from_damage(
    compared: ComparePage, session: Session, photos: list[Path], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = tmp_path / "truth"
    truth.mkdir()
    for n, photo in enumerate(photos):
        rainy_photo(truth / photo.name, streaks=0, seed=n)
    assert compared.table.isColumnHidden(10)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(truth))
    session.window.actions_["compare-truth-folder"].trigger()
    assert compared.comparing.missing == 9
    session.window.actions_["compare"].trigger()
    until(qtbot, idle(session))
    assert not compared.table.isColumnHidden(10)  # the background; a narrow table keeps what tells most
    assert float(text(compared, 2, "PSNR")) > 10
    assert text(compared, 2, "Rain left").endswith(" %")
    assert all(" · " in pane.words for pane in compared.grid.panes[1:])
    assert "changed" not in compared.grid.panes[1].words  # what is left of the rain is known now, and says more


def test_the_recommended_model_is_taken_into_use(session: Session, qtbot: QtBot) -> None:
    session.window.show_page("compare")
    page = session.window.compare
    source = Path("a")
    for model, left in (("tiny", 0.5), ("balcony", 0.2)):
        figures = Figures(seconds_per_mp=0.5, error_left=left)
        result = Compared(source, model, source, source, 4, 4, 1.0, "torch", True, figures)
        treatment = replace(session.workspace.treatment, model=model)
        cell = Cell(Subject(source, "a"), treatment, CellState.DONE, result=result)
        page.comparing.trial.run._cells[source, model] = cell
    page.refresh()
    assert "<b>My balcony</b> suits this photo best" in page.card.words.text()
    assert "20 %" in page.card.words.text()
    assert "PReNet" not in page.card.words.text()
    page.card.use.click()
    assert session.workspace.treatment.model == "balcony"
    assert not page.card.use.isEnabled()


def test_a_comparison_is_exported(
    compared: ComparePage, session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind, name in (("picture", "sheet.png"), ("report", "report.html"), ("clip", "swipe.webp")):
        target = tmp_path / name
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, target=target: (str(target), ""))
        session.window.actions_[f"compare-{kind}"].trigger()
        until(qtbot, idle(session))
        assert session.window.notice.words.text() == f"Saved {target}."
        assert target.stat().st_size > 5000
    told = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert told.count("<section>") == 3
    assert "PReNet &lt;i&gt;" in told


def test_details_come_when_zoomed_in(make: Make, three_models: Path, tmp_path: Path, qtbot: QtBot) -> None:
    rng = np.random.default_rng(1)
    photos = [tmp_path / "large 1.png", tmp_path / "large 2.png"]
    for photo in photos:
        cv2.imwrite(str(photo), rng.integers(60, 180, (400, 1760, 3), dtype=np.uint8))
    session = make(three_models)
    session.workspace.add(photos)
    session.window.show_page("compare")
    page = session.window.compare
    page.comparing.choose("prenet", False)
    page.start()
    until(qtbot, idle(session))
    session.window.actions_["actual-size"].trigger()
    until(qtbot, lambda: page.grid.panes[1].part is not None and page.grid.panes[0].part is not None)
    region = page.comparing.sights.part_region
    part = page.grid.panes[1].part
    assert region is not None
    assert part is not None
    assert (part.width, part.height) == (region.width, region.height)  # a pixel for a pixel
    for by in (1, -1):  # to the other photo and back: the camera stays, and the details come
        session.workspace.step(by)
        until(qtbot, lambda: page.grid.panes[1].part is not None and page.grid.panes[0].part is not None)
        assert page.grid.camera.zoom == 1
    session.window.actions_["fit"].trigger()
    assert page.grid.camera.fitted


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
    place = kept.root()
    (run,) = place.iterdir()
    assert len(list(run.iterdir())) == 3
    session.workspace.remove([session.workspace.items[0]])
    until(qtbot, idle(session))
    assert len(list(run.iterdir())) == 2
    assert len(compared.comparing.run.results()) == 6


def test_themes_switch_while_results_are_seen(compared: ComparePage, session: Session, qtbot: QtBot) -> None:
    session.window.actions_["theme-light"].trigger()
    light = compared.grab().toImage()
    session.window.actions_["theme-dark"].trigger()
    dark = compared.grab().toImage()
    at = QPoint(compared.foot.x() + 400, compared.height() - 8)
    assert QColor(light.pixel(at)).lightness() > QColor(dark.pixel(at)).lightness() + 100


def test_opening_and_leaving_the_page_leaves_nothing_behind(compared: ComparePage, session: Session, qtbot: QtBot) -> None:
    window = session.window

    def once() -> tuple[int, int, int]:
        window.show_page("compare")
        until(qtbot, idle(session))
        window.show_page("derain")
        until(qtbot, idle(session))
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return len(QApplication.allWidgets()), len(window.findChildren(QTimer)), threading.active_count()

    first = once()
    for _ in range(3):
        assert once() == first


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
    assert not list(kept.root().iterdir())


@pytest.mark.parametrize("size", [(1440, 900), (1000, 700), (800, 600), (640, 480)])
def test_nothing_is_cut_off_at_any_size(
    size: tuple[int, int], make: Make, three_models: Path, photos: list[Path], qtbot: QtBot
) -> None:
    session = make(three_models, size)
    session.workspace.add(photos)
    session.window.show_page("compare")
    until(qtbot, idle(session))
    window, page = session.window, session.window.compare
    assert (window.width(), window.height()) == size
    for widget in (page.foot.button, page.grid, page.table, page.export, page.vote, page.modes, window.header.settings):
        corner = widget.mapTo(window, widget.rect().topLeft())
        assert window.rect().contains(widget.rect().translated(corner)), widget.accessibleName()
        assert min(widget.width(), widget.height()) >= 27, widget.accessibleName()


def test_the_grid_takes_the_arrangement_that_shows_photos_largest(qapp: QApplication, qtbot: QtBot) -> None:
    grid = CompareGrid()
    qtbot.addWidget(grid)
    grid.resize(1000, 600)
    for count, shape, columns in (
        (2, (300, 200), 2),
        (4, (300, 200), 2),
        (10, (300, 200), 4),
        (3, (600, 100), 1),
        (3, (100, 300), 3),
    ):
        grid.show_panes([Pane(str(n), str(n)) for n in range(count)], shape, None)
        assert grid.columns == columns, (count, shape)
        cells = [grid.cell(n) for n in range(count)]
        assert not any(one.intersects(other) for n, one in enumerate(cells) for other in cells[:n])


def test_a_person_finds_the_model_that_suits_and_derains_with_it(
    session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, workspace = session.window, session.workspace
    page = window.compare
    photos = [rainy_photo(tmp_path / f"walk {n}.png", 240, 160, seed=n) for n in range(2)]
    dry = rainy_photo(tmp_path / "dry.png", 240, 160, streaks=0)

    drop(session, [*photos, dry])
    qtbot.mouseClick(window.header.pages.button("compare"), Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    workspace.select(workspace.items[0], workspace.items[:2])
    until(qtbot, window.actions_["compare"].isEnabled)
    qtbot.keyClick(window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    until(qtbot, idle(session))
    assert len(page.comparing.run.results()) == 6

    until(qtbot, window.actions_["compare-blind"].isEnabled)
    qtbot.keyClick(window, Qt.Key.Key_B)
    for _ in range(2):
        until(qtbot, idle(session))
        qtbot.keyClick(page.grid, Qt.Key.Key_2)
    assert page.card.isVisible()
    assert "2 votes" in page.card.words.text()
    assert text(page, 0, "Votes").endswith("of 2")

    report = tmp_path / "told.html"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(report), ""))
    until(qtbot, window.actions_["compare-report"].isEnabled)
    window.actions_["compare-report"].trigger()
    until(qtbot, idle(session))
    assert page.card.words.text() in report.read_text(encoding="utf-8").replace("&lt;", "<").replace("&gt;", ">")

    workspace.select(workspace.items[2], [workspace.items[2]])
    window.actions_["compare-trial"].trigger()
    qtbot.mouseClick(page.foot.button, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: bool(page.comparing.trial.samples))
    window.actions_["theme-light"].trigger()  # nobody waits for the work
    until(qtbot, idle(session))
    assert page.samples.count() == 6
    advice = page.comparing.trial.advice
    assert advice is not None
    assert (sorted(advice.order), advice.photos) == (["balcony", "prenet", "tiny"], 6)
    said = page.card.words.text()
    assert page.comparing.titles[advice.model].split()[0] in said
    assert text(page, 0, "Rain left").endswith(" %")
    rained = cell_image(page, 0)
    page.comparing.set_sample(5)  # sheets of rain
    until(qtbot, idle(session))
    assert not alike(rained, cell_image(page, 0))
    page.comparing.tally = None
    qtbot.mouseClick(page.modes.button("photos"), Qt.MouseButton.LeftButton)
    assert page.card.words.text() == said  # what was found helps with one's own photos

    workspace.change(model=advice.model)
    window.show_page("derain")
    qtbot.mouseClick(window.page.run_bar.button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    assert workspace.items[0].target == photos[0].with_name("walk 0_derained.png")
    assert {path.name for path in tmp_path.glob("*.png")} >= {"walk 0.png", "walk 0_derained.png"}
