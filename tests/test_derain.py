"""Derainer and pipelines: any picture, flat memory, measures against trouble, several threads at once."""

import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from safetensors.torch import save_file

from rainapp.base import paths
from rainapp.base.errors import BadModel, BadTreatment, Cancelled, NotEnoughMemory
from rainapp.base.image import Frame, Image, Pixels
from rainapp.inference.amount import Amount
from rainapp.inference.derainer import Derainer, Fallback, TiledNet
from rainapp.inference.engines import EngineName, PrecisionName, Stop, Tiles, make
from rainapp.inference.engines import Variant as EngineVariant
from rainapp.inference.pipeline import load_pipeline
from rainapp.inference.residual_gate import FAINT, leave_faint
from rainapp.jobs.records import NoWatch, Treatment
from rainapp.library import model_library
from rainapp.library.model_library import ModelLibrary
from rainapp.nets import registry
from tests.test_engines import model
from training.rain.generator import draw_rain


class Line:
    """An engine that only subtracts `taken`; it runs out of memory for tiles larger than `limit_px`."""

    name: EngineName = "torch"
    precision: PrecisionName = "fp32"

    def __init__(self, device: str = "cpu", taken: float = 0.0, limit_px: int = 10**9, broken: bool = False) -> None:
        self.device = device
        self.taken = np.float32(taken)
        self.limit_px = limit_px
        self.broken = broken
        self.sides: list[int] = []

    def __call__(self, tiles: Tiles) -> Tiles:
        return tiles - self.taken

    def prepare(self, height: int, width: int) -> None:
        pass

    def release(self) -> None:
        pass

    def render(self, pixels: Pixels, stop: Stop | None = None) -> Tiles:
        if max(pixels.shape) > self.limit_px:
            raise torch.OutOfMemoryError("out of memory")
        self.sides.append(max(pixels.shape))
        derained: Tiles = pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max) - self.taken
        if self.broken:
            derained[0, 0, 0] = np.nan
        return derained


class Count:
    """A watch that remembers its ticks, and cancels at one of them."""

    def __init__(self, cancel_at: int = -1) -> None:
        self.ticks: list[tuple[int, int, float]] = []
        self.cancel_at = cancel_at

    def tick(self, done: int, total: int, **facts: float) -> None:
        self.ticks.append((done, total, facts["frame"]))
        if len(self.ticks) == self.cancel_at:
            raise Cancelled


def tiled(engine: Line, tile_px: int = 256, **more: object) -> TiledNet:
    return TiledNet(engine, tile_px=tile_px, overlap_px=32, multiple_px=8, **more)  # type: ignore[arg-type]


def picture(height: int, width: int, depth: int = 8, seed: int = 0) -> Image:
    kind = np.uint8 if depth == 8 else np.uint16
    pixels = np.random.default_rng(seed).integers(0, np.iinfo(kind).max + 1, (height, width, 3), dtype=kind)
    return Image(pixels, depth)


def derain(net: TiledNet, image: Image, amount: Amount | None = None, watch: Count | None = None, index: int = 0) -> Frame:
    frame = Frame(index, Fraction(index, 25), image, image)
    return next(iter(Derainer(net, amount or Amount())([frame], watch or NoWatch())))


def smooth(height: int, width: int) -> Image:
    y, x = np.mgrid[0:height, 0:width]
    waves = np.stack([np.sin(x / 9) + np.cos(y / 7), np.sin((x + y) / 5), np.cos(x / 3 - y / 4)], axis=-1)
    return Image(np.clip(128 + 60 * waves, 0, 255).astype(np.uint8))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), st.sampled_from([8, 10, 16]))
def test_a_net_that_changes_nothing_gives_back_every_picture_bit_for_bit(height: int, width: int, depth: int) -> None:
    image = picture(height, width, depth)
    frame = derain(tiled(Line(), tile_px=128), image)
    np.testing.assert_array_equal(frame.image.pixels, image.pixels)
    assert frame.rain == pytest.approx(0, abs=1e-6)


def test_depth_colour_alpha_and_source_stay_with_the_frame() -> None:
    image = picture(20, 30, 16)
    image = Image(image.pixels, 16, image.colour, alpha=image.pixels[..., 0].copy())
    frame = derain(tiled(Line(taken=0.1)), image, index=7)
    assert (frame.index, frame.time_s, frame.source) == (7, Fraction(7, 25), image)
    assert (frame.image.depth, frame.image.alpha is image.alpha) == (16, True)
    assert not np.array_equal(frame.image.pixels, image.pixels)


