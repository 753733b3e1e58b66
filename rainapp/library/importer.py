"""Foreign model files become models of the user's library.

    look at the bytes     `model_files`: what it is, and what is refused at once
    open it elsewhere     a child process with limits runs `rainapp.nets.foreign_weights`; it alone lets a loader touch the file
    admit it              card and safetensors are made in a folder beside the library and renamed into it: whole or not at all

The parent needs no torch, so that a face can ask for an import directly.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import psutil

from rainapp.base.errors import BadModel, UnreadableFile, UnwritableFile
from rainapp.base.new_files import desk
from rainapp.base.own_command import is_frozen, own_command
from rainapp.base.own_files import narrow, readers_of, readers_of_all
from rainapp.base.regular_files import open_regular, read_regular
from rainapp.base.system_errors import why_not_written
from rainapp.jobs.records import NoWatch, Watch
from rainapp.library.cards import (
    CARD,
    CARD_BYTES_MAX,
    UNKNOWN_LICENCE,
    ModelCard,
    ModelId,
    check_id,
    check_shape,
    printable,
    read_card,
    write_card,
)
from rainapp.library.model_files import Kind, kind_of, unpack
from rainapp.library.model_library import WEIGHTS, WEIGHTS_BYTES_MAX, ModelLibrary, sha256_of
from rainapp.library.pipelines import INDEX, is_pipeline
from rainapp.library.prior_import import import_pipeline, import_prior, is_prior
from rainapp.library.recognise import Recognised, parts, recognise, unknown_net
from rainapp.library.tensor_list import tensor_shapes

CHILD_COMMAND = ("models", "read-foreign")  # how the frozen application, which has no `python -m`, calls itself
TIME_LIMIT_S = 60.0  # of the processor: a busy machine does not refuse a good file
SECONDS_PER_GB = 60.0
WAITING = 10  # how many times the limit may pass by the clock
_POLL_S = 0.05
_ANSWER_BYTES_MAX = 64 * 1024
_WORDS_BYTES_MAX = 64 * 1024
_BLOCK_BYTES = 1 << 20
_LARGE_BYTES = 1 << 28
# What the child gets of our environment: where programs, libraries and temporary files lie, and the language. Nothing else:
# there may be passwords among the rest.
PASSED_ON = frozenset(
    (
        *("PATH", "HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH"),
        *("DYLD_LIBRARY_PATH", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "PATHEXT", "NUMBER_OF_PROCESSORS"),
        *("PYTHONPATH", "PYTHONHOME", "PYTHONUTF8", "PYTHONNOUSERSITE", "PYTHONDONTWRITEBYTECODE", "OMP_NUM_THREADS"),
    )
)


def import_model(
    source: Path,
    library: ModelLibrary,
    *,
    model_id: ModelId | None = None,
    licence: str | None = None,
    watch: Watch | None = None,
) -> ModelCard:
    """Import `source` (a model folder or zip, the folder of a prior, safetensors, a state dict) into the user's library.

    Without `model_id` the id comes from the card or the file's name; without `licence`, from the card, else it is unknown.

    Raises:
        BadModel: the file is refused, with the reason, and nothing was written.
        UnreadableFile, UnwritableFile: the file is not there, or the library cannot be written.
        Cancelled: from `watch`.
    """
    source = Path(os.path.abspath(source))
    if source.name in (CARD, INDEX):  # a window that chooses files names a folder by what describes it
        source = source.parent
    if not source.exists():
        raise UnreadableFile(f"“{printable(str(source))}” does not exist.", path=source)
    if model_id is not None:
        library.require_free(model_id)
    licence = _one_line(licence) if licence else None
    kind = kind_of(source)
    try:
        if is_pipeline(source):
            return import_pipeline(source, library, model_id, licence)
        if is_prior(source):
            return import_prior(source, library, model_id, licence)
        return _make_model(source, kind, library, model_id, licence, watch or NoWatch())
    except OSError as error:  # no space, no permission; what is wrong with the file itself has become a BadModel before
        raise UnwritableFile(
            f"“{printable(source.name)}” could not be imported: {why_not_written(error)[0]}.", path=source
        ) from error


def _make_model(
    source: Path, kind: Kind, library: ModelLibrary, model_id: ModelId | None, licence: str | None, watch: Watch
) -> ModelCard:
    readers = readers_of_all(source / name for name in (CARD, WEIGHTS)) if kind == "folder" else readers_of(source)
    with library.staging(readers) as staged:
        if kind in ("folder", "package"):
            card = _take_model(source, kind, staged, model_id, licence)
            _check_header(staged / WEIGHTS, card)
            library.require_free(card.id)
            _ask_child(staged / WEIGHTS, "safetensors", None, card, watch)
        else:
            if kind == "safetensors":
                _check_header(source)
            facts = _ask_child(source, kind, staged / WEIGHTS, None, watch)
            card = _describe(source, facts, model_id or library.free_id(source.stem), licence, sha256_of(staged / WEIGHTS))
        while True:
            write_card(staged, card, readers)
            narrow(staged / WEIGHTS, readers)
            try:
                return library.admit(staged, card.id)
            except BadModel:
                free = library.free_id(source.stem)
                if model_id is not None or kind in ("folder", "package") or free == card.id:
                    raise
            card = replace(card, id=free)  # another import has just taken the id that was chosen here


def _take_model(source: Path, kind: str, staged: Path, model_id: ModelId | None, licence: str | None) -> ModelCard:
    """Copy card and weights of a model folder or zip into `staged`; its card, under the new id and licence if given."""
    if kind == "package":
        unpack(source, staged)
    else:
        for name in (CARD, WEIGHTS):
            if not (source / name).is_file():
                raise BadModel(
                    f"The folder “{printable(source.name)}” has no {name}.", "A model has a card and weights.", source
                )
            if (source / name).stat().st_size > _LARGE_BYTES and name == WEIGHTS:
                _check_header(source / name, read_card(staged, source.name)[0])  # before gigabytes are copied
            _copy(source / name, staged / name, CARD_BYTES_MAX if name == CARD else WEIGHTS_BYTES_MAX)
            if name == CARD:
                read_card(staged, source.name)
    card, _ = read_card(staged, source.name if kind == "folder" else source.stem)
    if sha256_of(staged / WEIGHTS) != card.sha256:
        raise BadModel(
            "The weights are not those the card was written for (SHA-256 differs).", "Fetch the model again.", source
        )
    changes: dict[str, Any] = {"id": check_id(model_id or card.id), "licence": licence or card.licence or UNKNOWN_LICENCE}
    return ModelCard(**{**vars(card), **changes})


def _copy(source: Path, target: Path, bytes_max: int) -> None:
    """Copy a regular file whose size was looked at before, and of which no more is taken should it grow meanwhile."""
    try:
        opened = open_regular(source, bytes_max)
    except OSError as error:
        raise BadModel(f"“{printable(source.name)}” cannot be read: {error.strerror}.", path=source) from error
    with opened, target.open("wb") as file:
        left = os.fstat(opened.fileno()).st_size
        while left > 0 and (block := opened.read(min(_BLOCK_BYTES, left))):
            left -= file.write(block)


def _describe(source: Path, facts: dict[str, Any], model_id: ModelId, licence: str | None, sha256: str) -> ModelCard:
    """The card of weights that came without one."""
    shape = dict(facts["shape"])
    title = facts["title"]
    return ModelCard(
        id=model_id,
        title=_one_line(source.stem.replace("_", " "))[:80] or title,
        summary=f"{title}, {facts['parameters'] / 1e6:.2f} million parameters, imported from {_one_line(source.name)}.",
        arch=facts["arch"],
        shape=shape | _stages(source, facts["arch"]),
        sha256=sha256,
        licence=licence or UNKNOWN_LICENCE,
        multiple_of_px=facts["multiple_of_px"],
        receptive_px=facts["receptive_px"],
        precisions=frozenset(facts["precisions"]),
        veils=("keep", "clear") if facts["conditional"] else ("keep",),
    )


def _stages(source: Path, arch: str) -> dict[str, int]:
    """How often a PReNet or a BRN passes over the picture: file names may tell ("PReNet6"), weights do not; else the papers."""
    in_paper = {"prenet": 6, "prenet_r": 6, "prn": 6, "prn_r": 6, "brn": 8}
    if arch not in in_paper:
        return {}
    told = re.search(r"(?:prenet|prn|brn)_?([1-9])(?!\d)", source.stem, re.IGNORECASE)
    return {"stages": int(told[1]) if told else in_paper[arch]}


def _check_header(source: Path, card: ModelCard | None = None) -> None:
    """Refuse what is wrong in a safetensors header at once, without starting the child; the numbers are the child's."""
    try:
        shapes: Mapping[str, tuple[int, ...]] = tensor_shapes(source)
    except (OSError, ValueError) as error:
        reason = printable(getattr(error, "strerror", None) or str(error))[:120]
        raise BadModel(
            f"“{printable(source.name)}” is no valid safetensors file: {reason}.", "Fetch it again.", source
        ) from error
    if card is not None:
        return  # the child compares the tensors with what the card says
    each = (recognise({new: shapes[old] for new, old in part.items()}) for part in parts(shapes))
    found = next(filter(None, each), None)
    if found is not None and (odd := check_shape(found.shape)) is not None:
        raise BadModel(f"The architecture “{found.arch}” has no such shape: {odd}.", "The model is damaged.", source)
    if found is None and find_spec("spandrel") is None:
        raise unknown_net(next(parts(shapes)).keys(), spandrel_was_asked=False)


