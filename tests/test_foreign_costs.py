"""A foreign model is neither read nor computed in the window's process, and costs little to refuse."""

import json
import os
import struct
import sys
import zipfile
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from doors import cost, plain_card
from foreign_files import is_empty, model_folder, state_of
from safetensors.torch import save_file

from rainapp.base.errors import BadModel
from rainapp.jobs.records import NoWatch
from rainapp.library import importer, model_files
from rainapp.library.cards import CARD
from rainapp.library.importer import PASSED_ON, import_model
from rainapp.library.model_library import WEIGHTS, WEIGHTS_BYTES_MAX, ModelLibrary, sha256_of
from rainapp.library.recognise import common_prefix, recognise
from rainapp.library.tensor_list import HEADER_BYTES_MAX, TENSORS_MAX, tensor_shapes
from rainapp.library.zip_tail import directory_size

END = struct.Struct("<4s4H2LH")
END_64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64 = struct.Struct("<4sLQL")


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "bundled", tmp_path / "own")


def with_header(path: Path, header: dict[str, Any], numbers: int) -> Path:
    """A safetensors file whose numbers are a hole of that many bytes."""
    raw = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(len(raw).to_bytes(8, "little") + raw)
        file.truncate(8 + len(raw) + numbers)
    return path


def sparse(path: Path, numbers: int) -> Path:
    """The tensors of a PReNet, the first of them with as many numbers as fill the file."""
    header, at = {}, 0
    for name, tensor in state_of("prenet").items():
        shape = [numbers // 4 // 54, 6, 3, 3] if name == "conv0.0.weight" else list(tensor.shape)
        end = at + 4 * torch.Size(shape).numel()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, end]}
        at = end
    return with_header(path, header, at)


class Peak(NoWatch):
    """Watches an import; knows the most memory this process had meanwhile, and the environment of the child."""

    def __init__(self) -> None:
        self.me = psutil.Process()
        self.began = self.most = self.me.memory_info().rss
        self.environment: dict[str, str] = {}

    def tick(self, done: int, total: int, **facts: float) -> None:
        self.most = max(self.most, self.me.memory_info().rss)
        for child in self.me.children():
            try:
                self.environment = self.environment or child.environ()
            except psutil.Error:
                continue

    @property
    def grown_mb(self) -> float:
        return (self.most - self.began) / 2**20


def test_the_numbers_of_a_large_sparse_file_are_not_looked_at_here(tmp_path: Path, library: ModelLibrary) -> None:
    file = sparse(tmp_path / "m.safetensors", 3 << 30)
    code = (
        "from pathlib import Path\nfrom rainapp.library import importer as importing\n"
        f"def run():\n    try:\n        importing._check_header(Path({str(file)!r}))\n"
        "    except importing.BadModel as error:\n        return error.message"
    )
    seconds, megabytes, said = cost(code)
    assert "no such shape: channels" in said  # before three gigabytes are read anywhere
    assert seconds < 1
    assert megabytes < 200
    with pytest.raises(BadModel, match="no such shape"):
        import_model(file, library)
    assert is_empty(library)


def test_numbers_that_are_not_finite_are_found_in_the_child(tmp_path: Path, library: ModelLibrary) -> None:
    state = state_of("prenet")
    state["conv0.0.bias"][0] = float("nan")
    save_file(state, tmp_path / "m.safetensors")
    with pytest.raises(BadModel, match="not finite"):
        import_model(tmp_path / "m.safetensors", library)
    assert is_empty(library)


