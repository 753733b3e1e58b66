from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.base.image import Image
from rainapp.media import open_source
from rainapp.media.clip.made_clip import making_clip


def pictures(count: int) -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(1)
    return [rng.integers(0, 256, (38, 50, 3)).astype(np.uint8) for _ in range(count)]


def test_every_pixel_and_time_comes_back(tmp_path: Path) -> None:
    made = pictures(4)
    with making_clip(tmp_path / "a.mkv", 50, 38, Fraction(25)) as clip:
        for index, picture in enumerate(made):
            clip.write(Image(picture), Fraction(index, 25))
    with open_source(tmp_path / "a.mkv") as source:
        read = list(source)
    assert [frame.time_s for frame in read] == [Fraction(i, 25) for i in range(4)]
    assert all(np.array_equal(frame.image.pixels, picture) for frame, picture in zip(read, made, strict=True))


def broken_clip(target: Path) -> None:
    with making_clip(target, 50, 38, Fraction(25)) as clip:
        clip.write(Image(pictures(1)[0]), Fraction(0))
        raise RuntimeError


def test_an_error_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        broken_clip(tmp_path / "a.mkv")
    assert list(tmp_path.iterdir()) == []
