"""What kind of file a foreign model is, told by its bytes, and what of it may be taken. Torch-free and executes nothing.

A refusal here costs milliseconds, before any loader has seen the file. What passes is loaded in a child process by
`rainapp.nets.foreign_weights`, with `weights_only=True`; that is the wall, this is the door-keeper who can say why.
"""

import errno
import io
import lzma
import pickletools
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from rainapp.base.errors import BadModel
from rainapp.base.regular_files import open_regular
from rainapp.base.system_errors import why_not_read
from rainapp.library.cards import CARD, CARD_BYTES_MAX, printable
from rainapp.library.model_library import WEIGHTS
from rainapp.library.zip_tail import directory_size

Kind = Literal["folder", "package", "safetensors", "checkpoint"]

FILE_BYTES_MAX = 4 * 1024**3
MEMBERS_MAX = 10_000
EXPANSION_MAX = 20  # weights hardly shrink; a file that grows twentyfold is a bomb
_SCANNED_BYTES_MAX = 2 * 1024**2  # the structure of a state dict is a few hundred kB; its numbers lie elsewhere
_STRUCTURE_BYTES_MAX = 8 * 1024**2  # beyond, a checkpoint lists hundreds of thousands of tensors
_LIST_BYTES_MAX = 4 * 1024**2  # of a zip's members
_PICKLES_MAX = 5  # PyTorch's old format is five pickles, then numbers
_MAGIC_OPCODES_MAX = 16  # the first pickle is the magic number alone
_TORCH_MAGIC = 0x1950A86A20F9469CFC6C
_ZIP_ERRORS = (  # what zipfile and its decompressors raise on damaged files, as fuzzing showed
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, LookupError),
)
_HARMLESS = re.compile(
    r"torch(\.cuda)?\.\w+(Storage|Tensor)|torch\.(Size|device|float\w+|bfloat16|u?int\w+|bool|Tensor)|torch\._utils\._rebuild_\w+"
    r"|torch\._tensor\._rebuild_\w+|torch\.nn\.parameter\.Parameter|torch\.storage\.(Typed|Untyped)Storage"
    r"|torch\.serialization\._get_layout|collections\.(OrderedDict|Counter)|(builtins|__builtin__)\.(set|bytearray|complex)"
    r"|_codecs\.encode|numpy\._?core\.multiarray\.(scalar|_reconstruct)|numpy\.(dtype|ndarray)|numpy\.dtypes\.\w+DType"
)


def kind_of(path: Path) -> Kind:
    """What `path` holds: a model folder, a zip of one, safetensors, or a PyTorch checkpoint that names nothing suspicious.

    Raises:
        BadModel: anything else, with the reason.
    """
    if path.is_dir():
        return "folder"
    if not path.is_file():
        raise BadModel(f"“{printable(path.name)}” is no file.", "Give a model file or a model folder.", path)
    try:
        size = path.stat().st_size
        with open_regular(path) as file:
            start = file.read(512)
    except OSError as error:
        raise BadModel(f"“{printable(path.name)}” cannot be read: {why_not_read(error)}.", path=path) from error
    if not start:
        raise BadModel(f"“{printable(path.name)}” is empty.", "The download may have failed; fetch it again.", path)
    if size > FILE_BYTES_MAX:
        raise BadModel(f"“{printable(path.name)}” is larger than {FILE_BYTES_MAX // 1024**3} GB.", path=path)
    if start[:2] == b"PK":
        return _kind_of_zip(path, size)
    if start[8:9] == b"{" and 2 <= int.from_bytes(start[:8], "little") <= size - 8:
        return "safetensors"
    if start[:1] == b"\x80":
        _check_legacy(path)
        return "checkpoint"
    raise BadModel(f"“{printable(path.name)}” is no model file: {_what_else(start)}.", _known_kinds(), path)