def test_the_child_gets_only_what_it_needs(tmp_path: Path, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("MY_TOKEN", "x")
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
    save_file(state_of("prenet"), tmp_path / "m.safetensors")
    watch = Peak()
    import_model(tmp_path / "m.safetensors", library, watch=watch)
    if sys.platform == "linux":
        assert watch.environment
        assert watch.environment.keys() <= PASSED_ON | {"CUDA_VISIBLE_DEVICES", "PYTHONPATH"}
    assert not {"AWS_SECRET_ACCESS_KEY", "MY_TOKEN"} & PASSED_ON
    assert "PATH" in os.environ


@pytest.mark.parametrize("count", [TENSORS_MAX + 1, 1_000_000])
def test_a_million_tensors_are_refused_from_the_header(count: int, tmp_path: Path, library: ModelLibrary) -> None:
    entry = '":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    raw = ("{" + ",".join(f'"t{n}{entry}' for n in range(count)) + "}").encode()
    file = tmp_path / "m.safetensors"
    file.write_bytes(len(raw).to_bytes(8, "little") + raw)
    code = (
        "from pathlib import Path\nfrom rainapp.library.tensor_list import tensor_shapes\n"
        f"def run():\n    try:\n        tensor_shapes(Path({str(file)!r}))\n"
        "    except ValueError as error:\n        return error"
    )
    seconds, megabytes, said = cost(code)
    assert "any net" in said
    assert seconds < 1
    assert megabytes < 200
    with pytest.raises(BadModel, match="no valid safetensors"):
        import_model(file, library)


