"""What in a recipe cannot be: a sentence for each. Free of torch."""

import math
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from rainapp.base.errors import BadRecipe
from rainapp.base.escapes import escaped
from rainapp.media.pair_names import CLEAN_WORDS, RAINY_WORDS, side
from training.rain import domains
from training.rain.generator import BLENDS
from training.rain.profiles import FITTED, HELD_KINDS, MIXES, PROFILES, RainProfile
from training.recipe import Recipe, read
from training.run_folders import CHECKPOINT, RECIPE, run_folder

TASKS = {
    "derain": "unshuffle_naf",
    "fuse": "fusion_naf",
    "autoencode": "vq",
    "inpaint": "unshuffle_naf",
    "denoise": "unet",
    "recognise": "unshuffle_naf",
    "unblur": "unshuffle_naf",
    "distil": "unshuffle_naf",
}
"""The tasks that are built, and an architecture of each."""
OWN_NETS = {"fuse": "fusion_naf", "autoencode": "vq", "denoise": "unet"}
"""Tasks with a net that no other task has."""
NAMES = set(PROFILES) | set(MIXES)
REAL = frozenset(("recognise", "unblur", "distil"))
"""The tasks that learn from real photos."""
LEVELLED = ("unshuffle_naf",)
"""The nets whose features can be learned from."""
DIL_VARIANTS = ("sf", "pf", "ss", "ps", "erm")
ORDERS = ("random", "simple", "complex")


def problems(recipe: Recipe) -> list[str]:
    """What is impossible, a sentence each; empty when the recipe can run."""
    checks = (
        _tasks,
        _rain,
        _fitted,
        _folders,
        _numbers,
        _balance,
        _dil,
        _coic,
        _real,
        _transfer,
        _teachers,
        _fuse,
        _repair,
    )
    return list(chain.from_iterable(check(recipe) for check in checks))


def require(recipe: Recipe) -> None:
    """Raise BadRecipe with every problem found."""
    if found := problems(recipe):
        raise BadRecipe(escaped(" ".join(found)), "Correct the recipe and start again.")


def _tasks(recipe: Recipe) -> Iterator[str]:
    for name in recipe.tasks or (recipe.task,):
        if name not in TASKS:
            yield f"The task “{name}” is not built; {', '.join(TASKS)} are."
    if any(not (0 < share < math.inf) for share in recipe.tasks.values()):
        yield "The shares of tasks must be above 0 (tasks)."
    for task, arch in OWN_NETS.items():
        if (recipe.net.arch == arch) != (task in recipe.shares()):
            yield f"The net “{arch}” and the task “{task}” go together (net.arch, task)."
        elif len(recipe.shares()) > 1 and task in recipe.shares():
            yield f"The task “{task}” has a net of its own and cannot share a run (tasks)."
    if "inpaint" in recipe.shares() and len(recipe.shares()) > 1:
        yield "The task “inpaint” repairs what another net leaves and cannot share a run (tasks)."


def _rain(recipe: Recipe) -> Iterator[str]:
    for name in recipe.rain.profiles:
        if name == FITTED and recipe.fitted is not None:
            continue
        if name not in NAMES:
            yield f"The rain profile “{name}” is unknown; known are {', '.join(sorted(NAMES))}."
        elif kept := sorted({name, *MIXES.get(name, {})} & set(recipe.rain.held_out)):
            within = "" if kept == [name] else f", which has {', '.join(kept)} in it,"
            yield f"The rain profile “{name}”{within} is held out and cannot be trained on in the same run."
    yield from (f"The held-out rain profile “{name}” is unknown." for name in recipe.rain.held_out if name not in NAMES)
    for blend in recipe.rain.blends:
        if blend not in BLENDS:
            yield f"The blend model “{blend}” is unknown; known are {', '.join(BLENDS)}."
    if not recipe.rain.profiles or not recipe.rain.blends:
        yield "At least one rain profile and one blend model are needed."
    if recipe.rain.clear_share > 0 and "derain" in recipe.shares() and not recipe.net.shape().get("conditional", False):
        yield "A net without condition cannot learn to clear haze and to keep it (net.conditional, rain.clear_share)."


