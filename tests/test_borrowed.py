"""Nets of the optional package spandrel: imported and run like ours where it is installed, named in words where it is not."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from rainapp.base.errors import BadModel, BadTreatment
from rainapp.inference import engines
from rainapp.library.importer import import_model
from rainapp.library.model_library import ModelLibrary
from rainapp.library.recognise import unknown_net
from rainapp.nets import registry, spandrel_nets

needs_spandrel = pytest.mark.skipif(find_spec("spandrel") is None, reason="the optional package spandrel is not installed")


def nafnet() -> Any:
    """A small NAFNet, as spandrel writes it, that changes a picture a little."""
    spandrel_nets.borrow({})  # loads spandrel, with its stand-in for torchvision where needed
    from spandrel.architectures.NAFNet import NAFNet

    torch.manual_seed(2)
    net = NAFNet(img_channel=3, width=4, middle_blk_num=1, enc_blk_nums=[1, 1], dec_blk_nums=[1, 1])
    for parameter in net.parameters():
        parameter.data.mul_(0.5)
    return net.eval()


@needs_spandrel
def test_a_nafnet_is_imported_and_runs_on_any_size(tmp_path: Path) -> None:
    net = nafnet()
    save_file(dict(net.state_dict()), tmp_path / "naf.safetensors")
    library = ModelLibrary(tmp_path / "bundled", tmp_path / "user")
    card = import_model(tmp_path / "naf.safetensors", library, licence="MIT")
    assert (card.arch, card.multiple_of_px, card.licence) == ("spandrel:NAFNet", 32, "MIT")
    loaded = registry.load(card, library.weights_path(card))
    for height, width in ((64, 48), (33, 7), (1, 1)):
        rainy = torch.rand(1, 3, height, width)
        with torch.inference_mode():
            derained: Tensor = loaded(rainy)
            assert derained.shape == rainy.shape
            torch.testing.assert_close(derained, net(rainy).clamp(0, 1))


@needs_spandrel
def test_a_borrowed_net_runs_on_torch_only() -> None:
    found = spandrel_nets.borrow(dict(nafnet().state_dict()))
    assert found is not None
    net = found[0]
    with pytest.raises(BadTreatment, match="OpenVINO cannot convert"):
        engines.make(engines.Model(lambda: net, "0" * 64, 32), engines.Variant("openvino", "cpu", "fp32"))


@needs_spandrel
def test_a_net_that_enlarges_is_refused() -> None:
    spandrel_nets.borrow({})
    from spandrel.architectures.Compact import Compact

    with pytest.raises(BadModel, match="enlarges pictures"):
        spandrel_nets.borrow(dict(Compact(num_in_ch=3, num_out_ch=3, num_feat=8, num_conv=1, upscale=2).state_dict()))


@needs_spandrel
def test_weights_that_only_begin_like_a_net_are_refused() -> None:
    state = dict(nafnet().state_dict())
    state["ending.weight"] = torch.zeros(5, 5, 3, 3)
    with pytest.raises(BadModel, match="do not fit"):
        spandrel_nets.borrow(state)


@needs_spandrel
def test_the_stand_in_for_torchvision_does_not_stay() -> None:
    spandrel_nets.borrow({})
    torchvision = sys.modules.get("torchvision")
    assert torchvision is None or torchvision.__spec__ is not None


@pytest.mark.skipif(find_spec("spandrel") is not None, reason="spandrel is installed")
def test_without_spandrel_its_models_are_refused_in_words() -> None:
    with pytest.raises(BadModel, match=r"NAFNet needs the optional package spandrel.*rainapp\[foreign\]"):
        spandrel_nets.load("spandrel:NAFNet", {})


def test_the_refusal_says_whether_spandrel_would_help() -> None:
    naf = ["intro.weight", "ending.weight", "encoders.0.0.beta"]
    restormer = ["patch_embed.proj.weight", "encoder_level1.0.attn.temperature"]
    assert "rainapp[foreign]" in str(unknown_net(naf, spandrel_was_asked=False))
    assert "rainapp[foreign]" not in str(unknown_net(naf, spandrel_was_asked=True))
    assert "rainapp[foreign]" not in str(unknown_net(restormer, spandrel_was_asked=False))
    assert "NAFNet" in str(unknown_net(naf, spandrel_was_asked=False))
