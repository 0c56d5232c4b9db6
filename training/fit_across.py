"""Fits how a teacher's documents are searched in the other language: `python -m training fit-across`.

Passages from outside that stand in both languages (XQuAD: Artetxe, Ruder and Yogatama, 2020) are put into courses as
teachers have them: half of the documents in English, the others in Spanish. The questions on those that the
cross-encoder has not learnt (training/data.py) are asked in both languages, of the course as it is, of courses without
every third sentence, where those whose sentence was left out are near misses, and of one without these documents. The
first ranking is that of documents; what the cross-encoder adds, and when a question counts as covered, is fitted here,
where words in common say little. How rare a missing word is tells how large a course is, and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np

from knowledge.courses.course import Course, open_course
from knowledge.retrieval.cross_encoder import CrossEncoder
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.retriever import Found, Kind, Retriever, Sentence, Weights
from knowledge.text import Language
from training.cross_encoder import number_of, place
from training.data import held_out
from training.fit_retrieval import COVERAGE_STRENGTH, STRENGTH, Fitted, fitted, query_from, write_weights
from training.material import Known, Material
from training.statistics import auc

LOST = 0.08
"""Share of covered questions that the threshold may decline."""
LACKING = -4.0
"""Log-odds of a sentence without the kind of thing that is asked for, as within a language (training/fit_prose.py)."""
COVERAGE = ("read", "read_first", "score", "passage", "cosine")
"""What tells a covered question across languages."""
PARTS = 3
"""Every one in so many sentences is left out of a course."""
BEST = 12
"""Sentences, the best at first sight, that are ranked anew."""
FOLDS = 5
"""Parts of the documents, of which each is judged by what the others give."""
_FILLED, _LEFT = 2, 7
"""Of the documents that nothing is asked about one in so many fills the courses; one in so many is left out with those
that are asked about."""
Left = Literal["", "sentence", "document"]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what is found in the language that it is not asked in. `left` says what of its answer was left
    out; `own` is False where the answer stands in the question's language, and what is found is of other documents."""

    document: str
    answer: tuple[str, ...]
    left: Left
    own: bool
    found: Found

    @property
    def covered(self) -> bool:
        return self.own and not self.left

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return self.found.sentences[:BEST]

    @property
    def labels(self) -> list[bool]:
        """Which of these sentences answer it."""
        return [sentence.text in self.answer for sentence in self.sentences]


def fit_across(materials: Mapping[str, Material], embedder: Embedder, reader: CrossEncoder, say: Say = print) -> None:
    """Fit the set "across", all but its first ranking, and write it into weights.json. `materials` are the same
    passages by language."""
    read = {"first": 1.0, "read": 0.5, "lacking": LACKING, "holding": 0.0, "bias": 0.0}
    start = replace(Weights.of("across"), read=read)
    asked = list(ask(materials, embedder, reader, start))
    read = _read([item for item in asked if item.covered])
    ranked = [(item, *_ranked(item, read)) for item in asked]
    documents = sorted({item.document for item in asked}, key=int)
    judged: list[tuple[Asked, float]] = []
    for part in range(FOLDS):
        own = set(documents[part::FOLDS])
        weights = _covered([(i, f) for i, f, _, lacks in ranked if i.document not in own and not lacks])
        judged += [(i, -np.inf if lacks else _odds(weights, f)) for i, f, _, lacks in ranked if i.document in own]
    scores = sorted(score for item, score in judged if item.covered)
    threshold = scores[int(LOST * len(scores))] - 1e-6
    right = np.mean([first for item, _, first, _ in ranked if item.covered])
    say(f"{len(scores)} covered, best sentence right {right:.3f}, declined {np.mean(np.array(scores) < threshold):.3f}")
    for told, chosen in (
        ("near misses", [s for i, s in judged if i.left == "sentence" and i.own]),
        ("without the document", [s for i, s in judged if i.left == "document" and i.own]),
        ("answered in their own language", [s for i, s in judged if not i.own]),
    ):
        share = np.mean(np.array(chosen) < threshold)
        say(f"{told}: {len(chosen)}, AUC {auc(scores, chosen):.3f}, declined {share:.3f}")
    covered = _covered([(item, features) for item, features, _, lacks in ranked if not lacks])
    write_weights({"across": replace(start, read=read, covered=covered, threshold=float(1 / (1 + np.exp(-threshold))))})


