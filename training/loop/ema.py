"""The running average of a net's weights, which is what is validated and published."""

import torch
from torch import Tensor, nn


class Average:
    """Exponential moving average of the weights, with a short memory at the start; counters are taken as they are."""

    def __init__(self, net: nn.Module, decay: float) -> None:
        self.decay = decay
        self.weights = {name: value.detach().clone() for name, value in net.state_dict().items()}

    @torch.no_grad()
    def update(self, net: nn.Module, step: int) -> None:
        """Move towards the net's present weights."""
        decay = min(self.decay, (1 + step) / (10 + step))
        state: dict[str, Tensor] = net.state_dict()
        smooth = [name for name, value in self.weights.items() if value.is_floating_point()]
        torch._foreach_lerp_([self.weights[name] for name in smooth], [state[name] for name in smooth], 1 - decay)
        for name in self.weights.keys() - set(smooth):
            self.weights[name].copy_(state[name])
