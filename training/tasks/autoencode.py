"""The content prior: an autoencoder whose decoder knows clean pictures only (after Hu et al., arXiv 2502.12600).

That paper takes a fine-tuned VQGAN; its recipe is not public, so this is the usual one in two runs (as FeMaSR, Chen et al.
2022, describes it), made small:

1. `task = "autoencode"`: encoder, codebook and decoder learn clean crops. L1, spectral L1, codebook and commitment errors; no
   perceptual and no adversarial error, which need nets that do not ship here. So it draws mean textures, no sharp ones.
2. The same with `start_from` the first run and a block `[repair]`: codebook and decoder rest, the encoder learns to give what
   a derainer left of a rainy crop the codes that the first encoder gives the clean crop. Latents are drawn to these codes, and
   the decoded picture to the clean one, mostly where rain was removed. What the decoder has no code for it cannot draw.
"""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from rainapp.nets.vq import Vq
from training.contracts import Batch, Loss, Output, Pick, Run, Task, inner
from training.data.crops import RainyCrops, planes
from training.recipe import Recipe
from training.tasks import codebook, losses
from training.tasks.inpaint import repair_rows
from training.tasks.leavings import Leavings

COMMITMENT = 0.25
LATENT = "latent"


class Autoencode(Task):
    """Clean crops, or with `leavings` what is left of rainy ones and the codes they should have."""

    name = "autoencode"
    needs_features = True

    def __init__(self, recipe: Recipe, crops: RainyCrops, leavings: Leavings | None) -> None:
        super().__init__()
        self.recipe, self.crops, self.leavings = recipe, crops, leavings

    def begin(self, net: nn.Module) -> None:
        """With leavings a copy of the net stays as teacher, and only the encoder learns."""
        if self.leavings is None:
            self.modules["uses"] = codebook.Uses(len(_vq(net).codebook))
            return
        self.modules["teacher"] = copy.deepcopy(net).requires_grad_(False).eval()
        net.requires_grad_(False)
        for part in _vq(net).learning_parts():
            part.requires_grad_(True)

    def sources(self) -> int:
        """The photos that a pick can name."""
        return len(self.crops.photos)

    def draw(self, picks: Sequence[Pick]) -> Batch:
        """Clean crops as image and target, or what `Leavings.batch` makes."""
        if self.leavings is not None:
            return self.leavings.batch(self.crops, picks, self.name)
        clean = planes([self.crops.dry_crop(pick.seed) for pick in picks])
        seeds = torch.tensor([pick.seed for pick in picks])
        none = torch.full((len(clean),), -1)
        return Batch(clean, clean, none, seeds, torch.ones(len(clean), dtype=torch.bool), seeds, task=self.name)

    def loss(self, run: Run, out: Output, batch: Batch) -> Loss:
        """See the module; `rows` is the error of the picture."""
        assert batch.target is not None  # `draw` makes one
        net, latent = _vq(inner(run.net)), out.features[LATENT]
        if self.leavings is not None:
            rows = repair_rows(out.image, batch)
            codes = self._clean_codes(batch.target)
            parts = {"l1": rows.mean(), "code": COMMITMENT * (latent - codes).square().mean()}
        else:
            rows = (out.image - batch.target).abs().mean((1, 2, 3))
            fft = self.recipe.train.fft_weight * losses.fft_l1(out.image, batch.target)
            parts = {"l1": rows.mean(), "fft": fft, "code": self._code_error(run, net, latent)}
        total = torch.stack(list(parts.values())).sum()
        return Loss(total, {name: value.detach() for name, value in parts.items()}, rows)

    def _clean_codes(self, clean: Tensor) -> Tensor:
        """The codes that the first encoder gives clean crops."""
        teacher = _vq(self.modules["teacher"])
        with torch.no_grad():
            return teacher.coded(teacher.nearest(teacher.encoded(clean)))

    def _code_error(self, run: Run, net: Vq, latent: Tensor) -> Tensor:
        """Codes are drawn to latents, and latents, less, to codes."""
        uses = self.modules["uses"]
        assert isinstance(uses, codebook.Uses)  # `begin` made it
        if run.step % codebook.EVERY == 0 and run.share < codebook.UNTIL and torch.is_grad_enabled():
            uses.renew(net.codebook, latent, self.recipe.seed * 1_000_003 + run.step)
        numbers = net.nearest(latent.detach())
        uses.count(numbers)
        codes = net.coded(numbers)
        return (codes - latent.detach()).square().mean() + COMMITMENT * (latent - codes.detach()).square().mean()


def _vq(net: nn.Module) -> Vq:
    assert isinstance(net, Vq)  # `recipe_checks` lets no other net near this task
    return net
