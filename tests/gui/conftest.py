"""A real window over real workers, with the plain derainer in the place of a net."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from rainapp.gui.app import Session, prepare
from rainapp.library import ModelCard, ModelLibrary, write_card
from rainapp.settings import Settings
from tests.gui.plain_run import PlainRun, rainy_photo


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


@pytest.fixture
def make_session(
    qapp: QApplication, plain_run: PlainRun, plain_library: ModelLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Session]]:
    """Opens sessions and closes them; the pictures folder of the person is out of reach."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    opened: list[Session] = []

    def make(settings: Settings | None = None, size: tuple[int, int] = (1440, 900)) -> Session:
        settings = settings or Settings(theme="dark")
        prepare(qapp, settings)
        session = Session(settings, plain_run, plain_library)
        opened.append(session)
        session.window.resize(*size)
        session.window.show()
        return session

    yield make
    plain_run.hold.set()
    for session in opened:
        session.close()
        session.window.deleteLater()
    opened.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def session(make_session: Callable[..., Session]) -> Session:
    return make_session()


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "photos"
    folder.mkdir()
    return [rainy_photo(folder / f"street {n}.png", seed=n) for n in range(3)]


@pytest.fixture
def real_session(qapp: QApplication, tiny_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session over the real work with a real, tiny net; no file is open."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    settings = Settings(theme="dark", device="cpu", engine="torch", precision="fp32")
    prepare(qapp, settings)
    session = Session(settings, library=ModelLibrary(tmp_path / "bundled", tiny_library))
    session.window.resize(1440, 900)
    session.window.show()
    yield session
    session.close()
    session.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
