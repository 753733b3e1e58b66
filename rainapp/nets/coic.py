"""CoIC: what rain a picture shows, as a code that a net adapts to, and the contrastive term that teaches an encoder to see it.

Ran et al., "Learning rain-/detail-aware representations for deraining", ICLR 2024. Here are the encoder, its key copy
(`follow`), the code of a photo, and the term (`contrast`) with the pictures it compares (`positive`, `negatives`): pure
functions, which train nothing by themselves. How a net takes the code is in `coim`.

The term departs from the public code where that does not do what the paper says:

* every negative has a blur and a mirroring of its own; there all negatives of a batch share one.
* query and negatives are made of one view, so that they have one scale; there the query is the whole picture shrunk, and the
  rain-aware negative a crop.
* features are compared as means over all positions; there position by position, although the key is mirrored.
* half of the detail-aware negatives carry the picture's own rain over the blurred background, so that detail is what they
  differ in; there none has rain, so that rain alone tells them apart.
* the encoder has group norm; there batch norm, whose statistics mix the data sets. Only the last map is centred and scaled by
  batch statistics, without weights: without any, all features take one direction within some tens of steps, and the term stays
  at log(1 + J). So the key encoder must be in evaluation mode, where it has the running statistics that `follow` gives it:
  statistics of a batch of dry negatives would take away what tells them from rain.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CODE_SIZE = 128
WINDOW_PX = 128  # the encoder sees the picture through windows of this side
WINDOWS_MAX = 64
SLOPE = 0.1  # of the encoder's rectifiers below zero
GROUPS = 8
DETAIL_NEGATIVES = 4
TAPS = 11
SIGMA_PX = (0.3, 1.5)


class InstanceEncoder(nn.Module):
    """What rain a picture shows: a feature map for the contrastive term, and a code for modulation; 1.26 million parameters.

    In evaluation mode the pictures of a batch do not touch each other; see above for training.

    Args:
        code_size: length of the code.
        width: channels of the first convolution; doubled three times.
    """

    def __init__(self, code_size: int = CODE_SIZE, width: int = 32) -> None:
        super().__init__()
        if code_size < 1 or width < GROUPS or width % GROUPS:
            raise ValueError(f"code_size must be at least 1, width a multiple of {GROUPS}")
        self.code_size = code_size
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.stages = nn.Sequential(*(_Halving(width * 2**level, width * 2 ** (level + 1)) for level in range(3)))
        last = 8 * width
        self.centre = nn.BatchNorm2d(last, affine=False)
        self.head = nn.Sequential(nn.Linear(last, code_size), nn.LeakyReLU(SLOPE), nn.Linear(code_size, code_size))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Features and code of each picture.

        Args:
            pictures: (B, 3, H, W) float, sRGB-encoded, 0 to 1, in windows of about `WINDOW_PX`.

        Returns:
            (B, C, H / 8, W / 8), of length one at each position, and (B, code_size), of length one.
        """
        features = self.centre(self.stages(self.stem(pictures.to(self.stem.weight.dtype))))
        return F.normalize(features, dim=1), F.normalize(self.head(features.mean((2, 3))), dim=1)


