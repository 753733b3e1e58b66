"""The windowed transformer: its formulas, how far it sees, tiles, engines, modulation and learning."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from rainapp.inference.derainer import TiledNet
from rainapp.inference.engines import Model, Variant, make
from rainapp.library.recognise import recognise
from rainapp.nets import registry
from rainapp.nets.coim import wrap
from rainapp.nets.window_former import WindowAttention, WindowFormer, relative_positions
from tests.foreign_files import shapes_of
from tests.test_derain import derain, smooth
from tests.test_engines import CLEAR

SMALL = {"width": 4, "before": 1, "middle": 2, "after": 1, "head_size": 2, "window": 4}


def lively(**more: int) -> WindowFormer:
    """An untrained net whose every layer speaks."""
    torch.manual_seed(3)
    net = WindowFormer(**SMALL | more).eval().requires_grad_(False)
    for parameter in net.parameters():
        parameter.add_(0.2 * torch.randn_like(parameter))
    return net


def test_it_is_as_large_as_it_says() -> None:
    net = registry.build("window_former")
    assert 0.3e6 < sum(parameter.numel() for parameter in net.parameters()) < 0.5e6
    assert (net.multiple_px, net.conditional) == (32, True)
    assert {
        layer.groups > 1 for layer in net.modules() if isinstance(layer, torch.nn.Conv2d) and layer.kernel_size == (3, 3)
    } == {
        True,
        False,
    }


@pytest.mark.parametrize("shifted", [False, True])
def test_attention_follows_its_formula(shifted: bool) -> None:
    torch.manual_seed(0)
    made = WindowAttention(4, heads=2, window=4, shifted=shifted).requires_grad_(False)
    made.bias.normal_()
    x = torch.rand(1, 4, 8, 12)
    asked = made.ask(x)
    top, left = (2, 6) if shifted else (4, 4)  # of one whole window
    q, k, v = asked[0, :, top : top + 4, left : left + 4].reshape(3, 2, 2, 16)  # part, head, channel, position
    wanted = torch.empty(2, 2, 16)
    for head in range(2):
        for here in range(16):
            apart = [(here // 4 - there // 4 + 3) * 7 + here % 4 - there % 4 + 3 for there in range(16)]
            similar = torch.tensor([float(q[head, :, here] @ k[head, :, there]) for there in range(16)]) / 2**0.5
            wanted[head, :, here] = v[head] @ torch.softmax(similar + made.bias[head, apart], 0)
    out = F.conv2d(wanted.reshape(1, 4, 4, 4), made.answer.weight, made.answer.bias)
    torch.testing.assert_close(made(x)[..., top : top + 4, left : left + 4], out, atol=1e-5, rtol=1e-4)
    assert relative_positions(4).unique().numel() == 49


@pytest.mark.parametrize("more", [{}, {"window": 2}, {"middle": 3, "before": 2}])
def test_a_pixel_sees_no_further_than_it_says(more: dict[str, int]) -> None:
    net = lively(**more).double()
    rainy = torch.rand(1, 3, 2 * net.multiple_px, 512, dtype=torch.float64)
    before = net(rainy)
    farthest = 0
    for column in range(256, 256 + net.multiple_px):
        touched = rainy.clone()
        touched[..., column] += 1
        seen = (net(touched) - before).abs().amax((0, 1, 2)).gt(1e-14).nonzero().flatten()
        farthest = max(farthest, column - int(seen.min()), int(seen.max()) - column)
    assert farthest <= net.receptive_px <= farthest + 4, "nor is the bound loose"


def test_the_reach_of_the_net_as_it_is() -> None:
    assert 140 < WindowFormer().receptive_px < 170


@pytest.mark.parametrize("more", [{}, {"conditional": False}, {"window": 8, "before": 3, "expansion": 3}, {"head_size": 4}])
def test_its_shape_is_read_off_its_weights(more: dict[str, int]) -> None:
    net = WindowFormer(**SMALL | more)
    found = recognise(shapes_of(dict(net.state_dict())))
    assert found is not None
    assert (found.arch, found.shape) == ("window_former", {"expansion": 2, "conditional": True} | SMALL | more)
    assert (found.multiple_of_px, found.receptive_px) == (net.multiple_px, net.receptive_px)
    assert found.conditional == net.conditional


def test_a_tile_at_a_multiple_is_what_it_is_in_the_whole_picture() -> None:
    net = lively().double()
    step, reach = net.multiple_px, net.receptive_px
    rainy = torch.rand(1, 3, 3 * step, 12 * step, dtype=torch.float64)
    whole, tile = net(rainy), net(rainy[..., 3 * step : 11 * step])
    torch.testing.assert_close(tile[..., reach:-reach], whole[..., 3 * step + reach : 11 * step - reach], atol=1e-12, rtol=0)
    off = net(rainy[..., 3 * step + 4 : 11 * step + 4])
    assert (off[..., reach : -reach - 4] - tile[..., reach + 4 : -reach]).abs().max() > 1e-6, "the grid of windows matters"


@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_tiles_and_the_whole_picture_agree(engine: str) -> None:
    net = lively()
    model = Model(lambda: net, f"window {engine}", net.multiple_px, CLEAR)  # type: ignore[arg-type, return-value]
    run = make(model, Variant(engine, "cpu", "fp32"))  # type: ignore[arg-type]
    image = smooth(250, 330)
    cut, whole = (
        TiledNet(run, tile_px=side, overlap_px=net.receptive_px * 7 // 4, multiple_px=net.multiple_px) for side in (160, 1024)
    )
    assert cut.grid(image).count > 4
    pair = [derain(each, image).image.pixels.astype(int) for each in (cut, whole)]
    assert np.abs(pair[0] - pair[1]).max() <= 1
    assert np.abs(pair[1] - image.pixels).mean() > 1, "a net that does nothing proves nothing"


def test_it_hears_its_condition_and_takes_a_code() -> None:
    net = lively()
    rainy = torch.rand(2, 3, 16, 32)
    before = net(rainy)
    assert torch.equal(before, net(rainy, torch.zeros(2)))
    assert (net(rainy, torch.ones(2)) - before).abs().max() > 1e-3
    wrapped = wrap(net, 6).requires_grad_(False)
    paths = {place.path for place in wrapped.places}
    assert {"patches", "before.0.depthwise", "middle.1.depthwise", "tail"} <= paths
    assert not any("attention" in path or path in ("down", "up") for path in paths)
    torch.testing.assert_close(wrapped(rainy, None, torch.randn(2, 6)), before, atol=1e-3, rtol=0)


@pytest.mark.parametrize("wrong", [{"window": 3}, {"window": 0}, {"head_size": 3}, {"width": 0}])
def test_a_shape_that_cannot_be_is_refused_in_words(wrong: dict[str, int]) -> None:
    with pytest.raises(registry.BadModel, match="window_former") as refused:
        registry.build("window_former", **SMALL | wrong)
    assert "multiple of head_size" in refused.value.hint


def test_it_learns_to_take_rain() -> None:
    torch.manual_seed(0)
    net = WindowFormer(**SMALL | {"width": 8, "head_size": 4})
    clean = F.interpolate(torch.rand(4, 3, 4, 4), size=(32, 32), mode="bilinear")
    rainy = clean.clone()
    rainy[..., ::5] = (rainy[..., ::5] + 0.3).clamp(0, 1)
    learning = torch.optim.Adam(net.parameters(), 5e-3)
    losses = []
    for _ in range(60):
        loss = (net(rainy, torch.zeros(4)) - clean).abs().mean()
        learning.zero_grad()
        loss.backward()
        learning.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
    silent = [
        name for name, parameter in net.named_parameters() if parameter.grad is None or not parameter.grad.abs().max() > 0
    ]
    assert silent == []
