"""What goes wrong is told in the language of the window."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from rainapp.base.settings import Settings
from rainapp.gui.app import Session, run_work
from rainapp.gui.state.file_item import State
from rainapp.gui.text.error_texts import _WHOLE, _patterns, said, translated
from rainapp.gui.text.language import speak
from rainapp.jobs.records import Finished, Waiting
from rainapp.library.model_library import ModelLibrary
from rainapp.media.metadata import companions
from tests.gui.plain_run import until

PACKAGE = Path(__file__).resolve().parents[2] / "rainapp"
ERRORS = {
    "UnreadableFile", "LargeFile", "UnwritableFile", "BadModel", "BadTreatment", "NotEnoughMemory", "DeviceLost",
    "EngineFailed",
}  # fmt: skip
ELSEWHERE = {  # what only the command line says, and details of foreign weights, for which `importing` has a sentence
    "batch_plan", "photo_pairs", "clip_pairs", "real_photos", "streak_masks", "foreign_weights", "spandrel_nets", "relating",
    "known_rain",
}  # fmt: skip


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    speak(qapp, "de")
    yield
    speak(qapp, "en")


def sentences() -> Iterator[tuple[str, str]]:
    """Module and sentence of every error that the window may be told, its places filled with something."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] in ("cli", "gui") or path.stem in ELSEWHERE:
            continue
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                told = call.args[:2] if call.func.id in ERRORS else call.args[2:4] if call.func.id == "Failed" else []
                yield from ((path.stem, words) for words in map(filled, told) if words)


def filled(part: ast.expr) -> str:
    if isinstance(part, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else "7x" for each in part.values)
    return part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else ""


def test_every_sentence_that_can_reach_the_window_is_known() -> None:
    found = set(sentences())
    assert len(found) > 150
    fits_any = {"7x 7x"}  # of which the parts are known
    known = [pattern for _, pattern in _patterns()]
    unknown = [(module, words) for module, words in found if words not in _WHOLE | fits_any]
    missing = [(module, words) for module, words in unknown if not any(pattern.fullmatch(words) for pattern in known)]
    assert not missing, f"add them to `error_sentences`, run `make translations` and translate them: {missing}"


@pytest.mark.usefixtures("german")
def test_a_sentence_is_said_with_its_names_and_known_reasons() -> None:
    assert translated("a.jpg does not exist.") == "a.jpg gibt es nicht."
    full = translated("{x}.jpg cannot be written: the disk is full.")
    assert full == "{x}.jpg kann nicht geschrieben werden: der Datenträger ist voll."
    assert (
        translated("b.png is not a photo or video but a web page.") == "b.png ist kein Foto oder Video, sondern eine Webseite."
    )
    assert translated("“m” cannot be read: Input/output error.") == "„m“ kann nicht gelesen werden: Input/output error."
    assert translated("Whatever else.") == "Whatever else."
    waits = said(Waiting(1, "The disk is full; c.mp4 waits.", "Free some space: it then goes on by itself."))
    assert waits == Waiting(1, "Der Datenträger ist voll; c.mp4 wartet.", "Schaffen Sie Platz: Dann geht es von selbst weiter.")
    done = Finished(1, "does not exist.")
    assert said(done) is done


def test_in_english_nothing_changes() -> None:
    for _, words in sentences():
        assert translated(words) == words


@pytest.mark.usefixtures("german")
def test_a_german_window_tells_in_german_why_a_file_cannot_be_read(
    open_session: Callable[..., Session], tiny_library: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    settings = Settings(theme="dark", language="de", device="cpu", engine="torch")
    session = open_session(settings, run_work, ModelLibrary(tmp_path / "bundled", tiny_library))
    session.workspace.add([tmp_path / "gone.png"])
    item = session.workspace.items[0]
    until(qtbot, lambda: item.state is State.UNREADABLE)
    assert item.message == "gone.png gibt es nicht."
    until(qtbot, lambda: session.window.page.trouble.message.text() == item.message)


def test_what_is_said_of_the_clip_of_a_motion_photo_is_known() -> None:
    said_of_it = {
        words for name, words in vars(companions).items() if name.startswith(("CLIP_", "GAIN_", "DEPTH_", "FURTHER_"))
    }
    assert len(said_of_it) == 8
    assert said_of_it <= _WHOLE
