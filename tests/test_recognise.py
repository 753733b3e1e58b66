"""Foreign weights: which net they belong to is told from names and shapes."""

from typing import Any

import pytest
import torch

from rainapp.library.recognise import common_prefix, looks_like, naf_receptive_px, recognise
from rainapp.nets import foreign_weights, registry
from tests.foreign_files import FAMILY, NAF, shapes_of, state_of


@pytest.mark.parametrize("arch", [*FAMILY, "unshuffle_naf"])
def test_each_net_of_ours_is_recognised_with_its_shape(arch: str) -> None:
    state = state_of(arch)
    found = recognise(shapes_of(state))
    assert found is not None
    assert found.arch == arch
    assert shapes_of(dict(registry.build(found.arch, **found.shape).state_dict())) == shapes_of(state)


@pytest.mark.parametrize(
    "shape", [NAF, NAF | {"inside": 2}, NAF | {"conditional": False}, {"width": 2, "encoder": [3], "middle": 2, "decoder": [1]}]
)
def test_the_shape_of_the_fast_net_is_read_off_its_weights(shape: dict[str, Any]) -> None:
    found = recognise(shapes_of(dict(registry.build("unshuffle_naf", **shape).state_dict())))
    assert found is not None
    assert found.shape == {"conditional": True} | shape
    assert found.conditional == found.shape["conditional"]


def test_one_tensor_too_many_or_too_few_is_another_net() -> None:
    shapes = shapes_of(state_of("prenet"))
    assert recognise(shapes | {"extra.weight": (1,)}) is None
    shapes.pop("conv_g.0.bias")
    assert recognise(shapes) is None


def test_a_pixel_sees_no_further_than_the_card_says() -> None:
    torch.manual_seed(0)
    net = registry.build("unshuffle_naf", width=2, encoder=[1, 1], middle=1, decoder=[1, 1], conditional=False)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.normal_(std=0.5)
    reach = naf_receptive_px([1, 1], 1, [1, 1])
    rainy = torch.rand(1, 3, 8, 256, dtype=torch.float64)
    touched = rainy.clone()
    touched[..., 128] += 1
    with torch.inference_mode():
        changed = (net.double()(rainy) - net(touched)).abs().amax((0, 1, 2)).gt(1e-12).nonzero().flatten()
    assert 128 - changed.min() <= reach
    assert changed.max() - 128 <= reach
    assert reach <= 2 * (changed.max() - 128)  # a bound so loose that it says nothing would fail here


@pytest.mark.parametrize(
    ("names", "guess"),
    [
        (["intro.weight", "ending.weight", "encoders.0.0.beta"], "NAFNet"),
        (["patch_embed.proj.weight", "encoder_level1.0.attn.temperature"], "Restormer"),
        (["proxNet_B_S1.layer1.weight", "proxNet_M0.x"], "a variant of RCDNet"),
        (["something.weight"], None),
    ],
)
def test_a_known_net_that_we_cannot_run_is_named(names: list[str], guess: str | None) -> None:
    assert looks_like(names) == guess


@pytest.mark.parametrize("prefix", ["", "module.", "model.", "module.net.", "_orig_mod.module."])
def test_common_prefixes_are_found(prefix: str) -> None:
    assert common_prefix([f"{prefix}conv0.0.weight", f"{prefix}conv.0.bias"]) == prefix


@pytest.mark.parametrize("wrapper", ["state_dict", "params", "params_ema", "model", "model.state_dict"])
def test_wrappers_are_taken_off(wrapper: str) -> None:
    state = {"conv.weight": torch.ones(2)}
    loaded: dict[str, Any] = {f"module.{name}": tensor for name, tensor in state.items()}
    for key in reversed(wrapper.split(".")):
        loaded = {key: loaded, "epoch": 3}
    assert foreign_weights.unwrap(loaded).keys() == state.keys()


def test_averaged_weights_are_preferred() -> None:
    loaded = {"params": {"w": torch.zeros(1)}, "params_ema": {"w": torch.ones(1)}}
    assert foreign_weights.unwrap(loaded)["w"] == 1


@pytest.mark.parametrize("loaded", [None, 3, [torch.ones(1)], {"epoch": 3}, {"state_dict": {}}])
def test_what_holds_no_tensors_by_name_has_no_weights(loaded: object) -> None:
    assert foreign_weights.unwrap(loaded) == {}
