"""Tells the demo expert_system: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from demos.history.expert_system import (
    ExpertSystemParams,
    Look,
    Rule,
    Run,
    run,
    why,
)
from demos.lib.pacing import thin
from demos.lib.scenes import Scene, play
from demos.lib.wording import count
from demos.runtime.contract import (
    Claim,
    Demo,
    Edge,
    Frame,
    Measure,
    Network,
    Node,
    Panel,
    Prediction,
    Preset,
    Request,
    Table,
    Words,
)
from demos.runtime.messages import clipped, listed, say

MOST_FRAMES = 90


LOANS = (
    "steady job -> income; owns house -> security; income and security -> low risk; no job -> high risk; "
    "debts and no security -> high risk; low risk -> grant loan; high risk -> refuse loan"
)


WET = "rain -> wet street; street cleaning -> wet street; wet street and frost -> ice; ice -> drive slowly"


def steps(params: ExpertSystemParams) -> Iterator[Frame]:
    """Every look at a rule forwards, every goal backwards, and the reasons."""
    done = run(params)
    story = Story(done)
    ahead = done.ahead if params.chaining != "backward" else []
    back = done.back if params.chaining != "forward" else []
    scenes = [story.look(look, True, i, len(ahead)) for i, look in enumerate(ahead)]
    scenes += [story.look(look, False, i, len(back)) for i, look in enumerate(back)]
    keep = [i for i, scene in enumerate(scenes) if scene.moment]
    kept = [scenes[i] for i in thin(len(scenes), MOST_FRAMES, keep)]
    yield from play(
        [story.opening(), story.knowledge(), *kept, story.reasons(), story.ending(done.proved, len(ahead), len(back))]
    )


def _written(rule: Rule) -> str:
    return say("{listing} -> {conclusion}", listing=listed(say(" and "), rule.conditions), conclusion=rule.conclusion)


class Story:
    def __init__(self, done: Run) -> None:
        self.facts, self.rules, self.goal = done.facts, done.rules, done.goal
        self.reached = done.ahead[-1].known

    def opening(self) -> Scene:
        caption = say(
            "{facts} and {rules}, all written by people; nothing is learnt from data. Is '{goal}' true? The left "
            "table is all that the system knows of the world.",
            facts=count(len(self.facts), "fact"),
            rules=count(len(self.rules), "rule"),
            goal=self.goal,
        )
        return Scene(caption, self._panels(self.facts, None), {"facts": len(self.facts), "rules": len(self.rules)})

    def knowledge(self) -> Scene:
        ends = sorted({rule.conclusion for rule in self.rules} - {c for rule in self.rules for c in rule.conditions})
        caption = say(
            "The rules form a net: facts on the left, {ends} last conclusions on the right ({listing}). Forward "
            "chaining walks it from left to right, backward chaining from the goal to the left.",
            ends=len(ends),
            listing=listed(", ", ends[:4]),
        )
        return Scene(caption, (self._net(self.facts),), {"conclusions": len({rule.conclusion for rule in self.rules})})

    def look(self, look: Look, ahead: bool, index: int, many: int) -> Scene:
        way = say("Forward") if ahead else say("Backward")
        name = say("rule {rule}", rule=look.rule + 1) if look.rule is not None else say("the facts")
        caption = say(
            "{way} {index} of {many}, {name}: {text}",
            way=way,
            index=index + 1,
            many=many,
            name=name,
            text=self._said(look),
        )
        moment = ""
        if index == 0:
            moment = say("forward chaining") if ahead else say("backward chaining")
        if look.fired and look.rule is not None and self.rules[look.rule].conclusion == self.goal:
            reached = say("'{goal}' is reached forwards", goal=self.goal)
            moment = reached if ahead else say("'{goal}' is reached backwards", goal=self.goal)
        return Scene(
            clipped(caption, 330),
            self._panels(look.known, look.rule),
            {"looks": index + 1, "known": len(look.known)},
            clipped(moment, 60),
        )

    def _said(self, look: Look) -> str:
        """What one look found."""
        if not look.found:
            if look.missing:
                return say("'{missing}' is not known, so it cannot fire yet.", missing=look.missing)
            if not look.fired or look.rule is None:
                return say("what it says is known already.")
            rule = self.rules[look.rule]
            return say(
                "all of {listing} hold, so '{conclusion}' is new. It may let other rules fire.",
                listing=listed(", ", rule.conditions),
                conclusion=rule.conclusion,
            )
        chain, wanted = " <- ".join(look.goals), look.goals[-1]
        if look.found == "known":
            return say("{chain}: '{wanted}' is known.", chain=chain, wanted=wanted)
        if look.found == "open" and look.rule is not None:
            return say(
                "{chain}: '{wanted}' would follow from {listing}; prove these first.",
                chain=chain,
                wanted=wanted,
                listing=listed(say(" and "), self.rules[look.rule].conditions),
            )
        if look.found == "proved":
            return say("{chain}: all conditions hold, so '{wanted}' is proved.", chain=chain, wanted=wanted)
        return say(
            "{chain}: no rule proves '{wanted}', and it is no fact. This way is closed.", chain=chain, wanted=wanted
        )

    def reasons(self) -> Scene:
        chain = why(self.goal, self.facts, self.rules)
        body = tuple((made, _written(rule)) for made, rule in chain) or (
            (self.goal, say("no chain of rules leads here")),
        )
        caption = say("Why '{goal}'? ", goal=self.goal)
        if chain:
            caption += say(
                "Because of {rules}, read from top to bottom. A learned network has no such answer.",
                rules=count(len(chain), "rule"),
            )
        else:
            kind = say("is a fact") if self.goal in self.facts else say("cannot be made")
            caption += say("It {kind}: 0 rules lead to it from these facts.", kind=kind)
        return Scene(
            caption,
            (Table(title=say("Why?"), columns=(say("conclusion"), say("rule")), rows=body), self._net(self.reached)),
            {},
            say("why?"),
        )

    def ending(self, proved: bool, ahead: int, back: int) -> Scene:
        new = [fact for fact in self.reached if fact not in self.facts]
        caption = say(
            "'{goal}' is {proved}. From {facts} follow ",
            goal=self.goal,
            proved=say("proved") if proved else say("not proved"),
            facts=count(len(self.facts), "fact"),
        )
        caption += say("{new} more: {listing}. ", new=len(new), listing=listed(", ", new[:5]) or say("none"))
        if ahead and back:
            caption += say(
                "Forward took {ahead} looks and found everything, backward {back} and looked only "
                "at what matters here.",
                ahead=ahead,
                back=back,
            )
        else:
            caption += say("Only what people put into rules can come out: a wrong rule gives wrong conclusions.")
        metrics = {"proved": proved, "new": len(new), "forward": ahead, "backward": back}
        return Scene(
            clipped(caption, 330), (self._net(self.reached), self._known(self.reached)), metrics, say("the verdict")
        )

    def _panels(self, known: Sequence[str], rule: int | None) -> tuple[Panel, ...]:
        body = tuple((str(i + 1), ", ".join(each.conditions), each.conclusion) for i, each in enumerate(self.rules))
        marked = () if rule is None else (rule,)
        return Table(
            title=say("Rules"), columns=("#", say("if"), say("then")), rows=body, highlight=marked
        ), self._known(known)

    def _known(self, known: Sequence[str]) -> Table:
        body = tuple((fact, say("given") if fact in self.facts else say("concluded")) for fact in known)
        new = tuple(i for i, fact in enumerate(known) if fact not in self.facts)
        return Table(title=say("What is known"), columns=(say("fact"), say("from")), rows=body, highlight=new[-1:])

    def _net(self, known: Sequence[str]) -> Network:
        """Facts and conclusions in columns by how many rules they are away from a fact."""
        level = {c: 0 for rule in self.rules for c in rule.conditions}
        for _ in self.rules:
            for rule in self.rules:
                deeper = min(6, 1 + max(level[c] for c in rule.conditions))
                level[rule.conclusion] = max(level.get(rule.conclusion, 0), deeper)
        deepest = max(level.values()) or 1
        nodes = []
        for depth in range(deepest + 1):
            column = [name for name, at in level.items() if at == depth]
            for i, name in enumerate(column):
                x, y = 0.12 + 0.76 * depth / deepest, 1 - (i + 0.5) / len(column)
                nodes.append(Node(id=name, label=name, x=x, y=y, value=1.0 if name in known else 0.0))
        edges = {(c, rule.conclusion): rule for rule in self.rules for c in rule.conditions}
        return Network(
            title=say("The net of rules"),
            nodes=tuple(nodes),
            edges=tuple(
                Edge(source=a, target=b, weight=0.5, active=set(r.conditions) <= set(known))
                for (a, b), r in edges.items()
            ),
        )


def _check(frames: Sequence[Frame]) -> str:
    return "yes" if frames[-1].metrics["proved"] else "no"


LEXICON = {
    "facts": Words(("known", "given", "hechos", "datos", "what is known", "observations", "animal has")),
    "rules": Words(("knowledge base", "rule base", "reglas", "base de reglas", "base de conocimiento")),
    "goal": Words(("prove", "question", "target", "conclusion", "meta", "objetivo", "demuestra")),
    "chaining": Words(
        ("direction", "reasoning", "strategy", "inference", "encadenamiento", "dirección"),
        {
            "forward": ("forwards", "from the facts", "data-driven", "hacia adelante", "adelante"),
            "backward": ("backwards", "from the goal", "goal-driven", "hacia atrás", "atrás"),
            "both": ("both ways", "both directions", "ambos", "los dos"),
        },
    ),
}  # fmt: skip


DEMO = Demo(
    name="expert_system",
    title="Expert system",
    slide=6,
    group="Artificial Intelligence (AI) and Machine Learning",
    summary="Facts and rules written by people: forward and backward chaining, and the reasons for every conclusion.",
    params=ExpertSystemParams,
    steps=steps,
    look_for=(
        "A rule fires only when all its conditions are known.",
        "Forward chaining finds everything, backward chaining only what the goal needs.",
        "Every conclusion can be explained by the rules that made it.",
    ),
    examples=(
        Request("Show me an expert system"),
        Request('Run the expert system with the facts "feathers, swims"', {"facts": "feathers, swims"}),
        Request("forward chaining with the animal rules", {"chaining": "forward"}),
        Request("prove it by backward chaining", {"chaining": "backward"}),
        Request('expert system: what follows from "hair, hooves, stripes"?', {"facts": "hair, hooves, stripes"}),
        Request("rule-based reasoning of the 1980s, step by step"),
        Request('sistema experto con "hair, spots, eats meat"', {"facts": "hair, spots, eats meat"}),
        Request("Show knowledge representation with if-then rules"),
        Request(
            "Work out which animal has \"hair, eats meat, spots\" from rules that people wrote",
            {"facts": "hair, eats meat, spots"},
        ),
        Request("Let rules fire one after the other, from the facts to a conclusion", {"chaining": "forward"}),
        Request("Start at the goal and reason backwards to the facts that would prove it", {"chaining": "backward"}),
        Request(
            "Deduce the animal from \"feathers, flies far\" and give the reasons", {"facts": "feathers, flies far"}
        ),
        Request("Muestra reglas si-entonces que razonan hacia adelante", {"chaining": "forward"}),
    ),
    presets={
        "tiger": Preset(
            "Is it a tiger?", {},
            "Three facts, two steps of reasoning, and a reason for each.",
            (Claim("proved", "==", 1), Claim("new", "==", 3)),
        ),
        "missing": Preset(
            "One fact less", {"facts": "hair, stripes"},
            "Remove one fact: the chain breaks, and nothing is guessed.",
            (Claim("proved", "==", 0),),
        ),
        "loan": Preset(
            "Grant a loan?",
            {"rules": LOANS, "facts": "steady job, owns house", "goal": "grant loan"},
            "The credit table's question, answered by rules that people wrote.", (Claim("proved", "==", 1),),
        ),
        "ice": Preset(
            "Drive slowly?", {"rules": WET, "facts": "street cleaning, frost", "goal": "drive slowly"},
            "Two rules lead to a wet street: backward chaining tries one, fails, and takes the other.",
            (Claim("proved", "==", 1), Claim("backward", ">", "forward")),
        ),
    },
    prediction=Prediction("Will the goal be proved?", ("yes", "no"), _check),
    aliases=(
        "expert systems", "forward chaining", "backward chaining", "rule-based system", "sistema experto", "expert sys",
        "rule-based expert system", "production rules", "inference engine", "if-then rules", "mycin",
        "sistemas expertos", "sistema basado en reglas", "motor de inferencia", "encadenamiento hacia adelante",
        "encadenamiento hacia atrás",
    ),
    measures=(
        Measure("known", "quantity", "facts known so far", "run"),
        Measure("looks", "quantity", "rules looked at so far", "run"),
        Measure("proved", "score", "1 when the goal is proved"),
        Measure("forward", "quantity", "looks that forward chaining took"),
        Measure("backward", "quantity", "looks that backward chaining took"),
        Measure("rules", "size"),
    ),
    words=LEXICON,
)  # fmt: skip
