"""Engines: all run the same function, and the choice among them is measured, remembered and honest."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from rainapp.base import paths
from rainapp.base.errors import BadTreatment, Cancelled
from rainapp.inference.engines import Model, Variant, converted, engine_choice, make, openvino
from rainapp.inference.engines.machine import version_of
from rainapp.inference.engines.openvino import OpenVinoEngine
from rainapp.inference.engines.pytorch import TorchEngine
from rainapp.nets import registry
from rainapp.nets.spec import Condition
from tests.test_nets import SMALL

NO_CUDA = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
FP32 = frozenset({"fp32"})


CLEAR = (Condition("clear"),)


def model(arch: str = "unshuffle_naf", seed: int = 4) -> Model:
    torch.manual_seed(seed)
    net = registry.build(arch, **SMALL[arch]).eval().requires_grad_(False)
    if arch == "unshuffle_naf":
        net.tail.get_parameter("weight").normal_(std=0.05)
        net.channels_last = False  # type: ignore[assignment]
    conditions = CLEAR if net.conditional else ()
    return Model(lambda: net, f"{arch}{seed}", getattr(net, "multiple_px", 1), conditions)  # type: ignore[arg-type]


@pytest.mark.parametrize("arch", sorted(SMALL))
def test_openvino_and_torch_agree_on_every_net_and_any_size(arch: str) -> None:
    small = model(arch)
    fast, plain = OpenVinoEngine(small, "fp32"), TorchEngine(small, "cpu", "fp32")
    rng = np.random.default_rng(0)
    for size in [(1, 3, 32, 48), (2, 3, 17, 40), (1, 3, 1, 1)]:
        rainy = rng.random(size, dtype=np.float32)
        np.testing.assert_allclose(fast(rainy), plain(rainy), atol=2e-5)
        assert fast(rainy).shape == size


@pytest.mark.parametrize("variant", [Variant("torch", "cpu", "fp32"), Variant("openvino", "cpu", "fp32")], ids=str)
def test_one_engine_keeps_haze_and_clears_it(variant: Variant) -> None:
    rainy = np.random.default_rng(1).random((2, 3, 16, 16), dtype=np.float32)
    engine, pixels = make(model(), variant), (rainy[0].transpose(1, 2, 0) * 255).round().astype(np.uint8)
    for told in (0.0, 1.0, 0.0):
        given = {"clear": np.float32(told)}
        wanted = model().net(torch.from_numpy(rainy), torch.full((2,), told)).numpy()
        np.testing.assert_allclose(engine(rainy, given), wanted, atol=2e-5)  # type: ignore[arg-type]
        one = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255
        wanted = model().net(one, torch.full((1,), told))[0].permute(1, 2, 0).numpy()
        np.testing.assert_allclose(engine.render(pixels, None, given), wanted, atol=2e-5)  # type: ignore[arg-type]
    assert np.abs(engine(rainy, {"clear": np.ones(())}) - engine(rainy)).max() > 1e-3  # type: ignore[dict-item]


@pytest.mark.parametrize("variant", [Variant("torch", "cpu", "fp32"), Variant("openvino", "cpu", "fp32")], ids=str)
@pytest.mark.parametrize("given", [{"code": np.zeros(4)}, {"clear": np.zeros(2)}])
def test_a_condition_that_the_net_does_not_take_is_refused(variant: Variant, given: dict[str, np.ndarray]) -> None:
    with pytest.raises(BadTreatment, match=next(iter(given))):
        make(model(), variant)(np.zeros((1, 3, 16, 16), np.float32), given)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("variant", [Variant("torch", "cpu", "fp32"), Variant("openvino", "cpu", "fp32")], ids=str)
def test_a_tile_is_rendered_from_the_pixels_of_the_file(variant: Variant, depth: type[np.uint8 | np.uint16]) -> None:
    engine = make(model(), variant)
    peak = np.iinfo(depth).max
    pixels = np.random.default_rng(2).integers(0, peak + 1, (24, 40, 3), dtype=depth)
    pixels.setflags(write=False)
    wanted = engine((pixels.astype(np.float32) / peak).transpose(2, 0, 1)[None])[0].transpose(1, 2, 0)
    np.testing.assert_allclose(engine.render(pixels[:, 8:]), engine.render(pixels[:, 8:].copy()), atol=0)
    np.testing.assert_allclose(engine.render(pixels), wanted, atol=1e-5)


def test_half_precision_stays_near_float32() -> None:
    rainy = engine_choice.probe()
    near = TorchEngine(model(), "cpu", "bf16")(rainy)
    assert near.dtype == np.float32
    engine_choice.check_accuracy(near, TorchEngine(model(), "cpu", "fp32")(rainy), Variant("torch", "cpu", "bf16"))


def test_a_converted_model_is_kept_and_a_damaged_one_made_again() -> None:
    rainy = np.random.default_rng(3).random((1, 3, 16, 16), dtype=np.float32)
    first = OpenVinoEngine(model(), "fp32")(rainy)
    kept = list((paths.cache_dir() / "openvino").iterdir())
    assert [sorted(file.name for file in folder.iterdir()) for folder in kept] == [["net.bin", "net.xml", "sums.txt"]]
    for name, content in (("net.xml", b"<net damaged"), ("net.bin", b""), ("sums.txt", b"\xff"), ("net.bin", bytes(9000))):
        (kept[0] / name).write_bytes(content)
        np.testing.assert_array_equal(OpenVinoEngine(model(), "fp32")(rainy), first)
        assert (kept[0] / name).read_bytes() != content


def test_a_model_that_was_translated_before_is_not_loaded_again() -> None:
    rainy = np.random.default_rng(3).random((1, 3, 16, 16), dtype=np.float32)
    first = OpenVinoEngine(model(), "fp32")(rainy)

    def never() -> torch.nn.Module:
        raise AssertionError("the net was loaded")

    np.testing.assert_array_equal(OpenVinoEngine(replace(model(), load=never), "fp32")(rainy), first)
    for other in ({"sha256": "other weights"}, {"conditions": ()}, {"arch": "prenet"}):
        with pytest.raises(AssertionError, match="was loaded"):
            OpenVinoEngine(replace(model(), load=never, **other), "fp32")  # type: ignore[arg-type]


def test_models_used_longest_ago_leave_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converted, "KEPT_MAX", 3)
    models = [model(seed=seed) for seed in range(4)]
    for small in models[:3]:
        OpenVinoEngine(small, "fp32")
    for age, small in enumerate(models[:3]):
        os.utime(converted.folder_of(small), (1e9 + age, 1e9 + age))
    OpenVinoEngine(models[0], "fp32")  # now used last
    OpenVinoEngine(models[3], "fp32")
    assert [converted.folder_of(small).exists() for small in models] == [True, False, True, True]


def test_a_tile_that_is_not_wanted_any_more_is_given_up_half_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino, "STOP_MS", 0)
    engine = OpenVinoEngine(model(), "fp32")
    large = np.random.default_rng(6).integers(0, 256, (2000, 1000, 3), dtype=np.uint8)
    wanted = engine.render(large)
    np.testing.assert_array_equal(engine.render(large, lambda: False), wanted)
    with pytest.raises(Cancelled):
        engine.render(large, lambda: True)
    np.testing.assert_array_equal(engine.render(large), wanted)


def test_a_size_made_ready_for_is_compiled_before_it_comes_and_takes_no_more_memory_than_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = OpenVinoEngine(model(), "fp32")
    engine.prepare(90, 121)
    assert engine.kept_px == 96 * 128
    engine.render(np.zeros((90, 121, 3), np.uint8))
    assert engine.kept_px == 96 * 128
    monkeypatch.setattr(openvino, "KEPT_PX_MAX", 20_000)
    engine.prepare(200, 200)
    assert engine.kept_px == 96 * 128


def test_what_is_released_is_compiled_again_and_gives_the_same() -> None:
    engine = OpenVinoEngine(model(), "fp32")
    rainy = np.random.default_rng(8).integers(0, 256, (64, 96, 3), dtype=np.uint8)
    before = engine.render(rainy)
    assert engine.kept_px > 0
    engine.release()
    assert engine.kept_px == 0
    np.testing.assert_array_equal(engine.render(rainy), before)


def test_a_size_that_comes_often_gets_its_own_compiled_net_and_the_result_stays() -> None:
    fast, plain = OpenVinoEngine(model(), "fp32"), TorchEngine(model(), "cpu", "fp32")
    rng = np.random.default_rng(5)
    for size in [32, 512, 512, 512, 512, 512, 512, 512, 512, 640, 704, 32]:  # 512: first for any size, then its own
        rainy = rng.random((1, 3, size, size), dtype=np.float32)
        np.testing.assert_allclose(fast(rainy), plain(rainy), atol=2e-5)


def test_models_that_differ_in_weights_are_kept_apart() -> None:
    for small in (model(), model(), model(seed=5)):
        OpenVinoEngine(small, "fp32")
    assert len(list((paths.cache_dir() / "openvino").iterdir())) == 2


def test_a_cache_that_cannot_be_written_is_done_without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("RAINAPP_CACHE", str(tmp_path / "file"))
    candidates = engine_choice.variants("cpu", "auto", "auto", FP32)
    assert engine_choice.fastest(model(), candidates).precision == "fp32"


def test_nothing_is_measured_where_there_is_one_way_only() -> None:
    assert engine_choice.variants("cpu", "torch", "fp32", FP32) == [Variant("torch", "cpu", "fp32")]
    assert engine_choice.fastest(model(), [Variant("torch", "cpu", "fp32")]).name == "torch"
    assert not (paths.cache_dir() / engine_choice.FILE).exists()


def test_the_fastest_engine_is_remembered() -> None:
    candidates = engine_choice.variants("cpu", "auto", "auto", FP32)
    assert {each.engine for each in candidates} == {"openvino", "torch"}
    engine = engine_choice.fastest(model(), candidates)
    file = paths.cache_dir() / engine_choice.FILE
    known = json.loads(file.read_text())
    assert list(known.values()) == [f"{engine.name} cpu fp32"]
    other = next(each for each in candidates if each.engine != engine.name)
    file.write_text(json.dumps(dict.fromkeys(known, str(other))))
    assert engine_choice.fastest(model(), candidates).name == other.engine, "what is remembered is not measured again"
    file.write_text("{damaged")
    assert engine_choice.fastest(model(), candidates).precision == "fp32"


def test_an_engine_that_cannot_serve_is_refused_in_words() -> None:
    with pytest.raises(BadTreatment, match="OpenVINO runs on the CPU"):
        engine_choice.variants("cuda:0", "openvino", "auto", FP32)
    with pytest.raises(BadTreatment, match="does not compute in fp16"):
        engine_choice.variants("cpu", "torch", "fp16", FP32)
    with pytest.raises(BadTreatment, match="“tpu” is not there"):
        engine_choice.resolve_device("tpu")


@NO_CUDA
def test_a_missing_accelerator_is_said_and_auto_does_without() -> None:
    with pytest.raises(BadTreatment, match="“cuda:0” is not there. This machine has .*cpu"):
        engine_choice.resolve_device("cuda:0")
    assert engine_choice.resolve_device("auto") in ("cpu", "mps")


@pytest.mark.parametrize("flaw", [np.nan, np.inf, 0.02])
def test_a_result_that_is_not_finite_or_far_off_is_not_accurate(flaw: float) -> None:
    rainy = engine_choice.probe()
    derained = rainy.copy()
    derained[0, 0, 0, 0] += flaw
    with pytest.raises(BadTreatment, match="not accurate as “torch cpu bf16”"):
        engine_choice.check_accuracy(derained, rainy, Variant("torch", "cpu", "bf16"))


def test_half_precision_is_a_candidate_only_where_the_model_is_known_to_bear_it() -> None:
    native = engine_choice.native_precisions("openvino", "cpu") - {"fp32"}
    for accurate in (FP32, FP32 | native):
        found = {each.precision for each in engine_choice.variants("cpu", "openvino", "auto", accurate)}
        assert found == accurate & (native | FP32)


def test_a_net_that_openvino_cannot_convert_is_left_to_torch() -> None:
    class Odd(torch.nn.Module):
        def forward(self, rainy: torch.Tensor) -> torch.Tensor:
            return rainy + torch.special.bessel_j0(rainy)

    odd = Model(Odd, "odd", 1)
    with pytest.raises(BadTreatment, match="OpenVINO"):
        OpenVinoEngine(odd, "fp32")
    assert engine_choice.fastest(odd, engine_choice.variants("cpu", "auto", "auto", FP32)).name == "torch"


def test_openvino_tells_its_version_without_being_imported() -> None:
    assert openvino.installed()
    assert version_of("openvino")[0].isdigit()


@pytest.mark.parametrize("side", [1424, 1536])
def test_a_size_openvino_has_no_fixed_form_for_is_derained_all_the_same(side: int) -> None:
    torch.manual_seed(1)
    net = registry.build("unshuffle_naf", width=4, encoder=[1], middle=1, decoder=[1]).eval().requires_grad_(False)
    net.channels_last = False  # type: ignore[assignment]
    narrow = Model(lambda: net, "narrow", 4, CLEAR)
    rainy = np.random.default_rng(3).random((1, 3, side, side), dtype=np.float32)
    np.testing.assert_allclose(OpenVinoEngine(narrow, "fp32")(rainy), TorchEngine(narrow, "cpu", "fp32")(rainy), atol=2e-5)


def test_a_run_over_many_sizes_keeps_working_memory_for_few_pixels_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino, "KEPT_PX_MAX", 20_000)
    monkeypatch.setattr(openvino, "BREAK_EVEN_PX", 5_000)
    small = model()
    fast, plain = OpenVinoEngine(small, "fp32"), TorchEngine(small, "cpu", "fp32")
    rng = np.random.default_rng(4)
    kept = []
    for size in [(40, 48), (96, 96), (88, 96), (96, 104), (32, 40), (96, 96), (200, 200), (40, 48)]:
        rainy = rng.random((1, 3, *size), dtype=np.float32)
        np.testing.assert_allclose(fast(rainy), plain(rainy), atol=2e-5)
        kept.append(fast.kept_px)
        assert fast.kept_px <= max(20_000, size[0] * size[1])
    assert max(kept) > 15_000  # it does keep some


def test_the_second_start_does_without_torch(tiny_library: Path, tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    cv2.imwrite(str(photo), np.random.default_rng(7).integers(0, 256, (64, 96, 3), dtype=np.uint8))
    look = (
        "import sys\nfrom pathlib import Path\nfrom rainapp.work.screen import preview as looking\n"
        "from rainapp.work import engine_warmup as warming\nfrom rainapp.library.model_library import ModelLibrary\n"
        "from rainapp.jobs.records import NoWatch, Preview, Treatment, WarmUp\n"
        "wanted = Treatment(device='cpu', engine='openvino', precision='fp32')\n"
        "assert warming.warm_up(WarmUp(wanted, (96, 64)), NoWatch(), ModelLibrary())\n"
        f"looking.preview(Preview(Path({str(photo)!r}), wanted), NoWatch(), ModelLibrary())\n"
        "print('torch' in sys.modules)"
    )
    runs = [subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=False) for _ in range(2)]
    assert [run.stdout.strip() for run in runs] == ["True", "False"], runs[0].stderr + runs[1].stderr


def test_what_comes_now_and_then_does_not_displace_what_is_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino, "KEPT_PX_MAX", 20_000)
    monkeypatch.setattr(openvino, "LARGE_PX", 5_000)
    small = model()
    fast, plain = OpenVinoEngine(small, "fp32"), TorchEngine(small, "cpu", "fp32")
    rng = np.random.default_rng(4)

    def derain(height: int, width: int) -> int:
        """Pixels kept afterwards."""
        rainy = rng.random((1, 3, height, width), dtype=np.float32)
        np.testing.assert_allclose(fast(rainy), plain(rainy), atol=2e-5)
        return fast.kept_px

    assert [derain(80, 96), derain(80, 104), derain(96, 104), derain(80, 96)] == [7680, 16_000, 16_000, 16_000]
    assert derain(96, 104) == 16_000
    assert derain(96, 104) == 7680 + 9984  # twice in a row: the one used longest ago goes
    for _ in range(openvino.STALE_REQUESTS + 1):
        derain(96, 104)
    assert derain(80, 112) == 9984 + 8960  # what was not used for long makes room
