"""The router of tutor/dialogue/reading.py and the language model of tutor/dialogue/language.py, trained on labelled
lines (training/utterances/*.tsv). Minutes on one core; deterministic.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from demos.runtime.catalogue import all_demos
from knowledge.courses.labelled import read_bank
from knowledge.courses.lecture_passages import lecture_passages
from knowledge.courses.shipped_vectors import questions
from knowledge.courses.units import FOLDER as UNITS
from knowledge.courses.units import read_topics
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.names import TopicNames
from knowledge.text import language_of, stem, words
from tutor.dialogue import act_encoder, language, reading
from tutor.dialogue.language import Languages
from tutor.dialogue.reading import ACTS, FLAGS, Act, Router
from tutor.dialogue.utterance import Utterance

FOLDER = Path(__file__).with_name("utterances")
HELD_OUT = "held_out.tsv"
EXAMPLES = 2
"""Requests that are taken of each demo's own."""
STRENGTHS = (1.0, 3.0, 10.0, 30.0)
"""Inverse strengths of the penalty that are tried; the best on the development part is taken."""
SHARES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
"""How much the network's logits may count beside the linear model's; the best on the development part is taken."""
COURSE = "course"
"""The hand of the course's own questions."""
ASKED_FOR: dict[str, Act] = {
    "define": "define", "why": "why", "how": "explain", "steps": "steps", "formula": "formula", "simply": "simplify",
    "limits": "limits", "compare": "compare", "code": "code", "facts": "fact", "answer": "fact",
}  # fmt: skip
"""The act in which each kind of unit is asked for."""
COMMON = 3.5
"""Topics of which a word is said from which it tells nothing of what is asked about."""
VECTOR_SCALE, WORD_SCALE = 4.0, 1.0
"""How much the vector counts beside the words: e5's vectors differ little from each other."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One utterance with its act, its situation's letters, its language and the file that holds it."""

    act: Act
    flags: str
    language: str
    text: str
    hand: str

    @property
    def develops(self) -> bool:
        """True for one line in ten, by its text: on these the strengths and thresholds are chosen."""
        return int.from_bytes(hashlib.sha256(self.text.encode()).digest()[:4], "big") % 10 == 0


def read_labelled(folder: Path = FOLDER) -> list[Labelled]:
    """All lines. Raises ValueError that names file and line where one has not four columns or an act unknown."""
    found = []
    for path in sorted(folder.glob("*.tsv")):
        for number, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not row.strip():
                continue
            parts = row.split("\t")
            if len(parts) != 4 or parts[0] not in get_args(Act) or parts[2] not in ("en", "es", "mixed"):
                raise ValueError(f"{path.name}, line {number}: {row!r}")
            act: Any = parts[0]
            found.append(Labelled(act, parts[1].replace("-", ""), parts[2], parts[3].strip(), path.name))
    return found


def demo_requests() -> list[Labelled]:
    """What the demos themselves give as requests, some of each, and the bank's requests of the training half."""
    found = [text for demo in all_demos() for text in [example.text for example in demo.examples][:EXAMPLES]]
    found += [item.question for item in read_bank(split="train") if item.kind == "demo_request" and not item.history]
    return [Labelled("run_demo", "", language_of(text), text, "demos") for text in dict.fromkeys(found)]


def course_questions() -> list[Labelled]:
    """The ways in which the course's units are asked for, those that name no topic as said after an answer. The act is
    that of the unit; ways to ask something in particular are questions for a fact, or for yes or no where that is how
    the answer begins."""
    found = []
    for unit in (unit for topic in read_topics() for unit in topic.units if unit.act in ASKED_FOR):
        yes_or_no = unit.act == "answer" and unit.lines[0].en.startswith(("Yes: ", "No: "))
        act: Act = "verify" if yes_or_no else ASKED_FOR[unit.act]
        for flags, texts in (("", unit.asked), ("t", unit.followed)):
            found += [Labelled(act, flags, language_of(text), text, COURSE) for text in texts]
    return list({item.text: item for item in found}.values())


def inputs(items: Sequence[Labelled], vectors: NDArray[np.float32]) -> Any:
    """The features of utterances as one sparse matrix: vector, words, situation."""
    languages = Languages(np.zeros(language.BUCKETS, dtype=np.float32), 0.0)
    rows, columns = [], []
    for row, item in enumerate(items):
        for bucket in reading.grams(Utterance.of(item.text, languages)):
            rows.append(row)
            columns.append(bucket)
    words = sparse.csr_matrix(
        (np.full(len(rows), WORD_SCALE), (rows, columns)), shape=(len(items), reading.BUCKETS)
    )  # fmt: skip
    flags = np.array([[float(flag in item.flags) for flag in FLAGS] for item in items])
    return sparse.hstack([sparse.csr_matrix(vectors * VECTOR_SCALE), words, sparse.csr_matrix(flags)]).tocsr()


