"""Fits whether the course answers a question that stands alone: `python -m training fit-told`.

Asked are the labelled questions of the training and the development part, questions by other hands that the course
answers (`questions_other_hand.tsv`), near misses (`near_misses.txt`: questions on its topics, its people and what lies
beside them that it leaves open), and what every topic is asked, as students say it (`utterances/`). None of them stands
in the index.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from knowledge.courses.labelled import read_bank
from training.questions import OTHER_HAND
from training.statistics import auc
from training.utterances import HELD_OUT, read_labelled
from tutor.answering.course import TAUGHT
from tutor.answering.explain import found_for, judged
from tutor.answering.told import FILE, Features, Model
from tutor.dialogue.context import Parts
from tutor.dialogue.said import read
from tutor.dialogue.wanted import wanted_of
from tutor.service.build import build_tutor
from tutor.settings import read_settings

NEAR_MISSES = Path(__file__).with_name("near_misses.txt")
LOST = 0.02
"""Share of the covered labelled questions that the threshold may decline."""
FORMS = 400
"""Requests for what every topic has, drawn from all of them."""
WEIGHTS = {"labelled": 1.0, "other hands": 0.3, "near misses": 1.0, "what every topic is asked": 0.2}
"""How much a question of each source counts: there are many of the easy ones, which are covered."""
STRENGTH = 1.0
FOLDS = 10
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, whether the course answers it, and where it is from."""

    text: str
    covered: bool
    source: str


def questions(named: Callable[[str], bool], seed: int = 0) -> Iterator[Asked]:
    """Those that it is fitted on; `named` tells whether a text names a topic as the course spells it."""
    for item in read_bank():
        if item.split != "test" and item.kind != "demo_request" and not item.history:
            yield Asked(item.question, item.covered, "labelled")
    for line in OTHER_HAND.read_text(encoding="utf-8").splitlines():
        name, mark, text = line.split("\t")
        if mark == "?":
            yield Asked(text, not name.endswith("/-"), "other hands")
    for text in NEAR_MISSES.read_text(encoding="utf-8").splitlines():
        yield Asked(text, False, "near misses")
    forms = [item.text for item in read_labelled() if item.act in TAUGHT and not item.flags and item.hand != HELD_OUT]
    kept = [text for text in dict.fromkeys(forms) if named(text)]
    for text in random.Random(seed).sample(kept, min(FORMS, len(kept))):
        yield Asked(text, True, "what every topic is asked")


def rows_of(parts: Parts, asked: Sequence[Asked]) -> NDArray[np.float64]:
    """The features of questions: (questions, features)."""
    rows = []
    for item in asked:
        wanted = wanted_of(parts, read(parts, item.text, (), None))
        rows.append(judged(parts.course, wanted, found_for(parts.course, wanted)))
    return np.array(rows, dtype=np.float64)


def fit(asked: Sequence[Asked], rows: NDArray[np.float64], say: Say = print) -> Model:
    """Weights from all of them, and the threshold from predictions for labelled questions that were left out."""
    labels = np.array([item.covered for item in asked])
    counted = np.array([WEIGHTS[item.source] for item in asked])
    left = np.zeros(len(asked))
    for taught, held in KFold(FOLDS, shuffle=True, random_state=0).split(rows):
        left[held] = _fitted(rows[taught], labels[taught], counted[taught]).predict_proba(rows[held])[:, 1]
    own = {source: np.array([item.source == source for item in asked]) for source in WEIGHTS}
    covered = np.sort(left[own["labelled"] & labels])
    threshold = float(covered[int(LOST * len(covered))]) - 1e-6
    for source in WEIGHTS:
        yes, no = left[own[source] & labels], left[own[source] & ~labels]
        parts = [f"{len(yes)} covered, declined {np.mean(yes < threshold):.3f}"] if len(yes) else []
        parts += [f"{len(no)} not, declined {np.mean(no < threshold):.3f}"] if len(no) else []
        parts += [f"AUC {auc(list(yes), list(no)):.4f}"] if len(yes) and len(no) else []
        say(f"{source}: {'; '.join(parts)}")
    scaler, regression = _fitted(rows, labels, counted)
    weights = regression.coef_[0] / scaler.scale_
    bias = float(regression.intercept_[0] - (weights * scaler.mean_).sum())
    kept = dict(zip(Features._fields, map(float, weights.round(4)), strict=True))
    return Model({**kept, "bias": round(bias, 4)}, round(threshold, 4))


def _fitted(rows: NDArray[np.float64], labels: NDArray[np.bool_], counted: NDArray[np.float64]) -> Pipeline:
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=5000))
    return model.fit(rows, labels, logisticregression__sample_weight=counted)


def write(model: Model) -> None:
    """Keep a model."""
    FILE.write_text(
        json.dumps({"weights": model.weights, "threshold": model.threshold}, indent=1) + "\n", encoding="utf-8"
    )


async def fit_and_write(say: Say = print) -> None:
    """Ask all of them of the built-in course, fit, and keep the weights."""
    tutor = build_tutor(read_settings())
    await tutor.prepare()
    parts = tutor.parts

    def named(text: str) -> bool:
        return any(name.exact and name.document in parts.topics for name in parts.course.retriever.names.found(text))

    asked = list(questions(named))
    say(f"{len(asked)} questions")
    model = fit(asked, rows_of(parts, asked), say)
    write(model)
    say(f"{FILE.name}: threshold {model.threshold}, {model.weights}")
    await tutor.close()
