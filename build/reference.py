"""Write the reference pages from the code: `python build/reference.py`; with `--check` only say which are out of date.

Commands come from the parsers, keys of recipes from the records, settings from their fields. Nothing in `docs/reference` is
written by hand, so it cannot say what the code does not.
"""

import argparse
import dataclasses
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_type_hints

from rainapp.base.settings import PREFERENCES, Preference
from rainapp.cli import command_line
from rainapp.nets.spec import SHAPES
from training import __main__ as training
from training import recipe
from training.rain.generator import BLENDS
from training.rain.profiles import MIXES, PROFILES
from training.recipe_checks import TASKS
from training.tables.fill import TABLES

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
WIDTH = 118
MADE = "This page is made from the code by `python build/reference.py`."
Parser = argparse.ArgumentParser


def subcommands(parser: Parser) -> dict[str, Parser]:
    """The parsers below `parser`, by the word that is typed."""
    found = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


def commands() -> dict[str, Parser]:
    """Every command that can be typed, such as "rainapp models import"."""
    made: dict[str, Parser] = {"rainapp": command_line.build_parser("")}
    for name in command_line.COMMANDS:
        parser = subcommands(command_line.build_parser(name))[name]
        if name != "train":  # it hands over to training
            made[f"rainapp {name}"] = parser
            made |= {f"rainapp {name} {word}": below for word, below in subcommands(parser).items()}
    made["python -m training"] = training.parser()
    return made | {f"python -m training {word}": below for word, below in subcommands(training.parser()).items()}


def cell(text: object) -> str:
    """`text` for a table, in which a bar would end the column."""
    return code_of(text).replace("<", "\\<")


def code_of(text: object) -> str:
    """The same within code."""
    return " ".join(str(text).split()).replace("|", "\\|")


def code(text: object) -> str:
    """`text` as code in a table."""
    return f"`{code_of(text)}`"


def value_of(action: argparse.Action) -> str:
    """What stands after an option, as its help shows it."""
    if action.nargs == 0:
        return ""
    if action.choices is not None:
        return "{" + ",".join(map(str, action.choices)) + "}"
    name = action.metavar or action.dest.upper()
    return f"[{name}]" if action.nargs == "?" else str(name)


