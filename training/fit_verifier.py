"""Fit how much the language model's Yes or No counts beside retrieval's belief: `python -m training.fit_verifier FILE`.

Both are log-odds; a logistic regression on dev weighs them, since reader and adapter have learnt the train split. The
threshold declines at most LOST of the covered questions. For a teacher's documents it is set on two kinds of questions
alike: dev's, with the lecture's asked questions hidden, and those about FILE, prose in SQuAD's layout (XQuAD's English
part), each asked with and without its document. Prints what dev gives without and with the model.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from knowledge.courses.course import Course, open_course
from knowledge.courses.labelled import Labelled, read_bank
from knowledge.retrieval.cross_encoder import Reader
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.index import Index
from knowledge.retrieval.retriever import Found, Retriever
from training.fit_retrieval import ASKS, LOST, Masked, Remembered, Unasked, collect, opened
from training.prose import ask_prose
from training.statistics import auc
from tutor.answering.verifier import MOST, TASK, Judge, Scales, log_odds
from tutor.errors import ModelError
from tutor.llm.base import OpenModel
from tutor.service.build import open_model
from tutor.settings import read_settings

TARGET = Path("tutor/answering/verifier.json")
LOST_ABROAD = 0.05
"""As LOST, for documents without asked questions: what they answer is harder to tell from what comes near."""
Pairs = Sequence[tuple[Labelled, Found]]
Scores = NDArray[np.float64]


def fit(found: Pairs, said: NDArray[np.float64]) -> Scales:
    """Weights of belief and words, with the threshold as a part of the bias."""
    x, covered = _features(found, said), _covered(found)
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=2000).fit(x, covered)
    scores = model.decision_function(x)[covered & ~_near(found)]
    threshold = float(np.sort(scores)[int(LOST * len(scores))]) - 1e-6
    return Scales(float(model.coef_[0][0]), float(model.coef_[0][1]), float(model.intercept_[0]) - threshold)


def report(name: str, found: Pairs, said: NDArray[np.float64]) -> None:
    """What belief gives alone, and with the words: five-fold within dev, so that nothing is judged by its own fit."""
    x, covered, near = _features(found, said), _covered(found), _near(found)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    both = cross_val_predict(
        LogisticRegression(C=1.0, class_weight="balanced"), x, covered, cv=folds, method="decision_function"
    )
    for way, scores in (("belief", x[:, 0]), ("words", x[:, 1]), ("both", both)):
        yes = scores[covered]
        threshold = np.sort(yes)[int(LOST * len(yes))] - 1e-9
        print(
            f"{name}, {way}: AUC bank {auc(list(yes), list(scores[~covered & ~near])):.4f}, "
            f"near misses {auc(list(yes), list(scores[near])):.4f}; declined at {LOST:.0%}: "
            f"bank {np.mean(scores[~covered & ~near] < threshold):.3f}, near {np.mean(scores[near] < threshold):.3f}"
        )


def _features(found: Pairs, said: NDArray[np.float64]) -> NDArray[np.float64]:
    belief = [log_odds(result.covered) for _, result in found]
    return np.column_stack([belief, np.clip(said, -MOST, MOST)])


def _covered(found: Pairs) -> NDArray[np.bool_]:
    return np.array([item.covered for item, _ in found])


def _near(found: Pairs) -> NDArray[np.bool_]:
    return np.array([item.id == "" for item, _ in found])


async def on_prose(judge: Judge, scales: Scales, file: Path, embedder: Embedder, lecture: Scores) -> Scales:
    """The scales with a bias that declines LOST_ABROAD of covered questions, half of them the lecture's."""
    asked = list(ask_prose(file, embedder))
    scores = np.array([scales.score(log_odds(one.found.covered), await judge.said(one.found)) for one in asked])
    covered = np.array([one.covered for one in asked])
    yes = np.concatenate([lecture, scores[covered]])
    shares = np.concatenate([np.full(len(lecture), 0.5 / len(lecture)), np.full(covered.sum(), 0.5 / covered.sum())])
    order = np.argsort(yes)
    threshold = float(yes[order][np.searchsorted(np.cumsum(shares[order]), LOST_ABROAD)]) - 1e-6
    for name, limit in (("the lecture's", 0.0), ("both", threshold)):
        print(
            f"prose, threshold of {name}: covered declined {np.mean(scores[covered] < limit):.3f} of {covered.sum()}, "
            f"uncovered {np.mean(scores[~covered] < limit):.3f} of {(~covered).sum()}; "
            f"the lecture's covered {np.mean(lecture < limit):.3f}"
        )
    return replace(scales, bias=scales.bias - threshold)


async def main(file: Path) -> None:
    """Ask the model about dev questions, near misses and the prose of a file, and write verifier.json."""
    settings = read_settings()
    model = await open_model(settings)
    if TASK not in model.describe().tasks or not isinstance(model, OpenModel):
        raise ModelError("The model was not taught to judge.", hint="Name such an adapter with TIZA_ADAPTER.")
    judge = Judge(model, {})
    embedder = Embedder(settings.embedder)
    index = open_course(Course(settings.course, settings.home), embedder)
    dev = [item for item in read_bank(split="dev") if item.kind in ASKS]
    fitted = {}
    for name, view in (("asked", Masked), ("plain", Unasked)):
        retriever = Retriever(cast(Index, view(index)), cast(Embedder, Remembered(embedder)), reader=Reader(embedder))
        found = [pair for pair in collect(retriever, [*dev, *opened(dev)]) if pair[1].sentences]
        said = np.array([await judge.said(result) for _, result in found])
        report(name, found, said)
        scales = fit(found, said)
        if name == "plain":
            scores = [
                scales.score(log_odds(r.covered), s) for (item, r), s in zip(found, said, strict=True) if item.covered
            ]
            scales = await on_prose(judge, scales, file, embedder, np.array(scores))
        fitted[name] = asdict(scales)
    TARGET.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    await model.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Give a file in SQuAD's layout: python -m training.fit_verifier FILE")
    asyncio.run(main(Path(sys.argv[1])))
