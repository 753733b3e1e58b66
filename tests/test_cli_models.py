"""`rainapp models` and `rainapp doctor`, typed as a person would type them."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rainapp.cli import command_line
from rainapp.library.model_library import CARD, WEIGHTS, ModelLibrary, write_card


def typed(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `rainapp words…`."""
    code = command_line.main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def lines(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_the_list_names_every_model_and_marks_the_default(tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("models",), ("models", "list")):
        code, out, _ = typed(capsys, *words)
        assert code == 0
        assert [line.split()[:2] for line in out.splitlines() if "tiny" in line] == [["*", "tiny"]]


def test_the_list_as_json_is_one_object_a_model(tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tiny_library / "broken").mkdir()
    for words in (("models", "--json"), ("models", "list", "--json"), ("models", "--json", "list")):
        code, out, err = typed(capsys, *words)
        assert code == 0
        (model,) = lines(out)
        assert (model["id"], model["licence"], model["default"], model["bundled"]) == ("tiny", "MIT", True, False)
        assert "broken" in err


def test_an_empty_library_says_how_to_fill_it(tiny_library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = typed(capsys, "models", "--models-dir", tmp_path / "none")
    assert code == 0
    assert "rainapp models import" in out


@pytest.mark.parametrize("before", [True, False])
def test_another_models_folder_can_be_named(
    tiny_library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], before: bool
) -> None:
    tiny_library.rename(tmp_path / "moved")
    option = ("--models-dir", tmp_path / "moved")
    code, out, _ = typed(capsys, "models", *(option if before else ()), "show", "tiny", "--json", *(() if before else option))
    assert code == 0
    assert lines(out)[0]["folder"] == str(tmp_path / "moved" / "tiny")


def test_show_tells_everything(tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = typed(capsys, "models", "show", "default")
    assert code == 0
    for words in ("Tiny", "For tests.", "unshuffle_naf", "MIT", "keep, clear", "width"):
        assert words in out


def test_an_unknown_model_is_refused_in_words(tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for action in ("show", "default", "remove"):
        code, out, err = typed(capsys, "models", action, "nobody")
        assert (code, out) == (3, "")
        assert "no model “nobody”" in err


def test_an_exported_model_imports_again(tiny_library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, _ = typed(capsys, "models", "export", "tiny", tmp_path / "out")
    assert code == 0
    assert sorted(path.name for path in (tmp_path / "out" / "tiny").iterdir()) == [CARD, WEIGHTS]
    code, _, err = typed(capsys, "models", "export", "tiny", tmp_path / "out")
    assert code == 3
    assert "already there" in err
    code, out, err = typed(
        capsys, "models", "import", tmp_path / "out" / "tiny", "--id", "copy", "--licence", "CC0-1.0", "--json"
    )
    assert code == 0, err
    assert lines(out)[-1] == {"id": "copy", "arch": "unshuffle_naf", "licence": "CC0-1.0"}
    assert ModelLibrary().get("copy").trained_on == "nothing"
    assert (tmp_path / "out" / "tiny" / WEIGHTS).read_bytes() == (tiny_library / "copy" / WEIGHTS).read_bytes()


def test_an_import_that_is_refused_says_why_and_changes_nothing(
    tiny_library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.safetensors").write_text("not a model")
    code, out, err = typed(capsys, "models", "import", tmp_path / "text.safetensors", "--json")
    assert (code, out) == (3, "")
    assert "“not a model”" in err
    assert [card.id for card in ModelLibrary().cards()] == ["tiny"]


def test_verify_finds_changed_weights(tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = typed(capsys, "models", "verify", "--json")
    assert (code, lines(out)) == (0, [{"id": "tiny", "ok": True}])
    with (tiny_library / "tiny" / WEIGHTS).open("r+b") as weights:
        weights.seek(-1, os.SEEK_END)
        weights.write(b"\x01")
    code, out, _ = typed(capsys, "models", "verify", "--json")
    assert code == 1
    assert [(line["id"], line["ok"]) for line in lines(out)] == [("tiny", False)]
    assert typed(capsys, "models", "verify")[0] == 1


def test_one_model_can_be_verified(tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tiny_library / "broken").mkdir()
    code, out, _ = typed(capsys, "models", "verify", "tiny", "--json")
    assert (code, lines(out)) == (0, [{"id": "tiny", "ok": True}])
    assert typed(capsys, "models", "verify")[0] == 1
    assert typed(capsys, "models", "verify", "broken")[0] == 3


def test_measured_figures_are_listed(tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library = ModelLibrary()
    card = replace(library.get("tiny"), figures={"rain100l.psnr_y": 36.25})
    write_card(library.folder(card), card)
    assert "rain100l.psnr_y 36.25" in typed(capsys, "models")[1]


def test_a_card_cannot_drive_the_terminal(tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library = ModelLibrary()
    card = replace(library.get("tiny"), title="\x1b[2Jgone", summary="[/bold]\x1b]0;x\x07", licence="[red]\x9bx")
    write_card(library.folder(card), card)
    for words in (("models",), ("models", "show", "tiny"), ("models", "--json")):
        code, out, _ = typed(capsys, *words)
        assert code == 0
        assert not {"\x1b", "\x9b", "\x07"} & set(out)
    assert "[/bold]" in typed(capsys, "models")[1]


@pytest.mark.slow
def test_of_two_imports_of_one_id_at_once_one_wins(tiny_library: Path, tmp_path: Path) -> None:
    (tiny_library / "tiny").rename(tmp_path / "tiny")
    command = [sys.executable, "-m", "rainapp", "models", "import", str(tmp_path / "tiny"), "--id", "wanted", "--json"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    both = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    answers = [process.communicate(timeout=200) for process in both]
    assert sorted(process.returncode for process in both) == [0, 3]
    assert any("already a model “wanted”" in err for _, err in answers)
    assert [card.id for card in ModelLibrary().cards()] == ["wanted"]
    assert ModelLibrary().verify("wanted") == []


def test_the_default_can_be_chosen(tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tiny_library / "library.toml").unlink()
    code, out, _ = typed(capsys, "models", "default", "tiny", "--json")
    assert (code, lines(out)) == (0, [{"default": "tiny"}])
    assert (tiny_library / "library.toml").is_file()


def test_the_alias_cannot_be_removed(tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = typed(capsys, "models", "remove", "default")
    assert code == 3
    assert "alias" in err
    assert (tiny_library / "tiny").is_dir()


def test_wrong_words_exit_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(capsys, "models", "dance")[0] == 2
    assert typed(capsys, "models", "import")[0] == 2


def test_help_does_not_show_what_is_for_the_application_only(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = typed(capsys, "models", "--help")
    assert code == 0
    assert "read-foreign" not in out


def test_doctor_reports_a_healthy_installation(tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = typed(capsys, "doctor", "--json")
    assert code == 0
    (report,) = lines(out)
    assert report["ok"] is True
    assert report["engines"]["torch"] == "ready"  # type: ignore[index]
    assert report["library"] == {"models": ["tiny"], "default": "tiny", "problems": []}
    assert report["paths"]["your models"] == str(tiny_library)  # type: ignore[index]
    code, out, _ = typed(capsys, "doctor")
    assert code == 0
    assert "Pictures can be derained here." in out


def test_doctor_names_what_is_wrong_in_the_library(tiny_library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tiny_library / "tiny" / WEIGHTS).unlink()
    code, out, _ = typed(capsys, "doctor")
    assert code == 1
    assert "weights.safetensors is missing" in out
    assert "there is no model" in out


def test_doctor_works_where_torch_is_broken(tiny_library: Path, tmp_path: Path) -> None:
    package = tmp_path / "damaged" / "torch"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise OSError('libtorch_cpu.so: cannot open shared object file')\n")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(package.parent), *sys.path])}
    command = [sys.executable, "-m", "rainapp", "doctor", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert "libtorch_cpu.so" in report["engines"]["torch"]
    assert "tiny" in report["library"]["models"]
    assert report["versions"]["numpy"]
