"""Figures and states in words."""

from pathlib import Path

import pytest

from rainapp.gui.state import figure_words
from rainapp.gui.state.file_item import Item, State
from rainapp.gui.text.problem_report import about_file


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, "0.1 s"), (0.42, "0.4 s"), (9.9, "9.9 s"), (12.4, "12 s"), (59.4, "59 s"), (61, "1 min"), (200, "3 min"),
     (3599, "1 h 00 min"), (7500, "2 h 05 min")],
)  # fmt: skip
def test_a_span_of_time_is_said_as_people_say_it(seconds: float, said: str) -> None:
    assert figure_words.duration(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 s"), (7.6, "8 s"), (23, "25 s"), (56.9, "55 s"), (58, "58 s"), (140, "2 min")]
)
def test_a_guess_does_not_pretend_to_know_better(seconds: float, said: str) -> None:
    assert figure_words.about(seconds) == said


@pytest.mark.parametrize(("seconds", "said"), [(0.3, "1 s left"), (41.2, "41 s left"), (130, "about 2 min left")])
def test_what_is_left_to_wait(seconds: float, said: str) -> None:
    assert figure_words.left(seconds) == said


def test_moments_and_lengths_of_clips() -> None:
    assert figure_words.clock(42.9) == "0:42"
    assert figure_words.clock(3723) == "1:02:03"
    assert figure_words.moment(14.72) == "0:14.72"


def test_amounts_of_data() -> None:
    assert [figure_words.size(n) for n in (10, 380_400, 38_000_000, 1_240_000_000)] == ["1 kB", "380 kB", "38 MB", "1.2 GB"]


def item(state: State, **facts: object) -> Item:
    made = Item(Path("a.jpg"), state=state)
    for name, value in facts.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (item(State.READY), "Ready"),
        (item(State.READY, is_clip=True, duration_s=42.0, width=1920, height=1080), "Ready · 0:42 · 1080p"),
        (item(State.WAITING), "Waiting"),
        (item(State.RUNNING, done=41, total=100, eta_s=3.2), "41 % · 3 s left"),
        (item(State.RUNNING, done=1, total=0), "0 %"),
        (item(State.PAUSED, done=1, total=4), "Paused · 25 %"),
        (item(State.DONE, seconds=0.42), "Done · 0.4 s"),
        (item(State.DRY, copied=True), "Copied, no rain found"),
        (item(State.DRY), "No rain found, saved unchanged"),
        (item(State.READY, sees_rain=True), "Ready · treated anyway"),
        (item(State.SKIPPED), "Skipped, exists already"),
        (item(State.FAILED), "Failed"),
        (item(State.UNREADABLE), "Cannot be read"),
        (item(State.STOPPED), "Stopped"),
    ],
)
def test_every_state_has_an_icon_and_words(row: Item, said: str) -> None:
    icon, token, told = figure_words.state(row)
    assert told == said
    assert icon
    assert token


def test_a_report_names_versions_but_neither_file_nor_folder() -> None:
    told = about_file(Path.home() / "secret" / "photo.jpg", "unreadable", "It is cut short.", "Copy it again.")
    assert "‹1›.jpg: unreadable: It is cut short. Copy it again." in told
    assert "photo" not in told
    assert "rainapp " in told
    assert "Python " in told
    assert "secret" not in told
