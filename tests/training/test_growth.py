"""A larger net that begins with the weights of a smaller one is the same function until it learns."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from rainapp.base.errors import BadRecipe
from rainapp.nets import registry
from training.loop.net2net import grown
from training.loop.trainer import start

SHAPE = {"width": 4, "encoder": [1], "middle": 1, "decoder": [1], "conditional": True}


def test_a_net_grown_inside_does_what_the_small_one_did(tiny_weights: Path) -> None:
    torch.manual_seed(2)
    small, large = registry.build("unshuffle_naf", **SHAPE), registry.build("unshuffle_naf", **SHAPE, inside=3)
    for net in (small, large):
        start(net, str(tiny_weights))
    rainy, clear = torch.rand(2, 3, 24, 32), torch.tensor([0.0, 1.0])
    torch.testing.assert_close(large(rainy, clear), small(rainy, clear), atol=1e-6, rtol=1e-5)


def test_what_was_grown_can_learn(tiny_weights: Path) -> None:
    torch.manual_seed(2)
    net = registry.build("unshuffle_naf", **SHAPE, inside=2)
    start(net, str(tiny_weights))
    net(torch.rand(1, 3, 24, 32), torch.zeros(1)).square().mean().backward()
    project = net.get_parameter("middle.blocks.0.project1.weight")
    assert project.grad is not None
    assert project[:, 8:].eq(0).all()
    assert project.grad[:, 8:].abs().amin(0).gt(0).all(), "every new channel gets a say with the first step"


def test_weights_that_fit_stay_as_they_are(tiny_weights: Path) -> None:
    weights = load_file(tiny_weights)
    same = grown(weights, registry.build("unshuffle_naf", **SHAPE))
    assert all(torch.equal(same[name], value.float()) for name, value in weights.items())


@pytest.mark.parametrize("change", [{"width": 6, "inside": 2}, {"middle": 2, "inside": 2}])
def test_other_differences_are_refused(tiny_weights: Path, change: dict[str, int]) -> None:
    with pytest.raises(BadRecipe, match="do not fit"):
        start(registry.build("unshuffle_naf", **SHAPE | change), str(tiny_weights))
