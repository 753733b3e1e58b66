"""Foreign model files that pass the door: read and probed in a child process, converted, or refused in words."""

import io
import os
import subprocess
import sys
import zipfile
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from rainapp.base.errors import BadModel, Cancelled, UnwritableFile
from rainapp.jobs.records import NoWatch
from rainapp.library import importer
from rainapp.library.cards import CARD
from rainapp.library.importer import import_model
from rainapp.library.model_files import kind_of
from rainapp.library.model_library import UNKNOWN_LICENCE, WEIGHTS, ModelLibrary
from rainapp.library.recognise import Recognised, recognise
from rainapp.nets import foreign_weights, registry
from tests.foreign_files import NAF, is_empty, model_folder, shapes_of, small_net, state_of


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "bundled", tmp_path / "user")


# Inside the child, called directly


def read(tmp_path: Path, content: object) -> dict[str, Tensor]:
    torch.save(content, tmp_path / "m.pth")
    return foreign_weights.read_state(tmp_path / "m.pth", "checkpoint")


def test_a_tensor_that_claims_more_than_the_file_holds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="claims more numbers"):
        read(tmp_path, {"w": torch.ones(1).expand(10_000_000)})


def test_tensors_no_derainer_uses_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="of a kind no derainer uses"):
        read(tmp_path, {"w": torch.ones(2, dtype=torch.complex64)})
    with pytest.raises(BadModel, match="of a kind no derainer uses"):
        read(tmp_path, {"w": torch.eye(2).to_sparse()})


def test_a_cut_off_checkpoint_is_refused(tmp_path: Path) -> None:
    torch.save(state_of("prn_r"), tmp_path / "m.pth", _use_new_zipfile_serialization=False)
    whole = (tmp_path / "m.pth").read_bytes()
    for part in (0.3, 0.9, 0.999):
        (tmp_path / "m.pth").write_bytes(whole[: int(part * len(whole))])
        with pytest.raises(BadModel):
            foreign_weights.read_state(tmp_path / "m.pth", "checkpoint")


def test_a_giant_net_is_refused_before_anything_is_allocated() -> None:
    state = state_of("prenet") | {"conv0.0.weight": torch.zeros(4096, 6, 3, 3, dtype=torch.float16)}
    found = recognise(shapes_of(state))
    assert found is not None
    with pytest.raises(BadModel, match="do not fit PReNet"):  # built in full it would take 5 GB
        foreign_weights.fit(state, found)


def test_weights_of_another_shape_are_refused() -> None:
    state = state_of("prenet")
    state["conv_i.0.weight"] = torch.zeros(8, 17, 3, 3)
    found = recognise(shapes_of(state))
    assert found is not None
    with pytest.raises(BadModel, match=r"conv_i\.0\.weight.*\(8, 17, 3, 3\), not \(8, 16, 3, 3\)"):
        foreign_weights.fit(state, found)


