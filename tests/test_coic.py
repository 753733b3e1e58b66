"""CoIC's encoder and contrastive term: formulas, what is mended of the public code, and the code of a photo."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rainapp.nets.coic import (
    InstanceEncoder,
    contrast,
    follow,
    negatives,
    other_rain,
    photo_code,
    positive,
    windows,
)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def scenes(count: int, side: int = 32) -> Tensor:
    """Soft backgrounds."""
    coarse = torch.rand(count, 3, 5, 5, generator=seeded(5))
    return F.interpolate(coarse, size=(side, side), mode="bicubic").clamp(0.1, 0.7)


def rain(count: int, side: int = 32) -> Tensor:
    """A kind of rain for each: more and more columns."""
    drops = torch.zeros(count, 1, side, side)
    for number in range(count):
        drops[number, :, :, :: max(12 - 3 * number, 2)] = 0.2
    return drops.expand(-1, 3, -1, -1)


def test_the_encoder_has_the_size_of_the_paper_and_gives_directions() -> None:
    encoder = InstanceEncoder()
    assert 1.2e6 < sum(parameter.numel() for parameter in encoder.parameters()) < 1.3e6
    features, code = encoder(torch.rand(2, 3, 128, 128))
    assert (features.shape, code.shape) == ((2, 256, 16, 16), (2, 128))
    torch.testing.assert_close(features.norm(dim=1), torch.ones(2, 16, 16))
    torch.testing.assert_close(code.norm(dim=1), torch.ones(2))


def test_pictures_of_a_batch_do_not_touch_each_other() -> None:
    encoder = InstanceEncoder(code_size=4, width=8)
    encoder(torch.rand(4, 3, 32, 32))  # statistics of its own
    encoder.eval()
    pictures = torch.rand(3, 3, 32, 32)
    for together, alone in zip(encoder(pictures), encoder(pictures[:1]), strict=True):
        torch.testing.assert_close(together[:1], alone, atol=1e-5, rtol=1e-4)


def test_the_term_follows_its_formula() -> None:
    torch.manual_seed(0)
    query, key, others = torch.randn(2, 5, 3, 4), torch.randn(2, 5, 3, 4), torch.randn(2, 4, 5, 3, 4)
    for b in range(2):

        def s(v: Tensor, b: int = b) -> float:
            pairs = torch.einsum("cp,cq->pq", query[b].flatten(1), v.flatten(1))
            return math.exp(float(pairs.mean()) / 0.7)

        own = s(key[b])
        wanted = -math.log(own / (own + sum(s(other) for other in others[b])))
        assert float(contrast(query, key, others, 0.7)[b]) == pytest.approx(wanted, rel=1e-5)


def test_mirroring_the_key_changes_nothing() -> None:
    torch.manual_seed(0)
    query, key, others = torch.randn(2, 5, 4, 4), torch.randn(2, 5, 4, 4), torch.randn(2, 3, 5, 4, 4)
    torch.testing.assert_close(contrast(query, key.flip(3), others), contrast(query, key, others))


def test_every_negative_has_a_blur_and_a_mirroring_of_its_own() -> None:
    clean = scenes(1).expand(6, -1, -1, -1)
    made = negatives(clean, clean, detail=4, generator=seeded(1))
    assert made.shape == (6, 5, 3, 32, 32)
    seen = made[:, :4].flatten(0, 1)
    different = torch.cdist(seen.flatten(1), seen.flatten(1)) + torch.eye(24) > 1e-4
    assert different.all()
    upright = [min((seen[n] - clean[0].flip(axes)).abs().max() for axes in ((), (1,), (2,), (1, 2))) for n in range(24)]
    assert max(upright) < 0.2, "blurred and mirrored, not another picture"


def test_half_of_the_detail_negatives_carry_their_own_rain() -> None:
    clean = torch.full((4, 3, 32, 32), 0.4)
    rainy = clean + rain(4)
    made = negatives(rainy, clean, detail=4, generator=seeded(2))
    falls = (made - 0.4).abs().amax((2, 3, 4)) > 0.1
    assert falls[:, :4].tolist() == [[False, True, False, True]] * 4
    for n in range(4):
        amount = (made[n, 1] - 0.4).sum()
        torch.testing.assert_close(amount, (rainy[n] - clean[n]).sum(), rtol=1e-4, atol=0)


def test_the_rain_aware_negative_is_the_own_view_under_the_rain_least_like_its_own() -> None:
    clean = scenes(4)
    fallen = rain(4)
    rainy = clean + fallen
    made = negatives(rainy, clean, detail=0)
    for n in range(4):
        distances = [(fallen[n] - fallen[j]).abs().sum() for j in range(4)]
        farthest = max(range(4), key=lambda j: float(distances[j]))
        torch.testing.assert_close(made[n, 0], clean[n] + fallen[farthest])
    torch.testing.assert_close(made[:, 0], other_rain(rainy, clean))


def test_a_batch_of_one_has_no_other_rain_to_compare() -> None:
    clean = scenes(1)
    made = negatives(clean + rain(1), clean, detail=2, generator=seeded(3))
    assert made.shape[1] == 2, "its own rain would be the query itself"


def test_a_seed_draws_the_same_again() -> None:
    clean, rainy = scenes(3), scenes(3) + rain(3)
    for draw in (lambda seed: positive(rainy, seeded(seed)), lambda seed: negatives(rainy, clean, 4, seeded(seed))):
        assert torch.equal(draw(7), draw(7))
        assert not torch.equal(draw(7), draw(8))


def test_the_term_teaches_the_encoder_rain() -> None:
    """After some steps two pictures of one rain are nearer to each other than two rains over one background."""
    torch.manual_seed(0)
    encoder, key = InstanceEncoder(code_size=8, width=8), InstanceEncoder(code_size=8, width=8).eval()
    key.load_state_dict(encoder.state_dict())
    learning = torch.optim.Adam(encoder.parameters(), 1e-3)
    clean = scenes(4)
    rainy = (clean + rain(4)).clamp(0, 1)
    generator = seeded(4)
    losses = []
    for _ in range(80):
        query, _ = encoder(rainy)
        with torch.no_grad():
            others = negatives(rainy, clean, 4, generator)
            told = key(others.flatten(0, 1))[0].reshape(4, 5, -1, 4, 4)
            like = key(positive(rainy, generator))[0]
        loss = contrast(query, like, told).mean()
        learning.zero_grad()
        loss.backward()
        learning.step()
        follow(key, encoder, 0.9)
        losses.append(loss.item())
    assert sum(losses[-10:]) / 10 < math.log(6) - 0.05, "all pictures look alike to it"
    heavy, light = rain(4)[3:], rain(4)[:1]
    back, another = scenes(8)[4:6].split(1)  # not seen in training
    encoder.eval()
    with torch.no_grad():
        one, same, other = (encoder(seen)[0].mean((2, 3)) for seen in (back + heavy, another + heavy, back + light))
    assert F.cosine_similarity(one, same) > F.cosine_similarity(one, other) + 0.1


def test_the_key_follows_weights_and_statistics_and_copies_counters() -> None:
    torch.manual_seed(0)
    query, key = (nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)) for _ in range(2))
    for _ in range(3):
        query(torch.rand(2, 3, 4, 4))
    before = {name: value.clone() for name, value in key.state_dict().items()}
    follow(key, query, 0.9)
    for name, value in key.state_dict().items():
        theirs = query.state_dict()[name]
        if value.is_floating_point():
            torch.testing.assert_close(value, 0.9 * before[name] + 0.1 * theirs)
        else:
            assert int(value) == 3
    assert all(parameter.grad_fn is None for parameter in key.parameters())


@pytest.mark.parametrize(
    ("height", "width", "count"),
    [(128, 128, 1), (300, 128, 3), (500, 900, 32), (3000, 4000, 64), (40, 500, 4), (1, 1, 1), (1, 300, 3)],
)
def test_windows_lie_evenly_over_a_photo(height: int, width: int, count: int) -> None:
    picture = torch.arange(float(height * width)).reshape(1, height, width).expand(3, -1, -1) / (height * width)
    made = windows(picture)
    assert made.shape == (count, 3, 128, 128)
    if min(height, width) >= 128:
        assert made.min() == picture[:, :1].min()
        if height > 128 and width > 128:
            assert made.max() == picture.max(), "the last corner is seen too"


def test_a_photo_has_one_code_whatever_lies_where() -> None:
    torch.manual_seed(0)
    encoder = InstanceEncoder(code_size=8, width=8).eval()
    left, right = torch.rand(3, 128, 128), torch.rand(3, 128, 128) / 2
    with torch.no_grad():
        code = photo_code(encoder, torch.cat([left, right], 2))
        torch.testing.assert_close(code, photo_code(encoder, torch.cat([right, left], 2)))
        mean = encoder(torch.stack([left, right]))[1].mean(0, keepdim=True)
    torch.testing.assert_close(code, F.normalize(mean, dim=1))
    assert code.norm() == pytest.approx(1)
