"""Every word for a person goes through a translation, and the translations are whole."""

import importlib.util
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from rainapp.base.settings import Settings
from rainapp.gui.app import Session
from rainapp.gui.state import figure_words
from rainapp.gui.text.language import LANGUAGES, language_of, speak

ROOT = Path(__file__).resolve().parents[2]
PLACE = re.compile(r"\{[^}]*\}|%n")


def build_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", ROOT / "build" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = build_script()
CODES = [language for language, _ in LANGUAGES]


def messages(language: str) -> Iterator[tuple[str, str, list[str], bool]]:
    """Context, text, its translations (several where it has forms for one and for many), and whether it is finished."""
    for context in ElementTree.parse(SCRIPT.file_of(language)).getroot().iter("context"):
        for message in context.iter("message"):
            made = message.find("translation")
            assert made is not None
            forms = [form.text or "" for form in made.iter("numerusform")] or [made.text or ""]
            yield context.findtext("name", ""), message.findtext("source", ""), forms, made.get("type") is None


@pytest.fixture
def english_again(qapp: QApplication) -> Iterator[None]:
    yield
    speak(qapp, "en")


def test_every_text_in_the_sources_is_known_to_the_translators() -> None:
    known = {(context, text) for context, text, _, _ in messages("de")}
    missing = sorted(SCRIPT.texts() - known)
    assert not missing, f"new texts: run `make translations`, then translate them: {missing}"


@pytest.mark.parametrize("language", CODES)
def test_what_is_translated_names_the_same_places(language: str) -> None:
    for context, text, forms, finished in messages(language):
        assert finished, (context, text)
        for form in forms:
            assert form.strip(), (context, text)
            assert sorted(PLACE.findall(form)) == sorted(PLACE.findall(text)), (context, text, form)
            assert (form[:1] in " ,") == (text[:1] in " ,"), (context, text, form)  # joins what stands before it


@pytest.mark.parametrize("language", CODES)
def test_the_compiled_file_is_that_of_the_translations(language: str) -> None:
    compiled = QTranslator()
    assert compiled.load(str(SCRIPT.file_of(language).with_suffix(".qm")))
    for context, text, forms, _ in messages(language):
        count = 5 if len(forms) > 1 else -1
        assert compiled.translate(context, text, None, count) == forms[-1], "run `make translations`"


def test_a_text_of_a_new_kind_is_found_or_refused(tmp_path: Path) -> None:
    found = SCRIPT.as_source({("Words", 'with "quotes"'), ("Words", "%n drop(s)")})
    assert 'self.tr("with \\"quotes\\"")' in found
    assert 'self.tr("%n drop(s)", "", n)' in found
    assert ("CompareWords", "Difference left") in SCRIPT.texts()  # taken from another module
    assert ("Actions", "Blind test") in SCRIPT.texts()  # from a table


@pytest.mark.parametrize(
    ("wanted", "spoken", "expected"),
    [
        ("system", ["de-AT", "en"], "de"),
        ("system", ["en-GB", "de-DE"], "en"),  # who speaks English first is not spoken to in German
        ("system", ["fr-FR", "de"], "de"),
        ("system", ["fr-FR"], "en"),
        ("system", [], "en"),
        ("de", ["en"], "de"),
        ("de_DE", [], "de"),
        ("ja", ["de"], "en"),
    ],
)
def test_the_first_language_that_is_known_is_spoken(wanted: str, spoken: list[str], expected: str) -> None:
    assert language_of(wanted, spoken) == expected


@pytest.mark.usefixtures("english_again")
def test_the_window_speaks_the_language_of_the_settings(make_session: Callable[..., Session]) -> None:
    window = make_session(Settings(theme="dark", language="de")).window
    assert window.actions_["derain"].text() == "Alle bereiten entregnen"
    assert window.page.run_bar.button.text().strip().startswith("Entregnen")
    dialog = window.show_settings("Looks")
    assert dialog.windowTitle() == "Einstellungen"
    assert figure_words.duration(0.4) == "0,4 s"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"  # Qt's own words too
    dialog.close()


def test_one_and_many_have_their_own_forms(qapp: QApplication) -> None:
    speak(qapp, "en")
    said = [QCoreApplication.translate("CompareFoot", "%n result(s)", None, n) for n in (1, 2)]
    assert said == ["1 result", "2 results"]
    assert QLocale().decimalPoint() == "."
