"""The GUI thread never stalls: not while a net is at work and a person goes on, and not while the engine is imported."""

import os
import subprocess
import sys
import time
from pathlib import Path

from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.canvas.composition import View
from tests.gui.heartbeat import Heartbeat
from tests.gui.plain_run import idle, rainy_photo, until

ROOT = Path(__file__).resolve().parents[2]


def test_a_stall_is_seen(qtbot: QtBot) -> None:
    heart = Heartbeat()
    until(qtbot, lambda: len(heart.stalls_ms) > 20)
    time.sleep(0.3)
    beats = len(heart.stalls_ms)
    until(qtbot, lambda: len(heart.stalls_ms) > beats)
    heart.stop()
    assert heart.longest() > 250


def test_the_window_answers_while_a_real_net_is_at_work(real_session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    workspace, canvas = real_session.workspace, real_session.window.canvas
    workspace.add([rainy_photo(tmp_path / f"{n}.png", 1200, 900, 400, seed=n) for n in range(2)])
    until(qtbot, lambda: real_session.viewing.pair is not None)
    until(qtbot, idle(real_session))
    heart = Heartbeat()
    workspace.start(workspace.items)
    real_session.window.page.measuring.set_active(True)
    canvas.brush.set_active(True)
    canvas.brush.press(QPointF(200, 200), canvas.camera, False)
    for n in range(60):
        canvas.brush.move(QPointF(200 + 5 * n, 200 + n), canvas.camera)
        workspace.set_amount(40 + n)
        canvas.show_view(list(View)[n // 15])
        canvas.zoom_step(1 if n % 2 else -1)
        qtbot.wait(10)
    canvas.brush.release()
    until(qtbot, idle(real_session))
    heart.stop()
    assert heart.longest(0.99) < 100
    assert heart.longest() < 250


def test_the_window_answers_while_the_engine_is_imported(tiny_library: Path, tmp_path: Path) -> None:
    """In a process of its own, because here torch is there already."""
    photo = rainy_photo(tmp_path / "a.png", 640, 400)
    environment = dict(os.environ, RAINAPP_MODELS=str(tiny_library), PYTHONPATH=str(ROOT), PYTHONWARNINGS="default")
    command = [sys.executable, "-m", "tests.gui.heartbeat", str(photo)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[-1]) < 250


def test_a_newer_preview_cancels_the_older(real_session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    photos = [rainy_photo(tmp_path / f"{n}.png", 900, 700, 200, seed=n) for n in range(4)]
    real_session.workspace.add(photos)
    for _ in range(3):
        until(qtbot, lambda: real_session.viewing.waiting)
        qtbot.keyClick(real_session.window, Qt.Key.Key_PageDown)
    until(qtbot, idle(real_session))
    pair = real_session.viewing.pair
    assert pair is not None
    assert pair.source == photos[3]