def unpack(package: Path, folder: Path) -> None:
    """Take the card and the weights, and nothing else, out of a zipped model into `folder`.

    Sizes are held to while unpacking, whatever the zip declares.

    Raises:
        BadModel: names that lead elsewhere, links, a bomb, or no model inside.
        OSError: `folder` cannot be written.
    """
    try:
        _check_tail(package)
        with zipfile.ZipFile(package) as archive:
            _check_members(archive.infolist(), package)
            _find_model(archive.namelist(), package)
            for member in archive.infolist():
                name = PurePosixPath(member.filename).name
                if name in (CARD, WEIGHTS) and not member.is_dir():
                    limit = CARD_BYTES_MAX if name == CARD else FILE_BYTES_MAX
                    with archive.open(member) as source, (folder / name).open("wb") as target:
                        _copy_at_most(source, target, min(member.file_size, limit), package)
    except _ZIP_ERRORS as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # the disk; the file gives these two
            raise
        raise _damaged(package, error) from error


def _kind_of_zip(path: Path, size: int) -> Kind:
    try:
        _check_tail(path)
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            _check_sizes(members, size, path)
            inner = {PurePosixPath(name).name for name in names}
            if "constants.pkl" in inner or any("/code/" in f"/{name}" for name in names):
                raise BadModel(
                    f"“{printable(path.name)}” is a TorchScript archive: it holds a program, not only weights.",
                    "Ask its author for the state dict, or for safetensors.",
                    path,
                )
            if "data.pkl" in inner:
                structure = next(member for member in members if PurePosixPath(member.filename).name == "data.pkl")
                if structure.file_size > _STRUCTURE_BYTES_MAX:
                    raise _too_many_tensors(path, structure.file_size)
                if structure.file_size <= _SCANNED_BYTES_MAX:
                    _check_pickle(archive.read(structure), path)
                return "checkpoint"
            _check_members(members, path)
            _find_model(names, path)
            return "package"
    except _ZIP_ERRORS as error:
        raise _damaged(path, error) from error


def _check_tail(path: Path) -> None:
    """Refuse a zip with a list of members so long that reading it would take minutes and gigabytes."""
    count, list_bytes = directory_size(path)
    if count > MEMBERS_MAX or list_bytes > _LIST_BYTES_MAX:
        raise BadModel(
            f"“{printable(path.name)}” says it holds {count} files; no model has more than {MEMBERS_MAX}.", _untrusted(), path
        )


def _check_sizes(members: list[zipfile.ZipInfo], size: int, path: Path) -> None:
    declared = sum(member.file_size for member in members)
    if len(members) > MEMBERS_MAX or declared > FILE_BYTES_MAX or declared > EXPANSION_MAX * size + 2**20:
        raise BadModel(
            f"“{printable(path.name)}” would unpack {len(members)} files and {declared / 1e6:.0f} MB from {size / 1e6:.1f} MB.",
            "That is no model but a decompression bomb.",
            path,
        )


def _check_members(members: list[zipfile.ZipInfo], path: Path) -> None:
    """Refuse an archive with a single name that no honest packer writes: the rest of it is not to be trusted either."""
    seen: set[str] = set()
    for member in members:
        # `orig_filename` is the name as it stands in the file; zipfile turns backslashes and cuts at NUL in `filename`.
        name = member.orig_filename
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or "\\" in name or ":" in name or not name.isprintable():
            raise BadModel(
                f"The zip holds the name “{printable(name)[:80]}”, which leads out of its folder.", _untrusted(), path
            )
        if stat.S_ISLNK(member.external_attr >> 16):
            raise BadModel(f"The zip holds the link “{name[:80]}”.", _untrusted(), path)
        if member.flag_bits & 1:
            raise BadModel("The zip is encrypted.", "Unpack it first, then import the folder.", path)
        if name.lower() in seen:
            raise BadModel(
                f"The zip holds the name “{name[:80]}” twice (upper and lower case are the same here).", _untrusted(), path
            )
        seen.add(name.lower())


def _find_model(names: list[str], path: Path) -> None:
    """Raise unless there is one card, with the weights beside it, at the top or in one folder."""
    cards = [PurePosixPath(name) for name in names if PurePosixPath(name).name == CARD]
    weights = [PurePosixPath(name) for name in names if PurePosixPath(name).name == WEIGHTS]
    whole = len(cards) == len(weights) == 1 and cards[0].parent == weights[0].parent and len(cards[0].parts) <= 2
    if not whole:
        raise BadModel(
            f"“{printable(path.name)}” holds no model: a zipped model has one {CARD} and one {WEIGHTS} side by side.",
            "If it holds a checkpoint, unpack it and import that file.",
            path,
        )


