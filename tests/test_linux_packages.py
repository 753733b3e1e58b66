"""The Linux packages, made of a small stand-in for the bundle: they install, start, and go away again."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as Xml
from configparser import ConfigParser
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "build"))

import packages  # noqa: E402
from bundle import archive, documents, icons, plan  # noqa: E402

MTIME = 1_700_000_000
DATE = "2023-11-14"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="packages of Linux")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A folder laid out as the frozen one, whose program says where it lies."""
    folder = tmp_path / plan.name()
    (folder / "_internal" / "lib").mkdir(parents=True)
    (folder / "rainapp").write_text('#!/bin/sh\necho "here: $(dirname "$(readlink -f "$0")")" "$@"\n')
    (folder / "rainapp").chmod(0o755)
    (folder / "_internal" / "lib" / "libone.so.1").write_bytes(os.urandom(3001))
    (folder / "_internal" / "libone.so").symlink_to("lib/libone.so.1")
    (folder / plan.LICENCES).write_text("Whose work this is.\n")
    return folder


@pytest.fixture
def tarball(bundle: Path, qapp: QApplication) -> Path:
    target = bundle.with_name("made.tar.xz")
    packages.write_tarball(bundle, target, MTIME, DATE)
    return target


@pytest.fixture
def deb(bundle: Path, qapp: QApplication) -> Path:
    target = bundle.with_name("made.deb")
    packages.write_deb(bundle, target, MTIME, DATE)
    return target


