"""The same pictures as ever: a fixed small set goes through the command line, and results are compared with a stored record.

The set is made here, from seeds, and derained by both bundled models with the torch engine in fp32 on a CPU. The record
(`same_bytes/`) holds of every result what is exact on all machines (names, containers, chunks, tags, metadata, sizes, depths,
times of frames, the events of `--json`) and a small picture of its pixels, which engines round differently from machine to
machine: `BOUNDS` say by how much. Where processor and libraries are those of the record, the bytes of all results must agree.

A change that is meant to change results writes the record anew: `python tests/test_same_bytes.py --write`.
"""

import argparse
import hashlib
import json
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pillow_heif
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageSequence
from same_set import CASES, HEIGHT, SCORES, WIDTH, Case, make_set

from rainapp.__main__ import main

RECORD = Path(__file__).parent / "same_bytes"
FACTS, SHEET = RECORD / "record.json", RECORD / "sheet.png"
COLUMNS = 8
PLAIN = ["--engine", "torch", "--device", "cpu", "--precision", "fp32"]
LOSSY = (".jpg", ".heic", ".avif", ".mp4", ".mkv", ".webm")
BOUNDS = {False: (2.0, 0.1), True: (12.0, 0.6)}
"""Lossy or not: by how many of 255 levels a pixel may differ at most, and in the mean. An encoder makes more of a rounding."""
LIBRARIES = ("torch", "numpy", "opencv-python-headless", "av", "pillow", "pillow-heif", "tifffile")


