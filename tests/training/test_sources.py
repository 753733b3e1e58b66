"""Real photos: unpaired, labelled and paired; crops that keep their scale, and one camera for all."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from rainapp.base.errors import BadRecipe
from training.data import sources
from training.data.photos import Photos


def texture(seed: int, height: int = 200, width: int = 260) -> np.ndarray:
    rng = np.random.default_rng(seed)
    small = cv2.resize(rng.integers(0, 255, (9, 11, 3), np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(small.astype(int) + rng.integers(-20, 20, small.shape), 0, 255).astype(np.uint8)


def folder_of(path: Path, seeds: range) -> Path:
    path.mkdir(parents=True)
    for seed in seeds:
        cv2.imwrite(str(path / f"{seed:03}.png"), texture(seed))
    return path


def test_two_folders_become_labelled_photos_and_small_ones_are_told(tmp_path: Path) -> None:
    rainy, dry = folder_of(tmp_path / "rainy", range(3)), folder_of(tmp_path / "dry", range(10, 14))
    cv2.imwrite(str(rainy / "small.png"), texture(1, 100, 300))
    (dry / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    found, left_out = sources.labelled(rainy, dry, 0, 128)
    assert (len(found.rainy), len(found.dry)) == (3, 4)
    assert any("small.png is too small" in each for each in left_out)
    assert any("broken.jpg" in each for each in left_out)


@pytest.mark.parametrize(("count", "held"), [(1, ()), (2, (1,)), (4, (3,)), (5, (4,)), (12, (4, 9))])
def test_held_out_photos_are_never_learned_from(count: int, held: tuple[int, ...]) -> None:
    found = sources.halves(count)
    assert found.held_out == held
    assert sorted(found.learn + found.held_out) == list(range(count))


def test_a_crop_is_a_piece_of_the_photo_and_never_resized() -> None:
    photo = texture(3)
    rng = np.random.default_rng(1)
    for _ in range(20):
        piece = sources.window(photo, 128, rng)
        found = [cv2.matchTemplate(photo, side, cv2.TM_SQDIFF).min() for side in (piece, piece[:, ::-1].copy())]
        assert min(found) < 5000, "the same pixels stand in the photo, up to the rounding of the matching"


def test_every_photo_goes_through_the_same_camera() -> None:
    draws = [[sources.Camera.drawn(np.random.default_rng([kind, place])) for place in range(400)] for kind in (0, 1)]
    one, other = (np.array([[c.shrink, c.gamma, c.quality, c.subsample] for c in kind], float) for kind in draws)
    apart = np.abs(one.mean(0) - other.mean(0)) / (one.std(0) / 20)
    assert (apart < 5).all(), "one law for both classes"
    camera = sources.Camera(0.75, 1.0, 90, subsample=False)
    assert camera.extent(128, texture(1)) == 171
    assert camera.extent(256, texture(1)) == 200, "as much as there is"
    seen = camera.through(sources.as_floats(texture(1)[:171, :171]), 128)
    assert seen.shape == (128, 128, 3)
    assert seen.dtype == np.float32


def test_real_pairs_are_cut_alike_and_read_within_their_room(tmp_path: Path) -> None:
    for name, added in (("rainy", 30), ("clean", 0)):
        (tmp_path / name).mkdir()
        for seed in range(3):
            brighter = np.clip(texture(seed).astype(int) // 2 + added, 0, 255).astype(np.uint8)
            cv2.imwrite(str(tmp_path / name / f"{seed}.png"), brighter)
    cv2.imwrite(str(tmp_path / "rainy" / "2.png"), texture(2, 210, 260))
    (tmp_path / "rainy" / "1.png").write_bytes(b"nothing")
    pairs, left_out = sources.real_pairs(tmp_path, 128)
    assert len(pairs) == 1
    assert any("two sizes" in each for each in left_out)
    assert any("cannot be read" in each for each in left_out)
    rainy, clean = pairs.crop(128, np.random.default_rng(3))
    assert np.allclose(rainy - clean, 30 / 255, atol=1e-6)
    assert rainy.shape == (128, 128, 3)


def test_photos_beyond_the_room_are_read_again(tmp_path: Path) -> None:
    photos = Photos(kept_bytes=200_000, recent_bytes=200_000)
    for file in sorted(folder_of(tmp_path / "many", range(4)).iterdir()):
        photos.add(file, texture(int(file.stem)))
    assert len(vars(photos)["_kept"]) == 1
    assert all((photos[place] == texture(place)[:, :, ::-1]).all() for place in (1, 2, 3))


def test_a_set_without_pairs_is_explained(tmp_path: Path) -> None:
    folder_of(tmp_path / "rainy", range(2))
    (tmp_path / "clean").mkdir()
    with pytest.raises(BadRecipe, match="has no pairs"):
        sources.real_pairs(tmp_path, 64)
