"""The net that fuses frames: what it adds to the picture that a formula made of a frame and its neighbours.

It sees that picture, how four others differ from it (the frame derained alone, the rainy frame, both neighbours), and hints
(how much was taken, how well neighbours fit). Pixel-unshuffle by 2, NAF blocks at half size and, one level down, at a quarter.

What comes out is bounded by construction: shares of the way to each picture that is no rainy one, and a small remainder of at
most `REST_MAX`. So where all pictures agree nothing can be invented; and since the last layer begins at zero, an untrained net
returns the formula's picture exactly. No pooling over the whole picture: the net is local, and strips of it are exact.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rainapp.nets.spec import Traits
from rainapp.nets.unshuffle_naf import Blocks, pad_to_multiple

PICTURES = ("formula", "derained", "rainy", "before", "after")  # three channels each, float 0 to 1
HINTS = ("removed", "same before", "same after", "removed after", "error", "misfit before", "misfit after")  # one each, 0 to 1
CHANNELS = 3 * len(PICTURES) + len(HINTS)
MULTIPLE_PX = 4
RECEPTIVE_PX = 32  # how far a pixel sees, at most, in a net of the usual depth
REST_MAX = 0.1  # of full light
DIFFERENCE_SCALE = 4.0  # differences are small; of the size of the hints they are learnt sooner


class FusionNaf(nn.Module):
    """`width` channels at half size and twice as many at a quarter; `blocks` before, below and after.

    Of what it would add only the `share` is added: where a net errs on clips unlike those it was trained on, going part of its
    way still helps while going all of it harms.
    """

    def __init__(self, width: int = 24, blocks: Sequence[int] = (1, 2, 1), share: float = 1.0) -> None:
        super().__init__()
        if len(blocks) != 3 or width < 1 or not 0 <= share <= 1:
            raise ValueError("three numbers of blocks, a width of at least 1 and a share from 0 to 1")
        self.share = share
        self.channels_last = True  # blocks on (B, H, W, C): fastest to train; inference switches it off
        self.head = nn.Conv2d(4 * CHANNELS, width, 1)
        self.before = Blocks(width, blocks[0])
        self.down = nn.Conv2d(width, 2 * width, 2, stride=2)
        self.below = Blocks(2 * width, blocks[1])
        self.up = nn.Conv2d(2 * width, 4 * width, 1, bias=False)
        self.after = Blocks(width, blocks[2])
        self.tail = nn.Conv2d(width, 4 * (3 + 3), 1)
        nn.init.zeros_(self.tail.weight)
        nn.init.zeros_(self.tail.get_parameter("bias"))

    @property
    def traits(self) -> Traits:
        """See `Traits`."""
        return Traits(multiple_px=MULTIPLE_PX, receptive_px=RECEPTIVE_PX)

    def forward(self, x: Tensor) -> Tensor:
        """What is to be added to the formula's picture: (B, 3, H, W) of `x` (B, CHANNELS, H, W), in its type."""
        height, width = x.shape[-2:]
        padded = pad_to_multiple(x, MULTIPLE_PX)
        formula, others, hints = padded[:, :3], padded[:, 3:15], padded[:, 15:]
        away = others - formula.repeat(1, 4, 1, 1)
        seen = torch.cat([formula - 0.5, away * DIFFERENCE_SCALE, hints], 1)
        y = self.head(F.pixel_unshuffle(seen, 2).to(self.head.weight.dtype))
        y = self.before(y, self.channels_last)
        deep = self.below(self.down(y), self.channels_last)
        y = self.after(y + F.pixel_shuffle(self.up(deep), 2), self.channels_last)
        out = torch.tanh(F.pixel_shuffle(self.tail(y), 2)).to(x.dtype)
        shares, added = out[:, :3], out[:, 3:] * REST_MAX
        for index, picture in enumerate((0, 2, 3)):  # derained, before, after; the rainy one shows where, not what
            added = added + shares[:, index : index + 1] * away[:, 3 * picture : 3 * picture + 3]
        cropped: Tensor = self.share * added[..., :height, :width]
        return cropped
