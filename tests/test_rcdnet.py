"""RCDNet: its formulas, the size of its public weights under both namings, and their way into the library and through tiles."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from rainapp.inference.derainer import TiledNet
from rainapp.inference.engines import Model, Variant, make
from rainapp.library.importer import import_model
from rainapp.library.model_library import ModelLibrary
from rainapp.library.recognise import looks_like, recognise
from rainapp.nets import foreign_weights, registry
from rainapp.nets.rcdnet import RcdNet, from_first_release
from tests.foreign_files import shapes_of
from tests.test_derain import derain, smooth

SMALL = {"stages": 3, "kernels": 5, "channels": 4, "blocks": 2}


def trained_a_little() -> RcdNet:
    """A net whose residual blocks add little: it keeps the picture and takes some of it for rain."""
    torch.manual_seed(5)
    net = RcdNet(**SMALL).eval().requires_grad_(False)
    for name, parameter in net.named_parameters():
        if ".layer." in name and name.endswith("weight"):
            parameter.normal_(std=0.004)
    for number, buffer in enumerate(net.buffers()):
        if buffer.is_floating_point():
            buffer.uniform_(0.5, 2) if number % 3 else buffer.normal_()
    net.tau.fill_(-5)
    return net


def first_release(net: RcdNet) -> dict[str, Tensor]:
    """Its weights under the names of the authors' first release, with what that one saves and never asks."""
    state = dict(net.state_dict())
    old = {
        "eta1": torch.ones(1),
        "eta2": state["etaB_S"][0],
        "eta11": state["etaM_S"],
        "eta12": state["etaB_S"][1:],
        "weight0": state["C0"],
        "conv": torch.stack([torch.zeros_like(state["C"]), state["C"]]),
        "w_z_f": state["C_z"],
        "tau": state["tau"],
    }
    stems = {"proxNet_B_0.": "xnet.", "proxNet_B_S.": "x_stage.", "proxNet_M_S.": "m_stage.", "proxNet_B_last_layer.": "fxnet."}
    for name, tensor in state.items():
        for new, stem in stems.items():
            if name.startswith(new):
                kind = "m" if stem.startswith("m_") else "x"
                for block in (0, 1):
                    name = name.replace(f"layer.{block}.", f"res{kind}{block + 1}.")
                old[name.replace(new, stem)] = tensor
    spare = {name.replace("m_stage.0.", "mnet."): tensor for name, tensor in old.items() if name.startswith("m_stage.0.")}
    return old | spare


def test_it_has_the_size_of_the_public_code() -> None:
    net = registry.build("rcdnet")
    # 36 nets of 4 blocks of 14 tensors, 17 thresholds, and 6 tensors beside them
    assert len(net.state_dict()) == 36 * 56 + 17 + 6
    blocks = {channels: 2 * (9 * channels**2 + 3 * channels) for channels in (35, 32)}
    wanted = 4 * (19 * blocks[35] + 17 * blocks[32]) + 17 * 32 + 2 * 3 * 32 * 81 + 32 * 27 + 16 + 17 + 1
    assert sum(value.numel() for value in net.parameters()) == wanted == 2_975_186


