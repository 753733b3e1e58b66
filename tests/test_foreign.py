"""Foreign model files: the good are recognised and converted, the hostile and the broken are refused and execute nothing."""

import contextlib
import io
import os
import pickle
import stat
import struct
import subprocess
import sys
import warnings
import zipfile
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from rainapp import importing, nets
from rainapp.cards import CARD, write_card
from rainapp.errors import BadModel, Cancelled, UnreadableFile, UnwritableFile
from rainapp.importing import import_model
from rainapp.jobs import NoWatch
from rainapp.library import UNKNOWN_LICENCE, WEIGHTS, ModelCard, ModelLibrary, sha256_of
from rainapp.model_files import kind_of, unpack
from rainapp.nets import foreign
from rainapp.recognise import Recognised, common_prefix, looks_like, naf_receptive_px, recognise

FAMILY = ["prenet", "prenet_r", "prn", "prn_r"]
NAF = {"width": 4, "encoder": [1, 2], "middle": 1, "decoder": [2, 1], "conditional": True}


class Canary:
    """Unpickled carelessly, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "bundled", tmp_path / "user")


def small_net(arch: str) -> nn.Module:
    """An untrained net that changes a picture a little, as a trained one does."""
    torch.manual_seed(3)
    net = nets.build(arch, **(NAF if arch == "unshuffle_naf" else {"channels": 8}))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.mul_(0.7)
    return net


def state_of(arch: str) -> dict[str, Tensor]:
    return dict(small_net(arch).state_dict())


def shapes_of(state: dict[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def is_empty(library: ModelLibrary) -> bool:
    """Whether neither a model nor the remains of one lie in the user's library."""
    return not library.user.exists() or list(library.user.iterdir()) == []


# Recognising by names and shapes


@pytest.mark.parametrize("arch", [*FAMILY, "unshuffle_naf"])
def test_each_net_of_ours_is_recognised_with_its_shape(arch: str) -> None:
    state = state_of(arch)
    found = recognise(shapes_of(state))
    assert found is not None
    assert found.arch == arch
    assert shapes_of(dict(nets.build(found.arch, **found.shape).state_dict())) == shapes_of(state)


@pytest.mark.parametrize(
    "shape", [NAF, NAF | {"conditional": False}, {"width": 2, "encoder": [3], "middle": 2, "decoder": [1]}]
)
def test_the_shape_of_the_fast_net_is_read_off_its_weights(shape: dict[str, Any]) -> None:
    found = recognise(shapes_of(dict(nets.build("unshuffle_naf", **shape).state_dict())))
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
    net = nets.build("unshuffle_naf", width=2, encoder=[1, 1], middle=1, decoder=[1, 1], conditional=False)
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
        (["proxNet_B_S1.layer1.weight", "proxNet_M0.x"], "RCDNet"),
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
    assert foreign.unwrap(loaded).keys() == state.keys()


def test_averaged_weights_are_preferred() -> None:
    loaded = {"params": {"w": torch.zeros(1)}, "params_ema": {"w": torch.ones(1)}}
    assert foreign.unwrap(loaded)["w"] == 1


@pytest.mark.parametrize("loaded", [None, 3, [torch.ones(1)], {"epoch": 3}, {"state_dict": {}}])
def test_what_holds_no_tensors_by_name_has_no_weights(loaded: object) -> None:
    assert foreign.unwrap(loaded) == {}


# The door: refused by the bytes, without loading


def hostile_zip(path: Path, name: str, mode: int = 0o644) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"m/{CARD}", "title = 'T'")
        archive.writestr(f"m/{WEIGHTS}", b"")
        member = zipfile.ZipInfo(name)
        member.filename = member.orig_filename = name  # as written, also where this system would change it
        member.external_attr = mode << 16
        archive.writestr(member, "x")
    return path


