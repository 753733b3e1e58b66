"""Looking and deraining share one engine: nobody's arrays are written into, whoever calls, stops or comes next."""

import contextlib
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.base.errors import Cancelled
from rainapp.base.image import Pixels
from rainapp.inference.engines import Stop, Tiles, openvino
from rainapp.inference.engines.converted import converted
from rainapp.inference.engines.openvino import OpenVinoEngine
from rainapp.inference.engines.planes import OpenVinoRun
from tests.test_engines import model

SIDES = [(64, 96), (96, 64), (128, 160), (48, 48), (160, 128), (33, 57), (200, 136), (40, 48)]  # of the net's step, and not
OTHER = np.zeros((8, 8, 3), np.uint8)


@pytest.fixture(params=["any size", "fixed sizes"])
def fresh(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], OpenVinoEngine]:
    """Makes engines that run every size by one compiled model, or each by its own, and stop as soon as they are told."""
    monkeypatch.setattr(openvino, "STOP_MS", 0)
    monkeypatch.setattr(openvino, "BREAK_EVEN_PX", 10**12)
    if request.param == "fixed sizes":
        monkeypatch.setattr(openvino, "LARGE_PX", 0)
    small = model()
    OpenVinoEngine(small, "fp32")  # translates it; what is read from the cache rounds differently, by one in ten million

    def make() -> OpenVinoEngine:
        engine = OpenVinoEngine(small, "fp32")
        engine.render(OTHER)  # the first size of an engine gets its own
        return engine

    return make


def tile(number: int, rng: np.random.Generator) -> Pixels:
    """Pixels of 8 or 16 bit, which anyone may write into."""
    kind = np.uint8 if number % 3 else np.uint16
    return rng.integers(0, np.iinfo(kind).max + 1, (*SIDES[number % len(SIDES)], 3), dtype=kind)


def stops() -> Iterator[Stop | None]:
    """In turn: a file's tile, a preview that goes through, one that is given up soon, one that is given up half-way."""
    while True:
        yield None
        yield lambda: False
        yield lambda: True
        yield partial(asked_often, count())


def asked_often(times: Iterator[int]) -> bool:
    return next(times) > 3


class Seen:
    """What was given to an engine and came out, with copies as of then."""

    def __init__(self) -> None:
        self.tiles: list[tuple[Pixels, Pixels, Tiles | None, Tiles | None]] = []
        self.given_up = 0

    def render(self, engine: OpenVinoEngine, pixels: Pixels, stop: Stop | None) -> None:
        before, made = pixels.copy(), None
        try:
            made = engine.render(pixels, stop)
        except Cancelled:
            self.given_up += 1
        self.tiles.append((pixels, before, made, None if made is None else made.copy()))

    def work(self, engine: OpenVinoEngine, seed: int, calls: int) -> None:
        rng = np.random.default_rng(seed)
        order = rng.integers(0, 24, calls)  # sides grow and shrink
        for number, stop in zip(order, stops(), strict=False):
            self.render(engine, tile(int(number), rng), stop)

    def check(self, engine: OpenVinoEngine) -> None:
        """Nothing that was given or made has changed since, and it is what `engine` makes of it, byte for byte."""
        for pixels, before, made, then in self.tiles:
            np.testing.assert_array_equal(pixels, before)
            if made is not None:
                np.testing.assert_array_equal(made, then)
                np.testing.assert_array_equal(made, engine.render(before))


def test_previews_that_are_given_up_and_files_of_all_sizes_leave_each_other_alone(fresh: Callable[[], OpenVinoEngine]) -> None:
    seen = Seen()
    seen.work(fresh(), 1, 48)
    assert seen.given_up > 0
    seen.check(fresh())


def test_several_threads_that_look_and_derain_leave_each_other_alone(fresh: Callable[[], OpenVinoEngine]) -> None:
    engine, seen = fresh(), [Seen() for _ in range(4)]
    threads = [threading.Thread(target=each.work, args=(engine, seed, 20)) for seed, each in enumerate(seen)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(each.tiles) for each in seen] == [20] * 4  # no thread died of an error
    assert sum(each.given_up for each in seen) > 0
    alone = fresh()
    for each in seen:
        each.check(alone)


def test_a_smaller_file_after_a_preview_is_not_written_into_the_picture_looked_at(fresh: Callable[[], OpenVinoEngine]) -> None:
    engine, rng = fresh(), np.random.default_rng(2)
    looked_at = rng.integers(0, 256, (160, 128, 3), dtype=np.uint8)
    before = looked_at.copy()
    engine.render(looked_at, lambda: False)
    for sides in ((160, 128), (128, 160), (48, 48), (200, 136), (64, 96)):
        engine.render(rng.integers(0, 256, (*sides, 3), dtype=np.uint8))
        np.testing.assert_array_equal(looked_at, before)


@pytest.mark.parametrize("stop", [None, lambda: False, lambda: True])
def test_an_engine_holds_nothing_of_a_call_that_has_ended(fresh: Callable[[], OpenVinoEngine], stop: Stop | None) -> None:
    engine = fresh()
    pixels = np.zeros((160, 128, 3), np.uint8)
    given = weakref.ref(pixels)
    with contextlib.suppress(Cancelled):
        derained = engine.render(pixels, stop)
        assert derained.base is not None
        made = weakref.ref(derained.base)
        del derained
        assert made() is None
    del pixels
    assert given() is None


def test_a_question_that_fails_ends_the_call_and_not_the_engine(fresh: Callable[[], OpenVinoEngine]) -> None:
    engine = fresh()
    pixels = np.random.default_rng(3).integers(0, 256, (200, 136, 3), dtype=np.uint8)

    def broken() -> bool:
        raise KeyError("lost")

    with pytest.raises(KeyError):
        engine.render(np.zeros((800, 800, 3), np.uint8), broken)
    np.testing.assert_array_equal(engine.render(pixels), fresh().render(pixels))


def test_a_size_that_is_looked_at_again_after_one_was_given_up_half_way_comes_out_the_same(
    fresh: Callable[[], OpenVinoEngine],
) -> None:
    engine, rng = fresh(), np.random.default_rng(5)
    pixels, other = (rng.integers(0, 256, (*sides, 3), dtype=np.uint8) for sides in ((200, 136), (400, 480)))
    wanted = fresh().render(pixels)
    for far in range(40):
        np.testing.assert_array_equal(engine.render(pixels), wanted)
        times = iter(range(10**6))
        with contextlib.suppress(Cancelled):
            engine.render(other, lambda times=times, far=far: next(times) > 4 * far)  # type: ignore[misc]


def test_planes_are_neither_changed_nor_held() -> None:
    run = OpenVinoRun(converted(model("prn")))
    rng = np.random.default_rng(4)
    given: list[NDArray[np.float32]] = [
        rng.random((1, 3, *sides), dtype=np.float32) for sides in ((32, 48), (64, 40), (32, 48))
    ]
    before = [each.copy() for each in given]
    made = [run(each) for each in given * 2]
    for one, other in zip(made[:3], made[3:], strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(given, before, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(made[0], made[2])