class _Halving(nn.Module):
    """A residual block of two 3x3 convolutions that halves the sides."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride=2, padding=1),
            nn.GroupNorm(GROUPS, outputs),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(outputs, outputs, 3, padding=1),
            nn.GroupNorm(GROUPS, outputs),
        )
        self.past = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=2), nn.GroupNorm(GROUPS, outputs))

    def forward(self, x: Tensor) -> Tensor:
        return F.leaky_relu(self.mix(x) + self.past(x), SLOPE)


def contrast(query: Tensor, key: Tensor, others: Tensor, temperature: float = 1.0) -> Tensor:
    """The contrastive term of each sample (InfoNCE): small where the query is like its key and unlike the others.

    Args:
        query: (B, C, H, W) features of the pictures, of length one at each position.
        key: (B, C, H', W') features of their positives, by the key encoder.
        others: (B, J, C, H', W') features of their negatives, by the key encoder.
        temperature: what similarities are divided by.

    Returns:
        (B,) at least 0; log(1 + J) where nothing tells them apart.
    """
    mean = query.float().mean((2, 3))[:, None]
    told = torch.cat([key[:, None], others], 1).float().mean((3, 4))
    similar = (mean * told).sum(2) / temperature  # the mean of the cosines of all pairs of positions
    return torch.logsumexp(similar, 1) - similar[:, 0]


def alike(query: Tensor, kinds: Tensor, temperature: float = 1.0) -> Tensor:
    """The same term between the pictures of a batch (Khosla et al. 2020): those of one kind of rain are to be alike.

    Features count as differences from the mean of the batch: at first all share most of their direction, and nothing is told.

    Args:
        query: (B, C, H, W) features of the pictures.
        kinds: (B,) numbers of kinds; pictures below 0 have none and are only what others are told from.
        temperature: what similarities are divided by.

    Returns:
        () the mean over the pictures that are not the only one of their kind; 0 where there is none.
    """
    means = query.float().mean((2, 3))
    means = F.normalize(means - means.mean(0), dim=1)
    others = ~torch.eye(len(means), dtype=torch.bool, device=means.device)
    similar = (means @ means.T / temperature).masked_fill(~others, -torch.inf)
    told = torch.log_softmax(similar, 1).masked_fill(~others, 0)
    same = (kinds[:, None] == kinds) & others & (kinds >= 0)[:, None]
    counts = same.sum(1)
    rows = -(told * same).sum(1) / counts.clamp(min=1)
    return rows.sum() / (counts > 0).sum().clamp(min=1)


def positive(rainy: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """(B, 3, H, W) the pictures, each mirrored along either axis or not."""
    return _mirrored(rainy, generator)


def negatives(rainy: Tensor, clean: Tensor, detail: int = DETAIL_NEGATIVES, generator: torch.Generator | None = None) -> Tensor:
    """What each picture of a batch is not, made of the views `rainy` and `clean` (B, 3, H, W) of the same places.

    First `detail` detail-aware ones: the background blurred and mirrored, every second one with the picture's own rain over it.
    Then one rain-aware one, where the batch has more than one picture: the background under the rain of another, the one that
    is least like its own.

    Returns:
        (B, J, 3, H, W) float, 0 to 1.
    """
    made = []
    for number in range(detail):
        background = _blurred(clean, generator)
        seen = (background + (rainy - clean)).clamp(0, 1) if number % 2 else background
        made.append(_mirrored(seen, generator))
    if len(rainy) > 1:
        made.append(other_rain(rainy, clean))
    return torch.stack(made, 1)


def other_rain(rainy: Tensor, clean: Tensor) -> Tensor:
    """(B, 3, H, W) each background under the rain of the batch that differs most from its own."""
    rain = rainy - clean
    flat = rain.flatten(1).float()
    return (clean + rain[torch.cdist(flat, flat, p=1).argmax(1)]).clamp(0, 1)


def _drawn(count: int, generator: torch.Generator | None, like: Tensor) -> Tensor:
    """(count, 1, 1, 1) numbers from 0 to 1, drawn where the generator is, so that a seed gives the same on every device."""
    device = "cpu" if generator is None else generator.device
    return torch.rand(count, 1, 1, 1, generator=generator, device=device).to(like.device)


def _mirrored(pictures: Tensor, generator: torch.Generator | None) -> Tensor:
    for axis in (2, 3):
        turned = _drawn(len(pictures), generator, pictures) < 0.5
        pictures = torch.where(turned, pictures.flip(axis), pictures)
    return pictures


def _blurred(pictures: Tensor, generator: torch.Generator | None) -> Tensor:
    """Each picture under a Gaussian blur of its own width."""
    least, most = SIGMA_PX
    sigma = least + (most - least) * _drawn(len(pictures), generator, pictures)
    away = torch.arange(TAPS, device=pictures.device) - TAPS // 2
    weights = torch.exp(-0.5 * (away / sigma) ** 2)
    weights = (weights / weights.sum(3, keepdim=True)).to(pictures.dtype).repeat_interleave(3, 0)
    planes = pictures.reshape(1, -1, *pictures.shape[-2:])
    mode = "reflect" if min(pictures.shape[-2:]) > TAPS // 2 else "replicate"
    planes = F.pad(planes, (TAPS // 2,) * 4, mode=mode)
    planes = F.conv2d(planes, weights, groups=len(weights))
    planes = F.conv2d(planes, weights.transpose(2, 3), groups=len(weights))
    return planes.reshape(pictures.shape)


@torch.no_grad()
def follow(key: nn.Module, query: nn.Module, momentum: float = 0.999) -> None:
    """Move the key encoder a little towards the query encoder: `key = momentum * key + (1 - momentum) * query`.

    Running statistics are numbers like weights and move along; counters are no quantities to average, they are copied.
    """
    leading = query.state_dict()
    for name, mine in key.state_dict().items():
        theirs = leading[name].detach().to(mine.device)
        if mine.is_floating_point():
            mine.lerp_(theirs.to(mine.dtype), 1 - momentum)
        else:
            mine.copy_(theirs)


def windows(picture: Tensor, side: int = WINDOW_PX, most: int = WINDOWS_MAX) -> Tensor:
    """(N, 3, side, side) windows of a picture (3, H, W), laid evenly over it, touching where it is large; at most `most`.

    A photo shrunk to the side of a window has no streaks left, so it is looked at in pieces, at the scale it has. Where a side
    is too short for one window, the picture is continued by its mirror image.
    """
    height, width = picture.shape[-2:]
    while min(height, width) < side:
        below, right = (min(max(side - length, 0), max(length - 1, 0)) for length in (height, width))
        mode = "reflect" if below or right else "replicate"  # a single row has no mirror image
        pad = (0, right, 0, below) if below or right else (0, max(side - width, 0), 0, max(side - height, 0))
        picture = F.pad(picture[None], pad, mode=mode)[0]
        height, width = picture.shape[-2:]
    rows, columns = -(-height // side), -(-width // side)
    while rows * columns > most:
        rows, columns = (rows - 1, columns) if rows >= columns else (rows, columns - 1)
    tops, lefts = _starts(height - side, rows), _starts(width - side, columns)
    return torch.stack([picture[:, top : top + side, left : left + side] for top in tops for left in lefts])


def _starts(last: int, count: int) -> list[int]:
    return [last // 2] if count == 1 else [round(index * last / (count - 1)) for index in range(count)]


def photo_code(encoder: InstanceEncoder, picture: Tensor) -> Tensor:
    """(1, code_size) the code of a whole photo (3, H, W): the mean over its windows, of length one. All its tiles share it.

    The picture must have the scale on which streaks are as wide as in training.
    """
    _, codes = encoder(windows(picture))
    return F.normalize(codes.mean(0, keepdim=True), dim=1)
