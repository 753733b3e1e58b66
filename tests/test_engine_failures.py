"""An engine that fails is tried afresh, then torch goes on and says so; only then a person is told, in words."""

import threading
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rainapp.base.errors import EngineFailed
from rainapp.base.image import Frame
from rainapp.base.paths import resource
from rainapp.inference.derainer import Fallback, TiledNet
from rainapp.inference.engines import Model, Variant, converted, engine_choice
from rainapp.inference.engines.failures import went_on
from rainapp.inference.engines.openvino import Form, OpenVinoEngine
from rainapp.inference.engines.planes import OpenVinoRun, TorchRun, runner
from rainapp.inference.engines.pytorch import TorchEngine
from rainapp.inference.pipeline import load_pipeline
from rainapp.inference.temporal import learned_fusion
from rainapp.jobs.records import DerainFile, Event, Failed, NoWatch, Treatment
from rainapp.jobs.workers import Workers
from rainapp.library.model_library import ModelLibrary
from rainapp.nets.fusion_naf import CHANNELS
from rainapp.work import run_job
from tests.test_engines import CLEAR, model
from tests.test_fusion import moving, small_net
from tests.work_done import derain, pixels

RAINY = np.random.default_rng(1).integers(0, 256, (64, 96, 3), dtype=np.uint8)
WITH_OPENVINO = Treatment(engine="openvino", device="cpu", precision="fp32")
NOTICE = "OpenVINO failed on cpu; the work went on with PyTorch on the CPU, which takes longer."


@pytest.fixture(autouse=True)
def no_net_of_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A net that fell back to torch stays with it; the next test begins anew."""
    monkeypatch.setattr("rainapp.inference.pipeline._last", {})


def misfit() -> Any:
    """A net of OpenVINO's that takes five channels and nothing else, so that whatever a picture or planes give it fails.

    Its other input is the condition, which it leaves alone.
    """
    import openvino
    from openvino import opset13 as ops

    planes = ops.parameter([-1, 5, -1, -1], np.float32)
    ones = ops.constant(np.ones((3, 5, 1, 1), np.float32))
    clear = ops.parameter([-1], np.float32)
    return openvino.Model([ops.convolution(planes, ones, [1, 1], [0, 0], [0, 0], [1, 1])], [planes, clear])


class Crooked(torch.nn.Module):
    """A net of torch's that fails whenever it is run, and counts how often."""

    def __init__(self, says: str = "crooked") -> None:
        super().__init__()
        self.says = says
        self.runs = 0

    def forward(self, rainy: torch.Tensor, clear: torch.Tensor | None = None) -> torch.Tensor:
        self.runs += 1
        return rainy.reshape(7, 11, 13) if self.says == "crooked" else torch.empty(1 << 50)


def crooked(says: str = "crooked") -> Model:
    return Model(lambda: Crooked(says), "crooked", 8, CLEAR)


def tiled(engine: OpenVinoEngine | TorchEngine, rescue: Model | None = None) -> TiledNet:
    make = cache(lambda: TorchEngine(rescue or model(), "cpu", "fp32"))
    fallback = Fallback(went_on(engine.name, "cpu"), make, None)
    return TiledNet(engine, tile_px=256, overlap_px=32, multiple_px=8, rescue=fallback)


def test_an_engine_that_fails_once_is_tried_afresh_and_nothing_need_be_said() -> None:
    engine = OpenVinoEngine(model(), "fp32")
    net, wanted = tiled(engine), engine.render(RAINY)
    other = engine.render(RAINY[:48, :48])
    smaller = engine._fixed.pop(Form("uint8", 1, 64, 96))
    engine.prepare(48, 48)
    engine._fixed[Form("uint8", 1, 64, 96)] = engine._fixed.pop(Form("uint8", 1, 48, 48))  # and really fails, once
    engine._fixed[Form("uint8", 1, 48, 48)] = smaller
    with pytest.raises(EngineFailed):
        engine.render(RAINY)
    np.testing.assert_array_equal(net.render(RAINY), wanted)
    np.testing.assert_allclose(net.render(RAINY[:48, :48]), other, atol=1e-6)
    assert net.engine is engine
    assert net.notices == []