def run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(list(map(str, command)), env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_person_installs_starts_updates_and_removes_it(tarball: Path, tmp_path: Path) -> None:
    home = tmp_path / "a home"
    run("tar", "-xf", tarball, "-C", tmp_path)
    installer = tmp_path / plan.name() / "install.sh"
    for _ in range(2):  # the second time is an update
        assert "in the menu" in run("sh", installer, HOME=str(home))
    prefix = home / ".local"
    assert run(prefix / "bin" / "rainapp", "a b.jpg") == f"here: {prefix}/lib/rainapp a b.jpg\n"
    assert (prefix / "lib" / "rainapp" / "_internal" / "libone.so").is_symlink()
    entry = desktop(prefix / "share" / "applications" / f"{plan.APP_ID}.desktop")
    assert entry["Exec"] == f'"{prefix}/lib/rainapp/rainapp" %F'
    assert (prefix / "share" / "icons" / "hicolor" / "256x256" / "apps" / f"{plan.APP_ID}.png").is_file()
    (prefix / "share" / "applications" / "other.desktop").write_text("mine")
    run(prefix / "lib" / "rainapp" / "uninstall.sh")
    left = [str(path.relative_to(prefix)) for path in prefix.rglob("*") if path.is_file() or path.is_symlink()]
    assert [name for name in left if "mimeinfo.cache" not in name and "icon-theme.cache" not in name] == [
        "share/applications/other.desktop"
    ]


def test_a_folder_of_somebody_else_is_not_touched(tarball: Path, tmp_path: Path) -> None:
    run("tar", "-xf", tarball, "-C", tmp_path)
    (tmp_path / "p" / "lib" / "rainapp").mkdir(parents=True)
    (tmp_path / "p" / "lib" / "rainapp" / "notes.txt").write_text("mine")
    done = subprocess.run(
        ["sh", tmp_path / plan.name() / "install.sh", tmp_path / "p"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "not ours" in done.stderr
    assert [path.name for path in (tmp_path / "p" / "lib" / "rainapp").iterdir()] == ["notes.txt"]


def members(deb: Path) -> dict[str, bytes]:
    """The members of an ar archive."""
    raw, found, at = deb.read_bytes(), {}, len(archive.AR_MAGIC)
    assert raw.startswith(archive.AR_MAGIC)
    while at < len(raw):
        size = int(raw[at + 48 : at + 58])
        assert raw[at + 58 : at + 60] == b"`\n"
        found[raw[at : at + 16].decode().strip()] = raw[at + 60 : at + 60 + size]
        at += 60 + size + size % 2
    return found


def test_the_deb_holds_what_debian_asks_for(deb: Path) -> None:
    parts = members(deb)
    assert list(parts) == ["debian-binary", "control.tar.xz", "data.tar.xz"]
    assert parts["debian-binary"] == b"2.0\n"
    with tarfile.open(fileobj=io.BytesIO(parts["control.tar.xz"])) as tar:
        control = tar.extractfile("./control").read().decode()  # type: ignore[union-attr]
        assert tar.getmember("./postinst").mode == 0o755
    assert f"Version: {plan.version()}\n" in control
    assert "Depends: libc6, " in control
    with tarfile.open(fileobj=io.BytesIO(parts["data.tar.xz"])) as tar:
        by_name = {member.name: member for member in tar.getmembers()}
    assert by_name["./usr/bin/rainapp"].linkname == "../lib/rainapp/rainapp"
    assert by_name["./usr/lib/rainapp/rainapp"].mode == 0o755
    assert by_name["./usr/lib/rainapp/_internal/libone.so"].issym()
    assert f"./usr/share/applications/{plan.APP_ID}.desktop" in by_name
    assert "./usr/share/doc/rainapp/copyright" in by_name
    assert {member.uname for member in by_name.values()} == {"root"}
    assert {member.mtime for member in by_name.values()} == {MTIME}
    parents = {f"./{Path(name).parent}" for name in by_name if Path(name).parent != Path()}
    assert parents <= by_name.keys(), "every folder stands before what is in it"


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is Debian's")
def test_debians_own_tool_reads_it(deb: Path, tmp_path: Path) -> None:
    assert "rainapp" in run("dpkg-deb", "--info", deb)
    run("dpkg-deb", "--extract", deb, tmp_path / "root")
    assert run(tmp_path / "root" / "usr" / "bin" / "rainapp").strip() == f"here: {tmp_path}/root/usr/lib/rainapp"


def test_twice_the_same_gives_the_same_bytes(bundle: Path, deb: Path, tarball: Path) -> None:
    for path in bundle.rglob("*"):
        if not path.is_symlink():
            os.utime(path, (1, 1))
    for first, write in ((deb, packages.write_deb), (tarball, packages.write_tarball)):
        again = first.with_name(f"again {first.name}")
        write(bundle, again, MTIME, DATE)
        assert again.read_bytes() == first.read_bytes()


def desktop(path: Path) -> dict[str, str]:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text("utf-8"))
    return dict(parser["Desktop Entry"])


def test_the_menu_entry_says_all_a_desktop_needs(tmp_path: Path) -> None:
    file = tmp_path / f"{plan.APP_ID}.desktop"
    file.write_bytes(packages.filled("rainapp.desktop", DATE))
    entry = desktop(file)
    assert {"Type", "Name", "Exec", "Icon", "Categories", "MimeType", "Comment[de]"} <= entry.keys()
    assert entry["Icon"] == plan.APP_ID
    assert entry["Exec"].endswith(" %F"), "several files at once, as paths"
    assert set(entry["MimeType"].strip(";").split(";")) == set(documents.MIMES)
    assert "@" not in file.read_text("utf-8")
    if shutil.which("desktop-file-validate"):
        assert run("desktop-file-validate", file) == ""


def test_the_metainfo_says_all_a_store_needs(tmp_path: Path) -> None:
    file = tmp_path / f"{plan.APP_ID}.metainfo.xml"
    file.write_bytes(packages.filled("rainapp.metainfo.xml", DATE))
    told = Xml.parse(file).getroot()
    assert told.get("type") == "desktop-application"
    for name in (
        "id",
        "name",
        "summary",
        "metadata_license",
        "project_license",
        "developer/name",
        "description/p",
        "launchable",
    ):
        assert (told.findtext(name) or "").strip(), name
    assert told.findtext("launchable") == f"{plan.APP_ID}.desktop"
    release = told.find("releases/release")
    assert release is not None
    assert (release.get("version"), release.get("date")) == (plan.version(), DATE)
    assert [node.text for node in told.findall("provides/mediatype")] == list(documents.MIMES)
    assert told.find("content_rating") is not None
    if shutil.which("appstreamcli"):
        run("appstreamcli", "validate", "--no-net", file)


def test_the_icon_is_there_at_every_size_and_as_a_drawing(qapp: QApplication) -> None:
    for side, raw in icons.pngs().items():
        image = QImage.fromData(raw)
        assert (image.width(), image.height()) == (side, side)
        assert image.pixelColor(0, 0).alpha() == 0, "round corners"
        assert image.pixelColor(side // 2, side // 8).alpha() == 255
    drawn, painted = QImage.fromData(icons.scalable()), QImage.fromData(icons.pngs((128,))[128])
    assert (drawn.width(), drawn.height()) == (128, 128)
    apart = [
        abs(drawn.pixelColor(x, y).red() - painted.pixelColor(x, y).red()) for x in range(8, 120, 4) for y in range(8, 120, 4)
    ]
    assert sum(apart) / len(apart) < 8, "the drawing shows the same"


def test_what_a_library_asks_of_the_system_is_found(bundle: Path) -> None:
    if shutil.which("objdump") is None:
        pytest.skip("objdump is part of binutils")
    shutil.copy(sys.executable, bundle / "_internal" / "python.so")
    assert any(name.startswith("libc.so") for name in packages.outside(bundle))
