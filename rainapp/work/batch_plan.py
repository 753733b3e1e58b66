"""Many files: which of them are photos and clips, and what the result of each is called.

`find_files` walks folders, `plan` turns what it found into `DerainFile` records, of which no two share a target and none
overwrites a source. Nothing is derained here: whoever holds the plan submits its records. The same inputs in the same state
give the same plan.
"""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path

from rainapp import media
from rainapp.base.errors import BadTreatment, RainError, UnreadableFile
from rainapp.base.formats import CLIP, CLIP_FORMATS, GIF, is_clip_name, result_suffix, same_format
from rainapp.base.system_errors import why_not_read
from rainapp.jobs.naming import RAIN_MARK, RESULT_MARK, TEMPLATE, Names, rain_path, result_path, with_live_clip
from rainapp.jobs.records import DerainFile, NoWatch, Output, Treatment, Watch
from rainapp.media.sequence.numbered import Pattern, grouped, pattern_of
from rainapp.media.sniff import UNKNOWN, sniff

TICK_FILES = 100  # a report this often while folders are looked through
OWN_RESULT = "a result of rainapp beside its original"


@dataclass(frozen=True)
class Found:
    """A file to treat: `beneath` is its folder as seen from the input folder (empty for a file that was named itself)."""

    path: Path
    beneath: Path = Path()
    named: bool = False


@dataclass(frozen=True)
class Skipped:
    """A file that is left alone, and why."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Plan:
    """What a batch will do, what it leaves alone (perhaps as the results exist), and which inputs it cannot even look at."""

    jobs: tuple[DerainFile, ...]
    skipped: tuple[Skipped, ...] = ()
    failed: tuple[RainError, ...] = ()
    results_exist: bool = False

    @property
    def finds_nothing(self) -> bool:
        """Whether there is no photo and no clip among the inputs."""
        return not self.jobs and not self.failed and not self.results_exist


def find_files(
    inputs: Sequence[Path], recursive: bool, leave_out: Path | None = None, watch: Watch | None = None
) -> Iterator[Found | Skipped]:
    """The files in `inputs`, in the order given and sorted within a folder; a file that comes twice is told once.

    Files that were named are taken as they are. Of what lies in folders, hidden files, results of an earlier run beside their
    original, and what is no photo or clip by name and content are skipped with a reason. Folders are followed through links,
    each once, so a loop of links ends. `leave_out` is the folder of the results, which is not looked into (unless it is an
    input).
    """
    seen: set[str] = set()
    visited: set[tuple[int, int]] = set()
    count = 0
    for path in inputs:
        found = _walk(path, recursive, leave_out, visited) if path.is_dir() else iter((Found(path, named=True),))
        for entry in found:
            count += 1
            if watch is not None and count % TICK_FILES == 1:
                watch.tick(count, 0)
            if isinstance(entry, Skipped) or (key := os.path.abspath(entry.path)) not in seen:
                if isinstance(entry, Found):
                    seen.add(key)
                yield entry


def _walk(root: Path, recursive: bool, leave_out: Path | None, visited: set[tuple[int, int]]) -> Iterator[Found | Skipped]:
    """What lies in `root`, then in its folders in their order, each with all that lies in it, however deep."""
    left_out = None
    if leave_out is not None:
        with contextlib.suppress(OSError):
            left_out = _identity(leave_out.stat())
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            state = folder.stat()
            entries = sorted(folder.iterdir(), key=lambda entry: reading_order(entry.name))
        except OSError as error:
            yield Skipped(folder, f"the folder cannot be opened: {why_not_read(error)}")
            continue
        if _identity(state) in visited or (folder is not root and _identity(state) == left_out):
            continue
        visited.add(_identity(state))
        stems = {entry.stem for entry in entries}
        folders = []
        for entry in entries:
            if os.path.isdir(entry):  # like isfile, and unlike the methods of Path, it never raises
                folders.append(entry)
            else:
                reason = _reason_to_skip(entry, stems)
                yield Skipped(entry, reason) if reason else Found(entry, entry.parent.relative_to(root))
        if recursive:
            waiting += reversed([entry for entry in folders if not entry.name.startswith(".")])


def _identity(state: os.stat_result) -> tuple[int, int]:
    """What tells a folder from all others, whichever way leads to it."""
    return state.st_dev, state.st_ino


def reading_order(name: str) -> tuple[list[tuple[str, int]], str]:
    """A key that sorts names as people do: img before img2 before img10, letter case aside."""
    parts = re.split(r"(\d+)", Path(name).stem.casefold())
    return [(words, int(digits or 0)) for words, digits in zip_longest(parts[::2], parts[1::2], fillvalue="")], name


def _reason_to_skip(path: Path, stems: set[str]) -> str | None:
    """Why a file that was not named itself is left alone; None where it is to be treated."""
    if path.name.startswith("."):
        return "hidden"
    if not os.path.isfile(path):  # opening a pipe would wait for ever
        return "no regular file" if os.path.exists(path) else "a link that leads nowhere"
    if _is_own_result(path, stems):
        return OWN_RESULT
    if media.is_media_name(path):
        return None
    try:
        return None if sniff(path) != UNKNOWN else "neither a photo nor a clip"
    except RainError as error:
        return error.message


def _is_own_result(path: Path, stems: set[str]) -> bool:
    """Whether `path` is a result with its original beside it, or a rain layer with both; other names are the person's own."""
    original, derained, number = path.stem.rpartition(RESULT_MARK)
    if derained:
        return original in stems
    original, rain, number = path.stem.rpartition(RAIN_MARK)
    return bool(rain) and {original, f"{original}{RESULT_MARK}{number}"} <= stems


