"""Evidence scoring: propose many answers, score the evidence for each, and only answer when sure enough.

Watson won Jeopardy in 2011 with no single clever rule but with many weak ones that are added up. Every title of a
small collection is a candidate answer a; for each, several kinds of evidence e_k are computed from its text:

    BM25      Σ_w idf(w)·tf / (tf + k1·(1 - b + b·|text| / mean length)),  idf = ln(1 + (N - n_w + ½) / (n_w + ½))
    cosine    how alike the TF-IDF rows of question and text are
    type      whether the candidate is of the kind asked for: a person after "who", a year after "when"
    title     1 when the candidate is not itself named in the question, for an answer is seldom part of its question

    confidence(a) = σ(b + Σ_k w_k·e_k(a))          each e_k scaled to 0..1; σ makes a number between 0 and 1

BM25 is taken as a share of what a text with all words of the question would get. Watson pressed the button only when
the best confidence passed a threshold, and learnt its weights from thousands of old questions. Here the run's own
weights are parameters; beside them stand weights learnt from 28 old questions by logistic regression (a candidate is a
row, and "right" or "wrong" its label), and both sit an exam of 32 other questions, eight of which the 44 texts cannot
answer.

Sources: D. Ferrucci and others, "Building Watson: an overview of the DeepQA project" (2010); S. Robertson and
H. Zaragoza, "The probabilistic relevance framework: BM25 and beyond" (2009); A. Gondek and others, "A framework for
merging and ranking of answers in DeepQA" (2012).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from demos.history._texts import EXAM, LEARNT, TEXTS
from demos.lib.ranking import ranked
from demos.runtime.contract import Params, param
from demos.runtime.messages import say

Array = NDArray[np.float64]
K1, B = 1.5, 0.75
EVIDENCE = (say("BM25"), say("cosine"), say("type"), say("title"))
STOP = frozenset(
    "a an the of on in at to is was were did does do and or by with for it its that from as who when what which".split()
)
RIDGE, ROUNDS = 0.1, 30


class EvidenceScoringParams(Params):
    question: str = param("Who made the perceptron?", "Your question about the lecture.", longest=120)
    threshold: float = param(0.5, "The confidence from which it answers.", low=0, high=1)
    bm25: float = param(3.0, "Weight of the BM25 evidence.", low=0, high=10)
    cosine: float = param(2.0, "Weight of the cosine evidence.", low=0, high=10)
    type: float = param(3.0, "Weight of the evidence that the kind of answer fits.", low=0, high=10)


def words(text: str) -> list[str]:
    """Lower-case words without the little ones."""
    return [word for word in re.findall(r"\w+", text.lower()) if word not in STOP]


def bm25(question: Sequence[str], documents: Sequence[Sequence[str]]) -> Array:
    """The BM25 score of every document."""
    lengths = np.array([len(document) for document in documents], float)
    scores = np.zeros(len(documents))
    for word in dict.fromkeys(question):
        tf = np.array([list(document).count(word) for document in documents], float)
        held = float((tf > 0).sum())
        idf = np.log(1 + (len(documents) - held + 0.5) / (held + 0.5))
        scores += idf * tf / (tf + K1 * (1 - B + B * lengths / lengths.mean()))
    return scores


def cosine(question: Sequence[str], documents: Sequence[Sequence[str]]) -> Array:
    """The cosine of the TF-IDF rows of question and document, idf counted over the documents."""
    vocabulary = sorted({word for document in documents for word in document})
    tf = np.array([[list(text).count(word) for word in vocabulary] for text in (*documents, question)], float)
    idf = np.log((1 + len(documents)) / (1 + (tf[:-1] > 0).sum(0))) + 1
    v = tf * idf
    lengths = np.linalg.norm(v, axis=1)
    result: Array = v[:-1] @ v[-1] / np.maximum(lengths[:-1] * lengths[-1], 1e-12)
    return result


def wanted_kind(question: str) -> str:
    """The kind of answer that the question word asks for, or "any"."""
    text = question.lower()
    if re.search(r"\bwho\b|\bwhose\b|\binventor\b", text):
        return say("person")
    return say("year") if re.search(r"\bwhen\b|\bwhat year\b|\bwhich year\b", text) else "any"


def possible(question: Sequence[str], documents: Sequence[Sequence[str]]) -> float:
    """The BM25 score of a text of usual length that holds each word of the question once."""
    held = [sum(word in document for document in documents) for word in dict.fromkeys(question)]
    return sum(float(np.log(1 + (len(documents) - n + 0.5) / (n + 0.5))) / (1 + K1) for n in held)


def gather(question: str) -> Array:
    """The evidence for every candidate (44, 4), each column from 0 to 1."""
    asked = words(question)
    documents = [words(text.text) for text in TEXTS]
    raw = bm25(asked, documents)
    kind = wanted_kind(question)
    fits = np.array([float(kind == text.kind) if kind != "any" else float(text.kind == "system") for text in TEXTS])
    fresh = np.array([float(not set(words(text.answer)) & set(asked)) for text in TEXTS])
    share = np.minimum(raw / (possible(asked, documents) or 1), 1)
    return np.stack([share, cosine(asked, documents), fits, fresh], 1)


@dataclass(frozen=True, slots=True)
class Scorer:
    """What turns evidence into confidence: the bias and a weight for each kind."""

    bias: float
    weights: Array

    def confidence(self, evidence: Array) -> Array:
        return np.asarray(1 / (1 + np.exp(-(self.bias + evidence @ self.weights))))


def by_hand(weights: Sequence[float]) -> Scorer:
    """Weights that somebody set, with a bias that asks for three quarters of all evidence."""
    return Scorer(-0.75 * float(sum(weights)), np.array(weights, float))


@cache
def learnt() -> Scorer:
    """Logistic regression by Newton's steps: each candidate of each old question is a row, right or wrong its label."""
    x = np.concatenate([gather(question) for question, _ in LEARNT])
    y = np.concatenate([[float(text.answer == right) for text in TEXTS] for _, right in LEARNT])
    x = np.concatenate([np.ones((len(x), 1)), x], 1)
    penalty = RIDGE * np.diag([0.0, 1.0, 1.0, 1.0, 1.0])
    w = np.zeros(5)
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-x @ w))
        w -= np.linalg.solve((x.T * (p * (1 - p))) @ x + penalty, x.T @ (p - y) + penalty @ w)
    return Scorer(float(w[0]), w[1:])


def sit(scorer: Scorer) -> list[tuple[float, bool]]:
    """The exam: for each question the confidence of the best candidate, and whether it is right."""
    marks = []
    for question, right in EXAM:
        sure = scorer.confidence(_evidence(question))
        best = int(ranked(sure)[0])
        marks.append((float(sure[best]), TEXTS[best].answer == right))
    return marks


@cache
def _evidence(question: str) -> Array:
    return gather(question)


def run(params: EvidenceScoringParams) -> tuple[Array, Scorer, Array]:
    """The evidence for every candidate, what weighs it, and the confidence in each candidate."""
    evidence = gather(params.question)
    scorer = by_hand([params.bm25, params.cosine, params.type, 1.0])
    return evidence, scorer, scorer.confidence(evidence)
