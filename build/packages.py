"""Packs the bundle for Linux: `python build/packages.py [FOLDER]` makes a .tar.xz with an installer, and a .deb, in dist/.

Everything is written from here, so that it needs no tool of a distribution and comes out the same each time.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bundle import archive, icons, plan
from bundle.archive import Entry
from bundle.documents import MIMES

LINUX = Path(__file__).parent / "bundle" / "linux"
ARCHITECTURES = {"x86_64": "amd64", "arm64": "arm64"}
CORE = ("libc6", "libgcc-s1", "libstdc++6", "zlib1g")
NOT_BUNDLED = ("libegl1", "libgl1", "libfontconfig1", "libx11-6", "libxcb1", "libdbus-1-3")
"""Packages of libraries that belong to the system: drivers, fonts, the way to the screen. The bundle holds the others."""

CONTROL = """Package: rainapp
Version: {version}
Architecture: {architecture}
Maintainer: The authors of rainapp <rainapp@localhost>
Installed-Size: {kilobytes}
Depends: {depends}
Section: graphics
Priority: optional
Description: Takes rain out of photos and videos
 A window and a command line that take rain streaks out of photos and
 videos. It works offline and needs no graphics card, and it never changes
 an original. Python, Qt, torch and OpenVINO are inside.
"""
POSTINST = """#!/bin/sh
set -e
if [ "$1" = configure ]; then
    for tell in "update-desktop-database -q" "gtk-update-icon-cache -q -t -f /usr/share/icons/hicolor"; do
        if command -v "${tell%% *}" >/dev/null 2>&1; then $tell || true; fi
    done
fi
"""
POSTRM = POSTINST.replace('"$1" = configure', '"$1" = remove')


def filled(name: str, date: str) -> bytes:
    """A file of build/bundle/linux with its blanks filled in."""
    text = (LINUX / name).read_text("utf-8")
    types = "\n".join(f"    <mediatype>{mime}</mediatype>" for mime in MIMES)
    blanks = {"ID": plan.APP_ID, "VERSION": plan.version(), "DATE": date, "MIMES": ";".join(MIMES) + ";", "MEDIATYPES": types}
    return re.sub(r"@([A-Z]+)@", lambda found: blanks.get(found[1], found[0]), text).encode()


def shared(date: str) -> Iterator[Entry]:
    """What a desktop looks for below share/: the entry of the menu, what an app store tells, the icon at every size."""
    yield f"share/applications/{plan.APP_ID}.desktop", filled("rainapp.desktop", date)
    yield f"share/metainfo/{plan.APP_ID}.metainfo.xml", filled("rainapp.metainfo.xml", date)
    for side, picture in icons.pngs().items():
        yield f"share/icons/hicolor/{side}x{side}/apps/{plan.APP_ID}.png", picture
    yield f"share/icons/hicolor/scalable/apps/{plan.APP_ID}.svg", icons.scalable()


def write_tarball(bundle: Path, target: Path, mtime: int, date: str) -> None:
    """The folder of the application beside an installer."""
    top = bundle.name
    entries: list[Entry] = [(f"{top}/{name}", content) for name, content in shared(date)]
    entries += [(f"{top}/{name}", filled(name, date)) for name in ("install.sh", "uninstall.sh")]
    archive.write_tar_xz(target, [*entries, *archive.below(bundle, f"{top}/app")], mtime)


def write_deb(bundle: Path, target: Path, mtime: int, date: str) -> None:
    """A package for Debian, Ubuntu and their kin."""
    data: list[Entry] = [(f"usr/{name}", content) for name, content in shared(date)]
    data += [("usr/bin/rainapp", "-> ../lib/rainapp/rainapp")]
    data += [("usr/share/doc/rainapp/copyright", (bundle / plan.LICENCES).read_bytes())]
    data += archive.below(bundle, "usr/lib/rainapp")
    control = CONTROL.format(
        version=plan.version(),
        architecture=ARCHITECTURES[plan.machine().split("-")[1]],
        kilobytes=plan.bytes_of(bundle.rglob("*")) // 1024,
        depends=", ".join((*CORE, *NOT_BUNDLED)),
    )
    told: list[Entry] = [("control", control.encode()), ("postinst", POSTINST.encode()), ("postrm", POSTRM.encode())]
    with tempfile.TemporaryDirectory(dir=target.parent) as place:
        parts = Path(place) / "control.tar.xz", Path(place) / "data.tar.xz"
        for part, entries in zip(parts, (told, data), strict=True):
            archive.write_tar_xz(part, entries, mtime)
        archive.write_ar(target, [("debian-binary", b"2.0\n"), *((part.name, part) for part in parts)], mtime)


def outside(bundle: Path) -> set[str]:
    """The libraries that the bundle's own ask for and that are not in it, by what `objdump -p` tells."""
    found, wanted = set(), set()
    for path in bundle.rglob("*"):
        if path.is_file() and (".so" in path.name or path == bundle / "rainapp"):
            found.add(path.name)
            told = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True, check=False).stdout
            wanted |= set(re.findall(r"NEEDED\s+(\S+)", told))
    return wanted - found


def source_date() -> int:
    """The time that everything in an archive gets: that of the commit, unless the environment says another."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    asked = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=plan.ROOT, capture_output=True, text=True, check=False)
    return int(asked.stdout.strip() or "0")


def main() -> int:
    """Pack; the exit code."""
    bundle = Path(sys.argv[1]).resolve() if sys.argv[1:] else plan.DIST / plan.name()
    if not (bundle / "rainapp").is_file():
        print(f"There is no bundle in {bundle}; `make bundle` makes it.", file=sys.stderr)
        return 2
    mtime = source_date()
    date = time.strftime("%Y-%m-%d", time.gmtime(mtime))
    for target, write in (
        (bundle.with_name(f"{bundle.name}.tar.xz"), write_tarball),
        (bundle.with_name(deb_name()), write_deb),
    ):
        write(bundle, target, mtime, date)
        print(f"{target}: {target.stat().st_size / 1e6:.0f} MB", flush=True)
    return 0


def deb_name() -> str:
    """The name Debian gives it."""
    return f"rainapp_{plan.version()}_{ARCHITECTURES[plan.machine().split('-')[1]]}.deb"


if __name__ == "__main__":
    sys.exit(main())
