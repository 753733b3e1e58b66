"""What tests of the Compare page share: nets of a few numbers, a gate before the work, and how a cell looks."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from rainapp.gui.app import Session, run_work
from rainapp.gui.compare.compare_page import ComparePage
from rainapp.jobs.compare_jobs import CompareClip, ComparePhoto
from rainapp.jobs.records import Job, Watch
from rainapp.library.model_library import ModelCard, sha256_of, write_card

Make = Callable[..., Session]


def add_model(library: Path, model_id: str, title: str, arch: str, seed: int, **shape: object) -> None:
    """A real net of a few thousand random numbers that changes every picture a little."""
    import torch
    from safetensors.torch import save_file

    from rainapp.nets import registry

    torch.manual_seed(seed)
    net = registry.build(arch, **shape)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if name.startswith("tail"):
                parameter.normal_(std=0.02)
    folder = library / model_id
    folder.mkdir()
    weights = folder / "weights.safetensors"
    save_file({name: value.contiguous() for name, value in net.state_dict().items()}, weights)
    multiple = 4 if arch == "unshuffle_naf" else 1
    card = ModelCard(
        model_id, title, arch, sha256_of(weights), shape=dict(shape), licence="MIT", multiple_of_px=multiple, receptive_px=16
    )
    write_card(folder, card)


class Gate:
    """The real work; comparing waits at the gate while it is shut."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.compared: list[tuple[str, str]] = []

    def __call__(self, job: Job, watch: Watch) -> object:
        if isinstance(job, ComparePhoto | CompareClip):
            watch.tick(1, 4)
            while not self.open.wait(0.01):
                watch.tick(1, 4)
            self.compared.append((job.source.stem, job.treatment.model))
        return run_work(job, watch)


def cell_image(page: ComparePage, place: int) -> QImage:
    """The middle of a cell, away from its pills."""
    cell = page.grid.cell(place)
    middle = cell.adjusted(cell.width() * 0.3, cell.height() * 0.3, -cell.width() * 0.3, -cell.height() * 0.3)
    return page.grid.grab(middle.toRect()).toImage()


def alike(one: QImage, other: QImage) -> bool:
    """Whether two pictures show the same, apart from half a pixel."""
    xs, ys = range(4, min(one.width(), other.width()) - 4, 9), range(4, min(one.height(), other.height()) - 4, 9)
    differences = [abs(QColor(one.pixel(x, y)).lightness() - QColor(other.pixel(x, y)).lightness()) for x in xs for y in ys]
    return float(np.mean(differences)) < 1.0


def lightness(image: QImage) -> float:
    """Mean lightness, 0 to 255."""
    xs, ys = range(0, image.width(), 3), range(0, image.height(), 3)
    return float(np.mean([QColor(image.pixel(x, y)).lightness() for x in xs for y in ys]))


def text(page: ComparePage, row: int, head: str) -> str:
    lines = page.table.lines
    heads = [lines.headerData(n, Qt.Orientation.Horizontal) for n in range(lines.columnCount())]
    return str(lines.data(lines.index(row, heads.index(head))))
