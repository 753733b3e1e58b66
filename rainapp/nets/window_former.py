"""A small derainer of windowed self-attention: a U-shape of one halving on a pixel-unshuffled picture.

From the literature's formulas: self-attention within windows, with a bias by relative position, in windows that are shifted by
half their side in every second block (Liu et al., "Swin transformer", ICCV 2021); a gated feed-forward with a depthwise 3x3
convolution (Zamir et al., "Restormer", CVPR 2022); a U-shape for restoration (Wang et al., "Uformer", CVPR 2022).

The net is strictly local. Windows are anchored at the upper left corner: a position of the deepest level lies in the same
window of every tile that begins at a multiple of `multiple_px`, which is the side of such a window in the picture; finer levels
have smaller windows, of which that side is a multiple. So tiles that begin at such multiples, as ours do, equal the whole once
they overlap by `receptive_px`. Shifted windows are not joined around the border, as in the paper, but filled up by mirroring:
what is beyond a border then depends on what is near it alone, and no mask is needed.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rainapp.library.recognise import window_receptive_px
from rainapp.nets.spec import Condition, Traits
from rainapp.nets.unshuffle_naf import ChannelNorm, pad_to_multiple

FINEST_PX = 2  # of a position at the first level, after the unshuffle


class WindowAttention(nn.Module):
    """Self-attention of `heads` heads within windows of `window` x `window` positions, shifted by half of that or not."""

    def __init__(self, channels: int, heads: int, window: int, shifted: bool) -> None:
        super().__init__()
        self.heads = heads
        self.window = window
        self.shift = window // 2 if shifted else 0
        self.ask = nn.Conv2d(channels, 3 * channels, 1)
        self.answer = nn.Conv2d(channels, channels, 1)
        self.bias = nn.Parameter(torch.zeros(heads, (2 * window - 1) ** 2))
        self.register_buffer("away", relative_positions(window), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) in and out; H and W are multiples of the window."""
        shift, rest = self.shift, self.window - self.shift
        height, width = x.shape[-2:]
        y = self.ask(x)
        if shift:
            y = F.pad(y, (shift, rest, shift, rest), mode="reflect")
        mixed = self._joined(self._mixed(self._parted(y)), y)
        answered: Tensor = self.answer(mixed[..., shift : shift + height, shift : shift + width])
        return answered

    def _parted(self, y: Tensor) -> Tensor:
        """(windows, 3, heads, positions, C / heads) of (B, 3 * C, H, W)."""
        count, channels, height, width = y.shape
        side = self.window
        y = y.reshape(count, 3, self.heads, channels // (3 * self.heads), height // side, side, width // side, side)
        return y.permute(0, 4, 6, 1, 2, 5, 7, 3).reshape(-1, 3, self.heads, side * side, channels // (3 * self.heads))

    def _mixed(self, parted: Tensor) -> Tensor:
        query, key, value = parted[:, 0], parted[:, 1], parted[:, 2]
        away = self.get_buffer("away")
        bias = self.bias[:, away.flatten()].reshape(self.heads, *away.shape)
        similar = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5 + bias
        return torch.softmax(similar, -1) @ value

    def _joined(self, mixed: Tensor, like: Tensor) -> Tensor:
        """(B, C, H, W) of the windows (windows, heads, positions, C / heads) that `like` (B, 3 * C, H, W) was parted into."""
        count, channels, height, width = like.shape
        side = self.window
        each = channels // (3 * self.heads)
        y = mixed.reshape(count, height // side, width // side, self.heads, side, side, each)
        return y.permute(0, 3, 6, 1, 4, 2, 5).reshape(count, channels // 3, height, width)


def relative_positions(window: int) -> Tensor:
    """(N, N) for N = window**2: which entry of the bias is for two positions, by how far they lie apart; on the CPU."""
    places = torch.cartesian_prod(*(torch.arange(window, device="cpu"),) * 2)
    apart = places[:, None] - places[None] + window - 1
    return apart[..., 0] * (2 * window - 1) + apart[..., 1]


class WindowBlock(nn.Module):
    """Attention within windows, then a gated feed-forward with a depthwise convolution, both residual."""

    def __init__(self, channels: int, heads: int, window: int, shifted: bool, expansion: int) -> None:
        super().__init__()
        hidden = expansion * channels
        self.norm1 = ChannelNorm(channels)
        self.attention = WindowAttention(channels, heads, window, shifted)
        self.norm2 = ChannelNorm(channels)
        self.expand = nn.Conv2d(channels, 2 * hidden, 1)
        self.depthwise = nn.Conv2d(2 * hidden, 2 * hidden, 3, padding=1, groups=2 * hidden)
        self.project = nn.Conv2d(hidden, channels, 1)
        for layer in (self.attention.answer, self.project):  # a block begins near the identity
            nn.init.normal_(layer.weight, std=0.1 * layer.in_channels**-0.5)
            nn.init.zeros_(layer.get_parameter("bias"))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) in and out."""
        x = x + self.attention(self.norm1(x, last=False))
        a, b = self.depthwise(self.expand(self.norm2(x, last=False))).chunk(2, 1)
        mixed: Tensor = x + self.project(F.gelu(a) * b)
        return mixed


class WindowFormer(nn.Module):
    """Pixel-unshuffle by 2, blocks at two levels, pixel-shuffle, added to the input; 0.34 million parameters as it is.

    Args:
        width: channels at the first level; twice as many below.
        before: blocks at the first level on the way down.
        middle: blocks at the level below.
        after: blocks at the first level on the way up.
        head_size: channels of a head of attention.
        window: side of a window in positions, even.
        expansion: how many times wider the feed-forward is inside.
        conditional: whether the net is told if haze goes too.
    """

    def __init__(
        self, width: int = 32, before: int = 2, middle: int = 6, after: int = 2,
        head_size: int = 16, window: int = 8, expansion: int = 2, conditional: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        if min(width, head_size, expansion) < 1 or window < 2 or window % 2 or width % head_size:
            raise ValueError("the window must be even, and width a multiple of head_size")
        self.conditional = conditional
        self.multiple_px = 2 * FINEST_PX * window
        self.receptive_px = window_receptive_px(before, middle, after, window)
        self.patches = nn.Conv2d(12 + int(conditional), width, 3, padding=1)

        def blocks(channels: int, count: int) -> nn.Sequential:
            heads = channels // head_size
            return nn.Sequential(*(WindowBlock(channels, heads, window, bool(n % 2), expansion) for n in range(count)))

        self.before = blocks(width, before)
        self.down = nn.Conv2d(width, 2 * width, 2, stride=2)
        self.middle = blocks(2 * width, middle)
        self.up = nn.Conv2d(2 * width, 4 * width, 1, bias=False)
        self.after = blocks(width, after)
        self.tail = nn.Conv2d(width, 12, 3, padding=1)
        nn.init.normal_(self.tail.weight, std=1e-3)
        nn.init.zeros_(self.tail.get_parameter("bias"))

    @property
    def traits(self) -> Traits:
        """See `Traits`: whether haze goes is its only condition."""
        conditions = (Condition("clear"),) if self.conditional else ()
        return Traits(conditions, self.multiple_px, self.receptive_px)

    def forward(self, rainy: Tensor, clear: Tensor | None = None) -> Tensor:
        """Derained picture.

        Args:
            rainy: (B, 3, H, W) float, sRGB-encoded, 0 to 1.
            clear: (B,) float, 1 where haze is to go, 0 (default) where it stays; ignored by an unconditional net.

        Returns:
            (B, 3, H, W) float, not clipped.
        """
        height, width = rainy.shape[-2:]
        padded = pad_to_multiple(rainy, self.multiple_px)
        x = F.pixel_unshuffle(padded, FINEST_PX).to(self.patches.weight.dtype)
        if self.conditional:
            plane = torch.zeros_like(x[:, :1]) if clear is None else clear.view(-1, 1, 1, 1).expand_as(x[:, :1])
            x = torch.cat([x, plane.to(x.dtype)], 1)
        x = self.before(self.patches(x))
        deep = self.middle(self.down(x))
        x = self.after(x + F.pixel_shuffle(self.up(deep), 2))
        return (padded + F.pixel_shuffle(self.tail(x), FINEST_PX))[..., :height, :width]
