"""The house keeps its plan: who may import whom, how large things grow, what they are called.

The table below is the one of the README. It is read from top to bottom: a row may use itself, the rows it names, and nothing
else; a module that fits no row is an error, so that a new one is placed on purpose.
"""

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("rainapp", "training")
TORCH = frozenset({"torch", "torchvision", "diffusers", "spandrel", "safetensors"})
QT = frozenset({"PySide6", "shiboken6"})
FUNCTION_LINES = 60
MODULE_LINES = 400
HOMELESS = {"utils", "util", "common", "core", "helpers", "helper", "manager", "managers", "misc"}
MAY_CATCH_ALL = ("rainapp.workers", "rainapp.cli.*", "rainapp.gui.app")


@dataclass(frozen=True)
class Row:
    """One line of the table. A module name ending in `.*` means the package and all below it; the longest name wins.

    `uses`: rows it may import from. `libraries`: third-party packages at module level. `late`: modules it may import inside
    functions only, so that they are loaded when first needed.
    """

    name: str
    modules: tuple[str, ...]
    uses: tuple[str, ...] = ()
    libraries: frozenset[str] = frozenset()
    late: tuple[str, ...] = ()
    why: str = ""


def libraries(names: str) -> frozenset[str]:
    return frozenset(names.split())


TABLE = (
    Row(
        "words",
        (
            "rainapp",
            "training",
            "rainapp.errors",
            "rainapp.paths",
            "rainapp.privacy",
            "rainapp.textfile",
            "rainapp.formats",
            "rainapp.logs",
            "rainapp.loading",
            "rainapp.rates",
        ),
        libraries=libraries("platformdirs"),
        why="everything speaks these words, so they know nobody",
    ),
    Row(
        "values",
        ("rainapp.settings", "rainapp.image", "rainapp.library", "rainapp.cards", "rainapp.recognise", "rainapp.model_files"),
        uses=("words",),
        libraries=libraries("numpy"),
        why="values are made and compared without any machinery",
    ),
    Row(
        "contracts",
        (
            "rainapp.jobs",
            "rainapp.watch",
            "rainapp.naming",
            "rainapp.presets",
            "rainapp.compare_jobs",
            "rainapp.mask_jobs",
            "rainapp.find_jobs",
            "rainapp.comparison",
            "rainapp.ballot",
        ),
        uses=("words", "values"),
        why="records are data: neither torch nor Qt",
    ),
    Row(
        "metrics",
        ("rainapp.metrics", "rainapp.naturalness", "rainapp.streak_contrast", "rainapp.clip_measures"),
        uses=("words", "values"),
        libraries=libraries("numpy cv2 torch"),
        why="pure functions, used by training, evaluation and tests",
    ),
    Row(
        "nets",
        ("rainapp.nets.*",),
        uses=("words", "values", "contracts"),
        libraries=libraries("numpy torch safetensors"),
        why="a net knows tensors only; spandrel and diffusers are loaded on use",
    ),
    Row(
        "files",
        ("rainapp.media.*",),
        uses=("words", "values", "contracts"),
        libraries=libraries("numpy cv2 PIL av pillow_heif tifffile psutil"),
        why="the one place that opens media, usable without torch",
    ),
    Row(
        "rain",
        (
            "training.rain",
            "training.rain_clip",
            "training.night",
            "training.streaks",
            "training.bank_cache",
            "training.descriptors",
            "training.rainy_photos",
            "training.recipe",
        ),
        uses=("words", "values", "files"),
        libraries=libraries("numpy cv2"),
        why="the window and the command line draw rain and write recipes without torch",
    ),
    Row(
        "stages",
        ("rainapp.stages.*",),
        uses=("words", "values", "contracts", "nets", "files"),
        libraries=libraries("numpy cv2 torch psutil"),
        why="stages turn frames into frames; faces and files stay out",
    ),
    Row(
        "training",
        ("training.*",),
        uses=("words", "values", "contracts", "nets", "metrics", "files", "rain"),
        libraries=libraries("numpy cv2 torch safetensors"),
        why="one loop on the lower layers of rainapp; it runs without any face",
    ),
    Row(
        "fusing",
        ("training.fusion", "training.fusion_samples"),
        uses=("words", "values", "contracts", "nets", "metrics", "files", "rain", "stages", "training"),
        libraries=libraries("numpy cv2 torch"),
        why="what fuses frames is trained on what the stages before it make of a clip",
    ),
    Row(
        "importing",
        ("rainapp.importing",),
        uses=("words", "values", "contracts"),
        libraries=libraries("psutil"),
        why="foreign weights are opened in a child process only, so the faces may ask for an import without torch",
    ),
    Row("lanes", ("rainapp.workers",), uses=("words", "values", "contracts"), why="lanes run whatever they are given"),
    Row(
        "doing",
        (
            "rainapp.work",
            "rainapp.deraining",
            "rainapp.writing",
            "rainapp.batch",
            "rainapp.evaluate",
            "rainapp.evaluate_streaks",
            "rainapp.evaluate_real",
            "rainapp.evaluate_clips",
            "rainapp.contact_sheet",
            "rainapp.report",
            "rainapp.looking",
            "rainapp.keeping",
            "rainapp.kept",
            "rainapp.comparing",
            "rainapp.comparing_export",
            "rainapp.masks",
            "rainapp.screen_profile",
            "rainapp.measuring",
            "rainapp.warming",
            "rainapp.playing",
            "rainapp.rain_found",
            "rainapp.numbering",
        ),
        uses=("words", "values", "contracts", "metrics", "nets", "files", "rain", "stages", "importing", "lanes"),
        libraries=libraries("numpy cv2 torch PIL"),
        why="the only modules that know every stage; training runs as a child process",
    ),
    Row(
        "command line",
        ("rainapp.cli.*",),
        uses=(
            "words",
            "values",
            "contracts",
            "metrics",
            "nets",
            "files",
            "rain",
            "stages",
            "training",
            "lanes",
            "doing",
            "importing",
        ),
        libraries=libraries("numpy rich"),
        why="the command line may use all but the window; what loads torch, inside functions only (a rule of its own)",
    ),
    Row(
        "window",
        ("rainapp.gui.*",),
        uses=("words", "values", "contracts", "lanes"),
        libraries=libraries("PySide6 numpy send2trash"),
        late=(
            "rainapp.work",
            "rainapp.looking",
            "rainapp.keeping",
            "rainapp.masks",
            "rainapp.screen_profile",
            "rainapp.measuring",
            "rainapp.warming",
            "rainapp.playing",
            "training.recipe",
        ),
        why="the window appears before torch is imported, and never decodes or computes",
    ),
    Row(
        "start",
        ("rainapp.__main__",),
        uses=("words", "values", "command line"),
        late=("rainapp.gui.*", "rainapp.cli.*"),
        why="decides between window and command line, and loads only that one",
    ),
)


