"""A real window over real workers, with the plain derainer in the place of a net."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from rainapp.base.settings import Settings
from rainapp.gui.app import Session, prepare, run_work
from rainapp.jobs.workers import Run
from rainapp.library.model_library import ModelCard, ModelLibrary, write_card
from tests.gui.plain_run import PlainRun, idle, rainy_photo, until


@pytest.fixture
def plain_run() -> PlainRun:
    return PlainRun()


@pytest.fixture
def plain_library(tmp_path: Path) -> ModelLibrary:
    """Two models: "quick" knows haze, "fine" does not. Their weights are never opened by `PlainRun`."""
    for model_id, title, veils in (("quick", "Quick", ("keep", "clear")), ("fine", "Fine", ("keep",))):
        folder = tmp_path / "models" / model_id
        folder.mkdir(parents=True)
        (folder / "weights.safetensors").write_bytes(b"not opened here")
        card = ModelCard(
            id=model_id, title=title, arch="unshuffle_naf", sha256="0" * 64, summary="All kinds of rain.", veils=veils
        )
        write_card(folder, card)
    return ModelLibrary(tmp_path / "models", tmp_path / "own models")


@pytest.fixture(autouse=True)
def empty_clipboard(qapp: QApplication) -> Iterator[None]:
    """Nothing made in Python stays on the clipboard: Qt deletes it after Python has ended, which ends in a crash."""
    yield
    qapp.clipboard().clear()


@pytest.fixture
def open_session(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Session]]:
    """Opens sessions that do jobs with a run, on a library, and closes them; the folders of the person are out of reach."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    opened: list[Session] = []

    def make(settings: Settings, run: Run, library: ModelLibrary, size: tuple[int, int] = (1440, 900)) -> Session:
        prepare(qapp, settings)
        session = Session(settings, run, library)
        opened.append(session)
        session.window.resize(*size)
        session.window.show()
        return session

    yield make
    for session in opened:
        session.close()
        session.window.deleteLater()
    opened.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def make_session(
    open_session: Callable[..., Session], plain_run: PlainRun, plain_library: ModelLibrary
) -> Iterator[Callable[..., Session]]:
    """Opens sessions with the plain derainer; what is held up at the end goes on."""

    def make(settings: Settings | None = None, size: tuple[int, int] = (1440, 900)) -> Session:
        return open_session(settings or Settings(theme="dark"), plain_run, plain_library, size)

    yield make
    plain_run.hold.set()


@pytest.fixture
def session(make_session: Callable[..., Session]) -> Session:
    return make_session()


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "photos"
    folder.mkdir()
    return [rainy_photo(folder / f"street {n}.png", seed=n) for n in range(3)]


@pytest.fixture
def real_session(open_session: Callable[..., Session], tiny_library: Path, tmp_path: Path) -> Session:
    """A session over the real work with a real, tiny net; no file is open."""
    settings = Settings(theme="dark", device="cpu", engine="torch", precision="fp32")
    return open_session(settings, run_work, ModelLibrary(tmp_path / "bundled", tiny_library))


@pytest.fixture
def still_session(open_session: Callable[..., Session], still: str, tiny_library: Path, tmp_path: Path) -> Session:
    """The same with a net that finds no rain."""
    settings = Settings(theme="dark", device="cpu", engine="torch", precision="fp32", model=still)
    return open_session(settings, run_work, ModelLibrary(tmp_path / "bundled", tiny_library))


@pytest.fixture
def opened(session: Session, photos: list[Path], qtbot: QtBot) -> Session:
    """A session with a photo in sight, before and after at hand."""
    session.workspace.add(photos)
    until(qtbot, lambda: session.viewing.pair is not None)
    until(qtbot, idle(session))
    session.window.canvas.setFocus()
    return session


@pytest.fixture
def next_session(open_session: Callable[..., Session], tiny_library: Path, tmp_path: Path) -> Callable[[], Session]:
    """Opens a window over the real work, as on a new day."""

    def make() -> Session:
        settings = Settings(theme="dark", device="cpu", engine="torch", precision="fp32")
        session = open_session(settings, run_work, ModelLibrary(tmp_path / "bundled", tiny_library))
        session.memory.begin()
        return session

    return make


@pytest.fixture
def holiday(tmp_path: Path) -> list[Path]:
    """Four photos of a day."""
    (tmp_path / "holiday").mkdir()
    return [rainy_photo(tmp_path / "holiday" / f"day {n}.png", 96, 64, seed=n) for n in range(4)]
