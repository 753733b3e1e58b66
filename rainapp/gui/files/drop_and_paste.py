"""What is dropped or pasted, as files."""

import contextlib
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QStandardPaths, QUrl
from PySide6.QtGui import QImage

from rainapp.base.new_files import NewFile


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
    """Write a pasted picture into the pictures folder, where the person finds it again.

    Where that cannot be done the list says that the file is not there.
    """
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))
    coded = QBuffer()
    coded.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(coded, "PNG", 100)  # type: ignore[call-overload]
    pasted = NewFile(folder / f"pasted {datetime.now():%Y-%m-%d %H.%M.%S}.png")
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with pasted as file:
            file.write(coded.data().data())
    return pasted.path