def test_what_was_found_is_measured_at_full_strength_and_without_the_mask() -> None:
    image = Image(np.full((300, 200, 3), 200, np.uint8))
    for amount in (Amount(1), Amount(0.1), Amount(1, np.zeros((300, 200), np.uint8))):
        assert derain(tiled(Line(taken=0.25)), image, amount).rain == pytest.approx(0.25, abs=2e-3)


def test_only_a_very_large_photo_gets_larger_tiles_and_none_when_memory_ran_out() -> None:
    large, usual = (Image(np.zeros((side, 8000, 3), np.uint8)) for side in (6001, 5000))
    net, fixed = (TiledNet(Line(), tile_px=1024, overlap_px=252, multiple_px=16, grows=grows) for grows in (True, False))
    cost = net.grid(large).count * net.grid(large).tile_height * net.grid(large).tile_width
    assert cost < 0.8 * fixed.grid(large).count * fixed.grid(large).tile_height * fixed.grid(large).tile_width
    assert net.grid(usual) == fixed.grid(usual)
    net.degrade(net.engine, net.tile_px, MemoryError())
    assert net.grid(large) == fixed.grid(large)
    net.degrade(net.engine, net.tile_px, MemoryError())
    assert net.tile_px == 512


def test_a_very_large_photo_lets_the_engine_forget_the_smaller_sizes_and_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful(Line):
        released = 0

        def release(self) -> None:
            self.released += 1

    monkeypatch.setattr("rainapp.inference.derainer.LARGE_PHOTO_PX", 900 * 1800)
    for side, often in ((899, 0), (900, 2)):  # one smaller size and the photo itself
        net = TiledNet(Forgetful(), tile_px=512, overlap_px=32, multiple_px=16, from_coarse=True, grows=True)
        derain(net, Image(np.full((side, 1800, 3), 90, np.uint8)))
        assert net.engine.released == often  # type: ignore[attr-defined]


def test_tiles_overlap_less_where_a_smaller_size_was_derained_before() -> None:
    image = Image(np.zeros((2000, 2000, 3), np.uint8))
    usual, finer = (
        TiledNet(Line(), tile_px=512, overlap_px=224, multiple_px=16, from_coarse=coarse).passes(image)[-1].grid
        for coarse in (False, True)
    )
    assert usual.tile_height - usual.tops[1] >= 224
    assert 160 <= finer.tile_height - finer.tops[1] < 224
    assert finer.count * finer.tile_height * finer.tile_width < 0.9 * usual.count * usual.tile_height * usual.tile_width


def test_a_mask_falls_on_the_right_pixels_of_every_tile() -> None:
    image = Image(np.full((700, 300, 3), 200, np.uint8))
    mask = np.zeros((700, 300), np.uint8)
    mask[310:390, 70:200] = 255
    result = derain(tiled(Line(taken=0.2), tile_px=128), image, Amount(1, mask)).image.pixels
    np.testing.assert_array_equal((result != 200).all(axis=2), mask > 0)


def test_a_watch_hears_of_every_tile_once_and_may_stop_between_any_two() -> None:
    image, net = picture(300, 500), tiled(Line())
    count = net.grid(image).count
    watch = Count()
    derain(net, image, watch=watch, index=3)
    assert watch.ticks == [(done, count, 3) for done in range(1, count + 1)]
    for at in range(1, count + 1):
        stopper = Count(cancel_at=at)
        with pytest.raises(Cancelled):
            derain(net, image, watch=stopper)
        assert len(stopper.ticks) == at


def test_out_of_memory_halves_the_tile_and_the_smaller_tile_is_remembered() -> None:
    engine = Line(limit_px=130)
    net = tiled(engine, tile_px=512)
    image = picture(600, 600)
    np.testing.assert_array_equal(derain(net, image).image.pixels, image.pixels)
    assert net.tile_px == 128
    engine.sides.clear()
    derain(net, image)
    assert max(engine.sides) <= 128
    assert not net.notices


def test_at_the_smallest_tile_the_fallbacks_follow_each_with_a_notice() -> None:
    helpless = Line("cuda:0", limit_px=0)
    fallbacks = [
        Fallback("in bf16", lambda: Line("cuda:0", limit_px=0), None),
        Fallback("on the CPU", lambda: Line("cpu"), 256),
    ]
    net = tiled(helpless, tile_px=512, fallbacks=fallbacks)
    image = picture(300, 300)
    np.testing.assert_array_equal(derain(net, image).image.pixels, image.pixels)
    assert (net.notices, net.engine.device, net.tile_px) == (["in bf16", "on the CPU"], "cpu", 256)


