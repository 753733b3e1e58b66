"""A window among hostile files: it starts, stays awake, and every other file is treated as ever."""

from collections.abc import Callable
from pathlib import Path

import pytest
from doors import DOORS, pipe, plain_card
from pytestqt.qtbot import QtBot

from rainapp.base.settings import Settings
from rainapp.gui.app import Session
from rainapp.gui.state.file_item import State
from rainapp.library.model_library import ModelLibrary
from tests.gui.plain_run import PlainRun, idle, until

ODD = {
    "inf": "[figures]\nrain_removed = inf",
    "large": "[figures]\na_rain_removed = 1e308\nb_rain_removed = 1e308",
    "digits": "[figures]\nrain_removed = " + "9" * 200_000,
    "dots": ".".join("a" * 20_000) + " = 1",
}


def test_a_window_starts_over_a_library_of_damaged_cards(
    open_session: Callable[..., Session], plain_run: PlainRun, tmp_path: Path, photos: list[Path], qtbot: QtBot
) -> None:
    library = ModelLibrary(tmp_path / "bundled", tmp_path / "own")
    plain_card("good", library.user / "good", figures={"x.rain_removed": 0.5})
    for name, words in ODD.items():
        card = plain_card(name, library.user / name)
        card.write_text(card.read_text("utf-8").replace("\n[figures]\n", "") + "\n" + words, "utf-8")
    plain_card("piped", library.user / "piped").unlink()
    pipe(library.user / "piped" / "card.toml")
    pipe(library.user / "library.toml")
    session = open_session(Settings(theme="dark"), plain_run, library)
    session.workspace.add(photos)
    for page in ("models", "compare", "derain"):
        session.window.show_page(page)
        until(qtbot, idle(session))
    assert [view.accessibleName() for view in session.window.models.cards] == ["Model Good"]
    assert session.workspace.card is not None
    assert session.workspace.card.id == "good"


@pytest.mark.parametrize("door", DOORS)
def test_photos_that_are_none_make_nobody_wait(
    door: str, real_session: Session, photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    bad = [DOORS[door](tmp_path / "there" / name) for name in ("a.jpg", "b.mp4")]
    real_session.workspace.add([*bad, photos[0]])
    until(qtbot, lambda: len(real_session.workspace.items) == 3)
    for item in list(real_session.workspace.items):
        real_session.workspace.select(item, [item])
        until(qtbot, idle(real_session))
    states = {item.name: item.state for item in real_session.workspace.items}
    assert states["a.jpg"] is states["b.mp4"] is State.UNREADABLE
    assert real_session.viewing.pair is not None  # the photo in sight is the good one


@pytest.mark.parametrize("door", DOORS)
def test_a_model_that_is_no_file_is_refused_in_words(door: str, real_session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    real_session.window.show_page("models")
    real_session.window.models.import_models([DOORS[door](tmp_path / "m.pth")])
    until(qtbot, idle(real_session))
    assert "is no file" in real_session.window.models.status.text()