def _fitted(recipe: Recipe) -> Iterator[str]:
    own = recipe.fitted
    if own is None:
        return
    known = {kind for profile in PROFILES.values() for kind in profile.kinds}
    if not own.kinds or set(own.kinds) - known:
        yield f"fitted.kinds must name streaks that are known: {', '.join(sorted(known - HELD_KINDS))}."
    if held := sorted(set(own.kinds) & HELD_KINDS):
        yield f"fitted.kinds has {', '.join(held)}, which only held-out rain has."
    if len(own.layers) != 2 or not 1 <= own.layers[0] <= own.layers[-1] <= 8:
        yield "fitted.layers must be two numbers from 1 to 8, the smaller first."
    if len(own.alpha) != 2 or not 0 <= own.alpha[0] <= own.alpha[-1] <= 1:
        yield "fitted.alpha must be two numbers from 0 to 1, the smaller first."
    if len(own.blends) != 3 or min(own.blends, default=-1) < 0 or not sum(own.blends) > 0:
        yield "fitted.blends must be three shares, of additive, screen and linear."
    if len(own.lean) not in (0, 2) or not all(-90 <= angle <= 90 for angle in own.lean) or list(own.lean) != sorted(own.lean):
        yield "fitted.lean must be two angles from -90 to 90 degrees, the smaller first, or empty."
    yield from _fitted_shares(own)


def _fitted_shares(own: RainProfile) -> Iterator[str]:
    for name in ("veil", "mist"):
        pair = getattr(own, name)
        if len(pair) != 2 or not 0 <= pair[0] <= 1 or not 0 <= pair[-1] <= 5:
            yield f"fitted.{name} must be a share from 0 to 1 and a density from 0 to 5."
    if not all(0 <= share <= 1 for share in (own.together, own.bends, own.drifts, own.partly, own.sky)):
        yield "The shares of fitted rain must lie from 0 to 1."


def _folders(recipe: Recipe) -> Iterator[str]:
    data = recipe.data
    if not data.clean:
        yield "No folder of clean photos is named (data.clean)."
    for key, folder, words in (("clean", data.clean, "clean photos"), ("rainy", data.rainy, "rainy photos")):
        if folder and not Path(folder).is_dir():
            yield f"The folder of {words} “{folder}” does not exist (data.{key})."
    sets = [("validation set", name) for name in recipe.validate.sets] + [("set of pairs", data.pairs)] * bool(data.pairs)
    for words, name in sets:
        if not side(Path(name), RAINY_WORDS, "rainy").is_dir() or not side(Path(name), CLEAN_WORDS, "clean").is_dir():
            yield f"The {words} “{name}” has no folders rainy and clean."


def _numbers(recipe: Recipe) -> Iterator[str]:
    train, data, rain = recipe.train, recipe.data, recipe.rain
    drawn = data.structures, data.strands, data.uprights, data.grounds, data.lights, data.mimics
    shares = rain.dry, rain.clear_share, rain.shrunk, data.turned, *drawn
    checks = [
        (recipe.seed >= 0, "seed cannot be negative."),
        (min(data.limit, recipe.validate.limit) >= 0, "data.limit and validate.limit cannot be negative."),
        (train.steps > 0 or train.minutes > 0, "Either train.steps or train.minutes must be above 0."),
        (0 <= train.minutes < math.inf, "train.minutes must be a number of minutes, 0 for none."),
        (1 <= train.batch <= 65536, "train.batch must lie from 1 to 65536."),
        (16 <= train.crop_px <= 320 and train.crop_px % 16 == 0, "train.crop_px must be a multiple of 16 from 16 to 320."),
        (0 < train.lr <= 0.1, "train.lr must lie above 0 and at most at 0.1."),
        (train.clip > 0, "train.clip must be above 0."),
        (0 <= train.weight_decay <= 1, "train.weight_decay must lie from 0 to 1."),
        (0 <= train.fft_weight < math.inf, "train.fft_weight cannot be negative."),
        (
            train.save_minutes > 0 and recipe.validate.every_minutes > 0,
            "train.save_minutes and validate.every_minutes must be above 0.",
        ),
        (0 <= train.even_out <= 1, "train.even_out must lie from 0 to 1."),
        (1 <= train.boldness <= 10, "train.boldness must lie from 1 to 10."),
        (0 <= train.ema < 1, "train.ema must lie from 0 to below 1."),
        (train.loss in ("l1", "psnr"), "train.loss must be l1 or psnr."),
        (train.optimiser in ("adamw", "muon"), "train.optimiser must be adamw or muon."),
        (train.precision in ("auto", "fp32", "bf16"), "train.precision must be auto, fp32 or bf16."),
        (all(0 <= share <= 1 for share in shares), "Shares must lie from 0 to 1."),
        (bool(data.scales) and all(0.1 <= s <= 1 for s in data.scales), "data.scales must lie from 0.1 to 1."),
        (0 <= data.confusing <= 5, "data.confusing must lie from 0 to 5."),
        (not data.confusing or bool(recipe.start_from), "data.confusing needs weights to begin with (start_from)."),
        (0 <= data.workers <= 256, "data.workers must lie from 0 to 256."),
    ]
    yield from (sentence for holds, sentence in checks if not holds)
    yield from _shape(recipe)


