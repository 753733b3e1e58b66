"""The Compare page over real nets: three models, three photos."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from rainapp.base.settings import Settings
from rainapp.gui.app import Session
from rainapp.gui.compare.compare_page import ComparePage
from rainapp.library.model_library import ModelLibrary
from tests.gui.compare.pages import Gate, Make, add_model
from tests.gui.plain_run import idle, until


@pytest.fixture
def three_models(tiny_library: Path) -> Path:
    """The library with "tiny", a second net of its kind, and one of the shape of a PReNet, as if imported."""
    add_model(tiny_library, "balcony", "My balcony", "unshuffle_naf", 5, width=4, encoder=[1], middle=1, decoder=[1])
    add_model(tiny_library, "prenet", "PReNet <i>", "prenet", 6, stages=2, channels=4)
    return tiny_library


@pytest.fixture
def gate() -> Iterator[Gate]:
    """The work; whatever waits at the end goes on."""
    made = Gate()
    yield made
    made.open.set()


@pytest.fixture
def make(open_session: Callable[..., Session], gate: Gate, tmp_path: Path) -> Make:
    """Opens sessions over a library folder, and the real work behind a gate."""
    settings = Settings(theme="dark", device="cpu", engine="torch", precision="fp32")

    def made(library: Path, size: tuple[int, int] = (1440, 900)) -> Session:
        return open_session(settings, gate, ModelLibrary(tmp_path / "bundled", library), size)

    return made


@pytest.fixture
def session(make: Make, three_models: Path) -> Session:
    return make(three_models)


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
