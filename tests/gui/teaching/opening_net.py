"""A net of one number that learns within seconds: grey thin structure is closed by as much as the number says.

`register` makes it known to this process; `for_children` writes what makes it known to each process that is started.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

COLOURFUL = 0.3
"""Only where a scene is as colourful as those of these tests does it close anything, so that real dry photos stay."""
SCALE = 40.0
"""A step of learning moves the number little; so many times that is how much it closes."""
AT_START = """
import sys
if "teach" in sys.argv:
    from tests.gui.teaching import opening_net
    opening_net.register()
elif sys.orig_argv[1:3] == ["-m", "rainapp"] and "teach" in sys.orig_argv:
    from tests.gui.teaching import opening_net
    opening_net.register()
"""


class Opening(nn.Module):
    """See above."""

    def __init__(self) -> None:
        super().__init__()
        self.strength = nn.Parameter(torch.zeros(1))

    def forward(self, rainy: Tensor) -> Tensor:
        """The opening along rows where something grey stands out by more than grain does."""
        eroded = -F.max_pool2d(-rainy, (1, 7), 1, (0, 3))
        opened = F.max_pool2d(eroded, (1, 7), 1, (0, 3))
        colour = F.avg_pool2d(opened.amax(1, keepdim=True) - opened.amin(1, keepdim=True), 15, 1, 7)
        thin = ((rainy - opened).amin(1, keepdim=True) > 0.1) & (colour > COLOURFUL)
        return rainy + SCALE * self.strength * torch.where(thin, opened - rainy, 0.0)


def register() -> None:
    """Let this process know the net, as a row in each table would."""
    from rainapp.nets import registry, spec

    registry.ARCHITECTURES["opening"] = Opening
    spec.SHAPES["opening"] = {}


def for_children(folder: Path) -> None:
    """Write into `folder` what Python runs at its start where the folder is on its path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(AT_START, encoding="utf-8")


def add_model(library: Path, strength: float = 0.0, model_id: str = "opening") -> None:
    """A model of this net in a library folder; of strength 0 it does nothing."""
    from safetensors.torch import save_file

    from rainapp.library import model_library as libraries

    (library / model_id).mkdir(parents=True)
    weights = library / model_id / "weights.safetensors"
    save_file({"strength": torch.tensor([strength / SCALE])}, weights)
    card = libraries.ModelCard(
        id=model_id, title=model_id.title(), arch="opening", sha256=libraries.sha256_of(weights), licence="MIT"
    )
    libraries.write_card(weights.parent, card)
