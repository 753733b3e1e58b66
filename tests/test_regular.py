"""Only regular files are opened, at once, and with no more bytes than wanted."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from doors import DOORS, NESTED, deep_folders_removed, endless, nested, pipe, soon

from rainapp.base.folders import files_below, make_folders
from rainapp.base.regular_files import NotRegularFileError, TooLargeFileError, open_regular, read_regular


def test_a_file_is_read_also_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"rain")
    (tmp_path / "link").symlink_to("a")
    assert read_regular(tmp_path / "link", 4) == b"rain"
    with open_regular(tmp_path / "a") as file:
        assert file.read() == b"rain"


@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, door: str) -> None:
    error = soon(lambda: open_regular(DOORS[door](tmp_path / "door")))
    assert isinstance(error, NotRegularFileError)
    assert error.strerror == f"it is a {door}, not a file"


def test_a_socket_and_a_folder_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket may not be long
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s")
        with pytest.raises(NotRegularFileError, match="a socket"):
            open_regular(Path("s"))
    with pytest.raises(IsADirectoryError):
        open_regular(tmp_path)
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "nothing")


def test_a_pipe_put_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"rain")
    looked_at = os.stat(file)
    pipe(file)
    monkeypatch.setattr(os, "stat", lambda *_: looked_at)  # as if it were exchanged between looking and opening
    assert isinstance(soon(lambda: open_regular(file)), NotRegularFileError)


def test_no_more_is_read_than_wanted(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(2049))
    with pytest.raises(TooLargeFileError, match="larger than 2 kB"):
        read_regular(tmp_path / "a", 2048)
    if Path("/proc/self/maps").exists():  # claims to hold nothing, and gives more
        with pytest.raises(TooLargeFileError):
            read_regular(Path("/proc/self/maps"), 10)
        assert read_regular(Path("/proc/self/cmdline"), 1 << 20) == Path("/proc/self/cmdline").read_bytes()
    assert endless(tmp_path / "zeros").exists()


LEASE = """
import fcntl, sys, time
file = open(sys.argv[1], "r+b")
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print("held", flush=True)
time.sleep(60)  # asked to give the lease up, a program that does not listen is ended
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has leases")
def test_a_file_that_a_server_has_leased_is_read_once_it_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"rain")
    with subprocess.Popen([sys.executable, "-c", LEASE, str(tmp_path / "a")], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert soon(lambda: read_regular(tmp_path / "a", 4)) == b"rain"
        holder.wait(10)


def test_folders_are_made_and_looked_through_however_deep(tmp_path: Path) -> None:
    with deep_folders_removed(tmp_path):
        deepest = nested(tmp_path / "a")
        (tmp_path / "a" / "d" / "x.png").write_bytes(b"")
        (deepest / "y.png").write_bytes(b"")
        (deepest / "again").symlink_to(tmp_path / "a")
        assert {file.name for file in files_below(tmp_path / "a")} == {"x.png", "y.png"}
        wanted = tmp_path.joinpath("out", *["d"] * NESTED)
        make_folders(wanted)
        make_folders(wanted)
        assert wanted.is_dir()


def test_a_file_in_the_place_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(FileExistsError):
        make_folders(tmp_path / "a")
    with pytest.raises(NotADirectoryError):
        make_folders(tmp_path / "a" / "b")
