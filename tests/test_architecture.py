"""The house keeps its plan: who may import whom, how large things grow, what they are called."""

import pytest
from house_plan import PACKAGES, TABLE, Row
from house_rules import (
    FUNCTION_LINES,
    MODULE_LINES,
    ROOT,
    RULES,
    Rule,
    Source,
    bugs_are_caught_in_three_places,
    every_module_has_a_row,
    foreign_files_are_opened_in_one_place,
    foreign_words_are_plain,
    functions_stay_short,
    imports_go_down,
    imports_name_the_whole_path,
    json_is_finite,
    libraries_stay_in_their_row,
    module_name,
    modules_have_names,
    modules_stay_short,
    no_cycles,
    parse,
    qt_stays_in_the_window,
    torch_comes_after_the_window,
)


@pytest.fixture(scope="module")
def house() -> list[Source]:
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    assert len(paths) > 15, "the sources were not found"
    return parse({module_name(path): path.read_text(encoding="utf-8") for path in paths})


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_plan(rule: Rule, house: list[Source]) -> None:
    broken = list(rule(house))
    assert not broken, "\n" + "\n".join(broken)


@pytest.mark.parametrize("rule", [functions_stay_short, modules_stay_short], ids=lambda rule: rule.__name__)
def test_tests_stay_short_too(rule: Rule) -> None:
    paths = sorted((ROOT / "tests").rglob("*.py"))
    assert len(paths) > 50
    broken = list(rule(parse({module_name(path): path.read_text(encoding="utf-8") for path in paths})))
    assert not broken, "\n" + "\n".join(broken)


def test_every_row_uses_only_rows_above_it() -> None:
    for place, row in enumerate(TABLE):
        above = {earlier.name for earlier in TABLE[:place]}
        assert set(row.uses) <= above, f"“{row.name}” uses {set(row.uses) - above}, which stand below it"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_readme_shows_the_table(row: Row) -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    (shown,) = [line for line in lines if line.startswith(f"| {row.name} |")]
    names = {pattern.removesuffix(".*").split(".")[-1] for pattern in row.modules} - {"rainapp"}
    missing = [name for name in sorted(names) if name not in shown.split("|")[2]]
    assert missing == [], "the README's table of layers lacks them"


LONG_BODY = "\n".join("    x = 1" for _ in range(FUNCTION_LINES))
VIOLATIONS: tuple[tuple[Rule, str, str], ...] = (
    (every_module_has_a_row, "rainapp.novelty", ""),
    (imports_go_down, "rainapp.image", "from rainapp import jobs"),
    (imports_go_down, "rainapp.media.photo", "def f():\n    import rainapp.stages.tiles"),
    (imports_go_down, "rainapp.gui.window", "from rainapp.work import run"),
    (imports_go_down, "rainapp.work", "from training.trainer import Trainer"),
    (imports_go_down, "training.loop.trainer", "from rainapp.cli import main"),
    (libraries_stay_in_their_row, "rainapp.jobs", "import numpy as np"),
    (libraries_stay_in_their_row, "rainapp.media.photo", "import torch"),
    (libraries_stay_in_their_row, "rainapp.gui.viewer", "import cv2"),
    (qt_stays_in_the_window, "rainapp.workers", "def f():\n    from PySide6.QtCore import QObject"),
    (imports_name_the_whole_path, "rainapp.stages.derain", "from . import tiles"),
    (torch_comes_after_the_window, "rainapp.gui.viewer", "from rainapp import jobs"),
    (torch_comes_after_the_window, "rainapp.cli", "class A:\n    from torch import nn"),
    (no_cycles, "rainapp.settings", "from rainapp.jobs import Job"),
    (no_cycles, "rainapp.settings", "def f():\n    from rainapp.jobs import Job"),
    (no_cycles, "rainapp.settings", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from rainapp.jobs import Job"),
    (functions_stay_short, "rainapp.work", f"def long():\n{LONG_BODY}"),
    (modules_stay_short, "rainapp.work", "x = 1\n" * (MODULE_LINES + 1)),
    (modules_have_names, "rainapp.media.photo_utils", ""),
    (bugs_are_caught_in_three_places, "rainapp.library", "try:\n    pass\nexcept (OSError, Exception):\n    pass"),
    (foreign_files_are_opened_in_one_place, "rainapp.presets", "import tomllib"),
    (foreign_files_are_opened_in_one_place, "rainapp.presets", "def f(path):\n    return path.open('rb')"),
    (foreign_files_are_opened_in_one_place, "rainapp.presets", "def f(path):\n    return open(path)"),
    (foreign_files_are_opened_in_one_place, "training.data.crops", "import cv2\npixels = cv2.imread('a.png')"),
    (json_is_finite, "rainapp.cli.derain", "import json\nprint(json.dumps({}))"),
    (foreign_words_are_plain, "rainapp.gui.viewer", "from PySide6.QtWidgets import QLabel\nmade = QLabel('x')"),
    (foreign_words_are_plain, "rainapp.gui.viewer", "def f(button, name):\n    button.setToolTip(name)"),
    (foreign_words_are_plain, "rainapp.gui.viewer", "def f(parent, name):\n    QMessageBox.warning(parent, 'rainapp', name)"),
    (
        bugs_are_caught_in_three_places,
        "rainapp.stages.engines",
        "try:\n    pass\nexcept BaseException as e:\n    raise e from None",
    ),
)


@pytest.mark.parametrize(("rule", "name", "text"), VIOLATIONS, ids=lambda part: getattr(part, "__name__", None))
def test_a_breach_is_found_and_said(rule: Rule, name: str, text: str) -> None:
    neighbours = {
        "rainapp.jobs": "import torch\nfrom rainapp import settings",
        "rainapp.settings": "",
        "rainapp.work": "",
        "rainapp.cli": "",
        "training.loop.trainer": "",
        "rainapp.stages.tiles": "",
    }
    sentences = list(rule(parse(neighbours | {name: text})))
    assert any(name in sentence and len(sentence) > 50 for sentence in sentences), sentences


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rainapp.gui.app", "def run(job, watch):\n    from rainapp import work\n    return work.run(job, watch)"),
        ("rainapp.cli.derain", "def run(args):\n    import torch\n    from rainapp import work"),
        ("rainapp.media.photo", "try:\n    pass\nexcept BaseException:\n    raise"),
        ("rainapp.nets.foreign", "import typing\nif typing.TYPE_CHECKING:\n    import spandrel"),
        ("rainapp.textfile", "def f(path, words):\n    with path.open('wb') as file:\n        file.write(words)"),
        ("rainapp.workers", "try:\n    pass\nexcept Exception:\n    pass"),
    ],
)
def test_what_is_allowed_is_not_reported(name: str, text: str) -> None:
    sources = parse({"rainapp.work": "", name: text})
    assert [sentence for rule in RULES for sentence in rule(sources)] == []
