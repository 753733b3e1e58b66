"""CoI-M: any net takes an instance code, begins as it was, and stays one function in tiles, batches and engines."""

import warnings
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rainapp.base.privacy import silence_reporters
from rainapp.nets import registry
from rainapp.nets.coim import Modulated, ModulatedConv2d, Modulator, Ready, wrap
from rainapp.nets.unshuffle_naf import UnshuffleNaf
from tests.test_nets import SMALL

CODE = 6


def lively(arch: str = "unshuffle_naf", **more: Any) -> nn.Module:
    """An untrained net that changes a picture."""
    torch.manual_seed(3)
    net = registry.build(arch, **SMALL[arch] | more)
    for parameter in net.parameters():
        parameter.data.add_(0.05 * torch.randn_like(parameter))
    return net.eval().requires_grad_(False)


def modulated(arch: str = "unshuffle_naf", **more: Any) -> Modulated:
    """The same, wrapped, with modulators that have learned something."""
    made = wrap(lively(arch, **more), CODE).requires_grad_(False)
    torch.manual_seed(8)
    for parameter in made.modulators.parameters():
        parameter.add_(0.7 * torch.randn_like(parameter))
    return made


def codes(count: int, seed: int = 0, size: int = CODE) -> Tensor:
    return F.normalize(torch.randn(count, size, generator=torch.Generator().manual_seed(seed)), dim=1)


@pytest.mark.parametrize("arch", sorted(SMALL))
def test_a_net_stays_what_it_was_when_modulation_is_switched_on(arch: str) -> None:
    net = lively(arch)
    rainy = torch.rand(2, 3, 24, 16)
    before = net(rainy)
    names = set(net.state_dict())
    wrapped = wrap(net, CODE)
    assert {name.removeprefix("net.") for name in wrapped.state_dict() if name.startswith("net.")} == names
    torch.testing.assert_close(wrapped(rainy), before)
    torch.testing.assert_close(wrapped(rainy, code=codes(2)), before, atol=1e-3, rtol=0)


@pytest.mark.parametrize("arch", sorted(SMALL))
def test_pictures_of_a_batch_have_kernels_of_their_own(arch: str) -> None:
    net = modulated(arch)
    rainy = torch.rand(3, 3, 16, 24)
    told = codes(3)
    together = net(rainy, code=told)
    one_by_one = torch.cat([net(rainy[n : n + 1], code=told[n : n + 1]) for n in range(3)])
    torch.testing.assert_close(together, one_by_one, atol=2e-5, rtol=1e-4)
    torch.testing.assert_close(net(rainy, code=told[:1]), net(rainy, code=told[:1].expand(3, -1)), atol=2e-5, rtol=1e-4)
    assert (together[0] - net(rainy, code=told.flip(0))[0]).abs().max() > 1e-4, "the code says nothing"
    assert (together - net(rainy)).abs().max() > 1e-4


