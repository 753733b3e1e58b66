"""Doors that an attacker found open once more: each hostile thing is made here and must do nothing."""

import os
import time
from pathlib import Path

import pytest

from rainapp import kept, remembering
from rainapp.media.companions import cleaned
from rainapp.media.metadata import EXTENSION, Metadata
from rainapp.memory_jobs import KeepSession
from rainapp.session_lines import Entry, from_line, masks_folder
from rainapp.stages.engines import converted
from rainapp.toml_text import parse_toml


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
    kept.root().parent.mkdir(parents=True, exist_ok=True)
    kept.root().symlink_to(album)
    kept.sweep()
    assert whole(album)


def test_what_a_link_in_the_place_of_the_masks_leads_to_is_left_alone(album: Path, tmp_path: Path) -> None:
    file = tmp_path / "config" / "session.jsonl"
    file.parent.mkdir(exist_ok=True)
    masks_folder(file).symlink_to(album)
    remembering.keep(KeepSession(file, (), ()))
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
