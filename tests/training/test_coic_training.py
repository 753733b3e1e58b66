"""CoIC in the loop: two stages, the control, real photos, three nets from a recipe, the table, and what cannot be."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from rainapp.jobs.records import NoWatch
from rainapp.library.cards import read_card
from rainapp.library.model_library import WEIGHTS
from rainapp.nets import registry
from rainapp.nets.coic import alike
from rainapp.nets.coic_net import encoded
from rainapp.nets.known_rain import knowledge
from rainapp.nets.spec import NetSpec
from tests.training import throwaway
from training import publish, recipe
from training import relate as making
from training.contracts import taken
from training.loop import checkpoint
from training.loop.trainer import Trainer
from training.rain.generator import draw_rain
from training.recipe_checks import problems
from training.tables import coic as table
from training.tables import fill, real_scoring, scoring
from training.tables.cells import Cell, Rows
from training.tables.statistics import mean

COIC = "[coic]\ncode_size = 8\nencoder_width = 8\nmomentum = 0.9"
NAF = "width = 4\nencoder = [1]\nmiddle = 1\ndecoder = [1]"
NETS = {
    "unshuffle_naf": NAF,
    "prenet": 'arch = "prenet"\nstages = 2\nchannels = 8',
    "window_former": 'arch = "window_former"\nwidth = 8\nhead_size = 4\nbefore = 1\nmiddle = 1\nafter = 1',
}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """clean/ and, beside it, dev/ with real rain, masks, and the photos of the table."""
    root = tmp_path_factory.mktemp("data")
    for folder in ("clean", "dev/kodak/clean", "dev/real_photos", "dev/real_streak_masks/rainy", "dev/real_streak_masks/mask"):
        (root / folder).mkdir(parents=True)
    for index in range(3):
        ground = throwaway.picture(index)
        rainy = ground.copy()
        rainy[8:80, 10 + index :: 9] = np.minimum(rainy[8:80, 10 + index :: 9].astype(int) + 70, 255)
        mask = np.zeros_like(ground)
        mask[8:80, 10 + index :: 9] = 255
        cv2.imwrite(str(root / "clean" / f"{index}.png"), ground)
        cv2.imwrite(str(root / "dev/kodak/clean" / f"{index}.png"), ground[::-1])
        for copy in range(2):
            drawn = draw_rain(ground.astype(np.float32) / 255, "heavy", index, veil=0, camera=False).rainy
            cv2.imwrite(str(root / "dev/real_photos" / f"{2 * index + copy}.png"), (drawn * 255).round())
        cv2.imwrite(str(root / "dev/real_streak_masks/rainy" / f"{index}.png"), rainy)
        cv2.imwrite(str(root / "dev/real_streak_masks/mask" / f"{index}masks.png"), mask)
    return root


def plan_of(photos: Path, blocks: str, net: str = NAF, steps: int = 6) -> recipe.Recipe:
    return recipe.from_toml(f"""