def ask(
    materials: Mapping[str, Material], embedder: Embedder, reader: CrossEncoder, start: Weights
) -> Iterator[Asked]:  # fmt: skip
    """The questions on held-out passages, in both languages, put to courses that have half of them in each."""
    names = {language: {number_of(name): name for name in m.sentences} for language, m in materials.items()}
    known = {language: {place(item): item for item in m.known} for language, m in materials.items()}
    numbers = sorted(names["en"], key=int)
    chosen = [number for number in numbers if held_out(number) or int(number) % _LEFT == _FILLED]
    filling = [number for number in numbers if int(number) % _FILLED == 0 and number not in chosen]
    languages: dict[str, Language] = {}
    for group in (chosen, filling):
        languages |= {number: ("es" if at % 2 else "en") for at, number in enumerate(group)}
    asked = [key for key, item in known["en"].items() if key in known["es"] and held_out(number_of(item.document))]
    weights: dict[Kind, Weights] = {"documents": start, "across": start, "course": start}
    courses: list[tuple[Left, int]] = [("", 0), *(("sentence", part) for part in range(PARTS)), ("document", 0)]
    for left, part in courses:
        with TemporaryDirectory() as folder:
            course = Course("outside", Path(folder) / "home")
            for number in filling if left == "document" else sorted((*chosen, *filling), key=int):
                texts = materials[languages[number]].sentences[names[languages[number]][number]]
                kept = [text for at, text in enumerate(texts) if left != "sentence" or at % PARTS != part]
                if kept:
                    path = Path(folder) / f"{number}.txt"
                    path.write_text(" ".join(kept), encoding="utf-8")
                    course.add(path)
            retriever = Retriever(open_course(course, embedder), embedder, reader, weights)
            for key in asked:
                told = languages[number_of(known["en"][key].document)]
                item = known[told][key]
                if left == "sentence" and not _is_left(materials[told], item, part):
                    continue
                for language in materials:
                    query = query_from(known[language][key].question, embedder)
                    for found in retriever.judged(query):
                        if found.hits and found.hits[0].passage.language != query.language:
                            own = found.hits[0].passage.language == told
                            yield Asked(number_of(item.document), item.answer, left, own, found)


def _is_left(material: Material, item: Known, part: int) -> bool:
    texts = material.sentences[item.document]
    return item.answer[0] in texts and texts.index(item.answer[0]) % PARTS == part


def _read(covered: Sequence[Asked]) -> Fitted:
    """The weights of the first ranking, of the cross-encoder's judgement and of what has the kind that is asked for."""
    rows, labels, shares = [], [], []
    for item in covered:
        told = item.labels
        if any(told):
            rows += [(s.first, s.read, s.features.holding) for s in item.sentences]
            labels += told
            shares += [1 / sum(told) if label else 1 / (len(told) - sum(told)) for label in told]
    names = ["first", "read", "holding"]
    return fitted(names, np.array(rows), np.array(labels), np.array(shares), STRENGTH) | {"lacking": LACKING}


def _ranked(item: Asked, read: Mapping[str, float]) -> tuple[dict[str, float], bool, bool]:
    """The features of coverage where the sentences are ranked by these weights, whether the first one answers, and
    whether it lacks what is asked for."""
    scores = [
        read["first"] * s.first + read["read"] * s.read + read["bias"]
        + read["lacking"] * s.features.lacking + read["holding"] * s.features.holding
        for s in item.sentences
    ]  # fmt: skip
    best = int(np.argmax(scores))
    first = item.sentences[best]
    features = item.found.features._replace(score=scores[best], read_first=first.read, cosine=first.cosine)
    return {name: features._asdict()[name] for name in COVERAGE}, item.labels[best], bool(first.features.lacking)


def _covered(known: Sequence[tuple[Asked, Mapping[str, float]]]) -> Fitted:
    values = np.array([[features[name] for name in COVERAGE] for _, features in known])
    labels = np.array([item.covered for item, _ in known])
    return fitted(list(COVERAGE), values, labels, np.ones(len(labels)), COVERAGE_STRENGTH)


def _odds(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    return weights["bias"] + sum(weights[name] * value for name, value in features.items())