def words_of(action: argparse.Action) -> str:
    """How an argument is typed."""
    if not action.option_strings:
        name = str(action.metavar or action.dest)
        return {"+": f"{name}…", "*": f"[{name}…]", "?": f"[{name}]"}.get(str(action.nargs), name)
    return " ".join(filter(None, [", ".join(action.option_strings), value_of(action)]))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A Markdown table and an empty line."""
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    yield from ("| " + " | ".join(row) + " |" for row in rows)
    yield ""


def arguments(parser: Parser) -> list[argparse.Action]:
    """What can be typed after a command, but for its help."""
    hidden = argparse._HelpAction | argparse._SubParsersAction
    return [action for action in parser._actions if not isinstance(action, hidden)]


def command_page() -> Iterator[str]:
    """The page of all commands and their options."""
    yield from ("# Commands", "", MADE)
    yield from paragraph("What the commands are for stands in [the guide](../guide/command-line.md).")
    yield from paragraph("`rainapp` alone opens the window, `rainapp FILE…` opens it on files.")
    yield from paragraph("`rainapp train X` is `python -m training X`; a recipe as the first word means `run`.")
    for name, parser in commands().items():
        yield from (f"## {name}", "")
        yield from paragraph(parser.description or "")
        if below := subcommands(parser):
            yield from paragraph("Commands: " + ", ".join(f"`{word}`" for word in below) + ".")
        if found := arguments(parser):
            yield from table(
                ("what is typed", "meaning"), [(code(words_of(a)), cell((a.help or "").replace("%%", "%"))) for a in found]
            )


def paragraph(text: str) -> list[str]:
    """`text` in lines that are not too long, and an empty line; nothing for nothing."""
    return (
        ["", *textwrap.wrap(" ".join(text.split()), WIDTH, break_long_words=False, break_on_hyphens=False), ""] if text else []
    )


def block_of(hint: Any) -> Any:
    """The record of a block of the recipe, also of an optional one; None for a plain key."""
    if isinstance(hint, UnionType):
        hint = next(each for each in hint.__args__ if each is not NoneType)
    return hint if dataclasses.is_dataclass(hint) else None


def toml(value: object) -> str:
    """A default as a recipe would write it."""
    return recipe._value(value) if isinstance(value, str | tuple | list | bool | int | float) else "{}"


def keys(record: Any) -> list[tuple[str, str, str]]:
    """Rows of a record: key, kind, default."""
    hints = get_type_hints(record)
    rows = []
    for each in dataclasses.fields(record):
        if block_of(hints[each.name]) is None:
            default = each.default if each.default is not dataclasses.MISSING else {}
            rows.append((code(each.name), kind_of(hints[each.name]), code(toml(default))))
    return rows


def kind_of(hint: Any) -> str:
    """What a key holds, in a word or two."""
    words = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    if hint in words:
        return words[hint]
    outer, inner = hint.__origin__, next(each for each in reversed(hint.__args__) if each is not Ellipsis)
    return f"list of {words[inner]}s" if outer is tuple else f"table of {words[inner]}s"


def doc(record: Any) -> Iterator[str]:
    """What a record says of itself, as paragraphs."""
    for part in inspect.cleandoc(record.__doc__ or "").split("\n\n"):
        yield from paragraph(part)


def recipe_page() -> Iterator[str]:
    """The page of all keys of a recipe."""
    yield from ("# Recipe keys", "", MADE)
    yield from paragraph(
        "A recipe is TOML and complete: a run depends on nothing else. Unknown keys and impossible values are refused."
    )
    yield from paragraph("How a run goes stands in [training](../training.md). Keys that are left out have the defaults below.")
    yield from ("## The recipe itself",)
    yield from doc(recipe.Recipe)
    yield from table(("key", "kind", "default"), keys(recipe.Recipe))
    yield from paragraph("Tasks: " + ", ".join(f"`{name}` (net `{arch}`)" for name, arch in TASKS.items()) + ".")
    for name, hint in get_type_hints(recipe.Recipe).items():
        record = block_of(hint)
        if record is not None and name != "net":
            yield from (f"## [{name}]",)
            yield from paragraph("Optional: without this block it is off." if isinstance(hint, UnionType) else "")
            yield from doc(record)
            yield from table(("key", "kind", "default"), keys(record))
    yield from net_part()
    yield from rain_part()


def net_part() -> Iterator[str]:
    """The architectures and their shapes."""
    yield from ("## [net]",)
    yield from paragraph("`arch` names the architecture; the keys beside it are its shape.")
    for arch, shape in SHAPES.items():
        yield from (f"### {arch}", "")
        yield from table(("key", "default"), [(code(key), code(toml(value))) for key, value in shape.items()])


def rain_part() -> Iterator[str]:
    """Names that stand in the rain block."""
    yield from ("## Names of rain",)
    plain = [name for name, profile in PROFILES.items() if not profile.held_out]
    held = [name for name, profile in PROFILES.items() if profile.held_out]
    yield from paragraph("Blends: " + ", ".join(f"`{name}`" for name in BLENDS) + ".")
    yield from paragraph("Profiles: " + ", ".join(f"`{name}`" for name in plain) + ".")
    yield from paragraph("Held out, never to train a model that ships: " + ", ".join(f"`{name}`" for name in held) + ".")
    yield from table(
        ("mix", "profiles and shares"),
        [(code(name), cell(", ".join(f"{part} {share:g}" for part, share in mix.items()))) for name, mix in MIXES.items()],
    )
    yield from paragraph("Tables of `python -m training table`: " + ", ".join(f"`{name}`" for name in TABLES) + ".")


def allowed(preference: Preference) -> str:
    """What a setting may be."""
    if preference.choices:
        return ", ".join(
            f"`{value}` ({cell(words)})" if value != words else f"`{value}`" for value, words in preference.choices
        )
    if preference.kind == "number":
        limits = f"{preference.low:g} to {preference.high:g}"
        return f"{limits}, or `auto`" if preference.optional else limits
    return {"flag": "`true`, `false`", "folder": "a folder", "list": "a list of texts"}.get(preference.kind, "text")


def settings_page() -> Iterator[str]:
    """The page of all settings."""
    yield from ("# Settings", "", MADE)
    yield from paragraph("The file is TOML. `rainapp doctor` says where it lies. The window shows them under *Settings*.")
    yield from paragraph("“Remembered” are those that the window keeps from the last time.")
    for page in dict.fromkeys(preference.page for preference in PREFERENCES.values()):
        yield from (f"## {page[0].upper()}{page[1:]}", "")
        rows = [
            (code(p.name), code("auto" if p.default is None else toml(p.default)), allowed(p), cell(f"{p.label}: {p.help}"))
            for p in PREFERENCES.values()
            if p.page == page
        ]
        yield from table(("key", "default", "values", "meaning"), rows)


PAGES = {"commands.md": command_page, "recipe.md": recipe_page, "settings.md": settings_page}


def pages() -> dict[str, str]:
    """The text of each page."""
    return {name: re.sub(r"\n{3,}", "\n\n", "\n".join(make())).strip() + "\n" for name, make in PAGES.items()}


def outdated() -> list[str]:
    """The names of pages that are not as the code has them."""
    files = {name: FOLDER / name for name in PAGES}
    return [n for n, text in pages().items() if not files[n].is_file() or files[n].read_text(encoding="utf-8") != text]


def main() -> int:
    """Exit code 0 all written, or all as they should be; 1 some are not."""
    asked = argparse.ArgumentParser(description="Write docs/reference from the code.")
    asked.add_argument("--check", action="store_true", help="write nothing, say what is out of date")
    if asked.parse_args().check:
        for name in (stale := outdated()):
            print(f"docs/reference/{name} is out of date: run python build/reference.py", file=sys.stderr)
        return int(bool(stale))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
