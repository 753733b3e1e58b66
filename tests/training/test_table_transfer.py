"""Table `transfer`: its cells are what the claim needs, and a small copy of it fills itself."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from rainapp.jobs.records import NoWatch
from rainapp.library.model_library import ModelLibrary
from tests.training.real_photos import TINY, dry_photo, rained
from training.rain import fit
from training.rain.profiles import PROFILES
from training.recipe import Net
from training.recipe_checks import problems
from training.tables import fill, real_scoring, resolve, transfer
from training.tables.cells import Cell, Rows, Table

QUIET = lambda kind, words: None  # noqa: E731


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder like that of the data: clean photos, and below dev/ real rain, masks, and dry photos of other scenes."""
    dev = tmp_path / "data" / "dev"
    for name in (
        "real_photos",
        "real_streak_masks/rainy",
        "real_streak_masks/mask",
        "kodak/clean",
        "cid22_val/clean",
        "../clean",
    ):
        (dev / name).mkdir(parents=True)
    for seed in range(6):
        cv2.imwrite(str(dev / "real_photos" / f"{seed}.png"), rained(dry_photo(seed), seed)[..., ::-1])
    for seed in range(3):
        for place, first in (("kodak/clean", 20), ("cid22_val/clean", 30), ("../clean", 40)):
            cv2.imwrite(str(dev / place / f"{seed}.png"), dry_photo(first + seed)[..., ::-1])
        dry = dry_photo(50 + seed)
        wet = dry.copy()
        wet[:, 60::40] = 255
        mask = np.zeros_like(dry)
        mask[:, 60::40] = 255
        cv2.imwrite(str(dev / "real_streak_masks/rainy" / f"{seed}.png"), wet)
        cv2.imwrite(str(dev / "real_streak_masks/mask" / f"{seed}masks.png"), mask)
    return tmp_path / "data" / "clean"


def test_the_cells_are_what_the_claim_needs() -> None:
    cells = transfer.cells("clean")
    names = [cell.name for cell in cells]
    assert len(set(names)) == len(names)
    for arm in ("a", "b", "c", "d", "a-longer", *(f"default-{each}" for each in "defg")):
        assert {f"{arm}-seed{seed}" for seed in (1, 2)} <= set(names), arm
    assert {"default-e-odd8-seed1", "default-e-odd20-seed1"} <= set(names)
    by_name = {cell.name: cell for cell in cells}
    for place, cell in enumerate(cells):
        assert not cell.after or names.index(cell.after) < place
        assert not cell.after or by_name[cell.after].weights
        teachers = cell.recipe.transfer.teachers if cell.recipe.transfer else ()
        assert all(names.index(teacher) < place for teacher in teachers)
    tuned = [by_name[f"{arm}-seed1"].recipe for arm in "abcd"]
    assert {plan.transfer.pairs for plan in tuned if plan.transfer} == {200}
    assert len({(plan.train, plan.net, plan.rain) for plan in tuned}) == 1, "the same but for the teachers"
    assert [plan.shares().get("distil", 0) for plan in tuned] == [0, 0.25, 0.25, 0.25]
    assert by_name["a-longer-seed1"].recipe.train.steps > 4 * tuned[0].train.steps
    held = {profile for row in transfer.ROWS for profile in row.profiles}
    assert all(PROFILES[name].held_out for name in held)
    assert all(cell.recipe_hash == other.recipe_hash for cell, other in zip(cells, transfer.cells("elsewhere"), strict=True))


def test_halves_do_not_overlap(data: Path) -> None:
    folder = data.parent / "dev" / "real_photos"
    odd, even = real_scoring.half(folder, "odd"), real_scoring.half(folder, "even")
    assert [file.stem for file in odd] == ["0", "2", "4"]
    assert [file.stem for file in even] == ["1", "3", "5"]
    assert real_scoring.half(folder, "odd:2") == odd[:2]


