"""The library: cards survive a round trip, broken folders are named and hide nobody, models come and go whole."""

import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rainapp.base.errors import BadModel, UnwritableFile
from rainapp.library.cards import CARD, parse_card, read_card
from rainapp.library.model_library import (
    UNKNOWN_LICENCE,
    WEIGHTS,
    ModelCard,
    ModelLibrary,
    check_id,
    sha256_of,
    write_card,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
SIZE = st.integers(0, 64)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
CARDS = st.builds(
    ModelCard,
    id=st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,20}[A-Za-z0-9_-])?", fullmatch=True).filter(lambda name: _is_id(name)),
    title=TEXT.filter(bool),
    arch=TEXT.filter(bool),
    sha256=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    summary=TEXT,
    shape=st.dictionaries(TEXT, st.booleans() | SIZE | TEXT | FINITE | st.lists(SIZE, max_size=8), max_size=5),
    licence=TEXT,
    multiple_of_px=st.integers(1, 1024),
    receptive_px=st.integers(0, 65536),
    precisions=st.frozensets(st.sampled_from(["fp32", "bf16", "fp16"]), min_size=1),
    veils=st.sampled_from([("keep",), ("keep", "clear")]),
    trained_on=TEXT,
    recipe=st.none() | TEXT,
    figures=st.dictionaries(TEXT, st.floats(-1e9, 1e9), max_size=5),
)


def _is_id(name: str) -> bool:
    try:
        return bool(check_id(name))
    except BadModel:
        return False


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "bundled", tmp_path / "user")


def put(root: Path, model_id: str, **changes: object) -> Path:
    """A model folder with a few bytes for weights, which is all that the library looks at."""
    folder = root / model_id
    folder.mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(model_id.encode())
    card = ModelCard(model_id, f"The {model_id}", "prenet", sha256_of(folder / WEIGHTS), licence="MIT")
    write_card(folder, replace(card, **changes))  # type: ignore[arg-type]
    return folder


