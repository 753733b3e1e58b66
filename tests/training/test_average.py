"""Means of weights."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from rainapp.base.errors import BadRecipe
from rainapp.nets import registry
from training import __main__ as command
from training.average import average
from training.loop.trainer import save_weights, start


def make_run(folder: Path, value: float, size: int = 3) -> Path:
    """A run folder with one tensor of weights."""
    folder.mkdir()
    save_file({"head": torch.full((size,), value).half()}, folder / "last.safetensors")
    (folder / "recipe.toml").write_text(f"seed = {size}\n")
    return folder


def test_the_mean_lies_between_its_parts_and_keeps_the_later_recipe(tmp_path: Path) -> None:
    first, second = make_run(tmp_path / "a", 1), make_run(tmp_path / "b", 3)
    out = tmp_path / "mean"
    assert command.main(["average", str(first), str(second / "last.safetensors"), "--share", "0.75", "--out", str(out)]) == 0
    assert load_file(out / "last.safetensors")["head"].tolist() == [2.5, 2.5, 2.5]
    assert (out / "recipe.toml").read_text() == "seed = 3\n"


def test_weights_of_different_nets_have_no_mean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = make_run(tmp_path / "a", 1), make_run(tmp_path / "b", 3, size=4)
    assert command.main(["average", str(first), str(second), "--out", str(tmp_path / "mean")]) == 2
    assert "different nets" in capsys.readouterr().err
    assert not (tmp_path / "mean").exists()


def test_a_net_and_what_grew_from_it_have_a_mean(tmp_path: Path, tiny_weights: Path) -> None:
    torch.manual_seed(3)
    shape = {"width": 4, "encoder": [1], "middle": 1, "decoder": [1]}
    small, large = registry.build("unshuffle_naf", **shape), registry.build("unshuffle_naf", **shape, inside=2)
    start(small, str(tiny_weights))
    start(large, str(tiny_weights))
    with torch.no_grad():
        for name, weight in large.named_parameters():
            if "project" in name:
                weight += 0.1 * torch.randn_like(weight)
    grown = tmp_path / "grown"
    grown.mkdir()
    save_weights(grown / "last.safetensors", large.state_dict())
    (grown / "recipe.toml").write_text("[net]\nwidth = 4\nencoder = [1]\nmiddle = 1\ndecoder = [1]\ninside = 2\n")
    rainy, clear = torch.rand(1, 3, 24, 32), torch.zeros(1)
    for share, expected in ((0.0, small), (1.0, large)):
        average(tiny_weights, grown, share, tmp_path / "mean")
        mean = registry.build("unshuffle_naf", **shape, inside=2)
        start(mean, str(tmp_path / "mean"))
        torch.testing.assert_close(mean(rainy, clear), expected(rainy, clear), atol=2e-3, rtol=0)
    assert (small(rainy, clear) - large(rainy, clear)).abs().max() > 0.02


def test_a_share_beyond_one_and_missing_weights_are_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a", 1)
    with pytest.raises(BadRecipe, match="0 to 1"):
        average(run, run, 1.5, tmp_path / "mean")
    with pytest.raises(BadRecipe, match="no weights"):
        average(tmp_path / "none", run, 0.5, tmp_path / "mean")
