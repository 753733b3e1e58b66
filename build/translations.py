"""Bring the translations up to date: `make translations`, or `python build/translations.py`.

1  every text for the person is collected from the sources: what stands in `tr(…)`, and the tables of actions and preferences
2  `pyside6-lupdate` merges them into `resources/translations/*.ts`, keeping what is translated already
3  `pyside6-lrelease` writes the `.qm` files beside them, which the application loads

Then translate what is marked unfinished, with `pyside6-linguist` or an editor, and run it once more.

lupdate alone would not do: it knows neither the tables nor the context that a function `tr` of a module names. A text with `%n`
has forms for one and for many.
"""

import ast
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GUI = ROOT / "rainapp" / "gui"
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = ("en", "de")

Text = tuple[str, str]  # context, text


def texts() -> set[Text]:
    """Every text that is shown to a person through a translation."""
    trees = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(GUI.rglob("*.py"))}
    contexts = {name: context for name, tree in trees.items() if (context := _context_of_module(tree))}
    found = {text for name, tree in trees.items() for text in _texts_in(tree, contexts.get(name, ""), contexts)}
    return found | set(_tables())


def _context_of_module(tree: ast.Module) -> str:
    """The context that the module's own function `tr` names."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "tr":
            calls = [call for call in ast.walk(node) if isinstance(call, ast.Call) and call.args]
            return next((str(c.args[0].value) for c in calls if isinstance(c.args[0], ast.Constant)), "")
    return ""


def _texts_in(tree: ast.Module, own: str, contexts: dict[str, str]) -> Iterator[Text]:
    """The literals in calls of `tr`, with its context: a class, the module, or the module that `tr` comes from."""
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    on = {alias.asname or alias.name: contexts.get(alias.name, "") for node in imported for alias in node.names}
    taken = [str(node.module).split(".")[-1] for node in imported for alias in node.names if alias.name == "tr"]
    on |= {"": own or contexts.get(taken[0] if taken else "", ""), "window": "MainWindow", "QObject()": "QObject"}
    for holder in tree.body:
        on["self"] = holder.name if isinstance(holder, ast.ClassDef) else ""
        for call in ast.walk(holder):
            if not (isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant)):
                continue
            whose, _, called = ast.unparse(call.func).rpartition(".")
            if called != "tr":
                continue
            if not on.get(whose):
                raise SystemExit(f"line {call.lineno}: of which context is {ast.unparse(call)}?")
            yield on[whose], str(call.args[0].value)


def _tables() -> Iterator[Text]:
    """Texts that stand in tables, and are looked up by whoever draws them."""
    from rainapp.gui import action_table, settings_dialog
    from rainapp.gui.files import inspector
    from rainapp.gui.text import error_sentences
    from rainapp.library.model_library import ModelLibrary

    yield from (("Actions", words) for words in (*(row.text for row in action_table.ROWS), *action_table.MENUS))
    yield from (("Inspector", words) for _, words in inspector.FORMATS)
    yield from (("Troubles", words) for words in error_sentences.SENTENCES)
    for page in (*settings_dialog.PAGES, "Shortcuts", "About"):
        yield "SettingsDialog", page
    for preference in settings_dialog.PREFERENCES.values():
        if preference.page in settings_dialog.PAGES:
            shown = (preference.label, preference.help, *(words for _, words in preference.choices))
            yield from (("SettingsDialog", words) for words in shown)
    library = ModelLibrary()
    cards = (*library.cards(), *library.priors())
    yield from (("Cards", card.summary) for card in cards if library.is_bundled(card.id) and card.summary)
    for choices in settings_dialog.CHOICES.values():
        yield from (("SettingsDialog", words) for _, words in choices)


def as_source(found: Iterable[Text]) -> str:
    """A module in which lupdate finds every text: a class for each context, since it sees `%n` in `self.tr` only."""
    lines: list[str] = []
    for context, pairs in itertools.groupby(sorted(found), key=lambda text: text[0]):
        lines += [f"class {context}:", "    def texts(self, n):"]
        for _, words in pairs:
            many = ', "", n' if "%n" in words else ""
            lines.append(f"        self.tr({_quoted(words)}{many})")
    return "\n".join(lines) + "\n"


def _quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def file_of(language: str) -> Path:
    """The translations into one language."""
    return FOLDER / f"rainapp_{language}.ts"


def update() -> None:
    """Merge all texts into the files, and compile them."""
    tools = Path(sys.executable).parent
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "texts.py"
        source.write_text(as_source(texts()), encoding="utf-8")
        for language in LANGUAGES:
            plural_only = ["-pluralonly"] if language == "en" else []
            options = ["-source-language", "en", "-target-language", language, "-locations", "none", "-no-obsolete"]
            _run(tools / "pyside6-lupdate", source, *options, *plural_only, "-ts", file_of(language))
    for language in LANGUAGES:
        _run(tools / "pyside6-lrelease", "-nounfinished", file_of(language))


def _run(*command: object) -> None:
    done = subprocess.run([str(part) for part in command], check=False, text=True, capture_output=True)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    print("\n".join(line for line in done.stdout.splitlines() if "Found" in line or "Generated" in line))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    update()
