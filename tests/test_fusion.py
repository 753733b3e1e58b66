"""Fusing frames by a net: it begins as the formula, stays within its bounds, and keeps nothing between frames."""

import weakref
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

from rainapp.base.errors import BadModel
from rainapp.base.image import Frame, Image
from rainapp.base.paths import resource
from rainapp.inference.engines import Model, openvino
from rainapp.inference.engines.planes import OpenVinoRun, TorchRun
from rainapp.inference.pipeline import load_pipeline
from rainapp.inference.temporal import learned_fusion
from rainapp.inference.temporal.alignment import see, smooth
from rainapp.inference.temporal.deflicker import Steadier
from rainapp.inference.temporal.fusion_weights import Weighed, Weigher
from rainapp.inference.temporal.learned_fusion import FOLDER, NetFuse, load_fuse
from rainapp.jobs.records import NoWatch, Temporal, Treatment
from rainapp.library.cards import ModelCard, write_card
from rainapp.library.model_library import WEIGHTS, ModelLibrary, sha256_of
from rainapp.nets import registry
from rainapp.nets.fusion_naf import CHANNELS, HINTS, MULTIPLE_PX, PICTURES, RECEPTIVE_PX, REST_MAX, FusionNaf
from training.rain.clip import RainClip, pan

BLOCKS = (1, 1, 1)


def small_net(share: float = 1.0, said: float = 0.0) -> FusionNaf:
    """A real net of a few thousand numbers; `said` is the spread of its last layer, 0 as before any training."""
    torch.manual_seed(3)
    net = FusionNaf(8, BLOCKS, share)
    torch.nn.init.normal_(net.tail.weight, std=said)
    return net.eval().requires_grad_(False)


def moving(frames: int = 6, height: int = 96, width: int = 120, left: float = 1 / 3) -> list[Frame]:
    """A soft picture that moves while streaks fall anew in each frame, the share `left` of which stays."""
    noise = np.random.default_rng(5).normal(0, 1, (height + 40, width + 60, 3)).astype(np.float32)
    wide = np.clip(110 + cv2.GaussianBlur(noise, (0, 0), 3) * 250, 20, 200)
    rng, made = np.random.default_rng(1), []
    for index in range(frames):
        clean = wide[index : height + index, 2 * index : width + 2 * index]
        drops = (rng.random((height, width)) < 0.004).astype(np.float32)
        light = np.clip(cv2.filter2D(drops, -1, np.ones((15, 1), np.float32)), 0, 1)[:, :, None] * 60
        derained, rainy = (Image(np.clip(clean + light * share, 0, 255).astype(np.uint8)) for share in (left, 1.0))
        made.append(Frame(index, Fraction(index, 25), derained, rainy))
    return made


def fuse_of(net: FusionNaf, strip_px: int = 10**6) -> NetFuse:
    model = Model(lambda: net, "0" * 64, MULTIPLE_PX, channels=CHANNELS)
    return NetFuse(TorchRun(model, "cpu"), RECEPTIVE_PX, MULTIPLE_PX, strip_px)


def pixels(frames: list[Frame], net: FusionNaf | None, part_frames: int = 0) -> list[NDArray[Any]]:
    load = None if net is None else partial(fuse_of, net)
    return [frame.image.pixels for frame in Steadier("best", part_frames, load)(frames, NoWatch())]


def weighed(frames: list[Frame]) -> Iterator[Weighed]:
    seen, weigher = [see(frame) for frame in frames], Weigher()
    for before, now, after in zip([None, *seen[:-1]], seen, [*seen[1:], None], strict=True):
        yield weigher.weigh(before, now, after)


def test_a_net_that_learnt_nothing_gives_exactly_what_the_formula_gives() -> None:
    for plain, fused in zip(pixels(moving(), None), pixels(moving(), small_net()), strict=True):
        assert np.array_equal(plain, fused)


def test_what_the_net_adds_lies_between_the_pictures_but_for_a_small_rest() -> None:
    net = small_net(share=0.6, said=5.0)
    for one in weighed(moving()):
        neighbours = [view.picture for view in (one.before, one.after) if view is not None]
        reach = sum(np.abs(picture - one.picture) for picture in (one.now.derained, *neighbours)) + REST_MAX
        reach += smooth(reach, learned_fusion.LARGE_PX)
        added = np.abs(fuse_of(net)(one) - one.picture)
        assert (added <= 0.6 * reach + 1e-5).all()
        assert added.max() > 0.01, "otherwise nothing was tried"


def test_how_light_a_place_is_at_large_stays() -> None:
    for one in weighed(moving(4, 160, 200)):
        light = replace(one, now=replace(one.now, removed=np.full_like(one.now.removed, 0.2)))  # rain everywhere
        changed = fuse_of(small_net(said=3.0))(light) - one.picture
        assert np.abs(changed).mean() > 0.005, "otherwise nothing was tried"
        assert np.abs(smooth(changed, learned_fusion.LARGE_PX)).mean() < 0.1 * np.abs(changed).mean()