def as_sequences(entries: Iterable[Found | Skipped]) -> Iterator[Found | Skipped]:
    """`entries` with the numbered pictures of each folder as one entry, their pattern; pictures without a number are skipped.

    Files that were named themselves stay what they are, and so do clips.
    """
    folders: dict[Path, list[Path]] = {}
    for entry in entries:
        if isinstance(entry, Skipped) or entry.named or is_clip_name(entry.path):
            yield entry
        else:
            folders.setdefault(entry.beneath, []).append(entry.path)
    for beneath, paths in folders.items():
        patterns, others = grouped(paths)
        yield from (Found(pattern.path, beneath) for pattern in patterns)
        yield from (Skipped(path, "no frame of a sequence") for path in others)


def is_out_file(inputs: Sequence[Path], out: Path) -> bool:
    """Whether OUT means a file: there is one input, a file, and OUT ends in a media suffix and is no folder."""
    return len(inputs) == 1 and not inputs[0].is_dir() and media.is_media_name(out) and not out.is_dir()


def plan(
    inputs: Sequence[Path],
    out: Path | None,
    treatment: Treatment,
    output: Output,
    *,
    recursive: bool = False,
    template: str = TEMPLATE,
    watch: Watch | None = None,
    part: tuple[float, float] | None = None,
    sequences: bool = False,
    rate: Fraction = media.RATE,
    others: Sequence[Path] = (),
) -> Plan:
    """The records for `inputs`; `out` None means beside each source. Of clips only `part`, see `DerainFile`.

    With `sequences` the numbered pictures in folders are clips of `rate` frames a second; patterns are so in any case. No
    result replaces an input, the mask, or one of `others`, which the person has named too.

    Raises:
        BadTreatment: OUT names a file where a folder is needed, or a suffix that is not the format asked for.
    """
    lone_folder = sequences and out is not None and len(inputs) == 1 and is_clip_name(out) and not out.is_dir()
    out_file = out if out is not None and (lone_folder or is_out_file(inputs, out)) else None
    if out is not None and out_file is None and out.exists() and not out.is_dir():
        raise BadTreatment(f"{out} is a file, but the results need a folder.", "Name a folder after -o.", out)
    if out is not None and out_file is None and media.is_media_name(out) and not out.is_dir():
        raise BadTreatment(
            f"{out.name} would be one file, but there are several inputs, or a folder.", "Name a folder after -o.", out
        )
    if out_file is not None and output.format != "keep" and not same_format(out_file.suffix, f".{output.format}"):
        raise BadTreatment(f"{out_file.name} does not end in .{output.format}.", "Leave --format out, or name it so.", out_file)
    entries = find_files(inputs, recursive, out, watch)
    found = list(as_sequences(entries) if sequences else entries)
    sources = [entry for entry in found if isinstance(entry, Found)]
    skipped = [entry for entry in found if isinstance(entry, Skipped)]
    if out_file is not None and len(sources) > 1:
        words = f"{inputs[0]} holds {len(sources)} sequences and clips, but {out_file.name} is one file."
        raise BadTreatment(words, "Name a folder after -o.", out_file)
    jobs: list[DerainFile] = []
    failed: list[RainError] = []
    results_exist = False
    names = Names([*_originals(found), *others, *([treatment.mask] if treatment.mask else [])], output.if_exists)
    for number, entry in enumerate(sources):
        (watch or NoWatch()).tick(number, len(sources))
        try:
            wanted = _wanted(entry, out, out_file, treatment, output, template)
        except UnreadableFile as error:
            failed.append(error)
            continue
        both = output.layer == "both"
        target = names.claim(wanted, both)
        if target is None:
            results_exist = True
            skipped.append(Skipped(entry.path, f"{wanted.name} exists"))
        else:
            job = DerainFile(entry.path, target, treatment, output, part, rate, names.spared(wanted, both))
            jobs.append(with_live_clip(job, names))
    return Plan(tuple(jobs), tuple(skipped), tuple(failed), results_exist)


