"""The log: one file that turns over, for what a person may want to report. Standard error stays for words meant for people."""

import logging
import logging.handlers
from pathlib import Path

from rainapp.paths import log_dir

BYTES_MAX = 1 << 20
OLDER_FILES = 2


def start_log() -> Path | None:
    """Log into a file from now on; its path, or None where no file can be made (then nothing is logged).

    Python's own warnings go there too: on a terminal they help nobody.
    """
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    path = log_dir() / "rainapp.log"
    handler: logging.Handler
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=BYTES_MAX, backupCount=OLDER_FILES, encoding="utf-8", errors="backslashreplace", delay=False
        )
    except OSError:
        root.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    return path
