"""Files whose names are bytes that are no UTF-8: every command reads and writes them, and shows the bytes as escapes."""

import json
import os
import shutil
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from safetensors.torch import save_file
from video_clips import make_clip

from rainapp.base.escapes import readable
from rainapp.base.textfile import replace_text
from rainapp.cli import command_line
from rainapp.cli.batch_reports import one_line
from rainapp.jobs.records import Output
from rainapp.library.importer import import_model
from rainapp.library.model_library import ModelLibrary
from rainapp.media import open_sink, open_source
from tests.foreign_files import state_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have names of text only")

ODD = "r\udce9gen"  # the byte E9, Latin-1 for é


def photo(path: Path) -> Path:
    """OpenCV must not see the name: it ends the process."""
    pixels = np.random.default_rng(1).integers(0, 255, (64, 96, 3), np.uint8)
    path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    return path


@pytest.fixture
def odd_folder(tmp_path: Path) -> Path:
    folder = tmp_path / f"folder {ODD}"
    folder.mkdir()
    photo(folder / f"{ODD}.png")
    make_clip(tmp_path / "plain.mp4", times=range(3), sounds=["eng"]).rename(folder / f"{ODD}.mp4")
    return folder


def test_photos_and_clips_are_derained(odd_folder: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = odd_folder.parent / f"out {ODD}"
    arguments = ["--engine", "torch", "--temporal", "off"]
    assert command_line.main(["derain", str(odd_folder), "-o", str(out), "--json", *arguments]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    done = [Path(event["target"]) for event in events if event["event"] == "finished"]
    assert sorted(os.fsencode(path.name) for path in done) == [b"r\xe9gen_derained.mp4", b"r\xe9gen_derained.png"]
    assert all(path.is_file() for path in done)
    assert command_line.main(["derain", str(odd_folder / f"{ODD}.png"), "-o", str(out), *arguments]) == 0
    assert "r\\xe9gen.png -> " in capsys.readouterr().out


def test_what_fails_is_told_with_the_bytes_as_escapes(
    odd_folder: Path, tiny_library: Path, own_folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (odd_folder / f"{ODD}.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(50))
    assert command_line.main(["derain", str(odd_folder / f"{ODD}.mp4"), "-o", str(odd_folder / "out")]) == 3
    assert "r\\xe9gen.mp4: is damaged" in capsys.readouterr().err


def test_other_commands_take_them(odd_folder: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for index, name in enumerate((f"{ODD}.png", f"{ODD}.mp4")):
        assert command_line.main(["rain", str(odd_folder / name), "-o", str(odd_folder / f"rain {ODD}{index}")]) == 0
    rainy, clean = (odd_folder / f"rain {ODD}0" / name for name in ("rainy", "clean"))
    report = odd_folder / "report.html"
    words = ["--rainy", str(rainy), "--clean", str(clean), "--model", "tiny", "--engine", "torch", "--html", str(report)]
    assert command_line.main(["evaluate", *words]) == 0
    assert "r\\xe9gen" in report.read_text(encoding="utf-8")
    assert "nexpected" not in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_models_are_imported(tmp_path: Path, suffix: str) -> None:
    import torch

    state = {name: tensor.contiguous() for name, tensor in state_of("prn_r").items()}
    torch.save(state, tmp_path / "plain.pth")
    save_file(state, tmp_path / "plain.safetensors")
    (tmp_path / f"plain{suffix}").rename(tmp_path / f"{ODD}{suffix}")
    card = import_model(tmp_path / f"{ODD}{suffix}", ModelLibrary(tmp_path / "bundled", tmp_path / "user"))
    assert card.arch == "prn_r"


def test_a_killed_clip_with_such_a_name_is_gone_on_with(odd_folder: Path) -> None:
    with open_source(odd_folder / f"{ODD}.mp4") as source:
        sink = open_sink(odd_folder / f"out {ODD}.mp4", source.info, Output(), key=f"result {odd_folder}")
        with sink:
            for frame in source:
                sink.write(frame)
    assert (odd_folder / f"out {ODD}.mp4").is_file()


def test_numbered_frames_in_such_a_folder_are_read_and_written(odd_folder: Path) -> None:
    frames = odd_folder / "frames"
    frames.mkdir()
    for number in range(3):
        shutil.copyfile(odd_folder / f"{ODD}.png", frames / f"{ODD}_{number:04d}.png")
    with (
        open_source(frames / f"{ODD}_%04d.png") as source,
        open_sink(odd_folder / "made", source.info, Output(), key="x") as sink,
    ):
        for frame in source:
            sink.write(frame)
    assert len(list((odd_folder / "made").iterdir())) == 3


def test_names_are_shown_as_escapes_and_settings_stay_readable(tmp_path: Path) -> None:
    assert readable(ODD) == one_line(ODD) == "r\\xe9gen"
    assert readable("é ☔") == "é ☔"
    replace_text(tmp_path / "settings.toml", f'folder = "{ODD}"\n')
    import tomllib

    assert tomllib.loads((tmp_path / "settings.toml").read_text(encoding="utf-8")) == {"folder": "r?gen"}