def _originals(entries: Iterable[Found | Skipped]) -> Iterator[Path]:
    """The files of the person among what was found: sources, the frames of numbered ones, and all that is left alone.

    Results of an earlier run are none: they may be made anew.
    """
    for entry in entries:
        if isinstance(entry, Found) or entry.reason != OWN_RESULT:
            yield from originals_of(entry.path)


def originals_of(path: Path) -> tuple[Path, ...]:
    """`path`, or the files that it stands for as a pattern; where these have a gap, all that lie there, to be sure."""
    pattern = pattern_of(path)
    if pattern is None:
        return (path,)
    try:
        return pattern.files()
    except UnreadableFile:
        return tuple(sorted(pattern.folder.iterdir())) if pattern.folder.is_dir() else ()


def _wanted(entry: Found, out: Path | None, out_file: Path | None, treatment: Treatment, output: Output, template: str) -> Path:
    """The target `entry` would like. Raises UnreadableFile for what is no media at all, BadTreatment for a clip as a photo."""
    pattern = pattern_of(entry.path)
    if pattern is not None:
        return _wanted_of(pattern, entry, out, out_file, treatment, output, template)
    if not os.path.lexists(entry.path):
        raise UnreadableFile(f"{entry.path.name} does not exist.", "It may have been moved or renamed.", entry.path)
    if os.path.exists(entry.path) and not os.path.isfile(entry.path):
        raise UnreadableFile(f"{entry.path.name} is no regular file.", "Choose a photo or a clip.", entry.path)
    container = sniff(entry.path)
    if out_file is not None:
        if is_clip_name(out_file) != (container == CLIP):
            kinds = ("clip", "photo") if container == CLIP else ("photo", "clip")
            raise BadTreatment(f"{entry.path.name} is a {kinds[0]}, and {out_file.name} would be a {kinds[1]}.")
        return out_file
    folder = entry.path.parent if out is None else out / entry.beneath
    moves = container == GIF and output.format == "keep" and media.is_animation(entry.path)
    suffix = result_suffix(entry.path, output.format, container, moves)
    wanted = result_path(entry.path, folder, suffix, treatment, template)
    return rain_path(wanted) if output.layer == "rain" else wanted


def _wanted_of(
    pattern: Pattern, entry: Found, out: Path | None, out_file: Path | None, treatment: Treatment, output: Output, template: str
) -> Path:
    """The target numbered pictures would like: a folder of such, or a clip. Raises BadTreatment for a photo."""
    if out_file is not None and not is_clip_name(out_file):
        words = f"{entry.path.name} stands for many pictures, and {out_file.name} would be one."
        raise BadTreatment(
            words, "Name a folder after -o, in which they keep their names, or a clip such as out.mp4.", out_file
        )
    if out_file is not None:
        return out_file
    folder = entry.path.parent if out is None else out / entry.beneath
    suffix = f".{output.format}" if output.format in CLIP_FORMATS else ""
    wanted = result_path(Path(f"{pattern.title}.png"), folder, suffix, treatment, template)
    return rain_path(wanted) if output.layer == "rain" else wanted