[net]
{net}
[data]
clean = '{photos / "clean"}'
rainy = '{photos / "dev/real_photos"}'
[rain]
profiles = ["narrow", "heavy"]
clear_share = 0.0
[train]
steps = {steps}
batch = 4
crop_px = 32
lr = 1e-3
loss = "psnr"
{blocks}
""")


def weights_at(trainer: Trainer, steps: Sequence[int]) -> list[dict[str, torch.Tensor]]:
    """The weights of the run after so many steps each."""
    found = []
    while trainer.step < max(steps):
        trainer.one_step()
        if trainer.step in steps:
            found.append({name: value.clone() for name, value in trainer.net.state_dict().items()})
    return found


def moved(before: dict[str, torch.Tensor], after: dict[str, torch.Tensor], prefix: str) -> bool:
    return any(not torch.equal(value, after[name]) for name, value in before.items() if name.startswith(prefix))


def test_until_the_second_stage_the_net_learns_alone(photos: Path, tmp_path: Path) -> None:
    plan = plan_of(photos, f"{COIC}\nstart_step = 3")
    plain = replace(plan, coic=None)
    trainer = throwaway.trainer_for(plan, tmp_path / "coic")
    begin = {name: value.clone() for name, value in trainer.net.state_dict().items()}
    first, second = weights_at(trainer, (3, 6))
    assert moved(begin, first, "net.net.")
    assert not moved(begin, first, "encoder.")
    assert not moved(begin, first, "net.modulators.")
    for part in ("net.net.", "encoder.", "net.modulators."):
        assert moved(first, second, part), part
    alone = throwaway.trainer_for(plain, tmp_path / "plain")
    within = {name.removeprefix("net.net."): value for name, value in begin.items() if name.startswith("net.net.")}
    alone.net.load_state_dict(within)
    (wanted,) = weights_at(alone, (3,))
    for name, value in wanted.items():
        torch.testing.assert_close(first[f"net.net.{name}"], value)


def test_the_key_encoder_follows_from_the_second_stage_on(photos: Path, tmp_path: Path) -> None:
    trainer = throwaway.trainer_for(plan_of(photos, f"{COIC}\nstart_step = 2"), tmp_path)
    (strategy,) = trainer.strategies
    net = encoded(trainer.net)
    assert net is not None
    key = strategy.modules["key"]

    def apart() -> float:
        there = net.encoder.state_dict()
        return sum(float((value - there[name]).abs().sum()) for name, value in key.state_dict().items() if "weight" in name)

    weights_at(trainer, (2,))
    assert apart() > 1, "a stranger still"
    weights_at(trainer, (5,))
    assert 0 < apart() < 5
    assert not key.training
    assert not any(parameter.requires_grad for parameter in key.parameters())


def test_the_contrastive_term_reaches_the_encoder_alone(photos: Path, tmp_path: Path) -> None:
    trainer = throwaway.trainer_for(plan_of(photos, COIC), tmp_path)
    (strategy,) = trainer.strategies
    run = trainer.state
    batch = strategy.prepare(run, trainer.draw(0, 0, 1))
    assert batch.beside["keys"].shape == (4, 6, 64)
    out = run.forward(batch)
    ((name, weight, term),) = strategy.terms()
    assert (name, weight) == ("contrast", 0.2)
    value = term(run, out, batch)
    assert 0 < float(value.detach()) < 4
    value.backward()  # type: ignore[no-untyped-call]
    reached = {
        name.split(".")[0] for name, p in trainer.net.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0
    }
    assert reached == {"encoder"}


def test_a_view_goes_with_its_rows(photos: Path, tmp_path: Path) -> None:
    trainer = throwaway.trainer_for(plan_of(photos, COIC), tmp_path)
    batch = trainer.strategies[0].prepare(trainer.state, trainer.draw(0, 0, 1))
    part = batch.rows(torch.tensor([2, 0]))
    assert torch.equal(part.beside["keys"], batch.beside["keys"][[2, 0]])
    assert torch.equal(part.conditions["view"], batch.image[[2, 0]].clamp(0, 1))


def test_labels_tell_the_set_and_nothing_is_contrasted(photos: Path, tmp_path: Path) -> None:
    trainer = throwaway.trainer_for(plan_of(photos, f"{COIC}\nlabels = true"), tmp_path)
    (strategy,) = trainer.strategies
    assert strategy.terms() == ()
    batch = trainer.draw(0, 0, 1)
    assert torch.equal(strategy.prepare(trainer.state, batch).conditions["view"], batch.domain)
    weights_at(trainer, (3,))
    picture = torch.rand(1, 3, 32, 32)
    net = trainer.averaged_net()
    one, other, unknown = (taken(net, picture, label=label)["code"] for label in (0, 1, -1))
    assert not torch.allclose(one, other)
    assert not torch.allclose(one, unknown)


def test_real_photos_are_seen_by_the_encoder_and_not_by_the_error(photos: Path, tmp_path: Path) -> None:
    plan = plan_of(photos, f"{COIC}\nreal_share = 0.5")
    trainer = throwaway.trainer_for(plan, tmp_path)
    (strategy,) = trainer.strategies
    run = trainer.state
    batch = strategy.prepare(run, trainer.draw(0, 0, 1))
    assert batch.paired.tolist() == [True] * 4 + [False] * 4
    assert batch.conditions["view"].shape == (8, 3, 32, 32)
    assert batch.beside["keys"].shape[0] == 8
    assert (batch.image[4:] - batch.target[4:]).abs().max() > 0.02, "the default took something out"  # type: ignore[index]
    task = trainer.tasks["derain"]
    out = run.forward(batch)
    spoiled = replace(out, image=torch.cat([out.image[:4], torch.zeros_like(out.image[4:])]))
    torch.testing.assert_close(task.loss(run, out, batch).total, task.loss(run, spoiled, batch).total)
    first = batch.image[4:]
    again = throwaway.trainer_for(plan, tmp_path / "again")
    torch.testing.assert_close(again.strategies[0].prepare(again.state, again.draw(0, 0, 1)).image[4:], first)


def test_pictures_of_one_kind_are_alike() -> None:
    kinds = torch.tensor([0, 0, 1, 1, -1])
    apart = torch.eye(3)[[0, 0, 1, 1, 2]][..., None, None]
    mixed = torch.eye(3)[[0, 1, 0, 1, 2]][..., None, None]
    assert float(alike(apart, kinds, 0.1)) < 0.1
    assert float(alike(mixed, kinds, 0.1)) > 5
    assert float(alike(apart, torch.tensor([0, 1, 2, 3, -1]))) == 0
    x = torch.randn(5, 4, 2, 2, requires_grad=True)
    alike(x, kinds).backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    assert x.grad.isfinite().all()


@pytest.mark.parametrize("arch", NETS)
def test_three_nets_train_from_a_recipe_and_are_published_with_their_encoder(arch: str, photos: Path, tmp_path: Path) -> None:
    plan = plan_of(photos, f"{COIC}\nstart_step = 2", NETS[arch], steps=4)
    if arch == "prenet":
        plan = replace(plan, rain=replace(plan.rain, clear_share=0.0))
    assert problems(plan) == []
    file, run = tmp_path / "recipe.toml", tmp_path / "run"
    file.write_text(plan.to_toml())
    command = [sys.executable, "-m", "training", "run", str(file), "--out", str(run), "--threads", "1", "--ignore-input"]
    done = subprocess.run(command, timeout=500, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    state = checkpoint.load(run / "checkpoint.pt")
    assert state.step == 4
    assert NetSpec.of(state.spec).around[0].kind == "coic"
    publish.publish(run, "adapts", tmp_path / "models", publish.Label())
    card, notes = read_card(tmp_path / "models" / "adapts")
    assert notes == []
    assert "code:8" in map(str, card.takes)
    assert card.ideas == ("coic",)
    net = registry.load(card, tmp_path / "models" / "adapts" / WEIGHTS)
    picture = torch.rand(1, 3, 48, 64)
    conditions = taken(net, picture)
    assert conditions["code"].shape == (1, 8)
    assert net(picture, **conditions).isfinite().all()


@pytest.mark.parametrize(
    ("blocks", "word"),
    [
        ("[coic]\nweight = -1.0", "coic.weight"),
        ("[coic]\nstart_step = 6", "coic.start_step"),
        ("[coic]\ncode_size = 0", "coic.code_size"),
        ("[coic]\nencoder_width = 12", "coic.encoder_width"),
        ("[coic]\nmomentum = 1.0", "coic.momentum"),
        ("[coic]\ntemperature = 0.0", "coic.temperature"),
        ("[coic]\nnegatives = 99", "coic.negatives"),
        ("[coic]\nkinds = -1.0", "coic.kinds"),
        ("[coic]\nreal_share = 1.0", "coic.real_share"),
        ("[coic]\nreal_share = 0.2\nlabels = true", "neither coic.labels nor dil"),
        ('[coic]\nreal_share = 0.2\n[dil]\ntypes = ["narrow", "heavy"]', "neither coic.labels nor dil"),
    ],
)
def test_what_cannot_be_is_said(photos: Path, blocks: str, word: str) -> None:
    assert any(word in sentence for sentence in problems(plan_of(photos, blocks)))


def test_what_cannot_be_with_the_rest_is_said(photos: Path) -> None:
    plan = plan_of(photos, COIC)
    assert any("at least 2" in s for s in problems(replace(plan, train=replace(plan.train, batch=1))))
    bare = replace(plan_of(photos, f"{COIC}\nreal_share = 0.2"), data=replace(plan.data, rainy=""))
    assert any("data.rainy" in sentence for sentence in problems(bare))
    told = plan_of(photos, f"{COIC}\nlabels = true")
    assert any("two kinds" in s for s in problems(replace(told, rain=replace(told.rain, profiles=("narrow",)))))


def test_the_table_is_what_it_says(photos: Path) -> None:
    cells = table.cells(str(photos / "clean"))
    names = [cell.name for cell in cells]
    assert len(set(names)) == len(names) == 14
    for cell in cells:
        assert problems(cell.recipe) == [], cell.name
    finetuned = [cell for cell in cells if cell.after]
    assert {cell.samples for cell in finetuned} == {table.STEPS * table.BATCH}
    assert {cell.after for cell in finetuned} == {table.START}
    seeds = {name: sum(n.startswith(f"{name}-seed") for n in names) for name in table.METHODS}
    assert set(seeds.values()) == {2}
    elsewhere = table.cells("/elsewhere/clean")
    assert [cell.recipe_hash for cell in cells] == [cell.recipe_hash for cell in elsewhere]
    assert len({cell.recipe_hash for cell in cells}) == len(cells)


def test_a_cell_of_the_table_is_filled_and_told(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (*(Rows(name, (name,), "kodak") for name in table.SETS), *table.ROWS[-2:])

    def cells(clean: str) -> list[Cell]:
        small = plan_of(photos, "", steps=2)
        small = replace(small, data=replace(small.data, rainy=""), rain=replace(small.rain, profiles=table.SETS))
        told = recipe.Coic(code_size=8, encoder_width=8, labels=True)
        seen = recipe.Coic(code_size=8, encoder_width=8)
        blocks = {"mixed-seed1": None, "labels-seed1": told, "coic-seed1": seen}
        return [Cell(name, replace(small, coic=block), rows) for name, block in blocks.items()]

    small = replace(table.TABLE, cells=cells)
    fill.fill(small, str(photos / "clean"), tmp_path / "results", tmp_path / "runs", NoWatch(), lambda kind, sentence: None)
    found = fill.results_of(small, tmp_path / "results", cells(""))
    assert list(found) == ["mixed-seed1", "labels-seed1", "coic-seed1"]
    words = small.told(found).splitlines()
    assert len(words) == 2 + 3 + 1
    assert words[-1].startswith("| doing nothing |")
    assert json.loads((tmp_path / "results/coic/coic-seed1.json").read_text())["scores"]["real streaks"]["streaks_removed"]
    nothing = next(iter(found.values())).identity
    assert mean(nothing["real streaks"]["streaks_removed"]) == 0


def test_a_net_that_is_told_sets_is_scored_with_their_labels(photos: Path, tmp_path: Path) -> None:
    trainer = throwaway.trainer_for(plan_of(photos, f"{COIC}\nlabels = true"), tmp_path)
    weights_at(trainer, (2,))
    net = trainer.averaged_net()
    found = encoded(net)
    assert found is not None
    with torch.no_grad():
        for modulator in found.net.modulators.parameters():
            modulator.add_(torch.randn_like(modulator))
    rows = Rows("heavy", ("heavy",), "kodak")
    clean = scoring.cleans(rows, photos / "dev", [])
    told = scoring.score(net, rows, clean, ("heavy", "narrow"))
    assert told != scoring.score(net, rows, clean, ("narrow", "heavy"))
    assert scoring.score(net, rows, clean) != told


def test_a_result_of_real_rain_is_that_of_the_measures(photos: Path) -> None:
    nothing = real_scoring.score(None, photos / "dev", Rows("r", (), "real_photos:even", kind="real"))["fine_removed"]
    assert len(nothing) == 3
    assert all(value is None or abs(value) < 1e-6 for value in nothing)


def test_the_encoder_of_a_run_is_made_into_what_relate_ships(photos: Path, tmp_path: Path) -> None:
    plan = plan_of(photos, f"{COIC}\nkinds = 1.0")
    trainer = throwaway.trainer_for(plan, tmp_path / "run")
    trainer.run(NoWatch())
    (tmp_path / "run" / "recipe.toml").write_text(plan.to_toml())
    out = tmp_path / "relate"
    assert making.main([str(tmp_path / "run"), "--clean", str(photos / "clean"), "--out", str(out)]) == 0
    known = knowledge(out)
    assert set(known.kinds) == {"dry", "narrow", "heavy"}
    weights = trainer.averaged_net().state_dict()
    torch.testing.assert_close(known.encoder.stem.weight, weights["encoder.stem.weight"], atol=1e-3, rtol=1e-2)
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "recipe.toml").write_text(plan_of(photos, "").to_toml())
    assert making.main([str(plain), "--clean", str(photos / "clean"), "--out", str(out)]) == 2
