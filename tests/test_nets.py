"""Nets: their formulas, their names, and loading them from cards."""

import os
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from rainapp.base.errors import BadModel
from rainapp.library import model_library
from rainapp.library.cards import ModelCard
from rainapp.nets import registry
from rainapp.nets.prenet import PReNet
from rainapp.nets.unshuffle_naf import UnshuffleNaf

SMALL: dict[str, dict[str, int | bool | list[int]]] = {
    "unshuffle_naf": {"width": 4, "encoder": [1, 1], "middle": 1, "decoder": [1, 1]},
    "prenet": {"stages": 2, "channels": 4},
    "prenet_r": {"stages": 2, "channels": 4},
    "prn": {"stages": 2, "channels": 4},
    "prn_r": {"stages": 2, "channels": 4},
    "brn": {"stages": 2, "channels": 4},
    # not 3 kernels: OpenVINO 2026 takes both sets of an untrained net, equal and then square, for one constant, and errs
    "rcdnet": {"stages": 2, "kernels": 4, "channels": 2, "blocks": 1},
    "window_former": {"width": 4, "before": 1, "middle": 2, "after": 1, "head_size": 2, "window": 4},
}
DIRECT = {"brn", "rcdnet"}  # their result is the background itself, not something added to the rainy picture
SHARED = os.environ.get("RAINAPP_SHARED")


@pytest.fixture(params=sorted(SMALL))
def net(request: pytest.FixtureRequest) -> torch.nn.Module:
    torch.manual_seed(3)
    made = registry.build(request.param, **SMALL[request.param])
    for parameter in made.parameters():
        parameter.data.add_(0.05 * torch.randn_like(parameter))
    return made.eval().requires_grad_(False)


def saved(folder: Path, net: torch.nn.Module, arch: str, half: bool = False) -> tuple[ModelCard, Path]:
    path = folder / "weights.safetensors"
    state = {
        name: value.half() if half and value.is_floating_point() else value.contiguous()
        for name, value in net.state_dict().items()
    }
    save_file(state, path)
    return ModelCard(id="small", title="Small", arch=arch, sha256=model_library.sha256_of(path), shape=dict(SMALL[arch])), path


def test_every_row_of_the_table_is_tested() -> None:
    assert set(SMALL) == set(registry.ARCHITECTURES)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 2), (33, 18)])
def test_a_net_takes_a_picture_of_any_size(net: torch.nn.Module, size: tuple[int, int]) -> None:
    derained = net(torch.rand(2, 3, *size))
    assert derained.shape == (2, 3, *size)
    assert torch.isfinite(derained).all()