def _shape(recipe: Recipe) -> Iterator[str]:
    if problem := recipe.net.problem():
        yield problem
        return
    shape = recipe.net.shape()
    if not 1 <= shape.get("width", 1) <= 256:
        yield "net.width must lie from 1 to 256."
    if not 1 <= shape.get("inside", 1) <= 8:
        yield "net.inside must lie from 1 to 8."


def _balance(recipe: Recipe) -> Iterator[str]:
    block = recipe.balance
    if block is None:
        return
    if "derain" not in recipe.shares():
        yield "Only the task “derain” draws rain that could be balanced (balance)."
    if block.backgrounds < 1:
        yield "balance.backgrounds must be at least 1."
    if block.patch_px and not max(16, recipe.train.crop_px) <= block.patch_px <= 1024:
        yield "balance.patch_px must be 0, or lie from train.crop_px to 1024."
    if block.order not in ORDERS:
        yield f"balance.order must be one of {', '.join(ORDERS)}."
    if block.order_seed < 0:
        yield "balance.order_seed cannot be negative."


def _dil(recipe: Recipe) -> Iterator[str]:
    block = recipe.dil
    if block is None:
        return
    if "derain" not in recipe.shares():
        yield "Only the task “derain” has kinds of rain to be invariant to (dil)."
    if block.variant not in DIL_VARIANTS:
        yield f"dil.variant must be one of {', '.join(DIL_VARIANTS)}."
    if not 0 < block.inner_lr <= 1:
        yield "dil.inner_lr must lie above 0 and at most at 1."
    if block.inner not in ("adam", "sgd"):
        yield "dil.inner must be adam or sgd."
    if block.chain and block.variant != "ss":
        yield "dil.chain belongs to the variant ss."
    if block.steps and (block.variant != "pf" or block.steps < 2):
        yield "dil.steps belongs to the variant pf and is at least 2: a single virtual step is ordinary training."
    if block.variant in ("ss", "ps") and recipe.train.batch < 2:
        yield "The variants ss and ps look at other crops in the outer step, so train.batch must be at least 2."
    yield from _dil_types(recipe)


def _dil_types(recipe: Recipe) -> Iterator[str]:
    block = recipe.dil
    assert block is not None  # the caller looked
    known = [name for name in recipe.rain.profiles if name in NAMES]
    types = block.types or domains.plain(known)
    try:
        found = domains.distinct(types)
    except ValueError as error:
        yield f"dil.types: {error}."
        return
    if held := sorted({profile for profile, _ in found} & set(recipe.rain.held_out)):
        yield f"dil.types has {', '.join(held)}, which is held out."
    if len(found) < 2:
        yield "Invariance needs at least two types of rain that differ (dil.types)."


def _coic(recipe: Recipe) -> Iterator[str]:
    block = recipe.coic
    if block is None:
        return
    steps = recipe.train.steps if recipe.train.minutes <= 0 else math.inf
    checks = [
        ("derain" in recipe.shares(), "Only the task “derain” has rain to adapt to (coic)."),
        (0 <= block.weight < math.inf, "coic.weight cannot be negative."),
        (0 <= block.start_step < max(steps, 1), "coic.start_step must lie from 0 to below train.steps."),
        (1 <= block.code_size <= 1024, "coic.code_size must lie from 1 to 1024."),
        (
            8 <= block.encoder_width <= 64 and block.encoder_width % 8 == 0,
            "coic.encoder_width must be a multiple of 8 from 8 to 64.",
        ),
        (0 <= block.momentum < 1, "coic.momentum must lie from 0 to below 1."),
        (0.01 <= block.temperature <= 10, "coic.temperature must lie from 0.01 to 10."),
        (0 <= block.kinds < math.inf, "coic.kinds cannot be negative."),
        (0 <= block.negatives <= 16, "coic.negatives must lie from 0 to 16."),
        (recipe.train.batch >= 2, "The encoder compares samples, so train.batch must be at least 2 (coic)."),
        (0 <= block.real_share <= 0.9, "coic.real_share must lie from 0 to 0.9."),
        (not block.real_share or bool(recipe.data.rainy), "coic.real_share needs a folder of real rainy photos (data.rainy)."),
        (
            not block.real_share or not (block.labels or recipe.dil),
            "Real photos have no label and no type of rain, so coic.real_share goes with neither coic.labels nor dil.",
        ),
    ]
    yield from (sentence for holds, sentence in checks if not holds)
    if block.labels and len(domains.plain([name for name in recipe.rain.profiles if name in NAMES])) < 2:
        yield "Labels need at least two kinds of rain (coic.labels, rain.profiles)."


