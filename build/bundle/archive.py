"""Archives that come out the same each time: names in order, one time for all, nobody's user in them."""

import io
import lzma
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

PRESET = 1  # the higher ones take several times as long for a twentieth less
AR_MAGIC = b"!<arch>\n"

Entry = tuple[str, Path | bytes | str]
"""A name in the archive and what it holds: a file or link on the disk, bytes, or where a link leads ("-> place")."""


def below(folder: Path, prefix: str) -> Iterator[Entry]:
    """Everything in `folder`, under `prefix`."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or path.is_file():
            yield f"{prefix}/{path.relative_to(folder).as_posix()}", path


def write_tar(target: BinaryIO, entries: Iterable[Entry], mtime: int) -> None:
    """A tar of `entries` into `target`, with the folders above each."""
    with tarfile.open(fileobj=target, mode="w", format=tarfile.GNU_FORMAT) as tar:
        made: set[str] = set()
        for name, content in sorted(entries, key=lambda entry: entry[0]):
            for folder in reversed(Path(name).parents):
                if str(folder) != "." and str(folder) not in made:
                    made.add(str(folder))
                    tar.addfile(_info(str(folder), mtime, tarfile.DIRTYPE, 0o755))
            _add(tar, name, content, mtime)


def _info(name: str, mtime: int, kind: bytes, mode: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(f"./{name}")
    info.mtime, info.type, info.mode = mtime, kind, mode
    info.uname = info.gname = "root"
    return info


def _add(tar: tarfile.TarFile, name: str, content: Path | bytes | str, mtime: int) -> None:
    if isinstance(content, str) or (isinstance(content, Path) and content.is_symlink()):
        info = _info(name, mtime, tarfile.SYMTYPE, 0o777)
        info.linkname = content.removeprefix("-> ") if isinstance(content, str) else str(content.readlink())
        tar.addfile(info)
    elif isinstance(content, bytes):
        info = _info(name, mtime, tarfile.REGTYPE, 0o755 if content.startswith(b"#!") else 0o644)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    else:
        state = content.stat()
        info = _info(name, mtime, tarfile.REGTYPE, 0o755 if state.st_mode & 0o100 else 0o644)
        info.size = state.st_size
        with content.open("rb") as file:
            tar.addfile(info, file)


def write_tar_xz(target: Path, entries: Iterable[Entry], mtime: int) -> None:
    """A tar.xz of `entries`."""
    with lzma.open(target, "wb", preset=PRESET) as file:
        write_tar(file, entries, mtime)  # type: ignore[arg-type]


def write_ar(target: Path, members: Iterable[tuple[str, Path | bytes]], mtime: int) -> None:
    """An ar archive, as a .deb is one: a header of sixty letters for each member, sides padded to two."""
    with target.open("wb") as file:
        file.write(AR_MAGIC)
        for name, content in members:
            size = len(content) if isinstance(content, bytes) else content.stat().st_size
            file.write(f"{name:<16}{mtime:<12}{0:<6}{0:<6}{'100644':<8}{size:<10}`\n".encode())
            if isinstance(content, bytes):
                file.write(content)
            else:
                with content.open("rb") as part:
                    while block := part.read(1 << 20):
                        file.write(block)
            file.write(b"\n" * (size % 2))
