"""The rules of the house: each takes the parsed sources and yields sentences: where, what, and why it is not done here."""

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from house_plan import PACKAGES, QT, TORCH, covers, row_of

ROOT = Path(__file__).resolve().parent.parent
FUNCTION_LINES = 60
MODULE_LINES = 400
ROOM_LINES, ROOM_FILES, ENTRIES = 4000, 25, 15
ROOMED = ("rainapp",)
HOMELESS = {"utils", "util", "common", "core", "helpers", "helper", "manager", "managers", "misc"}
MAY_CATCH_ALL = ("rainapp.jobs.workers", "rainapp.cli.*", "rainapp.gui.app")


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


def every_module_has_a_row(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        if row_of(source.name) is None:
            yield f"{source.name} fits no row of house_plan.TABLE. Decide on its layer, there and in docs/architecture.md."


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
    """Imports inside functions and for type checkers count too: what names another cannot be read without it."""
    edges = {source.name: {item.module for item in source.imports if item.module != source.name} for source in sources}
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


def rooms_of(sources: list[Source]) -> dict[str, list[Source]]:
    """The modules that lie directly in each package of `ROOMED`."""
    packages = {source.name.rpartition(".")[0] for source in sources}
    rooms: dict[str, list[Source]] = {}
    for source in sources:
        room = source.name if source.name in packages else source.name.rpartition(".")[0]
        if room.split(".")[0] in ROOMED:
            rooms.setdefault(room, []).append(source)
    return rooms


def rooms_stay_small(sources: list[Source]) -> Iterator[str]:
    rooms = rooms_of(sources)
    for room, inside in rooms.items():
        lines = sum(len(source.text.splitlines()) for source in inside)
        if lines > ROOM_LINES or len(inside) > ROOM_FILES:
            yield f"{room} has {len(inside)} files, {lines} lines; {ROOM_FILES} and {ROOM_LINES} are the most. Make two."
    for top in ROOMED:
        entries = {source.name.split(".")[1] for source in sources if source.name.startswith(f"{top}.")}
        if len(entries) + 1 > ENTRIES:  # and __init__
            yield f"{top} has {len(entries) + 1} entries; {ENTRIES} are the most. Which room does the new one belong to?"


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


PLAIN = "rainapp.gui.widgets.plain_text"
GUESSING = {"QLabel", "QToolTip", "QErrorMessage", "QTextBrowser", "QTextEdit", "QWhatsThis"}
GUESSING_CALLS = {"setToolTip", "setWhatsThis", "setTextFormat", "setHtml"}


def foreign_words_are_plain(sources: list[Source]) -> Iterator[str]:
    """Whatever takes text for markup is made in one place; boxes are made there too, except by type or for a button."""
    for source in sources:
        if not covers("rainapp.gui.*", source.name) or source.name == PLAIN:
            continue
        for node in ast.walk(source.tree):
            found = ""
            if isinstance(node, ast.Name) and node.id in GUESSING:
                found = node.id
            elif isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                boxes = called == "QMessageBox" or (called.startswith("QMessageBox.") and called.count(".") == 1)
                found = called if boxes or called.split(".")[-1] in GUESSING_CALLS else ""
            if found:
                yield f"{source.name}:{node.lineno} uses {found}, which guesses what is markup. See {PLAIN}."


# Who may read otherwise: the one place itself, the application's own files, what a process of ours has just written.
MAY_OPEN = (
    "rainapp.base.regular_files",
    "rainapp.gui.widgets.icons",
    "rainapp.nets.foreign_weights",
    "rainapp.library.importer",
    "rainapp.inference.engines.machine",
    "rainapp.base.own_files",
    "rainapp.base.new_files",
    "rainapp.media.sequence.sequence_sink",
    "rainapp.base.logs",
)
READING = {"read_text", "read_bytes", "imread"}


def reads_a_file(call: ast.Call) -> bool:
    """Whether a call opens a file for reading by its path, or reads it whole."""
    called = ast.unparse(call.func)
    name = called.split(".")[-1]
    if called == "av.open":  # of bytes; of paths in `clip_open` alone, which asks before
        return False
    if name in READING:
        return True
    words = [part.value for part in (*call.args, *(k.value for k in call.keywords)) if isinstance(part, ast.Constant)]
    modes = [word for word in words if isinstance(word, str) and word and set(word) <= set("rwaxbt+")]
    if name == "open" and isinstance(call.func, ast.Name):
        return not modes or "r" in modes[0]
    return name == "open" and bool(modes) and "r" in modes[0]


def foreign_files_are_opened_in_one_place(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        if any(covers(pattern, source.name) for pattern in MAY_OPEN):
            continue
        for item in source.imports:
            if item.module == "tomllib" and source.name != "rainapp.base.toml_text":
                yield f"{source.name}:{item.line} imports tomllib, which no hostile file survives. See rainapp.base.toml_text."
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and reads_a_file(node):
                yield f"{source.name}:{node.lineno} reads a file, and would wait for a pipe. See rainapp.base.regular_files."


DEEP = {"rmtree", "rglob", "walk", "removedirs"}  # of Python's own, which call themselves for every level


def folders_are_gone_through_level_by_level(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        for node in ast.walk(source.tree):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            name = called.split(".")[-1]
            if name in DEEP and called.split(".")[0] != "ast" and "." in called:
                yield f"{source.name}:{node.lineno} uses {name}, which stops at a thousand folders. See rainapp.base.folders."


# Where loaders may be given a path: it was looked at in the line before, or it is our own.
MAY_LOAD = ("rainapp.nets.*", "rainapp.compare.result_cache", "training.loop.weights", "training.tasks.fuse")
LOADERS = {"torch.load", "load_file", "np.load"}


def loaders_are_given_open_files(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        if any(covers(pattern, source.name) for pattern in MAY_LOAD):
            continue
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in LOADERS or not node.args:
                continue
            given = ast.unparse(node.args[0])
            if given != "opened" and "paths.resource" not in given:
                yield f"{source.name}:{node.lineno} lets a loader open {given}. See rainapp.base.regular_files.open_regular."


MAY_DUMP = (
    "rainapp.base.textfile",
    "rainapp.library.importer",
    "rainapp.nets.foreign_weights",
    "rainapp.inference.engines.engine_choice",
)


def json_is_finite(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        for node in ast.walk(source.tree):
            dumps = isinstance(node, ast.Call) and ast.unparse(node.func) == "json.dumps"
            if dumps and source.name not in MAY_DUMP:
                yield f"{source.name}:{node.lineno} uses json.dumps, which writes Infinity. See base.textfile.json_line."


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
    rooms_stay_small,
    modules_have_names,
    bugs_are_caught_in_three_places,
    foreign_words_are_plain,
    foreign_files_are_opened_in_one_place,
    json_is_finite,
    folders_are_gone_through_level_by_level,
    loaders_are_given_open_files,
)
