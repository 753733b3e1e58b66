"""Train from the command line: `python -m training run RECIPE.toml`, `resume RUN_DIR`, `publish RUN_DIR`.

The window starts the same command as a child process and reads its JSON lines. Several processes: torchrun -m training run.
A line on standard input, an interrupt or a termination signal stops the run after a checkpoint.
"""

import argparse
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch
import torch.distributed as dist

from rainapp.base import paths
from rainapp.base.errors import BadModel, BadRecipe, Cancelled, RainError, UnwritableFile
from rainapp.base.escapes import escaping_terminal
from rainapp.base.new_files import NewFile, numbered
from rainapp.base.textfile import json_line
from rainapp.nets import registry
from training import average, recipe, recipe_checks
from training.data import hard_negatives
from training.loop import trainer, validate, weights
from training.strategies.table import require_one_gradient, spec_of, strategies_of
from training.tasks.derain import Derain
from training.tasks.table import tasks_of

CONFUSERS_SOUGHT = 2400
"""Dry crops that are looked at before a run begins that asks for confusing ones."""


class LineWatch:
    """Tells progress as JSON lines, at most twice a second (of several processes one tells); stops for a line or a signal."""

    def __init__(self, listen: bool, tells: bool = True) -> None:
        self.tells = tells
        self.stop = threading.Event()
        self.told, self.began = 0.0, time.monotonic()
        self.first: int | None = None
        if listen:
            threading.Thread(target=self._wait_for_line, daemon=True, name="stop-line").start()

    def _wait_for_line(self) -> None:
        # Not sys.stdin.readline(): it waits with a lock in hand that processes forked meanwhile would wait for, for ever.
        with contextlib.suppress(OSError, ValueError, AttributeError):  # no standard input at all
            while words := os.read(sys.stdin.fileno(), 4096):
                if b"\n" in words:
                    self.stop.set()
                    return

    def tick(self, done: int, total: int, **facts: float) -> None:
        """Report; raises Cancelled when stopping was asked for."""
        now = time.monotonic()
        self.first = done if self.first is None else self.first
        if self.tells and now - self.told > 0.5:
            self.told = now
            advanced = done - self.first
            eta_s = (now - self.began) * (total - done) / advanced if advanced > 0 else None
            print(json_line({"event": "progress", "done": done, "total": total, "eta_s": eta_s, **facts}), flush=True)
        if self.stop.is_set():
            raise Cancelled


