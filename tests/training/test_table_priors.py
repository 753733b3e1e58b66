"""Table `priors`: its cells can run, and a prior is scored on what the default leaves."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from rainapp.base.errors import BadRecipe
from rainapp.nets import registry
from rainapp.nets.spec import NetSpec
from tests.training import throwaway
from training.recipe_checks import problems
from training.tables import priors, repair_scoring
from training.tables.cells import Result, Rows


@pytest.fixture
def dev(tmp_path: Path) -> Path:
    """Two pairs of a set, and the clean halves of another."""
    root = tmp_path / "dev"
    for name, rainy in (("pairs", True), ("photos", False)):
        for side in ("clean", "rainy") if rainy else ("clean",):
            folder = root / name / side
            folder.mkdir(parents=True)
            for index in range(2):
                picture = throwaway.picture(index)
                if side == "rainy":
                    picture[:, ::9] = np.minimum(picture[:, ::9].astype(np.int16) + 90, 255).astype(np.uint8)
                cv2.imwrite(str(folder / f"{index}.png"), picture)
    return root


def test_every_cell_can_run(dev: Path) -> None:
    for cell in priors.cells(str(dev / "photos" / "clean")):
        plan = replace(cell.recipe, start_from=str(dev)) if cell.after else cell.recipe
        assert problems(plan) == []
    names = [cell.name for cell in priors.cells("")]
    assert len(set(names)) == len(names)
    assert {cell.after for cell in priors.cells("")} - {""} <= set(names)


@pytest.mark.parametrize("arch", ["unet", "vq"])
def test_a_prior_is_scored_on_pairs_and_on_drawn_rain(arch: str, dev: Path, tiny_library: Path) -> None:
    torch.manual_seed(1)
    shape = {"channels": [8, 16]} if arch == "unet" else {"channels": [8, 8, 16], "latent": 4, "codes": 16}
    net = registry.build_spec(NetSpec(arch, shape)).eval()  # type: ignore[arg-type]
    for rows in (Rows("a", (), "pairs", kind="pairs", repair=1.0), Rows("b", ("heavy",), "photos", repair=1.0)):
        nothing, repaired = (repair_scoring.score(each, dev, rows) for each in (None, net))
        assert set(nothing) == set(repaired) == set(repair_scoring.FIGURES)
        assert all(len(values) == 2 for values in repaired.values())
        assert nothing["changed"] == [None, None]
        assert None not in repaired["changed"]
        assert None not in nothing["psnr_y"]


def test_a_row_without_pictures_is_said(dev: Path, tiny_library: Path) -> None:
    with pytest.raises(BadRecipe):
        repair_scoring.score(None, dev, Rows("none", (), "missing", kind="pairs", repair=1.0))


def test_the_table_tells_differences_to_doing_nothing() -> None:
    row = priors.ROWS[0].name
    before = {name: [2.0, 4.0] for name in repair_scoring.FIGURES}
    after = {name: [1.5, 3.0] for name in repair_scoring.FIGURES}
    result = Result("diffusion", 1, 8, 1.0, "", "", "", {row: after}, {row: before})  # type: ignore[arg-type]
    lines = priors.told({"diffusion": result}).splitlines()
    assert lines[2].startswith(f"| {row} | nothing | 3.00 ")
    assert lines[3].startswith(f"| {row} | diffusion | -0.75 (-1.00 to -0.50), -25.0 % |")
