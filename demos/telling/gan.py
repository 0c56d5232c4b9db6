"""Tells the demo gan: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.pacing import thin
from demos.lib.prelude import open_with
from demos.lib.scenes import Scene, points, row, rows
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Claim,
    Convergence,
    Curve,
    Demo,
    Frame,
    Measure,
    Panel,
    Prediction,
    Preset,
    Region,
    Request,
    Scatter,
    Series,
    Words,
)
from demos.runtime.messages import say
from demos.zoo.gan import EDGE, NOISE, GanParams, State, covered, draw_real, hit, run

KEPT = 40


def steps(params: GanParams) -> Iterator[Frame]:
    """The real points, the game at chosen steps, and which modes are covered."""
    story = Story(params)
    yield from open_with(story.opening(), story.scenes)


class Story:
    """Tells one game."""

    def __init__(self, params: GanParams) -> None:
        self.params = params
        self.real = draw_real(params.modes, 150, np.random.default_rng(params.seed))

    def scenes(self) -> list[Scene]:
        early = {2**k for k in range(3, 9) if 2**k <= self.params.steps}
        self.states = list(run(self.params, thin(self.params.steps + 1, KEPT, early)))
        self.found = [covered(state.forged, self.params.modes) for state in self.states]
        most = max(map(len, self.found))
        first = next((i for i, each in enumerate(self.found) if each), -1)
        best = next(i for i, each in enumerate(self.found) if len(each) == most)
        names = {best: say("{modes} covered", modes=count(most, "mode")), first: say("the first mode is found")}
        return [*(self.step(i, names.get(i, "") if most else "") for i in range(len(self.states))), self.ending()]

    def opening(self) -> Scene:
        p = self.params
        caption = say(
            "Real points in {clouds} on a ring. The generator turns {noise} random numbers into a point and never "
            "sees these; the discriminator tells real from forged, and its verdict is all the "
            "generator learns from. ",
            clouds=count(p.modes, "cloud"),
            noise=NOISE,
        )
        caption += say("Here it takes ten steps for each of the judge's.") if p.collapse else say("Watch who is ahead.")
        panel = Scatter(
            title=say("Real points"),
            groups=(points(say("real"), self.real),),
            x_range=(-EDGE, EDGE),
            y_range=(-EDGE, EDGE),
        )
        return Scene(caption, (panel,), {"modes": p.modes})

    def step(self, index: int, moment: str) -> Scene:
        state, found = self.states[index], self.found[index]
        caption = say(
            "Step {step}: the discriminator gives real points {real_score}, forged ones {forged_score}. {found} "
            "of {modes} are covered, and {hit} % of the forged points lie in one. ",
            step=state.step,
            real_score=number(state.real_score, 2),
            forged_score=number(state.forged_score, 2),
            found=len(found),
            modes=count(self.params.modes, "mode"),
            hit=number(100 * hit(state.forged, self.params.modes), 0),
        )
        gap = state.real_score - state.forged_score
        if gap > 0.4:
            caption += say("The judge is ahead: the forger is told clearly where to go.")
        elif gap < 0.1:
            caption += say("The judge can hardly tell: both near one half is the balance.")
        else:
            caption += say("The background shows where the judge believes.")
        return Scene(caption, (self._plane(state), self._scores(index)), self._metrics(index), moment)

    def ending(self) -> Scene:
        last, found = self.states[-1], self.found[-1]
        share, late = hit(last.forged, self.params.modes), self._late()
        caption = say(
            "After {steps} {found} of {modes} are covered; {share} % of the forged points lie in one. ",
            steps=count(self.params.steps, "step"),
            found=len(found),
            modes=count(self.params.modes, "mode"),
            share=number(100 * share, 0),
        )
        if len(found) == self.params.modes:
            caption += say("All clouds are found, though the generator was never shown one.")
        elif late["most_at_once"] <= 2 < self.params.modes and late["best_hit"] >= 0.8:
            caption += say(
                "Mode collapse: in the second half never more than {clouds} was covered at once, at best with "
                "{best_hit} % of the points in one; but {visited} in turn, for all points move on together.",
                clouds=count(int(late["most_at_once"]), "cloud"),
                best_hit=number(100 * late["best_hit"], 0),
                visited=int(late["visited"]),
            )
        elif late["best_hit"] < 0.5:
            caption += say(
                "Most forged points lie between the clouds: this forger is not good yet, so no collapse either."
            )
        else:
            caption += say("Some were missed or lost again: nothing in the game asks for all of them.")
        panels = (self._plane(last), self._scores(len(self.states) - 1), self._coverage())
        return Scene(caption, panels, self._metrics(len(self.states) - 1) | late, say("the end"))

    def _late(self) -> dict[str, float]:
        """Over the second half: most modes covered at once, how many in turn, the best share of points in a cloud."""
        half = [i for i, state in enumerate(self.states) if 2 * state.step >= self.params.steps]
        return {
            "most_at_once": max(len(self.found[i]) for i in half),
            "visited": len({mode for i in half for mode in self.found[i]}),
            "best_hit": max(hit(self.states[i].forged, self.params.modes) for i in half),
        }

    def _metrics(self, index: int) -> dict[str, float]:
        state = self.states[index]
        return {"step": state.step, "covered": len(self.found[index]), "modes": self.params.modes,
                "hit": hit(state.forged, self.params.modes)}  # fmt: skip

    def _plane(self, state: State) -> Panel:
        groups = (points(say("real"), self.real[:80]), points(say("forged"), np.clip(state.forged, -EDGE, EDGE)[:150]))
        region = Region(values=rows(2 * state.surface - 1, 2), x_range=(-EDGE, EDGE), y_range=(-EDGE, EDGE))
        return Scatter(
            title=say("Points, and D behind them"),
            groups=groups,
            region=region,
            x_range=(-EDGE, EDGE),
            y_range=(-EDGE, EDGE),
        )

    def _scores(self, index: int) -> Panel:
        past = self.states[: index + 1]
        x = row(state.step for state in past)
        series = (
            Series(name=say("D of real"), x=x, y=row(state.real_score for state in past)),
            Series(name=say("D of forged"), x=x, y=row(state.forged_score for state in past)),
        )
        return Curve(title=say("What the judge believes"), series=series, x_label=say("step"), y_range=(0, 1))

    def _coverage(self) -> Panel:
        line = Series(name=say("modes"), x=row(state.step for state in self.states), y=row(map(len, self.found)))
        return Curve(title=say("Modes covered"), series=(line,), x_label=say("step"), y_range=(0, self.params.modes))


def _check(frames: Sequence[Frame]) -> str:
    last = frames[-1].metrics
    if last["covered"] == last["modes"]:
        return "all of them"
    return "half or more" if 2 * last["covered"] >= last["modes"] else "less than half"


LEXICON = {
    "modes": Words(("clouds", "gaussians", "mode", "modos", "nubes", "gaussianas", "clusters")),
    "steps": Words(("iterations", "training steps", "rounds", "pasos", "iteraciones")),
    "collapse": Words(("mode collapse", "collapsed", "collapses", "colapso", "colapso de modos", "modes collapse")),
    "learning_rate": Words((
        "lr", "rate", "step size", "learn rate", "tasa de aprendizaje", "velocidad de aprendizaje", "tasa",
    )),
}  # fmt: skip


DEMO = Demo(
    name="gan",
    title="Generative adversarial network",
    slide=37,
    group="Zoo",
    summary="A generator and a discriminator on a ring of Gaussians; mode collapse on request.",
    params=GanParams,
    steps=steps,
    look_for=(
        "The generator never sees a real point, only the judge's verdict.",
        "Both verdicts near one half: the forgeries pass.",
        "When the forger outruns the judge, all its points crowd in one cloud, then in the next.",
    ),
    examples=(
        Request("Show me a GAN"),
        Request("Run a GAN with mode collapse", {"collapse": True}),
        Request("train a GAN on 8 clouds for 1500 steps", {"modes": 8, "steps": 1500}),
        Request("generative adversarial network with four modes", {"modes": 4}),
        Request("GAN with learning rate 0.001", {"learning_rate": 0.001}),
        Request("simula una red generativa adversaria con 3 modes", {"modes": 3}),
        Request("generator against discriminator on a ring of 5 gaussians, seed 3", {"modes": 5, "seed": 3}),
        Request("watch the forger and the judge play"),
        Request("Let a forger learn to deceive a judge for 900 steps", {"steps": 900}),
        Request("Let two networks compete: one invents points, the other tells real from fake"),
        Request(
            "Show a generator that always makes the same thing, with mode collapse on 8 clouds",
            {"collapse": True, "modes": 8},
        ),
        Request("Un falsificador y un juez compiten en 5 nubes con 400 pasos", {"modes": 5, "steps": 400}),
    ),
    presets={
        "ring": Preset("A ring", {}, "Watch forged points find one cloud after another.",
                       (Claim("covered", ">=", 5), Claim("hit", ">=", 0.5))),
        "collapse": Preset(
            "Mode collapse", {"collapse": True, "steps": 300},
            "The forger outruns the judge: good points, all in one cloud at a time.",
            (Claim("most_at_once", "<=", 2), Claim("best_hit", ">=", 0.8), Claim("visited", ">", "most_at_once")),
        ),
        "one": Preset("One cloud", {"modes": 1, "steps": 300}, "With one mode there is nothing to forget.",
                      (Claim("covered", "==", "modes"),)),
    },
    prediction=Prediction(
        "How many of the clouds will the generator cover at the end?",
        ("all of them", "half or more", "less than half"),
        _check,
    ),
    aliases=(
        "gan", "gans", "generative adversarial networks", "generator and discriminator", "red generativa adversaria",
        "generative adversarial net", "generative adversarial nets", "adversarial network", "adversarial networks",
        "adversarial training", "generator vs discriminator", "generator versus discriminator",
        "generator against discriminator", "forger and judge", "forger and detective", "counterfeiter",
        "red generativa adversarial", "redes generativas adversarias", "red adversaria", "red generativa antagónica",
        "redes generativas antagónicas", "generador y discriminador", "mode collapse",
    ),
    measures=(
        Measure("covered", "score", "modes covered now"),
        Measure("hit", "score", "share of forged points in a cloud"),
        Measure("most_at_once", "score", "most modes covered at once, second half"),
        Measure("best_hit", "score", "best share in a cloud, second half"),
        Measure("step", "clock"),
        Measure("modes", "size"),
    ),
    converged=Convergence("all clouds are covered from then on", claim=Claim("covered", "==", "modes")),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
