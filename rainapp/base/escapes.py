"""Foreign text for terminals and logs: what could drive them is written as an escape, so that it is seen and does nothing.

File names, presets, recipes, cards and the errors that quote them may hold control characters: they colour and clear a
terminal, set its title, and forge lines of a log. Those that turn the reading direction make a name look like another.
"""

import contextlib
import logging
import re
import sys
from collections.abc import Iterator
from typing import Any, TextIO, cast

# C0, DEL and C1; line and paragraph separators; embeddings, overrides and isolates of the reading direction.
_DRIVING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escaped(text: str, keep: str = "") -> str:
    r"""`text` with every control character as an escape (`\x1b`), but for those in `keep`."""
    if not _DRIVING.search(text):
        return text
    return _DRIVING.sub(lambda found: found[0] if found[0] in keep else _escape(found[0]), text)


def escaped_lines(text: str) -> str:
    """`text` of several lines with every control character as an escape, but for line ends and tabs."""
    return escaped(text, "\n\t")


def readable(text: str) -> str:
    r"""`text` with the bytes of a name that are no text in this system shown as escapes, such as \\xe9."""
    return "".join(f"\\x{ord(c) - 0xDC00:02x}" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in text)


def one_line(text: str) -> str:
    """`text` without line breaks, and with what could drive a terminal as escapes; what joins emoji and letters may stay."""
    flat = escaped("".join(" " if c.isspace() else c for c in readable(text)))
    return "".join(c if c.isprintable() or c in _JOINERS else "\N{REPLACEMENT CHARACTER}" for c in flat)


def _escape(character: str) -> str:
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


class EscapingStream:
    """A text stream before another one: what is written to it arrives there with control characters as escapes.

    Everything else is the other one's. Whoever means to drive the terminal (colours, bars) writes to `behind`.
    """

    def __init__(self, behind: TextIO) -> None:
        """Stand before `behind`."""
        self.behind = behind

    def write(self, text: str) -> int:
        """Write `text` with escapes; how many characters of it were taken: all."""
        self.behind.write(escaped_lines(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write each of `lines`."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        """What the stream behind has."""
        return getattr(self.behind, name)


def escaping(stream: TextIO) -> TextIO:
    """`stream` with an `EscapingStream` before it; one that has one already, or None (a windowed application), as it is."""
    if stream is None or isinstance(stream, EscapingStream):
        return stream
    return cast(TextIO, EscapingStream(stream))


def behind(stream: TextIO) -> TextIO:
    """The stream itself, for colours and bars; who writes there escapes what is foreign."""
    return stream.behind if isinstance(stream, EscapingStream) else stream


@contextlib.contextmanager
def escaping_terminal() -> Iterator[None]:
    """Within the block nothing printed to standard output and error can drive the terminal."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = escaping(sys.stdout), escaping(sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


class EscapingFormatter(logging.Formatter):
    """Log records with control characters as escapes; a message is one line, a traceback keeps its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The line of the record."""
        return escaped(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """The traceback."""
        return escaped_lines(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - logging's name
        """The stack."""
        return escaped_lines(super().formatStack(stack_info))
