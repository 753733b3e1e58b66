"""Photos keep their depth, transparency and grey through reading and writing, in every format."""

from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
import tifffile
from numpy.typing import NDArray
from photo_files import full_jpeg, jpeg_bytes, picture, read, rewrite, write_source
from PIL import Image as Pillow

from rainapp.base.errors import RainError, UnreadableFile, UnwritableFile
from rainapp.base.image import Frame, Image
from rainapp.jobs.records import Output
from rainapp.media import is_media_name, open_sink, open_source
from rainapp.media.colour.decoded_pixels import turned_array
from rainapp.media.photo.photo_file import PhotoSource, read_reduced

CASES = [
    (suffix, kind, wide)
    for suffix, deep in (
        (".jpg", False),
        (".png", True),
        (".tif", True),
        (".webp", False),
        (".bmp", False),
        (".heic", True),
        (".avif", True),
    )
    for kind in ("rgb", "rgba", "grey", "grey-alpha")
    for wide in ((False, True) if deep else (False,))
    if not (suffix == ".jpg" and "a" in kind[3:]) and not (suffix in (".webp", ".bmp", ".avif") and kind == "grey-alpha")
]
# How far lossy codecs may be from the source after one generation, in 8-bit steps on average.
TOLERANCE = {".jpg": 2.0, ".heic": 2.5, ".avif": 2.5, ".webp": 0.0, ".png": 0.0, ".tif": 0.0, ".bmp": 0.0}


def stored(kind: str, wide: bool) -> NDArray[np.generic]:
    rgb = picture(wide=wide)
    alpha = np.linspace(0, rgb.max(), rgb[..., 0].size).reshape(rgb.shape[:2]).astype(rgb.dtype)
    match kind:
        case "grey":
            return np.ascontiguousarray(rgb[..., 1])
        case "grey-alpha":
            return np.dstack([rgb[..., 1], alpha])
        case "rgba":
            return np.dstack([rgb, alpha])
    return rgb


@pytest.mark.parametrize(("suffix", "kind", "wide"), CASES)
def test_depth_transparency_and_grey_survive_a_round_trip(tmp_path: Path, suffix: str, kind: str, wide: bool) -> None:
    source, target = tmp_path / f"rain{suffix}", tmp_path / f"dry{suffix}"
    pixels = stored(kind, wide)
    write_source(source, pixels)
    before, facts = read(source)
    rewrite(source, target)
    after, facts_after = read(target)
    has_alpha, grey = "a" in kind[3:], kind.startswith("grey") and suffix != ".webp"
    assert before.pixels.dtype == after.pixels.dtype == (np.uint16 if wide else np.uint8)
    assert (before.alpha is not None) == (after.alpha is not None) == has_alpha == facts.has_alpha
    assert facts.grey == facts_after.grey == grey
    assert facts.depth == facts_after.depth == before.depth
    colour = pixels if pixels.ndim == 2 else pixels[..., 0] if pixels.shape[2] == 2 else pixels[..., :3]
    expected = np.repeat(colour[..., None], 3, axis=2) if colour.ndim == 2 else colour
    scale = 257.0 if wide else 1.0
    read_error = 0.0 if suffix in (".png", ".tif", ".bmp", ".webp") else 2.0
    assert np.abs(before.pixels.astype(float) - expected).mean() / scale <= read_error
    assert np.abs(after.pixels.astype(float) - before.pixels).mean() / scale <= TOLERANCE[suffix]
    if has_alpha and TOLERANCE[suffix] == 0:
        assert np.array_equal(after.alpha, pixels[..., -1])


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_results_of_16_bit_are_what_other_programs_read(tmp_path: Path, suffix: str) -> None:
    pixels = picture(wide=True)
    source, target = tmp_path / f"rain{suffix}", tmp_path / f"dry{suffix}"
    write_source(source, pixels)
    rewrite(source, target)
    theirs = tifffile.imread(target) if suffix == ".tif" else cv2.imread(str(target), cv2.IMREAD_UNCHANGED)[..., ::-1]
    assert np.array_equal(theirs, pixels)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".bmp", ".avif"])
def test_results_are_what_pillow_reads(tmp_path: Path, suffix: str) -> None:
    source, target = tmp_path / f"rain{suffix}", tmp_path / f"dry{suffix}"
    write_source(source, picture())
    rewrite(source, target)
    with Pillow.open(target) as theirs:
        assert theirs.mode == "RGB"
        difference = np.abs(np.asarray(theirs).astype(int) - read(target)[0].pixels)
    assert difference.max() <= (2 if suffix == ".jpg" else 0)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".tif", ".png", ".webp"])
def test_orientation_is_applied_exactly_once(tmp_path: Path, suffix: str, orientation: int) -> None:
    upright = picture(40, 24)
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    source, target = tmp_path / f"rain{suffix}", tmp_path / f"dry{suffix}"
    options = {"quality": 98, "subsampling": 0} if suffix == ".jpg" else {"lossless": True} if suffix == ".webp" else {}
    Pillow.fromarray(turned_array(upright, inverse)).save(source, exif=exif, **options)
    image, facts = read(source)
    assert (facts.width, facts.height) == (24, 40)
    assert np.abs(image.pixels.astype(int) - upright).mean() < 2
    rewrite(source, target)
    again, _ = read(target)
    assert np.abs(again.pixels.astype(int) - upright).mean() < 3
    with Pillow.open(target) as theirs:
        assert theirs.getexif().get(0x0112, 1) == 1
        assert theirs.size == (24, 40)


