"""Repair in the window: offered where something can repair, previewed, kept within limits, mapped, saved and remembered.

The derainer is the plain one; what repairs is a real tiny prior that shows one grey, on a grey wall.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from prior_files import tiny_vq, write_prior_card
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from rainapp.base.image import Image, Repaired
from rainapp.base.settings import Settings
from rainapp.gui.app import Session
from rainapp.gui.canvas.composition import View
from rainapp.gui.canvas.repair_preview import Stand
from rainapp.gui.files.repair_box import RepairBox
from rainapp.gui.state.file_item import State
from rainapp.gui.state.preset_use import preset_of, take_over
from rainapp.inference.refine.budget import Budget
from rainapp.inference.refine.load_prior import load
from rainapp.inference.refine.refiner import Lies, Refiner
from rainapp.jobs import presets
from rainapp.jobs.records import REFINE, DerainFile, Output, Preview, Region, Treatment, Watch
from rainapp.library.model_library import ModelLibrary
from rainapp.nets import vq
from rainapp.work.screen.picture_parts import clipped, crop
from tests.gui.hands import click_derain
from tests.gui.plain_run import PlainRun, derained, idle, read, shrunk, until

GREY = 112


@pytest.fixture
def grey(plain_library: ModelLibrary) -> Path:
    """A prior in the library that shows one grey."""
    folder = tiny_vq(plain_library.user, "grey", title="Grey")
    net = vq.Vq(channels=(8, 8, 16), latent=4, codes=16)
    with torch.no_grad():
        net.model.decoder.conv_out.weight.zero_()
        net.model.decoder.conv_out.bias.fill_(GREY / 255 * 2 - 1)
    net.model.save_pretrained(folder, safe_serialization=True)
    write_prior_card(folder, "vq", title="Grey")
    return folder


class RepairingRun(PlainRun):
    """The plain derainer, followed by the real repair."""

    def __init__(self, library: ModelLibrary) -> None:
        super().__init__()
        self.library = library

    def _refiner(self, treatment: Treatment) -> Refiner:
        card = self.library.prior(treatment.prior)
        budget = Budget(treatment.budget_share, treatment.budget_mean / 255)
        return Refiner(load(self.library.folder(card), card, "cpu"), treatment.refine, budget)

    def preview(self, job: Preview, watch: Watch) -> object:  # type: ignore[override]
        seen = super().preview(job, watch)
        if not job.treatment.refine:
            return seen
        rainy = read(job.source)
        pixels = derained(rainy)
        region = clipped(job.region or Region(0, 0, rainy.shape[1], rainy.shape[0]), Image(rainy))
        refiner = self._refiner(job.treatment)
        around = refiner.surroundings(*rainy.shape[:2], region)
        lies = Lies(rainy.shape[0], rainy.shape[1], around, region)
        made, facts = refiner.part(crop(Image(rainy), around).pixels, crop(Image(pixels), around), lies, watch)
        before = crop(Image(pixels), region)
        if job.region is None:
            made, before = (Image(shrunk(each.pixels, job.longest_px)) for each in (made, before))
        return replace(seen, derained=made, repaired=facts, unrepaired=before)

    def derain(self, job: DerainFile, watch: Watch) -> object:  # type: ignore[override]
        done = super().derain(job, watch)
        if not job.treatment.refine:
            return done
        return replace(done, repaired=Repaired("grey", 0.3, job.treatment.refine, 0.031, 0.001, 4))


def wall(path: Path, height: int = 260, width: int = 380) -> Path:
    rng = np.random.default_rng(2)
    photo = np.full((height, width, 3), 110.0) + rng.normal(0, 0.6, (height, width, 1))
    for x in range(20, width - 20, 30):
        photo[20 : height - 30, x : x + 2] += 90
    cv2.imwrite(str(path), photo.clip(0, 255).round().astype(np.uint8))
    return path


@pytest.fixture
def run(plain_library: ModelLibrary) -> RepairingRun:
    return RepairingRun(plain_library)


@pytest.fixture
def begin(
    open_session: Callable[..., Session], run: RepairingRun, plain_library: ModelLibrary, tmp_path: Path, qtbot: QtBot
) -> Callable[..., Session]:
    """A window with a wall in the rain in sight."""

    def make(*photos: Path, settings: Settings | None = None) -> Session:
        session = open_session(settings or Settings(theme="dark"), run, plain_library)
        session.workspace.add(photos or [wall(tmp_path / "wall.png")])
        until(qtbot, lambda: session.viewing.pair is not None)
        until(qtbot, idle(session))
        return session

    return make


def box_of(session: Session) -> RepairBox:
    return session.window.page.inspector.repair


def there(session: Session) -> bool:
    return session.window.canvas.repairing.stand is Stand.THERE


def test_without_a_prior_it_says_so_and_nothing_is_repaired(begin: Callable[..., Session], run: RepairingRun) -> None:
    session = begin(settings=Settings(theme="dark", refine=1.0))
    box = box_of(session)
    assert not box.steps.isEnabled()
    assert "Import a repair model" in box.said.text()
    assert session.workspace.treatment.refine == 0
    assert not any(isinstance(job, Preview) and job.treatment.refine for job in run.jobs)


def test_off_is_the_start_and_light_shows_what_will_be_saved(
    grey: Path, begin: Callable[..., Session], run: RepairingRun, qtbot: QtBot
) -> None:
    session = begin()
    box, workspace = box_of(session), session.workspace
    assert (box.value.text(), box.fine.isVisible(), box.said.isVisible()) == ("Off", False, False)
    bases = len([job for job in run.jobs if isinstance(job, Preview)])
    qtbot.mouseClick(box.steps.button("light"), Qt.MouseButton.LeftButton)
    assert workspace.treatment.refine == 0.4
    assert (box.value.text(), box.fine.value(), box.fine.isVisible()) == ("Light", 40, True)
    assert "is being repaired" in box.said.text()
    until(qtbot, lambda: there(session))
    looks = [job for job in run.jobs if isinstance(job, Preview)][bases:]
    assert [job.treatment.refine for job in looks] == [0.4], "what is derained is not asked for anew"
    facts = session.window.canvas.repairing.facts
    assert facts is not None
    assert facts.share > 0
    assert "of the pixels were redrawn." in box.said.text()
    pairs = session.window.canvas._composition.layers.pairs
    assert [pair.repaired for pair in pairs] == [facts], "it is what is painted"
    box.fine.setValue(55)
    assert (workspace.treatment.refine, box.value.text()) == (0.55, "55 %")
    qtbot.mouseDClick(box.head, Qt.MouseButton.LeftButton)
    assert workspace.treatment.refine == 0
    assert session.window.canvas.repairing.pair is None


def test_a_new_wish_cancels_the_repair_that_is_on_its_way(
    grey: Path, begin: Callable[..., Session], run: RepairingRun, qtbot: QtBot
) -> None:
    session = begin()
    repairing = session.window.canvas.repairing
    run.hold.clear()
    box_of(session).steps.button("full").click()
    until(qtbot, lambda: repairing.share is not None)
    session.workspace.change(refine=0.2)
    assert repairing.share is None
    run.hold.set()
    until(qtbot, lambda: there(session))
    assert repairing.facts is not None
    assert repairing.facts.wanted == 0.2


def test_the_limits_weaken_the_repair_and_are_told(grey: Path, begin: Callable[..., Session], qtbot: QtBot) -> None:
    session = begin()
    box = box_of(session)
    box.steps.button("full").click()
    assert (box.share.value(), box.mean.value()) == (15, 1.0)
    box.share.setValue(3)
    box.mean.setValue(0.5)
    treatment = session.workspace.treatment
    assert (treatment.budget_share, treatment.budget_mean) == (0.03, 0.5)
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert session.workspace.items[0].state is State.DONE
    assert box.said.text() == "3.1 % of the pixels were redrawn. It was weakened to 30 % to keep its limits."


def test_the_map_of_the_repair_is_a_view_with_a_key(grey: Path, begin: Callable[..., Session], qtbot: QtBot) -> None:
    session = begin()
    canvas, views = session.window.canvas, session.window.page.bar.views
    assert not views.button("repair").isVisible()
    qtbot.keyClick(canvas, Qt.Key.Key_8)
    assert canvas.view is View.SWIPE, "nothing is repaired"
    box_of(session).steps.button("full").click()
    until(qtbot, lambda: there(session))
    assert views.button("repair").isVisible()
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_8)
    assert canvas.view is View.REPAIR
    dark, changed = (_seen(session, x) for x in (10, 20))
    assert max(dark) - min(dark) <= 2, "what is dry is ground"
    assert max(changed) - min(changed) > 15, "what was redrawn is coloured"
    box_of(session).steps.button("off").click()
    assert canvas.view is View.SWIPE
    assert not views.button("repair").isVisible()


def _seen(session: Session, x: int) -> tuple[int, int, int]:
    from PySide6.QtCore import QPointF

    canvas = session.window.canvas
    at = canvas.camera.to_view(QPointF(x + 0.5, 120.5)).toPoint()
    colour = canvas.grab().toImage().pixelColor(at)
    return colour.red(), colour.green(), colour.blue()


def test_results_of_another_repair_say_so(grey: Path, begin: Callable[..., Session], qtbot: QtBot) -> None:
    session = begin()
    item, workspace = session.workspace.items[0], session.workspace
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert not item.outdated
    workspace.change(budget_share=0.3)
    assert not item.outdated, "what is off has no limits"
    workspace.change(refine=0.4)
    assert item.outdated
    workspace.change(refine=0.0)
    assert not item.outdated


def test_a_clip_is_never_repaired_and_that_is_said(grey: Path, begin: Callable[..., Session], qtbot: QtBot) -> None:
    session = begin(settings=Settings(theme="dark", refine=0.4))
    item = session.workspace.items[0]
    item.is_clip = True
    session.workspace.item_changed.emit(0)
    box = box_of(session)
    assert not box.steps.isEnabled()
    assert "Clips are not repaired" in box.said.text()
    assert session.workspace.treatment_of(item).refine == 0
    assert session.workspace.order_for(item).treatment.refine == 0


def test_presets_own_settings_and_undo_carry_it(grey: Path, begin: Callable[..., Session], tmp_path: Path) -> None:
    session = begin(wall(tmp_path / "a.png"), wall(tmp_path / "b.png"))
    workspace = session.workspace
    wanted = Treatment(refine=0.4, prior="grey", budget_share=0.1, budget_mean=2.0)
    take_over(workspace, presets.Preset(wanted, Output()))
    made = preset_of(workspace).treatment
    assert (made.refine, made.prior, made.budget_share, made.budget_mean) == (0.4, "grey", 0.1, 2.0)
    workspace.undoing.undo()
    assert workspace.treatment.refine == 0
    first, second = workspace.items
    workspace.select(second, [second])
    session.window.page.inspector.own.tick.click()
    workspace.change(refine=1.0)
    assert (workspace.treatment_of(first).refine, workspace.treatment_of(second).refine) == (0.0, 1.0)
    said: list[str] = []
    workspace.notice.connect(said.append)
    take_over(workspace, presets.Preset(Treatment(refine=1.0, prior="gone"), Output()))
    assert said == ["There is no repair model “gone” here, so nothing is repaired."]
    assert workspace.treatment.refine == 0
    assert "choose another" in box_of(session).said.text()


def test_a_large_photo_is_repaired_where_one_looks_closely(
    grey: Path, begin: Callable[..., Session], run: RepairingRun, tmp_path: Path, qtbot: QtBot
) -> None:
    session = begin(wall(tmp_path / "large.png", 2900, 2900), settings=Settings(theme="dark", refine=0.4))
    canvas = session.window.canvas
    assert canvas.repairing.stand is Stand.TOO_LARGE
    assert "Zoom in" in box_of(session).said.text()
    assert not any(isinstance(job, Preview) and job.treatment.refine for job in run.jobs)
    canvas.actual_size()
    until(qtbot, lambda: there(session))
    assert "of the pixels in sight were redrawn." in box_of(session).said.text()
    assert canvas.repairing.pair in canvas._composition.layers.pairs


def test_the_page_of_models_shows_what_repairs_and_lets_one_choose(
    grey: Path, begin: Callable[..., Session], plain_library: ModelLibrary, qtbot: QtBot
) -> None:
    figures = {"parameters.unet": 859_500_000.0}
    tiny_vq(plain_library.user, "other", title="Other", licence="openrail", figures=figures)
    session = begin()
    session.window.show_page("models")
    cards = {view.accessibleName(): view for view in session.window.models.cards}
    assert list(cards) == ["Model Quick", "Model Fine", "Model Grey", "Model Other"]
    said = [label.text() for label in cards["Model Other"].findChildren(QLabel)]
    assert {"unet", "859.5 million numbers", "openrail", "repairs, takes no rain out"} <= set(said)
    assert cards["Model Grey"].use.text() == "Use", "the best there is, but repair is off"
    qtbot.mouseClick(cards["Model Other"].use, Qt.MouseButton.LeftButton)
    assert session.workspace.settings.prior == "other"
    assert session.workspace.settings.model == "default"
    assert session.workspace.treatment.prior == "other"
    assert session.workspace.treatment.refine == REFINE["light"], "to use it is to repair with it"
    cards = {view.accessibleName(): view for view in session.window.models.cards}
    assert (cards["Model Other"].use.text(), cards["Model Grey"].use.text()) == ("In use", "Use")
    box = box_of(session)
    box.steps.button("off").click()
    cards = {view.accessibleName(): view for view in session.window.models.cards}
    assert cards["Model Other"].use.text() == "Use"
    box.steps.button("light").click()
    assert session.workspace.treatment.prior == "other"
    session.window.show_page("derain")
    assert box.prior.isVisible()
    assert [box.prior.itemText(row) for row in range(box.prior.count())] == ["Automatic: Grey", "Grey", "Other"]
    assert box.prior.currentText() == "Other"
