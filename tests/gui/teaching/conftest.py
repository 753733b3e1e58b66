"""A window whose models learn within seconds, photos of rain for them, and runs made by hand."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest

from rainapp.base.settings import Settings
from rainapp.gui.app import Session, run_work
from rainapp.library.model_library import ModelLibrary
from rainapp.nets import registry, spec
from tests.gui.teaching import opening_net
from tests.training.real_photos import dry_photo, rained
from training.teach import request as requests

SEEDS = (100, 101, 105, 108, 109, 110, 111, 112, 113, 115, 116, 117)
"""Scenes on which the rain has one direction, and of which the net of these tests can take some."""


@pytest.fixture
def teaching(
    open_session: Callable[..., Session], tiny_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Session]:
    """Opens a window on the page Teach, over a library in which "opening" is to be taught."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setitem(registry.ARCHITECTURES, "opening", opening_net.Opening)
    monkeypatch.setitem(spec.SHAPES, "opening", {})
    opening_net.for_children(tmp_path / "plugged")
    monkeypatch.syspath_prepend(str(tmp_path / "plugged"))
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[3]))
    opening_net.add_model(tiny_library)

    def make(model: str = "opening") -> Session:
        settings = Settings(theme="dark", device="cpu", engine="torch", precision="fp32", model=model)
        session = open_session(settings, run_work, ModelLibrary(tmp_path / "bundled", tiny_library))
        session.window.show_page("teach")
        return session

    return make


def rainy_folder(folder: Path, count: int = len(SEEDS)) -> Path:
    """Rainy photos of different scenes."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS[:count]:
        cv2.imwrite(str(folder / f"{seed}.png"), rained(dry_photo(seed), seed)[..., ::-1])
    return folder


@pytest.fixture
def rain(tmp_path: Path) -> Path:
    """Twelve rainy photos, and one that cannot be read."""
    folder = rainy_folder(tmp_path / "rain")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    return folder


def run_by_hand(name: str, **parts: dict[str, Any]) -> Path:
    """A run of "opening" whose folder holds these parts: understood, fitted, verdict; and some pictures."""
    folder = requests.begin(requests.Request((), name, base="opening", accept="never", title=name.title()))
    for part, content in parts.items():
        requests.keep(folder, f"{part}.json", content)
    for place in ("rainy/learn", "rainy/choose", "rainy/judge", "dry/learn"):
        (folder / place).mkdir(parents=True)
        for seed in SEEDS[:3]:
            cv2.imwrite(str(folder / place / f"{seed}.png"), rained(dry_photo(seed), seed)[..., ::-1])
    for kind, made in (("seen", ("before", "now")), ("judged", ("before", "after"))):
        (folder / kind).mkdir()
        for seed in SEEDS[:3]:
            for each in made:
                shutil.copyfile(folder / "rainy/judge" / f"{seed}.png", folder / kind / f"{seed}-{each}.png")
    return folder


UNDERSTOOD = {"event": "understood", "rainy": 12, "dry": 0, "clips": 0, "rejected": [], "notes": [], "judgeable": 12}
FITTED = {
    "profile": {"kinds": ["narrow"], "layers": [1, 2], "alpha": [0.2, 0.6], "blends": [1.0, 0.0, 0.0], "veil": [0.2, 0.4]},
    "distance": 0.4,
    "floor": 0.3,
    "statistics": {"coverage": {"real": [0.01, 0.05, 0.1], "drawn": [0.02, 0.06, 0.12]}},
}


def verdict_of(accepted: bool, **more: Any) -> dict[str, Any]:
    """A verdict as the process keeps it."""
    figures = {"fine_removed": 0.31, "dry_change": 0.1, "check_psnr_y": 33.0, "rain_odds": 0.0}
    reason = "It may change dry photos by 0.80 grey levels more, and .2 is allowed. Add dry scenes like yours."
    return {
        "event": "verdict", "accepted": accepted, "model": None, "reasons": [reason], "share": 1.0, "own_rain_only": False,
        "before": figures, "after": figures | {"fine_removed": 0.52}, **more,
    }  # fmt: skip