def test_orientation_turns_the_right_way_round() -> None:
    stored_pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert turned_array(stored_pixels, 6).tolist() == [[3, 0], [4, 1], [5, 2]]  # a quarter turn clockwise
    assert turned_array(stored_pixels, 8).tolist() == [[2, 5], [1, 4], [0, 3]]
    assert turned_array(stored_pixels, 3).tolist() == [[5, 4, 3], [2, 1, 0]]
    assert turned_array(stored_pixels, 2).tolist() == [[2, 1, 0], [5, 4, 3]]
    assert turned_array(stored_pixels, 4).tolist() == [[3, 4, 5], [0, 1, 2]]
    assert turned_array(stored_pixels, 5).tolist() == [[0, 3], [1, 4], [2, 5]]
    assert turned_array(stored_pixels, 7).tolist() == [[5, 2], [4, 1], [3, 0]]


def test_a_gif_shows_its_first_picture_and_says_so(tmp_path: Path) -> None:
    pictures = [Pillow.fromarray(picture(seed=seed)).quantize(32) for seed in (1, 2)]
    pictures[0].save(tmp_path / "moving.gif", save_all=True, append_images=pictures[1:])
    image, facts = read(tmp_path / "moving.gif")
    assert np.array_equal(image.pixels, np.asarray(pictures[0].convert("RGB")))
    assert any("first" in note for note in facts.notes)


@pytest.mark.parametrize("name", ["a.jp2", "a.tga", "a.ppm", "a.qoi", "a.pcx", "a.sgi", "a.dib", "a.ico"])
def test_rarer_formats_are_read(tmp_path: Path, name: str) -> None:
    pixels = picture(32, 32)
    options = {"irreversible": False} if name.endswith("jp2") else {"sizes": [(32, 32)]} if name.endswith("ico") else {}
    Pillow.fromarray(pixels).save(tmp_path / name, **options)
    assert np.array_equal(read(tmp_path / name)[0].pixels, pixels)


def test_a_photo_whose_name_lies_is_read_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "photo.mp4").write_bytes(jpeg_bytes(picture()))
    image, facts = read(tmp_path / "photo.mp4")
    assert facts.kind == "photo"
    assert facts.container == "jpeg"
    assert image.width == 51


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("quality", [93, 97])
def test_a_jpeg_keeps_the_quality_and_sampling_of_its_source(tmp_path: Path, subsampling: int, quality: int) -> None:
    (tmp_path / "rain.jpg").write_bytes(jpeg_bytes(picture(64, 64), quality, subsampling=subsampling))
    rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg")
    with Pillow.open(tmp_path / "rain.jpg") as before, Pillow.open(tmp_path / "dry.jpg") as after:
        assert after.quantization == before.quantization
        assert [part[1:3] for part in after.layer] == [part[1:3] for part in before.layer]


def test_a_poor_jpeg_is_not_made_poorer(tmp_path: Path) -> None:
    (tmp_path / "rain.jpg").write_bytes(jpeg_bytes(picture(64, 64), 60))
    rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg")
    rewrite(tmp_path / "rain.jpg", tmp_path / "small.jpg", Output(quality=50))
    sums = []
    for name in ("rain.jpg", "dry.jpg", "small.jpg"):
        with Pillow.open(tmp_path / name) as opened:
            sums.append(sum(opened.quantization[0]))
    assert sums[1] < sums[0] < sums[2]


@pytest.mark.parametrize("sampling", [0, 2])
def test_a_jpeg_written_in_strips_is_one_whole_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sampling: int) -> None:
    (tmp_path / "rain.jpg").write_bytes(jpeg_bytes(picture(700, 150), 95, subsampling=sampling))
    rewrite(tmp_path / "rain.jpg", tmp_path / "one.jpg")
    monkeypatch.setattr("rainapp.media.photo.jpeg._STRIP_BYTES", 100_000)
    rewrite(tmp_path / "rain.jpg", tmp_path / "many.jpg")
    with Pillow.open(tmp_path / "one.jpg") as one, Pillow.open(tmp_path / "many.jpg") as many:
        assert b"\xff\xdd\x00\x04" in (tmp_path / "many.jpg").read_bytes()
        assert np.array_equal(np.asarray(one), np.asarray(many))


def test_what_a_format_cannot_hold_is_said(tmp_path: Path) -> None:
    write_source(tmp_path / "deep.png", stored("rgba", wide=True))
    notes = rewrite(tmp_path / "deep.png", tmp_path / "flat.jpg")
    assert any("8 bit" in note for note in notes)
    assert any("white" in note for note in notes)
    image, _ = read(tmp_path / "flat.jpg")
    assert image.pixels[0, 0].min() > 245  # fully transparent there


