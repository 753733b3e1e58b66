"""A card that no parser survives stops its own model only; no card makes anything large."""

import json
import zipfile
from pathlib import Path

import pytest
from doors import cost, plain_card

from rainapp.base.errors import BadModel, BadRecipe
from rainapp.cli import command_line
from rainapp.library.cards import BLOCKS_MAX, TEXT_MAX, parse_card, read_card
from rainapp.library.importer import import_model
from rainapp.library.model_library import ModelLibrary
from rainapp.nets import registry
from training import publish, recipe
from training.recipe_checks import require

ADDED = {
    "a whole number of 200,000 digits": "[yy]\nn = " + "9" * 200_000,
    "one in hexadecimal, unprintable": "[yy]\nn = 0x" + "f" * 200_000,
    "a key of 20,000 parts": ".".join("a" * 20_000) + " = 1",
    "a whole number too large for a figure": "[figures]\nx = " + "9" * 400,
    "a figure without end": "[figures]\nx = inf",
    "figures whose sum has no end": "[figures]\nx = 1e308\ny = 1e308",
    "a figure that is none": "[figures]\nx = nan",
    "100 million blocks": '[shape]\nmiddle = 100000000\nwidth = 24\nencoder = [2]\ndecoder = [2]',
    "100 million blocks at a level": "[shape]\nencoder = [100000000]\ndecoder = [1]",
    "many levels": f"[shape]\nencoder = {[1] * 40}\ndecoder = {[1] * 40}",
    "blocks below nothing": "[shape]\nmiddle = -1",
    "a width without end": "[shape]\nwidth = inf",
    "a wide net": "[shape]\nwidth = 1000000",
    "a thousand parameters": "[shape]\n" + "\n".join(f"k{n} = 1" for n in range(1000)),
    "brackets without end": "x = " + "[" * 100_000,
}  # fmt: skip


def spoil(card: Path, words: str) -> None:
    before = card.read_text("utf-8").replace("\n[shape]\n", "").replace("\n[figures]\n", "")  # they are empty
    card.write_text(words + "\n" if words.startswith("x = ") or ".a.a" in words[:20] else before + "\n" + words, "utf-8")


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    (tmp_path / "bundled").mkdir()
    return ModelLibrary(tmp_path / "bundled", tmp_path / "own")


@pytest.mark.parametrize("what", ADDED)
def test_a_damaged_card_stops_its_own_model_only(what: str, library: ModelLibrary) -> None:
    plain_card("good", library.user / "good")
    spoil(plain_card("bad", library.user / "bad"), ADDED[what])
    assert [card.id for card in library.cards()] == ["good"]
    (problem,) = library.problems()
    assert problem.model_id == "bad"
    assert len(str(problem)) < 500
    assert library.default_id == "good"
    assert [each.model_id for each in library.verify()] == ["bad"]


@pytest.mark.parametrize("what", ADDED)
def test_a_damaged_card_is_not_imported(what: str, library: ModelLibrary, tmp_path: Path) -> None:
    spoil(plain_card("bad", tmp_path / "bad"), ADDED[what])
    with pytest.raises(BadModel):
        import_model(tmp_path / "bad", library)
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        for file in (tmp_path / "bad").iterdir():
            archive.write(file, file.name)
    with pytest.raises(BadModel):
        import_model(tmp_path / "bad.zip", library)
    assert not library.user.exists() or list(library.user.iterdir()) == []


def test_a_library_of_them_costs_little(library: ModelLibrary) -> None:
    for number, words in enumerate(ADDED.values()):
        spoil(plain_card(f"bad{number}", library.user / f"bad{number}"), words)
    (library.user / "library.toml").write_text(".".join("a" * 20_000) + " = 1")
    code = (
        "from pathlib import Path\nfrom rainapp.library.model_library import ModelLibrary\n"
        f"def run():\n    return len(ModelLibrary(Path({str(library.bundled)!r}), Path({str(library.user)!r})).problems())"
    )
    seconds, megabytes, said = cost(code)
    assert int(said) == len(ADDED)
    assert seconds < 2
    assert megabytes < 200


