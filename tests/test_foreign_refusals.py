"""Foreign model files at the door: what is hostile or broken is refused by its bytes and executes nothing."""

import contextlib
import os
import pickle
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import nn

from rainapp.base.errors import BadModel, UnreadableFile
from rainapp.library.cards import CARD
from rainapp.library.importer import import_model
from rainapp.library.model_files import kind_of, unpack
from rainapp.library.model_library import WEIGHTS, ModelLibrary
from rainapp.nets import foreign_weights
from tests.foreign_files import Canary, is_empty, state_of


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "bundled", tmp_path / "user")


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
            foreign_weights.read_state(file, kind)


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
        foreign_weights.read_state(file, "checkpoint")
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
        foreign_weights.check_finite(state)
    assert is_empty(library)


def test_weights_of_an_unknown_net_are_refused(tmp_path: Path, library: ModelLibrary) -> None:
    save_file({"layer.weight": torch.ones(2)}, tmp_path / "m.safetensors")
    with pytest.raises(BadModel, match="no net rainapp knows.*layer.weight"):
        import_model(tmp_path / "m.safetensors", library)
