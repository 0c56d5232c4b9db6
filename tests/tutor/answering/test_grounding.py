"""The gate: what is supported passes, what was altered does not."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from evaluation.grounding import SUPPORTED, judge, pairs
from knowledge.courses.lecture_passages import lecture_passages
from knowledge.passages import Passage
from knowledge.retrieval.embedder import Embedder
from tutor.answering.grounding import Evidence, supports

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
        ("A single perceptron can learn XOR, because a straight line separates its classes.", "cannot"),
        ("A smaller learning rate makes the steps of gradient descent longer.", "smaller"),
        ("The Transformer reached 41.8 BLEU on the WMT 2014 English-to-German translation task.", "41.8"),
        (
            "Frank Rosenblatt made the perceptron in 1957 and won a prize for psychology and medicine.",
            "not in a passage sentence: medicin",
        ),
        ("Whales are mammals that live in the sea.", "not in a passage sentence"),
        ("A single perceptron cannot not learn XOR, and no perceptron is slow.", "slow"),
        ("It is so.", "nothing"),
    ],
)
def test_what_was_altered_is_dropped_with_the_reason(evidence: Evidence, claim: str, why: str) -> None:
    verdict = evidence.check(claim, supports([(1, PASSAGE)]))
    assert verdict.support is None
    assert why in verdict.reason


@pytest.mark.parametrize(
    ("question", "claim", "passes"),
    [
        ("Is it true that Minsky made the perceptron?", "No: Frank Rosenblatt made the perceptron in 1957.", True),
        ("Is it true that Minsky made the perceptron?", "Yes: Frank Rosenblatt made the perceptron in 1957.", False),
        ("Frank Rosenblatt made the perceptron in 1957, right?", "Yes, Frank Rosenblatt made the perceptron.", True),
        ("Frank Rosenblatt made the perceptron in 1957, right?", "No, Frank Rosenblatt made the perceptron.", False),
        ("Can a single perceptron learn XOR?", "No, a single perceptron cannot learn XOR.", True),
        ("Can a single perceptron learn XOR?", "Yes, a single perceptron cannot learn XOR.", False),
        ("Was the perceptron useful?", "No. Frank Rosenblatt made the perceptron in 1957.", False),
        ("", "Yes, Deep Blue beat Garry Kasparov in 1997.", True),
    ],
)  # fmt: skip
def test_yes_and_no_need_evidence_too(evidence: Evidence, question: str, claim: str, passes: bool) -> None:
    verdict = evidence.check(claim, supports([(1, PASSAGE)]), question)
    assert (verdict.support is not None) is passes, verdict.reason


def test_the_question_s_names_are_no_evidence(evidence: Evidence) -> None:
    claim = "Minsky made the perceptron in 1957."
    assert evidence.check(claim, supports([(1, PASSAGE)]), "Did Minsky make the perceptron?").support is None


def test_precision_and_recall_over_altered_course_sentences(evidence: Evidence) -> None:
    everything, chance = lecture_passages(), random.Random(0)
    made = list(pairs())
    assert len(made) >= 500 and len({pair.way for pair in made}) == len(SUPPORTED)
    passed = [pair for pair in made if judge(evidence, everything, pair, chance)]
    right = sum(pair.supported for pair in passed)
    assert right / len(passed) >= 0.98
    assert right / sum(pair.supported for pair in made) >= 0.90


def test_a_sentence_that_runs_in_circles_is_dropped_though_the_question_has_its_words(evidence: Evidence) -> None:
    question = "What is the perceptron of Frank Rosenblatt?"
    claim = "The perceptron of the perceptron was made by Frank Rosenblatt in 1957."
    verdict = evidence.check(claim, supports([(1, PASSAGE)]), question)
    assert verdict.support is None
    assert "more often" in verdict.reason


@pytest.mark.parametrize(
    ("told", "claim"),
    [
        (
            ("The weights are (0, 0), the bias is 0 and the rate is 0.1.", "The sum 0 is not above 0."),
            "The weights are (0, 0), the bias is not 0 and the rate is 0.1.",
        ),
        (
            ("If one rule is wrong, every conclusion that rests on it can be wrong too.",),
            "If one rule is not wrong, every conclusion that rests on it can be wrong too.",
        ),
        (
            ("If the threshold is raised, the system answers fewer questions and makes fewer mistakes.",),
            "If the threshold is raised, the system answers more questions and makes fewer mistakes.",
        ),
        (
            ("The output of the network is a weighted sum.", "Each input is compared with a centre."),
            "The input of the network is a weighted sum.",
        ),
        (("The factor lies between 0 and 1.",), "The factor lies between 1 and 1."),
    ],
)
def test_a_word_that_the_passage_has_elsewhere_supports_no_opposite(
    evidence: Evidence, told: tuple[str, ...], claim: str
) -> None:
    passage = Passage("1", "c", "notes", "d", "Told", "s", " ".join(told), told)
    assert evidence.check(claim, supports([(1, passage)])).support is None
    assert evidence.check(told[0], supports([(1, passage)])).support is not None


def test_a_verdict_needs_the_sentence_that_it_quotes(evidence: Evidence) -> None:
    told = ("The factor lies between 0 and 1.", "The first of 2 rates is 1.")
    passage = Passage("1", "c", "notes", "d", "Told", "s", " ".join(told), told)
    question = "The factor lies between 1 and 1, right?"
    assert evidence.check(f"Yes: {told[0]}", supports([(1, passage)]), question).support is None
