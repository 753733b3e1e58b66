"""Tries the frozen application as a stranger has it: `python build/bundle_test.py [FOLDER]`, or `make bundle-test`.

The folder is copied elsewhere and run with an empty environment and a home of its own, under Xvfb and time limits. Each line
that is printed is something it did. What it is given to work on (a prior, a checkpoint, photos) is made by the Python that runs
this, which has rainapp installed. Needs Xvfb and xdotool.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import psutil
from bundle import plan

sys.path[:0] = [str(plan.ROOT), str(plan.ROOT / "tests")]

LIMIT_S = 1500  # for everything
STEP_S = 400
PICTURES = plan.ROOT / "out" / "bundle-test"
CANCELLED = 130
ENOUGH = 14  # photos to be taught by
SIDE = (640, 480)
RECIPE = """
task = "derain"
[net]
arch = "unshuffle_naf"
width = 4
encoder = [1]
middle = 1
decoder = [1]
conditional = false
[data]
clean = '{photos}'
workers = 1
[rain]
profiles = ["narrow"]
clear_share = 0.0
[train]
steps = 12
batch = 2
crop_px = 48
warmup_steps = 1
"""


class Failed(Exception):
    """What the bundle did not do."""


def require(holds: object, words: str) -> None:
    """Stop with `words` unless it holds."""
    if not holds:
        raise Failed(words)


@dataclass
class Stranger:
    """A person's folders, and the copied application in them."""

    root: Path
    folder: Path
    display: str = ""
    took: dict[str, float] = field(default_factory=dict)

    @property
    def program(self) -> Path:
        """The program."""
        return self.folder / "rainapp"

    @property
    def environment(self) -> dict[str, str]:
        """Nothing but where the person's home and the system's programs are."""
        bare = {"HOME": str(self.root / "home"), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        return bare | ({"DISPLAY": self.display} if self.display else {})

    def start(self, *words: str | Path, **options: object) -> subprocess.Popen[str]:
        """Begin to run rainapp in a folder that holds nothing of the project."""
        pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True} | options
        command = [str(self.program), *map(str, words)]
        return subprocess.Popen(command, cwd=self.root, env=self.environment, **pipe)  # type: ignore[call-overload,no-any-return]

    def run(self, *words: str | Path, code: int = 0) -> str:
        """Run rainapp to its end; what it said."""
        child = self.start(*words, stdin=subprocess.DEVNULL)
        try:
            said, _ = child.communicate(timeout=STEP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            raise Failed(f"`rainapp {' '.join(map(str, words))}` was still running after {STEP_S} s") from None
        require(child.returncode == code, f"`rainapp {' '.join(map(str, words))}` ended with {child.returncode}:\n{said}")
        return str(said)

    def left(self) -> list[psutil.Process]:
        """Processes of the copied application that still run."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if Path(process.exe()).is_relative_to(self.folder) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """A screen that nobody sees; its name."""
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait(20)


def ask_screen(display: str, *words: str) -> str:
    """What xdotool answers."""
    asked = subprocess.run(
        ["xdotool", *words], env={"DISPLAY": display}, capture_output=True, text=True, check=False, timeout=30
    )
    return asked.stdout.strip()


def photograph(display: str, name: str) -> Path:
    """A picture of the screen, kept to be looked at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    target = PICTURES / name
    code = "import sys; from PySide6.QtGui import QGuiApplication as A; A([]).primaryScreen().grabWindow(0).save(sys.argv[1])"
    environment = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    subprocess.run([sys.executable, "-c", code, str(target)], env=environment, check=True, timeout=60)
    return target


def wait_for(holds: object, limit_s: float, what: str) -> None:
    """Wait until the function `holds` says so."""
    deadline = time.monotonic() + limit_s
    while not holds():  # type: ignore[operator]
        require(time.monotonic() < deadline, f"{what} did not come within {limit_s:.0f} s")
        time.sleep(0.1)


def rainy(path: Path, seed: int) -> Path:
    """A photo of a wall with streaks over it."""
    rng = np.random.default_rng(seed)
    wall = cv2.resize(rng.integers(60, 140, (5, 7, 3), np.uint8), SIDE, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    wet = np.zeros(wall.shape[:2], np.float32)
    for _ in range(400):
        x, y = rng.integers(0, SIDE[0]), rng.integers(-20, SIDE[1])
        cv2.line(wet, (int(x), int(y)), (int(x) + 5, int(y) + 40), 1.0, 1, cv2.LINE_AA)
    wet = cv2.GaussianBlur(wet, (0, 0), 0.8)
    cv2.imwrite(str(path), np.clip(wall + 100 * wet[..., None], 0, 255).astype(np.uint8))
    return path


def examine(person: Stranger) -> str:
    """It knows itself: versions, engines, models, that it is frozen."""
    require(person.run("--version").split() == ["rainapp", plan.version()], "it has another version")
    told = json.loads(person.run("doctor", "--json"))
    require(told["ok"] and told["system"]["frozen"], f"the doctor says {told['trouble']}")
    require(all(state == "ready" for state in told["engines"].values()), f"engines: {told['engines']}")
    require(str(person.folder) in told["paths"]["bundled models"], "it found the models of another place")
    missing = [name for name, found in told["versions"].items() if found == "not installed"]
    require(not missing, f"it does not know the versions of {missing}")
    return f"doctor: {', '.join(told['engines'])} ready, models {', '.join(told['library']['models'])}"


def open_window(person: Stranger) -> str:
    """The window opens on a photo, takes one of a second start, and closes."""
    began = time.monotonic()
    window = person.start(rainy(person.root / "street one.png", 1))
    wait_for(lambda: ask_screen(person.display, "search", "--onlyvisible", "--name", "^rainapp$"), 60, "the window")
    up_s = time.monotonic() - began
    wait_for(lambda: len(np.unique(cv2.imread(str(photograph(person.display, "window.png"))))) > 200, 90, "a photo in it")
    person.run(rainy(person.root / "street two.png", 2))  # a second start ends once the window has the file
    require(window.poll() is None, "the window ended when a second start came")
    time.sleep(3)
    photograph(person.display, "window-two.png")
    found = ask_screen(person.display, "search", "--onlyvisible", "--name", "^rainapp$").split()
    require(len(found) == 1, f"there are {len(found)} windows")
    ask_screen(person.display, "windowfocus", found[0])  # there is no window manager to close it
    ask_screen(person.display, "key", "ctrl+q")
    try:
        said, _ = window.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        window.kill()
        raise Failed("the window did not close within 60 s") from None
    require(window.returncode == 0, f"the window ended with {window.returncode}:\n{said}")
    require("Traceback" not in said, f"the window said:\n{said}")
    seen = (person.root / "home" / ".config" / "rainapp" / "settings.toml").read_text("utf-8")
    require("street two.png" in seen, "the window did not take the file of the second start")
    return f"window up after {up_s:.1f} s, took a second start's file, closed"


def derain_photo(person: Stranger) -> str:
    """A photo comes out of the same size, and changed; OpenVINO did it."""
    source = rainy(person.root / "wall.png", 3)
    told = person.run("derain", source, "-o", person.root / "done", "--json", "--engine", "openvino", "--treat", "always")
    result = cv2.imread(str(person.root / "done" / "wall_derained.png"))
    before = cv2.imread(str(source))
    require(result is not None and result.shape == before.shape, "no result")
    require(np.abs(result.astype(int) - before).mean() > 1, "nothing was taken out")
    require("openvino" in told, f"another engine was used:\n{told}")
    return "photo derained (OpenVINO)"


def derain_clip(person: Stranger) -> str:
    """A clip comes out, with sound kept where it has some."""
    source = person.folder / "_internal" / "resources" / "samples" / "walruses.mp4"
    person.run("derain", source, "-o", person.root / "done", "--to", "0.5", "--temporal", "fast")
    found = list((person.root / "done").glob("walruses_derained*"))
    require(len(found) == 1 and cv2.VideoCapture(str(found[0])).read()[0], "no clip that can be played")
    return f"clip derained ({found[0].suffix})"


def refine(person: Stranger) -> str:
    """Priors of both kinds are loaded by diffusers and repair a photo."""
    rainy(person.root / "wall.png", 3)
    from prior_files import tiny_unet, tiny_vq

    library = person.root / "home" / ".local" / "share" / "rainapp" / "models"
    tiny_vq(library, "tiny-content")
    tiny_unet(library, "tiny-diffusion")
    for prior in ("tiny-content", "tiny-diffusion"):
        options = ("--refine", "full", "--prior", prior, "--engine", "torch", "--treat", "always")
        told = person.run("derain", person.root / "wall.png", "-o", person.root / prior, *options)
        require(list((person.root / prior).glob("wall_derained*")), f"{prior} gave no result:\n{told}")
    return "photo repaired by priors of both kinds"


def train(person: Stranger) -> str:
    """A tiny run is stopped after a checkpoint and goes on to its end, with a process of its own that draws rain."""
    photos, run = person.root / "clean", person.root / "run"
    photos.mkdir()
    for seed in range(3):
        rainy(photos / f"{seed}.png", seed)
    (person.root / "recipe.toml").write_text(RECIPE.format(photos=photos), "utf-8")
    child = person.start("train", person.root / "recipe.toml", "--out", run)
    said = []
    for line in child.stdout:  # type: ignore[union-attr]
        said.append(line)
        if '"progress"' in line:
            child.stdin.write("stop\n")  # type: ignore[union-attr]
            child.stdin.flush()  # type: ignore[union-attr]
            break
    said.append(child.communicate(timeout=STEP_S)[0])
    require(child.returncode == CANCELLED, f"training ended with {child.returncode}:\n{''.join(said)}")
    person.run("train", "resume", run, "--ignore-input")
    person.run("train", "publish", run, "--id", "taught-here", "--licence", "MIT")
    require("taught-here" in person.run("models", "list"), "the trained model is not in the library")
    return "training started, stopped, resumed, published"


def teach(person: Stranger) -> str:
    """Teaching understands what it is given; learning itself takes longer than a test."""
    photos = person.root / "mine"
    photos.mkdir()
    for seed in range(ENOUGH):
        rainy(photos / f"{seed}.png", seed)
    told = person.run("teach", "--rainy", photos, "--name", "mine", "--plan", "--json")
    require("{" in told, f"no plan:\n{told}")
    return "teaching planned"


def import_checkpoint(person: Stranger) -> str:
    """A foreign checkpoint is read by the program itself as its own child, and derains."""
    import torch

    from rainapp.nets import registry

    rainy(person.root / "wall.png", 3)
    torch.save({"state_dict": registry.build("prn_r").state_dict()}, person.root / "foreign.pth")
    person.run("models", "import", person.root / "foreign.pth", "--id", "foreign", "--licence", "MIT")
    person.run("derain", person.root / "wall.png", "-o", person.root / "foreign", "--model", "foreign", "--treat", "always")
    require((person.root / "foreign" / "wall_derained.png").is_file(), "the imported model gave no result")
    return "checkpoint imported and used"


def whole(person: Stranger) -> str:
    """Licences, the change log and a fitting name are in the folder, and nothing that ties it to where it was made."""
    require((person.folder / plan.LICENCES).stat().st_size > 100_000, "the licences are missing")
    require((person.folder / "_internal" / "resources" / "CHANGELOG.md").is_file(), "the change log is missing")
    links = [path for path in person.folder.rglob("*") if path.is_symlink()]
    astray = [path for path in links if not path.resolve().is_relative_to(person.folder.resolve())]
    require(not astray, f"links lead out of the folder: {astray[:3]}")
    return f"{sum(1 for path in person.folder.rglob('*') if path.is_file())} files, {len(links)} links, none leads out"


STEPS = (whole, examine, open_window, derain_photo, derain_clip, refine, train, teach, import_checkpoint)


def try_out(bundle: Path, chosen: list[str]) -> None:
    """Do all steps on a copy of `bundle`, or those that are named."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="stranger-") as place, screen() as display:
        root = Path(place)
        (root / "home").mkdir()
        person = Stranger(root, root / "rainapp as copied", display)
        shutil.copytree(bundle, person.folder, symlinks=True)
        for step in STEPS:
            if chosen and step.__name__ not in chosen:
                continue
            start = time.monotonic()
            print(f"{step(person)}: {time.monotonic() - start:.0f} s", flush=True)
            require(not person.left(), f"processes were left behind: {person.left()}")
            require(time.monotonic() - began < LIMIT_S, f"it took longer than {LIMIT_S} s")
    print(f"The bundle works. {time.monotonic() - began:.0f} s in all.")


def main() -> int:
    """Try a bundle out; exit code 1 where it did not do something, 2 where something is missing to try it."""
    words = sys.argv[1:]
    folder = Path(words.pop(0)) if words and Path(words[0]).is_dir() else plan.DIST / plan.name()
    for need in ("Xvfb", "xdotool"):
        if shutil.which(need) is None:
            print(f"{need} is needed: apt-get install xvfb xdotool", file=sys.stderr)
            return 2
    if not (folder / "rainapp").is_file():
        print(f"There is no bundle in {folder}; `make bundle` makes it.", file=sys.stderr)
        return 2
    try:
        try_out(folder.resolve(), words)
    except Failed as failed:
        print(f"FAILED: {failed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
