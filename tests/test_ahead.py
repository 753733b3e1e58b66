"""Reading ahead and writing behind: the same frames, the same errors, and no thread left."""

import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from video_clips import make_clip

from rainapp.base.errors import Cancelled, UnwritableFile
from rainapp.base.image import Frame, Image
from rainapp.jobs.records import Output
from rainapp.media.clip import video
from rainapp.media.prefetch import Behind, ahead


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) == before


def test_everything_comes_in_order() -> None:
    assert list(ahead(range(50))) == list(range(50))
    assert list(ahead([])) == []


def test_the_reader_is_never_far_ahead() -> None:
    taken = 0

    def counted() -> Iterator[int]:
        nonlocal taken
        for number in range(30):
            taken += 1
            yield number

    for number in ahead(counted(), room=3):
        assert taken <= number + 1 + 3 + 1


@pytest.mark.parametrize("error", [ValueError("reading"), Cancelled(), KeyboardInterrupt()])
def test_an_error_of_reading_comes_after_the_items_before_it(error: BaseException) -> None:
    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise error

    seen = []
    with pytest.raises(type(error)) as raised:  # noqa: PT012
        for item in ahead(broken()):
            seen.append(item)  # noqa: PERF402
    assert raised.value is error
    assert seen == [1, 2]


def test_leaving_early_closes_the_source_in_its_own_thread() -> None:
    closed_in: list[str] = []

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed_in.append(threading.current_thread().name)

    items = ahead(endless())
    assert next(items) == 1
    items.close()
    assert closed_in == ["ahead_0"]


def frames(count: int) -> list[Frame]:
    images = [Image(np.full((4, 4, 3), number, np.uint8)) for number in range(count)]
    return [Frame(number, Fraction(number), image, image) for number, image in enumerate(images)]


class Shelf:
    """A sink that keeps frames, and breaks at one of them if asked to."""

    notes: tuple[str, ...] = ("a note",)

    def __init__(self, breaks_at: int | None = None) -> None:
        self.kept: list[int] = []
        self.left_with: list[object] = []
        self._breaks_at = breaks_at

    def write(self, frame: Frame) -> None:
        if frame.index == self._breaks_at:
            raise UnwritableFile("the shelf is full")
        self.kept.append(frame.index)

    def __enter__(self) -> "Shelf":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.left_with.append(error)


def test_all_frames_are_written_before_the_sink_is_left() -> None:
    shelf = Shelf()
    with Behind(shelf) as sink:
        for frame in frames(20):
            sink.write(frame)
    assert shelf.kept == list(range(20))
    assert shelf.left_with == [None]
    assert sink.notes == ("a note",)


@pytest.mark.parametrize("count", [4, 40])
def test_an_error_of_writing_reaches_the_work_and_the_sink(count: int) -> None:
    shelf = Shelf(breaks_at=3)
    with pytest.raises(UnwritableFile, match="full"), Behind(shelf) as sink:  # noqa: PT012
        for frame in frames(count):
            sink.write(frame)
    assert shelf.kept == [0, 1, 2]
    assert isinstance(shelf.left_with[0], UnwritableFile)
    assert len(shelf.left_with) == 1


def test_a_cancel_of_the_work_reaches_the_sink() -> None:
    shelf = Shelf()
    with pytest.raises(Cancelled), Behind(shelf) as sink:  # noqa: PT012
        sink.write(frames(1)[0])
        raise Cancelled
    assert isinstance(shelf.left_with[0], Cancelled)


def test_a_clip_read_ahead_and_written_behind_is_the_same_file(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", times=range(20), sounds=["eng"])
    for name in ("plain", "threads"):
        with video.ClipSource(source) as clip:
            whole = video.ClipSink(tmp_path / f"{name}.mp4", clip.info, Output())
            if name == "plain":
                with whole:
                    for frame in clip:
                        whole.write(frame)
            else:
                with Behind(whole) as sink:
                    for frame in ahead(clip):
                        sink.write(frame)
    assert (tmp_path / "plain.mp4").read_bytes() == (tmp_path / "threads.mp4").read_bytes()


def test_a_cancelled_clip_leaves_nothing(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", times=range(20))
    (tmp_path / "out").mkdir()
    with pytest.raises(Cancelled), video.ClipSource(source) as clip:  # noqa: PT012, SIM117
        with Behind(video.ClipSink(tmp_path / "out" / "b.mp4", clip.info, Output())) as sink:
            for frame in ahead(clip):
                sink.write(frame)
                if frame.index == 7:
                    raise Cancelled
    assert list((tmp_path / "out").iterdir()) == []
