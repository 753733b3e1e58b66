"""Every strategy, alone and together: resumed runs are exact, gradients are those of the formulas, picks are what they say."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from rainapp.base.errors import BadRecipe, Cancelled
from rainapp.inference.engines import Model, Variant, make
from rainapp.jobs.records import NoWatch
from rainapp.library.cards import read_card
from rainapp.library.model_library import WEIGHTS
from rainapp.nets import registry
from tests.training import throwaway
from training import publish, recipe
from training.contracts import Batch, Loss, Output, Pick, Run, Task
from training.loop import checkpoint
from training.recipe_checks import problems
from training.strategies.balance import Evenly
from training.strategies.dil import Dil

STEPS = 6
DIL = 'types = ["narrow", "heavy", "fu:screen"]\ninner_lr = 1e-3'
COIC = "[coic]\ncode_size = 8\nencoder_width = 8\nmomentum = 0.9"
PLANS = {
    "plain": ("", ()),
    "balance": ("[balance]\nbackgrounds = 2\npatch_px = 48", ()),
    "dil sf": (f'[dil]\nvariant = "sf"\n{DIL}', ()),
    "dil pf": (f'[dil]\nvariant = "pf"\n{DIL}\nsteps = 2\ninner = "sgd"', ()),
    "dil ss": (f'[dil]\nvariant = "ss"\n{DIL}', ()),
    "dil ss chain": (f'[dil]\nvariant = "ss"\n{DIL}\nchain = true', ()),
    "dil ps": (f'[dil]\nvariant = "ps"\n{DIL}', ()),
    "dil erm": (f'[dil]\nvariant = "erm"\n{DIL}', ()),
    "balance, dil sf": (f'[balance]\nbackgrounds = 2\npatch_px = 48\n[dil]\nvariant = "sf"\n{DIL}', ()),
    "coic": (COIC, ()),
    "coic, second stage": (f"{COIC}\nstart_step = 2", ()),
    "coic, labels": (f"{COIC}\nlabels = true", ()),
    "coic, begun late": (f"{COIC}\nstart_step = 4\nweight = 0.1", ()),
    "balance, coic": (f"[balance]\nbackgrounds = 2\npatch_px = 48\n{COIC}", ()),
    "dil sf, coic": (f'[dil]\nvariant = "sf"\n{DIL}\n{COIC}\nstart_step = 2', ()),
    "dil ps, coic": (f'[dil]\nvariant = "ps"\n{DIL}\n{COIC}', ()),
    "balance, dil sf, coic": (f'[balance]\nbackgrounds = 2\npatch_px = 48\n[dil]\nvariant = "sf"\n{DIL}\n{COIC}', ()),
    "few pairs": ("[transfer]\npairs = 3", ()),
    "recognise": ("[tasks]\nrecognise = 0.5\nunblur = 0.5", ()),
    "transfer": ("[transfer]\nteachers = ['{t1}', '{t2}']\npairs = 3\nrehearsal = 0.5", ()),
    "transfer, balance": ("[transfer]\nteachers = ['{t2}']\nrehearsal = 0.5\n[balance]\nbackgrounds = 2\npatch_px = 48", ()),
    "tint": ("", ("tint",)),
    "twice": ("", ("twice",)),
    "tint, twice": ("", ("tint", "twice")),
    "balance, tint": ("[balance]\nbackgrounds = 2\npatch_px = 48", ("tint",)),
    "balance, twice": ("[balance]\nbackgrounds = 2\npatch_px = 48", ("twice",)),
    "dil sf, tint": (f'[dil]\nvariant = "sf"\n{DIL}', ("tint",)),
    "dil ps, tint": (f'[dil]\nvariant = "ps"\n{DIL}', ("tint",)),
}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    for index in range(3):
        cv2.imwrite(str(folder / f"{index}.png"), throwaway.picture(index, 2))
    return folder


@pytest.fixture(scope="module")
def teachers(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Short runs of the connected tasks."""
    found = {}
    for name, task in (("t1", "recognise"), ("t2", "unblur")):
        plan = replace(plan_of(photos, ""), task=task)
        folder = tmp_path_factory.mktemp(name)
        throwaway.trainer_for(plan, folder).run(NoWatch())
        (folder / "recipe.toml").write_text(plan.to_toml())
        found[name] = str(folder)
    return found


