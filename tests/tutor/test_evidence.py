"""The gate: what is supported passes, what was altered does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from knowledge.embed import Embedder
from knowledge.passages import Passage
from tutor.evidence import Evidence, supports

pytestmark = pytest.mark.model

SENTENCES = (
    "Frank Rosenblatt made the perceptron in 1957.",
    "Deep Blue beat Garry Kasparov in 1997.",
    "The Transformer reached 28.4 BLEU on the WMT 2014 English-to-German translation task.",
    "A single perceptron cannot learn XOR, because no straight line separates its classes.",
    "A larger learning rate makes the steps of gradient descent longer.",
    "The nano-gpt model has 85,584 parameters.",
)
PASSAGE = Passage("1", "c", "lecture", "d", "History", "s", " ".join(SENTENCES), SENTENCES, 1)


@pytest.fixture(scope="module")
def evidence() -> Iterator[Evidence]:
    yield Evidence(Embedder())


@pytest.mark.parametrize(
    "claim",
    [
        "Frank Rosenblatt made the perceptron in 1957.",
        "The perceptron was made by Frank Rosenblatt in 1957.",
        "In 1997, Deep Blue beat Garry Kasparov.",
        "The nano-gpt model has 85584 parameters.",
        "The Transformer reached 28.4 BLEU on English-to-German translation.",
        "A single perceptron cannot learn XOR.",
    ],
)
def test_what_a_passage_says_passes(evidence: Evidence, claim: str) -> None:
    verdict = evidence.check(claim, supports([(1, PASSAGE)]))
    assert verdict.support is not None, verdict.reason
    assert verdict.support.marker == 1


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("Frank Rosenblatt made the perceptron in 1958.", "1958"),
        ("Geoffrey Hinton made the perceptron in 1957.", "Hinton"),
        ("Garry Kasparov beat Deep Blue in 1997.", "order"),
        ("A single perceptron can learn XOR, because a straight line separates its classes.", "denies"),
        ("A smaller learning rate makes the steps of gradient descent longer.", "smaller"),
        ("The Transformer reached 41.8 BLEU on the WMT 2014 English-to-German translation task.", "41.8"),
        ("Frank Rosenblatt made the perceptron in 1957 and won a prize for psychology and medicine.", "words"),
        ("Whales are mammals that live in the sea.", "words"),
        ("It is so.", "nothing"),
    ],
)
def test_what_was_altered_is_dropped_with_the_reason(evidence: Evidence, claim: str, why: str) -> None:
    verdict = evidence.check(claim, supports([(1, PASSAGE)]))
    assert verdict.support is None
    assert why in verdict.reason


def test_the_question_s_names_are_no_evidence(evidence: Evidence) -> None:
    claim = "Minsky made the perceptron in 1957."
    assert evidence.check(claim, supports([(1, PASSAGE)]), "Did Minsky make the perceptron?").support is None
