"""No library of ours reports home."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

PROGRAM = """
import socket, sys, threading

def no_network(*_arguments, **_options):
    raise AssertionError("a library opened a connection")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = no_network
from rainapp.inference.engines import openvino
openvino.core()
import openvino
assert sys.modules["openvino_telemetry"] is None
assert threading.active_count() == 1, threading.enumerate()
"""


@pytest.mark.skipif(find_spec("openvino_telemetry") is None, reason="OpenVINO's telemetry is not installed")
def test_openvino_starts_without_reporting_home(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path)}
    environment.pop("CI", None)  # OpenVINO is quiet there by itself
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "intel").exists()
