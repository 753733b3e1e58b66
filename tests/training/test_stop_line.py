"""A line on standard input stops a run, also one whose rain is drawn by processes of their own."""

import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from real_photos import plan_of, real_folders

CANCELLED = 130
LIMIT_S = 200


@pytest.mark.slow
def test_a_run_with_workers_goes_on_while_it_listens_and_stops_for_a_line(tmp_path: Path) -> None:
    plan = plan_of(real_folders(tmp_path / "photos", 2), "derain", steps=100_000, crop_px=48)
    plan = replace(plan, data=replace(plan.data, workers=1))
    (tmp_path / "recipe.toml").write_text(plan.to_toml(), "utf-8")
    command = [sys.executable, "-m", "training", "run", str(tmp_path / "recipe.toml"), "--out", str(tmp_path / "run")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=os.environ, text=True, start_new_session=True) as child:
        ends = threading.Timer(LIMIT_S, lambda: os.killpg(child.pid, 9))  # with its workers: one that hangs holds our pipe
        ends.start()
        assert child.stdin is not None
        assert child.stdout is not None
        told = next((line for line in iter(child.stdout.readline, "") if '"progress"' in line), "")
        assert told, "no step was done: the processes that draw rain hang"
        child.stdin.write("stop\n")
        child.stdin.flush()
        child.stdout.read()
        ends.cancel()
    assert child.returncode == CANCELLED
    assert (tmp_path / "run" / "checkpoint.pt").is_file()
