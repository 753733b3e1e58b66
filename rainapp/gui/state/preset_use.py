"""Presets in the window: what is chosen now as one, and one taken over. No widgets."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from rainapp.gui.state.file_tasks import output_of
from rainapp.gui.state.undo_history import choices_again
from rainapp.jobs.presets import Preset
from rainapp.jobs.records import Output
from rainapp.library.priors import AUTO

if TYPE_CHECKING:
    from rainapp.gui.state.workspace import Workspace

TREATED = ("model", "veil", "temporal", "refine", "prior", "budget_share", "budget_mean")
MACHINE = ("device", "engine", "precision", "tile_px", "treat")
WRITTEN = ("format", "quality", "metadata", "if_exists", "keep_partial", "motion")
ELSEWHERE = ("codec", "crf", "hardware")  # the command line alone has them


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("Presets", text)


def preset_of(workspace: "Workspace") -> Preset:
    """What is chosen now, for the file in sight; a mask belongs to one photo and is left out."""
    chosen, only_rain = workspace.chosen, workspace.amount < 0
    treatment = replace(workspace.treatment, **{name: getattr(chosen, name) for name in TREATED})
    if only_rain:
        treatment = replace(treatment, strength=1.0)
    return Preset(treatment, output_of(workspace.settings, only_rain))


def take_over(workspace: "Workspace", preset: Preset) -> None:
    """Choose what `preset` says; what the window cannot do is told. It can be undone."""
    workspace.undoing.note(choices_again(workspace, (*TREATED, *MACHINE, *WRITTEN, "second_pass")))
    treatment, output = preset.treatment, preset.output
    workspace.change(**{name: getattr(treatment, name) for name in TREATED})
    values = {name: getattr(treatment, name) for name in MACHINE} | {name: getattr(output, name) for name in WRITTEN}
    if output.if_exists == Output().if_exists:
        del values["if_exists"]  # nothing was chosen
    workspace.change(**values, second_pass=treatment.passes > 1)
    workspace.set_amount(-100 if output.layer == "rain" else round(treatment.strength * 100))
    left = [name for name in ELSEWHERE if getattr(output, name) != getattr(Output(), name)]
    if treatment.mask is not None:
        left.append("mask")
    if output.layer == "both":
        left.append("layer")
    if left:
        workspace.notice.emit(tr("Of this preset only the command line knows: {names}.").format(names=", ".join(left)))
    if treatment.refine and treatment.prior != AUTO and all(card.id != treatment.prior for card in workspace.priors):
        workspace.notice.emit(
            tr("There is no repair model “{name}” here, so nothing is repaired.").format(name=treatment.prior)
        )
    if treatment.model != "default" and all(card.id != treatment.model for card in workspace.cards):
        workspace.notice.emit(tr("There is no model “{name}” here; the default one is used.").format(name=treatment.model))
