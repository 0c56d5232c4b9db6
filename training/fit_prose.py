"""Fits when a teacher's prose answers a question, in its language and in the other: `python -m training fit-prose`.

Passages from outside that stand in English and in Spanish (XQuAD: Artetxe, Ruder and Yogatama, 2020) are put into a
course of one language whole, and again without every third sentence, and are asked in both. A question whose sentence
is there is covered. Where it was left out the question is a near miss: all around it speaks of the same things, and
none of it answers. The first rankings stay as they are. The cross-encoder has learnt the passages that are not held out
(training/data.py) and judges them better than a teacher's, so the thresholds are chosen on those that are.
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
from training.cross_encoder import number_of, place
from training.data import held_out
from training.fit_retrieval import COVERAGE_STRENGTH, STRENGTH, Fitted, fitted, query_from, write_weights
from training.material import Known, Material
from training.statistics import auc

LOST = 0.1
"""Share of covered held-out questions that a threshold may decline."""
LACKING = -4.0
"""Log-odds of a sentence without the kind of thing that is asked for. Of the sentences that answer one in fifty lacks
it (what is counted goes by another name), from which -1 is fitted; from here on the ranking gains nothing more."""
PARTS = 3
"""Every one in so many sentences is left out of a course."""
UNSEEN: Mapping[Kind, tuple[str, ...]] = {"across": ("missing", "missing_most", "named")}
"""Features of coverage that say nothing where the words are another language's: the rarest word that is missing tells
how large the course is, and no more."""
_ASKED = 5
"""Of the passages that are not held out, one in so many is asked about."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what a course has on it; `covered` where the sentence that answers is in the course, `kind` by
    whether it stands in the language that was asked in."""

    kind: Kind
    answer: tuple[str, ...]
    covered: bool
    held: bool
    found: Found


def fit_prose(materials: Mapping[str, Material], embedder: Embedder, reader: CrossEncoder, say: Say = print) -> None:
    """Fit the sets "documents" and "across", all but their first rankings, and write them into weights.json.
    `materials` are the same passages by language."""
    starts: dict[Kind, Weights] = {kind: _start(kind) for kind in ("documents", "across")}
    asked = [item for language in materials for item in ask(materials, language, embedder, reader, starts)]
    for kind, start in starts.items():
        say(f"{kind}:")
        write_weights({kind: fit(kind, [item for item in asked if item.kind == kind], start, say)})


def _start(kind: Kind) -> Weights:
    """A first ranking with which the cross-encoder's ten sentences are chosen."""
    return replace(
        Weights.of(kind),
        read={"first": 1.0, "read": 0.5, "lacking": LACKING, "holding": 0.0, "bias": 0.0},
        threshold=0.5,
    )


def ask(
    materials: Mapping[str, Material], told: str, embedder: Embedder, reader: CrossEncoder,
    starts: Mapping[Kind, Weights],
) -> Iterator[Asked]:  # fmt: skip
    """Questions in all languages put to the passages of one, as they are and without the sentences that answer."""
    material = materials[told]
    chosen = [known for known in material.known if _is_asked(known)]
    kept = {known.document for known in chosen} | {name for name in material.sentences if int(number_of(name)) % 2 == 0}
    wordings = {name: {place(known): known.question for known in other.known} for name, other in materials.items()}
    for part in (None, *range(PARTS)):
        with TemporaryDirectory() as folder:
            course = Course("outside", Path(folder) / "home")
            for document in sorted(kept, key=lambda name: int(number_of(name))):
                texts = [
                    text for at, text in enumerate(material.sentences[document]) if part is None or at % PARTS != part
                ]
                if texts:
                    path = Path(folder) / f"{document}.txt"
                    path.write_text(" ".join(texts), encoding="utf-8")
                    course.add(path)
            weights = {**starts, "course": starts["documents"]}
            retriever = Retriever(open_course(course, embedder), embedder, reader, weights)
            for known in chosen:
                if part is not None and material.sentences[known.document].index(known.answer[0]) % PARTS != part:
                    continue
                for language, questions in wordings.items():
                    if (question := questions.get(place(known))) is None:
                        continue
                    found = retriever.retrieve(query_from(question, embedder))
                    kind: Kind = "documents" if language == told else "across"
                    yield Asked(kind, known.answer, part is None, held_out(number_of(known.document)), found)


def _is_asked(known: Known) -> bool:
    number = number_of(known.document)
    return held_out(number) or int(number) % _ASKED == 2


def fit(kind: Kind, asked: Sequence[Asked], start: Weights, say: Say) -> Weights:
    """The weights of what was asked: how the sentences that were read are ranked, and when a question is covered."""
    weights = replace(start, read=_read(asked))
    unseen = dict.fromkeys(UNSEEN.get(kind, ()), 0.0)
    again = [(item, *_again(item.found, weights)) for item in asked]
    scored = [(item, features._replace(**unseen), lacking) for item, features, lacking in again]
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
