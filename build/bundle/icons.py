"""The icon at every size, drawn from resources/icons/rainapp.svg as the window draws it: PNG, .ico and .icns."""

import io
import os
import re
import sys
from pathlib import Path

from bundle.plan import ROOT

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
DRAWN = ("fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")
WINDOWS = (16, 24, 32, 48, 64, 128, 256)


def pngs(sizes: tuple[int, ...] = SIZES) -> dict[int, bytes]:
    """PNG files by their side in pixels."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer
    from PySide6.QtGui import QGuiApplication

    from rainapp.gui.widgets.icons import application_pixmap

    application = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    made = {}
    for side in sizes:
        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        application_pixmap(side).toImage().save(buffer, "PNG")
        made[side] = bytes(buffer.data().data())
    del application
    return made


def write_system_icons(folder: Path) -> None:
    """The icon of a program on this system, where PyInstaller wants one as a file."""
    if sys.platform not in ("win32", "darwin"):
        return
    from PIL import Image

    pictures = [Image.open(io.BytesIO(raw)) for raw in pngs((*WINDOWS, 512)).values()]
    if sys.platform == "win32":
        pictures[-1].save(folder / "rainapp.ico", sizes=[(side, side) for side in WINDOWS])
    else:
        pictures[-1].save(folder / "rainapp.icns")


def scalable() -> bytes:
    """The icon as a drawing: the mark on its ground, as `application_pixmap` paints it."""
    mark = (ROOT / "resources" / "icons" / "rainapp.svg").read_text("utf-8")
    inner = re.sub(r"<svg[^>]*>|</svg>", "", mark).strip()
    look = re.search(r"<svg[^>]*>", mark)
    assert look is not None
    facts = " ".join(f'{key}="{value}"' for key, value in re.findall(r'([\w-]+)="([^"]*)"', look[0]) if key in DRAWN)
    view = re.search(r'viewBox="0 0 ([\d.]+)', look[0])
    side = float(view[1]) if view else 24.0
    facts = facts.replace("currentColor", "#ffffff").replace('stroke-width="2"', 'stroke-width="1.75"')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="128" height="128">\n'
        f'  <rect width="100" height="100" rx="22" fill="{ground()}"/>\n'
        f'  <g transform="translate(14 14) scale({72 / side:.6f})" {facts}>{inner.replace("currentColor", "#ffffff")}</g>\n'
        f"</svg>\n"
    ).encode()


def ground() -> str:
    """The colour behind the mark."""
    from rainapp.gui.widgets.theme import look

    return str(look().theme.accent)
