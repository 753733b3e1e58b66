"""Means, advice and the blind test: pure arithmetic with known answers."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from rainapp.compare.advice import Compared, Figures, advise, means
from rainapp.compare.blind_test import Ballot, sign_test


def result(model: str, photo: str, **figures: float) -> Compared:
    path = Path(photo)
    return Compared(path, model, path, path, 10, 10, 1.0, "torch", True, Figures(**figures))


@pytest.mark.parametrize(
    ("wins", "losses", "p"), [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (6, 0, 0.03125), (7, 2, 0.1796875), (3, 3, 1.0)]
)
def test_the_sign_test_is_exact(wins: int, losses: int, p: float) -> None:
    assert sign_test(wins, losses) == p
    assert sign_test(losses, wins) == p


def test_means_leave_out_what_was_not_measured_and_the_first_run_of_a_net() -> None:
    cold = replace(result("a", "1", seconds_per_mp=9, changed=0.2), warm=False)
    found = means([cold, result("a", "2", seconds_per_mp=1), result("a", "3", seconds_per_mp=2, changed=0.4)])
    assert found.seconds_per_mp == 1.5
    assert found.changed == pytest.approx(0.3)
    assert math.isnan(found.psnr_y)
    assert means([cold]).seconds_per_mp == 9
    assert math.isnan(means([]).changed)


def test_the_model_that_leaves_least_is_advised_on_the_photos_that_all_have() -> None:
    results = [
        result("a", "1", error_left=0.4),
        result("b", "1", error_left=0.3),
        result("a", "2", error_left=0.2),
        result("b", "2", error_left=0.25),
        result("b", "3", error_left=0.0),  # "a" failed here
        result("c", "1"),  # no truth
    ]
    advice = advise(results)
    assert advice is not None
    assert advice.order == ("b", "a")
    assert (advice.wins, advice.photos) == (1, 2)
    assert advice.figures["b"].error_left == pytest.approx(0.275)
    assert advice.helps
    assert advice.quicker is None


def test_a_model_that_is_nearly_as_good_and_much_quicker_is_named() -> None:
    slow = result("slow", "1", error_left=0.30, seconds_per_mp=14)
    quick = result("quick", "1", error_left=0.31, seconds_per_mp=0.2)
    bad = result("bad", "1", error_left=0.5, seconds_per_mp=0.1)
    advice = advise([slow, quick, bad])
    assert advice is not None
    assert (advice.model, advice.quicker) == ("slow", "quick")


def test_no_model_is_said_to_help_where_doing_nothing_is_better() -> None:
    advice = advise([result("a", "1", error_left=1.2)])
    assert advice is not None
    assert not advice.helps
    assert advise([result("a", "1")]) is None


def test_every_photo_is_shuffled_anew_and_votes_count_for_models_not_places() -> None:
    ballot = Ballot(("a", "b", "c"), photos=12, seed=4)
    assert len({tuple(order) for order in ballot.orders}) > 3
    for _ in range(12):
        ballot.vote(ballot.order.index("b"))
    assert ballot.done
    assert ballot.tally.votes[0] == ("b", 12)
    assert ballot.tally.winner == "b"
    assert ballot.tally.p == pytest.approx(2 / 2**12)
    assert not ballot.tally.could_be_chance


def test_undecided_votes_count_as_cast_but_for_nobody() -> None:
    ballot = Ballot(("a", "b"), photos=3, seed=1)
    ballot.vote(None)
    ballot.vote(9)  # no such place
    assert (ballot.cast, ballot.at) == (1, 1)
    ballot.vote(0)
    assert not ballot.done
    ballot.step(-5)
    assert ballot.at == 0
    ballot.vote(None)  # a change of mind; then on to what is left
    ballot.vote(None)
    assert ballot.votes[2] == ballot.votes[0] == ""
    assert (ballot.tally.undecided, ballot.tally.cast) == (2, 3)
    assert ballot.tally.could_be_chance


def test_a_tie_has_no_winner() -> None:
    ballot = Ballot(("a", "b"), photos=2, seed=1)
    ballot.vote(ballot.order.index("a"))
    ballot.vote(ballot.order.index("b"))
    assert ballot.tally.winner is None
    assert ballot.tally.p == 1.0
