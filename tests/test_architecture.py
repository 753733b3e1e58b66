"""The house keeps its plan: who may import whom, how large things grow, what they are called."""

import pytest
from house_plan import PACKAGES, TABLE, Row, covers
from house_rules import (
    FUNCTION_LINES,
    MODULE_LINES,
    ROOM_LINES,
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
    rooms_stay_small,
    torch_comes_after_the_window,
)
from house_table import HEAD, line_of


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


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_row_names_only_what_exists(row: Row, house: list[Source]) -> None:
    names = {source.name for source in house}
    for pattern in (*row.modules, *row.late):
        assert any(covers(pattern, name) for name in names), f"“{row.name}” names {pattern}, which does not exist"
    assert set(row.uses) <= {other.name for other in TABLE}


def test_every_row_uses_only_rows_above_it() -> None:
    for place, row in enumerate(TABLE):
        above = {earlier.name for earlier in TABLE[:place]}
        assert set(row.uses) <= above, f"“{row.name}” uses {set(row.uses) - above}, which stand below it"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_manual_shows_the_table(row: Row) -> None:
    lines = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines()
    assert line_of(row) in lines, "docs/architecture.md shows this row otherwise, or not at all"


def test_the_manual_shows_no_row_that_is_gone() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    shown = text.split(HEAD[0] + "\n")[1].split("\n\n")[0].splitlines()[1:]
    assert len(shown) == len(TABLE)


LONG_BODY = "\n".join("    x = 1" for _ in range(FUNCTION_LINES))
VIOLATIONS: tuple[tuple[Rule, str, str], ...] = (
    (every_module_has_a_row, "rainapp.novelty", ""),
    (imports_go_down, "rainapp.base.image", "from rainapp.jobs import records as jobs"),
    (imports_go_down, "rainapp.media.photo.photo_file", "def f():\n    import rainapp.inference.tiles"),
    (imports_go_down, "rainapp.gui.main_window", "from rainapp.work.run_job import run"),
    (imports_go_down, "rainapp.work.run_job", "from training.trainer import Trainer"),
    (imports_go_down, "training.loop.trainer", "from rainapp.cli.command_line import main"),
    (libraries_stay_in_their_row, "rainapp.jobs.records", "import numpy as np"),
    (libraries_stay_in_their_row, "rainapp.media.photo.photo_file", "import torch"),
    (libraries_stay_in_their_row, "rainapp.gui.canvas.viewer", "import cv2"),
    (qt_stays_in_the_window, "rainapp.jobs.workers", "def f():\n    from PySide6.QtCore import QObject"),
    (imports_name_the_whole_path, "rainapp.inference.derainer", "from . import tiles"),
    (torch_comes_after_the_window, "rainapp.gui.canvas.viewer", "from rainapp.jobs import records as jobs"),
    (torch_comes_after_the_window, "rainapp.cli", "class A:\n    from torch import nn"),
    (no_cycles, "rainapp.base.settings", "from rainapp.jobs.records import Job"),
    (no_cycles, "rainapp.base.settings", "def f():\n    from rainapp.jobs.records import Job"),
    (
        no_cycles,
        "rainapp.base.settings",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from rainapp.jobs.records import Job",
    ),
    (functions_stay_short, "rainapp.work.run_job", f"def long():\n{LONG_BODY}"),
    (modules_stay_short, "rainapp.work.run_job", "x = 1\n" * (MODULE_LINES + 1)),
    (rooms_stay_small, "rainapp.base", "x = 1\n" * (ROOM_LINES + 1)),
    (modules_have_names, "rainapp.media.photo_utils", ""),
    (
        bugs_are_caught_in_three_places,
        "rainapp.library.model_library",
        "try:\n    pass\nexcept (OSError, Exception):\n    pass",
    ),
    (foreign_files_are_opened_in_one_place, "rainapp.jobs.presets", "import tomllib"),
    (foreign_files_are_opened_in_one_place, "rainapp.jobs.presets", "def f(path):\n    return path.open('rb')"),
    (foreign_files_are_opened_in_one_place, "rainapp.jobs.presets", "def f(path):\n    return open(path)"),
    (foreign_files_are_opened_in_one_place, "training.data.crops", "import cv2\npixels = cv2.imread('a.png')"),
    (json_is_finite, "rainapp.cli.derain", "import json\nprint(json.dumps({}))"),
    (foreign_words_are_plain, "rainapp.gui.canvas.viewer", "from PySide6.QtWidgets import QLabel\nmade = QLabel('x')"),
    (foreign_words_are_plain, "rainapp.gui.canvas.viewer", "def f(button, name):\n    button.setToolTip(name)"),
    (
        foreign_words_are_plain,
        "rainapp.gui.canvas.viewer",
        "def f(parent, name):\n    QMessageBox.warning(parent, 'rainapp', name)",
    ),
    (
        bugs_are_caught_in_three_places,
        "rainapp.inference.engines",
        "try:\n    pass\nexcept BaseException as e:\n    raise e from None",
    ),
)


@pytest.mark.parametrize(("rule", "name", "text"), VIOLATIONS, ids=lambda part: getattr(part, "__name__", None))
def test_a_breach_is_found_and_said(rule: Rule, name: str, text: str) -> None:
    neighbours = {
        "rainapp.jobs.records": "import torch\nfrom rainapp.base import settings",
        "rainapp.base.settings": "",
        "rainapp.work.run_job": "",
        "rainapp.cli": "",
        "training.loop.trainer": "",
        "rainapp.inference.tiles": "",
    }
    sentences = list(rule(parse(neighbours | {name: text})))
    assert any(name in sentence and len(sentence) > 50 for sentence in sentences), sentences


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "rainapp.gui.app",
            "def run(job, watch):\n    from rainapp.work import worker\n    return worker.run(job, watch)",
        ),
        ("rainapp.cli.derain", "def run(args):\n    import torch\n    from rainapp.work import run_job as work"),
        ("rainapp.media.photo.photo_file", "try:\n    pass\nexcept BaseException:\n    raise"),
        ("rainapp.nets.foreign_weights", "import typing\nif typing.TYPE_CHECKING:\n    import spandrel"),
        ("rainapp.base.textfile", "def f(path, words):\n    with path.open('wb') as file:\n        file.write(words)"),
        ("rainapp.jobs.workers", "try:\n    pass\nexcept Exception:\n    pass"),
    ],
)
def test_what_is_allowed_is_not_reported(name: str, text: str) -> None:
    sources = parse({"rainapp.work.run_job": "", "rainapp.work.worker": "", name: text})
    assert [sentence for rule in RULES for sentence in rule(sources)] == []
