"""Files whose names are bytes that are no text, for libraries that take text only."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def plainly_named(path: Path) -> Iterator[Path]:
    """Yield `path`, or, where its name is no text, a link to it that has a plain name while the block lasts."""
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError:
        with tempfile.TemporaryDirectory(prefix="rainapp-") as folder:
            link = Path(folder, "file")
            link.symlink_to(path.absolute())
            yield link
    else:
        yield path