@pytest.mark.parametrize(
    "name",
    ["../up.txt", "m/../../up.txt", "/etc/x", "C:\\x.txt", "..\\..\\up.txt", "C:x", "m/a\nb", f"m/{CARD.upper()}", f"m/{CARD}"],
)
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_zip_with_one_dangerous_name_is_refused_whole(tmp_path: Path, name: str) -> None:
    package = hostile_zip(tmp_path / "m.zip", name)
    with pytest.raises(BadModel, match="leads out of its folder|twice"):
        kind_of(package)
    with pytest.raises(BadModel, match="leads out of its folder|twice"):
        unpack(package, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["m.zip"]


def test_a_zip_with_a_link_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="holds the link"):
        kind_of(hostile_zip(tmp_path / "m.zip", "m/link", stat.S_IFLNK | 0o777))


def test_a_decompression_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CARD, "title = 'T'")
        archive.writestr(WEIGHTS, bytes(20_000_000))
    with pytest.raises(BadModel, match="20 MB from 0.0 MB"):
        kind_of(tmp_path / "m.zip")


def test_a_bomb_that_declares_less_than_it_unpacks_is_stopped(tmp_path: Path) -> None:
    package = tmp_path / "m.zip"
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CARD, "title = 'T'")
        archive.writestr(WEIGHTS, bytes(20_000_000))
    package.write_bytes(package.read_bytes().replace(struct.pack("<I", 20_000_000), struct.pack("<I", 1000)))
    assert kind_of(package) == "package"
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(BadModel):
        unpack(package, folder)
    assert sum(path.stat().st_size for path in folder.iterdir()) < 10_000


