"""`rainapp bench` measures every model on every engine at every size, in one run."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from video_clips import make_clip

from rainapp.cli import bench, command_line
from rainapp.cli.peak_memory import PeakMemory
from rainapp.inference.pipeline import load_pipeline
from rainapp.jobs.records import Treatment
from rainapp.library.model_library import ModelLibrary


@pytest.fixture(autouse=True)
def short_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "ROUND_S", 0.02)


def test_every_combination_is_one_json_line_with_the_promised_figures(
    tiny_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["bench", "--engine", "torch", "--engine", "openvino", "--size", "40x30", "--size", "64x64", "--device", "cpu"]
    assert command_line.main([*arguments, "--rounds", "2", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["model"], row["engine"], row["size"]) for row in rows] == [
        ("tiny", engine, size) for engine in ("torch", "openvino") for size in ("40x30", "64x64")
    ]
    for row in rows:
        width, height = map(int, row["size"].split("x"))
        assert row["seconds"] > 0
        assert row["mp_per_s"] == pytest.approx(width * height / 1e6 / row["seconds"], rel=0.2)
        assert row["peak_rss_mb"] > 50
        assert row["peak_vram_mb"] is None


def test_the_table_names_the_engine(tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["bench", "--engine", "torch", "--size", "32x32", "--rounds", "1", "--device", "cpu"]) == 0
    assert "torch cpu fp32" in capsys.readouterr().out


def test_a_short_run_is_repeated_within_its_round(tiny_library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "ROUND_S", 1.0)
    pipeline = load_pipeline(Treatment(model="tiny", engine="torch", device="cpu"), ModelLibrary(user=tiny_library))
    lap = bench.Lap(pipeline, bench.streaked(32, 32))
    bench.measure(lap)
    assert len(lap.seconds) > 2
    assert sum(lap.seconds[:-1]) < 1.0, "no run begins when the time of the round is over"


@pytest.mark.parametrize("size", ["40", "0x4", "axb", "-3x4", "4x"])
def test_a_size_that_is_none_is_wrong_usage(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["bench", f"--size={size}"]) == 2
    assert "WIDTHxHEIGHT" in capsys.readouterr().err


def test_peak_memory_sees_what_was_held_only_for_a_moment() -> None:
    with PeakMemory() as memory:
        before = memory.peak_mb
        held = bytearray(b"x" * 200_000_000)
        while memory.peak_mb < before + 150:
            pass
        del held
    assert memory.peak_mb >= before + 150


def test_a_clip_is_measured_from_file_to_file(tiny_library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = make_clip(tmp_path / "a.mp4", times=range(12), sounds=["eng"])
    assert command_line.main(["bench", "--video", str(clip), "--engine", "torch", "--device", "cpu", "--json"]) == 0
    (row,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (row["size"], row["frames"], row["model"], row["engine"]) == ("96x64", 12, "tiny", "torch")
    assert row["ratio"] == pytest.approx(row["wall_seconds"] * row["cores"] / row["cpu_seconds"], rel=0.05)
    assert row["fps"] == pytest.approx(12 / row["wall_seconds"], rel=0.05)
    assert min(row[f"{step}_seconds"] for step in ("decode", "derain", "steady", "encode")) > 0
    assert row["peak_rss_mb"] > 50
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".mp4"] == ["a.mp4"]


def test_a_photo_is_no_clip_to_measure(tiny_library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((9, 9, 3), np.uint8))
    assert command_line.main(["bench", "--video", str(tmp_path / "a.png"), "--device", "cpu"]) == 3
    assert "is no clip" in capsys.readouterr().err
