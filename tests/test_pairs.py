"""Rainy and clean files find each other by the names that the data sets of the field give them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from rainapp.base.errors import UnreadableFile
from rainapp.evaluation import photo_pairs
from rainapp.media.pair_names import pair_up

SETS = {
    "same": (["1.png", "2.jpg"], ["1.jpg", "2.png"], [("1.png", "1.jpg"), ("2.jpg", "2.png")]),
    "rain100": (["rain-001.png", "rain-002.png"], ["norain-002.png", "norain-001.png"], [
        ("rain-001.png", "norain-001.png"), ("rain-002.png", "norain-002.png"),
    ]),
    "rain100_x2": (["rain-1x2.png"], ["norain-1x2.png"], [("rain-1x2.png", "norain-1x2.png")]),
    "in_gt": (["001_in.png", "002_in.png"], ["001_GT.png", "002_GT.png"], [
        ("001_in.png", "001_GT.png"), ("002_in.png", "002_GT.png"),
    ]),
    "rain1400": (["901_1.jpg", "901_14.jpg", "902_1.jpg"], ["901.jpg", "902.jpg"], [
        ("901_1.jpg", "901.jpg"), ("901_14.jpg", "901.jpg"), ("902_1.jpg", "902.jpg"),
    ]),
    "outdoor": (["im_0001_s80_a04.png", "im_0001_s85_a05.png"], ["im_0001.png"], [
        ("im_0001_s80_a04.png", "im_0001.png"), ("im_0001_s85_a05.png", "im_0001.png"),
    ]),
    "words": (["park_rain.png", "lake_rain.png"], ["park_clean.png", "lake_clean.png"], [
        ("park_rain.png", "park_clean.png"), ("lake_rain.png", "lake_clean.png"),
    ]),
    "gt_joined": (["000.png", "001.png"], ["000gt.png", "001gt.png"], [("000.png", "000gt.png"), ("001.png", "001gt.png")]),
    "scenes": (
        [f"{scene}-R-{frame:03d}.png" for scene in ("Koya", "Oinari") for frame in range(3)],
        ["Oinari-C-000.png", "Koya-C-000.png"],
        [(f"{scene}-R-{frame:03d}.png", f"{scene}-C-000.png") for scene in ("Koya", "Oinari") for frame in range(3)],
    ),
    "folders": (["rain/heavy/1.png", "rain/light/1.png"], ["norain/heavy/1.png", "norain/light/1.png"], [
        ("rain/heavy/1.png", "norain/heavy/1.png"), ("rain/light/1.png", "norain/light/1.png"),
    ]),
    "exact_names_win": (["a_1.png", "a_2.png"], ["a.png", "a_1.png", "a_2.png"], [
        ("a_1.png", "a_1.png"), ("a_2.png", "a_2.png"),
    ]),
    "strangers": (["street.png", "雨.png"], ["forest.png", "山.png"], []),
    "numbers_of_other_scenes": (["x_1.png"], ["x_2.png"], []),
    "rain_in_a_name_is_not_rain": (["train.png"], ["strain.png"], []),
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_names_of_the_field_are_paired(name: str) -> None:
    rainy, clean, expected = SETS[name]
    found = pair_up([(Path(each), Path(each)) for each in rainy], [(Path(each), Path(each)) for each in clean])
    assert sorted((one.as_posix(), other.as_posix()) for one, other in found) == sorted(expected)


def make(folder: Path, names: list[str]) -> Path:
    for index, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), np.full((32, 48, 3), 40 + index, np.uint8))
    return folder


def test_folders_inside_folders_are_scored_under_names_of_their_own(tmp_path: Path) -> None:
    rainy = make(tmp_path / "rainy", ["heavy/1.png", "light/1.png"])
    clean = make(tmp_path / "clean", ["heavy/1.png", "light/1.png"])
    found = photo_pairs.find_pairs(rainy, clean)
    assert photo_pairs.names_of(found) == ["heavy/1", "light/1"]


def test_both_sides_in_one_folder_are_told_by_their_names(tmp_path: Path) -> None:
    both = make(tmp_path / "both", ["park_rain.png", "park_clean.png", "lake_rain.png", "lake_clean.png"])
    found = photo_pairs.find_pairs(both, both)
    assert [(one.name, other.name) for one, other in found] == [
        ("lake_rain.png", "lake_clean.png"),
        ("park_rain.png", "park_clean.png"),
    ]
    dry = make(tmp_path / "dry", ["a.png", "b.png"])
    assert [(one.name, other.name) for one, other in photo_pairs.find_pairs(dry, dry)] == [
        ("a.png", "a.png"),
        ("b.png", "b.png"),
    ]


def test_what_does_not_pair_is_explained_by_an_example(tmp_path: Path) -> None:
    rainy, clean = make(tmp_path / "rainy", ["street.png"]), make(tmp_path / "clean", ["forest.png"])
    with pytest.raises(UnreadableFile, match="“street.png” and “forest.png”, for example") as caught:
        photo_pairs.find_pairs(rainy, clean)
    assert "901_1 and 901" in caught.value.hint