def _copy_at_most(source: IO[bytes], target: IO[bytes], limit: int, path: Path) -> None:
    left = limit
    while block := source.read(min(2**20, left + 1)):
        left -= len(block)
        if left < 0:
            raise BadModel(f"“{printable(path.name)}” unpacks to more than it says.", "That is a decompression bomb.", path)
        target.write(block)


def _check_legacy(path: Path) -> None:
    """A pickle that is no zip: only PyTorch's old format (magic number, version, machine, then the dict) may go on."""
    with open_regular(path) as file:
        raw = file.read(_SCANNED_BYTES_MAX)
    _check_pickle(raw, path)
    try:
        opcodes = [(opcode.name, argument) for opcode, argument, _ in islice(pickletools.genops(raw), _MAGIC_OPCODES_MAX)]
    except ValueError as error:
        raise _damaged(path, error) from error
    if not any(argument == _TORCH_MAGIC for name, argument in opcodes if name.startswith("LONG")):
        raise BadModel(f"“{printable(path.name)}” is a Python pickle, but no PyTorch checkpoint.", _known_kinds(), path)


def _check_pickle(raw: bytes, path: Path) -> None:
    """Refuse a pickle that asks for anything but tensors and plain containers; reads it as text, never runs it."""
    try:
        suspects = sorted({name for name in _names_asked_for(raw) if not _HARMLESS.fullmatch(name)})
    except _EndlessError as error:
        raise _too_many_tensors(path, len(raw)) from error
    if suspects:
        wanted = printable(", ".join(suspects[:3]))[:120]
        raise BadModel(
            f"“{printable(path.name)}” holds more than weights: opening it would run {wanted}.",
            "Such a file can do anything on your computer. Ask its author for the state dict, or for safetensors.",
            path,
        )


def _names_asked_for(raw: bytes) -> Iterator[str]:
    """Every "module.name" that the pickles one after another in `raw` would import.

    Protocol 4 takes module and name from the stack; they are the last two texts seen, unless the file plays tricks, and then
    the answer names something odd, which is refused as well.
    """
    stream = io.BytesIO(raw)
    try:
        for _ in range(_PICKLES_MAX):
            texts: list[str] = []
            for opcode, argument, _position in pickletools.genops(stream):  # leaves off after the pickle's last byte
                if opcode.name in ("GLOBAL", "INST"):
                    yield str(argument).replace(" ", ".", 1)
                elif opcode.name == "STACK_GLOBAL":
                    yield ".".join(texts[-2:]) if len(texts) >= 2 else "a hidden name"
                elif opcode.name.startswith("EXT"):
                    yield "a registered extension"
                elif isinstance(argument, str):
                    texts = [*texts[-1:], argument]
    except ValueError as error:  # not a whole pickle: numbers follow, or it is cut off; the loader will say so
        if stream.tell() >= len(raw) >= _SCANNED_BYTES_MAX:
            raise _EndlessError from error


class _EndlessError(ValueError):
    """The structure of a checkpoint goes on after all that is looked at."""


def _too_many_tensors(path: Path, size: int) -> BadModel:
    words = f"“{printable(path.name)}” lists tensors in {size / 1e6:.0f} MB, more than any net has."
    return BadModel(words, "Ask its author for the state dict, or for safetensors.", path)


def _what_else(start: bytes) -> str:
    if start[:5] in (b"<!DOC", b"<html", b"<HTML"):
        return "it is a web page, perhaps of a failed download"
    if b"ustar" in start:
        return "it is a tar archive (PyTorch's oldest format is among these, and cannot be opened safely)"
    if start[:8] == b"\x89HDF\r\n\x1a\n":
        return "it is an HDF5 file"
    if all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in start):
        return f"it is text and begins with “{printable(start[:30].decode('ascii'))}”"
    return "its first bytes belong to no format we know"


def _known_kinds() -> str:
    return "Models come as .safetensors, as a .pth, .pt or .ckpt state dict, or as a model folder or zip."


def _untrusted() -> str:
    return "Nothing of it was unpacked."


def _damaged(path: Path, error: Exception) -> BadModel:
    return BadModel(f"“{printable(path.name)}” is damaged: {printable(str(error))[:120]}.", "Fetch the file again.", path)
