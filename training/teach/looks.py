"""Looks at photos, kept: a photo that was looked at with the same model is not looked at again while it stays as it is.

Looking takes a net's work on each photo, and a person adds a few photos at a time. Kept are figures and a picture of 16 px,
under a hash of the file's name, size and time, so that nothing tells where photos lie.
"""

import base64
import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from rainapp.base import paths
from rainapp.base.errors import UnwritableFile
from rainapp.base.own_files import OWNER, make_closed
from rainapp.base.regular_files import read_regular
from rainapp.base.textfile import append_text, json_line
from training.teach.understand import THUMB_PX, Change, Look, Rejected, look_at

BYTES_MAX = 16 << 20
"""A larger file of looks is begun anew."""


class Looks:
    """Looks with one model, told by the hash of its weights."""

    def __init__(self, model_sha256: str) -> None:
        """Read what is kept; what cannot be read is looked at again."""
        self.file = paths.cache_dir() / "looks" / f"{model_sha256[:16]}.jsonl"
        self.known: dict[str, dict[str, Any]] = {}
        with contextlib.suppress(OSError):
            if self.file.stat().st_size > BYTES_MAX:
                self.file.unlink()
            for line in read_regular(self.file, BYTES_MAX).splitlines():
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    row = json.loads(line)
                    self.known[row["key"]] = row

    def at(self, file: Path, change: Change) -> Look | Rejected:
        """A look at a photo, the kept one where there is one."""
        try:
            facts = file.stat()
        except OSError:
            return Rejected(file, "unreadable")
        key = hashlib.sha256(f"{file.absolute()}|{facts.st_size}|{facts.st_mtime_ns}".encode(errors="replace")).hexdigest()[:32]
        with contextlib.suppress(ValueError, KeyError, TypeError):
            return kept_look(file, self.known[key])
        found = look_at(file, change)
        if isinstance(found, Look):
            row = {"key": key, "judgeable": found.judgeable, "odds": found.rainy_odds, "change": found.change}
            self.keep({**row, "thumb": base64.b64encode(found.thumb.astype("<f4").tobytes()).decode()})
        return found

    def keep(self, row: dict[str, Any]) -> None:
        """Keep a look; where nothing can be written it is looked at again next time."""
        self.known[row["key"]] = row
        with contextlib.suppress(OSError, UnwritableFile):
            make_closed(self.file.parent, OWNER)
            append_text(self.file, json_line(row) + "\n", OWNER)


def kept_look(file: Path, row: dict[str, Any]) -> Look:
    """The look at a file that a row holds. Raises ValueError, KeyError or TypeError where it holds none."""
    thumb = np.frombuffer(base64.b64decode(row["thumb"]), "<f4").reshape(THUMB_PX, THUMB_PX, 3).astype(np.float32)
    return Look(file, thumb, bool(row["judgeable"]), float(row["odds"]), float(row["change"]))