def test_a_card_of_notes_and_of_long_texts_is_bounded(tmp_path: Path) -> None:
    card = plain_card("odd", tmp_path / "odd")
    keys = "\n".join(f"k{n} = 1" for n in range(5000))
    assert len(parse_card(f"{keys}\n{card.read_text('utf-8')}".encode(), "odd")[1]) <= 20
    long = "x" * (TEXT_MAX + 1)
    with pytest.raises(BadModel, match="impossible value for “summary”"):
        parse_card(card.read_text("utf-8").replace('"For tests."', f'"{long}"').encode(), "odd")


def test_what_is_odd_is_named_in_the_sentence(tmp_path: Path) -> None:
    for words, said in (("[shape]\nmiddle = 100000000", "middle = 100000000"), ("[figures]\nx = inf", "x = inf")):
        card = plain_card("odd", tmp_path / said.split(" ")[0])
        spoil(card, words)
        with pytest.raises(BadModel, match=said):
            read_card(card.parent)


def test_a_giant_net_is_refused_before_it_is_built() -> None:
    shape = {"width": 24, "encoder": [2], "decoder": [2]}
    with pytest.raises(BadModel, match="has no such shape: middle = 100000000"):
        registry.build("unshuffle_naf", **shape, middle=100_000_000)
    with pytest.raises(BadModel, match="has no such shape"):
        registry.build("unshuffle_naf", width=24, encoder=[BLOCKS_MAX + 1], decoder=[1])


GIANT = """
from pathlib import Path
from rainapp.nets import registry as nets
from rainapp.library.cards import read_card
from rainapp.base.errors import BadModel
folder = Path({folder!r})
def run():
    try:
        nets.load(read_card(folder)[0], folder / "weights.safetensors")
    except BadModel as error:
        return error.message
"""


def test_a_giant_net_within_bounds_costs_nothing_before_its_weights_are_compared(tmp_path: Path, tiny_weights: Path) -> None:
    folder = tmp_path / "giant"
    shape = {"width": 4096, "encoder": [1, 1, 1], "middle": 1, "decoder": [1, 1, 1]}  # in full more than a hundred gigabytes
    plain_card("giant", folder, shape=shape, weights=tiny_weights.read_bytes())
    _, megabytes, said = cost(GIANT.format(folder=str(folder)))
    assert "do not fit" in said
    assert megabytes < 200


def test_the_command_line_lists_the_others(library: ModelLibrary, capsys: pytest.CaptureFixture[str]) -> None:
    plain_card("good", library.user / "good", figures={"rain100l.psnr_y": 30.0})
    spoil(plain_card("bad", library.user / "bad"), ADDED["a figure without end"])
    assert command_line.main(["models", "list", "--json", "--models-dir", str(library.user)]) == 0
    said = capsys.readouterr()
    listed = [json.loads(line, parse_constant=pytest.fail) for line in said.out.splitlines()]
    assert "good" in [each["id"] for each in listed]
    assert "bad" not in [each["id"] for each in listed]
    assert "bad:" in said.err
    assert command_line.main(["models", "show", "bad", "--models-dir", str(library.user)]) == 3


def test_figures_that_are_none_are_not_published(tmp_path: Path) -> None:
    for number, text in enumerate(('{"a": Infinity}', '{"a": NaN}', '{"a": 1' + "0" * 400 + "}", "[" * 100_000, '{"a": []}')):
        file = tmp_path / f"{number}.json"
        file.write_text(text)
        with pytest.raises(BadModel, match="figures in"):
            publish.read_figures(file)


@pytest.mark.parametrize("line", ["middle = 100000000", "encoder = [100000000]", "decoder = [1, 2, 3, 4, 5, 6, 7, 8, 9]"])
def test_a_recipe_for_a_giant_net_is_refused(line: str, tmp_path: Path) -> None:
    file = tmp_path / "r.toml"
    file.write_text(f"[net]\n{line}\n")
    with pytest.raises(BadRecipe, match="more blocks or levels than can be"):
        require(recipe.read(file))


def test_a_recipe_without_end_is_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "r.toml"
    for words in (".".join("a" * 20_000) + " = 1", "seed = " + "9" * 200_000, "x = " + "[" * 100_000, "#" * 300_000):
        file.write_text(words)
        with pytest.raises(BadRecipe) as caught:
            recipe.read(file)
        assert len(str(caught.value)) < 500