def called(*words: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code of the command line and the JSON lines it prints."""
    printed = StringIO()
    with redirect_stdout(printed):
        code = main(words)
    return code, [json.loads(line) for line in printed.getvalue().splitlines()]


def derained(case: Case, source: Path, out: Path) -> tuple[list[dict[str, Any]], list[Path]]:
    """The events of a case without what depends on the clock, and its files."""
    code, events = called(
        "derain", *(str(source / name) for name in case.inputs), "-o", str(out), *PLAIN, "--json", *mask(case, source)
    )
    told = [{key: tail(value, out) for key, value in event.items() if key not in ("seconds", "eta_s")} for event in events]
    told = [event for event in told if event["event"] != "progress"]
    return [{"exit": code}, *told], sorted(path for path in out.rglob("*") if path.is_file())


def mask(case: Case, source: Path) -> list[str]:
    """The options of a case, the mask's with its folder."""
    return [str(source / word) if word == "mask.png" else word for word in case.words]


def tail(value: Any, out: Path) -> Any:
    """A path without its folder, which differs from run to run; floats with few digits."""
    if isinstance(value, str) and str(out.parent) in value:
        return Path(value).name
    if isinstance(value, float):
        return float(f"{value:.6g}")
    return value


def short(data: bytes | None) -> str:
    return hashlib.sha256(data).hexdigest()[:16] if data else ""


def facts_of(path: Path) -> dict[str, Any]:
    """What is exact of a result whatever the engine rounds: container, parts of the file, metadata, size, depth, times."""
    if path.suffix in (".mp4", ".mkv"):
        return clip_facts(path)
    with opened_by_others(path) as opened:
        frames = [frame.info.get("duration") for frame in ImageSequence.Iterator(opened)]
        info = {name: short(opened.info.get(name)) for name in ("exif", "icc_profile", "xmp")}
        found = {"format": opened.format, "mode": opened.mode, "size": list(opened.size), "times": frames, **info}
    if path.suffix == ".tif":
        with tifffile.TiffFile(path) as tiff:
            where = ("StripOffsets", "StripByteCounts", "TileOffsets", "TileByteCounts")
            tags = {tag.name: str(tag.value) for tag in tiff.pages[0].tags if tag.name not in where}
        found["tags"] = {name: value if len(value) < 60 else short(value.encode()) for name, value in tags.items()}
    return found | {"parts": parts_of(path.read_bytes())}


def fixed_bytes(path: Path) -> bytes:
    """What of a file is the same at every run: all of it, or the packets of a clip, as Matroska draws a number at random."""
    if path.suffix not in (".mp4", ".mkv"):
        return path.read_bytes()
    with av.open(str(path)) as opened:
        return b"".join(bytes(packet) for packet in opened.demux())


def opened_by_others(path: Path) -> Pillow.Image:
    """A picture through a reader that is not ours."""
    return pillow_heif.open_heif(path)[0].to_pillow() if path.suffix == ".heic" else Pillow.open(path)


def parts_of(data: bytes) -> list[str]:
    """Names of the chunks, segments or boxes of a file, with a hash of each that holds no pixels; repeated ones once."""
    found: list[str] = []
    at, pixels = 8, ("IDAT", "fdAT", "VP8 ", "VP8L", "ALPH", "ANMF", "mdat", "meta", "fcTL")
    jpeg, png, riff = data[:2] == b"\xff\xd8", data[:4] == b"\x89PNG", data[:4] == b"RIFF"
    at = 2 if jpeg else 8 if png else 12 if riff else 0
    while at + 8 <= len(data) and (jpeg or png or riff or data[4:8] == b"ftyp"):
        if jpeg:
            name, size, body = f"{data[at + 1]:02X}", int.from_bytes(data[at + 2 : at + 4]) + 2, 4
        elif riff:
            name, size, body = data[at : at + 4].decode(), int.from_bytes(data[at + 4 : at + 8], "little") + 8, 8
            size += size % 2
        else:
            name, size = data[at + 4 : at + 8].decode(), int.from_bytes(data[at : at + 4]) + (12 if png else 0)
            body = 8
        said = name if name in pixels else f"{name} {short(data[at + body : at + size])}"
        found += [said] if found[-1:] != [said] else []
        if jpeg and name == "DA" or size < 2:
            break
        at += size
    return found


def clip_facts(path: Path) -> dict[str, Any]:
    """Streams, times, colours and words of a clip."""
    with av.open(str(path)) as opened:
        streams = [
            [stream.type, stream.codec_context.name, str(stream.time_base), dict(sorted(stream.metadata.items()))]
            for stream in opened.streams
        ]
        words = {key: value for key, value in sorted(opened.metadata.items()) if key.lower() != "encoder"}
        for stream in streams:
            stream[-1] = {key: value for key, value in stream[-1].items() if key.lower() != "encoder"}
        video = opened.streams.video[0]
        shown = [
            str(video.format.name),
            video.width,
            video.height,
            video.codec_context.color_range,
            video.codec_context.colorspace,
        ]
        times = [str(frame.time) for frame in opened.decode(video)]
    return {"container": opened.format.name, "streams": streams, "metadata": words, "video": shown, "times": times}


def frames_of(path: Path) -> list[NDArray[np.uint8]]:
    """The first and the last frame of a result in 8 bit, (h, w, 3), at most `HEIGHT` x `WIDTH` of its middle."""
    if path.suffix in (".mp4", ".mkv"):
        with av.open(str(path)) as opened:
            pictures = [frame.to_ndarray(format="rgb24") for frame in opened.decode(video=0)]
    elif path.suffix == ".tif":
        pictures = [tifffile.imread(path)]
    elif path.suffix == ".png" and (read := cv2.imread(str(path), cv2.IMREAD_UNCHANGED)).dtype == np.uint16:
        pictures = [np.ascontiguousarray(read[..., ::-1])]
    else:
        with opened_by_others(path) as opened:
            pictures = [np.asarray(frame.convert("RGB")).copy() for frame in ImageSequence.Iterator(opened)]
    return [sampled(picture) for picture in pictures[:: max(1, len(pictures) - 1)][:2]]


def sampled(picture: NDArray[Any]) -> NDArray[np.uint8]:
    """The middle of a picture, 8 bit, three channels."""
    peak = {"u1": 255, "u2": 65535, "f4": 1}[picture.dtype.str[1:]]
    colour = np.dstack([picture] * 3) if picture.ndim == 2 else picture[:, :, :3]
    top, left = max(0, (colour.shape[0] - HEIGHT) // 2), max(0, (colour.shape[1] - WIDTH) // 2)
    middle = colour[top : top + HEIGHT, left : left + WIDTH].astype(np.float32) / peak * 255
    return np.clip(np.rint(middle), 0, 255).astype(np.uint8)


def machine() -> str:
    """Stands for processor and libraries: where it is the record's, even roundings are the same."""
    info = Path("/proc/cpuinfo")
    said = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    processor = [line for line in said if line.startswith(("model", "vendor", "cpu family", "stepping", "flags"))][:6]
    return short(repr((processor, platform.machine(), platform.processor(), [version(name) for name in LIBRARIES])).encode())


def run_all(folder: Path) -> tuple[dict[str, Any], dict[str, NDArray[np.uint8]]]:
    """The facts of all cases and scores, and the small pictures by name."""
    source = folder / "set"
    source.mkdir()
    make_set(source)
    found: dict[str, Any] = {"machine": machine(), "cases": {}, "scores": {}}
    pictures: dict[str, NDArray[np.uint8]] = {}
    for case in CASES:
        events, paths = derained(case, source, folder / case.name.replace(" ", "-"))
        files = {path.name: {"hash": short(fixed_bytes(path)), **facts_of(path)} for path in paths}
        found["cases"][case.name] = {"events": events, "files": files}
        pictures |= {f"{case.name}/{path.name}#{n}": frame for path in paths for n, frame in enumerate(frames_of(path))}
    for name, words in SCORES:
        named = [str(source / word) if (source / word).exists() else word for word in words]
        code, rows = called("evaluate", *named, *PLAIN, "--json")
        found["scores"][name] = [{"exit": code}, *({k: v for k, v in row.items() if "seconds" not in k} for row in rows)]
    return json.loads(json.dumps(found, default=str)), pictures


def sheet_of(pictures: dict[str, NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """All small pictures in rows of `COLUMNS`, in the order of their names."""
    rows = -(-len(pictures) // COLUMNS)
    sheet = np.zeros((rows * HEIGHT, COLUMNS * WIDTH, 3), np.uint8)
    for place, name in enumerate(sorted(pictures)):
        cell(sheet, place, pictures[name].shape)[:] = pictures[name]
    return sheet


def cell(sheet: NDArray[np.uint8], place: int, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Where the picture number `place` stands."""
    top, left = place // COLUMNS * HEIGHT, place % COLUMNS * WIDTH
    return sheet[top : top + shape[0], left : left + shape[1]]


def write() -> None:
    """Run everything and store it as the record."""
    with tempfile.TemporaryDirectory() as folder:
        found, pictures = run_all(Path(folder))
    RECORD.mkdir(exist_ok=True)
    FACTS.write_text(json.dumps(found | {"pictures": sorted(pictures)}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    Pillow.fromarray(sheet_of(pictures)).save(SHEET, optimize=True)


Results = tuple[dict[str, Any], dict[str, NDArray[np.uint8]]]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    """Everything is run once; the person's folders are out of reach."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MODELS", "CONFIG", "CACHE", "LOG"):
            patch.setenv(f"RAINAPP_{name}", str(tmp_path_factory.mktemp("home") / name.lower()))
        yield run_all(tmp_path_factory.mktemp("same"))


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    return dict(json.loads(FACTS.read_text(encoding="utf-8")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_exact_is_as_ever(case: Case, results: Results, record: dict[str, Any]) -> None:
    got, told = results[0]["cases"][case.name], record["cases"][case.name]
    assert got["events"] == told["events"]
    assert got["files"].keys() == told["files"].keys()
    for name, facts in got["files"].items():
        assert {**facts, "hash": ""} == {**told["files"][name], "hash": ""}, name


def test_pictures_are_as_ever(results: Results, record: dict[str, Any]) -> None:
    sheet, pictures = np.asarray(Pillow.open(SHEET)), results[1]
    assert sorted(pictures) == record["pictures"]
    for place, name in enumerate(record["pictures"]):
        apart = np.abs(cell(sheet, place, pictures[name].shape).astype(int) - pictures[name])
        most, mean = BOUNDS[Path(name.split("#")[0]).suffix in LOSSY]
        assert (apart.max() <= most, apart.mean() <= mean) == (True, True), (name, apart.max(), apart.mean())


def test_on_the_same_machine_all_bytes_are_the_same(results: Results, record: dict[str, Any]) -> None:
    if record["machine"] != results[0]["machine"]:
        pytest.skip("the record was made by another processor or other libraries; the bounds above hold")
    hashes = [
        {(case, name): facts["hash"] for case, found in each["cases"].items() for name, facts in found["files"].items()}
        for each in (results[0], record)
    ]
    assert {key for key in hashes[0] if hashes[0][key] != hashes[1].get(key)} == set()


def test_dry_and_untouched_is_copied(results: Results) -> None:
    events = results[0]["cases"]["judged"]["events"]
    assert [event["rain_found"] for event in events if event.get("event") == "finished"] == [False, True]


@pytest.mark.parametrize("name", [name for name, _ in SCORES])
def test_scores_are_as_ever(name: str, results: Results, record: dict[str, Any]) -> None:
    close(results[0]["scores"][name], record["scores"][name], name)


def close(got: Any, told: Any, where: str) -> None:
    """Fail where two trees of figures differ by more than roundings."""
    if isinstance(told, dict | list):
        assert type(got) is type(told), where
        names = told if isinstance(told, dict) else range(len(told))
        assert len(got) == len(told), where
        for name in names:
            close(got[name], told[name], f"{where}/{name}")
    elif isinstance(told, float):
        assert got == pytest.approx(told, rel=5e-3, abs=2e-2), where
    else:
        assert got == told, where


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", required=True, help="store the results of today as the record")
    parser.parse_args()
    write()
    print(f"written: {FACTS} and {SHEET}", file=sys.stderr)
