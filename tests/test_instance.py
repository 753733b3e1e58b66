"""Nets that adapt to the picture: the encoder within them, one code for all tiles, one course over a clip, engines alike."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from rainapp.base.errors import BadModel
from rainapp.base.image import Frame, Image
from rainapp.inference.derainer import Derainer
from rainapp.inference.engines import Conditions, Model, Variant, make
from rainapp.inference.instance_code import Course, Seer, at_scale
from rainapp.inference.pipeline import load_pipeline
from rainapp.jobs.records import NoWatch, Region, Treatment
from rainapp.library.cards import ModelCard, write_card
from rainapp.library.model_library import WEIGHTS, ModelLibrary, sha256_of
from rainapp.nets import registry
from rainapp.nets.coic_net import CoicNet, Labels, encoded
from rainapp.nets.spec import NetSpec, WrapperSpec

CODE = 8
SHAPE = {"width": 4, "encoder": [1], "middle": 1, "decoder": [1], "conditional": True}


def adapting(labels: int = 0, **more: bool) -> CoicNet:
    """A small net with its encoder whose every part does something."""
    torch.manual_seed(2)
    around = (WrapperSpec("coic", {"code_size": CODE, "encoder_width": 8, "labels": labels}),)
    net = registry.build_spec(NetSpec("unshuffle_naf", {**SHAPE, **more}, around))
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    found = encoded(net)
    assert found is not None
    return found.eval().requires_grad_(False)


def picture(height: int, width: int, seed: int = 1) -> Image:
    """Soft ground under streaks."""
    rng = np.random.default_rng(seed)
    ground = np.kron(rng.integers(40, 160, (-(-height // 16), -(-width // 16), 3)), np.ones((16, 16, 1)))[:height, :width]
    ground[:, :: 7 + 5 * seed] += 70
    pixels = ground.astype(np.uint8)
    pixels.setflags(write=False)
    return Image(pixels)


@pytest.fixture
def library(tmp_path: Path) -> Callable[[CoicNet], ModelLibrary]:
    """A library that holds the net as the model "adapting"."""

    def put(net: CoicNet) -> ModelLibrary:
        folder = tmp_path / "models" / "adapting"
        folder.mkdir(parents=True)
        save_file({name: value.contiguous() for name, value in net.state_dict().items()}, folder / WEIGHTS)
        labels = len(net.encoder.codes) if isinstance(net.encoder, Labels) else 0
        card = ModelCard(
            id="adapting", title="Adapting", arch="unshuffle_naf", sha256=sha256_of(folder / WEIGHTS), shape=SHAPE,
            around={"coic": {"code_size": CODE, "encoder_width": 8, "labels": labels}},
            conditions=tuple(map(str, net.traits.conditions)), veils=("keep", "clear"), multiple_of_px=net.multiple_px,
            receptive_px=32, from_coarse=True, gate_faint=False,
        )  # fmt: skip
        write_card(folder, card)
        return ModelLibrary(user=tmp_path / "models")

    return put


def test_the_encoder_is_in_the_net_and_learns_through_modulation() -> None:
    net = adapting().requires_grad_(True)
    assert {"encoder.stem.weight", "net.net.head.weight"} & net.state_dict().keys()
    rainy = torch.rand(2, 3, 32, 32)
    net(rainy, torch.ones(2), view=rainy).square().mean().backward()
    slopes = [parameter.grad for parameter in net.encoder.parameters()]
    assert all(slope is not None for slope in slopes)
    assert sum(float(slope.abs().sum()) for slope in slopes if slope is not None) > 0
    assert net.features is not None
    assert net.features.shape == (2, 64, 4, 4)


def test_a_view_and_its_code_are_the_same() -> None:
    net = adapting()
    rainy = torch.rand(2, 3, 32, 48)
    _, codes = net.encoder(rainy)
    torch.testing.assert_close(net(rainy, view=rainy), net(rainy, code=codes))
    assert (net(rainy, view=rainy) - net(rainy)).abs().max() > 1e-4


def test_the_mirrored_pass_sees_the_mirrored_picture() -> None:
    net = adapting(mirrored=True)
    photo = torch.rand(3, 140, 300)
    code, turned = net.photo_code(photo), net.photo_code(photo.flip(-1))
    assert code.shape == (1, 2 * CODE)
    torch.testing.assert_close(code[:, :CODE], turned[:, CODE:], atol=1e-5, rtol=1e-4)
    assert (code[:, :CODE] - code[:, CODE:]).abs().max() > 1e-4


def test_a_set_that_is_not_known_has_the_mean_code() -> None:
    net = adapting(labels=3)
    assert isinstance(net.encoder, Labels)
    codes = net.encoder(torch.tensor([0, 1, 2, -1]))
    torch.testing.assert_close(codes[3], F.normalize(codes[:3].mean(0), dim=0))
    torch.testing.assert_close(net.photo_code(torch.rand(3, 32, 32)), codes[3:])


def model_of(net: CoicNet) -> Model:
    conditions = net.traits.conditions
    return Model(lambda: net, f"test-{id(net)}", net.multiple_px, conditions, "unshuffle_naf")


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_translated_engine_equals_torch_and_leaves_the_encoder_out(mirrored: bool) -> None:
    model = model_of(adapting(mirrored=mirrored))
    torch_engine, openvino = (make(model, Variant(name, "cpu", "fp32")) for name in ("torch", "openvino"))  # type: ignore[arg-type]
    image = picture(48, 64)
    given: Conditions = {**Seer(model)(image), "clear": np.float32(0)}  # type: ignore[dict-item]
    wanted = torch_engine.render(image.pixels, None, given)
    assert np.abs(openvino.render(image.pixels, None, given) - wanted).max() < 1e-4
    other: Conditions = {"code": -given["code"], "clear": np.float32(0)}  # type: ignore[dict-item]
    assert np.abs(torch_engine.render(image.pixels, None, other) - wanted).max() > 1e-3, "the code says nothing"
    from rainapp.inference.engines.converted import converted

    def numbers(name: str) -> int:
        constants = (op for op in made.get_ops() if op.get_type_name() == "Constant")
        return sum(int(np.prod(list(op.get_output_shape(0)))) for op in constants)

    made = converted(model)
    encoder = sum(parameter.numel() for parameter in model.net.encoder.parameters())  # type: ignore[union-attr]
    assert numbers("all") < encoder, "the encoder is in the translation"


@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_all_tiles_share_the_code_of_the_whole(library: Callable[[CoicNet], ModelLibrary], engine: str) -> None:
    shelf = library(adapting())
    image = picture(400, 560)
    frame = Frame(0, Fraction(0), image, image)
    made = {}
    for tile_px in (128, 1024):
        treatment = Treatment(model="adapting", temporal="off", engine=engine, device="cpu", precision="fp32", tile_px=tile_px)  # type: ignore[arg-type]
        pipeline = load_pipeline(treatment, shelf)
        (done,) = pipeline.in_turn([frame], NoWatch())
        made[tile_px] = done.image.pixels.astype(int)
    assert np.abs(made[128] - made[1024]).max() <= 1
    assert np.abs(made[128] - image.pixels).max() > 3, "it does something"


def test_a_part_has_the_code_of_the_whole(library: Callable[[CoicNet], ModelLibrary]) -> None:
    pipeline = load_pipeline(Treatment(model="adapting", temporal="off", device="cpu", precision="fp32"), library(adapting()))
    image = picture(400, 560)
    (done,) = pipeline.in_turn([Frame(0, Fraction(0), image, image)], NoWatch())
    region = Region(200, 120, 160, 96)
    part = pipeline.part(image, region, NoWatch()).image.pixels.astype(int)
    whole = done.image.pixels[120:216, 200:360].astype(int)
    assert np.abs(part - whole).max() <= 1


def test_a_code_without_an_encoder_is_said(library: Callable[[CoicNet], ModelLibrary]) -> None:
    plain = registry.build_spec(NetSpec("unshuffle_naf", SHAPE, (WrapperSpec("coim", {"code_size": CODE}),)))
    model = Model(lambda: plain, "plain", 16, registry.traits(plain).conditions, "unshuffle_naf")
    with pytest.raises(BadModel, match="nothing that sees it"):
        Seer(model)(picture(64, 64))


def test_a_large_photo_is_seen_at_the_scale_of_training() -> None:
    assert at_scale(picture(480, 720).pixels).shape == (1, 3, 480, 720)
    wide = np.kron(picture(480, 720).pixels, np.ones((4, 4, 1), np.uint8))
    np.testing.assert_allclose(at_scale(wide), at_scale(picture(480, 720).pixels), atol=1e-6)
    sixteen = at_scale(picture(64, 64).pixels.astype(np.uint16) * 257)
    np.testing.assert_allclose(sixteen, at_scale(picture(64, 64).pixels), atol=1e-6)


def test_a_picture_is_seen_once() -> None:
    seer, image = Seer(model_of(adapting())), picture(64, 96)
    first = seer(image)
    assert seer(image) is first
    assert seer(picture(64, 96, seed=2)) is not first
    np.testing.assert_allclose(np.linalg.norm(first["code"]), 1, rtol=1e-5)


def frames(count: int) -> Iterator[Frame]:
    for index in range(count):
        image = picture(64, 64, seed=1 + index % 2)
        yield Frame(index, Fraction(index, 25), image, image)


def test_a_clip_has_a_calm_course_that_parts_begin_anew() -> None:
    seer = Seer(model_of(adapting()))
    alone = [seer(frame.image)["code"] for frame in frames(2)]
    apart = float(np.linalg.norm(alone[0] - alone[1]))
    assert apart > 1e-3
    course = Course({"clear": np.float32(1)}, seer)  # type: ignore[dict-item]
    codes = [given["code"] for frame in frames(12) if (given := course(frame))]
    steps = [float(np.linalg.norm(b - a)) for a, b in zip(codes, codes[1:], strict=False)]
    assert max(steps) < apart / 2
    np.testing.assert_allclose([np.linalg.norm(code) for code in codes], 1, rtol=1e-5)
    whole = Course(None, seer, part_frames=6)
    both = [given["code"] for frame in frames(12) if (given := whole(frame))]
    again = Course(None, seer, part_frames=6)
    later = [given["code"] for frame in list(frames(12))[6:] if (given := again(frame))]
    np.testing.assert_array_equal(both[6:], later)


def test_conditions_stay_what_they_are_where_nothing_is_seen() -> None:
    given: Conditions = {"clear": np.float32(1)}  # type: ignore[dict-item]
    course = Course(given, None)
    assert all(course(frame) is given for frame in frames(2))


def test_a_stage_gives_every_frame_the_code_of_its_course(library: Callable[[CoicNet], ModelLibrary]) -> None:
    treatment = Treatment(model="adapting", temporal="off", engine="torch", device="cpu", precision="fp32")
    pipeline = load_pipeline(treatment, library(adapting()))
    net = pipeline.net
    assert net.sees is not None
    course = Course(net.conditions, net.sees)
    stage = Derainer(net, judges=False)
    for frame, done in zip(frames(6), stage(frames(6), NoWatch()), strict=True):
        expected = net.engine.render(frame.image.pixels, None, course(frame))
        assert np.abs(done.image.pixels.astype(float) - np.clip(expected, 0, 1) * 255).max() < 1.01
    assert replace(stage, part_frames=3).part_frames == 3
