"""An expert system: facts, rules that people wrote, and conclusions that can be explained.

A rule says "if all of these hold, then that holds too":  hair and eats meat -> carnivore. From rules and facts,

    A and (A -> B)  =>  B                      modus ponens, the one step of reasoning used here

Forward chaining starts from the facts and fires every rule whose conditions hold, round after round, until a round
brings nothing new. Backward chaining starts from a goal: to prove it, find a rule that concludes it and prove each of
its conditions in turn. Both prove the same things; they differ in what they look at on the way. As each conclusion
keeps the rule that made it, the system can answer "why?" with the chain of reasons.

Sources: E. Shortliffe, "Computer-Based Medical Consultations: MYCIN" (1976); the animals follow P. Winston's teaching
example, in our own words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import model_validator

from demos.runtime.contract import Params, param
from demos.runtime.messages import say

MOST_RULES = 16
ANIMALS = (
    "hair -> mammal; feathers -> bird; mammal and eats meat -> carnivore; mammal and hooves -> ungulate; "
    "carnivore and stripes -> tiger; carnivore and spots -> cheetah; ungulate and stripes -> zebra; "
    "bird and swims -> penguin; bird and flies far -> albatross"
)


class ExpertSystemParams(Params):
    facts: str = param("hair, eats meat, stripes", "What is known at the start, with commas.", longest=200)
    rules: str = param(ANIMALS, f"Up to {MOST_RULES} rules 'a and b -> c', with semicolons.", longest=900)
    goal: str = param("tiger", "What to prove.", longest=40)
    chaining: Literal["both", "forward", "backward"] = param(
        "both", "Reason from the facts, from the goal, or one after the other."
    )

    @model_validator(mode="after")
    def _readable(self) -> ExpertSystemParams:
        if not 1 <= len(read_rules(self.rules)) <= MOST_RULES:
            raise ValueError(
                say(
                    "The rules need 1 to {most_rules} rules such as 'hair and eats meat -> carnivore', with semicolons",
                    most_rules=MOST_RULES,
                )
            )
        return self


@dataclass(frozen=True, slots=True)
class Rule:
    """If all `conditions` hold, `conclusion` holds."""

    conditions: tuple[str, ...]
    conclusion: str


@dataclass(frozen=True, slots=True)
class Look:
    """One look: what was known after it, the rule looked at (None for a goal's own look), and whether it fired.

    Forward, `missing` is the first condition that is not known. Backward, `goals` are those that are being proved, the
    outermost first, and `found` is what the look found of the innermost: it is a fact, a rule would prove it, a rule
    has proved it, or its way is closed.
    """

    known: tuple[str, ...]
    rule: int | None
    fired: bool
    missing: str = ""
    goals: tuple[str, ...] = ()
    found: Literal["", "known", "open", "proved", "closed"] = ""


def read_rules(text: str) -> list[Rule]:
    """The rules of "a and b -> c; if d then e"; what is no rule is left out."""
    found = []
    for part in re.split(r"[;\n]+", text.lower()):
        sides = re.split(r"->|→|=>|\bthen\b", re.sub(r"^\s*if\b", "", part))
        conditions = tuple(c for c in (word.strip() for word in re.split(r"\band\b|&|,", sides[0])) if c)
        if len(sides) == 2 and conditions and sides[1].strip():
            found.append(Rule(conditions, sides[1].strip()))
    return found


def read_facts(text: str) -> tuple[str, ...]:
    """The facts, in lower case, each once."""
    return tuple(dict.fromkeys(fact.strip() for fact in re.split(r"[,;]|\band\b", text.lower()) if fact.strip()))


def forward(facts: Sequence[str], rules: Sequence[Rule]) -> list[Look]:
    """Every look at a rule, round after round, until a round brings nothing new."""
    known, looks, fresh = list(facts), list[Look](), True
    while fresh:
        fresh = False
        for index, rule in enumerate(rules):
            missing = [condition for condition in rule.conditions if condition not in known]
            fires = not missing and rule.conclusion not in known
            if fires:
                known.append(rule.conclusion)
            looks.append(Look(tuple(known), index, fires, "".join(missing[:1])))
            fresh = fresh or fires
    return looks


def backward(goal: str, facts: Sequence[str], rules: Sequence[Rule]) -> tuple[bool, list[Look]]:
    """Whether the goal can be proved, and every look on the way. A goal that is being proved is not tried again."""
    proved, looks = list(facts), list[Look]()

    def prove(wanted: str, above: tuple[str, ...]) -> bool:
        goals = (*above, wanted)
        if wanted in proved:
            looks.append(Look(tuple(proved), None, False, goals=goals, found="known"))
            return True
        for index, rule in enumerate(rules):
            if rule.conclusion != wanted or set(rule.conditions) & {*goals}:
                continue
            looks.append(Look(tuple(proved), index, False, goals=goals, found="open"))
            if all(prove(condition, goals) for condition in rule.conditions):
                proved.append(wanted)
                looks.append(Look(tuple(proved), index, True, goals=goals, found="proved"))
                return True
        looks.append(Look(tuple(proved), None, False, goals=goals, found="closed"))
        return False

    return prove(goal, ()), looks


def why(goal: str, facts: Sequence[str], rules: Sequence[Rule]) -> list[tuple[str, Rule]]:
    """The rules that made the goal, in the order in which they were used; empty when it cannot be made."""
    made: dict[str, Rule] = {}
    for look in forward(facts, rules):
        if look.fired and look.rule is not None:
            made[rules[look.rule].conclusion] = rules[look.rule]

    def chain(wanted: str) -> list[tuple[str, Rule]]:
        if wanted in facts or wanted not in made:
            return []
        return [*(step for c in made[wanted].conditions for step in chain(c)), (wanted, made[wanted])]

    return list(dict(chain(goal)).items())


@dataclass(frozen=True, slots=True)
class Run:
    """The facts, the rules and the goal as read; every look forward and backward; whether the goal is proved."""

    facts: tuple[str, ...]
    rules: list[Rule]
    goal: str
    ahead: list[Look]
    back: list[Look]
    proved: bool


def run(params: ExpertSystemParams) -> Run:
    """Read the knowledge, and reason both ways."""
    facts, rules, goal = read_facts(params.facts), read_rules(params.rules), params.goal.strip().lower()
    proved, back = backward(goal, facts, rules)
    return Run(facts, rules, goal, forward(facts, rules), back, proved)