def _ask_child(weights: Path, kind: str, target: Path | None, card: ModelCard | None, watch: Watch) -> dict[str, Any]:
    """Let the child process read and try out `weights`; its facts.

    Raises:
        BadModel: the child refused them, was stopped at a limit, or did not survive them.
    """
    claimed = None if card is None else vars(Recognised(card.arch, card.title, card.shape, conditional="clear" in card.veils))
    request = {"source": str(weights), "kind": kind, "target": target and str(target), "claimed": claimed}
    with desk() as folder:
        request_path, answer_path, words_path = (folder / name for name in ("request.json", "answer.json", "words.txt"))
        request_path.write_text(json.dumps(request), "utf-8")
        limit_s = TIME_LIMIT_S + SECONDS_PER_GB * weights.stat().st_size / 1e9
        with words_path.open("wb") as words:
            code = _run_limited([str(request_path), str(answer_path)], folder, words, limit_s, watch)
        if code is None:
            raise BadModel(
                "The file was still being read after the time limit.",
                f"It was stopped after {limit_s:.0f} s of the processor's time.",
                weights,
            )
        if not answer_path.is_file() or answer_path.stat().st_size > _ANSWER_BYTES_MAX:
            last = _tail(words_path).strip().splitlines()[-1:] or [f"exit code {code}"]
            raise BadModel("The file could not be read.", f"Reading it ended early: {printable(last[0])[:160]}.", weights)
        answer = _answer_in(read_regular(answer_path, _ANSWER_BYTES_MAX), weights)
    if "error" in answer:
        raise BadModel(printable(answer["error"]), printable(answer["hint"]), weights)
    return answer


