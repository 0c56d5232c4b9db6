"""The story of the `chatgpt` demo's toy, scene by scene: comparisons, a reward, a policy tuned to it, and its limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demos.language._preferences import (
    ANSWERS,
    QUESTION,
    Array,
    compare,
    fit,
    kl,
    likelihood,
    objective,
    optimum,
    tune,
)
from demos.lib.pacing import thin
from demos.lib.ranking import first_largest, first_smallest
from demos.lib.scenes import Scene, row, rows
from demos.lib.wording import count, number
from demos.runtime.contract import Bars, Curve, Heatmap, Panel, Series, Text

NAMES = tuple(answer.name for answer in ANSWERS)
RATE = 1.0
BETAS = (0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """How the toy is tuned: what people like ("helpful" or "flattered"), how often they compare, and the rest."""

    people: str
    comparisons: int
    beta: float
    steps: int
    seed: int


class Toy:
    """Five answers to one question, tuned by preferences."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.before = np.array([answer.before for answer in ANSWERS])
        self.quality = np.array(
            [answer.helpful if plan.people == "helpful" else answer.flattered for answer in ANSWERS]
        )

    def scenes(self) -> list[Scene]:
        self.wins = compare(self.quality, self.plan.comparisons, np.random.default_rng(self.plan.seed))
        self.fits = fit(self.wins)
        self.reward = self.fits[-1]
        self.path = tune(self.before, self.reward, self.plan.beta, RATE, self.plan.steps)
        self.best = optimum(self.before, self.reward, self.plan.beta)
        told = [self.policy(), self.comparisons(), *(self.fitting(step) for step in (1, 5, 20))]
        told += [self.rewards()]
        told += [self.tuning(step) for step in _moments(self.plan.steps)]
        return [*told, self.limit(), self.leash(), self.ending()]

    def policy(self) -> Scene:
        first = ANSWERS[first_largest(self.before)]
        caption = (
            f"Now the toy: '{QUESTION}' and {len(ANSWERS)} answers. Before tuning the policy π₀ says '{first.name}' "
            f"most often ({number(first.before, 2)}), as text does, and the helpful answer seldom "
            f"({number(ANSWERS[-1].before, 2)}). Nobody will write better answers: people will only compare these."
        )
        return Scene(caption, (answers(), _policy("π₀, before tuning", self.before)), {"kl": 0}, "the toy")

    def comparisons(self) -> Scene:
        a, b = (int(i) for i in np.unravel_index(first_largest(self.wins), self.wins.shape))
        turned = int(np.minimum(self.wins, self.wins.T).sum() // 2)
        caption = (
            f"{self.plan.comparisons} comparisons of two answers by people who like to be "
            f"{'helped' if self.plan.people == 'helpful' else 'flattered'}. '{NAMES[a]}' was preferred to '{NAMES[b]}' "
            f"{int(self.wins[a, b])} of {int(self.wins[a, b] + self.wins[b, a])} times. People err and differ: in "
            f"{count(turned, 'comparison')} the choice went against that of most."
        )
        table = Heatmap(title="Row preferred to column", values=rows(self.wins, 0), rows=NAMES, columns=NAMES)
        return Scene(caption, (table,), {"comparisons": self.wins.sum()}, "comparisons")

    def fitting(self, step: int) -> Scene:
        reward = self.fits[step]
        a, b = first_largest(reward), first_smallest(reward)
        gap = float(reward[a] - reward[b])
        caption = (
            f"The reward after {count(step, 'step')}: a number for each answer such that σ(difference) is how often "
            f"one wins. '{NAMES[a]}' has {number(reward[a], 2)}, '{NAMES[b]}' {number(reward[b], 2)}: preferred with "
            f"σ({number(gap, 2)}) = {number(1 / (1 + np.exp(-gap)), 3)}. Mean log-likelihood of the choices: "
            f"{number(likelihood(reward, self.wins))}, guessing gives {number(np.log(0.5))}."
        )
        xs = range(0, step + 1)
        line = Series(name="log-likelihood", x=row(xs), y=row(likelihood(self.fits[x], self.wins) for x in xs))
        panels = (_bars("Reward", reward), Curve(title="Mean log-likelihood", series=(line,), x_label="step"))
        return Scene(caption, panels, {"likelihood": likelihood(reward, self.wins)}, "the reward" if step == 1 else "")

    def rewards(self) -> Scene:
        off = self.reward - (self.quality - self.quality.mean())
        worst = first_largest(np.abs(off))
        caption = (
            f"The fitted reward beside what these people feel, which no one can read off directly. '{NAMES[worst]}' is "
            f"furthest off: {number(self.reward[worst], 2)} for "
            f"{number(self.quality[worst] - self.quality.mean(), 2)}. From here on only the reward counts, errors "
            "included: what it overrates the model will learn to say. More comparisons, smaller errors."
        )
        panels = (_bars("Fitted reward", self.reward), _bars("What they feel", self.quality - self.quality.mean()))
        return Scene(caption, panels, {"off": float(np.abs(off).max())})

    def tuning(self, step: int) -> Scene:
        pi = self.path[step]
        top = first_largest(pi)
        earned, far = float(pi @ self.reward), kl(pi, self.before)
        caption = (
            f"After {count(step, 'step')} of the policy gradient: mean reward {number(earned, 3)} (before "
            f"{number(float(self.before @ self.reward), 3)}), KL {number(far, 3)} nats, J = {number(earned, 3)} - "
            f"{number(self.plan.beta)}·{number(far, 3)} = {number(earned - self.plan.beta * far, 3)}. '{NAMES[top]}' "
            f"leads with {number(pi[top], 2)}. Answers with more than average advantage grow, others shrink."
        )
        panels = (_policy(f"π after {count(step, 'step')}", pi), self._lines(step))
        return Scene(caption, panels, {"reward": earned, "kl": far}, "tuning" if step == 1 else "")

    def limit(self) -> Scene:
        last, best = (objective(pi, self.before, self.reward, self.plan.beta) for pi in (self.path[-1], self.best))
        apart = float(np.abs(self.path[-1] - self.best).sum() / 2)
        caption = (
            f"Where it must end can be computed: π* ∝ π₀·exp(r/β). J is {number(last, 4)} after {self.plan.steps} "
            f"steps and {number(best, 4)} at π*; the two differ in {apart:.1%} of the probability. "
        )
        caption += "The gradient has arrived." if apart < 0.02 else "It is still on its way; more steps would bring it."
        panels = (_policy("Tuned", self.path[-1]), _policy("The optimum π*", self.best))
        return Scene(caption, panels, {"gap": best - last, "apart": apart}, "the optimum")

    def leash(self) -> Scene:
        found = [optimum(self.before, self.reward, beta) for beta in BETAS]
        gained = [float(pi @ self.reward) for pi in found]
        far = [kl(pi, self.before) for pi in found]
        caption = (
            f"What β does, by the optimum. At β = {BETAS[0]} the reward is {number(gained[0], 2)} and KL "
            f"{number(far[0], 2)}: nearly always '{NAMES[first_largest(found[0])]}', whatever else was good. At "
            f"{number(BETAS[-1])} they are {number(gained[-1], 2)} and {number(far[-1], 2)}: hardly tuned. The penalty "
            "guards against a reward that is wrong somewhere."
        )
        lines = (Series(name="mean reward", x=BETAS, y=row(gained)), Series(name="KL", x=BETAS, y=row(far)))
        return Scene(caption, (Curve(title="Reward and KL by β", series=lines, x_label="β"),), {}, "the leash")

    def ending(self) -> Scene:
        last = self.path[-1]
        earned, start, far = float(last @ self.reward), float(self.before @ self.reward), kl(last, self.before)
        top = first_largest(last)
        caption = (
            f"In sum: {self.plan.comparisons} comparisons became a reward, and {self.plan.steps} steps raised its mean "
            f"from {number(start, 2)} to {number(earned, 2)} at a KL of {number(far, 2)} nats. '{NAMES[top]}' is now "
            f"said with {number(last[top], 2)} instead of {number(self.before[top], 2)}. "
        )
        liked = first_largest(self.quality)
        caption += (
            "That is what these people like best; nobody wrote it, choosing was enough."
            if top == liked
            else f"But these people like '{NAMES[liked]}' best: the fitted reward was wrong, and the model learnt its "
            "error."
        )
        metrics = {"before": start, "reward": earned, "kl": far, "best": top}
        panels = (_policy("Before", self.before), _policy("After", last), self._lines(len(self.path) - 1))
        return Scene(caption, panels, metrics, "the end")

    def _lines(self, step: int) -> Panel:
        xs = range(0, step + 1)
        earned = Series(name="mean reward", x=row(xs), y=row(float(self.path[x] @ self.reward) for x in xs))
        far = Series(name="KL", x=row(xs), y=row(kl(self.path[x], self.before) for x in xs))
        return Curve(title="Reward and KL", series=(earned, far), x_label="step")


def _moments(total: int) -> tuple[int, ...]:
    """Steps worth a frame: close together at first, then further apart, the last one included."""
    early = sorted({step for step in (1, 2, 4, 8, 15, 30, 60, 100, 200, 350) if step < total} | {total})
    return tuple(early[index] for index in thin(len(early), 8))


def answers() -> Panel:
    """What the toy may say."""
    return Text(title="The answers", text="  ".join(f"{answer.name}: “{answer.text}”" for answer in ANSWERS))


def _policy(title: str, pi: Array) -> Panel:
    return Bars(title=title, labels=NAMES, values=row(pi), value_range=(0, 1))


def _bars(title: str, values: Array) -> Panel:
    return Bars(title=title, labels=NAMES, values=row(values, 2))
