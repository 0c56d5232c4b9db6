"""Chaining against a fixpoint computed independently."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.history.expert_system import ANIMALS, Rule, backward, forward, read_facts, read_rules, why
from demos.runtime.contract import DemoError
from demos.telling.expert_system import DEMO

LETTERS = st.sampled_from("abcdefg")
RULES = st.lists(
    st.builds(lambda c, d: Rule(tuple(sorted(c)), d), st.sets(LETTERS, min_size=1, max_size=3), LETTERS),
    min_size=1,
    max_size=10,
)


def smallest_model(facts: set[str], rules: list[Rule]) -> set[str]:
    """The smallest set of letters that holds the facts and breaks no rule, found by trying all sets by size."""
    rest = sorted(set("abcdefg") - facts)
    for size in range(len(rest) + 1):
        for more in combinations(rest, size):
            model = facts | set(more)
            if all(rule.conclusion in model or not set(rule.conditions) <= model for rule in rules):
                return model
    raise AssertionError("the set of all letters breaks no rule")


@settings(max_examples=80, deadline=None)
@given(facts=st.sets(LETTERS, max_size=4), rules=RULES)
def test_both_ways_prove_exactly_the_smallest_model(facts: set[str], rules: list[Rule]) -> None:
    model = smallest_model(facts, rules)
    assert set(forward(sorted(facts), rules)[-1].known) == model
    assert {goal for goal in "abcdefg" if backward(goal, sorted(facts), rules)[0]} == model


def test_the_tiger_and_its_reasons() -> None:
    chain = why("tiger", read_facts("hair, eats meat, stripes"), read_rules(ANIMALS))
    assert [conclusion for conclusion, _ in chain] == ["mammal", "carnivore", "tiger"]


@pytest.mark.parametrize(("facts", "answer"), [("hair, eats meat, stripes", "yes"), ("hair, stripes", "no")])
def test_the_prediction_depends_on_the_facts(facts: str, answer: str) -> None:
    assert DEMO.prediction.check(list(DEMO.steps(DEMO.parse({"facts": facts})))) == answer


def test_rules_are_read_in_both_spellings_and_nonsense_is_refused() -> None:
    assert read_rules("If a and b then c; d -> e") == [Rule(("a", "b"), "c"), Rule(("d",), "e")]
    with pytest.raises(DemoError, match="rules"):
        DEMO.parse({"rules": "no arrow here"})