def test_an_engine_that_fails_twice_leaves_the_work_to_torch_which_is_said_once() -> None:
    engine = OpenVinoEngine(model(), "fp32")
    net, wanted = tiled(engine), engine.render(RAINY)
    engine.release()
    engine._net = misfit()
    for _ in range(2):
        np.testing.assert_allclose(net.render(RAINY), wanted, atol=2e-5)
    assert net.engine.name == "torch"
    assert net.notices == [NOTICE]


def test_threads_whose_engine_fails_at_the_same_time_share_one_rescue() -> None:
    engine = OpenVinoEngine(model(), "fp32")
    net, wanted = tiled(engine), engine.render(RAINY)
    engine.release()
    engine._net = misfit()
    right: list[bool] = []
    threads = [
        threading.Thread(target=lambda: right.append(np.allclose(net.render(RAINY), wanted, atol=2e-5))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 4
    assert net.notices == [NOTICE]


def test_where_torch_fails_too_it_is_told_in_words_and_the_next_picture_begins_as_before() -> None:
    engine = OpenVinoEngine(model(), "fp32")
    net, right = tiled(engine, crooked()), engine._net
    engine._net = misfit()
    with pytest.raises(EngineFailed) as told:
        net.render(RAINY)
    assert told.value.message == "PyTorch failed while it computed."
    assert "log" in told.value.hint
    assert isinstance(told.value.__cause__, RuntimeError)
    assert net.notices == []
    engine._net = right
    np.testing.assert_allclose(net.render(RAINY), OpenVinoEngine(model(), "fp32").render(RAINY), atol=1e-6)
    assert net.engine is engine


def test_torch_alone_is_tried_twice_and_then_told() -> None:
    engine = TorchEngine(crooked(), "cpu", "fp32")
    with pytest.raises(EngineFailed):
        TiledNet(engine, tile_px=256, overlap_px=32, multiple_px=8).render(RAINY)
    assert isinstance(engine._net, Crooked)
    assert engine._net.runs == 2


def test_memory_that_runs_out_inside_a_library_is_told_apart_from_failures() -> None:
    from openvino import Model as Net
    from openvino import opset13 as ops

    hungry = crooked("hungry")
    with pytest.raises(MemoryError):
        TorchEngine(hungry, "cpu", "fp32").render(RAINY)
    with pytest.raises(MemoryError):
        TorchRun(hungry, "cpu")(np.zeros((1, 3, 8, 8), np.float32))
    planes = ops.parameter([-1, 3, -1, -1], np.float32)
    huge = ops.tile(planes, ops.constant(np.array([1, 1, 1 << 21, 1 << 21])))
    run = OpenVinoRun(Net([ops.reduce_max(ops.sin(huge), ops.constant(np.array([2, 3])), True)], [planes]))
    with pytest.raises(MemoryError):
        run(np.ones((1, 3, 8, 8), np.float32))


@pytest.mark.usefixtures("tiny_library")
def test_a_file_whose_engine_fails_is_derained_by_torch_and_notes_it(photo: Path, tmp_path: Path) -> None:
    derain(photo, tmp_path / "wanted.png")
    engine = load_pipeline(WITH_OPENVINO, ModelLibrary()).net.engine
    assert isinstance(engine, OpenVinoEngine)
    engine._net = misfit()
    done = derain(photo, tmp_path / "out.png", WITH_OPENVINO)
    assert NOTICE in done.notes
    assert np.abs(pixels(tmp_path / "out.png").astype(int) - pixels(tmp_path / "wanted.png")).max() <= 1


@pytest.mark.usefixtures("tiny_library")
def test_a_person_never_reads_the_words_of_a_library(photo: Path, tmp_path: Path) -> None:
    net = load_pipeline(WITH_OPENVINO, ModelLibrary()).net
    assert isinstance(net.engine, OpenVinoEngine)
    net.engine._net = misfit()
    net._rescue = Fallback(NOTICE, lambda: TorchEngine(crooked(), "cpu", "fp32"), None)
    told: list[Event] = []
    workers = Workers(run_job.run, told.append)
    workers.submit(DerainFile(photo, tmp_path / "out.png", WITH_OPENVINO), "cpu")
    workers.shutdown(wait=True)
    [failed] = [each for each in told if isinstance(each, Failed)]
    assert failed.kind == "engine-failed"
    assert failed.message == "PyTorch failed while it computed."
    assert not any(word in failed.message + failed.hint for word in ("RuntimeError", "Exception", ".cpp"))
    assert not (tmp_path / "out.png").exists()


def test_an_engine_that_fails_while_it_is_measured_is_not_chosen() -> None:
    small = model()
    converted._keep(misfit(), converted.folder_of(small))
    candidates = [Variant("openvino", "cpu", "fp32"), engine_choice.EXACT]
    assert engine_choice.fastest(small, candidates).name == "torch"
    with pytest.raises(EngineFailed, match="OpenVINO failed"):
        engine_choice._measured(small, candidates[:1])


# planes


def planes(side: int = 32) -> NDArray[np.float32]:
    return np.random.default_rng(2).random((1, CHANNELS, side, side), dtype=np.float32)


def fuses() -> Model:
    net = small_net(said=1.0)
    return Model(lambda: net, "fuses", 4, channels=CHANNELS)


def test_planes_whose_engine_fails_once_are_run_afresh() -> None:
    lasting = runner(fuses(), "openvino", "cpu")
    run, told = lasting.run, list[str]()
    assert isinstance(run, OpenVinoRun)
    wanted = lasting(planes())
    lasting(planes(64))
    run._compiled[planes().shape] = run._compiled[planes(64).shape]
    np.testing.assert_array_equal(lasting(planes(), told.append), wanted)
    assert lasting.run is run
    assert told == []


def test_planes_whose_engine_fails_twice_are_run_by_torch_which_everyone_hears() -> None:
    lasting, told = runner(fuses(), "openvino", "cpu"), list[str]()
    wanted = lasting(planes())
    assert isinstance(lasting.run, OpenVinoRun)
    lasting.run._compiled, lasting.run._net = {}, misfit()
    for _ in range(2):
        np.testing.assert_allclose(lasting(planes(), told.append), wanted, atol=1e-3)
    assert told == [NOTICE] * 2
    with pytest.raises(EngineFailed, match="PyTorch"):
        runner(crooked(), "torch", "cpu")(planes())


def test_a_clip_whose_fusing_net_fails_is_fused_by_torch_and_notes_it(tiny_library: Path) -> None:
    treatment = Treatment(engine="openvino", device="cpu", precision="fp32", temporal="learned")
    pipeline = load_pipeline(treatment, ModelLibrary())
    frames = [Frame(each.index, Fraction(each.index, 25), each.source, each.source) for each in moving(3)]
    wanted = [frame.image.pixels for frame in pipeline(frames, NoWatch())]
    assert pipeline.notices == ()
    _, lasting = learned_fusion._loaded("openvino", "cpu", resource(learned_fusion.FOLDER))
    try:
        assert isinstance(lasting.run, OpenVinoRun)
        lasting.run._compiled, lasting.run._net = {}, misfit()
        made = [frame.image.pixels for frame in pipeline(frames, NoWatch())]
    finally:
        learned_fusion._loaded.cache_clear()
    assert pipeline.notices == (NOTICE,)
    for one, other in zip(made, wanted, strict=True):
        assert np.abs(one.astype(int) - other).max() <= 1