@pytest.mark.parametrize(("groups", "stride", "bias"), [(1, 1, True), (1, 2, False), (4, 1, True), (2, 1, True)])
def test_one_grouped_convolution_equals_a_loop(groups: int, stride: int, bias: bool) -> None:
    torch.manual_seed(1)
    layer = nn.Conv2d(4, 8, 3, stride=stride, padding=1, groups=groups, bias=bias).requires_grad_(False)
    attention = 2 * torch.rand(3, *layer.weight.shape)
    x = torch.rand(3, 4, 10, 12)
    ready = Ready()
    ready.by_path["it"] = attention
    loop = [F.conv2d(x[n : n + 1], layer.weight * attention[n], layer.bias, stride, 1, groups=groups) for n in range(len(x))]
    torch.testing.assert_close(ModulatedConv2d(layer, ready, "it")(x), torch.cat(loop), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(ModulatedConv2d(layer, Ready(), "it")(x), layer(x))


@pytest.mark.parametrize("groups", [1, 8])
def test_attention_follows_its_formula(groups: int) -> None:
    torch.manual_seed(1)
    layer = nn.Conv2d(8, 16, 3, groups=groups)
    made = Modulator(CODE, layer).requires_grad_(False)
    for parameter in made.parameters():
        parameter.normal_()
    z = codes(2)
    h = made.mlp(z)
    inputs = 8 // groups
    for n in range(2):
        a, b, c = h[n, :16], h[n, 16 : 16 + inputs], h[n, 16 + inputs :]
        for o, i in ((0, 0), (15, inputs - 1)):
            wanted = 9 * torch.softmax(torch.sigmoid(a[o] + b[i]) * c, 0)
            torch.testing.assert_close(made(z)[n, o, i].flatten(), wanted)
    assert made(z).shape == (2, *layer.weight.shape)
    cold = made.temperature(z)
    made.mlp[4].get_parameter("weight")[-9:] *= 0.01
    made.mlp[4].get_parameter("bias")[-9:] *= 0.01
    assert (made.temperature(z) > cold + 2).all(), "what ignores the code is hot"


def test_which_layers_are_modulated() -> None:
    naf = wrap(lively(), CODE)
    assert all(place.path.endswith(".depthwise") for place in naf.places)
    assert len(naf.places) == sum(name.endswith("depthwise") for name, _ in naf.net.named_modules())
    assert {place.path for place in wrap(lively("prenet_r"), CODE).places} >= {"conv0.0", "conv_i.0", "res_conv1.2", "conv.0"}
    with pytest.raises(ValueError, match="not modulated yet"):
        wrap(naf, CODE)
    with pytest.raises(ValueError, match="no 3x3"):
        wrap(nn.Conv2d(3, 3, 1), CODE)


def test_net_and_modulators_learn() -> None:
    net = wrap(lively().requires_grad_(True), CODE)
    rainy, told = torch.rand(2, 3, 16, 16), codes(2).requires_grad_(True)
    for step in range(2):  # in the first, the last layer of a modulator hides those before it
        net.zero_grad()
        net(rainy, torch.ones(2), told).square().mean().backward()
        with torch.no_grad():
            for parameter in net.modulators.parameters():
                assert parameter.grad is not None
                parameter.sub_(5 * torch.sign(parameter.grad) * 0.05)
        assert step or told.grad is not None
    for part in (net.net, net.modulators):
        assert (
            sum(float(p.grad.abs().sum()) > 0 for p in part.parameters() if p.grad is not None)
            > len(list(part.parameters())) / 2
        )
    assert told.grad is not None
    assert told.grad.abs().max() > 0, "the encoder hears of the error"


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_folded_form_is_the_same_function(mirrored: bool) -> None:
    net = modulated(encoder=[1, 2], decoder=[1, 1], mirrored=mirrored)
    rainy, clear, told = torch.rand(2, 3, 40, 56), torch.tensor([0.0, 1.0]), codes(2, size=CODE * (1 + mirrored))
    before = net(rainy, clear, told)
    fast = registry.for_inference(net)
    torch.testing.assert_close(fast(rainy, clear, told), before, atol=2e-4, rtol=1e-3)
    torch.testing.assert_close(fast(rainy, clear), net(rainy, clear), atol=2e-4, rtol=1e-3)
    torch.testing.assert_close(net(rainy, clear, told), before, atol=0, rtol=0)


def test_the_mirrored_pass_takes_the_code_of_the_mirrored_picture() -> None:
    both, plain = modulated(mirrored=True), modulated()
    rainy = torch.rand(1, 3, 24, 32)
    here, there = codes(2)[:1], codes(2)[1:]
    wanted = (plain(rainy, code=here) + plain(rainy.flip(-1), code=there).flip(-1)) / 2
    torch.testing.assert_close(both(rainy, code=torch.cat([here, there], 1)), wanted, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("arch", ["unshuffle_naf", "prenet_r"])
def test_a_tile_is_what_it_is_in_the_whole_picture(arch: str) -> None:
    net = modulated(arch).double()
    rainy, told = torch.rand(1, 3, 32, 256, dtype=torch.float64), codes(1).double()
    whole, tile = net(rainy, code=told), net(rainy[..., 64:], code=told)
    torch.testing.assert_close(tile[..., 96:], whole[..., 160:], atol=1e-9, rtol=1e-7)


@pytest.mark.parametrize("arch", ["unshuffle_naf", "prenet_r"])
def test_openvino_takes_the_code_as_an_input(arch: str) -> None:
    net = modulated(arch)
    if isinstance(net.net, UnshuffleNaf):
        net.net.channels_last = False
    clear = torch.ones(1)
    run = translated(registry.for_inference(net), clear)
    for size, seed in (((1, 3, 32, 48), 1), ((1, 3, 64, 32), 2), ((2, 3, 16, 40), 3)):
        rainy, told = torch.rand(*size), codes(1, seed)
        wanted = net(rainy, clear.expand(size[0]), told)
        np.testing.assert_allclose(run([rainy.numpy(), told.numpy()])[0], wanted.numpy(), atol=2e-5)


def test_torch_exports_it_with_the_code_as_an_input() -> None:
    net = modulated()
    given = torch.rand(1, 3, 32, 48), torch.ones(1), codes(1)
    exported = torch.export.export(net, given).module()
    other = torch.rand(1, 3, 32, 48), torch.ones(1), codes(1, 5)
    wanted = modulated()(*other)
    for kind in (exported, net):  # the net itself is whole after it
        torch.testing.assert_close(kind(*other), wanted, atol=1e-5, rtol=1e-4)


def translated(net: nn.Module, clear: Tensor) -> Any:
    """The net as OpenVINO compiles it, for any size; it takes pictures and a code."""
    silence_reporters()
    from openvino import Core
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    class Bound(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, rainy: Tensor, code: Tensor) -> Any:
            return self.net(rainy, clear, code)

    example = (torch.zeros(1, 3, 32, 32), torch.zeros(1, CODE))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the padding branch
        traced = torch.jit.trace(Bound(), example, check_trace=False)  # type: ignore[no-untyped-call]
    frontend = FrontEndManager().load_by_framework("pytorch")
    decoder = TorchScriptPythonDecoder(traced, example_input=example)  # must outlive the translation
    made = frontend.convert(frontend.load(decoder))
    made.reshape({made.inputs[0]: [-1, 3, -1, -1], made.inputs[1]: [1, CODE]})
    return Core().compile_model(made, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
