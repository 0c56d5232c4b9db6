"""Fits when a teacher's prose answers a question of its own language: `python -m training fit-prose`.

Passages from outside (XQuAD: Artetxe, Ruder and Yogatama, 2020), in English and in Spanish, are put into a course
whole, and again without every third sentence. A question whose sentence is there is covered. Where it was left out the
question is a near miss: all around it speaks of the same things, and none of it answers. The first ranking stays as it
is. The cross-encoder has learnt the passages that are not held out (training/data.py) and judges them better than a
teacher's, so the threshold is chosen on those that are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from knowledge.courses.course import Course, open_course
from knowledge.retrieval.cross_encoder import CrossEncoder
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.retriever import CoverageFeatures, Found, Kind, Retriever, Weights
from training.cross_encoder import number_of
from training.data import held_out
from training.fit_retrieval import COVERAGE_STRENGTH, STRENGTH, Fitted, fitted, query_from, write_weights
from training.material import Known, Material
from training.statistics import auc

LOST = 0.1
"""Share of covered held-out questions that the threshold may decline."""
LACKING = -4.0
"""Log-odds of a sentence without the kind of thing that is asked for. Of the sentences that answer one in fifty lacks
it (what is counted goes by another name), from which -1 is fitted; from here on the ranking gains nothing more."""
PARTS = 3
"""Every one in so many sentences is left out of a course."""
_ASKED = 5
"""Of the passages that are not held out, one in so many is asked about."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what a course has on it; `covered` where the sentence that answers is in the course."""

    answer: tuple[str, ...]
    covered: bool
    held: bool
    found: Found


def fit_prose(materials: Mapping[str, Material], embedder: Embedder, reader: CrossEncoder, say: Say = print) -> None:
    """Fit the set "documents", all but its first ranking, and write it into weights.json. `materials` are passages by
    language."""
    read = {"first": 1.0, "read": 0.5, "lacking": LACKING, "holding": 0.0, "bias": 0.0}
    start = replace(Weights.of("documents"), read=read, threshold=0.5)
    asked = [item for material in materials.values() for item in ask(material, embedder, reader, start)]
    write_weights({"documents": fit(asked, start, say)})


def ask(material: Material, embedder: Embedder, reader: CrossEncoder, start: Weights) -> Iterator[Asked]:
    """Questions put to the passages as they are, and to those without the sentences that answer."""
    chosen = [known for known in material.known if _is_asked(known)]
    kept = {known.document for known in chosen} | {name for name in material.sentences if int(number_of(name)) % 2 == 0}
    for part in (None, *range(PARTS)):
        with TemporaryDirectory() as folder:
            course = Course("outside", Path(folder) / "home")
            for document in sorted(kept, key=lambda name: int(number_of(name))):
                told = enumerate(material.sentences[document])
                texts = [text for at, text in told if part is None or at % PARTS != part]
                if texts:
                    path = Path(folder) / f"{document}.txt"
                    path.write_text(" ".join(texts), encoding="utf-8")
                    course.add(path)
            weights: dict[Kind, Weights] = {"documents": start, "across": start, "course": start}
            retriever = Retriever(open_course(course, embedder), embedder, reader, weights)
            for known in chosen:
                if part is None or material.sentences[known.document].index(known.answer[0]) % PARTS == part:
                    found = retriever.retrieve(query_from(known.question, embedder))
                    yield Asked(known.answer, part is None, held_out(number_of(known.document)), found)


def _is_asked(known: Known) -> bool:
    number = number_of(known.document)
    return held_out(number) or int(number) % _ASKED == 2


def fit(asked: Sequence[Asked], start: Weights, say: Say) -> Weights:
    """The weights of what was asked: how the sentences that were read are ranked, and when a question is covered."""
    weights = replace(start, read=_read(asked))
    scored = [(item, *_again(item.found, weights)) for item in asked]
    known = [(item, features) for item, features, lacking in scored if not lacking]
    weights = replace(weights, covered=fitted(
        list(CoverageFeatures._fields), np.array([features for _, features in known]),
        np.array([item.covered for item, _ in known]), np.ones(len(known)), COVERAGE_STRENGTH,
    ))  # fmt: skip
    judged = [(item, 0.0 if lacking else _covered(weights, features)) for item, features, lacking in scored]
    held = sorted(score for item, score in judged if item.covered and item.held)
    weights = replace(weights, threshold=float(held[int(LOST * len(held))]) - 1e-6)
    for name, is_held in (("taught", False), ("held out, where the threshold is chosen", True)):
        own = [(item, score) for item, score in judged if item.held == is_held]
        yes, no = (np.array([score for item, score in own if item.covered == wanted]) for wanted in (True, False))
        say(
            f"{name}: {len(yes)} covered, AUC {auc(list(yes), list(no)):.4f}, covered declined "
            f"{np.mean(yes < weights.threshold):.3f}, near misses declined {np.mean(no < weights.threshold):.3f}"
        )
    return weights


def _read(asked: Sequence[Asked]) -> Fitted:
    """The weights of the first ranking, of the cross-encoder's judgement and of what has the kind that is asked for."""
    rows, labels, shares = [], [], []
    for item in asked:
        told = [sentence.text in item.answer for sentence in item.found.sentences]
        if item.covered and any(told):
            rows += [(s.first, s.read, s.features.holding) for s in item.found.sentences]
            labels += told
            shares += [1 / sum(told) if label else 1 / (len(told) - sum(told) or 1) for label in told]
    names = ["first", "read", "holding"]
    return fitted(names, np.array(rows), np.array(labels), np.array(shares), STRENGTH) | {"lacking": LACKING}


def _again(found: Found, weights: Weights) -> tuple[CoverageFeatures, bool]:
    """The features of coverage where the sentences are ranked by these weights, and whether the first one lacks what is
    asked for."""
    if not found.sentences:
        return found.features, False
    scores = [
        weights.read["first"] * s.first + weights.read["read"] * s.read + weights.read["bias"]
        + weights.read["lacking"] * s.features.lacking + weights.read["holding"] * s.features.holding
        for s in found.sentences
    ]  # fmt: skip
    best = int(np.argmax(scores))
    first = found.sentences[best]
    return found.features._replace(score=scores[best], read_first=first.read), bool(first.features.lacking)


def _covered(weights: Weights, features: CoverageFeatures) -> float:
    odds = sum(weights.covered[name] * value for name, value in features._asdict().items()) + weights.covered["bias"]
    return float(1 / (1 + np.exp(-odds)))
