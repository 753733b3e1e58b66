"""What each job record does: one worker, made at the start with the library, and one table over the kinds of jobs.

`Worker.run` is what `Workers` calls, on a thread of its own. What a kind of job needs is imported with the first of its kind,
and nothing else waits for it: the window reads a photo while torch is still being loaded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from rainapp.jobs.compare_jobs import CompareClip, CompareJob
from rainapp.jobs.library_jobs import LibraryJob
from rainapp.jobs.mask_jobs import MaskJob
from rainapp.jobs.memory_jobs import MemoryJob
from rainapp.jobs.records import (
    DerainFile,
    DrawRain,
    FindFiles,
    FindFrames,
    FindScreenProfile,
    Job,
    MeasureSeen,
    PlayFrames,
    Preview,
    ReadPair,
    ReadPicture,
    WarmUp,
    Watch,
)
from rainapp.library.model_library import ModelLibrary

Do = Callable[..., object]


@dataclass(frozen=True)
class Kind:
    """How a kind of job is done: `load` imports what does it; `models`: it is given the library; `computes`: it uses a net."""

    load: Callable[[], Do]
    models: bool = False
    computes: bool = True


class Worker:
    """Does jobs with the models of one library."""

    def __init__(self, library: ModelLibrary, engine_first: bool = False) -> None:
        """`engine_first`: the usual engine is loaded before the first job that uses a net, for a window that soon needs it."""
        self.library = library
        self._engine_first = engine_first

    def run(self, job: Job, watch: Watch) -> object:
        """Do what `job` says. The result is the record that names it: Derained, Picture, Previewed, FoundFiles, ….

        Raises:
            RainError: in words, whatever cannot be read, done or written.
            Cancelled: the person asked to stop.
        """
        kind = next(kind for records, kind in KINDS if isinstance(job, records))
        if self._engine_first and kind.computes:
            from rainapp.work.engine_warmup import load_engine

            load_engine()
        do = kind.load()
        return do(job, watch, self.library) if kind.models else do(job, watch)


def _derain_file() -> Do:
    from rainapp.work.derain_file import derain_file

    return derain_file


def _screen(name: str) -> Do:
    from rainapp.work.screen import preview

    ways: dict[str, Do] = {"preview": preview.preview, "picture": preview.read_picture, "pair": preview.read_pair}
    return ways[name]


def _find() -> Do:
    from rainapp.work.find_folder import find

    return find


def _sequences() -> Do:
    from rainapp.work.find_sequences import find

    return find


def _compare() -> Do:
    from rainapp.compare.compare_models import do

    return do


def _compare_clip() -> Do:
    from rainapp.compare.compare_clip import compare_clip

    return compare_clip


def _mask() -> Do:
    from rainapp.work.mask_files import save_or_load

    return save_or_load


def _play() -> Do:
    from rainapp.work.screen.playback import play

    return play


def _warm_up() -> Do:
    from rainapp.work.engine_warmup import warm_up

    return warm_up


def _measure() -> Do:
    from rainapp.work.figures import measure

    return measure


def _profile() -> Do:
    from rainapp.work.screen.screen_profile import find_profile

    return find_profile


def _remember() -> Do:
    from rainapp.work.session_files import do

    return do


def _keep() -> Do:
    from rainapp.work.library_work import keep

    return keep


def _draw_rain() -> Do:
    from rainapp.work.drawn_rain import draw

    return draw


KINDS: tuple[tuple[Any, Kind], ...] = (
    (DerainFile, Kind(_derain_file, models=True)),
    (Preview, Kind(partial(_screen, "preview"), models=True)),
    (ReadPicture, Kind(partial(_screen, "picture"), computes=False)),
    (ReadPair, Kind(partial(_screen, "pair"))),
    (FindFiles, Kind(_find)),
    (FindFrames, Kind(_sequences)),
    (CompareClip, Kind(_compare_clip, models=True)),
    (CompareJob, Kind(_compare, models=True)),
    (MaskJob, Kind(_mask, computes=False)),
    (PlayFrames, Kind(_play, models=True)),
    (WarmUp, Kind(_warm_up, models=True)),
    (MeasureSeen, Kind(_measure, models=True)),
    (DrawRain, Kind(_draw_rain, computes=False)),
    (FindScreenProfile, Kind(_profile, computes=False)),
    (MemoryJob, Kind(_remember, computes=False)),
    (LibraryJob, Kind(_keep, models=True, computes=False)),
)
"""Every kind of job. A new one is a record and a row here."""
