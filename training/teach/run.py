"""A teaching from its request to its verdict, in steps that each leave a file; a run that was cut goes on after the last one.

1. look at what was given, and keep copies (`prepare`); 2. fit the generator to the rain; 3. tune the base on fitted rain, with
the rain that it knew as rehearsal; 4. choose the share of the taught weights in the mean with the base's, on the choose photos
and under the bound of the check set; 5. look once at the judge photos, and ask the gate.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rainapp.base.errors import BadModel, Cancelled, NotEnoughMemory
from rainapp.base.new_files import NewFile
from rainapp.base.textfile import write_text
from rainapp.jobs.records import Watch
from rainapp.library.cards import ModelCard
from rainapp.library.model_library import ModelLibrary, checked_weights, sha256_of
from rainapp.nets import registry
from training import publish, recipe, recipe_checks
from training.contracts import Score
from training.data.crops import kinds_of
from training.loop.trainer import Trainer
from training.loop.weights import read_weights, save_weights
from training.rain import fit
from training.rain.profiles import FITTED as FITTED_NAME
from training.rain.streaks import StreakBank
from training.recipe import Data, Net, Rain, Recipe, Train, Validate
from training.run_folders import CHECKPOINT, RECIPE
from training.teach import gate, measure, prepare, run_list
from training.teach.learning import Scale, Taught, photos_of
from training.teach.pictures import JUDGED, SEEN, beside, first_of, shown
from training.teach.request import (
    ENOUGH,
    FITTED,
    OWN_RAIN,
    SHARE,
    UNDERSTOOD,
    VERDICT,
    Request,
    curve_of,
    damaged,
    keep,
    kept,
    note_point,
    share_of,
    verdict_of,
)
from training.teach.watching import LearningWatch, machine

BASE = "base.safetensors"
SHARES = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
FITTED_SHARE = 3
"""Fitted rain comes so many times as often as the rain that the base knew."""
LEARNING_SHARE = 0.7
"""Of the minutes that the tuning takes; the rest is for looking, fitting and measuring."""
LOOKING = 6.0
"""Times what a look at the choose photos costs that passes until the next."""
Say = Callable[[dict[str, Any]], None]


class Teaching:
    """One run in a folder. `watch` is ticked and may cancel; `say` is told events.

    `enough` says whether learning is to end now, with the best so far.
    """

    def __init__(
        self,
        request: Request,
        folder: Path,
        library: ModelLibrary,
        watch: Watch,
        say: Say,
        enough: Callable[[], bool] = lambda: False,
    ) -> None:
        """Raises BadModel where there is no base, or none that can be taught."""
        self.request, self.folder, self.library, self.watch, self.say = request, folder, library, watch, say
        self.enough = enough
        self.card = base_of(library, request.base)
        self.scale = Scale.of(request.minutes)

    def tick(self, done: int, total: int) -> None:
        """Tell the watch; raises Cancelled where it wants to."""
        self.watch.tick(done, total)

    def net_of(self, weights: dict[str, Tensor]) -> nn.Module:
        """The net of the base with weights."""
        net = registry.wrapped(registry.build(self.card.arch, **self.card.shape), self.card.spec)
        net.load_state_dict({name: value.float() for name, value in weights.items()})
        return net.eval()

    def base_net(self) -> nn.Module:
        """The model that is taught, as it is."""
        return registry.load(self.card, self.library.weights_path(self.card))

    def run(self, until: str = "") -> dict[str, Any]:
        """All steps that are not done yet; the event of the verdict. Adds the model where it is accepted and wanted.

        `until` "fitted" ends before anything is learned, with that event.
        """
        if (over := verdict_of(self.folder)) is not None:  # judge photos are looked at once
            return self.end_again(over)
        if kept(self.folder, UNDERSTOOD) is None:
            self.look()
        else:
            self.say_again()
        if kept(self.folder, FITTED) is None:
            self.fit()
        fitted = self.fitted()
        self.say(fitted)
        if until == "fitted":
            return fitted
        if kept(self.folder, SHARE) is None:
            self.learn()
            self.choose()
        return self.judge()

    def stage(self, name: str) -> None:
        """Say that a stage begins."""
        self.say({"event": "stage", "stage": name})

    def look(self) -> None:
        """Understand what was given, and keep copies of it. Raises BadTreatment where it is not enough to begin."""
        self.stage("look")
        net = self.base_net()
        found = prepare.look(self.request, lambda picture: measure.change_of(net, picture), self.tick, self.card.sha256)
        self.say(prepare.told(found))
        prepare.require_enough(found)
        self.say({**prepare.plan_of(self.request, found), **machine()})
        with NewFile(self.folder / BASE, replaces=True) as file:
            file.write(checked_weights(self.card, self.library.weights_path(self.card)))
        prepare.write(self.request, found, self.folder)

    def say_again(self) -> None:
        """Say what a run that goes on has said before."""
        found = dict(kept(self.folder, UNDERSTOOD) or {})
        plan = found.pop("plan", None)
        if "event" in found:
            self.say(found)
        if plan is not None:
            self.say({**plan, "minutes": self.request.minutes, **machine()})
        for event in (*curve_of(self.folder), *self.seen(first_of(self.folder / "rainy" / "choose")[:1])):
            self.say(event)

    def fit(self) -> None:
        """Fit the generator to the photos to learn from, and make the base's own results where they are asked for."""
        self.stage("fit")
        rainy = [fit.shown(photo) for photo in measure.read_all(self.folder / "rainy" / "learn")]
        dry = [fit.shown(photo) for photo in measure.read_all(self.folder / "dry" / "learn")]
        compared = fit.Fit(rainy, dry, self.request.seed, self.bank())
        found = fit.search(compared, self.scale.trials, self.request.seed, self.tick)
        if self.request.own_results:
            prepare.write_own_results(self.base_net(), self.folder, self.tick)
        there = {**asdict(found), "profile": asdict(found.profile), "statistics": compared.beside(found.profile)}
        keep(self.folder, FITTED, there)

    def fitted(self) -> dict[str, Any]:
        """The event that says what rain was found, and on which photos it can be seen."""
        parts = {kind: first_of(self.folder / kind / "learn") for kind in ("dry", "rainy")}
        return {"event": "fitted", **(kept(self.folder, FITTED) or {}), **parts}

    def bank(self) -> StreakBank:
        """Layers of all streaks that may be fitted or are known to the base, fewer for a short teaching."""
        kinds = sorted({*fit.KINDS, *kinds_of(["balanced"])})
        return StreakBank.cached(self.request.seed, kinds, self.scale.per_kind)

    def recipe(self) -> Recipe:
        """The recipe of the tuning; the one in the folder where it is there, which may have a smaller batch."""
        file = self.folder / RECIPE
        if file.exists():
            plan = recipe.read(file)
            recipe_checks.require(plan)
            return plan
        try:
            fitted = fit.profile_of(kept(self.folder, OWN_RAIN) or kept(self.folder, FITTED) or {})
        except (KeyError, TypeError, AttributeError) as error:
            raise damaged(self.folder, FITTED) from error
        pairs = self.folder / "pairs"
        there = (pairs / "rainy").is_dir() and any((pairs / "rainy").iterdir())
        short = self.request.minutes < 5
        plan = Recipe(
            start_from=str(self.folder / BASE),
            seed=self.request.seed,
            net=Net(self.card.arch, dict(self.card.shape)),
            data=Data(clean=str(self.folder / "dry" / "learn"), pairs=str(pairs) if there else ""),
            rain=Rain(profiles=(FITTED_NAME,) * FITTED_SHARE + ("balanced",), dry=0.1, clear_share=self.clear_share()),
            train=Train(
                steps=0, minutes=LEARNING_SHARE * self.request.minutes, batch=4, crop_px=96, lr=3e-4, warmup_steps=20,
                optimiser="muon", loss="psnr", boldness=3.5, ema=0.9 if short else 0.995, save_minutes=1.0,
            ),
            validate=Validate(every_minutes=max(0.02, self.request.minutes / 12)),
            fitted=fitted,
        )  # fmt: skip
        recipe_checks.require(plan)
        write_text(file, plan.to_toml(), replaces=True)
        return plan

    def clear_share(self) -> float:
        """How many samples are to be cleared of haze: some where the base can."""
        return 0.2 if self.card.shape.get("conditional", False) else 0.0

    def learn(self) -> None:
        """Tune the base until the minutes are over, or it is enough.

        Where memory runs out it goes on with a smaller batch from the last checkpoint.
        """
        self.stage("learn")
        while kept(self.folder, ENOUGH) is None:
            plan = self.recipe()
            try:
                self.trainer(plan).run(LearningWatch(self.watch, self.enough))
                return
            except Cancelled:
                if not self.enough():
                    raise
                keep(self.folder, ENOUGH, {"enough": True})
            except (MemoryError, torch.OutOfMemoryError) as error:
                if plan.train.batch == 1:
                    raise NotEnoughMemory("Teaching does not fit the memory.", "Close other programs.") from error
                smaller = replace(plan, train=replace(plan.train, batch=plan.train.batch // 2))
                write_text(self.folder / RECIPE, smaller.to_toml(), replaces=True)
                self.say(
                    {"event": "note", "message": f"Memory ran out: it goes on with {smaller.train.batch} crops at a time."}
                )

    def trainer(self, plan: Recipe) -> Trainer:
        """A trainer at the run's last checkpoint, or at its beginning."""
        crops, pictures = photos_of(plan, self.bank()), self.pictures("choose")
        task = Taught(plan, crops, pictures, lambda net, score: self.looked(trainer, net, score))
        resumes = (self.folder / CHECKPOINT).exists()
        trainer = Trainer(replace(plan, start_from="") if resumes else plan, self.folder, {"derain": task})
        if resumes:
            trainer.resume()
        else:
            began = trainer.clock()
            trainer.validate()  # the line "before"
            self.look_seldom(trainer, trainer.clock() - began)
            (self.folder / "best.safetensors").unlink(missing_ok=True)
            trainer.best = float("-inf")
        return trainer

    def looked(self, trainer: Trainer, net: nn.Module, score: Score) -> None:
        """Say a point of the curve, and show what the net makes of a choose photo."""
        point = {"event": "curve", "step": trainer.step, "minutes": round(trainer.elapsed_s / 60, 3), **score.facts}
        note_point(self.folder, point)
        self.say(point)
        chosen = first_of(self.folder / "rainy" / "choose")[:1]
        for name in ("now",) if trainer.step else ("before", "now"):
            shown(net, chosen, self.folder / SEEN, name)
        for pair in self.seen(chosen):
            self.say(pair)

    def seen(self, chosen: list[str]) -> list[dict[str, Any]]:
        """The events that show what the base and the net make of choose photos."""
        rows = beside(chosen, self.folder / SEEN, ("before", "now"))
        return [{"event": "seen", **row} for row in rows if "now" in row]

    def look_seldom(self, trainer: Trainer, cost_s: float) -> None:
        """Let the curve have points at most so often that looking takes a sixth of the time, whose clock runs meanwhile."""
        every = max(trainer.recipe.validate.every_minutes, LOOKING * cost_s / 60)
        trainer.recipe = replace(trainer.recipe, validate=replace(trainer.recipe.validate, every_minutes=every))
        write_text(self.folder / RECIPE, replace(trainer.recipe, start_from=str(self.folder / BASE)).to_toml(), replaces=True)

    def pictures(self, part: str) -> measure.Pictures:
        """What is measured on: real rain of a part, dry photos, the check set."""
        dry = measure.read_all(self.folder / "dry" / "judge") if part == "judge" else ()
        check = measure.check_pairs(measure.read_all(self.folder / "check"))
        return measure.Pictures(measure.read_all(self.folder / "rainy" / part), dry, check)

    def taught(self, share: float) -> dict[str, Tensor]:
        """The mean of base and taught weights."""
        best = self.folder / "best.safetensors"
        base, learned = (
            read_weights(f) for f in (self.folder / BASE, best if best.exists() else self.folder / "last.safetensors")
        )
        return {name: (1 - share) * base[name].float() + share * learned[name].float() for name in base}

    def choose(self) -> None:
        """Choose the share: the most rain gone on the choose photos, of those that keep within the bound of the check set."""
        self.stage("choose")
        pictures = self.pictures("choose")
        rows = []
        for number, share in enumerate(SHARES):
            self.tick(number, len(SHARES))
            net = self.net_of(self.taught(share))
            rows.append((share, measure.fine_of(net, pictures.rainy), measure.check_of(net, pictures.check)))
        keep(self.folder, SHARE, {"share": best_share(rows), "tried": [[each[0], *map(float, means(each))] for each in rows]})

    def judge(self) -> dict[str, Any]:
        """Look once at the judge photos; the verdict is kept, and not asked for again."""
        self.stage("judge")
        share = share_of(self.folder)
        before, after = self.net_of(self.taught(0.0)), self.net_of(self.taught(share))
        pictures = self.pictures("judge")
        base, new = measure.measured(before, pictures), measure.measured(after, pictures)
        verdict = gate.judge(base, new)
        adds = verdict.accepted and self.request.accept == "if-better"
        facts = {"before": told(base, before, pictures), "after": told(new, after, pictures)}
        if adds:
            self.add(share, verdict, facts)
        judged = first_of(self.folder / "rainy" / "judge")
        for name, net in (("before", before), ("after", after)):
            shown(net, judged, self.folder / JUDGED, name)
        event = {
            "event": "verdict",
            "accepted": verdict.accepted,
            "model": self.request.name if adds else None,
            "reasons": list(verdict.reasons),
            "share": share,
            "own_rain_only": verdict.own_rain_only,
            **facts,
        }
        return self.end(event)

    def end(self, event: dict[str, Any]) -> dict[str, Any]:
        """Keep the verdict and say it, with the pictures that were judged by."""
        keep(self.folder, VERDICT, event)
        judged = beside(first_of(self.folder / "rainy" / "judge"), self.folder / JUDGED, ("before", "after"))
        said = {**event, "photos": judged}
        self.say(said)
        return said

    def end_again(self, over: dict[str, Any]) -> dict[str, Any]:
        """Say the verdict again. What was accepted and not added is added, where that is wanted now."""
        if over["accepted"] and over["model"] is None and self.request.accept == "if-better":
            verdict = gate.Verdict(True, bool(over["own_rain_only"]), tuple(over["reasons"]), 0.0, 0.0, 0.0, 0.0)
            self.add(float(over["share"]), verdict, {when: over[when] for when in ("before", "after")})
            over = {**over, "model": self.request.name}
        return self.end(over)

    def add(self, share: float, verdict: gate.Verdict, facts: dict[str, dict[str, float]]) -> None:
        """Put the taught model into the library."""
        folder = self.folder / "taught"
        folder.mkdir(exist_ok=True)
        save_weights(folder / "best.safetensors", self.taught(share))
        if any(card.sha256 == sha256_of(folder / "best.safetensors") for card in self.library.cards()):
            return  # a run that was cut between adding and saying so
        write_text(folder / RECIPE, replace(self.recipe(), start_from=self.card.id).to_toml(), replaces=True)
        keep(
            folder,
            "figures.json",
            {f"{when}_{name}": value for when, all_of in facts.items() for name, value in all_of.items()},
        )
        summary = (
            "Taught for one kind of rain only: it is worse on other rain." if verdict.own_rain_only else "Taught own rain."
        )
        own = f"own rainy and dry photos, which give no licence to others, and what “{self.card.id}” was trained on"
        label = publish.Label(
            self.request.title or self.request.name,
            summary,
            self.card.licence,
            f"{own}: {self.card.trained_on}",
            folder / "figures.json",
        )
        publish.publish(folder, self.request.name, self.library.user, label)


def base_of(library: ModelLibrary, name: str) -> ModelCard:
    """The card of the model to be taught. Raises BadModel where it is of another make."""
    card = library.get(name)
    if not run_list.can_be_taught(card):
        raise BadModel(f"The model “{card.id}” cannot be taught: its net is none that is trained here.", "Choose another base.")
    return card


def means(row: tuple[float, tuple[float, ...], tuple[float, ...]]) -> tuple[float, float]:
    """Mean credit of the fine rain that went, and mean PSNR on the check set."""
    _, fine, check = row
    return float(np.mean([gate.credit(each) for each in fine])) if fine else 0.0, float(np.mean(check)) if check else 0.0


def best_share(rows: list[tuple[float, tuple[float, ...], tuple[float, ...]]]) -> float:
    """The share with most rain gone within the bound of the check set; where none gains there, within that for own rain."""
    lost = [gate.lower_bound([b - a for a, b in zip(rows[0][2], row[2], strict=True)]) for row in rows]
    for bound in (gate.LOSS_MAX, gate.OWN_LOSS_MAX):
        within = [(means(row)[0], row[0]) for row, loss in zip(rows, lost, strict=True) if row[0] and loss > -bound]
        if within and max(within)[0] - means(rows[0])[0] >= gate.GAIN_MIN:
            return max(within)[1]
    return next((row[0] for row in rows if row[0]), 1.0)


def told(figures: gate.Measured, net: nn.Module, pictures: measure.Pictures) -> dict[str, float]:
    """Means of a measurement, for people; and what a judge says that shares nothing with the net."""
    fine = [gate.credit(value) for value in figures.fine]
    return {
        "fine_removed": float(np.mean(fine)) if fine else 0.0,
        "dry_change": float(np.mean(figures.dry)) if figures.dry else 0.0,
        "check_psnr_y": float(np.mean(figures.check)) if figures.check else 0.0,
        "rain_odds": measure.rain_odds(net, pictures.rainy),
    }