def _real(recipe: Recipe) -> Iterator[str]:
    named = sorted(REAL & set(recipe.shares()))
    if named and not recipe.data.rainy:
        yield f"The task “{named[0]}” learns from real rainy photos, and no folder of them is named (data.rainy)."
    if named and recipe.net.arch not in LEVELLED:
        yield f"The task “{named[0]}” needs a net with levels: {', '.join(LEVELLED)} (net.arch)."


def _transfer(recipe: Recipe) -> Iterator[str]:
    block = recipe.transfer
    if (block is None or not block.teachers) and "distil" in recipe.shares():
        yield "The task “distil” needs teachers to learn from (transfer.teachers)."
    if block is None:
        return
    if not {"derain", "distil"} & set(recipe.shares()):
        yield "Transfer belongs to the tasks “distil” and “derain” (transfer)."
    if block.pairs < 0:
        yield "transfer.pairs cannot be negative; 0 draws as many as it takes."
    if not 0 <= block.rehearsal < 1:
        yield "transfer.rehearsal must lie from 0 to below 1."
    others = 1 - recipe.shares().get("derain", 0)
    if (
        recipe.tasks
        and "derain" in recipe.tasks
        and block.rehearsal
        and not math.isclose(block.rehearsal, others, abs_tol=0.01)
    ):
        yield (
            f"The share of rehearsal is said twice: {block.rehearsal:g} (transfer.rehearsal), and {others:.2g} by the shares "
            "of tasks (tasks). Leave one out, or set rehearsal to 0."
        )


def _teachers(recipe: Recipe) -> Iterator[str]:
    block = recipe.transfer
    taught: list[str] = []
    for name in block.teachers if block is not None else ():
        folder = run_folder(name)
        shown = escaped(name)[:80]
        if not (folder / RECIPE).is_file() or not (folder / CHECKPOINT).is_file():
            yield f"The teacher “{shown}” is no run with a recipe and a checkpoint (transfer.teachers)."
            continue
        try:
            plan = read(folder / RECIPE)
        except BadRecipe as error:
            yield f"The recipe of the teacher “{shown}” cannot be read. {error.message}"
            continue
        yield from _teacher(shown, plan, recipe, taught)
        taught.append(plan.task)


def _teacher(shown: str, plan: Recipe, recipe: Recipe, taught: list[str]) -> Iterator[str]:
    """What is wrong with the run `plan` as a teacher beside those of the tasks `taught`."""
    if plan.tasks or plan.task not in ("recognise", "unblur"):
        yield f"The teacher “{shown}” has learned neither “recognise” nor “unblur” alone (transfer.teachers)."
    elif plan.task in taught:
        yield f"Two teachers have learned “{plan.task}”; one of each task is enough (transfer.teachers)."
    levels = [len(net.given.get("encoder", [])) for net in (plan.net, recipe.net) if net.arch in LEVELLED]
    if len(levels) < 2:
        yield f"The teacher “{shown}” and the net of the recipe must be nets with levels: {', '.join(LEVELLED)}."
    elif levels[0] != levels[1]:
        yield f"The teacher “{shown}” has {levels[0]} levels and the net of the recipe {levels[1]} (net.encoder)."


def _fuse(recipe: Recipe) -> Iterator[str]:
    block = recipe.fuse
    if block is None:
        return
    if "fuse" not in recipe.shares():
        yield "The block fuse belongs to the task “fuse”."
    if not 0 < block.held_out < block.clips:
        yield "fuse.held_out must lie above 0 and below fuse.clips."
    if not 0 <= block.regret < math.inf:
        yield "fuse.regret cannot be negative."


def _repair(recipe: Recipe) -> Iterator[str]:
    shares = recipe.shares()
    if recipe.repair is not None and not {"autoencode", "inpaint", "denoise"} & shares.keys():
        yield "The block repair belongs to the tasks “autoencode”, “inpaint” and “denoise”."
    if "denoise" in shares and recipe.net.arch == "unet" and recipe.net.problem() is None:
        step = 2 ** len(recipe.net.shape()["channels"])
        if recipe.train.crop_px % step:
            yield f"The crops must be a multiple of {step} px, so that the net can halve them (train.crop_px)."
    if recipe.repair is not None and "autoencode" in shares and not recipe.start_from:
        yield "An encoder can only be taught beside a decoder that has learnt: name its run (start_from)."
