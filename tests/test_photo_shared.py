"""Every broken, hostile and exotic picture of the project's collection is read or refused in words, in one process."""

import os
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import cv2
import pillow_heif
import psutil
import pytest
from PIL import Image as Pillow

from rainapp.base.errors import RainError, UnreadableFile
from rainapp.media import open_source
from rainapp.media.photo.photo_file import read_reduced
from rainapp.media.sniff import CLIP_SUFFIXES

SHARED = os.environ.get("RAINAPP_SHARED")
FOLDER = Path(SHARED or "/nowhere") / "data" / "bad_inputs"
pytestmark = pytest.mark.skipif(SHARED is None, reason="RAINAPP_SHARED names no folder with data/bad_inputs")

NO_PICTURES = ("models", "settings", "video_bad", "video_exotic", "video_ok")
# What a decoder opens and we refuse on purpose: its lower part is missing, and OpenCV fills it with grey. Of a picture beside
# it (pil_truncated_jpeg.jpg) only half of the end marker is missing.
CUT_OFF = {"corrupt/vips_truncated.jpg"}
# One must be a bomb that some decoder would open if it were let.
BOMBS = {"bombs/vips_17000x17000.avif", "bombs/png_ztxt_64MB.png"}


def pictures() -> list[Path]:
    return [path for path in sorted(FOLDER.rglob("*")) if path.is_file() and path.parent.name not in NO_PICTURES]


class Peak:
    """The largest resident memory of this process, watched from a thread."""

    def __init__(self) -> None:
        self._process, self._stop = psutil.Process(), threading.Event()
        self.base = self.most = self._process.memory_info().rss
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            self.most = max(self.most, self._process.memory_info().rss)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture
def peak() -> Iterator[Peak]:
    watching = Peak()
    yield watching
    watching.stop()


def others_read(path: Path) -> bool:
    """Whether Pillow (with libheif) or OpenCV decodes the file."""
    pillow_heif.register_heif_opener()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Pillow.open(path) as opened:
                opened.load()
            return True
    except Exception:  # noqa: BLE001 - whatever another library raises means that it does not read the file
        pass
    try:
        return cv2.imread(str(path), cv2.IMREAD_UNCHANGED) is not None
    except cv2.error:
        return False


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_picture_is_read_or_refused_in_words(peak: Peak) -> None:
    refused: dict[str, str] = {}
    for path in pictures():
        try:
            with open_source(path) as source:
                if source.info.kind == "photo":
                    promised = source.info
                    (frame,) = list(source)
                    assert (frame.image.width, frame.image.height) == (promised.width, promised.height)
                    assert (frame.image.alpha is not None) <= promised.has_alpha
        except UnreadableFile as error:
            refused[str(path.relative_to(FOLDER))] = error.message
    assert peak.most - peak.base < 2e9
    for name, message in refused.items():
        assert Path(name).name in message
        assert "/" not in message
    for name in BOMBS | CUT_OFF:
        assert name in refused
    unread = [name for name in refused if name not in BOMBS | CUT_OFF and others_read(FOLDER / name)]
    assert unread == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_thumbnails_agree_with_the_full_reader() -> None:
    for path in pictures():
        if "200MP" in path.name or path.suffix in CLIP_SUFFIXES:
            continue
        try:
            small, width, height = read_reduced(path, 160)
        except RainError:
            with pytest.raises(RainError):
                list(open_source(path))
            continue
        assert max(small.width, small.height) <= 160
        assert abs(width * small.height - height * small.width) <= max(width, height)
