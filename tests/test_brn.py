"""BRN: its formulas, the size of its public weights, and their way into the library and through tiles."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from rainapp.base.image import Image
from rainapp.inference.derainer import TiledNet
from rainapp.inference.engines import Model, Variant, make
from rainapp.library.importer import import_model
from rainapp.library.model_library import WEIGHTS, ModelLibrary
from rainapp.library.recognise import looks_like, recognise
from rainapp.nets import foreign_weights, registry
from rainapp.nets.brn import Brn
from tests.foreign_files import shapes_of
from tests.test_derain import derain, smooth


def passing_on(stages: int = 2, channels: int = 8) -> Brn:
    """A net that gives its picture back nearly as it is, and a little of noise.

    Its gates are open and its blocks add nothing, so the picture goes through both tanh, small enough to bend little.
    """
    torch.manual_seed(5)
    net = Brn(stages, channels).eval().requires_grad_(False)
    for parameter in net.parameters():
        parameter.normal_(std=1e-3)
    for gate, opened in (("i", 10.0), ("o", 10.0), ("f", -10.0)):
        net.get_parameter(f"conv_{gate}.0.bias").fill_(opened)
    for colour in range(3):
        net.get_parameter("conv0.0.weight")[colour, colour, 1, 1] = 1
        net.get_parameter("conv_g.0.weight")[colour, colour, 1, 1] = 0.2
        net.get_parameter("conv.0.weight")[colour, colour, 1, 1] = 5
    return net


def public(net: Brn, spare: bool) -> dict[str, Tensor]:
    """Its weights as the authors' training saves them: through DataParallel, with the two blocks that no formula reads."""
    state = dict(net.state_dict())
    if spare:
        for number in (4, 5):
            for place in (0, 2):
                for kind in ("weight", "bias"):
                    state[f"res_conv{number}_r.{place}.{kind}"] = state[f"res_conv3_r.{place}.{kind}"].clone()
    return {f"module.{name}": tensor for name, tensor in state.items()}


def test_it_has_the_size_of_the_public_code() -> None:
    state = registry.build("brn").state_dict()
    assert (len(state), sum(value.numel() for value in state.values())) == (56, 375_526)
    assert {"conv0.0.weight", "conv0_r.0.bias", "conv_o_r.0.weight", "res_conv5.2.bias", "res_conv3_r.0.weight"} < set(state)


def test_it_follows_its_formulas() -> None:
    torch.manual_seed(2)
    net = Brn(stages=3, channels=4).requires_grad_(False)
    weights = net.state_dict()

    def conv(name: str, x: Tensor) -> Tensor:
        return F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], padding=1)

    def branch(end: str, blocks: int, seen: Tensor, h: Tensor, c: Tensor, other: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        together = torch.cat([F.relu(conv(f"conv0{end}.0", seen)), h, other], 1)
        i, f, o = (torch.sigmoid(conv(f"conv_{gate}{end}.0", together)) for gate in "ifo")
        c = f * c + i * torch.tanh(conv(f"conv_g{end}.0", together))
        h = x = o * torch.tanh(c)
        for block in range(1, blocks + 1):
            x = F.relu(F.relu(conv(f"res_conv{block}{end}.2", F.relu(conv(f"res_conv{block}{end}.0", x)))) + x)
        return conv(f"conv{end}.0", x), h, c

    rainy = torch.rand(1, 3, 12, 10)
    x = r = rainy
    h = c = h_r = c_r = torch.zeros(1, 4, 12, 10)
    for _ in range(3):
        r, h_r, c_r = branch("_r", 3, torch.cat([rainy, r], 1), h_r, c_r, h)
        x, h, c = branch("", 5, torch.cat([rainy, x, r], 1), h, c, h_r)
    torch.testing.assert_close(net(rainy), x, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("spare", [False, True])
def test_public_weights_become_a_model_that_derains_alike(tmp_path: Path, spare: bool) -> None:
    net = passing_on()
    torch.save(public(net, spare), tmp_path / "Rain100L_BRN2.pth")
    library = ModelLibrary(tmp_path / "bundled", tmp_path / "user")
    card = import_model(tmp_path / "Rain100L_BRN2.pth", library)
    assert (card.arch, card.shape, card.veils) == ("brn", {"channels": 8, "stages": 2}, ("keep",))
    weights = library.weights_path(card)
    assert load_file(weights).keys() == net.state_dict().keys(), "what no formula reads is left out"
    rainy = foreign_weights.probe_picture()
    torch.testing.assert_close(registry.load(card, weights)(rainy), net(rainy), atol=1e-5, rtol=1e-4)


def test_without_a_number_in_the_name_the_paper_counts(tmp_path: Path) -> None:
    torch.save(public(passing_on(8), False), tmp_path / "net_latest.pth")
    library = ModelLibrary(tmp_path / "bundled", tmp_path / "user")
    assert import_model(tmp_path / "net_latest.pth", library).shape["stages"] == 8
    assert (library.user / "net_latest" / WEIGHTS).is_file()


def test_one_tensor_too_many_or_too_few_is_another_net() -> None:
    shapes = shapes_of(dict(Brn(channels=4).state_dict()))
    assert recognise(shapes) is not None
    assert recognise(shapes | {"extra.weight": (1,)}) is None
    assert recognise(shapes | {"res_conv4_r.0.weight": (4, 4, 3, 3)}) is None
    shapes.pop("conv_g_r.0.bias")
    assert recognise(shapes) is None
    assert looks_like(shapes) == "a variant of BRN"


@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_tiles_and_the_whole_picture_agree(engine: str) -> None:
    net = passing_on()
    found = recognise(shapes_of(dict(net.state_dict())))
    assert found is not None
    run = make(Model(lambda: net, f"brn {engine}", 1), Variant(engine, "cpu", "fp32"))  # type: ignore[arg-type]
    image = Image(smooth(250, 330).pixels)
    cut, whole = (TiledNet(run, tile_px=side, overlap_px=found.receptive_px, multiple_px=1) for side in (208, 1024))
    assert cut.grid(image).count > 2
    pair = [derain(each, image).image.pixels.astype(int) for each in (cut, whole)]
    assert np.abs(pair[0] - pair[1]).max() <= 1
    assert np.abs(pair[1] - image.pixels).mean() > 1, "a net that does nothing proves nothing"