@dataclass(frozen=True)
class Import:
    """One imported module and where: at module level, inside a function (late), or for type checkers only."""

    module: str
    line: int
    late: bool = False
    typing_only: bool = False
    relative: bool = False


@dataclass(frozen=True)
class Source:
    """A module of ours, parsed."""

    name: str
    text: str
    tree: ast.Module = field(repr=False)
    imports: tuple[Import, ...] = ()


def covers(pattern: str, module: str) -> bool:
    return module == pattern or (pattern.endswith(".*") and (module + ".").startswith(pattern[:-1]))


def row_of(module: str) -> Row | None:
    fitting = [(len(pattern), row) for row in TABLE for pattern in row.modules if covers(pattern, module)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def is_ours(module: str) -> bool:
    return module.split(".")[0] in PACKAGES


def is_typing_block(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports_in(tree: ast.AST, modules: set[str], late: bool = False, typing_only: bool = False) -> Iterator[Import]:
    """Every import below `tree`; `from package import module` counts as an import of the module where there is one."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, late, typing_only)
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            for alias in node.names:
                inner = f"{origin}.{alias.name}"
                yield Import(inner if inner in modules else origin, node.lineno, late, typing_only, node.level > 0)
        else:
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports_in(node, modules, late or inside, typing_only or is_typing_block(node))


def parse(texts: dict[str, str]) -> list[Source]:
    trees = {name: ast.parse(text) for name, text in texts.items()}
    return [Source(name, texts[name], tree, tuple(imports_in(tree, set(texts)))) for name, tree in trees.items()]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


# Each rule takes the parsed sources and yields sentences: where, what, and why it is not done here.


def every_module_has_a_row(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        if row_of(source.name) is None:
            yield f"{source.name} fits no row of TABLE. Decide on its layer and write it there (and in the README)."


def imports_go_down(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        row = row_of(source.name)
        for item in source.imports:
            target = row_of(item.module) if is_ours(item.module) else None
            if row is None or target is None or target is row or target.name in row.uses:
                continue
            if item.late and any(covers(pattern, item.module) for pattern in row.late):
                continue
            yield (
                f"{source.name}:{item.line} imports {item.module}. “{row.name}” may use {', '.join(row.uses) or 'nothing'}, "
                f"not “{target.name}”: {row.why}."
            )


def libraries_stay_in_their_row(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        row = row_of(source.name)
        for item in source.imports:
            library = item.module.split(".")[0]
            if row is None or is_ours(library) or library in sys.stdlib_module_names or item.relative:
                continue
            if item.late or item.typing_only or library in row.libraries:
                continue
            yield (
                f"{source.name}:{item.line} imports {library} at module level. “{row.name}” may import "
                f"{', '.join(sorted(row.libraries)) or 'only the standard library'}: {row.why}."
            )


def qt_stays_in_the_window(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        for item in source.imports:
            if item.module.split(".")[0] in QT and not covers("rainapp.gui.*", source.name):
                yield f"{source.name}:{item.line} imports {item.module}. Everything outside rainapp.gui works without Qt."


def imports_name_the_whole_path(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        for item in source.imports:
            if item.relative:
                yield f"{source.name}:{item.line} has a relative import. Write the whole name, so that a search finds it."


def eager(source: Source) -> list[Import]:
    return [item for item in source.imports if not item.late and not item.typing_only]


def torch_comes_after_the_window(sources: list[Source]) -> Iterator[str]:
    """Follows module-level imports from the window and the start, and names the chain that ends in torch."""
    by_name = {source.name: source for source in sources}
    starts = [
        name for name in by_name if covers("rainapp.gui.*", name) or covers("rainapp.cli.*", name) or name == "rainapp.__main__"
    ]
    for start in starts:
        chains: list[tuple[str, ...]] = [(start,)]
        seen = {start}
        while chains:
            chain = chains.pop()
            for item in eager(by_name[chain[-1]]):
                if item.module.split(".")[0] in TORCH:
                    yield (
                        f"{' -> '.join(chain)} -> {item.module}: importing {start} loads torch. The window appears, and --help "
                        "answers, before torch is there; import it inside a function."
                    )
                packages = {".".join(item.module.split(".")[:depth]) for depth in range(1, item.module.count(".") + 2)}
                for name in sorted(packages & by_name.keys() - seen):
                    seen.add(name)
                    chains.append((*chain, name))


def no_cycles(sources: list[Source]) -> Iterator[str]:
    edges = {source.name: {item.module for item in eager(source) if item.module != source.name} for source in sources}
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> Iterator[str]:
        if name in trail:
            circle = " -> ".join((*trail[trail.index(name) :], name))
            yield f"{circle}: modules that need each other are one module, or lack a third."
        elif name not in done:
            for target in sorted(edges.get(name, set()) & edges.keys()):
                yield from walk(target, (*trail, name))
            done.add(name)

    for name in sorted(edges):
        yield from walk(name, ())


def functions_stay_short(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    yield f"{source.name}:{node.lineno} {node.name} has {lines} lines, not {FUNCTION_LINES}. Name its parts."


def modules_stay_short(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        lines = len(source.text.splitlines())
        if lines > MODULE_LINES:
            yield f"{source.name} has {lines} lines; {MODULE_LINES} is the most. It holds more than one thought."


def modules_have_names(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        words = set(source.name.replace("_", ".").split("."))
        if words & HOMELESS:
            word = " ".join(words & HOMELESS)
            yield f"{source.name}: “{word}” is no concept. Where a function has no home, a concept lacks a name."


def caught_names(handler: ast.ExceptHandler) -> set[str]:
    if handler.type is None:
        return {"everything"}
    nodes = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {ast.unparse(node).split(".")[-1] for node in nodes}


def raises_again(handler: ast.ExceptHandler) -> bool:
    return bool(handler.body) and isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None


def bugs_are_caught_in_three_places(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        if any(covers(pattern, source.name) for pattern in MAY_CATCH_ALL):
            continue
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.ExceptHandler) or raises_again(node):
                continue
            broad = caught_names(node) & {"everything", "Exception", "BaseException"}
            if broad:
                yield (
                    f"{source.name}:{node.lineno} catches {' '.join(broad)} and goes on. Name what can happen; bugs are "
                    "caught in workers, cli and gui.app only."
                )


Rule = Callable[[list[Source]], Iterable[str]]
RULES: tuple[Rule, ...] = (
    every_module_has_a_row,
    imports_go_down,
    libraries_stay_in_their_row,
    qt_stays_in_the_window,
    imports_name_the_whole_path,
    torch_comes_after_the_window,
    no_cycles,
    functions_stay_short,
    modules_stay_short,
    modules_have_names,
    bugs_are_caught_in_three_places,
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
    (imports_go_down, "training.trainer", "from rainapp.cli import main"),
    (libraries_stay_in_their_row, "rainapp.jobs", "import numpy as np"),
    (libraries_stay_in_their_row, "rainapp.media.photo", "import torch"),
    (libraries_stay_in_their_row, "rainapp.gui.viewer", "import cv2"),
    (qt_stays_in_the_window, "rainapp.workers", "def f():\n    from PySide6.QtCore import QObject"),
    (imports_name_the_whole_path, "rainapp.stages.derain", "from . import tiles"),
    (torch_comes_after_the_window, "rainapp.gui.viewer", "from rainapp import jobs"),
    (torch_comes_after_the_window, "rainapp.cli", "class A:\n    from torch import nn"),
    (no_cycles, "rainapp.settings", "from rainapp.jobs import Job"),
    (functions_stay_short, "rainapp.work", f"def long():\n{LONG_BODY}"),
    (modules_stay_short, "rainapp.work", "x = 1\n" * (MODULE_LINES + 1)),
    (modules_have_names, "rainapp.media.photo_utils", ""),
    (bugs_are_caught_in_three_places, "rainapp.library", "try:\n    pass\nexcept (OSError, Exception):\n    pass"),
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
        "training.trainer": "",
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
        ("rainapp.workers", "try:\n    pass\nexcept Exception:\n    pass"),
    ],
)
def test_what_is_allowed_is_not_reported(name: str, text: str) -> None:
    sources = parse({"rainapp.work": "", name: text})
    assert [sentence for rule in RULES for sentence in rule(sources)] == []