def fit_router(items: Sequence[Labelled], vectors: NDArray[np.float32], say: Callable[[str], None]) -> dict[str, Any]:
    """The router's arrays, as its file holds them."""
    labels = np.array([ACTS.index(item.act) for item in items])
    features = inputs(items, vectors)
    dev = np.array([item.develops for item in items])
    best: tuple[float, Any] = (-1.0, None)
    for strength in STRENGTHS:
        model = LogisticRegression(C=strength, max_iter=400).fit(features[~dev], labels[~dev])
        right = float(np.mean(model.predict(features[dev]) == labels[dev]))
        say(f"strength {strength}: {right:.3f} of {dev.sum()} development lines")
        best = max(best, (right, model), key=lambda pair: pair[0])
    model = best[1]
    linear, places = model.decision_function(features[dev]), np.searchsorted(model.classes_, labels[dev])
    network = of_network([item for item, chosen in zip(items, dev, strict=True) if chosen])[:, model.classes_]
    by_share = {share: float(np.mean((linear + share * network).argmax(axis=1) == places)) for share in SHARES}
    share = max(SHARES, key=lambda tried: by_share[tried])
    say("the network's share: " + ", ".join(f"{tried} {found:.3f}" for tried, found in by_share.items()))
    temperature = _temperature(linear + share * network, labels[dev], model.classes_)
    weights = np.zeros((len(ACTS), features.shape[1]), dtype=np.float32)
    bias = np.full(len(ACTS), -20.0, dtype=np.float32)
    weights[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    width = vectors.shape[1]
    return {
        "vector": (weights[:, :width] * VECTOR_SCALE).astype(np.float16),
        "words": (weights[:, width : width + reading.BUCKETS] * WORD_SCALE).astype(np.float16),
        "flags": weights[:, width + reading.BUCKETS :].astype(np.float32),
        "bias": bias,
        "temperature": np.array(temperature, dtype=np.float32),
        "share": np.array(share, dtype=np.float32),
        "leaning": fit_leaning(items, features, width, say),
    }


def of_network(items: Sequence[Labelled]) -> NDArray[np.float32]:
    """The network's logits (items, acts); zeros where it was not trained yet."""
    if not act_encoder.FILE.is_file():
        return np.zeros((len(items), len(ACTS)), dtype=np.float32)
    network = act_encoder.ActEncoder()
    situations = [np.array([float(flag in item.flags) for flag in FLAGS], dtype=np.float32) for item in items]
    return np.stack([network.logits(i.text, situation) for i, situation in zip(items, situations, strict=True)])


def fit_leaning(
    items: Sequence[Labelled], features: Any, width: int, say: Callable[[str], None]
) -> NDArray[np.float32]:
    """Weights of whether words lean on what was said before, by the situation that they were written for.

    Only acts that ask something of the course count: those said after an answer lean mostly, the others stand alone.
    """
    more = course_questions()
    features = sparse.vstack([features, inputs(more, questions([item.text for item in more], Embedder()))])
    items = [*items, *more]
    chosen = np.array([item.act in reading.UNITS and item.flags in ("", "t") for item in items])
    labels = np.array([item.flags == "t" for item in items])[chosen]
    values = features.tocsc()[:, : width + reading.BUCKETS].tocsr()[chosen]
    dev = np.array([item.develops for item in items])[chosen]
    model = LogisticRegression(C=1.0, max_iter=400).fit(values[~dev], labels[~dev])
    say(f"leaning: {np.mean(model.predict(values[dev]) == labels[dev]):.3f} of {dev.sum()} development lines")
    scales = np.concatenate([np.full(width, VECTOR_SCALE), np.full(reading.BUCKETS, WORD_SCALE)])
    return np.concatenate([model.coef_[0] * scales, model.intercept_]).astype(np.float16)


def common_words(items: Sequence[Labelled]) -> NDArray[np.uint32]:
    """The marks of words in which students ask, whatever it is about: those said of COMMON topics or more, where a line
    that names none counts half. No word of a topic's name, no number, none of what is off the course."""
    topics = read_topics(UNITS) if UNITS.is_dir() else ()
    names = {word for t in topics for name in (t.title, t.title_es, *t.aliases, *t.aliases_es) for word in words(name)}
    stems = {stem(word, language) for word in names for language in ("en", "es")}
    finder = TopicNames(lecture_passages(), Embedder().vocabulary)
    about: dict[str, set[str]] = defaultdict(set)
    alone: Counter[str] = Counter()
    for item in (item for item in items if item.act != "off_topic"):
        named = [name.document for name in finder.found(item.text)]
        for word in set(words(item.text)):
            about[word].update(named[:1])
            alone[word] += not named
    kept = [
        word for word in about
        if len(about[word]) + alone[word] / 2 >= COMMON and word.isalpha()
        and not stems & {stem(word, "en"), stem(word, "es")}
    ]  # fmt: skip
    return np.array(sorted(map(reading.word_mark, kept)), dtype=np.uint32)


def _temperature(scores: NDArray[np.float64], labels: NDArray[np.int_], classes: NDArray[np.int_]) -> float:
    """The temperature at which the development lines' acts are likeliest (Guo and others, 2017)."""
    places = np.searchsorted(classes, labels)

    def loss(temperature: float) -> float:
        scaled = scores / temperature
        scaled -= scaled.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(places)), places]))

    return float(min(np.arange(0.3, 3.0, 0.05), key=loss))


