"""The optimiser that orthogonalises momentum."""

import pytest
import torch
from torch import nn

from training.loop.optimisers import Muon, optimiser_for, orthogonal


@pytest.mark.parametrize("shape", [(24, 24), (48, 12), (12, 48)])
def test_orthogonal_evens_out_the_singular_values_and_keeps_their_directions(shape: tuple[int, int]) -> None:
    torch.manual_seed(1)
    u, _, v = torch.linalg.svd(torch.randn(shape), full_matrices=False)
    strengths = torch.logspace(0, -1, min(shape))
    turned = orthogonal((u * strengths @ v)[None])[0]
    values = torch.linalg.svdvals(turned)
    assert values.min() > 0.6
    assert values.max() < 1.3
    assert torch.all((u.T @ turned @ v.T).diagonal() > 0.6)


def test_a_step_has_the_size_of_adamw_whatever_the_size_of_the_gradient() -> None:
    for scale in (1e-6, 1.0, 1e4):
        weight = nn.Parameter(torch.zeros(32, 64))
        weight.grad = scale * torch.randn(32, 64, generator=torch.Generator().manual_seed(2))
        Muon([weight], lr=1e-3).step()
        rms = float(weight.detach().square().mean().sqrt())
        assert 0.1e-3 < rms < 0.4e-3  # 0.2 of the learning rate, as a typical AdamW step


def test_matrices_go_to_muon_and_the_rest_to_adamw() -> None:
    net = nn.Sequential(nn.Linear(4, 6), nn.Conv2d(3, 5, 3))
    both = optimiser_for(net, "muon", 1e-3, 0.0)
    assert [len(group["params"]) for group in both.param_groups] == [1, 3]
    assert len(optimiser_for(net, "adamw", 1e-3, 0.0).param_groups) == 1


def test_muon_fits_a_line_of_matrices_faster_than_it_began() -> None:
    torch.manual_seed(3)
    net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8))
    wanted, x = torch.randn(8, 8), torch.randn(256, 8)
    optimiser = optimiser_for(net, "muon", 2e-2, 0.0)
    first = None
    for _ in range(200):
        optimiser.zero_grad()
        loss = (net(x) - x @ wanted).square().mean()
        first = first or float(loss.detach())
        loss.backward()
        optimiser.step()
    assert float(loss.detach()) < 0.3 * (first or 0)
