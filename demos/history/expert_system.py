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
from demos.runtime.messages import listed, say

MOST_RULES, MOST_FRAMES = 16, 90
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

    def __str__(self) -> str:
        return say(
            "{listing} -> {conclusion}", listing=listed(say(" and "), self.conditions), conclusion=self.conclusion
        )


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a rule or a goal: what was known after it, what it brought, and what is said of it."""

    known: tuple[str, ...]
    rule: int | None
    fired: bool
    text: str


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
                text = say(
                    "all of {listing} hold, so '{conclusion}' is new. It may let other rules fire.",
                    listing=listed(", ", rule.conditions),
                    conclusion=rule.conclusion,
                )
            else:
                text = (
                    say("'{missing}' is not known, so it cannot fire yet.", missing=missing[0])
                    if missing
                    else say("what it says is known already.")
                )
            looks.append(Look(tuple(known), index, fires, text))
            fresh = fresh or fires
    return looks


def backward(goal: str, facts: Sequence[str], rules: Sequence[Rule]) -> tuple[bool, list[Look]]:
    """Whether the goal can be proved, and every look on the way. A goal that is being proved is not tried again."""
    proved, looks = list(facts), list[Look]()

    def note(rule: int | None, fired: bool, text: str) -> None:
        looks.append(Look(tuple(proved), rule, fired, text))

    def prove(wanted: str, above: tuple[str, ...]) -> bool:
        chain = " <- ".join((*above, wanted))
        if wanted in proved:
            note(None, False, say("{chain}: '{wanted}' is known.", chain=chain, wanted=wanted))
            return True
        for index, rule in enumerate(rules):
            if rule.conclusion != wanted or set(rule.conditions) & {*above, wanted}:
                continue
            note(
                index,
                False,
                say(
                    "{chain}: '{wanted}' would follow from {listing}; prove these first.",
                    chain=chain,
                    wanted=wanted,
                    listing=listed(say(" and "), rule.conditions),
                ),
            )
            if all(prove(condition, (*above, wanted)) for condition in rule.conditions):
                proved.append(wanted)
                note(
                    index,
                    True,
                    say("{chain}: all conditions hold, so '{wanted}' is proved.", chain=chain, wanted=wanted),
                )
                return True
        note(
            None,
            False,
            say(
                "{chain}: no rule proves '{wanted}', and it is no fact. This way is closed.", chain=chain, wanted=wanted
            ),
        )
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