def fit_language(items: Sequence[Labelled]) -> dict[str, Any]:
    """The language model's arrays: utterances that are not mixed, and the lines of the course's units."""
    lines = [(item.text, item.language == "es") for item in items if item.language != "mixed"]
    topics = read_topics(UNITS) if UNITS.is_dir() else ()
    for line in (line for topic in topics for unit in topic.units for line in unit.lines if line.kind != "formula"):
        lines += [(line.en, False), (line.es, True)]
    rows, columns, values = [], [], []
    for row, (text, _) in enumerate(lines):
        for bucket, value in language.features(text).items():
            rows.append(row)
            columns.append(bucket)
            values.append(value)
    features = sparse.csr_matrix((values, (rows, columns)), shape=(len(lines), language.BUCKETS))
    model = LogisticRegression(C=20.0, max_iter=400).fit(features, [spanish for _, spanish in lines])
    return {"weights": model.coef_[0].astype(np.float16), "bias": np.array(model.intercept_[0], dtype=np.float32)}


def report(items: Sequence[Labelled], vectors: NDArray[np.float32], router: Router, languages: Languages) -> str:
    """How well acts and languages are read, with the acts that are confused most."""
    readings = [
        router.read(Utterance.of(item.text, languages), vector, item.flags)
        for item, vector in zip(items, vectors, strict=True)
    ]
    right = [read.act == item.act for read, item in zip(readings, items, strict=True)]
    sure = [ok for read, ok in zip(readings, right, strict=True) if read.sure]
    told = [languages.of(item.text) == item.language for item in items if item.language != "mixed"]
    wrong = Counter(
        (item.act, read.act) for item, read, ok in zip(items, readings, right, strict=True) if not ok
    )  # fmt: skip
    pairs = ", ".join(f"{a} read as {b} {count}" for (a, b), count in wrong.most_common(12))
    return (
        f"{len(items)} lines: act {np.mean(right):.3f}; sure {len(sure) / len(items):.3f}, of these "
        f"{np.mean(sure):.3f}; language {np.mean(told):.3f}; {pairs}"
    )


def train(say: Callable[[str], None] = print) -> None:
    """Train both, write their files, and say how well they read the development lines and the other hand's."""
    items = [*read_labelled(), *demo_requests()]
    vectors = Embedder().encode_questions([item.text for item in items])
    own = np.array([item.hand != HELD_OUT for item in items])
    mine = [item for item, keep in zip(items, own, strict=True) if keep]
    np.savez_compressed(reading.FILE, **fit_router(mine, vectors[own], say), common=common_words(mine))
    np.savez_compressed(language.FILE, **fit_language([item for item in mine if not item.develops]))
    Router.trained.cache_clear()
    Languages.trained.cache_clear()
    router, languages = Router.trained(), Languages.trained()
    for name, chosen in (
        ("development", [item.develops and keep for item, keep in zip(items, own, strict=True)]),
        ("another hand", list(~own)),
    ):
        held = [item for item, keep in zip(items, chosen, strict=True) if keep]
        if held:
            say(f"{name}: {report(held, vectors[np.array(chosen)], router, languages)}")
