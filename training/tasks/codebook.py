"""Codes that nothing chooses are wasted: they begin anew as latents that were seen.

A codebook that starts at random lies beside the latents; then a few codes take everything and the rest learns nothing. After
Zheng and Vedaldi (Online Clustered Codebook, ICCV 2023) unused codes are set to what the encoder says just now. Here that is
done every `EVERY` steps of the first half of a run; the first time it is every code.
"""

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn

EVERY = 50
UNTIL = 0.5
"""Share of the run after which the codebook is left to learn."""


class Uses(nn.Module):
    """How often each code was chosen since unused ones last began anew; saved with the run."""

    def __init__(self, codes: int) -> None:
        super().__init__()
        self.register_buffer("counts", torch.zeros(codes, dtype=torch.int64))

    @torch.no_grad()
    def count(self, numbers: Tensor) -> None:
        """Codes that were chosen, of any shape."""
        counts = self.get_buffer("counts")
        counts += torch.bincount(numbers.flatten(), minlength=len(counts))

    @torch.no_grad()
    def renew(self, codebook: nn.Parameter, latent: Tensor, seed: int) -> int:
        """Set codes without use to latents (B, C, h, w) drawn by `seed`; how many. The counts begin again."""
        counts = self.get_buffer("counts")
        if dist.is_initialized():
            dist.all_reduce(counts)
        unused = (counts == 0).nonzero()[:, 0]
        seen = latent.detach().movedim(1, -1).flatten(0, -2)
        drawn = np.random.default_rng([seed, 5]).integers(0, len(seen), len(unused))
        fresh = seen[torch.from_numpy(drawn).to(seen.device)]
        if dist.is_initialized():
            dist.broadcast(fresh, 0)
        codebook[unused] = fresh.to(codebook.dtype)
        counts.zero_()
        return len(unused)