@contextlib.contextmanager
def stopped_by_signals(watch: LineWatch) -> Iterator[None]:
    """An interrupt or termination stops `watch`, also where a shell started us with interrupts ignored."""
    before = {asked: signal.signal(asked, lambda *_: watch.stop.set()) for asked in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for asked, handler in before.items():
            signal.signal(asked, handler)


def leads() -> bool:
    """Whether this is the process that tells, of those that torchrun started."""
    return os.environ.get("RANK", "0") == "0"


def processes() -> int:
    """How many processes torchrun started; 1 without it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def foresee(folder: Path, plan: recipe.Recipe, resuming: bool) -> list[str]:
    """A sentence for each validation pair that is left out.

    Raises a RainError for what would stop the run of `folder` only after photos were read and rain was drawn.
    """
    recipe_checks.require(plan)
    strategies = strategies_of(plan)
    require_one_gradient(strategies)
    net = registry.build_spec(spec_of(plan, strategies))
    if resuming and not (folder / trainer.CHECKPOINT).is_file():
        raise BadModel(f"The run {folder.name} has no checkpoint to go on from.", "Start it again from its recipe.", folder)
    if plan.start_from and not resuming:
        weights.start(net, plan.start_from)
    sets = (Path(name) for name in plan.validate.sets)
    return [sentence for each in sets for sentence in validate.require(each, plan.validate.limit)]


def tell(kind: str, sentence: str) -> None:
    """Say something about the samples, as a JSON line; of several processes one speaks."""
    if leads():
        print(json_line({"event": kind, "message": sentence}), flush=True)


@contextlib.contextmanager
def process_group() -> Iterator[None]:
    """The processes that torchrun started, joined; left before Python ends, whose threads would otherwise abort it."""
    if processes() == 1:
        yield
        return
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    if torch.cuda.is_available():  # each process on an accelerator of its own
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    try:
        yield
        dist.barrier()  # none leaves while another still needs it
    finally:
        dist.destroy_process_group()


def run(folder: Path, resuming: bool, quiet: bool) -> None:
    """Train by the recipe in `folder`, from its checkpoint where `resuming`; that needs no weights to start from any more."""
    plan = recipe.read(folder / "recipe.toml")
    for sentence in foresee(folder, plan, resuming):
        tell("left-out", sentence)
    with process_group():
        train(folder, plan, resuming, quiet)


def train(folder: Path, plan: recipe.Recipe, resuming: bool, quiet: bool) -> None:
    """Make ready what the recipe names, and run the loop."""
    tasks = tasks_of(plan, folder, tell)
    found = folder / "confusers.npz"
    begun = resuming and (found.exists() or not plan.data.confusing)
    loop = trainer.Trainer(replace(plan, start_from="") if begun else plan, folder, tasks, strategies_of(plan))
    if plan.data.confusing and isinstance(drawing := tasks.get("derain"), Derain):
        crops = drawing.crops
        crops.confusers = hard_negatives.kept(
            found, lambda: hard_negatives.find(loop.net.eval(), crops.dry_crop, CONFUSERS_SOUGHT)
        )
        loop.net.train()
    if resuming:
        loop.resume()
    photos = {name: task.sources() for name, task in tasks.items()}
    began = time.strftime("%Y-%m-%dT%H:%M:%S")
    loop.log(started=began, torch=torch.__version__, device=str(loop.device), photos=next(iter(photos.values())))
    watch = LineWatch(listen=not quiet, tells=leads())
    with stopped_by_signals(watch):
        loop.run(watch)


def new_run(recipe_file: Path, out: Path | None) -> Path:
    """A run folder holding the recipe.

    Raises:
        BadRecipe: the recipe cannot be read or run, `out` holds a run that would be lost, or several processes have none.
        UnwritableFile: the folder cannot be made.
    """
    plan = recipe.read(recipe_file)
    recipe_checks.require(plan)
    if out is None and processes() > 1:
        raise BadRecipe("Several processes need one run folder.", "Name it with --out.", recipe_file)
    folder = out or paths.runs_dir() / f"{recipe_file.stem}-{time.strftime('%Y%m%d-%H%M%S')}"
    if (folder / trainer.CHECKPOINT).exists():
        raise BadRecipe(f"The folder {folder} holds a run already.", "Resume it, or name another folder with --out.", folder)
    try:
        while out is None and folder.exists():  # two runs begun in one second
            folder = numbered(folder, 1)
        folder.mkdir(parents=True, exist_ok=out is not None)
        with NewFile(folder / "recipe.toml", replaces=True) as file:
            file.write(plan.to_toml().encode())
    except OSError as error:
        raise UnwritableFile(f"The run folder {folder} cannot be written.", str(error), folder) from error
    return folder


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="training", description="Train, resume and publish derainers.")
    commands = top.add_subparsers(dest="command", required=True)
    start = commands.add_parser("run", help="train by a recipe")
    start.add_argument("recipe", type=Path)
    start.add_argument("--out", type=Path, help="run folder; default: a new one among the user's runs")
    again = commands.add_parser("resume", help="continue a run from its checkpoint")
    again.add_argument("folder", type=Path)
    mean = commands.add_parser("average", help="make a run of the mean of two sets of weights of one net")
    mean.add_argument("first", type=Path, help="weights file, run folder or model folder")
    mean.add_argument("second", type=Path, help="the same; its recipe becomes that of the new run")
    mean.add_argument("--share", type=float, default=0.5, help="part of the second, 0 to 1")
    mean.add_argument("--out", type=Path, required=True, help="the new run folder")
    told = commands.add_parser("explain", help="how complex backgrounds and rain of a recipe are, before anything runs")
    told.add_argument("recipe", type=Path)
    told.add_argument("--curve", action="store_true", help="also how fast each is learned as a set; takes minutes")
    told.add_argument("--json", action="store_true", help="print one JSON object")
    table = commands.add_parser("table", help="fill the missing cells of an experiment's table, or print it")
    table.add_argument("name", help="balance, dil, coic, transfer or priors")
    table.add_argument("--print", action="store_true", dest="prints", help="print what is there as Markdown and fill nothing")
    table.add_argument("--json", action="store_true", help="with --print: every result as a JSON line")
    table.add_argument("--clean", type=Path, default=Path("../shared/data/clean"), help="clean photos; dev/ lies beside them")
    table.add_argument("--results", type=Path, default=Path("training/experiments/results"), help="where results are kept")
    table.add_argument("--runs", type=Path, help="where cells are trained; default: among the user's runs")
    for command in (start, again, table):
        command.add_argument("--threads", type=int, default=0, help="threads of torch; 0: its own choice")
        command.add_argument("--ignore-input", action="store_true", help="do not stop on a line on standard input")
    done = commands.add_parser("publish", help="measure the best weights and put them into the model library")
    done.add_argument("folder", type=Path)
    done.add_argument("--id", default="", help="model id; default: the run folder's name")
    done.add_argument("--into", type=Path, help="library folder; default: the user's")
    done.add_argument("--title", default="")
    done.add_argument("--summary", default="")
    done.add_argument("--licence", default="")
    done.add_argument("--trained-on", default="")
    done.add_argument("--figures", type=Path, help="JSON file of measured figures for the card")
    done.add_argument("--replace", action="store_true", help="take the place of a model of this id")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 done, 2 bad recipe or usage, 130 stopped after a checkpoint."""
    with escaping_terminal():
        return _obey(parser().parse_args(arguments))


def explained(args: argparse.Namespace) -> int:
    """Print what the data of a recipe amounts to; exit code 0."""
    from training import explain

    plan = recipe.read(args.recipe)
    recipe_checks.require(plan)
    found = explain.explain(plan, args.curve)
    print(json_line(found) if args.json else explain.told(found))
    return 0


def table(args: argparse.Namespace) -> int:
    """Fill or print an experiment's table; exit code 0."""
    from training.tables import fill

    chosen = fill.table_of(args.name)
    if args.prints:
        found = fill.results_of(chosen, args.results, chosen.cells(str(args.clean)))
        print("\n".join(json_line(vars(result)) for result in found.values()) if args.json else chosen.told(found))
        return 0
    watch = LineWatch(listen=not args.ignore_input)
    with stopped_by_signals(watch):
        fill.fill(chosen, str(args.clean), args.results, args.runs or paths.runs_dir() / "tables", watch, tell)
    return 0


def _obey(args: argparse.Namespace) -> int:
    """Do what was asked; the exit code."""
    try:
        if args.command == "publish":
            from training import publish

            label = publish.Label(args.title, args.summary, args.licence, args.trained_on, args.figures)
            publish.publish(args.folder, args.id, args.into, label, args.replace)
            return 0
        if args.command == "average":
            average.average(args.first, args.second, args.share, args.out)
            return 0
        if args.command == "explain":
            return explained(args)
        if args.threads:
            torch.set_num_threads(args.threads)
        if args.command == "table":
            return table(args)
        folder = args.folder if args.command == "resume" else new_run(args.recipe, args.out)
        if leads():
            print(json_line({"event": "run", "folder": str(folder)}), flush=True)
        run(folder, args.command == "resume", args.ignore_input)
    except RainError as error:
        print(str(error), file=sys.stderr)
        return 2
    except Cancelled:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