class Answering(nn.Module):
    """A net that answers as it is told."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, rainy: Tensor) -> Any:
        return self.answer(rainy)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda rainy: rainy * float("nan"), "not finite"),
        (lambda rainy: rainy[..., 1:], "another size"),
        (lambda rainy: rainy * 0 + 0.4, "flat area"),
        (lambda rainy: rainy * 255, "outside the range"),
        (lambda rainy: 1 - rainy.flip(2), "quite another picture"),
        (lambda rainy: (rainy, rainy), "one picture"),
    ],
)
def test_a_net_that_spoils_the_probe_is_refused(answer: Any, words: str) -> None:
    with pytest.raises(BadModel, match=words):
        foreign_weights.probe(Answering(answer))


def test_a_net_that_leaves_the_picture_alone_passes_the_probe() -> None:
    asked: list[Tensor] = []

    def answer(rainy: Tensor) -> Tensor:
        asked.append(rainy)
        return rainy

    foreign_weights.probe(Answering(answer))
    assert [tuple(rainy.shape) for rainy in asked] == [(1, 3, 64, 64)]


def test_half_precision_is_claimed_only_where_it_is_accurate() -> None:
    assert foreign_weights.accurate_precisions(small_net("prn_r").requires_grad_(False)) == ["fp32", "bf16", "fp16"]

    class Delicate(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.up, self.down = nn.Conv2d(3, 3, 1, bias=False), nn.Conv2d(3, 3, 1, bias=False)
            for layer, factor in ((self.up, 1e6), (self.down, 1e-6)):
                nn.init.dirac_(layer.weight)
                layer.weight.data.mul_(factor)

        def forward(self, rainy: Tensor) -> Tensor:
            return self.down(self.up(rainy))

    assert "fp16" not in foreign_weights.accurate_precisions(Delicate())


@pytest.mark.skipif(sys.platform != "linux", reason="memory can be capped only there")
def test_the_child_cannot_take_all_memory() -> None:
    program = "import torch; from rainapp.nets.foreign_weights import limit_memory; limit_memory(0); torch.ones(2**30)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert "memory" in done.stderr.lower()
    assert done.returncode != 0


# The whole way


@pytest.mark.parametrize(("arch", "file"), [("prenet", "My PReNet3.pth"), ("unshuffle_naf", "fast.safetensors")])
def test_weights_become_a_model_that_derains_alike(tmp_path: Path, library: ModelLibrary, arch: str, file: str) -> None:
    net = small_net(arch)
    if file.endswith(".pth"):
        torch.save(
            {"state_dict": OrderedDict((f"module.{k}", v) for k, v in net.state_dict().items()), "epoch": 9}, tmp_path / file
        )
        net = registry.build("prenet", channels=8, stages=3)
        net.load_state_dict(state_of(arch))
    else:
        save_file(dict(net.state_dict()), tmp_path / file)
    card = import_model(tmp_path / file, library)
    assert card == library.get(card.id)
    assert library.verify() == []
    assert (card.arch, card.licence) == (arch, UNKNOWN_LICENCE)
    assert card.veils == (("keep", "clear") if arch == "unshuffle_naf" else ("keep",))
    rainy = foreign_weights.probe_picture()
    with torch.inference_mode():  # another layout in memory changes the last digits
        torch.testing.assert_close(registry.load(card, library.weights_path(card))(rainy), net.eval()(rainy))
    assert [path.name for path in library.user.iterdir()] == [card.id]
    if arch == "prenet":
        assert (card.id, card.shape["stages"]) == ("My-PReNet3", 3)


def test_a_zipped_model_keeps_its_card_and_nothing_else_is_taken(tmp_path: Path, library: ModelLibrary) -> None:
    card = model_folder(tmp_path / "shared")
    (tmp_path / "shared" / "readme.txt").write_text("hello")
    with zipfile.ZipFile(tmp_path / "shared.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (tmp_path / "shared").iterdir():
            archive.write(path, f"shared/{path.name}")
    imported = import_model(tmp_path / "shared.zip", library, licence="MIT\n\x1b[31m")
    assert imported == replace(card, licence="MIT \\x1b[31m")
    assert sorted(path.name for path in (library.user / "shared").iterdir()) == [CARD, WEIGHTS]
    with pytest.raises(BadModel, match="already a model “shared”"):
        import_model(tmp_path / "shared", library)


@pytest.mark.parametrize(("arch", "width", "words"), [("torch.nn.Conv2d", 4, "not known"), ("unshuffle_naf", 6, "do not fit")])
def test_a_card_that_does_not_fit_its_weights_is_found_out(tmp_path: Path, arch: str, width: int, words: str) -> None:
    save_file(state_of("unshuffle_naf"), tmp_path / WEIGHTS)
    with pytest.raises(BadModel, match=words):
        foreign_weights.convert(tmp_path / WEIGHTS, "safetensors", None, Recognised(arch, "Claimed", NAF | {"width": width}))


def test_a_model_whose_weights_were_exchanged_is_refused(tmp_path: Path, library: ModelLibrary) -> None:
    model_folder(tmp_path / "shared", sha256="0" * 64)
    with pytest.raises(BadModel, match="SHA-256"):
        import_model(tmp_path / "shared", library)
    assert is_empty(library)


@pytest.mark.parametrize("missing", [CARD, WEIGHTS])
def test_half_a_model_folder_is_refused(tmp_path: Path, library: ModelLibrary, missing: str) -> None:
    model_folder(tmp_path / "shared")
    (tmp_path / "shared" / missing).unlink()
    with pytest.raises(BadModel, match=missing):
        import_model(tmp_path / "shared", library)


def test_a_library_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    model_folder(tmp_path / "shared")
    (tmp_path / "user").write_text("a file where the folder should be")
    with pytest.raises(UnwritableFile, match="cannot be written"):
        import_model(tmp_path / "shared", ModelLibrary(tmp_path / "bundled", tmp_path / "user"))


class CancelsAtOnce:
    def tick(self, done: int, total: int, **facts: float) -> None:
        raise Cancelled


def test_a_cancelled_import_leaves_nothing(tmp_path: Path, library: ModelLibrary) -> None:
    torch.save(state_of("prn_r"), tmp_path / "m.pth")
    with pytest.raises(Cancelled):
        import_model(tmp_path / "m.pth", library, watch=CancelsAtOnce())
    assert is_empty(library)


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save(state_of("prn_r"), tmp_path / "m.pth")
    monkeypatch.setattr(importer, "TIME_LIMIT_S", 0.05)
    with pytest.raises(BadModel, match="time limit"):
        import_model(tmp_path / "m.pth", library, watch=NoWatch())
    assert is_empty(library)


def test_an_id_that_is_taken_or_impossible_is_refused_before_the_file_is_opened(tmp_path: Path, library: ModelLibrary) -> None:
    model_folder(library.bundled / "shared")
    (tmp_path / "m.pth").write_bytes(b"nonsense")
    for wanted in ("SHARED", "../up", "default"):
        with pytest.raises(BadModel, match=r"already a model|cannot be the id"):
            import_model(tmp_path / "m.pth", library, model_id=wanted)


def test_the_frozen_application_is_its_own_child(
    tmp_path: Path, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frozen, `sys.executable` is rainapp itself; a launcher script stands for it here."""
    if os.name != "posix":
        pytest.skip("the launcher is a shell script")
    launcher = tmp_path / "rainapp"
    launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rainapp "$@"\n')
    launcher.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(launcher))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    torch.save(state_of("prn_r"), tmp_path / "m.pth")
    assert import_model(tmp_path / "m.pth", library).arch == "prn_r"


