"""The story of the `chatgpt` demo's toy, scene by scene: comparisons, a reward, a policy tuned to it, and its limit."""

from __future__ import annotations

import numpy as np

from demos.language.chatgpt import (
    ANSWERS,
    QUESTION,
    Array,
    ChatgptParams,
    kl,
    likelihood,
    objective,
    optimum,
    run,
)
from demos.lib.pacing import thin
from demos.lib.ranking import first_largest, first_smallest
from demos.lib.scenes import Scene, row, rows
from demos.lib.wording import count, number
from demos.runtime.contract import Bars, Curve, Heatmap, Panel, Series, Text
from demos.runtime.messages import listed, say
from demos.telling._pieces import PieceByPiece

NAMES = tuple(answer.name for answer in ANSWERS)
BETAS = (0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)


class Toy:
    """Five answers to one question, tuned by preferences."""

    def __init__(self, plan: ChatgptParams) -> None:
        self.plan = plan
        self.before = np.array([answer.before for answer in ANSWERS])
        self.quality = np.array(
            [answer.helpful if plan.people == "helpful" else answer.flattered for answer in ANSWERS]
        )

    def scenes(self) -> list[Scene]:
        done = run(self.plan)
        self.wins, self.fits, self.reward, self.path, self.best = (
            done.wins, done.fits, done.fits[-1], done.path, done.best,
        )  # fmt: skip
        told = [self.policy(), self.comparisons(), *(self.fitting(step) for step in (1, 5, 20))]
        told += [self.rewards()]
        told += [self.tuning(step) for step in _moments(self.plan.steps)]
        written = PieceByPiece(self.plan)
        return [*told, self.limit(), self.leash(), *written.scenes(), self.ending()]

    def policy(self) -> Scene:
        first = ANSWERS[first_largest(self.before)]
        caption = say(
            "Now the toy: '{question}' and {answers} answers. Before tuning the policy π₀ says '{name}' most "
            "often ({before}), as text does, and the helpful answer seldom ({before2}). Nobody will write better "
            "answers: people will only compare these.",
            question=QUESTION,
            answers=len(ANSWERS),
            name=first.name,
            before=number(first.before, 2),
            before2=number(ANSWERS[-1].before, 2),
        )
        return Scene(caption, (answers(), _policy(say("π₀, before tuning"), self.before)), {"kl": 0}, say("the toy"))

    def comparisons(self) -> Scene:
        a, b = (int(i) for i in np.unravel_index(first_largest(self.wins), self.wins.shape))
        turned = int(np.minimum(self.wins, self.wins.T).sum() // 2)
        caption = say(
            "{comparisons} comparisons of two answers by people who like to be {helped}. '{names}' was preferred "
            "to '{names2}' {wins} of {wins2} times. People err and differ: in {comparisons2} the choice went "
            "against that of most.",
            comparisons=self.plan.comparisons,
            helped=say("helped") if self.plan.people == "helpful" else say("flattered"),
            names=NAMES[a],
            names2=NAMES[b],
            wins=int(self.wins[a, b]),
            wins2=int(self.wins[a, b] + self.wins[b, a]),
            comparisons2=count(turned, "comparison"),
        )
        table = Heatmap(title=say("Row preferred to column"), values=rows(self.wins, 0), rows=NAMES, columns=NAMES)
        return Scene(caption, (table,), {"comparisons": self.wins.sum()}, say("comparisons"))

    def fitting(self, step: int) -> Scene:
        reward = self.fits[step]
        a, b = first_largest(reward), first_smallest(reward)
        gap = float(reward[a] - reward[b])
        caption = say(
            "The reward after {steps}: a number for each answer such that σ(difference) is how often one wins. "
            "'{names}' has {reward}, '{names2}' {reward2}: preferred with σ({gap}) = {exp}. Mean log-likelihood "
            "of the choices: {likelihood}, guessing gives {log}.",
            steps=count(step, "step"),
            names=NAMES[a],
            reward=number(reward[a], 2),
            names2=NAMES[b],
            reward2=number(reward[b], 2),
            gap=number(gap, 2),
            exp=number(1 / (1 + np.exp(-gap)), 3),
            likelihood=number(likelihood(reward, self.wins)),
            log=number(np.log(0.5)),
        )
        xs = range(0, step + 1)
        line = Series(name=say("log-likelihood"), x=row(xs), y=row(likelihood(self.fits[x], self.wins) for x in xs))
        panels = (
            _bars(say("Reward"), reward),
            Curve(title=say("Mean log-likelihood"), series=(line,), x_label=say("step")),
        )
        return Scene(
            caption, panels, {"likelihood": likelihood(reward, self.wins)}, say("the reward") if step == 1 else ""
        )

    def rewards(self) -> Scene:
        off = self.reward - (self.quality - self.quality.mean())
        worst = first_largest(np.abs(off))
        caption = say(
            "The fitted reward beside what these people feel, which no one can read off directly. '{names}' is "
            "furthest off: {reward} for {quality}. From here on only the reward counts, errors included: what it "
            "overrates the model will learn to say. More comparisons, smaller errors.",
            names=NAMES[worst],
            reward=number(self.reward[worst], 2),
            quality=number(self.quality[worst] - self.quality.mean(), 2),
        )
        panels = (
            _bars(say("Fitted reward"), self.reward),
            _bars(say("What they feel"), self.quality - self.quality.mean()),
        )
        return Scene(caption, panels, {"off": float(np.abs(off).max())})

    def tuning(self, step: int) -> Scene:
        pi = self.path[step]
        top = first_largest(pi)
        earned, far = float(pi @ self.reward), kl(pi, self.before)
        caption = say(
            "After {steps} of the policy gradient: mean reward {earned} (before {before}), KL {far} nats, J = "
            "{earned} - {beta}·{far} = {earned2}. '{names}' leads with {pi}. Answers with more than average "
            "advantage grow, others shrink.",
            steps=count(step, "step"),
            earned=number(earned, 3),
            before=number(float(self.before @ self.reward), 3),
            far=number(far, 3),
            beta=number(self.plan.beta),
            earned2=number(earned - self.plan.beta * far, 3),
            names=NAMES[top],
            pi=number(pi[top], 2),
        )
        panels = (_policy(say("π after {steps}", steps=count(step, "step")), pi), self._lines(step))
        return Scene(caption, panels, {"reward": earned, "kl": far}, say("tuning") if step == 1 else "")

    def limit(self) -> Scene:
        last, best = (objective(pi, self.before, self.reward, self.plan.beta) for pi in (self.path[-1], self.best))
        apart = float(np.abs(self.path[-1] - self.best).sum() / 2)
        caption = say(
            "Where it must end can be computed: π* ∝ π₀·exp(r/β). J is {last} after {steps} steps and {best} at "
            "π*; the two differ in {apart:.1%} of the probability. ",
            last=number(last, 4),
            steps=self.plan.steps,
            best=number(best, 4),
            apart=apart,
        )
        caption += (
            say("The gradient has arrived.")
            if apart < 0.02
            else say("It is still on its way; more steps would bring it.")
        )
        panels = (_policy(say("Tuned"), self.path[-1]), _policy(say("The optimum π*"), self.best))
        return Scene(caption, panels, {"gap": best - last, "apart": apart}, say("the optimum"))

    def leash(self) -> Scene:
        found = [optimum(self.before, self.reward, beta) for beta in BETAS]
        gained = [float(pi @ self.reward) for pi in found]
        far = [kl(pi, self.before) for pi in found]
        caption = say(
            "What β does, by the optimum. At β = {betas} the reward is {gained} and KL {far}: nearly always "
            "'{names}', whatever else was good. At {betas2} they are {gained2} and {far2}: hardly tuned. The "
            "penalty guards against a reward that is wrong somewhere.",
            betas=BETAS[0],
            gained=number(gained[0], 2),
            far=number(far[0], 2),
            names=NAMES[first_largest(found[0])],
            betas2=number(BETAS[-1]),
            gained2=number(gained[-1], 2),
            far2=number(far[-1], 2),
        )
        lines = (Series(name=say("mean reward"), x=BETAS, y=row(gained)), Series(name=say("KL"), x=BETAS, y=row(far)))
        return Scene(
            caption, (Curve(title=say("Reward and KL by β"), series=lines, x_label="β"),), {}, say("the leash")
        )

    def ending(self) -> Scene:
        last = self.path[-1]
        earned, start, far = float(last @ self.reward), float(self.before @ self.reward), kl(last, self.before)
        top = first_largest(last)
        caption = say(
            "In sum: {comparisons} comparisons became a reward, and {steps} steps raised its mean from {start} to "
            "{earned} at a KL of {far} nats. '{names}' is now said with {last} instead of {before}. ",
            comparisons=self.plan.comparisons,
            steps=self.plan.steps,
            start=number(start, 2),
            earned=number(earned, 2),
            far=number(far, 2),
            names=NAMES[top],
            last=number(last[top], 2),
            before=number(self.before[top], 2),
        )
        liked = first_largest(self.quality)
        caption += (
            say("That is what these people like best; nobody wrote it, choosing was enough.")
            if top == liked
            else say(
                "But these people like '{names}' best: the fitted reward was wrong, and the model learnt its error.",
                names=NAMES[liked],
            )
        )
        metrics = {"before": start, "reward": earned, "kl": far, "best": top}
        panels = (_policy(say("Before"), self.before), _policy(say("After"), last), self._lines(len(self.path) - 1))
        return Scene(caption, panels, metrics, say("the end"))

    def _lines(self, step: int) -> Panel:
        xs = range(0, step + 1)
        earned = Series(name=say("mean reward"), x=row(xs), y=row(float(self.path[x] @ self.reward) for x in xs))
        far = Series(name=say("KL"), x=row(xs), y=row(kl(self.path[x], self.before) for x in xs))
        return Curve(title=say("Reward and KL"), series=(earned, far), x_label=say("step"))


def _moments(total: int) -> tuple[int, ...]:
    """Steps worth a frame: close together at first, then further apart, the last one included."""
    early = sorted({step for step in (1, 2, 4, 8, 15, 30, 60, 100, 200, 350) if step < total} | {total})
    return tuple(early[index] for index in thin(len(early), 8))


def answers() -> Panel:
    """What the toy may say."""
    return Text(
        title=say("The answers"),
        text=listed("  ", (say("{name}: “{text}”", name=answer.name, text=answer.text) for answer in ANSWERS)),
    )


def _policy(title: str, pi: Array) -> Panel:
    return Bars(title=title, labels=NAMES, values=row(pi), value_range=(0, 1))


def _bars(title: str, values: Array) -> Panel:
    return Bars(title=title, labels=NAMES, values=row(values, 2))
