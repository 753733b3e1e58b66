from pathlib import Path

import pytest

from rainapp.base.errors import BadRecipe
from training import recipe
from training.recipe import Recipe
from training.recipe_checks import problems, require


def test_a_recipe_survives_its_own_file(tmp_path: Path) -> None:
    first = recipe.from_toml(
        'seed = 4\n[net]\nwidth = 8\nencoder = [1, 1]\n[data]\nclean = "a \\"b\\""\n[train]\nminutes = 5\n'
    )
    assert recipe.from_toml(first.to_toml()) == first
    assert first.train.minutes == 5.0


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("stepz = 3", "stepz"),
        ("[train]\nlearning_rate = 1", "train.learning_rate"),
        ("[train]\nsteps = 'many'", "train.steps"),
        ("[rain]\nprofiles = [1]", "rain.profiles"),
        ("seed = ", "TOML"),
        ("seed = true", "seed"),
    ],
)
def test_wrong_files_are_refused_in_words(text: str, word: str) -> None:
    with pytest.raises(BadRecipe, match=word.replace(".", r"\.")):
        recipe.from_toml(text)


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadRecipe, match=r"none\.toml"):
        recipe.read(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[rain]\nprofiles = ['sunshine']", "sunshine"),
        ("[rain]\nprofiles = ['monsoon']", "held out"),
        ("[rain]\nblends = ['multiply']", "multiply"),
        ("[train]\ncrop_px = 90", "crop_px"),
        ("[train]\nsteps = 0", "steps"),
        ("[train]\nlr = 3.0", "lr"),
        ("[train]\nema = 1.0", "ema"),
        ("[validate]\nsets = ['nowhere']", "nowhere"),
        ("task = 'fly'", "fly"),
        ("[data]\nclean = 'nowhere'", "nowhere"),
        ("[rain]\nheld_out = ['storm']", "storm"),
        ("[rain]\nheld_out = ['monsun']", "monsun"),
        ("[net]\nconditional = false", "haze"),
        ("seed = -1", "seed"),
        ("[data]\nlimit = -1", "limit"),
        ("[train]\nminutes = inf", "minutes"),
        ("[train]\nclip = -1.0", "clip"),
        ("[train]\nweight_decay = -0.1", "weight_decay"),
        ("[train]\nfft_weight = -0.1", "fft_weight"),
        ("[train]\nsave_minutes = 0", "save_minutes"),
    ],
)
def test_impossible_values_are_named(text: str, word: str) -> None:
    assert any(word in sentence for sentence in problems(recipe.from_toml(text)))


def test_a_sound_recipe_has_no_problems(tmp_path: Path) -> None:
    text = f"[data]\nclean = '{tmp_path}'\n"
    assert problems(recipe.from_toml(text)) == []
    require(recipe.from_toml(text))


def test_check_raises_with_every_problem() -> None:
    with pytest.raises(BadRecipe, match="No folder"):
        require(Recipe())


def test_a_shape_names_only_what_older_nets_have_not() -> None:
    assert recipe.Net().shape().keys() == {"width", "encoder", "middle", "decoder", "conditional"}
    assert recipe.Net.of(inside=2, mirrored=True).shape().items() > {"inside": 2, "mirrored": True}.items()