def test_the_child_says_why_it_refuses(tmp_path: Path, library: ModelLibrary) -> None:
    torch.save(
        {"intro.weight": torch.ones(2), "ending.weight": torch.ones(2), "encoders.0.0.beta": torch.ones(2)}, tmp_path / "m.pth"
    )
    with pytest.raises(BadModel, match="looks like NAFNet"):
        import_model(tmp_path / "m.pth", library)
    assert is_empty(library)


def test_double_precision_is_stored_as_single(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    torch.save({name: tensor.double() for name, tensor in state_of("prn_r").items()}, buffer)
    (tmp_path / "m.pth").write_bytes(buffer.getvalue())
    foreign_weights.convert(tmp_path / "m.pth", "checkpoint", tmp_path / WEIGHTS, None)
    assert {tensor.dtype for tensor in load_file(tmp_path / WEIGHTS).values()} == {torch.float32}


SHARED = Path(os.environ.get("RAINAPP_SHARED", "/nonexistent"))


@pytest.mark.skipif(not SHARED.is_dir(), reason="RAINAPP_SHARED names no folder with public checkpoints")
def test_public_checkpoints_are_recognised() -> None:
    for path in sorted((SHARED / "baselines" / "prenet").glob("*.pth")):
        state = foreign_weights.read_state(path, kind_of(path))
        found = recognise(shapes_of(state))
        assert found is not None, path.name
        assert found.shape == {"channels": 32}
        foreign_weights.probe(foreign_weights.fit(state, found))
