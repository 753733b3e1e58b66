"""What the batch is asked to do with one file: how it is treated and written, and what its result is called."""

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from rainapp.base.formats import CLIP_FORMATS, result_suffix
from rainapp.base.paths import resource
from rainapp.base.settings import Settings
from rainapp.gui.state.file_item import Item
from rainapp.jobs.naming import rain_path, result_path
from rainapp.jobs.records import STRENGTH_MAX, DerainFile, IfExists, Output, Treatment
from rainapp.jobs.session_lines import OwnSettings
from rainapp.library.model_library import ModelCard


@dataclass(frozen=True)
class Order:
    """One file as it is wanted. `target`: the name that an earlier run gave its result; None: the usual one.

    `if_exists` counts for this file alone.
    """

    item: Item
    treatment: Treatment
    output: Output
    only_rain: bool = False
    target: Path | None = None
    if_exists: IfExists = "rename"


@dataclass(frozen=True)
class Task:
    """One file to derain, and the name that its result would have if nothing were in the way."""

    item: Item
    job: DerainFile
    wanted: Path


def output_of(settings: Settings, only_rain: bool) -> Output:
    """How results are written by these settings."""
    return Output(
        format=settings.format, quality=settings.quality, metadata=settings.metadata, layer="rain" if only_rain else "result",
        if_exists="rename" if settings.if_exists == "ask" else settings.if_exists, keep_partial=settings.keep_partial,
        motion=settings.motion,
    )  # fmt: skip


def treatment_by(chosen: OwnSettings, card: ModelCard | None, settings: Settings, prior: ModelCard | None = None) -> Treatment:
    """How a file is treated for which that was chosen, with the model of `card`, and repaired by `prior` where there is one."""
    treatment = Treatment(
        model=card.id if card else "default",
        strength=min(STRENGTH_MAX, max(0.0, chosen.amount / 100)),
        veil=chosen.veil if card and chosen.veil in card.veils else "keep",
        temporal=chosen.temporal,
        tile_px=settings.tile_px,
        device=settings.device,
        engine=settings.engine,
        precision=settings.precision,
        treat=settings.treat,
        passes=2 if settings.second_pass else 1,
    )
    if prior is None or not chosen.refine:
        return treatment
    return replace(
        treatment, refine=chosen.refine, prior=chosen.prior, budget_share=chosen.budget_share, budget_mean=chosen.budget_mean
    )


def order_by(item: Item, treatment: Treatment, only_rain: bool, settings: Settings) -> Order:
    """`item` as it is wanted now."""
    output = output_of(settings, only_rain)
    again = item.target is not None and output.if_exists == "skip"  # the person says so, with its result in sight
    if only_rain:
        treatment = replace(treatment.unrepaired, strength=1.0)
    return Order(item, treatment, output, only_rain, if_exists="rename" if again else output.if_exists)


def order_again(item: Item, settings: Settings) -> Order:
    """`item` as it was wanted when it was begun: treated and written as then, under the same name."""
    output = item.output or output_of(settings, item.only_rain)
    exists: IfExists = "overwrite" if output.if_exists == "overwrite" else "rename"
    return Order(item, replace(item.treatment or Treatment(), mask=None), output, item.only_rain, item.claimed, exists)


def job_of(item: Item, target: Path, treatment: Treatment, output: Output) -> DerainFile:
    """The record that derains `item`."""
    if item.frames is not None and item.clip_format:
        output = replace(output, format=item.clip_format)
    return DerainFile(item.path, target, treatment, output, item.part, item.rate)


def wanted_target(item: Item, treatment: Treatment, settings: Settings, only_rain: bool) -> Path:
    """What the result of `item` would be called if nothing were in the way."""
    source, folder = item.path, item.path.parent
    if settings.save_to == "folder" and settings.save_folder:
        folder = Path(settings.save_folder)
    elif folder == resource("samples"):  # part of the installation, which is not ours to write into
        folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)) / "rainapp"
    suffix = result_suffix(source, settings.format, item.container, item.moves)
    if item.frames is not None:
        form = item.clip_format or settings.format
        source, suffix = source.with_name(f"{item.frames.title}.png"), f".{form}" if form in CLIP_FORMATS else ""
    target = result_path(source, folder, suffix, treatment, settings.name_template)
    return rain_path(target) if only_rain else target