def plan_of(photos: Path, blocks: str) -> recipe.Recipe:
    return recipe.from_toml(f"""
[net]
width = 4
encoder = [1]
middle = 1
decoder = [1]
[data]
clean = '{photos}'
rainy = '{photos}'
[rain]
profiles = ["narrow", "heavy"]
[train]
steps = {STEPS}
batch = 2
crop_px = 32
lr = 1e-3
{blocks}
""")


class StopAt:
    """Cancels at the given tick."""

    def __init__(self, tick: int) -> None:
        self.left = tick

    def tick(self, done: int, total: int, **facts: float) -> None:
        self.left -= 1
        if not self.left:
            raise Cancelled


@pytest.fixture(scope="module")
def ended(photos: Path, teachers: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every plan run whole, and stopped half-way and gone on with in a fresh process."""
    throwaway.register()
    root = tmp_path_factory.mktemp("runs")
    halves = []
    for name, (blocks, extra) in PLANS.items():
        for each, folder in teachers.items():
            blocks = blocks.replace(f"{{{each}}}", folder)
        plan = plan_of(photos, blocks)
        assert problems(plan) == [], name
        throwaway.trainer_for(plan, root / "whole" / name, extra).run(NoWatch())
        half = root / "half" / name
        with pytest.raises(Cancelled):
            throwaway.trainer_for(plan, half, extra).run(StopAt(3))
        (half / "recipe.toml").write_text(plan.to_toml())
        (half / "extra.txt").write_text(",".join(extra))
        halves.append(str(half))
    script = "import sys; from tests.training import throwaway; throwaway.go_on(sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", script, *halves], timeout=300, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return root


@pytest.mark.parametrize("name", PLANS)
def test_six_steps_equal_three_and_three_in_a_fresh_process(name: str, ended: Path) -> None:
    whole, half = (checkpoint.load(ended / kind / name / "checkpoint.pt") for kind in ("whole", "half"))
    assert whole.step == half.step == STEPS
    assert whole.unsteady == half.unsteady == 0
    for state in ("net", "average"):
        one, other = getattr(whole, state), getattr(half, state)
        assert one.keys() == other.keys()
        assert all(torch.equal(value, other[key]) for key, value in one.items()), state
    assert repr(whole.strategies) == repr(half.strategies)


def test_methods_that_differ_learn_something_else(ended: Path) -> None:
    weights = {name: checkpoint.load(ended / "whole" / name / "checkpoint.pt").net for name in PLANS if "tint" not in name}
    flat = {name: torch.cat([value.flatten() for value in net.values()]) for name, net in weights.items()}
    names = list(flat)
    same = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if torch.equal(flat[a], flat[b])]
    assert same == []


def test_two_gradients_cannot_go_together(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(BadRecipe, match="dil and twice"):
        throwaway.trainer_for(plan_of(photos, f"[dil]\n{DIL}"), tmp_path, ("twice",))


def test_a_wrapped_net_is_published_and_derains_through_openvino_with_its_condition(
    ended: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "strategies_of", lambda _plan: [throwaway.Tint()])
    run = ended / "half" / "tint"
    state = checkpoint.load(run / "checkpoint.pt")
    assert state.average["calls"] == state.net["calls"] == STEPS, "a counter is taken as it is"
    publish.publish(run, "tinted", tmp_path, publish.Label())
    card, notes = read_card(tmp_path / "tinted")
    assert notes == []
    assert card.around == {"tinted": {"strength": 0.2}}
    assert [str(each) for each in card.takes] == ["clear", "tint:3"]
    net = registry.load(card, tmp_path / "tinted" / WEIGHTS)
    model = Model(lambda: net, card.sha256, card.multiple_of_px, card.takes, card.arch)
    torch_engine, openvino = (make(model, Variant(name, "cpu", "fp32")) for name in ("torch", "openvino"))  # type: ignore[arg-type]
    tiles = np.random.default_rng(1).random((1, 3, 64, 48), np.float32)
    tint = {"tint": np.array([1.0, -1.0, 0.5], np.float32), "clear": np.float32(1)}
    expected = torch_engine(tiles, tint)
    assert np.abs(openvino(tiles, tint) - expected).max() < 1e-4
    assert np.abs(openvino(tiles) - torch_engine(tiles)).max() < 1e-4
    assert np.abs(expected - torch_engine(tiles)).max() > 1e-3, "it makes a difference"
    pixels = (tiles[0].transpose(1, 2, 0) * 255).round().astype(np.uint8)
    assert np.abs(openvino.render(pixels, None, tint) - torch_engine.render(pixels, None, tint)).max() < 1e-4


def test_balanced_picks_are_even_over_backgrounds_and_kinds() -> None:
    choose = Evenly(Pick, 5, ("narrow", "heavy", "fu"), seed=3)
    picks = [choose(place) for place in range(10_000)]
    counts = Counter((pick.source, pick.domains) for pick in picks)
    assert len(counts) == 15
    expected = len(picks) / 15
    chi_square = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi_square < 36.1, "14 degrees of freedom: one in a thousand is above"
    assert picks[7] == choose(7)
    assert [pick.seed for pick in picks[:3]] == [0, 1, 2]


class Quadratic(Task):
    """A net of two numbers whose error is known by hand: the domain says which target."""

    name = "derain"

    def loss(self, run: Run, out: Output, batch: Batch) -> Loss:
        rows = (out.image - batch.target).square().mean((1, 2, 3))  # type: ignore[operator]
        return Loss(rows.mean(), {"error": rows.mean()}, rows)


class Tiny(nn.Module):
    """Two layers, twice differentiable."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(4)
        self.one, self.two = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 3, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.two(torch.tanh(self.one(image)))
        return made


def tiny_run(variant: str, **more: object) -> tuple[Dil, Run, Batch]:
    block = recipe.Dil(variant, 0.05, ("narrow", "heavy"), **more)  # type: ignore[arg-type]
    strategy = Dil(recipe.Recipe(dil=block))
    run = Run(Tiny().double(), {"derain": Quadratic()}, [])
    rng = torch.Generator().manual_seed(1)
    image = torch.rand(8, 3, 4, 4, generator=rng, dtype=torch.float64)
    crop = torch.arange(4).repeat_interleave(2)
    batch = Batch(image, image.flip(0), torch.tensor([0, 1] * 4), crop, torch.ones(8, dtype=torch.bool), crop, task="derain")
    return strategy, run, batch


def gradient_of(strategy: Dil, run: Run, batch: Batch) -> torch.Tensor:
    run.net.zero_grad()
    assert strategy.gradient is not None
    strategy.gradient(run, batch)
    return torch.cat([p.grad.flatten() for p in run.net.parameters() if p.grad is not None])


def loss_at(net: nn.Module, batch: Batch, rows: torch.Tensor) -> torch.Tensor:
    return (net(batch.image[rows]) - batch.target[rows]).square().mean((1, 2, 3)).mean()  # type: ignore[index]


def outer_loss(variant: str, chain: bool, net: nn.Module, batch: Batch) -> float:
    """The loss that second-order variants lower, by hand: virtual steps written out."""
    inner, outer = batch.crop % 2 == 0, batch.crop % 2 == 1
    types = [inner & (batch.domain == i) for i in (0, 1)] if variant == "ss" else [inner]
    start = [p.detach().clone() for p in net.parameters()]
    losses = []
    for rows in types:
        if not chain:
            restore(net, start)
        slopes = torch.autograd.grad(loss_at(net, batch, rows), list(net.parameters()))
        with torch.no_grad():
            for parameter, slope in zip(net.parameters(), slopes, strict=True):
                parameter -= 0.05 * slope
        losses.append(float(loss_at(net, batch, outer).detach()))
    restore(net, start)
    return sum(losses) / len(losses)


def restore(net: nn.Module, values: list[torch.Tensor]) -> None:
    with torch.no_grad():
        for parameter, value in zip(net.parameters(), values, strict=True):
            parameter.copy_(value)


@pytest.mark.parametrize(("variant", "chain"), [("ss", False), ("ss", True), ("ps", False)])
def test_second_order_gradients_are_those_of_finite_differences(variant: str, chain: bool) -> None:
    strategy, run, batch = tiny_run(variant, chain=chain)
    found = gradient_of(strategy, run, batch)
    expected = []
    for parameter in run.net.parameters():
        for index in range(parameter.numel()):
            sides = []
            for move in (1e-5, -1e-5):
                with torch.no_grad():
                    parameter.view(-1)[index] += move
                sides.append(outer_loss(variant, chain, run.net, batch))
                with torch.no_grad():
                    parameter.view(-1)[index] -= move
            expected.append((sides[0] - sides[1]) / 2e-5)
    assert torch.allclose(found, torch.tensor(expected, dtype=torch.float64), atol=1e-7, rtol=1e-5)
    first = outer_loss(variant, chain, run.net, batch)
    assert first == outer_loss(variant, chain, run.net, batch), "the walk by hand left the weights as they were"


@pytest.mark.parametrize("inner", ["adam", "sgd"])
def test_the_serial_first_order_walk_is_that_of_the_released_scheme(inner: str) -> None:
    strategy, run, batch = tiny_run("sf", inner=inner)
    walker = Tiny().double()
    optimiser = (
        torch.optim.Adam(walker.parameters(), 0.05, betas=(0.0, 0.999))
        if inner == "adam"
        else torch.optim.SGD(walker.parameters(), 0.05)
    )
    for step in (0, 1):  # the state of the inner optimiser stays between outer steps
        run.step = step
        found = gradient_of(strategy, run, batch)
        restore(walker, [p.detach().clone() for p in run.net.parameters()])
        for place in np.random.default_rng([strategy.seed, 29, step]).permutation(2):
            optimiser.zero_grad()
            loss_at(walker, batch, batch.domain == int(place)).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        pairs = zip(run.net.parameters(), walker.parameters(), strict=True)
        expected = torch.cat([(theta - phi).detach().flatten() for theta, phi in pairs])
        assert torch.allclose(found, expected, atol=1e-9)


def test_one_parallel_inner_step_is_ordinary_training_and_refused(photos: Path) -> None:
    strategy, run, batch = tiny_run("pf", steps=1, inner="sgd")
    found = gradient_of(strategy, run, batch)
    slopes = torch.autograd.grad(loss_at(run.net, batch, batch.domain >= 0), list(run.net.parameters()))
    ordinary = torch.cat([slope.flatten() for slope in slopes])
    assert torch.allclose(found, 0.05 * ordinary), "the trap: nothing but the ordinary gradient"
    sentences = problems(plan_of(photos, '[dil]\nvariant = "pf"\nsteps = 1\ntypes = ["narrow", "heavy"]'))
    assert any("ordinary training" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("blocks", "word"),
    [
        ('[dil]\ntypes = ["narrow"]', "at least two types"),
        ('[dil]\ntypes = ["narrow", "narrow:additive"]', "at least two types"),
        ('[dil]\ntypes = ["narrow", "monsoon"]', "held out"),
        ('[dil]\ntypes = ["narrow", "sleet"]', "unknown"),
        ('[dil]\ntypes = ["narrow", "heavy:multiply"]', "never drawn"),
        ('[dil]\ntypes = ["narrow", "balanced"]', "mixes several"),
        ('[dil]\nvariant = "tt"', "dil.variant"),
        ("[dil]\ninner_lr = 0.0", "inner_lr"),
        ("[dil]\nchain = true", "chain"),
        ('[dil]\ninner = "lion"', "dil.inner"),
        ("[balance]\nbackgrounds = 0", "balance.backgrounds"),
        ("[balance]\npatch_px = 8", "patch_px"),
        ('[balance]\norder = "odd"', "balance.order"),
    ],
)
def test_what_cannot_be_is_said_before_anything_runs(photos: Path, blocks: str, word: str) -> None:
    assert any(word in sentence for sentence in problems(plan_of(photos, blocks)))


def test_more_backgrounds_than_there_are_is_a_sentence(photos: Path, tmp_path: Path) -> None:
    from training.tasks.table import derain

    plan = plan_of(photos, "[balance]\nbackgrounds = 80\npatch_px = 48")
    with pytest.raises(BadRecipe, match="asks for 80 backgrounds and there are 48 squares of 48 px"):
        derain(plan, tmp_path, lambda kind, sentence: None)


def test_second_order_needs_other_crops(photos: Path) -> None:
    plan = plan_of(photos, f'[dil]\nvariant = "ss"\n{DIL}')
    plan = replace(plan, train=replace(plan.train, batch=1))
    assert any("other crops" in sentence for sentence in problems(plan))
