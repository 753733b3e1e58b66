"""Doing two things at once with frames: reading ahead of the work, and writing behind it.

`ahead` runs an iterable in a helper thread, `Behind` a sink; a short queue lies between, so memory stays flat. Decoding, work
and encoding then overlap, and no stage knows of it. An error on either side ends both and is raised where the work is; when
the block or the loop is left, whatever the reason, the helper thread has ended.
"""

import queue
import threading
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from rainapp.base.image import Frame
from rainapp.media.contracts import Sink

T = TypeVar("T")

FRAMES_AHEAD = 2


class _Wire(Generic[T]):
    """A short queue that either end can cut."""

    def __init__(self, room: int) -> None:
        self._items: queue.Queue[tuple[T] | None] = queue.Queue(room)
        self._cut = threading.Event()

    def put(self, item: tuple[T] | None) -> bool:
        """Hand over an item, or None for the end; False once the wire is cut."""
        while not self._cut.is_set():
            try:
                self._items.put(item, timeout=0.05)
            except queue.Full:
                continue
            return True
        return False

    def get(self, idle: Callable[[], None] | None = None) -> tuple[T] | None:
        """The next item, None at the end or once the wire is cut; `idle` is called again and again while there is none."""
        while not self._cut.is_set():
            try:
                return self._items.get(timeout=0.05)
            except queue.Empty:
                if idle is not None:
                    idle()
        return None

    def cut(self) -> None:
        """Let nobody wait any longer."""
        self._cut.set()


def ahead(items: Iterable[T], room: int = FRAMES_AHEAD, idle: Callable[[], None] | None = None) -> Generator[T, None, None]:
    """Yield `items`, read in a helper thread that is at most `room` + 1 items ahead; while it lets wait, call `idle`.

    What reading raises is raised here, `Cancelled` too. A generator behind `items` is closed in its own thread.
    """
    wire: _Wire[T] = _Wire(room)

    def read() -> None:
        source = iter(items)
        try:
            for item in source:
                if not wire.put((item,)):
                    break
        finally:
            if isinstance(source, Generator):
                source.close()
            wire.put(None)

    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as helper:
        reading = helper.submit(read)
        try:
            while (item := wire.get(idle)) is not None:
                yield item[0]
        finally:
            wire.cut()
    reading.result()


class Behind:
    """A sink that writes in a helper thread, at most `room` + 1 frames behind; errors of writing come with a later frame."""

    def __init__(self, sink: Sink, room: int = FRAMES_AHEAD) -> None:
        """`sink` is entered and left with this object."""
        self._sink = sink
        self._wire: _Wire[Frame] = _Wire(room)
        self._helper: ThreadPoolExecutor | None = None
        self._writing: Future[None] = Future()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the sink says could not be kept."""
        return self._sink.notes

    @property
    def target(self) -> Path:
        """The sink's own."""
        return self._sink.target

    @target.setter
    def target(self, target: Path) -> None:
        self._sink.target = target

    def __enter__(self) -> Self:
        """Enter the sink here and start the helper."""
        self._sink.__enter__()
        self._helper = ThreadPoolExecutor(1, thread_name_prefix="behind")
        self._writing = self._helper.submit(self._write_all)
        return self

    def write(self, frame: Frame) -> None:
        """Hand the next frame over; raises what writing an earlier one has raised."""
        if not self._wire.put((frame,)):
            self._writing.result()

    def _write_all(self) -> None:
        try:
            while (item := self._wire.get()) is not None:
                self._sink.write(item[0])
        finally:
            self._wire.cut()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Write what is left and commit; after any error, here or there, let the sink remove what it has."""
        if error is None:
            self._wire.put(None)
        else:
            self._wire.cut()
        if self._helper is not None:
            self._helper.shutdown(wait=True)
        trouble = error or self._writing.exception()
        if trouble is None:
            self._sink.__exit__(None, None, None)
            return
        self._sink.__exit__(type(trouble), trouble, trouble.__traceback__)
        if error is None:
            raise trouble