def test_a_million_tensors_in_a_checkpoint_are_refused(tmp_path: Path, library: ModelLibrary) -> None:
    with zipfile.ZipFile(tmp_path / "m.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("m/data.pkl", os.urandom(9 << 20))
        archive.writestr("m/data/0", b"x")
    with pytest.raises(BadModel, match="more than any net has"):
        import_model(tmp_path / "m.pth", library)


def test_hundreds_of_thousands_of_tensors_in_an_old_checkpoint_are_refused(tmp_path: Path, library: ModelLibrary) -> None:
    one = torch.zeros(1)
    old = {f"t{n}": one for n in range(300_000)}
    torch.save(old, tmp_path / "m.pth", _use_new_zipfile_serialization=False)
    with pytest.raises(BadModel, match="more than any net has"):
        import_model(tmp_path / "m.pth", library)


def test_too_many_tensors_are_refused_in_the_child(tmp_path: Path, library: ModelLibrary) -> None:
    torch.save(
        {f"t{n}": torch.zeros(1) for n in range(TENSORS_MAX + 1)}, tmp_path / "m.pth", _use_new_zipfile_serialization=False
    )
    with pytest.raises(BadModel, match="more than any net has"):
        import_model(tmp_path / "m.pth", library)


def many_members(path: Path, count: int, wide: bool, hidden: bool = False) -> Path:
    """A zip whose tail says that it holds `count` members; `hidden`: only its 64-bit record says so."""
    listed = 46 * count
    with path.open("wb") as file:
        file.write(b"PK\3\4" + bytes(26))
        file.truncate(listed)
        file.seek(listed)
        if wide:
            file.write(END_64.pack(b"PK\6\6", 44, 45, 45, 0, 0, count, count, listed, 0))
            file.write(LOCATOR_64.pack(b"PK\6\7", 0, listed, 1))
        short = 1 if hidden else min(count, 0xFFFF)
        file.write(END.pack(b"PK\5\6", 0, 0, short, short, 46 if hidden else min(listed, 0xFFFFFFFF), 0, 0))
    return path


@pytest.mark.parametrize(
    ("count", "wide", "hidden"), [(60_000, False, False), (5_000_000, True, False), (5_000_000, True, True)]
)
def test_a_zip_of_millions_is_refused_from_its_tail(count: int, wide: bool, hidden: bool, tmp_path: Path) -> None:
    file = many_members(tmp_path / "m.zip", count, wide, hidden)
    assert directory_size(file) == (count, 46 * count)
    code = (
        "from pathlib import Path\nfrom rainapp.base.errors import BadModel\nfrom rainapp.library.model_files import kind_of\n"
        f"def run():\n    try:\n        kind_of(Path({str(file)!r}))\n"
        "    except BadModel as error:\n        return error.message"
    )
    seconds, megabytes, said = cost(code)
    assert f"says it holds {count} files" in said
    assert seconds < 1
    assert megabytes < 200


def test_the_tail_of_an_honest_zip_is_read_also_behind_a_comment(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        archive.writestr("a", b"x")
        archive.writestr("b", b"y")
        archive.comment = b"words " * 1000
    count, size = directory_size(tmp_path / "m.zip")
    assert (count, size) == (2, 2 * 47)
    (tmp_path / "cut.zip").write_bytes(b"PK\3\4" + bytes(100))
    with pytest.raises(BadModel, match="damaged"):
        model_files.kind_of(tmp_path / "cut.zip")


def test_sizes_are_looked_at_before_anything_is_copied(tmp_path: Path, library: ModelLibrary) -> None:
    folder = tmp_path / "m"
    plain_card("m", folder)
    with (folder / WEIGHTS).open("wb") as file:
        file.truncate(WEIGHTS_BYTES_MAX + 1)
    with pytest.raises(BadModel, match=r"larger than 4096 MB|no valid safetensors"):
        import_model(folder, library)
    with (folder / CARD).open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(BadModel, match="larger than 256 kB"):
        import_model(folder, library)
    assert is_empty(library)


def test_gigabytes_that_are_no_weights_are_not_copied(tmp_path: Path, library: ModelLibrary) -> None:
    folder = tmp_path / "m"
    plain_card("m", folder)
    with (folder / WEIGHTS).open("wb") as file:
        file.truncate(3 << 30)
    with pytest.raises(BadModel, match="no valid safetensors"):  # its check sum would take longer than a test may
        import_model(folder, library)
    assert is_empty(library)


def test_a_card_is_read_before_gigabytes_are_copied(tmp_path: Path, library: ModelLibrary) -> None:
    folder = tmp_path / "m"
    card = plain_card("m", folder)
    card.write_text("x = [", "utf-8")
    with (folder / WEIGHTS).open("wb") as file:
        file.truncate(3 << 30)
    watch = Peak()
    with pytest.raises(BadModel, match="not valid TOML"):
        import_model(folder, library, watch=watch)
    assert is_empty(library)


def test_the_shapes_of_an_honest_file_are_those_of_its_tensors(tmp_path: Path) -> None:
    model_folder(tmp_path / "m")
    shapes = tensor_shapes(tmp_path / "m" / WEIGHTS)
    assert shapes == {name: tuple(tensor.shape) for name, tensor in state_of("unshuffle_naf").items()}
    save_file({"a": torch.zeros(3, 2, dtype=torch.bfloat16), "b": torch.zeros(())}, tmp_path / "x", metadata={"by": "me"})
    assert tensor_shapes(tmp_path / "x") == {"a": (3, 2), "b": ()}
    assert sha256_of(tmp_path / "x")


@pytest.mark.parametrize(
    "header",
    [
        {"a": {"dtype": ["F32"], "shape": [1], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [True], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [1] * 9, "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": "1", "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [10**400], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}},
        {"a": 1},
        [],
    ],
)
def test_no_header_raises_anything_but_a_value_error(header: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"header|numbers"):
        tensor_shapes(with_header(tmp_path / "m", header, 4))
    (tmp_path / "long").write_bytes((HEADER_BYTES_MAX + 1).to_bytes(8, "little") + b"{")
    with pytest.raises(ValueError, match="longer than that of any net"):
        tensor_shapes(tmp_path / "long")


@pytest.mark.parametrize(
    "raw", [b"{}", b"[]", b"", b"{" * 50_000, b'{"error": 1, "hint": 2}', b'{"arch": "x"}', b"9" * 60_000, b"Infinity"]
)
def test_an_answer_of_the_child_is_not_trusted(raw: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="could not be read"):
        importer._answer_in(raw, tmp_path)


def test_names_made_to_be_slow_are_recognised_in_a_moment() -> None:
    code = """
from rainapp.library.recognise import common_prefix, recognise, unknown_net
levels = {f"encoders.{n}.blocks.0.norm1.weight": (1,) for n in range(9999)}
naf = {"head.weight": (4, 12, 3, 3), "tail.weight": (1,), "middle.blocks.0.norm1.weight": (1,)} | levels
naf |= {name.replace("encoders", "decoders"): shape for name, shape in levels.items()}
def run():
    common_prefix(["module." * 100_000 + "x"])
    unknown_net([f"name{n}" for n in range(20_000)], False)
    return recognise(naf)
"""
    seconds, megabytes, said = cost(code)
    assert said == "None"
    assert seconds < 5
    assert megabytes < 200


def test_wrappers_are_still_taken_off() -> None:
    assert common_prefix(["module.model.a", "module.model.b"]) == "module.model."
    assert common_prefix([]) == ""
    assert recognise({}) is None
