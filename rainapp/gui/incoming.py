"""What is dropped or pasted, as files."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QMimeData, QStandardPaths, QUrl
from PySide6.QtGui import QImage


def local_paths(held: QMimeData | None) -> list[Path]:
    """The files on this machine that are dropped or on the clipboard."""
    urls: Iterable[QUrl] = held.urls() if held is not None else ()  # an empty clipboard has no data at all
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]


def keep_pasted(image: QImage) -> Path:
    """Write a pasted picture into the pictures folder, where the person finds it again."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"pasted {datetime.now():%Y-%m-%d %H.%M.%S}.png"
    image.save(str(path), "PNG", 100)  # type: ignore[call-overload]
    return path
