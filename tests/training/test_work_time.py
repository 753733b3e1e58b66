"""What counts as work: process time on a CPU, the time inside steps on an accelerator. And what is published is looked at."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from rainapp.base.errors import BadModel
from rainapp.library.model_library import sha256_of
from rainapp.nets import registry
from rainapp.nets.spec import NetSpec
from training import publish, recipe
from training.loop import weights
from training.loop.work_time import WorkTime


def test_on_an_accelerator_only_steps_count() -> None:
    now = [100.0]
    work = WorkTime(inside=True, clock=lambda: now[0])
    work.begin(30)
    now[0] += 1000  # the machine slept
    with work.step():
        now[0] += 2
    now[0] += 50  # validation
    with work.step():
        now[0] += 3
    assert work.spent() == 35


def test_a_step_that_is_cut_counts_too() -> None:
    now = [0.0]
    work = WorkTime(inside=True, clock=lambda: now[0])

    def cut() -> None:
        with work.step():
            now[0] += 4
            raise KeyError

    with pytest.raises(KeyError):
        cut()
    assert work.spent() == 4


def test_on_a_cpu_all_of_the_run_counts() -> None:
    now = [100.0]
    work = WorkTime(inside=False, clock=lambda: now[0])
    work.begin(30)
    now[0] += 5
    with work.step():
        now[0] += 2
    assert work.spent() == 37


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot stop a process")
def test_a_stopped_process_loses_nothing() -> None:
    lines = ("from training.loop.work_time import WorkTime", "w = WorkTime(False)", "print('there', flush=True)", "input()")
    code = "\n".join((*lines, "print(w.spent())"))
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "there\n"
        os.kill(child.pid, signal.SIGSTOP)
        time.sleep(1.5)
        os.kill(child.pid, signal.SIGCONT)
        told, _ = child.communicate("\n", timeout=60)
    assert float(told) < 1


def test_a_model_that_does_something_else_than_its_run_is_refused(tmp_path: Path) -> None:
    plan = recipe.from_toml("[net]\nwidth = 4\nencoder = [1]\nmiddle = 1\ndecoder = [1]")
    run = tmp_path / "run"
    run.mkdir()
    (run / "recipe.toml").write_text(plan.to_toml())
    torch.manual_seed(1)
    nets = [registry.build_spec(NetSpec("unshuffle_naf", plan.net.shape())) for _ in range(2)]
    weights.save_weights(run / "last.safetensors", nets[0].state_dict())
    card = publish.publish(run, "own", tmp_path / "models", publish.Label())
    folder = tmp_path / "models" / "own"
    publish.require_same(plan, run / "last.safetensors", card, folder)
    for parameter in nets[1].parameters():
        torch.nn.init.normal_(parameter)
    weights.save_weights(folder / "weights.safetensors", nets[1].state_dict())
    other = replace(card, sha256=sha256_of(folder / "weights.safetensors"))
    with pytest.raises(BadModel, match="does not do what the run's net does"):
        publish.require_same(plan, run / "last.safetensors", other, folder)
