"""`rainapp relate`: how alike folders of rainy photos are, and what rain each photo is nearest to."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rainapp.base import paths
from rainapp.base.errors import BadModel
from rainapp.base.escapes import one_line
from rainapp.base.textfile import json_line
from rainapp.cli import large_files
from rainapp.cli.exit_codes import DONE, USAGE
from rainapp.cli.report_targets import unfit_report
from rainapp.jobs.records import NoWatch

if TYPE_CHECKING:
    from rainapp.base.image import Image
    from rainapp.evaluation.relating import Relation
    from rainapp.library.model_library import ModelLibrary
    from rainapp.nets.known_rain import Knowledge


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("relate", help="tell how alike folders of rainy photos are, and what rain each photo has")
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="folders of rainy photos")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write a report with the map")
    parser.add_argument("--json", action="store_true", help="one JSON object per folder, then one per photo")
    parser.add_argument("--detail", action="store_true", help="also ask whether rain or detail is seen; derains some photos")
    parser.add_argument("--model", default="", metavar="ID", help="also tell by layer how this model adapts; one that does")
    parser.add_argument("--encoder", type=Path, metavar="DIR", help="what sees the rain; made by python -m training.relate")
    parser.add_argument("--models-dir", type=Path, help="the user's models; default: the platform's data folder")
    large_files.add_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Look at every photo and print; exit code 0, 2 where the report cannot have its name.

    Raises UnreadableFile, BadModel, UnwritableFile.
    """
    from rainapp.evaluation.relating import relate
    from rainapp.library.model_library import ModelLibrary
    from rainapp.nets.known_rain import knowledge

    wrong = unfit_report(args.html, args.folders) if args.html else ""
    if wrong:
        print(f"rainapp relate: {wrong}", file=sys.stderr)
        return USAGE
    large_files.heed(args)
    replaces = args.html is not None and args.html.is_file()  # named, and there now
    known = knowledge(args.encoder)
    library = ModelLibrary(user=args.models_dir or paths.user_models_dir())
    found = relate(args.folders, known, NoWatch())
    if args.detail:
        found = with_moves(found, known, library)
    if args.model:
        found = with_temperatures(found, args.model, library)
    if args.html:
        from rainapp.evaluation import relation_report

        target = relation_report.write(found, args.html, replaces=replaces)
        print(one_line(f"Report: {target}"), file=sys.stderr)
    for sentence in found.notes:
        print(one_line(sentence), file=sys.stderr)
    for words in json_lines(found) if args.json else lines(found):
        print(words)
    return DONE


def with_moves(found: "Relation", known: "Knowledge", library: "ModelLibrary") -> "Relation":
    """The same with the answer to "rain or detail?" for each folder of at least two photos."""
    from fractions import Fraction

    from rainapp.base.image import Frame
    from rainapp.evaluation.relating import rain_or_detail
    from rainapp.inference.pipeline import load_pipeline
    from rainapp.jobs.records import Treatment

    pipeline = load_pipeline(Treatment(temporal="off"), library)

    def derain(image: "Image") -> "Image":
        return next(iter(pipeline.in_turn([Frame(0, Fraction(0), image, image)], NoWatch()))).image

    moves = {folder.name: rain_or_detail(folder, derain, known) for folder in found.folders}
    return replace(found, moves={name: each for name, each in moves.items() if each is not None})


def with_temperatures(found: "Relation", model: str, library: "ModelLibrary") -> "Relation":
    """The same with the temperature of each layer of a model. Raises BadModel for one that does not adapt."""
    from rainapp.evaluation.relating import temperatures
    from rainapp.nets import registry
    from rainapp.nets.coic_net import encoded

    card = library.get(model)
    net = encoded(registry.load(card, library.weights_path(card)))
    if net is None:
        raise BadModel(f"The model “{card.id}” does not adapt to the picture.", "Name one that was trained with coic.")
    return replace(found, temperatures={folder.name: temperatures(folder, net) for folder in found.folders})


def json_lines(found: "Relation") -> Iterator[str]:
    """An object for each folder, then one for each photo."""
    for folder in found.folders:
        about: dict[str, Any] = {"set": folder.name, "n": len(folder.photos), "similarity": found.similarity[folder.name]}
        if folder.name in found.moves:
            moved = found.moves[folder.name]
            about |= {"moved_by_rain": moved.rain, "moved_by_background": moved.background}
        if folder.name in found.temperatures:
            about["temperature"] = found.temperatures[folder.name]
        yield json_line(about)
    for folder in found.folders:
        for photo in folder.photos:
            kind = found.kinds[photo]
            near = found.near.get(photo, kind)
            yield json_line({
                "photo": str(photo), "set": folder.name, "nearest": near.name, "certainty": near.certainty,
                "kind": kind.name, "kind_certainty": kind.certainty, "map": found.places[photo],
            })  # fmt: skip


def lines(found: "Relation") -> Iterator[str]:
    """Words for a person."""
    names = list(found.similarity)
    wide = max(map(len, map(one_line, names)))
    for name in names:
        shares = "  ".join(f"{found.similarity[name][other]:6.3f}" for other in names)
        own = next(folder for folder in found.folders if folder.name == name)
        at_home = [photo for photo in own.photos if photo in found.near and found.near[photo].name == name]
        told = f"  {len(at_home)} of {len(own.photos)} nearest to their own folder" if found.near else ""
        yield f"{one_line(name):{wide}}  {shares}{told}"
    for name, moved in found.moves.items():
        yield f"{one_line(name):{wide}}  exchanged rain moves {moved.rain:.3f}, exchanged background {moved.background:.3f}"
    for name, layers in found.temperatures.items():
        for layer, value in layers.items():
            yield f"{one_line(name):{wide}}  {one_line(layer)}: temperature {value:.2f}"
    for folder in found.folders:
        for photo in folder.photos:
            near = found.near.get(photo, found.kinds[photo])
            yield f"{one_line(str(photo))}: {one_line(near.name)} ({near.certainty:.2f}), {found.kinds[photo].name}"