@given(card=CARDS)
def test_a_card_survives_its_file(card: ModelCard, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("card")
    assert read_card(write_card(folder, card).parent) == (card, [])


@given(raw=st.binary(max_size=200) | TEXT.map(str.encode))
def test_no_bytes_of_a_card_raise_anything_but_bad_model(raw: bytes) -> None:
    with pytest.raises(BadModel):
        parse_card(raw, "some-id")


def test_a_card_nested_without_end_is_refused() -> None:
    with pytest.raises(BadModel, match="not valid TOML"):
        parse_card(b"shape = " + b"[" * 100_000, "some-id")


@pytest.mark.parametrize(
    "line",
    [
        'sha256 = "abc"',
        "title = 3",
        "shape = 3",
        "shape = { width = [1.5] }",
        'figures = { psnr = "high" }',
        "multiple_of_px = 0",
        "receptive_px = true",
        'precisions = ["fp8"]',
        "precisions = []",
        'veils = ["clear"]',
        'id = "../up"',
    ],
)
def test_an_impossible_value_is_refused(line: str) -> None:
    values = {"title": 'title = "T"', "arch": 'arch = "prenet"', "sha256": f'sha256 = "{"0" * 64}"'}
    values[line.split(" ")[0]] = line
    with pytest.raises(BadModel):
        parse_card("\n".join(values.values()).encode(), "some-id")


@pytest.mark.parametrize("name", ["quick", "Rain100H_PReNet6_r", "a", "v1.2-b", "x" * 64])
def test_safe_names_are_ids(name: str) -> None:
    assert check_id(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a\\b", "C:x", "-x", ".hidden", "x.", "naïve", "a b", "CON", "nul.txt", "com1", "default"]
    + ["x" * 65, "a\nb", "a\n", "\x1b[2J", "Default"],
)
def test_names_that_lead_elsewhere_or_fail_on_some_system_are_no_ids(name: str) -> None:
    with pytest.raises(BadModel):
        check_id(name)


def test_bundled_models_come_first(library: ModelLibrary) -> None:
    put(library.user, "alpha")
    put(library.bundled, "quick")
    put(library.bundled, "able")
    assert [card.id for card in library.cards()] == ["quick", "able", "alpha"]  # the default of these before all
    assert [library.is_bundled(card.id) for card in library.cards()] == [True, True, False]
    assert library.weights_path(library.get("alpha")) == library.user / "alpha" / WEIGHTS
    assert library.problems() == []


def test_a_library_without_folders_is_empty_and_whole(library: ModelLibrary) -> None:
    assert library.cards() == []
    assert library.problems() == []
    assert library.verify() == []


def test_broken_folders_are_named_and_hide_nobody(library: ModelLibrary) -> None:
    put(library.bundled, "quick")
    put(library.user, "good")
    (put(library.user, "weightless") / WEIGHTS).unlink()
    (put(library.user, "not-toml") / CARD).write_text("title = \n")
    (put(library.user, "binary") / CARD).write_bytes(b"\xff\xfe\x00")
    put(library.user, "cardless").joinpath(CARD).unlink()
    put(library.user, "renamed").rename(library.user / "other-name")
    put(library.user, "Quick")
    with (put(library.user, "novel") / CARD).open("r+") as card:
        text = card.read()
        card.seek(0)
        card.write("colour = 1\n" + text)
    (library.user / "a file").write_text("no folder")
    assert [card.id for card in library.cards()] == ["quick", "good", "novel"]
    said = {problem.model_id: problem.message for problem in library.problems()}
    assert said.keys() == {"weightless", "not-toml", "binary", "cardless", "other-name", "Quick", "novel"}
    assert "weights.safetensors is missing" in said["weightless"]
    assert "not valid TOML" in said["not-toml"]
    assert "unknown key “colour”" in said["novel"]
    assert "“renamed”" in said["other-name"]
    assert "another model has this id" in said["Quick"]


def test_a_model_that_cannot_be_used_says_why_when_asked_for(library: ModelLibrary) -> None:
    put(library.user, "good")
    (put(library.user, "weightless") / WEIGHTS).unlink()
    with pytest.raises(BadModel, match=r"weights\.safetensors is missing"):
        library.get("weightless")
    with pytest.raises(BadModel, match="There is no model “nobody”.*good"):
        library.get("nobody")


def test_verify_finds_one_changed_byte(library: ModelLibrary) -> None:
    put(library.user, "good")
    (put(library.user, "changed") / WEIGHTS).write_bytes(b"changeD")
    assert [problem.model_id for problem in library.verify()] == ["changed"]
    assert library.verify("good") == []
    assert "SHA-256" in library.verify("changed")[0].message


def test_the_default_is_the_bundled_one_until_another_is_chosen(library: ModelLibrary) -> None:
    put(library.bundled, "able")
    put(library.bundled, "quick")
    put(library.user, "mine")
    assert library.default_id == "quick"
    library.set_default("mine")
    assert library.default_id == "mine"
    assert library.get("default").id == "mine"
    assert ModelLibrary(library.bundled, library.user).default_id == "mine"


def test_a_default_that_has_gone_falls_back_and_is_reported(library: ModelLibrary) -> None:
    put(library.bundled, "quick")
    folder = put(library.user, "mine")
    library.set_default("mine")
    shutil.rmtree(folder)
    assert library.default_id == "quick"
    assert [problem.model_id for problem in library.problems()] == ["mine"]


def test_no_model_at_all_is_said_in_words(library: ModelLibrary) -> None:
    with pytest.raises(BadModel, match="no model to work with"):
        library.get("default")


def test_an_unreadable_choice_of_default_is_no_choice(library: ModelLibrary) -> None:
    put(library.user, "mine")
    (library.user / "library.toml").write_bytes(b"default = \xff")
    assert library.default_id == "mine"


def test_a_staged_model_is_admitted_whole(library: ModelLibrary, tmp_path: Path) -> None:
    made = put(tmp_path / "elsewhere", "fresh")
    with library.staging() as staged:
        shutil.copytree(made, staged, dirs_exist_ok=True)
        assert library.cards() == []
        library.admit(staged, "fresh")
    assert [card.id for card in library.cards()] == ["fresh"]
    assert library.verify() == []
    assert [path.name for path in library.user.iterdir()] == ["fresh"]


def test_an_abandoned_staging_folder_leaves_nothing(library: ModelLibrary) -> None:
    with library.staging() as staged:
        (staged / WEIGHTS).write_bytes(b"half")
    assert list(library.user.iterdir()) == []


def test_an_id_is_admitted_once_whatever_its_case(library: ModelLibrary, tmp_path: Path) -> None:
    put(library.bundled, "taken")
    made = put(tmp_path / "elsewhere", "TAKEN")
    with library.staging() as staged:
        shutil.copytree(made, staged, dirs_exist_ok=True)
        with pytest.raises(BadModel, match="already a model"):
            library.admit(staged, "TAKEN")


def test_of_many_admissions_of_one_id_at_once_one_wins(library: ModelLibrary, tmp_path: Path) -> None:
    made = put(tmp_path / "elsewhere", "wanted")
    start = threading.Barrier(8)

    def admit(_number: int) -> bool:
        with library.staging() as staged:
            shutil.copytree(made, staged, dirs_exist_ok=True)
            start.wait()
            try:
                library.admit(staged, "wanted")
            except BadModel:
                return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(admit, range(8))) == 1
    assert library.verify() == []
    assert [path.name for path in library.user.iterdir()] == ["wanted"]


