"""Icons from SVG files, coloured by a token: one file serves both themes and every state.

The files are Lucide's (ISC licence, beside them) and our own mark. They draw with `currentColor`, which is replaced before
rendering; rendering happens at the device pixel ratio asked for, so that they are sharp on every screen.
"""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from rainapp.base.paths import resource
from rainapp.gui.widgets.theme import look

ICON_PX = 18
_STROKE = 'stroke-width="1.75"'
_RATIOS = (1.0, 1.25, 1.5, 2.0, 3.0)


@lru_cache(maxsize=256)
def _svg(name: str) -> str:
    text = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
    return text.replace('stroke-width="2"', _STROKE)


@lru_cache(maxsize=2048)
def _rendered(name: str, colour: str, px: int, ratio: float) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_svg(name).replace("currentColor", colour).encode()))
    side = round(px * ratio)
    pixmap = QPixmap(QSize(side, side))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def pixmap(name: str, token: str = "text", px: int = ICON_PX, ratio: float = 1.0) -> QPixmap:
    """The icon `name` as a picture of `px` logical pixels in the colour of `token`, now."""
    return _rendered(name, str(getattr(look().theme, token)), px, ratio)


def icon(name: str, token: str = "text", px: int = ICON_PX) -> QIcon:
    """The icon `name` in the colour of `token` of the theme in force, for every pixel ratio; disabled: the colour `off`."""
    made = QIcon()
    theme = look().theme
    for ratio in _RATIOS:
        made.addPixmap(_rendered(name, str(getattr(theme, token)), px, ratio), QIcon.Mode.Normal)
        made.addPixmap(_rendered(name, theme.off, px, ratio), QIcon.Mode.Disabled)
    return made


def application_pixmap(side: int) -> QPixmap:
    """Our mark on a rounded blue ground, of one size."""
    ground = QPixmap(QSize(side, side))
    ground.fill(Qt.GlobalColor.transparent)
    painter = QPainter(ground)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look().colour("accent"))
    painter.drawRoundedRect(QRectF(0, 0, side, side), side * 0.22, side * 0.22)
    inner = round(side * 0.72)
    painter.drawPixmap((side - inner) // 2, (side - inner) // 2, _rendered("rainapp", "#ffffff", inner, 1.0))
    painter.end()
    return ground


def application_icon() -> QIcon:
    """Our mark, for the task bar and the window's corner."""
    made = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        made.addPixmap(application_pixmap(side))
    return made
