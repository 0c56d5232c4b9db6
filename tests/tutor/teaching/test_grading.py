"""Feedback on a student's answer: facts by number and name, ideas by words and meaning, doubt in words of doubt."""

from __future__ import annotations

from functools import cache

import pytest

from knowledge.retrieval.embedder import Embedder
from tutor.answering.grounding import Evidence
from tutor.teaching.grading import judge

pytestmark = pytest.mark.model

MISTAKE = ("The perceptron changes its weights only when it makes a mistake.",)
SLOPE = ("The slope of the sigmoid is at most 0.25, so error signals shrink when they pass many sigmoid layers.",)
PARTS = ("A GAN has a generator.", "The second network, the discriminator, judges pictures.")


@cache
def evidence() -> Evidence:
    return Evidence(Embedder())


@pytest.mark.parametrize(
    ("question", "expected", "said", "kinds"),
    [
        ("When does the perceptron change its weights?", MISTAKE, "when it makes a mistake", "right"),
        ("When does the perceptron change its weights?", MISTAKE, "never", "wrong"),
        ("When does the perceptron change its weights?", MISTAKE, "only after an error", "other right"),
        ("Who created the perceptron?", ("The perceptron was created by Frank Rosenblatt.",), "rosenblat", "right"),
        ("Who created the perceptron?", ("The perceptron was created by Frank Rosenblatt.",), "Minsky", "wrong"),
        ("When was the first AI winter?", ("The first AI winter was in the 1970s.",), "in the seventies", "right"),
        ("When was the first AI winter?", ("The first AI winter was in the 1970s.",), "the 90s", "wrong"),
        ("What is the largest slope of the sigmoid?", SLOPE, "a quarter", "right"),
        ("What is the largest slope of the sigmoid?", SLOPE, "0.5", "wrong"),
        ("How many parameters has nano-gpt?", ("The model nano-gpt has 85,584 parameters.",), "85584", "right"),
        ("How many parameters has nano-gpt?", ("The model nano-gpt has 85,584 parameters.",), "85 thousand", "right"),
        ("How many parameters has nano-gpt?", ("The model nano-gpt has 85,584 parameters.",), "about 12", "wrong"),
        ("What is ReLU's slope?", ("The slope of ReLU is 1 for positive sums.",), "the slope is not 1", "wrong other"),
        ("What are the networks of a GAN?", PARTS, "a generator", "partly"),
    ],
)  # fmt: skip
def test_the_verdict(question: str, expected: tuple[str, ...], said: str, kinds: str) -> None:
    assert judge(question, expected, said, evidence().closeness).kind in kinds.split()


@pytest.mark.parametrize(
    ("question", "expected", "said"),
    [
        (
            "What is overfitting?",
            "Overfitting means that a model fits its training data very well and does poorly on new data.",
            "learning the noise of the training set, so it doesn't generalise",
        ),
        (
            "What is the vanishing gradient problem?",
            "Vanishing gradients mean that the error signal becomes almost zero on its way back through many layers.",
            "the gradient gets smaller and smaller going back through the network",
        ),
        (
            "Why must activation functions bend?",
            "Activation functions must bend, because a network of straight functions is only one straight function.",
            "otherwise the whole network would be just linear",
        ),
        (
            "What is dropout?",
            "Dropout switches off random units during training, so that no unit can rely on one other unit.",
            "you turn neurons off so they don't depend on each other",
        ),
    ],
)
def test_what_says_the_same_in_other_words_is_never_called_wrong(question: str, expected: str, said: str) -> None:
    assert judge(question, (expected,), said, evidence().closeness).kind != "wrong"


def test_what_is_missing_is_told_apart_from_what_is_there() -> None:
    assert judge("What are the networks of a GAN?", PARTS, "a generator", evidence().closeness).missing == (1,)