def test_a_format_too_small_for_the_picture_is_refused_in_words(tmp_path: Path) -> None:
    write_source(tmp_path / "long.png", np.zeros((1, 20000), np.uint8))
    with pytest.raises(UnwritableFile, match="16,383"):
        rewrite(tmp_path / "long.png", tmp_path / "long.webp")
    assert not (tmp_path / "long.webp").exists()


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (7, 9)])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".bmp", ".heic", ".avif"])
def test_any_size_is_written_and_read(tmp_path: Path, suffix: str, size: tuple[int, int]) -> None:
    write_source(tmp_path / "source.png", picture(*size))
    rewrite(tmp_path / "source.png", tmp_path / f"tiny{suffix}")
    image, _ = read(tmp_path / f"tiny{suffix}")
    assert image.pixels.shape == (*size, 3)


def test_a_layer_of_another_suffix_is_written_beside(tmp_path: Path) -> None:
    (tmp_path / "rain.jpg").write_bytes(full_jpeg(6))
    with open_source(tmp_path / "rain.jpg") as source:
        (frame,) = list(source)
        layer = Image(np.full_like(frame.image.pixels, 9))
        with open_sink(tmp_path / "rain_rain.png", source.info, Output()) as sink:
            sink.write(Frame(0, frame.time_s, layer, layer))
    assert np.array_equal(read(tmp_path / "rain_rain.png")[0].pixels, layer.pixels)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
@pytest.mark.parametrize("longest", [40, 100, 250])
def test_a_reduced_picture_has_the_colours_of_the_full_one(tmp_path: Path, suffix: str, longest: int) -> None:
    y, x = np.mgrid[0:640, 0:900]
    smooth = np.stack([x / 900 * 255, y / 640 * 255, 255 - x / 900 * 200], axis=-1).astype(np.uint8)
    exif = Pillow.Exif()
    exif[0x0112] = 6
    Pillow.fromarray(smooth).save(tmp_path / f"big{suffix}", exif=exif, **({"quality": 95} if suffix == ".jpg" else {}))
    small, width, height = read_reduced(tmp_path / f"big{suffix}", longest)
    full, _ = read(tmp_path / f"big{suffix}")
    assert (width, height) == (640, 900) == (full.width, full.height)
    assert max(small.width, small.height) == longest
    expected = cv2.resize(full.pixels, (small.width, small.height), interpolation=cv2.INTER_AREA)
    assert np.abs(small.pixels.astype(int) - expected).mean() < 1.5
    assert small.colour == full.colour


def test_a_small_picture_is_not_enlarged(tmp_path: Path) -> None:
    (tmp_path / "small.jpg").write_bytes(jpeg_bytes(picture()))
    small, width, height = read_reduced(tmp_path / "small.jpg", 400)
    assert (small.width, small.height) == (width, height) == (51, 37)


def test_names_of_photos_and_clips_are_known() -> None:
    assert is_media_name(Path("A.JPG"))
    assert is_media_name(Path("b.mkv"))
    assert not is_media_name(Path("notes.txt"))
    assert not is_media_name(Path("Makefile"))


def test_a_clip_is_no_photo(tmp_path: Path) -> None:
    (tmp_path / "clip.jpg").write_bytes(b"\0\0\0\x18ftypisom" + bytes(200))
    with pytest.raises(UnreadableFile, match="video"):
        PhotoSource(tmp_path / "clip.jpg")
    with pytest.raises(RainError):
        open_source(tmp_path / "clip.jpg")


@pytest.mark.parametrize("thumbnail", [200, 100])
def test_a_large_heic_is_shown_by_its_thumbnail_where_that_is_large_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, thumbnail: int
) -> None:
    monkeypatch.setattr("rainapp.media.photo.photo_file._WORTH_REDUCING", 1000)
    y, x = np.mgrid[0:300, 0:400]
    smooth = np.stack([x / 400 * 255, y / 300 * 255, 255 - x / 400 * 200], axis=-1).astype(np.uint8)
    pillow_heif.encode("RGB", (400, 300), smooth.tobytes(), tmp_path / "big.heic", quality=90, thumbnails=[thumbnail])
    small, width, height = read_reduced(tmp_path / "big.heic", 160)
    assert (width, height) == (400, 300)
    assert (small.width, small.height) == (160, 120)
    expected = cv2.resize(smooth, (160, 120), interpolation=cv2.INTER_AREA)
    assert np.abs(small.pixels.astype(int) - expected).mean() < 2


def test_a_large_heic_is_written_in_tiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rainapp.media.photo.heif._GRID_PIXELS", 1000)
    monkeypatch.setattr("rainapp.media.photo.heif._GRID_TILE_PX", 64)
    write_source(tmp_path / "rain.png", picture(150, 200))
    rewrite(tmp_path / "rain.png", tmp_path / "dry.heic")
    assert pillow_heif.open_heif(tmp_path / "dry.heic").info["tiling"]["num_columns"] == 4
    assert np.abs(read(tmp_path / "dry.heic")[0].pixels.astype(int) - picture(150, 200)).mean() < 3