def test_it_follows_its_formulas() -> None:
    net = trained_a_little().double()
    w = net.state_dict()

    def proximal(name: str, x: Tensor) -> Tensor:
        for block in range(SMALL["blocks"]):
            y = x
            for place in (0, 3):
                stem = f"{name}.layer.{block}"
                y = F.conv2d(y, w[f"{stem}.{place}.weight"], w[f"{stem}.{place}.bias"], padding=1)
                mean, spread, weight, bias = (
                    w[f"{stem}.{place + 1}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")
                )
                y = F.batch_norm(y, mean, spread, weight, bias)
                y = F.relu(y) if not place else y
            x = F.relu(x + y)
        return x

    y = torch.rand(1, 3, 20, 14, dtype=torch.float64)
    o = 255 * y
    bz = proximal("proxNet_B_0", torch.cat([o, F.conv2d(o, w["C_z"], padding=1)], 1))
    b, z = bz[:, :3], bz[:, 3:]
    g = F.conv_transpose2d(F.relu(o - b - w["tau"]), w["C0"] / 10, padding=4)
    for stage in range(SMALL["stages"]):
        if stage:
            g = m - w["etaM_S"][stage - 1] / 10 * F.conv_transpose2d(r - (o - b), w["C"] / 10, padding=4)  # noqa: F821
        m = F.relu(proximal(f"proxNet_M_S.{stage}", g) - w[f"proxNet_M_S.{stage}.tau"])
        r = F.conv2d(m, w["C"] / 10, padding=4)
        eta = w["etaB_S"][stage] / 10
        bz = proximal(f"proxNet_B_S.{stage}", torch.cat([(1 - eta) * b + eta * (o - r), z], 1))
        b, z = bz[:, :3], bz[:, 3:]
    wanted = proximal("proxNet_B_last_layer", bz)[:, :3] / 255
    torch.testing.assert_close(net(y), wanted)
    assert r.abs().max() > 1, "no rain was taken, which proves little"


@pytest.mark.parametrize("names", ["first", "second"])
def test_public_weights_become_a_model_that_derains_alike(tmp_path: Path, names: str) -> None:
    net = trained_a_little()
    torch.save(first_release(net) if names == "first" else net.state_dict(), tmp_path / "rcdnet.pt")
    library = ModelLibrary(tmp_path / "bundled", tmp_path / "user")
    card = import_model(tmp_path / "rcdnet.pt", library)
    assert (card.arch, card.shape, card.veils) == ("rcdnet", SMALL, ("keep",))
    assert load_file(library.weights_path(card)).keys() == net.state_dict().keys()
    rainy = foreign_weights.probe_picture()
    torch.testing.assert_close(registry.load(card, library.weights_path(card))(rainy), net(rainy), atol=1e-5, rtol=1e-4)


def test_other_weights_keep_their_names() -> None:
    state = {"conv": torch.zeros(3, 2), "eta2": torch.zeros(1), "eta12": torch.zeros(2, 1), "xnet.a": torch.zeros(1)}
    assert from_first_release(state) is state
    odd = first_release(trained_a_little()) | {"eta12": torch.zeros(3)}
    assert from_first_release(odd) is odd


def test_one_tensor_too_many_or_too_few_is_another_net() -> None:
    shapes = shapes_of(dict(RcdNet(**SMALL).state_dict()))
    assert recognise(shapes) is not None
    assert recognise(shapes | {"extra.weight": (1,)}) is None
    shapes.pop("proxNet_M_S.1.tau")
    assert recognise(shapes) is None
    assert looks_like(shapes) == "a variant of RCDNet"


def test_a_file_that_only_counts_far_costs_nothing() -> None:
    shapes = {f"proxNet_B_S.{number}.x": (1,) for number in range(9999)}
    shapes |= {f"proxNet_B_0.layer.{number}.x": (1,) for number in range(9999)} | {"C": (3, 5, 9, 9), "C_z": (4, 3, 3, 3)}
    tracemalloc.start()
    assert recognise(shapes) is None
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50e6, "three thousand million names were about to be made"


@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_tiles_and_the_whole_picture_agree(engine: str) -> None:
    net = trained_a_little()
    found = recognise(shapes_of(dict(net.state_dict())))
    assert found is not None
    run = make(Model(lambda: net, f"rcdnet {engine}", 1), Variant(engine, "cpu", "fp32"))  # type: ignore[arg-type]
    image = smooth(250, 420)
    cut, whole = (TiledNet(run, tile_px=side, overlap_px=found.receptive_px, multiple_px=1) for side in (272, 1024))
    assert cut.grid(image).count > 1
    pair = [derain(each, image).image.pixels.astype(int) for each in (cut, whole)]
    assert np.abs(pair[0] - pair[1]).max() <= 1
    assert np.abs(pair[1] - image.pixels).mean() > 1, "a net that does nothing proves nothing"
