"""Hostile things, made as a stranger would make them, and limits that a test holds them to."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rainapp.library.model_library import ModelCard, sha256_of, write_card

PATIENCE_S = 20.0  # a busy machine; who waits for a pipe waits for ever
IMAGE = '<img src="file:///dev/zero">'


NESTED = 1500  # folders one in another: beyond the depth to which Python calls itself


def nested(root: Path) -> Path:
    """A folder `NESTED` levels below the new folder `root`."""
    here = os.getcwd()
    root.mkdir()
    try:  # level by level, since the whole path is longer than some calls take
        os.chdir(root)
        for _ in range(NESTED):
            os.mkdir("d")
            os.chdir("d")
    finally:
        os.chdir(here)
    return root.joinpath(*["d"] * NESTED)


@contextlib.contextmanager
def deep_folders_removed(root: Path) -> Iterator[None]:
    """After the block no deep folders are left below `root`, on which Python's own tidying stumbles."""
    try:
        yield
    finally:
        subprocess.run(["rm", "-rf", *root.iterdir()], check=True)


def pipe(path: Path) -> Path:
    """A named pipe that nobody writes into."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    return path


def endless(path: Path) -> Path:
    """A link to the device that gives zeros for ever."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")
    return path


DOORS = {"pipe": pipe, "device": endless}


def soon(call: Callable[[], object]) -> Any:
    """What `call` returns, or the exception it raises; a failure where neither comes soon."""
    came: list[object] = []

    def run() -> None:
        try:
            came.append(call())
        except Exception as error:
            came.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    assert came, "it still waits"
    return came[0]


def child(*words: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The application as a process of its own; one that never ends fails the test."""
    command = [sys.executable, "-m", "rainapp", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=6 * PATIENCE_S, env=os.environ | environment, check=False
    )


def cost(code: str) -> tuple[float, float, str]:
    """Seconds, megabytes and last line of `run()` in `code`, which defines it; in a process of its own, imports not counted."""
    whole = (
        f"{code}\nimport resource, time\nbefore = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "start = time.process_time()\n"
        "said = run()\n"
        "print(time.process_time() - start, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, said)"
    )
    done = subprocess.run(
        [sys.executable, "-c", whole], capture_output=True, text=True, timeout=6 * PATIENCE_S, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr[-2000:]
    seconds, megabytes, said = done.stdout.strip().split(" ", 2)
    return float(seconds), float(megabytes), said


def plain_card(model_id: str, folder: Path, weights: bytes = b"not opened here", **changes: Any) -> Path:
    """A model folder, usually with weights that nobody opens; its card.toml."""
    folder.mkdir(parents=True)
    (folder / "weights.safetensors").write_bytes(weights)
    facts: dict[str, Any] = {"title": model_id.title(), "arch": "unshuffle_naf", "summary": "For tests.", "licence": "MIT"}
    return write_card(folder, ModelCard(id=model_id, sha256=sha256_of(folder / "weights.safetensors"), **(facts | changes)))