@pytest.mark.parametrize("names", [["readme.txt"], [CARD], [f"a/{CARD}", f"b/{WEIGHTS}"], [f"a/b/{CARD}", f"a/b/{WEIGHTS}"]])
def test_a_zip_without_a_model_is_refused(tmp_path: Path, names: list[str]) -> None:
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    with pytest.raises(BadModel, match="holds no model"):
        kind_of(tmp_path / "m.zip")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"not a model", "begins with “not a model”"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5"),
        (bytes(257) + b"ustar" + bytes(300), "tar archive"),
        (b"\x1b[2J\x00\x01", "no format we know"),
        (b"PK\x03\x04" + bytes(60), "damaged"),
        (b"cos\nsystem\n(S'true'\ntR.", "no model file"),
        (b"\x80\x02}q\x00.", "no PyTorch checkpoint"),
        (struct.pack("<Q", 2**62) + b"{}", "no format we know"),
    ],
)
def test_what_is_no_model_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "file.pth").write_bytes(content)
    with pytest.raises(BadModel, match=words):
        kind_of(tmp_path / "file.pth")


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """A good file of each kind."""
    folder = tmp_path_factory.mktemp("whole")
    state = {"conv.0.weight": torch.ones(3, 4, 3, 3), "conv.0.bias": torch.ones(3)}
    torch.save(state, folder / "new")
    torch.save(state, folder / "old", _use_new_zipfile_serialization=False)
    save_file(state, folder / "plain")
    with zipfile.ZipFile(folder / "zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"m/{CARD}", "title = 'T'\n" * 30)
        archive.write(folder / "plain", f"m/{WEIGHTS}")
    return [path.read_bytes() for path in sorted(folder.iterdir())]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(
    which=st.integers(0, 3),
    places=st.lists(st.floats(0, 1), min_size=1, max_size=6),
    byte=st.integers(0, 255),
    cut=st.booleans(),
)
def test_no_damage_raises_anything_but_bad_model(
    whole_files: list[bytes], tmp_path: Path, which: int, places: list[float], byte: int, cut: bool
) -> None:
    content = bytearray(whole_files[which])
    for place in places:
        content[min(int(place * len(content)), len(content) - 1)] = byte
    file = tmp_path / "file"
    file.write_bytes(content[: int(places[0] * len(content))] if cut else content)
    with contextlib.suppress(BadModel), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch remarks on odd versions inside
        kind = kind_of(file)
        if kind == "package":
            unpack(file, tmp_path)
        else:
            foreign.read_state(file, kind)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("archive", [True, False])
@pytest.mark.parametrize("name", ["canary.pth", "canary.ckpt", "canary.safetensors"])
def test_a_pickle_that_would_run_something_is_refused_and_runs_nothing(
    tmp_path: Path, library: ModelLibrary, protocol: int, archive: bool, name: str
) -> None:
    canary, file = tmp_path / "executed", tmp_path / name
    torch.save(
        {"w": torch.ones(2), "x": Canary(canary)}, file, pickle_protocol=protocol, _use_new_zipfile_serialization=archive
    )
    with pytest.raises(BadModel, match="would run .*pathlib"):
        import_model(file, library)
    assert not canary.exists()
    assert is_empty(library)


def test_a_bare_pickle_is_refused_and_runs_nothing(tmp_path: Path, library: ModelLibrary) -> None:
    canary, file = tmp_path / "executed", tmp_path / "bare.pt"
    file.write_bytes(pickle.dumps(Canary(canary)))
    with pytest.raises(BadModel, match="would run"):
        import_model(file, library)
    assert not canary.exists()


def test_many_pickles_in_a_row_do_not_keep_the_door_keeper_busy(tmp_path: Path) -> None:
    (tmp_path / "many.pth").write_bytes(b"\x80\x02N." * 500_000)
    with pytest.raises(BadModel, match="no PyTorch checkpoint"):
        kind_of(tmp_path / "many.pth")


def test_a_pickle_that_asks_for_all_memory_is_refused(tmp_path: Path, library: ModelLibrary) -> None:
    grab = b"\x80\x02cbuiltins\nbytearray\n\x8a\x06" + (2**45).to_bytes(6, "little") + b"\x85R."
    torch.save({"w": torch.ones(2)}, tmp_path / "good.pth")
    with zipfile.ZipFile(tmp_path / "good.pth") as good, zipfile.ZipFile(tmp_path / "grab.pth", "w") as bad:
        for member in good.infolist():
            bad.writestr(member.filename, grab if member.filename.endswith("data.pkl") else good.read(member))
    with pytest.raises(BadModel, match="memory|damaged"):
        import_model(tmp_path / "grab.pth", library)
    assert is_empty(library)


def test_the_loader_itself_refuses_what_the_door_would_let_pass(tmp_path: Path) -> None:
    canary, file = tmp_path / "executed", tmp_path / "canary.pth"
    torch.save({"w": torch.ones(2), "x": Canary(canary)}, file)
    with pytest.raises(BadModel, match="more than weights"):
        foreign.read_state(file, "checkpoint")
    assert not canary.exists()


def test_a_whole_pickled_net_is_refused(tmp_path: Path) -> None:
    torch.save(nn.Conv2d(3, 3, 3), tmp_path / "net.pth")
    with pytest.raises(BadModel, match=r"would run .*torch\.nn\.modules\.conv\.Conv2d"):
        kind_of(tmp_path / "net.pth")


def test_a_torchscript_archive_is_refused(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript is deprecated, but such files are about
        torch.jit.save(torch.jit.trace(nn.Conv2d(3, 3, 3), torch.ones(1, 3, 4, 4)), tmp_path / "net.pt")
    with pytest.raises(BadModel, match="TorchScript"):
        kind_of(tmp_path / "net.pt")


def test_what_is_no_file_is_refused(tmp_path: Path, library: ModelLibrary) -> None:
    with pytest.raises(UnreadableFile, match="does not exist"):
        import_model(tmp_path / "nothing.pth", library)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.pth")
        with pytest.raises(BadModel, match="no file"):
            import_model(tmp_path / "pipe.pth", library)


def header(text: str, numbers: bytes = b"") -> bytes:
    return struct.pack("<Q", len(text)) + text.encode() + numbers


@pytest.mark.parametrize(
    "content",
    [
        header('{"w": {"dtype": "F32", "shape": [1073741824, 1073741824], "data_offsets": [0, 4]}}', bytes(4)),
        header('{"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}', bytes(4)),
        header('{"w": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}', bytes(8)),
        header('{"w": {"dtype": "X9", "shape": [1], "data_offsets": [0, 4]}}', bytes(4)),
        header('{"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}', bytes(4)),
        header("{" * 10_000),
        header('{"w": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}', bytes(4)),
    ],
)
def test_malformed_safetensors_are_refused(tmp_path: Path, library: ModelLibrary, content: bytes) -> None:
    (tmp_path / "m.safetensors").write_bytes(content)
    with pytest.raises(BadModel, match="no valid safetensors"):
        import_model(tmp_path / "m.safetensors", library)
    assert is_empty(library)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.float64])