def test_weights_that_are_not_the_cards_are_not_admitted(library: ModelLibrary, tmp_path: Path) -> None:
    made = put(tmp_path / "elsewhere", "fresh")
    with library.staging() as staged:
        shutil.copytree(made, staged, dirs_exist_ok=True)
        (staged / WEIGHTS).write_bytes(b"other")
        with pytest.raises(BadModel, match="not a whole model"):
            library.admit(staged, "fresh")
    assert library.cards() == []


@given(wanted=TEXT)
def test_any_file_name_gives_a_free_id(wanted: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    library = ModelLibrary(Path("missing"), tmp_path_factory.mktemp("user"))
    first = library.free_id(wanted)
    (library.user / check_id(first)).mkdir()
    second = library.free_id(wanted)
    assert check_id(second) != first


def test_a_bundled_model_cannot_be_removed(library: ModelLibrary) -> None:
    put(library.bundled, "quick")
    with pytest.raises(BadModel, match="came with the application"):
        library.remove("quick")
    with pytest.raises(BadModel, match="no model “nobody”"):
        library.remove("nobody")
    assert library.cards()[0].id == "quick"


def _remove_in_a_process(library: ModelLibrary, model_id: str, home: Path) -> subprocess.CompletedProcess[str]:
    """`remove` with a home of its own, so that the trash of the person running this stays as it is."""
    program = "import sys; from pathlib import Path; from rainapp.library.model_library import ModelLibrary\n"
    program += "ModelLibrary(Path(sys.argv[1]), Path(sys.argv[2])).remove(sys.argv[3])"
    environment = os.environ | {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", program, str(library.bundled), str(library.user), model_id]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(sys.platform != "linux", reason="only there can the trash be put elsewhere")
def test_a_removed_model_lies_in_the_trash(library: ModelLibrary, tmp_path: Path) -> None:
    put(library.user, "old")
    put(library.user, "kept")
    home = tmp_path / "home"
    home.mkdir()
    done = _remove_in_a_process(library, "old", home)
    assert done.returncode == 0, done.stderr
    assert [card.id for card in library.cards()] == ["kept"]
    assert (home / "data" / "Trash" / "files" / "old" / WEIGHTS).read_bytes() == b"old"


@pytest.mark.skipif(sys.platform != "linux", reason="only there can the trash be put elsewhere")
def test_without_a_trash_the_model_stays_and_the_folder_is_named(library: ModelLibrary, tmp_path: Path) -> None:
    folder = put(library.user, "old")
    home = tmp_path / "home"
    home.mkdir()
    (home / "data").write_text("a file where the trash should be")
    done = _remove_in_a_process(library, "old", home)
    assert "UnwritableFile" in done.stderr
    assert str(folder) in done.stderr
    assert library.get("old").id == "old"


def test_a_damaged_model_can_be_removed_by_its_folder_name(library: ModelLibrary) -> None:
    (put(library.user, "broken") / CARD).write_text("nonsense")
    with pytest.raises(BadModel, match="no model “other”"):
        library.remove("other")
    assert (library.user / "broken").is_dir()


def test_a_library_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "user").write_text("a file")
    library = ModelLibrary(tmp_path / "bundled", tmp_path / "user")
    assert library.cards() == []
    with pytest.raises(UnwritableFile), library.staging():
        pass


def test_a_card_without_a_licence_says_so() -> None:
    card, _ = parse_card(f'title = "T"\narch = "prenet"\nsha256 = "{"0" * 64}"\n'.encode(), "some-id")
    assert card.licence == UNKNOWN_LICENCE
    assert not card.licence_known


def test_the_library_needs_no_torch() -> None:
    program = "import sys, rainapp.library.model_library, rainapp.library.importer; sys.exit('torch' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", program], env=environment, timeout=60, check=False).returncode == 0
