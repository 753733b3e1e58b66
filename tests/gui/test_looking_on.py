"""Looking at photos while others are derained, with a real net in the engine that shares it between both."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from rainapp.base.settings import Settings
from rainapp.gui.app import Session, run_work
from rainapp.gui.state.file_item import AT_WORK, State
from rainapp.inference.engines import openvino
from rainapp.library.model_library import ModelLibrary
from tests.gui.hands import click_derain
from tests.gui.plain_run import idle, rainy_photo, read, until

SIZES = [(481, 321), (322, 483), (241, 161), (513, 385), (386, 514), (301, 202), (561, 403), (203, 145)]


@pytest.fixture
def session(open_session: Callable[..., Session], tiny_library: Path, tmp_path: Path) -> Session:
    settings = Settings(theme="dark", device="cpu", engine="openvino", precision="fp32")
    return open_session(settings, run_work, ModelLibrary(tmp_path / "bundled", tiny_library))


def look_at_the_next(session: Session, qtbot: QtBot) -> None:
    """Press PgDn, or go back to the first after the last, and wait until the photo is seen derained."""
    workspace = session.workspace
    if workspace.current is workspace.items[-1]:
        workspace.select(workspace.items[0], [workspace.items[0]])
    else:
        qtbot.keyClick(session.window, Qt.Key.Key_PageDown)
    qtbot.wait(50)
    until(qtbot, lambda: session.viewing.pair is not None)


@pytest.mark.skipif(not openvino.installed(), reason="OpenVINO is not installed")
def test_who_goes_on_looking_while_a_batch_runs_gets_every_photo_as_the_command_line_makes_it(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    photos = [rainy_photo(folder / f"{n}.png", *size, seed=n) for n, size in enumerate(SIZES)]
    session.workspace.add(photos)
    until(qtbot, lambda: session.viewing.pair is not None)
    for _ in range(3):
        look_at_the_next(session, qtbot)
    click_derain(session, qtbot)
    looked = 0
    while any(item.state in AT_WORK for item in session.workspace.items):
        look_at_the_next(session, qtbot)
        looked += 1
    assert looked > 2
    until(qtbot, idle(session))
    items = session.workspace.items
    assert [(item.state, item.message) for item in items] == [(State.DONE, "")] * 8
    assert not any(item.notes for item in items)
    wanted = tmp_path / "wanted"
    words = ["derain", *map(str, photos), "-o", str(wanted), "--engine", "openvino", "--device", "cpu", "--precision", "fp32"]
    subprocess.run([sys.executable, "-m", "rainapp", *words], check=True, capture_output=True, timeout=300)
    for item in items:
        assert item.target is not None
        [other] = wanted.glob(f"{item.path.stem}*.png")
        apart = np.abs(read(item.target).astype(int) - read(other))
        assert apart.max() <= 1  # compiled for one size or for any, a net rounds differently
        assert (apart > 0).mean() < 1e-3
