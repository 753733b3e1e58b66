"""Task transfer learning (Ma, Liu, Wang, arXiv 2208.13133; science notes 2).

Claim: drawn rain is not real rain, so a derainer trained on drawn pairs alone does not carry over. Tasks whose labels are free
are learned from *real* photos: does it rain (`training.tasks.recognise`), and undo scattering blur (`training.tasks.unblur`).
Their nets are teachers; one student, the net that ships, learns the features of both, and is then tuned on few drawn pairs.

Errors on real photos (the batches of `training.tasks.distil`), student S, teachers T frozen:

* `features`: sum over levels and teachers of the mean of (A(F_S) - F_T) squared; features are standardised by channel first,
  or the teacher with the larger numbers would decide. A are 1x1 adapters.
* `logit`: 0.1 times 16 times the divergence of the rain logits at temperature 4.
* `image`: L1 between a picture head on the student's features and what the blur teacher makes of the photo.

Adapters and heads stay with the run and are never published. Tuning to rain: the encoder learns at a fifth of the rate, and its
two shallowest levels rest for the first 20 % of the run; `pairs` limits the drawn pairs (`training.data.few_pairs`) and
`rehearsal` is the share of steps that go on distilling.

Departures: the size of the paper's net, its data and its loss weights are not known. A rain logit is one number, so the
divergence is that of two Bernoulli laws. The student's own image output does not imitate the blur teacher: it would have to
give the same photo in two ways.

Measured: table `transfer`.
"""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rainapp.base.errors import BadModel, BadRecipe
from rainapp.nets import registry
from rainapp.nets.spec import NetSpec
from training.contracts import Batch, Group, Output, Run, Strategy, Term
from training.loop import checkpoint
from training.recipe import Recipe, read
from training.run_folders import CHECKPOINT, run_folder
from training.tasks.heads import PictureHead, RainHead, channels_of, look, pooled

TEMPERATURE = 4.0
LOGIT, IMAGE = 0.1, 1.0
SLOWER, RESTS = 0.2, 0.2
"""The rate of the encoder against that of the rest, and how long its shallow levels rest."""
DISTIL = "distil"


class Teacher(nn.Module):
    """A trained net with the head of its task; it never learns."""

    def __init__(self, net: nn.Module, head: nn.Module | None) -> None:
        super().__init__()
        self.net, self.head = net, head
        self.requires_grad_(False)

    def forward(self, pictures: Tensor) -> tuple[Output, Tensor | None]:
        """What the net makes of pictures (N, 3, H, W), and their rain logits (N,) where it has a head."""
        out = look(self.net, pictures)
        if self.head is None:
            return out, None
        with torch.no_grad():
            return out, pooled(self.head(list(out.features.values())[-1]))


def load_teacher(name: str) -> tuple[str, Teacher, dict[str, int]]:
    """The task, the net and the channels by level of a teacher's run.

    Raises:
        BadRecipe: the run has no such task or no whole checkpoint.
    """
    folder = run_folder(name)
    plan = read(folder / "recipe.toml")
    try:
        state = checkpoint.load(folder / CHECKPOINT)
        spec = NetSpec.of(state.spec)
        net = registry.build_spec(spec)
        net.load_state_dict(state.average)
        channels = channels_of(spec)
        head = None
        if plan.task == "recognise":
            head = RainHead(list(channels.values())[-1])
            head.load_state_dict({key.removeprefix("head."): value for key, value in state.modules["recognise"].items()})
    except (BadModel, RuntimeError, KeyError, TypeError) as error:
        raise BadRecipe(
            f"The teacher “{name}” cannot be used: its checkpoint is damaged.", "Train it again.", folder
        ) from error
    return plan.task, Teacher(net.eval(), head), channels


def standardised(features: Tensor) -> Tensor:
    """Features (N, C, h, w) with mean 0 and spread 1 in each channel over the batch."""
    mean = features.mean((0, 2, 3), keepdim=True)
    return (features - mean) * torch.rsqrt((features - mean).square().mean((0, 2, 3), keepdim=True) + 1e-5)


def divergence(teacher: Tensor, student: Tensor) -> Tensor:
    """KL of the Bernoulli laws of two logits (N,) at the temperature, the mean, times its square."""
    one, other = teacher / TEMPERATURE, student / TEMPERATURE
    rain = torch.sigmoid(one)
    apart = rain * (F.logsigmoid(one) - F.logsigmoid(other)) + (1 - rain) * (F.logsigmoid(-one) - F.logsigmoid(-other))
    return apart.mean() * TEMPERATURE**2


