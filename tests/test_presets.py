"""Presets: what is saved comes back, only differences are written, and nothing odd gets in."""

import dataclasses
from pathlib import Path

import pytest

from rainapp.base.errors import BadTreatment
from rainapp.jobs import presets
from rainapp.jobs.presets import Preset, load, save
from rainapp.jobs.records import Output, Treatment

FULL = Preset(
    Treatment(
        "fine",
        0.35,
        "clear",
        "off",
        Path("maß.png"),
        512,
        "cuda:1",
        "torch",
        "fp32",
        "always",
        2,
        0.4,
        "content",
        budget_share=0.3,
        budget_mean=2.5,
    ),  # fmt: skip
    Output("tif", 91, "hevc", 18, "no-location", "both", "skip", hardware=True, motion=True, keep_partial=True),
)


def test_every_field_of_a_preset_comes_back() -> None:
    for record in (FULL.treatment, FULL.output):
        for item in dataclasses.fields(record):
            assert getattr(record, item.name) != getattr(type(record)(), item.name), item.name
    save("My rain 🌧", FULL)
    assert load("My rain 🌧") == FULL
    assert load(str(presets.path_of("My rain 🌧"))) == FULL
    assert presets.names() == ["My rain 🌧"]


def test_a_preset_says_only_what_differs() -> None:
    path = save("plain", Preset(Treatment(strength=0.5)))
    assert path.read_text() == "[treatment]\nstrength = 0.5\n\n[output]\n"
    assert load("plain") == Preset(Treatment(strength=0.5))


@pytest.mark.parametrize(
    "text",
    [
        "[treatment]\nstrenth = 1.0",
        "[treatment]\nstrength = 1.4",
        "[treatment]\nstrength = nan",
        "[treatment]\nstrength = true",
        '[treatment]\nveil = "gone"',
        "[treatment]\nmodel = 3",
        '[treatment]\nmask = ""',
        "[treatment]\ntile_px = 1.5",
        "[output]\nquality = 0",
        "[output]\nformat = [1]",
        "treatment = 3",
        "[other]",
        "strength = 1",
        "[treatment",
        "a = " + "[" * 5000,
        "# " + "x" * presets.FILE_BYTES_MAX,
    ],
)
def test_what_cannot_be_understood_is_refused_in_words(text: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(text)
    with pytest.raises(BadTreatment, match="odd.toml"):
        load(str(path))


def test_a_preset_that_is_not_there_is_said_with_those_that_are() -> None:
    save("dusk", Preset())
    with pytest.raises(BadTreatment) as refused:
        load("dawn")
    assert "dusk" in str(refused.value)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a\nb", "x" * 101, "con:"])
def test_a_name_that_no_file_can_have_is_refused(name: str) -> None:
    with pytest.raises(BadTreatment):
        save(name, Preset())
