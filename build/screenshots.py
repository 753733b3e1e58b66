"""Take pictures of every view, those of the manual too: `python build/screenshots.py FOLDER [--model FILE]… [--scale 2]`.

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

ROOT = Path(__file__).resolve().parent.parent
SIZE = (1440, 900)
LIMIT_S = 900.0
SHOWN = "mountain_lake"
COMPARED = "lighthouse"
COMPARED_FRAMES = 6
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
    from rainapp.library.importer import import_model
    from rainapp.library.model_library import ModelLibrary

    for file in files:
        print(f"imported {import_model(file, ModelLibrary()).title}")


class Walk:
    """A real window, walked through; `keep` writes what is seen."""

    def __init__(self, folder: Path, scale: float) -> None:
        """Open the window on nothing; pictures go to `folder`."""
        from PySide6.QtGui import QFont, QFontDatabase
        from PySide6.QtWidgets import QApplication

        from rainapp.base.settings import Settings
        from rainapp.gui.app import Session, prepare

        self._folder, self._scale = folder, scale
        self._application = QApplication(sys.argv[:1])
        if "Inter" in QFontDatabase.families():
            self._application.setFont(QFont("Inter"))
        settings = Settings(theme="dark", language="en")
        prepare(self._application, settings)
        self.session = Session(settings)
        self.window, self.workspace = self.session.window, self.session.workspace
        self.window.resize(*SIZE)
        self.window.show()

    def wait(self, claim: Callable[[], object] = lambda: True) -> None:
        """Until `claim` holds, nothing is at work and what was painted last has settled."""
        end = time.monotonic() + LIMIT_S
        while not (claim() and not self.session.dispatch.busy and not self.workspace.batch.running):
            if time.monotonic() > end:
                raise SystemExit(f"Nothing came for {LIMIT_S:g} s.")
            self._turn()
        for _ in range(20):
            self._turn()

    def wait_at_work(self, claim: Callable[[], object]) -> None:
        """Until `claim` holds, while work goes on."""
        end = time.monotonic() + LIMIT_S
        while not claim() and time.monotonic() < end:
            self._turn()

    def _turn(self) -> None:
        self._application.processEvents()
        time.sleep(0.02)

    def keep(self, name: str) -> None:
        """Write the window as it is."""
        from PIL import Image

        path = self._folder / f"{name}.png"
        self.window.grab().save(str(path))
        if self._scale == 1:
            with Image.open(path) as seen:
                reduced(seen.convert("RGB")).save(path, optimize=True)
        print(f"{path}  {path.stat().st_size // 1000} kB")

    def keep_both(self, name: str) -> None:
        """Write the window in both themes."""
        for theme in ("light", "dark"):
            self.workspace.change(theme=theme)
            self.wait()
            self.keep(f"{name}_{theme}")


def take(walk: Walk, home: Path, page: str, dry: Path | None) -> None:
    """The Derain page and the library, and where there are several models, the Compare page; or one of them, by `page`."""
    from rainapp.base.paths import resource

    walk.wait()
    if page != "compare":
        walk.keep_both("empty")
    photos = [shutil.copy(path, home) for path in sorted(resource("samples").iterdir()) if path.suffix != ".md"]
    walk.workspace.add(Path(path) for path in photos)
    if page != "compare":
        derain_pages(walk)
    if page != "derain" and len(walk.workspace.cards) > 1:
        compare_pages(walk, dry)


def derain_pages(walk: Walk) -> None:
    """The Derain page in every view, with its tools, and the library."""
    window, workspace, viewing = walk.window, walk.workspace, walk.session.viewing
    shown = next((item for item in workspace.items if item.path.stem == SHOWN), workspace.items[0])
    workspace.select(shown, [shown])
    walk.wait(lambda: viewing.pair is not None)
    workspace.start([shown])
    walk.wait()
    walk.keep_both("derain")
    for view in ("rain", "map", "side"):
        window.actions_[f"view-{view}"].trigger()
        walk.wait()
        walk.keep_both(view)
    window.actions_["view-swipe"].trigger()
    tools_of_the_canvas(walk)
    show_clip(walk)
    window.show_page("models")
    walk.wait()
    walk.keep_both("models")
    window.show_page("teach")
    walk.wait()
    walk.keep_both("teach")


def tools_of_the_canvas(walk: Walk) -> None:
    """The magnifier with figures, and the brush."""
    from PySide6.QtCore import QPointF

    canvas, page = walk.window.canvas, walk.window.page
    canvas.loupe.at = canvas.camera.to_view(QPointF(canvas.camera.width * 0.3, canvas.camera.height * 0.35))
    canvas.show_loupe(True)
    page.measuring.set_active(True)
    walk.wait(lambda: page.measuring.measured is not None)
    walk.keep_both("magnifier")
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
    walk.wait()
    walk.keep_both("brush")
    canvas.brush.set_active(False)


def show_clip(walk: Walk) -> None:
    """A clip at play."""
    player = walk.window.page.player
    clip = next((item for item in walk.workspace.items if item.is_clip), None)
    if clip is None:
        return
    walk.workspace.select(clip, [clip])
    walk.wait(lambda: player.can_play)
    player.preview()
    walk.wait_at_work(lambda: any(end > 1 for _, end in player.reel.spans(player.duration_s)))
    walk.keep("clip_dark")
    player.pause()
    walk.wait()


def compare_pages(walk: Walk, dry: Path | None) -> None:
    """The Compare page: photos compared, a blind test, known rain on a photo that should be dry."""
    page, workspace = walk.window.compare, walk.workspace
    photos = [item for item in workspace.items if not item.is_clip]
    shown = next((item for item in photos if item.path.stem == COMPARED), photos[0])
    workspace.select(shown, photos[:2] if shown in photos[:2] else [shown, photos[0]])
    walk.window.show_page("compare")
    page.start()
    walk.wait()
    walk.keep_both("compare_fit")
    if dry is not None:
        workspace.add([dry])
        workspace.select(workspace.items[-1], [workspace.items[-1]])
        page.comparing.set_mode("trial")
        walk.wait()
        page.start()
        walk.wait(lambda: page.comparing.trial.advice is not None)
        walk.keep_both("known_rain")
        page.comparing.set_mode("photos")
        workspace.select(shown, photos[:2])
    page.grid.actual_size()
    sights = page.comparing.sights
    walk.wait(lambda: sights.part_region is not None or sights.finest >= 1)  # a small photo is there as fine as it is
    walk.keep_both("compare")
    page.toggle_blind()
    walk.wait()
    walk.keep_both("blind")
    page.toggle_blind()
    compared_clip(walk)


def compared_clip(walk: Walk) -> None:
    """A few frames of a clip under all models, one of them in sight."""
    page, workspace = walk.window.compare, walk.workspace
    clip = next((item for item in workspace.items if item.is_clip), None)
    if clip is None:
        return
    workspace.select(clip, [clip])
    walk.wait()
    page.grid.fit()
    page.clip.count.setValue(COMPARED_FRAMES)
    walk.wait()
    page.start()
    walk.wait(lambda: page.comparing.frame_count == COMPARED_FRAMES)
    page.clip.slider.setValue(COMPARED_FRAMES // 2)
    walk.wait(lambda: page.comparing.sights.settled)
    walk.keep_both("compare_clip")


def main() -> int:
    """Take all pictures into the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, action="append", default=[], help="a model file for the Compare page")
    parser.add_argument("--scale", type=float, default=1.0, help="device pixels per unit, as on a screen of high density")
    parser.add_argument("--dry", type=Path, help="a photo without rain, for the picture of known rain")
    parser.add_argument("--page", choices=("all", "derain", "compare"), default="all")
    args = parser.parse_args()
    folder: Path = args.folder
    os.environ["QT_SCALE_FACTOR"] = f"{args.scale:g}"
    folder.mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(ROOT))
    home = own_home()
    try:
        import_models(args.model)
        walk = Walk(folder, args.scale)
        take(walk, home, args.page, args.dry)
        walk.session.close(remember=False)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
