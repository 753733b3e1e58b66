"""A photo is in sight at once, however long the engine takes to be made ready."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from rainapp.base.settings import Settings
from rainapp.gui.app import Session, run_work
from rainapp.jobs.records import Job, Preview, WarmUp, Watch
from rainapp.library.model_library import ModelLibrary
from tests.gui.hands import canvas_image
from tests.gui.plain_run import idle, rainy_photo, until


class ColdEngine:
    """The real work; what needs a net waits, without heeding anything, for an engine that takes its time."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.asked = threading.Event()

    def __call__(self, job: Job, watch: Watch) -> object:
        if isinstance(job, Preview | WarmUp):
            self.asked.set()
            self.ready.wait()
        return run_work(job, watch)


@pytest.fixture
def engine() -> ColdEngine:
    return ColdEngine()


@pytest.fixture
def cold(open_session: Callable[..., Session], engine: ColdEngine, tiny_library: Path, tmp_path: Path) -> Session:
    settings = Settings(theme="dark", device="cpu", engine="torch", precision="fp32")
    return open_session(settings, engine, ModelLibrary(tmp_path / "bundled", tiny_library))


def test_photos_thumbnails_and_folders_come_while_the_engine_is_made_ready(
    cold: Session, engine: ColdEngine, photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    window, workspace = cold.window, cold.workspace
    workspace.add(photos)
    until(qtbot, lambda: window.canvas.has_picture and engine.asked.is_set())
    for item in workspace.items[1:]:
        workspace.select(item, [item])
        until(qtbot, lambda: window.canvas.has_picture)
        colours = canvas_image(cold)
        assert len({colours.pixel(x, colours.height() // 2) for x in range(0, colours.width(), 7)}) > 3  # it is painted
    window.file_list.grab()
    until(qtbot, lambda: all(item.thumbnail is not None for item in workspace.items))
    more = tmp_path / "more"
    more.mkdir()
    rainy_photo(more / "new.png")
    workspace.add([more])
    until(qtbot, lambda: len(workspace.items) == 4)
    assert not engine.ready.is_set()
    engine.ready.set()
    until(qtbot, idle(cold))
    until(qtbot, lambda: cold.viewing.pair is not None)


@pytest.fixture(autouse=True)
def let_go(engine: ColdEngine) -> Iterator[None]:
    """Whatever happens, nothing waits at the end."""
    yield
    engine.ready.set()
