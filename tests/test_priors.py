"""Priors in the library: folders as diffusers writes them come and go whole, and what cannot be used is refused in words."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from doors import cost
from prior_files import tiny_unet, tiny_vq, write_prior_card

from rainapp.__main__ import main
from rainapp.base.errors import BadModel
from rainapp.inference.refine import load_prior
from rainapp.library.cards import CARD, read_card
from rainapp.library.importer import import_model
from rainapp.library.model_library import ModelLibrary
from rainapp.library.prior_import import import_prior
from rainapp.library.priors import CONFIG_BYTES_MAX, files_of

WEIGHTS = "diffusion_pytorch_model.safetensors"


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "weights", tmp_path / "user")


def test_a_prior_is_no_derainer_and_is_listed_apart(library: ModelLibrary) -> None:
    tiny_vq(library.user)
    assert library.cards() == []
    assert [card.id for card in library.priors()] == ["tiny-prior"]
    assert library.problems() == []
    with pytest.raises(BadModel, match="is a prior and takes out no rain"):
        library.get("tiny-prior")
    assert library.prior("tiny-prior") == library.find("tiny-prior") == library.prior()


def test_of_the_bundled_priors_diffusion_comes_first_and_then_content(library: ModelLibrary) -> None:
    tiny_vq(library.user, "another")
    assert library.prior().id == "another"
    for name in ("content", "diffusion"):
        tiny_vq(library.bundled_priors, name)
        assert library.prior().id == name
        assert library.is_bundled(name)
        assert library.folder(library.prior()) == library.bundled_priors / name


def test_without_a_prior_that_is_said(library: ModelLibrary) -> None:
    with pytest.raises(BadModel, match="no prior to repair with"):
        library.prior()
    with pytest.raises(BadModel, match="There is no model “content”"):
        library.prior("content")


def test_a_model_is_no_prior(tiny_library: Path) -> None:
    with pytest.raises(BadModel, match="is a model, not a prior"):
        ModelLibrary().prior("tiny")


def _without(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def _with(name: str, content: bytes) -> Callable[[Path], object]:
    def add(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)

    return add


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no weights": (_without(WEIGHTS), f"lacks {WEIGHTS}"),
    "no description": (_without("config.json"), "lacks config.json"),
    "pickled weights beside them": (_with("diffusion_pytorch_model.bin", b"\x80\x04."), "pickled weights"),
    "pickled weights deeper": (_with("unet/model.ckpt", b"PK"), "pickled weights"),
    "a program": (_with("pipeline.py", b"import os"), "neither weights nor a description"),
    "a cut file": (lambda folder: (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:500]), "safetensors"),
    "another class": (_with("config.json", b'{"_class_name": "UNet2DModel"}'), "not of “VQModel”"),
    "no JSON": (_with("config.json", b"{"), "cannot be read"),
    "endless JSON": (_with("config.json", b"[" * CONFIG_BYTES_MAX), "cannot be read"),
    "a giant": (_with("config.json", b'{"_class_name": "VQModel", "num_vq_embeddings": 1e15}'), "describes what cannot be"),
    "a link": (lambda folder: (folder / "x.json").symlink_to("/etc/hostname"), "holds the link"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_what_cannot_be_used_is_refused_in_words(name: str, library: ModelLibrary, tmp_path: Path) -> None:
    damage, words = DAMAGES[name]
    folder = tiny_vq(tmp_path / "outside")
    damage(folder)
    with pytest.raises(BadModel, match=words):
        import_model(folder, library)
    shutil.copytree(folder, library.user / "tiny-prior", symlinks=True)
    assert library.priors() == []
    (problem,) = library.problems()
    assert words in problem.message
    with pytest.raises(BadModel, match=words):
        library.prior("tiny-prior")


def test_an_unknown_kind_is_refused(library: ModelLibrary, tmp_path: Path) -> None:
    folder = tiny_vq(tmp_path / "outside")
    write_prior_card(folder, "gan")
    with pytest.raises(BadModel, match="“gan” is not known"):
        import_model(folder, library)


def test_changed_numbers_show_in_verify_and_refuse_an_import(library: ModelLibrary, tmp_path: Path) -> None:
    folder = tiny_vq(library.user)
    assert library.verify() == library.verify("tiny-prior") == []
    raw = bytearray((folder / WEIGHTS).read_bytes())
    raw[-1] ^= 1
    (folder / WEIGHTS).write_bytes(raw)
    assert [problem.model_id for problem in library.verify()] == ["tiny-prior"]
    shutil.move(folder, tmp_path / "moved")
    with pytest.raises(BadModel, match="SHA-256 differs"):
        import_model(tmp_path / "moved", library)
    assert list(library.user.iterdir()) == []


def test_the_command_line_lists_shows_exports_imports_verifies_and_removes(
    tiny_library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = tiny_vq(tmp_path / "outside")

    def rainapp(*words: str, code: int = 0) -> list[dict[str, object]]:
        assert main(["models", *words, "--json"]) == code
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert rainapp("import", str(outside))[0]["id"] == "tiny-prior"
    kinds = {entry["id"]: entry["kind"] for entry in rainapp("list")}
    assert kinds == {"tiny": "derainer", "tiny-prior": "prior"}
    assert rainapp("show", "tiny-prior")[0]["arch"] == "vq"
    assert {entry["id"]: entry["ok"] for entry in rainapp("verify")} == {"tiny": True, "tiny-prior": True}
    rainapp("export", "tiny-prior", str(tmp_path / "out"))
    assert rainapp("import", str(tmp_path / "out" / "tiny-prior"), "--id", "again")[0]["id"] == "again"
    assert read_card(tiny_library / "again")[0].is_prior
    there = {path.name for path in (tiny_library / "again").iterdir()}
    assert there == {CARD, "config.json", WEIGHTS}
    assert rainapp("remove", "again")[0]["removed"]
    assert not (tiny_library / "again").exists()


def test_a_prior_cannot_be_the_default(tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny_vq(tiny_library)
    assert main(["models", "default", "tiny-prior"]) == 3
    assert "is a prior" in capsys.readouterr().err
    assert ModelLibrary().default_id == "tiny"


def _with_words(folder: Path, place: str, **changes: object) -> None:
    words = json.loads((folder / place).read_text())
    (folder / place).write_text(json.dumps(words | changes))


ODD_NETS: dict[str, dict[str, object]] = {
    "no groups": {"norm_num_groups": 0},
    "no heads": {"attention_head_dim": 0, "add_attention": True},
    "lists for blocks": {"down_block_types": [["os", "system"], {"a": 1}]},
    "a hundred thousand layers": {"layers_per_block": 4096},
    "sixty levels": {"block_out_channels": [4096] * 60},
    "a giant": {"block_out_channels": [4096] * 2, "layers_per_block": 8},
}
ODD_SCHEDULES: dict[str, dict[str, object]] = {
    "no steps": {"num_train_timesteps": 0},
    "steps below none": {"num_train_timesteps": -5},
    "a table of steps": {"num_train_timesteps": {"a": 1}},
    "texts for betas": {"trained_betas": ["x"]},
    "betas beyond one": {"beta_start": 3.0, "beta_end": 4000.0},
}


@pytest.mark.parametrize(
    ("place", "changes"),
    [("unet/config.json", each) for each in ODD_NETS.values()]
    + [("scheduler/scheduler_config.json", each) for each in ODD_SCHEDULES.values()],
)
def test_a_diffusion_prior_that_cannot_be_is_refused_in_words(tmp_path: Path, place: str, changes: dict[str, object]) -> None:
    folder = tiny_unet(tmp_path)
    _with_words(folder, place, **changes)
    card = write_prior_card(folder, "unet")
    began = time.process_time()
    with pytest.raises(BadModel):
        load_prior.load(folder, card, "cpu")
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "changes",
    [{"layers_per_block": 4096}, {"block_out_channels": [4096] * 64}, {"num_vq_embeddings": [1]}, {"layers_per_block": -1}],
)
def test_a_content_prior_that_cannot_be_is_refused_in_words(tmp_path: Path, changes: dict[str, object]) -> None:
    folder = tiny_vq(tmp_path)
    _with_words(folder, "config.json", **changes)
    card = write_prior_card(folder, "vq")
    began = time.process_time()
    with pytest.raises(BadModel):
        load_prior.load(folder, card, "cpu")
    assert time.process_time() - began < 10


def test_weights_of_another_net_are_never_read(tmp_path: Path) -> None:
    """A sparse file of a gigabyte in eighths of a number would be four gigabytes of them."""
    folder = tiny_vq(tmp_path)
    many = 1 << 30
    head = json.dumps({"a": {"dtype": "F8_E4M3", "shape": [many], "data_offsets": [0, many]}}).encode()
    with (folder / "diffusion_pytorch_model.safetensors").open("wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        file.truncate(8 + len(head) + many)
    write_prior_card(folder, "vq")
    _, megabytes, said = cost(
        "from pathlib import Path\nfrom rainapp.inference.refine import load_prior\nfrom rainapp.base.errors import BadModel\n"
        f"from rainapp.library.cards import read_card\nfolder = Path({str(folder)!r})\ncard = read_card(folder)[0]\n"
        "def run():\n    try:\n        return load_prior.load(folder, card, 'cpu')\n"
        "    except BadModel as error:\n        return error.message"
    )
    assert "not built as a content prior" in said
    assert megabytes < 800  # diffusers is loaded meanwhile


def test_a_name_that_is_no_text_is_one_of_the_files(tmp_path: Path) -> None:
    folder = tiny_vq(tmp_path)
    (tmp_path / os.fsdecode(b"tiny-prior/READ\xffME.md")).write_text("x")
    card = write_prior_card(folder, "vq")
    import_prior(folder, library := ModelLibrary(tmp_path / "bundled", tmp_path / "user"), None, None)
    assert library.verify(card.id) == []


def test_folders_in_folders_are_not_a_prior(tmp_path: Path) -> None:
    folder = tiny_vq(tmp_path)
    for place in range(30):  # empty ones, which hold no file that could be counted
        for inner in range(30):
            (folder / f"{place}" / f"{inner}").mkdir(parents=True)
    with pytest.raises(BadModel, match="more than any prior"):
        files_of(folder)
