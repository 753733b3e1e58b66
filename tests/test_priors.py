"""Priors in the library: folders as diffusers writes them come and go whole, and what cannot be used is refused in words."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from prior_files import tiny_vq, write_prior_card

from rainapp.__main__ import main
from rainapp.base.errors import BadModel
from rainapp.library.cards import CARD, read_card
from rainapp.library.importer import import_model
from rainapp.library.model_library import ModelLibrary
from rainapp.library.priors import CONFIG_BYTES_MAX

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
