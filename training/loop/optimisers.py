"""The optimisers of a run.

Muon: momentum made orthogonal for weight matrices, AdamW for everything else, behind one optimiser.

A step of momentum on a matrix is dominated by few directions. Muon (Jordan 2024, "Muon: an optimizer for hidden layers")
replaces it by the nearest matrix with equal singular values, U V^T of its decomposition, found by a short polynomial iteration,
so that rare directions learn as fast as common ones. Scaled to the size of an AdamW step (Liu et al. 2025: 0.2 times the root
of the longer side), it shares AdamW's learning rate. `torch.optim.Muon` iterates in bfloat16, which CPUs without such units
compute several times slower than this float32 iteration over stacked matrices of one shape.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from rainapp.base.errors import BadRecipe
from training.contracts import Group

POLYNOMIAL = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


def orthogonal(matrices: Tensor) -> Tensor:
    """U V^T of each matrix (N, R, C), roughly: singular values come out between about 0.7 and 1.2."""
    tall = matrices.shape[1] > matrices.shape[2]
    x: Tensor = matrices.transpose(1, 2) if tall else matrices
    x = x / (torch.linalg.matrix_norm(x, keepdim=True) + 1e-7)
    a, b, c = POLYNOMIAL
    for _ in range(ITERATIONS):
        square = x @ x.transpose(1, 2)
        x = a * x + (b * square + c * (square @ square)) @ x
    return x.transpose(1, 2) if tall else x


class Muon(torch.optim.Optimizer):
    """Muon on parameters of two axes alone; see `optimiser_for` for what takes the others."""

    def __init__(self, matrices: Iterable[Tensor], lr: float, momentum: float = 0.95) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]  # losses are the loop's
        """Move every matrix that has a gradient."""
        for group in self.param_groups:
            same_shape = defaultdict(list)
            for matrix in group["params"]:
                if matrix.grad is not None:
                    same_shape[matrix.shape].append(matrix)
            for shape, matrices in same_shape.items():
                steps = orthogonal(torch.stack([self._momentum(m, group["momentum"]) for m in matrices]))
                for matrix, step in zip(matrices, steps, strict=True):
                    matrix.sub_(step, alpha=group["lr"] * 0.2 * max(shape) ** 0.5)

    def _momentum(self, matrix: Tensor, share: float) -> Tensor:
        """Nesterov's look ahead of the averaged gradient."""
        assert matrix.grad is not None  # the caller left those out
        state = self.state[matrix]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(matrix)
        ahead: Tensor = matrix.grad.lerp(state["momentum"].lerp_(matrix.grad, 1 - share), share)
        return ahead


class Together:
    """Several optimisers as one, as far as the loop needs it."""

    def __init__(self, optimisers: list[torch.optim.Optimizer]) -> None:
        self.optimisers = optimisers

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """The groups of all."""
        return [group for optimiser in self.optimisers for group in optimiser.param_groups]

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all."""
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none)

    def step(self) -> None:
        """One step of each."""
        for optimiser in self.optimisers:
            optimiser.step()

    def state_dict(self) -> dict[str, Any]:
        """The state of each, in order."""
        return {"together": [optimiser.state_dict() for optimiser in self.optimisers]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back what `state_dict` gave. Raises KeyError or ValueError for the state of another optimiser."""
        for optimiser, own in zip(self.optimisers, state["together"], strict=True):
            optimiser.load_state_dict(own)


def optimiser_for(
    net: nn.Module, name: str, lr: float, weight_decay: float, groups: Sequence[Group] = (), others: Sequence[nn.Parameter] = ()
) -> Together:
    """`adamw` for all parameters, or `muon` for those of two axes and AdamW for the rest.

    Parameters of the net that a group names are apart, with its `scale` and `frozen` in their `param_groups`; `others` are
    those of heads, teachers and the like, for AdamW.
    """
    optimisers: list[torch.optim.Optimizer] = []
    for group, named in _sorted(net, groups):
        matrices = [p for p in named if p.ndim == 2] if name == "muon" else []
        rest = [p for p in named if p.ndim != 2 or name != "muon"]
        made: list[torch.optim.Optimizer] = [Muon(matrices, lr)] if matrices else []
        if rest:
            made.append(torch.optim.AdamW(rest, lr, (0.9, 0.99), weight_decay=weight_decay, fused=True))
        for optimiser in made:
            for each in optimiser.param_groups:
                each["scale"], each["frozen"] = group.scale, group.frozen
        optimisers += made
    if others:
        optimisers.append(torch.optim.AdamW(others, lr, (0.9, 0.99), weight_decay=weight_decay, fused=True))
    return Together(optimisers)


def _sorted(net: nn.Module, groups: Sequence[Group]) -> list[tuple[Group, list[nn.Parameter]]]:
    """The learning parameters of a net by the first group that names them; the rest come first. Raises BadRecipe."""
    rest = Group(())
    found: dict[int, tuple[Group, list[nn.Parameter]]] = {id(group): (group, []) for group in (rest, *groups)}
    for name, parameter in net.named_parameters():
        if parameter.requires_grad:
            group = next((g for g in groups if name.startswith(g.prefixes)), rest)
            found[id(group)][1].append(parameter)
    for group, named in found.values():
        if group is not rest and not named:
            raise BadRecipe(f"The net has no parameters called {', '.join(group.prefixes)}.", "Name others.")
    return [entry for entry in found.values() if entry[1]]
