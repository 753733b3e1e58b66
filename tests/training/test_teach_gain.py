"""A model that really is better gets through the run's end, into the library; one that changes dry photos does not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from rainapp.jobs.records import NoWatch
from rainapp.library import model_library as libraries
from rainapp.library.model_library import ModelCard, ModelLibrary
from rainapp.nets import registry, spec
from tests.training.real_photos import dry_photo, rained
from training.rain.profiles import PROFILES
from training.teach import request, run


class Opening(nn.Module):
    """A net of two numbers: bright thin structure is closed by as much as `strength` says, and all is darkened by `shade`."""

    def __init__(self) -> None:
        super().__init__()
        self.strength = nn.Parameter(torch.zeros(1))
        self.shade = nn.Parameter(torch.zeros(1))

    def forward(self, rainy: Tensor) -> Tensor:
        """The opening along rows where something stands out by more than grain does."""
        eroded = -F.max_pool2d(-rainy, (1, 7), 1, (0, 3))
        opened = F.max_pool2d(eroded, (1, 7), 1, (0, 3))
        thin = (rainy - opened).mean(1, keepdim=True) > 0.1
        return rainy + self.strength * torch.where(thin, opened - rainy, 0.0) - self.shade


def weights(folder: Path, strength: float, shade: float) -> Path:
    """A file of its two numbers."""
    save_file({"strength": torch.tensor([strength]), "shade": torch.tensor([shade])}, folder)
    return folder


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_library: Path) -> request.Request:
    """A request whose base is such a net that does nothing."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setitem(registry.ARCHITECTURES, "opening", Opening)
    monkeypatch.setitem(spec.SHAPES, "opening", {})
    (tiny_library / "opening").mkdir()
    file = weights(tiny_library / "opening" / "weights.safetensors", 0, 0)
    sha256 = libraries.sha256_of(file)
    libraries.write_card(file.parent, ModelCard(id="opening", title="Opening", arch="opening", sha256=sha256, licence="MIT"))
    return request.Request((), "mine", minutes=0.05, base="opening")


def wet(seed: int) -> np.ndarray:
    """Rain, strong and along one direction."""
    return rained(dry_photo(200 + seed), seed)


def learned(asked: request.Request, strength: float, shade: float) -> Path:
    """A run that has learned these two numbers, and is to be judged."""
    folder = request.begin(asked)
    weights(folder / run.BASE, 0, 0)
    weights(folder / "last.safetensors", strength, shade)
    for name, count, make in (
        ("rainy/judge", 12, wet),
        ("dry/judge", 8, dry_photo),
        ("check", 6, dry_photo),
        ("dry/learn", 1, wet),
    ):
        (folder / name).mkdir(parents=True)
        for seed in range(count):
            cv2.imwrite(str(folder / name / f"{seed}.png"), make(seed)[..., ::-1])
    request.keep(folder, request.UNDERSTOOD, {})
    request.keep(folder, request.FITTED, {"profile": vars(PROFILES["narrow"])})
    request.keep(folder, request.SHARE, {"share": 1.0})
    return folder


def judged(asked: request.Request, folder: Path) -> dict[str, Any]:
    """What the run says in the end."""
    said: list[dict[str, Any]] = []
    event = run.Teaching(asked, folder, ModelLibrary(), NoWatch(), said.append).run()
    assert [each["event"] for each in said] == ["fitted", "stage", "verdict"]
    assert said[-1] == event
    return event


def test_what_is_better_is_added(asked: request.Request) -> None:
    event = judged(asked, learned(asked, 1.0, 0.0))
    assert event["after"]["fine_removed"] > event["before"]["fine_removed"] + 0.03
    assert event["after"]["check_psnr_y"] > event["before"]["check_psnr_y"]
    assert event["accepted"], event
    assert event["model"] == "mine"
    card = ModelLibrary().get("mine")
    assert card.parents == ("opening",)
    assert float(registry.load(card, ModelLibrary().weights_path(card)).get_parameter("strength")) == 1
    assert ModelLibrary().default_id == "tiny"


def test_what_was_only_judged_is_added_later_under_another_name(asked: request.Request) -> None:
    folder = learned(replace(asked, accept="never"), 1.0, 0.0)
    event = judged(replace(asked, accept="never"), folder)
    assert event["accepted"]
    assert event["model"] is None
    assert "mine" not in [card.id for card in ModelLibrary().cards()]
    later = replace(asked, accept="if-better", name="street", title="My street")
    said: list[dict[str, Any]] = []
    again = run.Teaching(later, folder, ModelLibrary(), NoWatch(), said.append).run()
    assert again["model"] == "street"
    assert said == [again], "judge photos are not looked at again"
    assert again["after"] == event["after"]
    card = ModelLibrary().get("street")
    assert card.title == "My street"
    assert card.figures["after_fine_removed"] == event["after"]["fine_removed"]
    assert request.kept(folder, request.VERDICT) is not None
    assert run.Teaching(later, folder, ModelLibrary(), NoWatch(), said.append).run()["model"] == "street"


def test_what_changes_dry_photos_is_not_added(asked: request.Request) -> None:
    event = judged(asked, learned(asked, 1.0, 0.01))
    assert not event["accepted"]
    assert event["model"] is None
    assert any("grey levels more" in reason for reason in event["reasons"])
    assert "mine" not in [card.id for card in ModelLibrary().cards()]
