"""Who may read a file: what the umask says, and of a closed source nobody but those who may read that."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from numbered_pictures import take
from photo_files import full_jpeg, picture, write_source
from video_clips import make_clip

from rainapp.base.settings import Settings, save
from rainapp.cli import command_line
from rainapp.jobs.records import Derained, DerainFile, NoWatch, Output, Treatment
from rainapp.library.cards import write_card
from rainapp.library.importer import import_model
from rainapp.library.model_library import ModelLibrary
from rainapp.media import open_sink, open_source
from rainapp.work import run_job

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
PLAIN = Treatment(engine="torch", device="cpu", precision="fp32", temporal="off")
OTHERS = 12345


@pytest.fixture(params=[0o022, 0o077, 0o002])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_cards_and_models_follow_the_umask(umask: int, tiny_library: Path, tmp_path: Path) -> None:
    user = tmp_path / "user"
    source = tmp_path / "mine.safetensors"
    source.write_bytes((tiny_library / "tiny" / "weights.safetensors").read_bytes())
    card = import_model(source, ModelLibrary(user=user))
    ModelLibrary(user=user).set_default(card.id)
    assert command_line.main(["models", "export", "tiny", str(tmp_path / "out")]) == 0
    folders = [user / "mine", tmp_path / "out" / "tiny"]
    files = [user / "library.toml", *(file for folder in folders for file in folder.iterdir())]
    assert len(files) == 5
    assert {mode(file) for file in files} == {0o666 & ~umask}
    assert {mode(folder) for folder in folders} == {0o777 & ~umask}


def test_what_a_person_has_closed_stays_closed(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    save(Settings(), path)
    path.chmod(0o600)
    save(Settings(model="other"), path)
    assert mode(path) == 0o600


def test_a_card_is_written_as_openly_as_any_file(tiny_library: Path, tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    card = ModelLibrary(user=tiny_library).get("tiny")
    assert mode(write_card(tmp_path, card)) == mode(tmp_path / "usual")


class Onlooker:
    """A watch that looks at all that lies in the folder of the results while they are made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.seen: dict[str, int] = {}

    def tick(self, done: int, total: int, **facts: float) -> None:
        for path in self._folder.iterdir() if self._folder.exists() else ():
            try:
                self.seen[path.name] = mode(path)
            except FileNotFoundError:  # renamed meanwhile
                continue


@pytest.mark.parametrize("strength", [1.0, 0.0])
@pytest.mark.parametrize("name", ["a.jpg", "a.mp4", "a.gif", "%d.png", "to.mp4"])
def test_what_comes_of_a_closed_source_is_closed(tiny_library: Path, tmp_path: Path, name: str, strength: float) -> None:
    source, out = tmp_path / "in" / name, tmp_path / "out"
    source.parent.mkdir()
    if name == "a.jpg":
        source.write_bytes(full_jpeg())
    elif name == "a.mp4":
        make_clip(source, times=range(3))
    elif name == "a.gif":
        from PIL import Image as Pillow

        frames = [Pillow.fromarray(picture()), Pillow.fromarray(picture()[::-1])]
        frames[0].save(source, save_all=True, append_images=frames[1:], duration=100)
    else:
        take(source.parent, 3, "%d.png")
        source = source.with_name("%d.png")
    for file in source.parent.iterdir():
        file.chmod(0o600 if file.name != "1.png" else 0o644)  # one frame that all may read opens none of the others
    watch = Onlooker(out)
    target = out / ("frames" if name == "%d.png" else name)
    done = run_job.run(DerainFile(source, target, Treatment(**{**vars(PLAIN), "strength": strength}), output("both")), watch)
    assert isinstance(done, Derained)
    files = [path for path in out.rglob("*") if path.is_file()]
    assert files
    closed = [path for path in files if path.name != "1.png"]
    assert {mode(path) for path in closed} == {0o600}
    assert {mode(path) for path in out.iterdir() if path.is_dir()} <= {0o700}
    parts = {part: how for part, how in watch.seen.items() if part.startswith(".")}
    if strength:
        assert parts, "nothing was seen in the making"
    assert {how & 0o077 for how in parts.values()} <= {0}


def output(layer: Any) -> Output:
    return Output(layer=layer)


def test_an_open_source_gives_what_any_new_file_is(umask: int, tmp_path: Path) -> None:
    source = tmp_path / "a.png"
    write_source(source, picture())
    source.chmod(0o444)
    with open_source(source) as opened, open_sink(tmp_path / "b.png", opened.info, Output()) as sink:
        sink.write(next(iter(opened)))
    assert mode(tmp_path / "b.png") == 0o666 & ~umask


def test_what_a_group_may_read_only_that_group_may_read_in_the_result(umask: int, tmp_path: Path) -> None:
    source = tmp_path / "a.png"
    write_source(source, picture())
    group = OTHERS if os.geteuid() == 0 else os.getegid()
    os.chown(source, -1, group)
    source.chmod(0o640)
    with open_source(source) as opened, open_sink(tmp_path / "b.png", opened.info, Output()) as sink:
        sink.write(next(iter(opened)))
    made = (tmp_path / "b.png").stat()
    assert made.st_mode & 0o007 == 0
    assert made.st_mode & 0o070 == 0o060 & ~umask
    assert made.st_gid == group


def test_masks_of_the_window_are_for_their_owner_alone(tmp_path: Path) -> None:
    import numpy as np

    from rainapp.base.paths import cache_dir
    from rainapp.jobs.records import SaveMask

    target = cache_dir() / "masks" / "1.png"
    run_job.run(SaveMask(np.zeros((8, 8), np.uint8), True, 8, 8, target), NoWatch())
    assert (mode(target.parent), mode(target)) == (0o700, 0o600)
