"""How rainapp starts itself again as a child process: from source, installed, or frozen into a program of its own."""

import sys
from pathlib import Path

CONSOLE = "rainapp-cli.exe"  # beside a frozen program with a window, which on Windows has no standard output


def is_frozen() -> bool:
    """Whether this is the frozen application, which has no Python to start modules with."""
    return bool(getattr(sys, "frozen", False))


def own_command(*words: str) -> list[str]:
    """The command that runs `rainapp` with `words`, such as "train" and a recipe."""
    if not is_frozen():
        return [sys.executable, "-P", "-m", "rainapp", *words]  # -P: a folder called rainapp here is not taken for us
    console = Path(sys.executable).with_name(CONSOLE)
    return [str(console) if console.is_file() else sys.executable, *words]