def test_the_pictures_of_a_batch_do_not_touch_each_other(net: torch.nn.Module) -> None:
    rainy = torch.rand(2, 3, 24, 16)
    torch.testing.assert_close(net(rainy)[1:], net(rainy[1:]), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("inside", [1, 2])
def test_inference_form_and_training_form_are_one_function(inside: int) -> None:
    torch.manual_seed(0)
    net = UnshuffleNaf(width=6, encoder=[1, 2], middle=1, decoder=[1, 1], inside=inside).double().requires_grad_(False)
    for parameter in net.parameters():
        parameter.add_(0.3 * torch.randn_like(parameter))
    rainy, clear = torch.rand(2, 3, 40, 56, dtype=torch.float64), torch.tensor([0.0, 1.0])
    trained = net(rainy, clear)
    net.channels_last = False
    torch.testing.assert_close(net(rainy, clear), trained, atol=1e-9, rtol=1e-9)


@pytest.mark.parametrize(("inside", "mirrored"), [(1, False), (2, False), (1, True)])
def test_the_folded_form_is_the_same_function(inside: int, mirrored: bool) -> None:
    torch.manual_seed(0)
    shape = {"width": 6, "encoder": [1, 2], "middle": 1, "decoder": [1, 1]}
    net = UnshuffleNaf(**shape, inside=inside, mirrored=mirrored).requires_grad_(False)  # type: ignore[arg-type]
    for parameter in net.parameters():
        parameter.add_(0.2 * torch.randn_like(parameter))
    rainy, clear = torch.rand(2, 3, 40, 56), torch.tensor([0.0, 1.0])
    before = {name: value.clone() for name, value in net.state_dict().items()}
    torch.testing.assert_close(registry.for_inference(net)(rainy, clear), net(rainy, clear), atol=2e-4, rtol=1e-3)
    assert net.channels_last, "the trained net is left alone"
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_a_mirrored_net_finds_the_same_in_the_mirror_image_and_halfway_between_both() -> None:
    torch.manual_seed(0)
    shape = {"width": 6, "encoder": [1, 2], "middle": 1, "decoder": [1, 1]}
    plain, mirrored = UnshuffleNaf(**shape), UnshuffleNaf(**shape, mirrored=True)  # type: ignore[arg-type]
    for parameter in plain.parameters():
        parameter.requires_grad_(False).add_(0.2 * torch.randn_like(parameter))
    mirrored.load_state_dict(plain.state_dict())
    rainy = torch.rand(1, 3, 40, 56)  # 56 is a multiple of its step
    torch.testing.assert_close(mirrored(rainy.flip(-1)).flip(-1), mirrored(rainy), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(mirrored(rainy), (plain(rainy) + plain(rainy.flip(-1)).flip(-1)) / 2, atol=1e-5, rtol=1e-4)
    assert (mirrored(rainy) - plain(rainy)).abs().max() > 1e-3


@pytest.mark.parametrize("net", sorted(set(SMALL) - DIRECT), indirect=True)
def test_a_half_precision_net_keeps_the_picture_exact_where_it_changes_nothing(net: torch.nn.Module) -> None:
    last = net.get_submodule("tail" if hasattr(net, "tail") else "conv.0")
    for parameter in last.parameters():
        parameter.zero_()
    rainy = torch.rand(1, 3, 16, 24)
    assert torch.equal(net.bfloat16()(rainy), rainy)


def test_a_conditional_net_hears_its_condition() -> None:
    torch.manual_seed(1)
    net = UnshuffleNaf(**SMALL["unshuffle_naf"]).requires_grad_(False)  # type: ignore[arg-type]
    net.tail.weight.normal_(std=0.1)
    rainy = torch.rand(1, 3, 16, 16)
    assert torch.equal(net(rainy), net(rainy, torch.zeros(1)))
    assert not torch.allclose(net(rainy), net(rainy, torch.ones(1)))


def test_prenet_follows_its_formulas() -> None:
    torch.manual_seed(2)
    net = PReNet(stages=3, channels=4).requires_grad_(False)
    weights = net.state_dict()

    def conv(name: str, x: Tensor) -> Tensor:
        return F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], padding=1)

    rainy = torch.rand(1, 3, 12, 10)
    x, h, c = rainy, torch.zeros(1, 4, 12, 10), torch.zeros(1, 4, 12, 10)
    for _ in range(3):
        seen = torch.cat([F.relu(conv("conv0.0", torch.cat([rainy, x], 1))), h], 1)
        i, f, o = (torch.sigmoid(conv(f"conv_{gate}.0", seen)) for gate in "ifo")
        c = f * c + i * torch.tanh(conv("conv_g.0", seen))
        h = feature = o * torch.tanh(c)
        for block in range(1, 6):
            inner = F.relu(conv(f"res_conv{block}.0", feature))
            feature = F.relu(F.relu(conv(f"res_conv{block}.2", inner)) + feature)
        x = conv("conv.0", feature) + rainy
    torch.testing.assert_close(net(rainy), x, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(("arch", "tensors", "numbers"), [("prenet", 32, 168963), ("prenet_r", 16, 94979), ("prn", 24, 95107)])
def test_the_prenet_family_has_the_size_of_the_public_checkpoints(arch: str, tensors: int, numbers: int) -> None:
    state = registry.build(arch).state_dict()
    assert (len(state), sum(value.numel() for value in state.values())) == (tensors, numbers)


def test_an_unknown_architecture_or_shape_is_refused() -> None:
    with pytest.raises(BadModel, match="magic"):
        registry.build("magic")
    with pytest.raises(BadModel, match="does not take the shape"):
        registry.build("prenet", colour=3)
    with pytest.raises(BadModel, match="same number of levels"):
        registry.build("unshuffle_naf", encoder=[1], decoder=[1, 1])


@pytest.mark.parametrize("arch", sorted(SMALL))
def test_weights_come_back_from_half_precision_wide_and_ready(tmp_path: Path, arch: str) -> None:
    net = registry.build(arch, **SMALL[arch])
    card, path = saved(tmp_path, net, arch, half=True)
    loaded = registry.load(card, path)
    assert not loaded.training
    assert {(value.dtype, value.requires_grad) for value in loaded.parameters()} == {(torch.float32, False)}
    for name, value in net.state_dict().items():
        wide = value.half().float() if value.is_floating_point() else value
        assert torch.equal(loaded.state_dict()[name], wide)


def test_weights_that_are_not_those_of_the_card_are_refused(tmp_path: Path) -> None:
    card, path = saved(tmp_path, registry.build("prn", **SMALL["prn"]), "prn")
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(BadModel, match="not the ones its card names"):
        registry.load(card, path)
    path.unlink()
    with pytest.raises(BadModel, match="cannot be read"):
        registry.load(card, path)


def test_weights_that_are_no_numbers_or_do_not_fit_are_refused(tmp_path: Path) -> None:
    net = registry.build("prn", **SMALL["prn"])
    card, path = saved(tmp_path, net, "prenet")
    with pytest.raises(BadModel, match="do not fit"):
        registry.load(card, path)
    net.get_parameter("conv.0.bias").data[1] = torch.nan
    card, path = saved(tmp_path, net, "prn")
    with pytest.raises(BadModel, match=r"not finite in conv\.0\.bias"):
        registry.load(card, path)
    path.write_bytes(b"no tensors here")
    card = ModelCard(id="small", title="Small", arch="prn", sha256=model_library.sha256_of(path))
    with pytest.raises(BadModel, match="no safetensors file"):
        registry.load(card, path)


@pytest.mark.skipif(not SHARED, reason="RAINAPP_SHARED does not name the folder with the public checkpoints")
def test_the_public_checkpoints_load() -> None:
    archs = {"PReNet6": "prenet", "PReNet6_r": "prenet_r", "PRN6": "prn", "PReNet6_1": "prenet"}
    files = sorted((Path(SHARED or "") / "baselines" / "prenet").glob("*.pth"))
    assert len(files) == 10
    for file in files:
        net = registry.build(archs[file.stem.split("_", 1)[1]])
        net.load_state_dict(torch.load(file, weights_only=True, map_location="cpu"))
