"""Doors that an attacker found open once more: each hostile thing is made here and must do nothing."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from rainapp.base.settings import Settings, load, save
from rainapp.base.toml_text import parse_toml
from rainapp.compare import result_cache
from rainapp.inference.engines import converted
from rainapp.jobs.memory_jobs import KeepSession
from rainapp.jobs.session_lines import Entry, from_line, masks_folder
from rainapp.media.metadata.companions import cleaned
from rainapp.media.metadata.metadata import EXTENSION, Metadata
from rainapp.work import session_files


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """A folder of a person, with an old picture and an old folder in it."""
    folder = tmp_path / "album"
    (folder / "holiday").mkdir(parents=True)
    for file in (folder / "only copy.png", folder / "holiday" / "beach.png"):
        file.write_bytes(b"picture")
    for path in (folder / "only copy.png", folder / "holiday"):
        os.utime(path, (0, 0))
    return folder


def whole(album: Path) -> bool:
    return (album / "only copy.png").exists() and (album / "holiday" / "beach.png").exists()


def test_what_a_link_in_the_place_of_a_cache_leads_to_is_left_alone(album: Path) -> None:
    result_cache.root().parent.mkdir(parents=True, exist_ok=True)
    result_cache.root().symlink_to(album)
    result_cache.sweep()
    assert whole(album)


def test_what_a_link_in_the_place_of_the_masks_leads_to_is_left_alone(album: Path, tmp_path: Path) -> None:
    file = tmp_path / "config" / "session.jsonl"
    file.parent.mkdir(exist_ok=True)
    masks_folder(file).symlink_to(album)
    session_files.keep(KeepSession(file, (), ()))
    assert whole(album)


def test_only_translated_nets_make_room_for_translated_nets(album: Path) -> None:
    for number in range(converted.KEPT_MAX + 4):
        (album / f"album {number}").mkdir()
    converted._make_room(album)
    assert whole(album)
    assert len(list(album.glob("album *"))) == converted.KEPT_MAX + 4


@pytest.mark.parametrize("number", ["9" * 400, "1e999", "-1e999", "NaN", "Infinity", str(2**60)])
@pytest.mark.parametrize("name", ["size", "duration_s", "seconds", "since"])
def test_a_number_that_cannot_be_is_no_entry_of_a_session(name: str, number: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        from_line(Entry, f'{{"path": "/a.png", "{name}": {number}}}')


def test_damaged_lines_of_a_session_cost_little_time_and_one_line_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "session.jsonl"
    whole = '{"session": 1}\n{"path": "/a.png"}\n'
    file.write_text(whole + '{"path": 1, "words": "' + "x" * 40 + '"}\n' * 1 + '{"path": 1}\n' * 1_000_000)
    caplog.set_level("INFO")
    began = time.process_time()
    found = session_files.read(file)
    assert time.process_time() - began < 4
    assert found.gone == (Path("/a.png"),)
    assert found.damaged > session_files.DAMAGED_MAX
    assert len(caplog.records) == 1
    assert len(caplog.text) < 1000


def test_a_session_of_nothing_but_line_ends_costs_little(tmp_path: Path) -> None:
    file = tmp_path / "session.jsonl"
    file.write_bytes(b"\n" * (60 << 20))
    began = time.process_time()
    assert session_files.read(file).entries == ()
    assert time.process_time() - began < 4


@pytest.mark.parametrize("name", ["session.jsonl", "settings.toml"])
def test_what_is_too_large_to_be_ours_is_not_read(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    with file.open("wb") as opened:
        opened.truncate(65 << 20 if name == "session.jsonl" else 65 << 10)
    began = time.process_time()
    if name == "session.jsonl":
        assert session_files.read(file).aside == tmp_path / "session.jsonl.broken"
    else:
        assert "could not be read" in load(file)[1][0]
    assert time.process_time() - began < 1


def test_settings_with_the_longest_names_are_read_again(tmp_path: Path) -> None:
    longest = "/" + "é" * 2040  # so many bytes a path can have
    settings = Settings(recent=(longest,) * 10, last_folder=longest, model="other")
    save(settings, tmp_path / "settings.toml")
    assert load(tmp_path / "settings.toml")[0].recent == settings.recent
    save(replace(settings, recent=("/" + "\x01" * 4000,) * 10), tmp_path / "settings.toml")
    read, notices = load(tmp_path / "settings.toml")
    assert (read.model, read.last_folder, notices) == ("other", longest, ())


@pytest.mark.parametrize("quote", ['"""', "'''"])
def test_texts_that_never_end_cost_no_time(quote: str) -> None:
    raw = f"x = {quote}\n".encode() + (b'\\"""\n' if quote == '"""' else b"''x\n") * 50_000
    began = time.process_time()
    with pytest.raises(ValueError, match=r"\w"):
        parse_toml(raw)
    assert time.process_time() - began < 2


def test_many_segments_of_one_packet_cost_no_time() -> None:
    depth = b"http://ns.google.com/photos/1.0/depthmap/"
    own = tuple(("e1", EXTENSION + number.to_bytes(4, "big") + (depth if not number else b"")) for number in range(40_000))
    began = time.process_time()
    assert cleaned(Metadata(own=own), keeps_clip=True, keeps_extension=True, in_jpeg=True).own == ()
    assert time.process_time() - began < 2