def test_when_every_measure_was_taken_the_lack_of_memory_is_said() -> None:
    with pytest.raises(NotEnoughMemory, match="even with tiles of 128 pixels") as caught:
        derain(tiled(Line(limit_px=0)), picture(300, 300))
    assert isinstance(caught.value.__cause__, torch.OutOfMemoryError)


def test_a_tile_that_is_not_finite_is_done_again_exactly() -> None:
    image = picture(300, 300)
    exact = Line()
    net = tiled(Line(broken=True), exact=lambda: exact)
    np.testing.assert_array_equal(derain(net, image).image.pixels, image.pixels)
    assert len(exact.sides) == net.grid(image).count


@pytest.mark.parametrize("exact", [None, lambda: Line(broken=True)])
def test_a_model_that_makes_no_numbers_fails_loudly(exact: Callable[[], Line] | None) -> None:
    with pytest.raises(BadModel, match="no numbers"):
        derain(tiled(Line(broken=True), exact=exact), picture(40, 40))


@pytest.mark.parametrize("arch", ["unshuffle_naf", "prenet"])
def test_tiles_and_the_whole_picture_agree(arch: str) -> None:
    small = model(arch)
    engine = make(small, EngineVariant("torch", "cpu", "fp32"))
    image = smooth(250, 330)
    cut, whole = (TiledNet(engine, tile_px=tile_px, overlap_px=64, multiple_px=small.multiple_px) for tile_px in (144, 1024))
    assert cut.grid(image).count > 4
    pair = [derain(net, image).image.pixels.astype(int) for net in (cut, whole)]
    difference = np.abs(pair[0] - pair[1])
    assert difference.max() <= 2
    assert difference.mean() <= 0.1
    assert np.abs(pair[1] - image.pixels).mean() > 1, "a net that does nothing proves nothing"


@pytest.mark.parametrize("model_id", [card.id for card in ModelLibrary(paths.bundled_models_dir(), Path("none")).cards()])
def test_a_bundled_model_shows_no_seam(model_id: str) -> None:
    models = ModelLibrary(paths.bundled_models_dir(), Path("none"))
    clean = smooth(560, 900).pixels.astype(np.float32) / np.float32(255)
    rainy = np.round(draw_rain(clean, "heavy", seed=3, camera=False).rainy * 255).astype(np.uint8)
    rainy_image = Image(rainy)
    frames = [Frame(0, Fraction(0), rainy_image, rainy_image)]
    results = []
    for tile_px in (512, 1024):  # several tiles, and the whole
        treatment = Treatment(model=model_id, engine="torch", device="cpu", precision="fp32", tile_px=tile_px)
        pipeline = load_pipeline(treatment, models)
        results.append(next(iter(pipeline(frames, NoWatch()))).image.pixels.astype(int))
    difference = np.abs(results[0] - results[1])
    assert difference.max() <= 2
    assert difference.mean() <= 0.1
    assert np.abs(results[1] - rainy).mean() > 1, "a model that does nothing proves nothing"


# pipelines


def test_a_pipeline_does_what_its_treatment_says(tiny_library: Path, photo_pixels: NDArray[np.uint8]) -> None:
    models = ModelLibrary()
    card = models.get("tiny")
    image = Image(photo_pixels)
    for engine in ("torch", "openvino"):
        pipeline = load_pipeline(Treatment(engine=engine, device="cpu"), models)
        facts = (pipeline.model_id, pipeline.engine, pipeline.device, pipeline.precision, pipeline.notices)
        assert facts == ("tiny", engine, "cpu", "fp32", ())
        frame = next(iter(pipeline([Frame(0, Fraction(0), image, image)], NoWatch())))
        net = registry.load(card, models.weights_path(card))
        wanted = net(torch.from_numpy(photo_pixels.copy()).permute(2, 0, 1)[None] / 255)[0].permute(1, 2, 0).numpy().copy()
        wanted = leave_faint(wanted.clip(0, 1), photo_pixels, FAINT)
        assert np.abs(frame.image.pixels - np.clip(wanted * 255, 0, 255)).max() <= 0.51