def _answer_in(raw: bytes, weights: Path) -> dict[str, Any]:
    """What the child has written: it had the foreign file in hand, so nothing of its answer is taken for granted.

    Raises:
        BadModel: it is no answer.
    """
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict):
        words = all(isinstance(answer.get(key), str) for key in ("error", "hint"))
        kinds = {"arch": str, "title": str, "shape": dict, "precisions": list, "parameters": int, "conditional": bool}
        facts = kinds | {"multiple_of_px": int, "receptive_px": int}
        if words or all(isinstance(answer.get(key), kind) for key, kind in facts.items()):
            return answer
    raise BadModel("The file could not be read.", "Fetch the file again.", weights)


def _run_limited(arguments: list[str], folder: Path, words: IO[bytes], limit_s: float, watch: Watch) -> int | None:
    """Run the child to its end: its exit code, or None if it was killed at the limit. `watch` may cancel, which kills too.

    The limit is on what the child computes; one that only waits is killed after `WAITING` times as long.
    """
    module = [sys.executable, "-P", "-m", "rainapp.nets.foreign_weights"]
    command = own_command(*CHILD_COMMAND) if is_frozen() else module
    home = str(Path(__file__).resolve().parent.parent.parent)
    environment = {key: value for key, value in os.environ.items() if key in PASSED_ON}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    environment["CUDA_VISIBLE_DEVICES"] = ""  # the probe is small: no accelerator, and none of its start-up time
    child = subprocess.Popen(  # noqa: S603 - our own module
        [*command, *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT
    )
    deadline = time.monotonic() + WAITING * limit_s
    try:
        while time.monotonic() < deadline and _computed_s(child.pid) < limit_s:
            watch.tick(0, 0)
            try:
                return child.wait(_POLL_S)
            except subprocess.TimeoutExpired:
                continue
        return None
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def _tail(path: Path) -> str:
    """The end of what the child has said."""
    with path.open("rb") as file:
        file.seek(-min(_WORDS_BYTES_MAX, file.seek(0, os.SEEK_END)), os.SEEK_END)
        return file.read().decode("utf-8", "replace")


def _computed_s(pid: int) -> float:
    """Processor time of the process so far; 0 once it has ended."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _one_line(text: str) -> str:
    """Text from outside as one clean line of at most 500 characters."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join(printable(" ".join(clean.split())).split())[:500]
