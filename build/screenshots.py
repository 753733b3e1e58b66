"""Take the pictures of the README: `python build/screenshots.py FOLDER [--model FILE]…`.

The real window with the bundled model on the bundled samples, so that everybody gets the same pictures. Without a screen the
offscreen platform is used. Pictures are reduced to 256 colours, which keeps them small and is hardly seen. Comparing needs two
models or more: its pictures are taken where the application brings several, or others are named.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

    from rainapp.gui.window import MainWindow

ROOT = Path(__file__).resolve().parent.parent
SIZE = (1440, 900)
LIMIT_S = 900.0
SHOWN = "mountain_lake"
COMPARED = "lighthouse"
COLOURS_AS_THEY_ARE = 24
VARIABLES = ("MODELS", "CONFIG", "CACHE", "LOG")


def own_home() -> Path:
    """A home of its own, so that the pictures do not show a person's settings, and are sharp on no screen's account."""
    home = Path(tempfile.mkdtemp(prefix="rainapp-screenshots-"))
    for name in VARIABLES:
        os.environ[f"RAINAPP_{name}"] = str(home / name.lower())
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return home


def reduced(picture: "Image.Image") -> "Image.Image":
    """`picture` in 256 colours, dithered: the most frequent ones as they are, so that plain surfaces stay plain."""
    from PIL import Image

    frequent = sorted(_counted(picture), reverse=True)[:COLOURS_AS_THEY_ARE]
    few = picture.quantize(256 - len(frequent), method=Image.Quantize.MAXCOVERAGE).convert("RGB")
    colours = [colour for _, colour in frequent] + [colour for _, colour in _counted(few)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in colours[:256] for value in colour])
    return picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)


def _counted(picture: "Image.Image") -> list[tuple[int, tuple[int, ...]]]:
    counted = picture.getcolors(1 << 24) or []
    return [(count, colour) for count, colour in counted if isinstance(colour, tuple)]


def import_models(files: list[Path]) -> None:
    """Bring models into the library of these pictures."""
    from rainapp.importing import import_model
    from rainapp.library import ModelLibrary

    for file in files:
        print(f"imported {import_model(file, ModelLibrary()).title}")


def take(folder: Path, home: Path) -> None:
    """Walk through the window and keep what is seen."""
    from PIL import Image
    from PySide6.QtGui import QFont, QFontDatabase
    from PySide6.QtWidgets import QApplication

    from rainapp.gui.app import Session, prepare
    from rainapp.paths import resource
    from rainapp.settings import Settings

    application = QApplication(sys.argv[:1])
    if "Inter" in QFontDatabase.families():
        application.setFont(QFont("Inter"))
    settings = Settings(theme="dark")
    prepare(application, settings)
    session = Session(settings)
    window, workspace = session.window, session.workspace
    window.resize(*SIZE)
    window.show()

    def wait_for(claim: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT_S
        while not claim():
            if time.monotonic() > end:
                raise SystemExit(f"Nothing came for {LIMIT_S:g} s.")
            application.processEvents()
            time.sleep(0.02)
        for _ in range(20):  # let what was painted last settle
            application.processEvents()
            time.sleep(0.02)

    def quiet() -> bool:
        return not session.dispatch.busy and not workspace.batch.running

    def keep(name: str) -> None:
        path = folder / f"{name}.png"
        window.grab().save(str(path))
        with Image.open(path) as seen:
            reduced(seen.convert("RGB")).save(path, optimize=True)
        print(f"{path}  {path.stat().st_size // 1000} kB")

    keep("empty_dark")
    photos = [shutil.copy(path, home) for path in sorted(resource("samples").iterdir()) if path.suffix != ".md"]
    workspace.add(Path(path) for path in photos)
    shown = next((item for item in workspace.items if item.path.stem == SHOWN), workspace.items[0])
    workspace.select(shown, [shown])
    wait_for(lambda: quiet() and session.viewing.pair is not None)
    workspace.start([shown])
    wait_for(quiet)
    keep("derain_dark")
    workspace.change(theme="light")
    wait_for(quiet)
    keep("derain_light")
    workspace.change(theme="dark")
    window.actions_["view-rain"].trigger()
    wait_for(quiet)
    keep("rain_dark")
    tools_of_the_canvas(window, wait_for, quiet, keep)
    workspace.change(theme="light")
    window.show_page("models")
    wait_for(quiet)
    keep("models_light")
    workspace.change(theme="dark")
    if len(workspace.cards) > 1:
        compare_pages(window, wait_for, quiet, keep)
    session.close(remember=False)


def tools_of_the_canvas(
    window: "MainWindow", wait_for: Callable[[Callable[[], bool]], None], quiet: Callable[[], bool], keep: Callable[[str], None]
) -> None:
    """The map of changes, the magnifier with figures, the brush, and a clip at play."""
    from PySide6.QtCore import QPointF

    canvas, page, actions = window.canvas, window.page, window.actions_
    actions["view-map"].trigger()
    wait_for(quiet)
    keep("map_dark")
    actions["view-swipe"].trigger()
    canvas.loupe.at = canvas.camera.to_view(QPointF(canvas.camera.width * 0.3, canvas.camera.height * 0.35))
    canvas.show_loupe(True)
    page.measuring.set_active(True)
    wait_for(lambda: quiet() and page.measuring.measured is not None)
    keep("magnifier_dark")
    canvas.show_loupe(False)
    page.measuring.set_active(False)
    canvas.brush.set_active(True)
    for place, share in enumerate((0.55, 0.62, 0.7, 0.78)):
        at = canvas.camera.to_view(QPointF(canvas.camera.width * share, canvas.camera.height * 0.45))
        if place:
            canvas.brush.move(at, canvas.camera)
        else:
            canvas.brush.press(at, canvas.camera, False)
    canvas.brush.release()
    wait_for(quiet)
    keep("brush_dark")
    canvas.brush.set_active(False)
    clip = next((item for item in window.workspace.items if item.is_clip), None)
    if clip is not None:
        window.workspace.select(clip, [clip])
        wait_for(lambda: quiet() and page.player.can_play)
        page.player.preview()
        wait_for(lambda: any(end > 1 for _, end in page.player.reel.spans(page.player.duration_s)))
        keep("clip_dark")
        page.player.pause()
        wait_for(quiet)


def compare_pages(
    window: "MainWindow", wait_for: Callable[[Callable[[], bool]], None], quiet: Callable[[], bool], keep: Callable[[str], None]
) -> None:
    """The Compare page: photos compared, a blind test, known rain on a photo."""
    page, workspace = window.compare, window.workspace
    photos = [item for item in workspace.items if not item.is_clip]
    shown = next((item for item in photos if item.path.stem == COMPARED), photos[0])
    workspace.select(shown, photos[:2] if shown in photos[:2] else [shown, photos[0]])
    window.show_page("compare")
    page.start()
    wait_for(quiet)
    page.comparing.set_mode("trial")
    page.start()
    wait_for(lambda: quiet() and page.comparing.trial.advice is not None)
    keep("known_rain_dark")
    page.comparing.set_mode("photos")
    page.grid.actual_size()
    wait_for(lambda: quiet() and page.comparing.sights.part_region is not None)
    keep("compare_dark")
    workspace.change(theme="light")
    page.toggle_blind()
    wait_for(quiet)
    keep("blind_light")


def main() -> int:
    """Take all pictures into the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, action="append", default=[], help="a model file for the Compare page")
    args = parser.parse_args()
    folder: Path = args.folder
    folder.mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(ROOT))
    home = own_home()
    try:
        import_models(args.model)
        take(folder, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
