"""How long a preview takes: `python build/preview_speed.py [PHOTO] [--megapixels 24] [--size 1920x1080] [--times 5]`.

The real window with the default model on a large photo: PHOTO, or a bundled sample laid side by side. What is measured is what
a person waits for: from a change of the settings to the painted picture, the engine being warm. "fit" is the whole photo as it
is seen; at 1:1 the part in sight comes first with its finest band as it was, then exactly. What is kept of parts seen before is
thrown away each time; "moved" is after the view was moved a little, "back" with settings seen a moment ago, where it is not.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rainapp.gui.app import Session
    from rainapp.gui.display.screen_pictures import ShownPair

ROOT = Path(__file__).resolve().parent.parent
LIMIT_S = 120.0
SAMPLE = "mountain_lake.jpg"


def tiled(sample: Path, megapixels: float, target: Path) -> Path:
    """A 3:2 photo of so many megapixels, made by laying a sample side by side."""
    import cv2
    import numpy as np

    picture = cv2.imread(str(sample))
    if picture is None:
        raise SystemExit(f"{sample} cannot be read.")
    width, height = round((megapixels * 1.5e6) ** 0.5), round((megapixels / 1.5 * 1e6) ** 0.5)
    across, down = -(-width // picture.shape[1]), -(-height // picture.shape[0])
    cv2.imwrite(str(target), np.tile(picture, (down, across, 1))[:height, :width], [cv2.IMWRITE_JPEG_QUALITY, 92])
    return target


def waited(session: "Session", claim: Callable[[], bool]) -> float:
    """Seconds until `claim` holds and what it is about is painted."""
    from PySide6.QtWidgets import QApplication

    started = time.monotonic()
    while not claim():
        if time.monotonic() - started > LIMIT_S:
            raise SystemExit(f"Nothing came for {LIMIT_S:g} s.")
        QApplication.processEvents()
        time.sleep(0.002)
    session.window.canvas.repaint()
    QApplication.processEvents()
    return time.monotonic() - started


def change(session: "Session") -> None:
    """Change what the result depends on: the haze, to and fro."""
    session.workspace.change(veil="keep" if session.workspace.preview_treatment.veil == "clear" else "clear")


def measure(session: "Session", photo: Path, times: int) -> None:
    """Open the photo, then change the settings again and again."""
    viewing, canvas, dispatch = session.viewing, session.window.canvas, session.dispatch
    session.warm_up()
    waited(session, lambda: not dispatch.busy)
    session.workspace.add([photo])
    first = waited(session, lambda: viewing.pair is not None)
    waited(session, lambda: not dispatch.busy)
    print(f"{viewing.sight.item.megapixels if viewing.sight else 0:.1f} MP; opened and previewed in {first:.2f} s")
    took = [_once(session, lambda: viewing.pair, lambda: change(session)) for _ in range(times)]
    _tell("fit", took, viewing.pair)
    canvas.actual_size()
    waited(session, lambda: viewing.part is not None)
    waited(session, lambda: not dispatch.busy)
    _parts(session, times)


def _parts(session: "Session", times: int) -> None:
    """The part in sight at full scale."""
    from PySide6.QtCore import QPointF

    from rainapp.inference import part_of_picture

    viewing, canvas = session.viewing, session.window.canvas

    def move() -> None:
        canvas.camera.pan(QPointF(-60, -40))
        canvas._moved()

    def anew() -> None:
        part_of_picture.LAST = part_of_picture.LastFound()
        change(session)

    for name, do in (("1:1", anew), ("1:1, moved", move), ("1:1, back", lambda: change(session))):
        seen, exact = [], []
        for _ in range(times):
            started = time.monotonic()
            seen.append(_once(session, lambda: viewing.part, do, settle=False))
            waited(session, lambda: viewing.part is not None and not viewing.part.is_rough)
            exact.append(time.monotonic() - started)
            waited(session, lambda: not session.dispatch.busy)
        _tell(name, seen, viewing.part)
        _tell(f"{name}, exactly", exact, viewing.part)


def _once(
    session: "Session", arrived: Callable[[], "ShownPair | None"], do: Callable[[], None], settle: bool = True
) -> float:  # fmt: skip
    before = arrived()
    do()
    took = waited(session, lambda: arrived() is not None and arrived() is not before)
    if settle:
        waited(session, lambda: not session.dispatch.busy)
    return took


def _tell(name: str, took: list[float], pair: "ShownPair | None") -> None:
    size = f"{pair.rainy.width}x{pair.rainy.height}" if pair is not None else "nothing"
    each = ", ".join(f"{seconds:.2f}" for seconds in took)
    print(f"{name}: {size} in {statistics.median(took):.2f} s (median of {each})")


def main() -> int:
    """Measure, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path, nargs="?")
    parser.add_argument("--megapixels", type=float, default=24.0)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--times", type=int, default=5)
    args = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(prefix="rainapp-preview-") as name:
        home = Path(name)
        for folder in ("CONFIG", "CACHE", "LOG"):
            os.environ[f"RAINAPP_{folder}"] = str(home / folder.lower())
        from PySide6.QtWidgets import QApplication

        from rainapp.base.paths import resource
        from rainapp.base.settings import Settings
        from rainapp.gui.app import Session, prepare

        application = QApplication(sys.argv[:1])
        settings = Settings(theme="dark")
        prepare(application, settings)
        session = Session(settings)
        session.window.resize(*(int(side) for side in args.size.split("x")))
        session.window.show()
        photo = args.photo or tiled(resource("samples") / SAMPLE, args.megapixels, home / "large.jpg")
        try:
            measure(session, photo, args.times)
        finally:
            session.close(remember=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
