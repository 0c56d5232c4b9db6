"""The verdicts on students' answers (tutor/teaching/grading.py), fitted on answers that were judged by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from knowledge.courses.units import Unit, read_topics
from knowledge.retrieval.embedder import Embedder
from knowledge.text import Language
from tutor.answering.grounding import Reader
from tutor.i18n import Texts
from tutor.teaching.grading import VERDICTS, Asked, Model, features_of
from tutor.teaching.practice import QUESTIONS, in_words

FOLDER = Path(__file__).with_name("student_answers")
FALSELY = 0.015
"""The most answers, as a share of those that are not right, that a threshold may let through as right when it is
chosen; the goal on others is 0.02."""
WRONGLY = 0.08
"""The same for those that are said to be partly right, wrong or off and are not."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a student said to the question of a unit, and the verdict of whoever wrote it."""

    topic: str
    act: str
    language: Language
    verdict: str
    text: str
    asked: str = ""
    """The name of the question where it is one in particular."""


def read_answers(path: Path) -> list[Answer]:
    """Lines `topic/act<TAB>language<TAB>verdict<TAB>answer`; `topic/answer/name` is a question in particular."""
    found = []
    for row in path.read_text(encoding="utf-8").splitlines():
        name, language, verdict, text = row.split("\t")
        topic, act, *asked = name.split("/")
        found.append(Answer(topic, act, "es" if language == "es" else "en", verdict, text, "".join(asked)))
    return found


def rows_of(answers: Sequence[Answer], embedder: Embedder, reader: Reader) -> NDArray[np.float64]:
    """The features of answers: (answers, features)."""
    topics = {topic.id: topic for topic in read_topics()}
    leads = {
        language: (
            list(topics), embedder.encode([_sentences(topic.unit("define"), language)[0] for topic in topics.values()])
        )
        for language in ("en", "es")
    }  # fmt: skip
    found = []
    for answer in answers:
        topic = topics[answer.topic]
        texts = Texts(answer.language)
        unit = topic.unit(answer.act, answer.asked)  # type: ignore[arg-type]
        assert unit is not None
        question = (
            in_words(unit, answer.language) if answer.asked
            else texts(QUESTIONS[answer.act], topic=topic.inline(answer.language))
        )  # fmt: skip
        sentences = _sentences(unit, answer.language)
        names, vectors = leads[answer.language]
        others = vectors[[place for place, name in enumerate(names) if name != answer.topic]]
        own, asked = embedder.encode_questions([answer.text, question])
        found.append(
            features_of(
                Asked(question, sentences, own, embedder.encode(sentences), asked, others), answer.text,
                answer.language, reader,
            )
        )  # fmt: skip
    return np.array(found)


def _sentences(unit: Unit | None, language: Language) -> list[str]:
    assert unit is not None
    return [line.said(language) for line in unit.lines if line.kind == "plain"]


def fit(answers: Sequence[Answer], rows: NDArray[np.float64]) -> Model:
    """Weights from all answers; thresholds from predictions for topics that were left out."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    scaled = (rows - mean) / spread
    labels = np.array([VERDICTS.index(answer.verdict) for answer in answers])
    groups = [answer.topic for answer in answers]
    held = np.zeros((len(answers), len(VERDICTS)))
    for taught, left in GroupKFold(8).split(scaled, labels, groups):
        held[left] = _regression().fit(scaled[taught], labels[taught]).predict_proba(scaled[left])
    model = _regression().fit(scaled, labels)
    sure: dict[str, float] = {kind: _threshold(held, labels, place) for place, kind in enumerate(VERDICTS)}
    return Model(
        {kind: model.coef_[place].round(4).tolist() for place, kind in enumerate(VERDICTS)},
        {kind: round(float(model.intercept_[place]), 4) for place, kind in enumerate(VERDICTS)},
        mean.round(5).tolist(), spread.round(5).tolist(), sure,
    )  # fmt: skip


def _regression() -> LogisticRegression:
    return LogisticRegression(C=0.3, max_iter=2000)


def _threshold(held: NDArray[np.float64], labels: NDArray[np.int64], place: int) -> float:
    """The least probability at which this verdict is given falsely as seldom as is wanted."""
    given = held.argmax(axis=1) == place
    most = FALSELY if VERDICTS[place] == "right" else WRONGLY
    for threshold in np.arange(0.3, 0.99, 0.01):
        falsely = given & (held[:, place] >= threshold) & (labels != place)
        if VERDICTS[place] == "right":  # a part of the answer that is taken for the whole is no such fault
            falsely &= labels != VERDICTS.index("partly")
        if falsely.sum() <= most * (labels != place).sum():
            return round(float(threshold), 2)
    return 0.99


def measured(model: Model, answers: Sequence[Answer], rows: NDArray[np.float64]) -> Iterator[str]:
    """The verdicts that a model gives to answers, beside those of whoever wrote them."""
    from tutor.teaching.grading import Features

    table: Counter[tuple[str, str]] = Counter()
    for answer, row in zip(answers, rows, strict=True):
        odds = model.odds(Features(*row))
        best = max(VERDICTS, key=lambda kind: odds[kind])
        table[answer.verdict, best if odds[best] >= model.sure[best] else "compare"] += 1
    kinds = (*VERDICTS, "compare")
    yield "written \\ given: " + ", ".join(kinds)
    for kind in VERDICTS:
        yield f"{kind}: " + ", ".join(str(table[kind, given]) for given in kinds)
    total = len(answers)
    right = sum(table[kind, kind] for kind in VERDICTS) + table["off", "wrong"] + table["wrong", "off"]
    false = table["wrong", "right"] + table["off", "right"]
    unsure = sum(table[kind, "compare"] for kind in VERDICTS)
    wrong = sum(table[kind, given] for kind in ("wrong", "off") for given in kinds)
    yield f"right verdict {right / total:.3f}, of those given {right / (total - unsure):.3f}; "
    yield f"wrong called right {false / wrong:.3f}; unsure {unsure / total:.3f}"


def write(model: Model, path: Path) -> None:
    """Keep a model."""
    path.write_text(json.dumps(asdict(model), indent=1) + "\n", encoding="utf-8")
