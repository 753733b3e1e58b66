"""For every pair of formats: what a clip had and its result has not is said, once, and nothing is said that is not so."""

from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from copied_clips import write_all
from test_clip_reported import cover, mp4_with_cover, rewrite
from video_clips import make_clip

from rainapp.jobs.records import Output
from rainapp.media.clip import codec_choice, video
from rainapp.media.clip.clip_open import open_container
from rainapp.media.clip.stream_copy import keeping_notes

SUFFIXES = [".mp4", ".mov", ".mkv", ".webm", ".avi", ".ts", ".3gp"]
TAGS = {"title": "Wet", "artist": "A. Nobody", "comment": "in the rain", "copyright": "nobody"}


def source(folder: Path, kind: str) -> Path:
    plain: dict[str, Any] = {"metadata": TAGS, "chapters": True, "sounds": ["eng", "ger"], "aspect": Fraction(4, 3)}
    if kind == "mkv":
        return make_clip(folder / "a.mkv", subtitles="fre", attachment=b"not a font" * 9, **plain)
    if kind == "webm":
        base = {"codec": "libvpx-vp9", "time_base": Fraction(1, 1000), "times": range(0, 400, 40)}
        return make_clip(folder / "a.webm", **plain | base | {"aspect": None})
    if kind == "cover":
        return mp4_with_cover(folder / "a.mp4", cover(folder))
    if kind == "ts":
        return make_clip(folder / "a.ts", sounds=["eng", "ger"], time_base=Fraction(1, 90000), times=range(0, 36000, 3600))
    if kind == "avi":
        return make_clip(folder / "a.avi", codec="mpeg4", sounds=["eng"], metadata={"title": "Wet"})
    return make_clip(folder / f"a.{kind}", **plain)


def had(path: Path) -> dict[str, Any]:
    """What other readers see in a file."""
    with av.open(str(path), metadata_errors="replace") as container:
        picture = next(each for each in container.streams.video if not each.disposition & av.stream.Disposition.attached_pic)
        others = [each for each in container.streams if each.index != picture.index and each.type != "data"]
        names = {name.lower(): text for name, text in container.metadata.items()}
        return {
            "kinds": Counter("cover" if each.disposition & 1024 else each.type for each in others),
            "languages": Counter(
                each.language for each in others if each.type == "audio" and each.language not in (None, "und")
            ),
            "chapters": len(container.chapters()),
            "tags": {name for name in TAGS if names.get(name) == TAGS[name]},
            "aspect": picture.sample_aspect_ratio or 1,
        }


WORDS = {"audio": "sound track", "subtitle": "subtitle track", "attachment": "attachment", "cover": "cover picture"}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("kind", ["mkv", "mp4", "mov", "webm", "avi", "ts", "cover"])
def test_what_is_lost_is_said_and_nothing_else(tmp_path: Path, kind: str, suffix: str) -> None:
    given = source(tmp_path, kind)
    target = tmp_path / f"out{suffix}"
    notes = rewrite(given, target, format=suffix[1:])
    before, after = had(given), had(target)
    assert len(notes) == len(set(notes))

    def said(words: str) -> int:
        return sum(words in note for note in notes)

    for sort, words in WORDS.items():
        assert said(f"The {words}") == before["kinds"][sort] - after["kinds"][sort], (sort, notes)
    assert said("chapters") == int(before["chapters"] > after["chapters"])
    lost = before["tags"] - after["tags"]
    (told,) = [note.lower() for note in notes if note.startswith("What the clip says of itself")] or [""]
    assert all(name in told for name in lost), (lost, notes)
    assert not any(name in told for name in before["tags"] & after["tags"])
    assert said("not square") == int(before["aspect"] != after["aspect"])
    if before["kinds"]["audio"] == after["kinds"]["audio"]:
        assert said("language") == (before["languages"] - after["languages"]).total()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_time_code_is_kept_or_said(tmp_path: Path, suffix: str) -> None:
    given = make_clip(tmp_path / "a.mov", metadata={"timecode": "01:00:00:00"})
    notes = rewrite(given, tmp_path / f"b{suffix}", format=suffix[1:])
    with av.open(str(tmp_path / f"b{suffix}"), metadata_errors="replace") as container:
        found = [container.metadata, *(each.metadata for each in container.streams)]
        kept = any(text == "01:00:00:00" for tags in found for text in tags.values())
    assert notes == (() if kept else (f"The time code does not fit into {codec_choice.MUXERS[suffix]} and is left out.",))


def test_the_name_of_what_wrote_a_file_is_nothing_to_miss(tmp_path: Path) -> None:
    assert rewrite(make_clip(tmp_path / "a.avi", codec="mpeg4"), tmp_path / "b.avi") == ()


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
def test_before_the_start_the_same_is_said_as_afterwards(tmp_path: Path, suffix: str) -> None:
    given = source(tmp_path, suffix[1:])
    with open_container(given) as container:
        facts = video.probe(given).carry
        promised = keeping_notes(container, given, facts)
    assert list(rewrite(given, tmp_path / f"out{suffix}")) == promised


def test_a_note_is_true_for_the_format_that_was_asked_for(tmp_path: Path) -> None:
    given = make_clip(tmp_path / "a.flv", codec="flv1", sounds=["eng"])
    assert any("not written as .flv" in note for note in video.probe(given).format_notes)
    notes = rewrite(given, tmp_path / "b.mkv", format="mkv")
    assert not any(".flv" in note or "mp4" in note for note in notes)
    assert any("result is a mp4 file" in note for note in rewrite(given, tmp_path / "b.mp4"))


def test_every_encoder_says_which_marks_of_the_picture_it_loses(tmp_path: Path) -> None:
    given = make_clip(
        tmp_path / "a.mp4", codec="libx265", pix_fmt="yuv420p10le", aspect=Fraction(4, 3), colour=(9, 16, 9, 1), times=range(3)
    )
    names = {encoder: name for name, encoder in codec_choice.ENCODERS.items()}
    suffixes = {"mp4": "mp4", "mov": "mov", "3gp": "3gp", "matroska": "mkv", "webm": "webm", "avi": "avi", "mpegts": "ts"}
    for muxer, encoders in codec_choice._TAKES.items():
        for encoder in encoders:
            target = tmp_path / f"{muxer}_{encoder}.{suffixes[muxer]}"
            notes = rewrite(given, target, codec=names[encoder], format=suffixes[muxer])
            facts = video.probe(target).carry
            square = any("not square" in note for note in notes)
            assert square == (facts.sample_aspect != Fraction(4, 3)), (muxer, encoder)
            colourless = any("of its colours" in note for note in notes)
            assert colourless == ((facts.primaries, facts.transfer) != (9, 16)), (muxer, encoder)
            assert any("10 bit" in note for note in notes) == (facts.depth < 10)


def test_a_plain_clip_keeps_all_and_nothing_is_said(tmp_path: Path) -> None:
    for suffix in (".mp4", ".mov", ".mkv", ".ts"):
        given = make_clip(tmp_path / f"a{suffix}", sounds=["eng"])
        assert write_all(given, tmp_path / f"b{suffix}", Output()).notes == ()
