"""CoIC: a net that adapts to the picture at hand (Ran et al., ICLR 2024; science notes 4).

Claim: sets of different rain disturb each other in one net. An encoder that is taught, by contrast, which rain and which detail
a picture shows gives a code of it; the code modulates the net's convolutions, so that one net serves all sets.

What is done here: `rainapp.nets.coic_net` stands around the net and holds the encoder. Two stages: until `start_step` the net
learns alone, without modulation; then all learn, with the contrastive term (`rainapp.nets.coic`). The query is the crop itself,
so that query, positive and negatives have one scale, the one at which the net sees rain. The key encoder is a slow copy of the
encoder and stays with the run. Its answers are made once per batch, so that methods which go through virtual updates compare
the query of those weights with the same keys, and the rain least like a sample's own is sought in the whole batch.

With `real_share` real rainy photos without partners are added to each batch (`data.rainy`): the encoder sees them, the error of
the task does not. In their negatives the result of the default model stands for the clean picture.

`kinds` adds what the paper does not have: samples of one kind of drawn rain are alike whatever their background. It makes an
encoder that tells kinds rather than pictures, which `rainapp relate` wants; the table is without.

`labels` is the control: the net is told by a learned code which set a sample is of, and nothing is contrasted.

Departures from the public code: see `rainapp.nets.coic` and `rainapp.nets.coim`. Measured: table `coic`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rainapp.nets.coic import InstanceEncoder, alike, contrast, follow, negatives, positive
from rainapp.nets.coic_net import CoicNet, encoded
from rainapp.nets.spec import WrapperSpec
from training.contracts import Batch, Output, Run, Strategy, Term
from training.data.real_rain import RealRain
from training.rain import domains
from training.recipe import Recipe

STREAM = 31
"""Sets the random numbers of this strategy apart from those of samples."""


class Coic(Strategy):
    """The two stages of CoIC; see above."""

    name = "coic"

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        assert recipe.coic is not None  # the table of strategies looks
        self.recipe, self.block = recipe, recipe.coic
        types = recipe.dil.types if recipe.dil else ()
        self.labels = len(types or domains.plain(recipe.rain.profiles)) if self.block.labels else 0
        self.key = InstanceEncoder(self.block.code_size, self.block.encoder_width).eval().requires_grad_(False)
        if not self.labels:
            self.modules["key"] = self.key
        self.begun = False
        self.real: RealRain | None = None

    def around(self) -> tuple[WrapperSpec, ...]:
        """The net with an encoder, or with a code for each set."""
        block = self.block
        shape = {"code_size": block.code_size, "encoder_width": block.encoder_width, "labels": self.labels}
        return (WrapperSpec("coic", shape),)

    def prepare(self, run: Run, batch: Batch) -> Batch:
        """In the second stage: the batch with what the encoder is to see, and the answers of the key encoder."""
        if run.step < self.block.start_step or batch.task != "derain":
            return batch
        if self.labels:
            return replace(batch, conditions={**batch.conditions, "view": batch.domain})
        rng = torch.Generator().manual_seed(int(np.random.default_rng([self.recipe.seed, STREAM, run.step]).integers(2**62)))
        batch = self.with_real(run, batch)
        if not self.begun:
            self.key.load_state_dict(wrapped(run).encoder.state_dict())
            self.begun = True
        assert batch.target is not None  # crops have one
        image, target = batch.image.clamp(0, 1), batch.target.clamp(0, 1)
        told = torch.cat([positive(image, rng)[:, None], negatives(image, target, self.block.negatives, rng)], 1)
        beside = {**batch.beside, "keys": self.keys(told)}
        return replace(batch, conditions={**batch.conditions, "view": image}, beside=beside)

    @torch.no_grad()
    def keys(self, told: Tensor) -> Tensor:
        """(N, 1 + J, C): what the key encoder sees of the positive and the negatives (N, 1 + J, 3, H, W), as a mean."""
        features: Tensor = self.key(told.flatten(0, 1))[0].mean((2, 3))
        return features.reshape(*told.shape[:2], -1)

    def with_real(self, run: Run, batch: Batch) -> Batch:
        """The batch and so many real crops that they are `real_share` of it."""
        share = self.block.real_share
        count = round(len(batch) * share / (1 - share))
        if not count:
            return batch
        if self.real is None:
            self.real = RealRain.read(self.recipe, run.device)
        rainy, without = self.real.draw(count, np.random.default_rng([self.recipe.seed, STREAM, run.step, 1]))
        return joined(batch, rainy.to(batch.image), without.to(batch.image))

    def terms(self) -> tuple[tuple[str, float, Term], ...]:
        """The contrastive term, and that between kinds; the control has none."""
        told = (("contrast", self.block.weight, self.term), ("kinds", self.block.kinds, self.kinds))
        return () if self.labels else tuple(each for each in told if each[1] or each[0] == "contrast")

    def term(self, run: Run, out: Output, batch: Batch) -> Tensor:
        """The mean over the batch; nothing in the first stage."""
        seen = wrapped(run).features
        if "keys" not in batch.beside or seen is None:
            return out.image.new_zeros(())
        keys = batch.beside["keys"][..., None, None]
        return contrast(seen, keys[:, 0], keys[:, 1:], self.block.temperature).mean()

    def kinds(self, run: Run, out: Output, batch: Batch) -> Tensor:
        """Samples of one kind of rain are alike; nothing in the first stage."""
        seen = wrapped(run).features
        if "keys" not in batch.beside or seen is None:
            return out.image.new_zeros(())
        return alike(seen, batch.domain, self.block.temperature)

    def after_step(self, run: Run) -> None:
        """The key encoder follows."""
        if self.begun:
            follow(self.key, wrapped(run).encoder, self.block.momentum)

    def state_dict(self) -> dict[str, Any]:
        """The key encoder, and whether it has begun to follow."""
        return {**super().state_dict(), "begun": self.begun}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """See `Strategy`."""
        super().load_state_dict(state)
        self.begun = bool(state["begun"])


def wrapped(run: Run) -> CoicNet:
    """The net of a run with its encoder."""
    found = encoded(run.net)
    assert found is not None  # the strategy put it there
    return found


def joined(batch: Batch, rainy: Tensor, without: Tensor) -> Batch:
    """The batch and more pictures (M, 3, H, W) that have no target; `without` is roughly what they show without rain."""
    count = len(rainy)
    more: dict[str, Any] = {
        "image": rainy,
        "target": without,
        "domain": torch.full((count,), -1, device=rainy.device),
        "crop": -1 - torch.arange(count, device=rainy.device),
        "paired": torch.zeros(count, dtype=torch.bool, device=rainy.device),
        "seeds": -1 - torch.arange(count, device=rainy.device),
        "streaks": None if batch.streaks is None else torch.zeros_like(rainy[:, :1]),
        "label": None if batch.label is None else torch.ones(count, device=rainy.device),
    }
    tensors: dict[str, Any] = {
        name: torch.cat([there, value]) for name, value in more.items() if (there := getattr(batch, name)) is not None
    }
    conditions = {
        name: torch.cat([value, value.new_zeros(count, *value.shape[1:])]) for name, value in batch.conditions.items()
    }
    tensors["conditions"] = conditions
    return replace(batch, **tensors)
