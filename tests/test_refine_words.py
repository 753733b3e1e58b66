"""What is said of a repair."""

import pytest

from rainapp.base.image import Repaired
from rainapp.inference.refine.repair_words import noted, sentences


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (Repaired("p", 1.0, 1.0), ["Nothing was repaired"]),
        (Repaired("p", 1.0, 1.0, 0.032, 0.001, 9), ["“p” repaired where rain was: it changed 3.2 % of the pixels."]),
        (Repaired("p", 1.0, 1.0, 0.0002, 0.0, 9), ["less than 0.1 %"]),
        (Repaired("p", 0.25, 1.0, 0.15, 0.001, 9), ["15.0 %", "weakened from 1 to 0.25 to keep its budget"]),
        (Repaired("p", 1.0, 1.0, 0.0, 0.0, 9, 9), ["“p” changed nothing.", "In 9 of 9 places"]),
        (Repaired("p", 1.0, 1.0, 0.1, 0.0, 9, 0, 12), ["10.0 %", "12 pixels stay as they were derained"]),
    ],
)
def test_all_that_a_person_should_know_is_said(done: Repaired, words: list[str]) -> None:
    said = sentences(done)
    assert len(said) == len(words)
    assert all(word in sentence for word, sentence in zip(words, said, strict=True)), said


def test_the_metadata_name_the_model_its_strength_and_its_share() -> None:
    assert noted(Repaired("p", 0.4, 1.0, 0.0312)) == {
        "RepairModel": "p",
        "RepairStrength": "0.4",
        "RepairChangedPixels": "3.12 %",
    }