def test_the_last_net_is_kept_and_another_amount_needs_no_loading(tiny_library: Path) -> None:
    models = ModelLibrary()
    first = load_pipeline(Treatment(engine="torch"), models)
    assert load_pipeline(Treatment(engine="torch", strength=0.5), models).net is first.net
    other = load_pipeline(Treatment(engine="torch", veil="clear"), models).net
    assert other is not first.net
    for _ in range(2):  # to and fro between the veils waits for nothing
        assert load_pipeline(Treatment(engine="torch"), models).net is first.net
        assert load_pipeline(Treatment(engine="torch", veil="clear"), models).net is other
    assert load_pipeline(Treatment(engine="torch", tile_px=256), models).tile_px == 256
    assert load_pipeline(Treatment(engine="torch"), models).net is not first.net  # their memory was needed


def test_a_wider_net_gets_smaller_tiles(tiny_library: Path) -> None:
    models = ModelLibrary()
    tiny = models.get("tiny")
    shape = tiny.shape | {"width": 96}
    folder = models.user / "wide"
    folder.mkdir()
    save_file(registry.build("unshuffle_naf", **shape).state_dict(), folder / "weights.safetensors")
    facts = vars(tiny) | {"id": "wide", "shape": shape, "sha256": model_library.sha256_of(folder / "weights.safetensors")}
    model_library.write_card(folder, model_library.ModelCard(**facts))
    narrow, wide = (load_pipeline(Treatment(model=name, engine="torch", device="cpu"), models) for name in ("tiny", "wide"))
    assert (narrow.tile_px, wide.tile_px) == (2048, 1024)


def test_exchanged_weights_are_never_served_from_memory(tiny_library: Path) -> None:
    models = ModelLibrary()
    load_pipeline(Treatment(engine="torch"), models)
    weights = models.weights_path(models.get("tiny"))
    net = registry.build("unshuffle_naf", **models.get("tiny").shape)
    save_file(net.state_dict(), weights)
    fresh = {**vars(models.get("tiny")), "sha256": model_library.sha256_of(weights)}
    model_library.write_card(weights.parent, model_library.ModelCard(**fresh))
    again = load_pipeline(Treatment(engine="torch"), models)
    image = picture(16, 16)
    frame = next(iter(again([Frame(0, Fraction(0), image, image)], NoWatch())))
    assert np.abs(frame.image.pixels.astype(int) - image.pixels).max() <= 8, "a fresh net changes next to nothing"


@pytest.mark.parametrize(
    ("treatment", "words"),
    [
        (Treatment(strength=2), "not between 0 and"),
        (Treatment(tile_px=64), "Tiles of 64 pixels are too small"),
        (Treatment(device="cuda:9"), "“cuda:9” is not there"),
        (Treatment(engine="torch", device="cpu", precision="fp16"), "does not compute in fp16"),
        (Treatment(mask=Path("nowhere.png")), "The mask cannot be read"),
    ],
)
def test_what_cannot_be_served_is_refused_in_words(tiny_library: Path, treatment: Treatment, words: str) -> None:
    with pytest.raises(BadTreatment, match=words):
        load_pipeline(treatment, ModelLibrary())


def test_a_veil_that_the_model_cannot_clear_is_refused(tiny_library: Path) -> None:
    models = ModelLibrary()
    folder = models.folder(models.get("tiny"))
    model_library.write_card(folder, model_library.ModelCard(**{**vars(models.get("tiny")), "veils": ("keep",)}))
    with pytest.raises(BadTreatment, match="cannot clear a veil"):
        load_pipeline(Treatment(veil="clear"), models)


def test_a_preview_beside_a_long_job_disturbs_neither(tiny_library: Path) -> None:
    models = ModelLibrary()
    images = [smooth(90 + 16 * number, 200 - 8 * number) for number in range(4)]

    def run(treatment: Treatment, image: Image) -> NDArray[np.uint8]:
        frame = Frame(0, Fraction(0), image, image)
        return next(iter(load_pipeline(treatment, models)([frame], NoWatch()))).image.pixels  # type: ignore[return-value]

    treatments = [Treatment(engine="openvino", tile_px=128, veil=veil) for veil in ("keep", "clear")]
    wanted = [[run(treatment, image) for image in images] for treatment in treatments]
    failures: list[str] = []

    def work(which: int) -> None:
        for turn in range(6):
            number = (turn * (which + 1)) % 4
            if not np.array_equal(run(treatments[which], images[number]), wanted[which][number]):
                failures.append(f"thread {which}, turn {turn}")

    threads = [threading.Thread(target=work, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