class Transfer(Strategy):
    """Distils teachers and tunes gently; see above."""

    name = "transfer"

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        assert recipe.transfer is not None  # the table of strategies looks
        self.block = recipe.transfer
        self.needs_features = bool(self.block.teachers)
        self.tunes = "derain" in recipe.shares() and bool(recipe.start_from) and bool(self.block.teachers)
        self.levels: tuple[str, ...] = ()
        self._seen: tuple[Batch, dict[str, Tensor]] | None = None

    def begin(self, spec: NetSpec) -> None:
        """Load the teachers, and make the adapters and heads that the student needs."""
        if not self.block.teachers:
            return
        student = channels_of(spec)
        self.levels = tuple(student)
        for name in self.block.teachers:
            task, teacher, channels = load_teacher(name)
            if tuple(channels) != self.levels:
                raise BadRecipe(f"The teacher “{name}” has other levels than the net of the recipe.", "Use one net shape.")
            self.modules[task] = teacher
            self.modules[f"adapters {task}"] = nn.ModuleList(
                nn.Conv2d(student[level], channels[level], 1) for level in self.levels
            )
        if "recognise" in self.modules:
            self.modules["rain head"] = RainHead(student[self.levels[-1]])
        if "unblur" in self.modules:
            self.modules["picture head"] = PictureHead(student)

    def terms(self) -> tuple[tuple[str, float, Term], ...]:
        """What each teacher has to say, on the photos that are there to be distilled from."""
        weights = {"features": 1.0, "logit": LOGIT, "image": IMAGE}
        return tuple((name, weight, self._term(name)) for name, weight in weights.items()) if self.block.teachers else ()

    def _term(self, name: str) -> Term:
        def term(_run: Run, out: Output, batch: Batch) -> Tensor:
            return self.told(out, batch)[name] if batch.task == DISTIL else out.image.new_zeros(())

        return term

    def told(self, out: Output, batch: Batch) -> dict[str, Tensor]:
        """All terms of a batch by name; the teachers look at it once."""
        if self._seen is None or self._seen[0] is not batch:
            self._seen = (batch, self._terms_of(out, batch))
        return self._seen[1]

    def _terms_of(self, out: Output, batch: Batch) -> dict[str, Tensor]:
        found = dict.fromkeys(("features", "logit", "image"), out.image.new_zeros(()))
        own = {level: standardised(out.features[level]) for level in self.levels}
        for task in ("recognise", "unblur"):
            if task not in self.modules:
                continue
            taught, logits = self.modules[task](batch.image)
            for level, adapter in zip(self.levels, self.modules[f"adapters {task}"].children(), strict=True):
                apart = adapter(own[level]) - standardised(taught.features[level])
                found["features"] = found["features"] + apart.square().mean()
            if logits is not None:
                found["logit"] = divergence(logits, pooled(self.modules["rain head"](out.features[self.levels[-1]])))
            else:
                made = self.modules["picture head"](batch.image, out.features)
                found["image"] = (made - taught.image).abs().mean()
        return found

    def groups(self) -> tuple[Group, ...]:
        """While tuning to rain the encoder learns slower, its two shallowest levels at first not at all."""
        if not self.tunes:
            return ()
        shallow = ("head.", "encoders.0.", "downs.0.", "encoders.1.", "downs.1.")
        deep = ("encoders.", "downs.", "middle.")
        return (Group(within_any(shallow), SLOWER, RESTS), Group(within_any(deep), SLOWER))

    def after_step(self, run: Run) -> None:
        """Forget the batch."""
        self._seen = None

    def state_dict(self) -> dict[str, Any]:
        """What learns here; the teachers are in their own runs."""
        return {"modules": {name: part.state_dict() for name, part in self.modules.items() if not isinstance(part, Teacher)}}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """See `Strategy`."""
        for name, part in self.modules.items():
            if not isinstance(part, Teacher):
                part.load_state_dict(state["modules"][name])


def within_any(prefixes: tuple[str, ...]) -> tuple[str, ...]:
    """Prefixes of parameters of a net, also where it stands within a wrapper."""
    return (*prefixes, *(f"net.{prefix}" for prefix in prefixes))
