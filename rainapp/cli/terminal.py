"""The terminal as tables, colours and bars need it: straight, and yet with nothing foreign driving it.

Standard output and error have an `EscapingStream` before them, which would also take away our own colours. A console writes
behind it and escapes each text itself, where its width is not measured yet; square brackets in a name are no markup.
"""

import sys
from typing import Any

from rich.console import Console
from rich.text import Text

from rainapp.base.escapes import behind, escaped_lines


class PlainConsole(Console):
    """A console that takes every text as it is: no markup, no highlighting, control characters as escapes."""

    def render_str(self, text: str, **options: Any) -> Text:
        """`text` as rich lays it out, in a table too."""
        return super().render_str(escaped_lines(text), **options)


def console(error: bool = False, width: int | None = None) -> PlainConsole:
    """A console on standard output or error; `width` is that of a page where there is no terminal."""
    stream = behind(sys.stderr if error else sys.stdout)
    fixed = None if width is None or stream.isatty() else width
    return PlainConsole(file=stream, stderr=error, markup=False, highlight=False, emoji=False, width=fixed)
