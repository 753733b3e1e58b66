"""The README and the manual: links lead somewhere, commands exist, the reference is that of the code, it can be built."""

import argparse
import ast
import importlib.util
import inspect
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

import rainapp
from training.strategies.table import STRATEGIES
from training.tables.fill import TABLES
from training.tasks.table import TASKS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = [README, *sorted(DOCS.rglob("*.md"))]
EXPERIMENTS = ROOT / "training" / "experiments" / "README.md"
LINE_MAX, README_LINES_MAX = 120, 120
MARKDOWN = MarkdownIt("commonmark").enable("table")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@cache
def tokens(page: Path) -> tuple[Token, ...]:
    """All tokens of a page, those within lines too."""
    found = MARKDOWN.parse(page.read_text(encoding="utf-8"))
    return tuple(inner for token in found for inner in (token, *(token.children or ())))


def links(page: Path) -> Iterator[str]:
    """Where a page leads, pictures too."""
    for token in tokens(page):
        for attribute in ("href", "src"):
            if target := token.attrs.get(attribute):
                yield str(target)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and MyST make them."""
    found = MARKDOWN.parse(page.read_text(encoding="utf-8"))
    titles = [inner for token, inner in zip(found, found[1:], strict=False) if token.type == "heading_open"]
    texts = ["".join(part.content for part in title.children or ()) for title in titles]
    return {re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-") for text in texts}


def broken(page: Path) -> list[str]:
    """Links of a page that lead nowhere."""
    wrong = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        inside = file.is_relative_to(ROOT) and file.exists()
        if not inside or (anchor and (file.suffix != ".md" or anchor not in anchors(file))):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert broken(page) == []


def test_links_were_found_in_the_pages() -> None:
    assert len([link for page in PAGES for link in links(page)]) > 60
    assert len([link for page in PAGES for link in links(page) if "#" in link]) > 8


@pytest.mark.parametrize("text", ["[x](nothing.md)", "[x](#nothing)", "![x](no.png)", "[x][y]\n\n[y]: ../README.md#nothing"])
def test_a_link_that_leads_nowhere_is_found(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (tmp_path / "README.md").write_text("# Title\n", encoding="utf-8")
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "page.md"
    page.write_text(text, encoding="utf-8")
    assert len(broken(page)) == 1


def test_every_page_can_be_reached_from_the_index() -> None:
    reached, waiting = set[Path](), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = [(page.parent / link.partition("#")[0]).resolve() for link in links(page) if not re.match(r"[a-z]+:", link)]
        reached |= {file for file in targets if file.suffix != ".md"}
        waiting += [file for file in targets if file.suffix == ".md" and file.is_relative_to(DOCS)]
    files = {path for path in DOCS.rglob("*") if path.is_file()}
    assert len(files) > 10
    assert files - reached == set()


def too_long(text: str) -> list[str]:
    return [line for line in text.splitlines() if len(line) > LINE_MAX and not line.startswith("|")]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_lines_are_short(page: Path) -> None:
    assert too_long("x" * (LINE_MAX + 1))
    assert too_long(page.read_text(encoding="utf-8")) == []


def test_the_readme_fits_two_screens() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= README_LINES_MAX


@cache
def reference() -> ModuleType:
    """The script that makes the reference."""
    spec = importlib.util.spec_from_file_location("reference", ROOT / "build" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def commands() -> dict[str, argparse.ArgumentParser]:
    return dict(reference().commands())


def test_the_reference_is_that_of_the_code() -> None:
    assert reference().outdated() == [], "run python build/reference.py"


def test_a_page_that_is_out_of_date_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference(), "FOLDER", tmp_path)
    for name, text in reference().pages().items():
        (tmp_path / name).write_text(text.replace("--model ID", "--net ID"), encoding="utf-8")
    assert reference().outdated() == ["commands.md"]


def test_the_reference_names_every_option_key_and_setting() -> None:
    made = reference().pages()
    assert all(f"## {name}\n" in made["commands.md"] for name in commands())
    for word in ("--passes", "--motion", "--curve", "models import", "training table"):
        assert word in made["commands.md"]
    for word in ("`inner_lr`", "`patch_px`", "`regret`", "`real-like`", "### window_former"):
        assert word in made["recipe.md"]
    for word in ("`tile_px`", "`second_pass`", "`name_template`"):
        assert word in made["settings.md"]


def typed(page: Path) -> Iterator[str]:
    """Lines of code blocks, and code within lines, without comments and without `.venv/bin/`."""
    for token in tokens(page):
        if token.type in ("fence", "code_block", "code_inline"):
            for line in token.content.splitlines():
                yield re.sub(r"\s+#.*", "", line).strip().replace(".venv/bin/", "")


def command_in(line: str) -> str:
    """The program that a line begins with, also after `for … do` and variables; "" where it begins with none."""
    programs = r"rainapp|python -m (?:training|rainapp)(?:\.\w+)*|python build/\w+\.py|make"
    found = re.search(rf"(?:^|; do |[A-Z_]+=\S+ )((?:{programs})(?:\s.*|$))", line)
    return found[1].partition(";")[0] if found else ""


def wrong_in(line: str) -> str | None:
    """What does not exist of a command; None where all of it does."""
    words = shlex.split(line.replace("'", "\\'") if line.count("'") == 1 else line)
    if words[0] == "make":
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        return next((word for word in words[1:] if "=" not in word and word not in targets), None)
    if words[1:2] and words[1].startswith("build/"):
        text = (ROOT / words[1]).read_text(encoding="utf-8") if (ROOT / words[1]).is_file() else ""
        options = [word.strip("[]") for word in words[2:] if word.strip("[").startswith("--")]
        return words[1] if not text else next((option for option in options if f'"{option}"' not in text), None)
    if words[:2] == ["python", "-m"] and words[2] not in ("training", "rainapp"):
        return None if importlib.util.find_spec(words[2]) else words[2]
    if words[:3] == ["python", "-m", "training"]:
        return wrong_option(words[3:], "python -m training")
    return wrong_option(words[3:] if words[0] == "python" else words[1:], "rainapp")


def wrong_option(words: list[str], program: str) -> str | None:
    """The first word of what is typed after a program that it does not know."""
    if program == "rainapp" and words[:1] == ["train"]:  # hands over; a recipe as the first word means "run"
        words, program = words[1:], "python -m training"
        words = ["run", *words] if words[:1] and words[0].endswith(".toml") else words
    place = program
    while words and f"{place} {words[0]}" in commands():
        place, words = f"{place} {words[0]}", words[1:]
    has_more = any(name.startswith(f"{place} ") for name in commands())
    if has_more and words and re.fullmatch(r"[a-z]+", words[0]):
        return f"{place} {words[0]}"
    options = {option for action in commands()[place]._actions for option in action.option_strings}
    return next((w for w in words if w.startswith("-") and w.strip("[]") not in options and not w[1:2].isdigit()), None)


@pytest.mark.parametrize("page", [*PAGES, EXPERIMENTS], ids=name_of)
def test_every_command_exists(page: Path) -> None:
    wrong = {line: found for line in typed(page) if (command := command_in(line)) and (found := wrong_in(command))}
    assert wrong == {}


def test_commands_were_found_in_the_pages() -> None:
    found = [command for page in PAGES for line in typed(page) if (command := command_in(line))]
    assert len(found) > 60
    assert any(command.startswith("rainapp evaluate --rainy DIR/$set") for command in found)


@pytest.mark.parametrize(
    "line",
    [
        "rainapp reign photo.jpg", "rainapp derain x -o y --rainless", "rainapp models fetch", "rainapp train dance",
        "python -m training dance", "python -m training table balance --pretty", "rainapp train run R.toml --fast",
        "rainapp train R.toml --fast", "python -m training.nothing", "python build/nothing.py", "make coffee",
        "python build/large_rain.py KODAK --wet", ".venv/bin/rainapp bench --warp",
    ],
)  # fmt: skip
def test_a_command_that_is_not_there_is_found(line: str) -> None:
    assert wrong_in(command_in(line.replace(".venv/bin/", "")))


@pytest.mark.parametrize("page", [page for page in PAGES if "reference" not in page.parts], ids=name_of)
def test_every_module_that_is_named_exists(page: Path) -> None:
    named = [
        word for token in tokens(page) if token.type == "code_inline" for word in re.findall(r"[\w/]+\.py\b", token.content)
    ]
    roots = (ROOT, ROOT / "rainapp", DOCS)
    assert [word for word in named if "NAME" not in word and not any((root / word).is_file() for root in roots)] == []


def test_the_tree_shows_every_room() -> None:
    tree = (DOCS / "architecture.md").read_text(encoding="utf-8").split("```")[1]
    rooms = [folder.parent for package in ("rainapp", "training") for folder in sorted((ROOT / package).rglob("__init__.py"))]
    assert len(rooms) > 30
    assert [name_of(room) for room in rooms if f"{room.name}/" not in tree] == []
    top = [path.name for path in ROOT.iterdir() if path.is_dir() and path.name in ("tests", "resources", "docs", "build")]
    assert len(top) == 4
    assert [name for name in top if f"\n{name}/" not in tree] == []


def test_the_training_page_tells_what_is_built_and_what_is_not() -> None:
    lines = (DOCS / "training.md").read_text(encoding="utf-8").splitlines()
    built = {f"`[{name}]`" for name in STRATEGIES} | {f"`{name}`" for name in (*TASKS, *TABLES)}
    assert {name for name in built if not any(line.startswith(f"| {name} |") for line in lines)} == set()
    missing = [line for line in lines if "**not built**" in line]
    assert missing
    assert {name for name in built for line in missing if name.strip("`[]") in line} == set(), "they are built"


def python_calls(page: Path) -> Iterator[ast.Call]:
    """Calls of functions of rainapp in the Python blocks of a page."""
    blocks = [token.content for token in tokens(page) if token.type == "fence" and token.info == "python"]
    for node in ast.walk(ast.parse("\n".join(blocks))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "rainapp":
            yield node


def test_python_examples_fit_the_functions() -> None:
    calls = [call for page in PAGES for call in python_calls(page)]
    assert len(calls) > 4
    for call in calls:
        assert isinstance(call.func, ast.Attribute)
        signature = inspect.signature(getattr(rainapp, call.func.attr))
        signature.bind(*call.args, **{str(keyword.arg): keyword.value for keyword in call.keywords})


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pages_speak_of_no_machine(page: Path) -> None:
    assert re.findall(r"(?:^|[\s`(])/(?:home|work|root|tmp|mnt|Users)/\S*", page.read_text(encoding="utf-8")) == []


def test_ci_runs_what_the_readme_tells_people_to_run() -> None:
    told = re.findall(r"^\| `(make test)` \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    done = [line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if line.startswith("exec ")]
    assert done == [f"exec {command}" for command in told] == ["exec make test"]


def test_the_manual_can_be_built(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        "-c",
        "build/site",
        "docs",
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = {page.relative_to(DOCS).with_suffix(".html") for page in DOCS.rglob("*.md")}
    assert {page for page in made if not (tmp_path / page).is_file()} == set()
    contents = (tmp_path / "guide" / "photos.html").read_text(encoding="utf-8")
    assert "../reference/commands.html" in contents
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "-m sphinx -q -a -E -W --keep-going -b html -c build/site" in recipe