def test_weights_that_are_not_finite_are_refused(
    tmp_path: Path, library: ModelLibrary, value: float, dtype: torch.dtype
) -> None:
    state = {name: tensor.to(dtype) for name, tensor in state_of("prn_r").items()}
    state["conv.0.bias"][1] = value
    save_file(state, tmp_path / "m.safetensors")
    with pytest.raises(BadModel, match=r"conv\.0\.bias.*not finite"):
        import_model(tmp_path / "m.safetensors", library)
    with pytest.raises(BadModel, match=r"conv\.0\.bias.*not finite"):
        foreign.check_finite(state)
    assert is_empty(library)


def test_weights_of_an_unknown_net_are_refused(tmp_path: Path, library: ModelLibrary) -> None:
    save_file({"layer.weight": torch.ones(2)}, tmp_path / "m.safetensors")
    with pytest.raises(BadModel, match="no net rainapp knows.*layer.weight"):
        import_model(tmp_path / "m.safetensors", library)


# Inside the child, called directly


def read(tmp_path: Path, content: object) -> dict[str, Tensor]:
    torch.save(content, tmp_path / "m.pth")
    return foreign.read_state(tmp_path / "m.pth", "checkpoint")


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
            foreign.read_state(tmp_path / "m.pth", "checkpoint")


def test_a_giant_net_is_refused_before_anything_is_allocated() -> None:
    state = state_of("prenet") | {"conv0.0.weight": torch.zeros(200_000, 6, 3, 3, dtype=torch.float16)}
    found = recognise(shapes_of(state))
    assert found is not None
    with pytest.raises(BadModel, match="do not fit PReNet"):  # built in full it would take 1.4 terabytes
        foreign.fit(state, found)


def test_weights_of_another_shape_are_refused() -> None:
    state = state_of("prenet")
    state["conv_i.0.weight"] = torch.zeros(8, 17, 3, 3)
    found = recognise(shapes_of(state))
    assert found is not None
    with pytest.raises(BadModel, match=r"conv_i\.0\.weight.*\(8, 17, 3, 3\), not \(8, 16, 3, 3\)"):
        foreign.fit(state, found)


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
        foreign.probe(Answering(answer))


def test_a_net_that_leaves_the_picture_alone_passes_the_probe() -> None:
    asked: list[Tensor] = []

    def answer(rainy: Tensor) -> Tensor:
        asked.append(rainy)
        return rainy

    foreign.probe(Answering(answer))
    assert [tuple(rainy.shape) for rainy in asked] == [(1, 3, 64, 64)]


