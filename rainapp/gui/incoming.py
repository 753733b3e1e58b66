"""What is dropped or pasted, as files."""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QMimeData, QStandardPaths, QUrl
from PySide6.QtGui import QImage


def local_paths(held: QMimeData | None) -> list[Path]:
    """The files on this machine that are dropped or on the clipboard."""
    urls: Iterable[QUrl] = held.urls() if held is not None else ()  # an empty clipboard has no data at all
    return [path_of(url) for url in urls if url.isLocalFile()]


def path_of(url: QUrl) -> Path:
    """The file of a local address, also where its name is no text: Qt would put question marks for such bytes."""
    path = Path(url.toLocalFile())
    if "\N{REPLACEMENT CHARACTER}" not in str(path):
        return path
    raw = bytes(url.toEncoded(QUrl.ComponentFormattingOption.FullyEncoded).data()).removeprefix(b"file://")
    exact = Path(os.fsdecode(unquote_to_bytes(raw)))
    return exact if exact.exists() else path


def keep_pasted(image: QImage) -> Path:
    """Write a pasted picture into the pictures folder, where the person finds it again."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"pasted {datetime.now():%Y-%m-%d %H.%M.%S}.png"
    image.save(str(path), "PNG", 100)  # type: ignore[call-overload]
    return path
