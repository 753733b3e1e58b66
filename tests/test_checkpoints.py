"""Checkpoints as trainers save them: with counters, losses, second nets, prefixes and numbers of numpy beside the weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from rainapp.base.errors import BadModel
from rainapp.library.importer import import_model
from rainapp.library.model_files import kind_of
from rainapp.library.model_library import WEIGHTS, ModelLibrary
from rainapp.library.recognise import looks_like
from rainapp.nets.foreign_weights import read_state
from tests.foreign_files import FAMILY, state_of


def under(prefix: str, state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {f"{prefix}{name}": tensor for name, tensor in state.items()}


def counted(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """As a profiler leaves it: two counters on every layer."""
    layers = {name.rpartition(".")[0] for name in state}
    counters = {
        f"{layer}.{kind}": torch.zeros(1, dtype=torch.float64) for layer in layers for kind in ("total_ops", "total_params")
    }
    return {"total_ops": torch.zeros(1), **state, **counters}


def saved_by(kind: str, state: dict[str, torch.Tensor]) -> object:
    other = {"w": torch.zeros(3), "b": torch.zeros(1)}
    made: dict[str, Any] = {
        "counted": counted(state),
        "counted below a prefix": {"state_dict": under("module.", counted(state))},
        "a generator": {"netG": state, "netD": other},
        "another name": {"derain_branch": state, "discriminator": other},
        "lightning": {"state_dict": under("model.", state) | under("loss.vgg.", other), "epoch": 3},
        "lightning, two nets": {"state_dict": under("discriminator.", other) | under("net.", state)},
        "lightning below a prefix": {"state_dict": under("module.generator.", state) | under("module.metric.", other)},
        "trainer": {"model": under("module.net.", state), "optimizer": {"state": {0: {"exp_avg": torch.zeros(3)}}}},
        "numbers of numpy": {"state_dict": state, "best": np.float64(31.5), "epoch": np.int64(3), "done": np.bool_(True)},
        "arrays of numpy": {"params": state, "history": np.arange(4.0)},
    }
    return made[kind]


KINDS = [
    *("counted", "counted below a prefix", "a generator", "another name", "lightning", "lightning, two nets"),
    *("lightning below a prefix", "trainer", "numbers of numpy", "arrays of numpy"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_found_in_what_trainers_save(tmp_path: Path, kind: str) -> None:
    expected = state_of("prenet")
    torch.save(saved_by(kind, expected), tmp_path / "m.pth")
    found = read_state(tmp_path / "m.pth", "checkpoint")
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)


@pytest.mark.parametrize("kind", ["counted", "numbers of numpy", "lightning"])
def test_they_are_imported(tmp_path: Path, kind: str) -> None:
    torch.save(saved_by(kind, state_of("prenet")), tmp_path / "m.pth")
    card = import_model(tmp_path / "m.pth", ModelLibrary(tmp_path / "bundled", tmp_path / "user"))
    assert card.arch == "prenet"


def test_counters_in_safetensors_are_left_out(tmp_path: Path) -> None:
    save_file({name: tensor.contiguous() for name, tensor in counted(state_of("prn_r")).items()}, tmp_path / "m.safetensors")
    library = ModelLibrary(tmp_path / "bundled", tmp_path / "user")
    card = import_model(tmp_path / "m.safetensors", library)
    assert card.arch == "prn_r"
    from safetensors.torch import load_file

    assert load_file(tmp_path / "user" / card.id / WEIGHTS).keys() == state_of("prn_r").keys()


def test_numbers_of_older_numpy_are_harmless_too(tmp_path: Path) -> None:
    """Before numpy 2 its module had another name, which the files keep."""
    torch.save({"state_dict": state_of("prn"), "best": np.float32(1)}, tmp_path / "m.pth", _use_new_zipfile_serialization=False)
    data = (tmp_path / "m.pth").read_bytes()
    new, old = b"cnumpy._core.multiarray\nscalar\n", b"cnumpy.core.multiarray\nscalar\n"
    assert data.count(new) == 1
    (tmp_path / "old.pth").write_bytes(data.replace(new, old))
    assert kind_of(tmp_path / "old.pth") == "checkpoint"
    assert read_state(tmp_path / "old.pth", "checkpoint").keys() == state_of("prn").keys()


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("touched"),))


def test_objects_in_arrays_of_numpy_stay_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"state_dict": state_of("prn"), "more": np.array([Evil()], dtype=object)}, tmp_path / "m.pth")
    with pytest.raises(BadModel):
        import_model(tmp_path / "m.pth", ModelLibrary(tmp_path / "bundled", tmp_path / "user"))
    with pytest.raises(BadModel):
        read_state(tmp_path / "m.pth", "checkpoint")
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize("arch", FAMILY)
def test_a_net_of_ours_with_more_in_it_is_never_told_to_be_another(arch: str) -> None:
    names = [*state_of(arch), "conv_i.total_ops", "conv0.total_params", "extra.weight"]
    assert looks_like(names) is None