def test_half_precision_is_claimed_only_where_it_is_accurate() -> None:
    assert foreign.accurate_precisions(small_net("prn_r").requires_grad_(False)) == ["fp32", "bf16", "fp16"]

    class Delicate(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.up, self.down = nn.Conv2d(3, 3, 1, bias=False), nn.Conv2d(3, 3, 1, bias=False)
            for layer, factor in ((self.up, 1e6), (self.down, 1e-6)):
                nn.init.dirac_(layer.weight)
                layer.weight.data.mul_(factor)

        def forward(self, rainy: Tensor) -> Tensor:
            return self.down(self.up(rainy))

    assert "fp16" not in foreign.accurate_precisions(Delicate())


@pytest.mark.skipif(sys.platform != "linux", reason="memory can be capped only there")
def test_the_child_cannot_take_all_memory() -> None:
    program = "import torch; from rainapp.nets.foreign import limit_memory; limit_memory(0); torch.ones(2**30)"
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
        net = nets.build("prenet", channels=8, stages=3)
        net.load_state_dict(state_of(arch))
    else:
        save_file(dict(net.state_dict()), tmp_path / file)
    card = import_model(tmp_path / file, library)
    assert card == library.get(card.id)
    assert library.verify() == []
    assert (card.arch, card.licence) == (arch, UNKNOWN_LICENCE)
    assert card.veils == (("keep", "clear") if arch == "unshuffle_naf" else ("keep",))
    rainy = foreign.probe_picture()
    with torch.inference_mode():  # another layout in memory changes the last digits
        torch.testing.assert_close(nets.load(card, library.weights_path(card))(rainy), net.eval()(rainy))
    assert [path.name for path in library.user.iterdir()] == [card.id]
    if arch == "prenet":
        assert (card.id, card.shape["stages"]) == ("My-PReNet3", 3)


def model_folder(folder: Path, **changes: Any) -> ModelCard:
    folder.mkdir(parents=True)
    save_file(state_of("unshuffle_naf"), folder / WEIGHTS)
    card = ModelCard("shared", "Shared", "unshuffle_naf", sha256_of(folder / WEIGHTS), shape=dict(NAF), licence="CC0")
    card = replace(card, veils=("keep", "clear"), trained_on="small photos", figures={"rain100l.psnr_y": 36.5}, **changes)
    write_card(folder, card)
    return card


def test_a_zipped_model_keeps_its_card_and_nothing_else_is_taken(tmp_path: Path, library: ModelLibrary) -> None:
    card = model_folder(tmp_path / "shared")
    (tmp_path / "shared" / "readme.txt").write_text("hello")
    with zipfile.ZipFile(tmp_path / "shared.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (tmp_path / "shared").iterdir():
            archive.write(path, f"shared/{path.name}")
    imported = import_model(tmp_path / "shared.zip", library, licence="MIT\n\x1b[31m")
    assert imported == replace(card, licence="MIT �[31m")
    assert sorted(path.name for path in (library.user / "shared").iterdir()) == [CARD, WEIGHTS]
    with pytest.raises(BadModel, match="already a model “shared”"):
        import_model(tmp_path / "shared", library)


@pytest.mark.parametrize(("arch", "width", "words"), [("torch.nn.Conv2d", 4, "not known"), ("unshuffle_naf", 6, "do not fit")])
def test_a_card_that_does_not_fit_its_weights_is_found_out(tmp_path: Path, arch: str, width: int, words: str) -> None:
    save_file(state_of("unshuffle_naf"), tmp_path / WEIGHTS)
    with pytest.raises(BadModel, match=words):
        foreign.convert(tmp_path / WEIGHTS, "safetensors", None, Recognised(arch, "Claimed", NAF | {"width": width}))


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
    monkeypatch.setattr(importing, "TIME_LIMIT_S", 0.05)
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
    foreign.convert(tmp_path / "m.pth", "checkpoint", tmp_path / WEIGHTS, None)
    assert {tensor.dtype for tensor in load_file(tmp_path / WEIGHTS).values()} == {torch.float32}


SHARED = Path(os.environ.get("RAINAPP_SHARED", "/nonexistent"))


@pytest.mark.skipif(not SHARED.is_dir(), reason="RAINAPP_SHARED names no folder with public checkpoints")
def test_public_checkpoints_are_recognised() -> None:
    for path in sorted((SHARED / "baselines" / "prenet").glob("*.pth")):
        state = foreign.read_state(path, kind_of(path))
        found = recognise(shapes_of(state))
        assert found is not None, path.name
        assert found.shape == {"channels": 32}
        foreign.probe(foreign.fit(state, found))
