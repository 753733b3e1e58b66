"""`rainapp models`: what is in the library, and what comes in and goes out.

Importing opens the foreign file in a child process (`rainapp.library.importer`), so nothing here loads torch, but for a
pipeline of safetensors in one file.
"""

import argparse
import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from rainapp.base.errors import BadModel, UnwritableFile
from rainapp.base.new_files import desk, new_folder, put, sync_files
from rainapp.base.own_files import readers_of_all
from rainapp.base.system_errors import why_not_written
from rainapp.base.textfile import json_line
from rainapp.cli.terminal import PlainConsole, console
from rainapp.library.cards import CARD, ModelCard, printable, write_card
from rainapp.library.model_library import WEIGHTS, ModelLibrary
from rainapp.library.pipelines import licence_in
from rainapp.library.prior_import import copy_files
from rainapp.library.priors import files_of

CHILD_ACTION = "read-foreign"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `models` and its actions."""
    parser = subparsers.add_parser("models", help="list, import, export and check models", description=__doc__.splitlines()[0])
    _add_shared(parser, top=True)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    for name, words, arguments in (
        ("list", "list the models (also without an action)", ()),
        ("show", "all that is known about a model", ("id",)),
        (
            "import",
            "import a model folder or zip, the folder of a prior, .safetensors, or a .pth, .pt, .ckpt state dict",
            ("file",),
        ),
        ("export", "copy a model as a folder that others can import", ("id", "dir")),
        ("verify", "hash the weights of a model, or of all, and compare with the cards", ("id",)),
        ("remove", "move one of your models to the trash", ("id",)),
        ("default", "make a model the default", ("id",)),
    ):
        action = actions.add_parser(name, help=words, description=words)
        _add_shared(action, top=False)
        for argument in arguments:
            optional = "?" if name == "verify" else None
            action.add_argument(argument, metavar=argument.upper(), type=str if argument == "id" else Path, nargs=optional)
        if name == "import":
            action.add_argument(
                "--id", dest="new_id", metavar="ID", help="its id in the library; default: from the card or file name"
            )
            action.add_argument("--licence", metavar="TEXT", help="its licence, where the card has none or another is meant")
            action.add_argument(
                "--config", type=Path, metavar="DIR",
                help="FILE is all of a Stable Diffusion pipeline as one .safetensors; DIR holds the descriptions of its parts",
            )  # fmt: skip
    hidden = actions.add_parser(CHILD_ACTION)  # without help it is not listed; `rainapp.library.importer` starts it
    hidden.add_argument("desk", nargs=2, metavar="FILE")


def run(args: argparse.Namespace) -> int:
    """Do the action; the exit code."""
    if args.action == CHILD_ACTION:
        from rainapp.nets import foreign_weights

        return foreign_weights.main(args.desk)
    library = ModelLibrary(user=args.models_dir)
    return _ACTIONS[args.action or "list"](library, args)


def _add_shared(parser: argparse.ArgumentParser, top: bool) -> None:
    # Given before or after the action: the inner parser must not overwrite with its default what the outer one has read.
    default: Any = None if top else argparse.SUPPRESS
    parser.add_argument(
        "--json", action="store_true", default=False if top else argparse.SUPPRESS, help="one JSON object a line"
    )
    parser.add_argument("--models-dir", type=Path, metavar="DIR", default=default, help="folder of your own models")


def _list(library: ModelLibrary, args: argparse.Namespace) -> int:
    models = library.cards()
    default = library.default_id if models else None
    cards = [*models, *library.priors()]
    if args.json:
        for card in cards:
            _print_json(_facts(library, card) | {"default": card.id == default})
    else:
        page = _console()
        for card in cards:
            page.print(_entry(card, library.is_bundled(card.id), card.id == default))
        if not cards:
            page.print("No models yet. `rainapp models import FILE` brings one in.")
    _say_problems(library)
    return 0


def _entry(card: ModelCard, bundled: bool, is_default: bool) -> Text:
    """A model in two or three short lines, for terminals of any width."""
    veil = "keeps or clears haze" if "clear" in card.veils else "keeps haze"
    does = "a prior, for --refine" if card.is_prior else veil
    facts = ["bundled" if bundled else "yours", card.arch, does, card.licence]
    entry = Text.assemble("* " if is_default else "  ", (card.id, "bold"), "  ", printable(" · ".join(facts)))
    figures = ", ".join(f"{name} {value:g}" for name, value in card.figures.items())
    for line in (card.summary or card.title, figures):
        if line:
            entry.append(f"\n    {printable(line)}", "dim")
    return entry


def _show(library: ModelLibrary, args: argparse.Namespace) -> int:
    card = library.find(args.id)
    if args.json:
        _print_json(_facts(library, card))
        return 0
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _facts(library, card).items():
        if isinstance(value, dict):
            value = "\n".join(f"{key}  {entry}" for key, entry in value.items())
        elif isinstance(value, list):
            value = ", ".join(value)
        if value not in (None, ""):
            table.add_row(name.replace("_", " "), Text("\n".join(printable(line) for line in str(value).splitlines())))
    _console().print(table)
    return 0


def _import(library: ModelLibrary, args: argparse.Namespace) -> int:
    from rainapp.library.importer import import_model

    if args.config is not None:
        card = _import_single(library, args)
        return _told(card, args.json)
    # A child process starts, loads torch and tries the net out: seconds, in which a person wants to see that something happens.
    with console(error=True).status("Opening the file in a process of its own …"):  # silent where standard error is no terminal
        card = import_model(args.file, library, model_id=args.new_id, licence=args.licence)
    return _told(card, args.json)


def _import_single(library: ModelLibrary, args: argparse.Namespace) -> ModelCard:
    """A pipeline in one file, laid out as a folder first. Raises BadModel."""
    from rainapp.library.importer import import_model
    from rainapp.nets import stable_diffusion

    licence = args.licence or licence_in(args.config)
    with console(error=True).status("Laying the file out …"), desk() as folder:
        laid_out = folder / args.file.stem
        stable_diffusion.unpack(args.file, args.config, laid_out)
        return import_model(laid_out, library, model_id=args.new_id, licence=licence)


def _told(card: ModelCard, as_json: bool) -> int:
    if as_json:
        _print_json({"id": card.id, "arch": card.arch, "licence": card.licence})
    else:
        _console().print(f"Imported “{card.title}” as {card.id} ({card.arch}; {card.licence}).")
    return 0


def _export(library: ModelLibrary, args: argparse.Namespace) -> int:
    card = library.find(args.id)
    folder = args.dir / card.id
    try:
        args.dir.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(folder):
            raise FileExistsError
        home = library.folder(card)
        names = files_of(home) if card.is_prior else [WEIGHTS]
        readers = readers_of_all(home / name for name in (CARD, *names))
        with new_folder(args.dir, readers) as staged:
            copy_files(home, staged, names, readers)
            write_card(staged, card, readers)
            sync_files(staged)
            put(staged, folder)
    except FileExistsError as error:
        raise UnwritableFile(f"{folder} is already there.", "Choose another folder.", folder) from error
    except OSError as error:
        raise UnwritableFile(
            f"{folder} cannot be written: {why_not_written(error)[0]}.", "Choose another folder.", folder
        ) from error
    _answer(args, {"id": card.id, "folder": str(folder)}, f"Wrote {folder}.")
    return 0


def _verify(library: ModelLibrary, args: argparse.Namespace) -> int:
    """One line a model; exit code 1 if anything is wrong."""
    problems = library.verify(args.id)
    damaged = {problem.model_id for problem in problems}
    for card in [*library.cards(), *library.priors()] if args.id is None else [library.find(args.id)]:
        if card.id not in damaged:
            _answer(args, {"id": card.id, "ok": True}, f"{card.id}: whole")
    for problem in problems:
        _answer(args, {"id": problem.model_id, "ok": False, "message": problem.message}, str(problem))
    return 1 if problems else 0


def _remove(library: ModelLibrary, args: argparse.Namespace) -> int:
    if args.id == "default":
        raise BadModel("“default” is an alias.", "Name the model that is to go.")
    library.remove(args.id)
    _answer(args, {"id": args.id, "removed": True}, f"{args.id} is in the trash.")
    return 0


def _default(library: ModelLibrary, args: argparse.Namespace) -> int:
    library.set_default(args.id)
    _answer(args, {"default": library.default_id}, f"The default is {library.default_id}.")
    return 0


_ACTIONS: dict[str, Callable[[ModelLibrary, argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "import": _import,
    "export": _export,
    "verify": _verify,
    "remove": _remove,
    "default": _default,
}


def _facts(library: ModelLibrary, card: ModelCard) -> dict[str, Any]:
    """The card as plain values, and where it lies."""
    values = {item.name: getattr(card, item.name) for item in fields(card)}
    plain = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()}
    return plain | {"veils": list(card.veils), "bundled": library.is_bundled(card.id), "folder": str(library.folder(card))}


def _say_problems(library: ModelLibrary) -> None:
    """Folders that cannot be used, on standard error, so that a list stays a list."""
    for problem in library.problems():
        console(error=True).print(printable(str(problem)), soft_wrap=True)


def _answer(args: argparse.Namespace, record: dict[str, Any], words: str) -> None:
    if args.json:
        _print_json(record)
    else:
        _console().print(words, soft_wrap=True)


def _print_json(record: dict[str, Any]) -> None:
    print(json_line(record), flush=True)


def _console() -> PlainConsole:
    return console(width=160)