def test_where_all_pictures_agree_next_to_nothing_is_invented() -> None:
    planes = torch.rand(1, 3, 16, 20).repeat(1, CHANNELS // 3, 1, 1)
    seen = torch.cat([planes[:, :15], torch.rand(1, CHANNELS - 15, 16, 20)], 1)
    assert small_net(said=9.0)(seen).abs().max() <= REST_MAX


def test_dry_places_stay_exactly_as_they_were() -> None:
    dry = [replace(frame, source=frame.image) for frame in moving()]
    for frame, fused in zip(dry, pixels(dry, small_net(said=5.0)), strict=True):
        assert np.array_equal(frame.image.pixels, fused)


def test_strips_of_a_picture_come_out_as_the_whole() -> None:
    net = small_net(said=1.0)
    for one in weighed(moving(3, height=230, width=40)):
        whole, strips = fuse_of(net)(one), fuse_of(net, 40 * 24)(one)
        assert np.abs(whole - strips).max() < 1e-5


def test_frames_come_out_the_same_in_parts_and_in_one_go() -> None:
    frames, net = moving(8), small_net(said=1.0)
    parts = pixels(frames[:4], net, 4) + pixels(frames[4:], net, 4)
    for whole, part in zip(pixels(frames, net, 4), parts, strict=True):
        assert np.array_equal(whole, part)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (17, 33), (5, 64)])
def test_any_size_is_fused(size: tuple[int, int]) -> None:
    assert [picture.shape for picture in pixels(moving(3, *size), small_net(said=1.0))] == [(*size, 3)] * 3


def test_the_frames_in_memory_do_not_grow_with_the_clip() -> None:
    alive: weakref.WeakSet[Image] = weakref.WeakSet()
    few, most = moving(3, 24, 32), 0

    def long_clip() -> Iterator[Frame]:
        for index in range(40):
            frame = few[index % 3]
            image, source = (Image(each.pixels.copy()) for each in (frame.image, frame.source))
            alive.update((image, source))
            yield Frame(index, Fraction(index, 25), image, source)

    for _ in Steadier("best", 0, partial(fuse_of, small_net(said=1.0)))(long_clip(), NoWatch()):
        most = max(most, len(alive))
    assert most <= 10


@pytest.mark.skipif(not openvino.installed(), reason="OpenVINO is not installed")
def test_openvino_makes_of_a_frame_what_torch_makes() -> None:
    own, shipped = load_fuse("torch", "cpu"), load_fuse("openvino", "cpu")
    assert isinstance(learned_fusion._loaded("openvino", "cpu", resource(FOLDER))[1].run, OpenVinoRun)
    for one in weighed(moving(2, 61, 83)):
        assert np.abs(own(one) - shipped(one)).max() < 1e-3


def test_the_stage_and_the_net_speak_of_the_same_channels() -> None:
    assert (len(PICTURES), len(HINTS), CHANNELS) == (learned_fusion.PICTURES, learned_fusion.HINTS, learned_fusion.CHANNELS)


def written(folder: Path, arch: str = "fusion_naf", width: int = 8) -> Path:
    folder.mkdir()
    save_file(small_net().state_dict(), folder / WEIGHTS)
    shape = {"width": width, "blocks": list(BLOCKS)}
    write_card(folder, ModelCard("fusion", "Fusion", arch, sha256_of(folder / WEIGHTS), shape=shape))
    return folder


def test_weights_are_read_by_their_card(tmp_path: Path) -> None:
    fuse = load_fuse("torch", "cpu", written(tmp_path / "own"))
    for one in weighed(moving(2)):
        assert np.array_equal(fuse(one), one.picture)


@pytest.mark.parametrize("trouble", ["no card", "another net", "another shape", "damaged"])
def test_what_cannot_fuse_frames_is_refused_in_words(tmp_path: Path, trouble: str) -> None:
    folder = tmp_path / "own"
    if trouble == "no card":
        folder.mkdir()
    else:
        written(folder, "prenet" if trouble == "another net" else "fusion_naf", 12 if trouble == "another shape" else 8)
    if trouble == "damaged":
        (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-1])
    with pytest.raises(BadModel):
        registry.load_fusion(folder)


def test_the_net_that_ships_is_whole_and_goes_part_of_its_way() -> None:
    net = registry.load_fusion(resource(FOLDER))
    assert 0 < net.share <= 1
    assert all(torch.isfinite(value).all() for value in net.state_dict().values())


def test_the_net_that_ships_is_better_than_the_formula_in_heavy_rain() -> None:
    levels = cv2.imread(str(resource("samples/lighthouse.jpg")), cv2.IMREAD_COLOR_RGB)
    photo = np.asarray(levels, np.float32) / np.float32(255)
    rain, frames, clean = RainClip("heavy", 4), [], []
    for index, picture in enumerate(pan(photo, 2, 5, 144, 160)):
        sample = rain.over(picture)
        rainy, truth = ((np.clip(each, 0, 1) * 255 + 0.5).astype(np.uint8) for each in (sample.rainy, sample.hazy))
        frames.append(Frame(index, Fraction(index, 25), Image(rainy), Image(rainy)))
        clean.append(truth.astype(np.float32))
    errors = {}
    modes: tuple[Temporal, ...] = ("best", "learned")
    for temporal in modes:
        treatment = Treatment(temporal=temporal, engine="torch", device="cpu", precision="fp32")
        done = load_pipeline(treatment, ModelLibrary())(frames, NoWatch())
        errors[temporal] = [float(np.square(f.image.pixels - c).mean()) for f, c in zip(done, clean, strict=True)]
    assert np.mean(errors["learned"]) < 0.985 * np.mean(errors["best"])