def test_doing_nothing_scores_nothing(data: Path) -> None:
    dev = data.parent / "dev"
    real = real_scoring.score(None, dev, transfer.ROWS[0])
    assert set(real["fine_removed"]) <= {0.0, None}
    assert 0.0 in real["fine_removed"]
    masks = real_scoring.score(None, dev, transfer.ROWS[1])
    assert masks["streaks_removed"] == [0.0, 0.0, 0.0]
    dry = real_scoring.score(None, dev, transfer.ROWS[3])
    assert dry["change"] == [0.0, 0.0, 0.0]


def shrunk(cell: Cell) -> Cell:
    """The cell with a tiny net and two steps."""
    plan = cell.recipe
    net = Net.of(width=4, encoder=[1], middle=1, decoder=[1], conditional=True) if plan.start_from else TINY
    own = "fitted" in plan.rain.profiles
    plan = replace(
        plan,
        net=net,
        rain=replace(plan.rain, profiles=("fitted",) if own else ("narrow",)),
        train=replace(plan.train, steps=2, batch=2, crop_px=min(plan.train.crop_px, 128) if plan.task != "derain" else 32),
    )
    rows = tuple(replace(row, profiles=row.profiles[:1]) for row in cell.rows)
    return replace(cell, recipe=plan, rows=rows)


WANTED = ("t1", "t2", "a-seed1", "student-d-seed1", "d-seed1", "default-e-seed1", "default-g-seed1")


def test_a_small_copy_fills_itself_and_is_told(data: Path, tmp_path: Path, still: str) -> None:
    ModelLibrary().set_default(still)
    runs = tmp_path / "runs"
    (runs / "transfer").mkdir(parents=True)
    found = fit.Fitted(PROFILES["narrow"], 0.5, "narrow", 0.6, 0.2)
    facts = {**vars(found), "profile": vars(found.profile)}
    (runs / "transfer" / "fitted-odd-seed1.json").write_text(json.dumps(facts))
    table = Table("transfer", lambda clean: [shrunk(c) for c in transfer.cells(clean) if c.name in WANTED], transfer.told)
    fill.fill(table, str(data), tmp_path / "results", runs, NoWatch(), QUIET)
    results = fill.results_of(table, tmp_path / "results", table.cells(str(data)))
    assert list(results) == list(WANTED)
    assert set(results["t1"].scores["held out"]) == {"accuracy", "drawn_accuracy"}
    assert results["d-seed1"].scores.keys() == {row.name for row in transfer.ROWS}
    assert len(results["d-seed1"].scores["real, even half"]["fine_removed"]) == 3
    assert sorted(file.name for file in (runs / "transfer" / "rainy-odd").iterdir()) == ["0.png", "2.png", "4.png"]
    assert len(list((runs / "transfer" / "own" / "pairs" / "clean").iterdir())) == 3
    told = transfer.told(results)
    assert "| d | 1 |" in told
    assert "doing nothing" in told
    assert "t1: accuracy" in told


def test_rain_is_fitted_once_for_a_half(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "TRIALS", 1)
    cell = next(cell for cell in transfer.cells(str(data)) if cell.fits)
    said: list[str] = []
    plans = [
        resolve.resolved(cell, cell.recipe, data.parent / "dev", tmp_path, lambda _, words: said.append(words)) for _ in "ab"
    ]
    assert plans[0].fitted == plans[1].fitted
    assert plans[0].fitted is not None
    assert len(said) == 1
    assert problems(replace(plans[0], start_from="")) == []


def test_missing_photos_and_teachers_are_said(data: Path, tmp_path: Path) -> None:
    from rainapp.base.errors import BadRecipe

    with pytest.raises(BadRecipe, match="no real photos"):
        resolve.copied(tmp_path, "odd", tmp_path / "runs")
    with pytest.raises(BadRecipe, match="“t1” is gone"):
        resolve.teacher("t1", tmp_path)
    with pytest.raises(BadRecipe, match="no pictures"):
        real_scoring.score(None, tmp_path, Rows("real", (), "real_photos:even", kind="real"))
