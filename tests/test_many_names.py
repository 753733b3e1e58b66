"""Thousands of photos of one name, as cameras that begin anew each day make them, get their names in seconds."""

import time
from pathlib import Path

from rainapp.evaluation.photo_pairs import names_of
from rainapp.jobs.naming import Names


def test_names_of_one_stem_are_numbered_in_one_go(tmp_path: Path) -> None:
    names = Names([], "rename")
    began = time.process_time()
    found = [names.claim(tmp_path / "a.png") for _ in range(1500)]
    assert time.process_time() - began < 5
    assert found[:2] == [tmp_path / "a.png", tmp_path / "a (2).png"]
    assert found[-1] == tmp_path / "a (1500).png"
    assert len(set(found)) == 1500
    (tmp_path / "b (2).png").touch()
    assert [names.claim(tmp_path / "b.png") for _ in range(2)] == [tmp_path / "b.png", tmp_path / "b (3).png"]
    assert names.claim(tmp_path / "b (2).png", if_exists="skip") is None


def test_names_in_scores_are_told_apart_in_one_go() -> None:
    pairs = [(Path(f"/{number % 7}/x{number}.png"), Path("/c")) for number in range(20_000)]
    began = time.process_time()
    found = names_of([*pairs, (Path("/9/x5.png"), Path("/c"))])
    assert time.process_time() - began < 3
    assert (found[5], found[6], found[-1]) == ("5/x5", "x6", "9/x5")
