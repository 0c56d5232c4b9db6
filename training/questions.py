"""The space of questions (knowledge/retrieval/question_space.py), trained on the ways in which the course's units are
asked for: two ways to ask for one unit are drawn together, and apart from all others in the batch (InfoNCE, van den
Oord et al., 2018); in a conversation on a topic, apart from what else is asked of it.

The probability is fitted on questions by other hands, which the map has not seen: a way by the hand that wrote the
others is too like them. What is printed of these comes from folds that were left out. Minutes on one core;
deterministic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from torch import nn

from knowledge.courses.lecture_passages import lecture_passages
from knowledge.courses.shipped_vectors import questions
from knowledge.courses.units import ACTS
from knowledge.passages import Asked, Passage
from knowledge.retrieval.cross_encoder import CrossEncoder
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.names import TopicNames
from knowledge.retrieval.question_space import FILE, MatchFeatures, Questions, QuestionSpace, features_of, read_by
from knowledge.text import language_of
from tutor.dialogue.language import Languages
from tutor.dialogue.reading import Router
from tutor.dialogue.utterance import Utterance

OTHER_HAND = Path(__file__).with_name("questions_other_hand.tsv")
KINDS = ("", *ACTS)
WIDTH = 256
"""Numbers of a question's place: 384 were no better on what was held out."""
STEPS = 400
BATCH = 1024
WARMTH = 0.05
"""Temperature of the contrast."""
RATE, DECAY = 1e-3, 1e-2
DROPPED = 0.1
SHIFT = 0.8
"""Share of the mean vector that is taken away before the map: e5's vectors all point one way."""
IN_TOPIC = 0.5
"""Weight of the contrast within one topic."""
SEEN = 250
"""Ways that the course leaves open on which the probability is fitted."""
FOLDS = 5
LEASTS = (0.3, 0.5)
"""Probabilities from which it is told how often a match is right."""


@dataclass(frozen=True)
class Ways:
    """All ways to ask: the encoder's vectors (ways, dimension), how likely each kind of unit is wanted as the router
    reads them, the passage of each, and what is asked."""

    passages: tuple[Passage, ...]
    rows: NDArray[np.int64]
    asked: tuple[Asked, ...]
    vectors: NDArray[np.float32]
    wanted: NDArray[np.float32]

    def at(self, places: NDArray[np.int64]) -> list[tuple[int, Asked]]:
        """These, with the rows of their passages."""
        return [(int(self.rows[place]), self.asked[place]) for place in places]

    @property
    def follows(self) -> NDArray[np.bool_]:
        """Which of them lean on the conversation."""
        return np.array([asked.follows for asked in self.asked])

    @property
    def answered(self) -> NDArray[np.bool_]:
        """To which of them the course has an answer."""
        return np.array([bool(asked.answer) for asked in self.asked])

    @property
    def documents(self) -> NDArray[np.object_]:
        """What each is about."""
        return np.array([self.passages[row].document for row in self.rows], dtype=object)


def read_ways(embedder: Embedder) -> tuple[Ways, NDArray[np.int64]]:
    """Of the built-in course, and the places among them of those by other hands (questions_other_hand.tsv).

    These were written from the answers alone, or as further ways to say what stands in a conversation. They are no ways
    of the course: the map is not trained on them. A line names the answer by topic/name, a unit by topic:act, and by
    topic/- says that the course has none.
    """
    passages = tuple(lecture_passages())
    rows = {f"{passage.document}/{passage.against}": row for row, passage in enumerate(passages)}
    rows |= {f"{passage.document}:{passage.act}": row for row, passage in enumerate(passages) if not passage.against}
    rows |= {f"{passage.document}/-": row for row, passage in enumerate(passages) if passage.act == "define"}
    languages, router = Languages.trained(), Router.trained()
    found = [(row, asked) for row, passage in enumerate(passages) for asked in passage.asked]
    own = len(found)
    for line in OTHER_HAND.read_text(encoding="utf-8").splitlines():
        name, mark, text = line.split("\t")
        if name in rows:
            said = () if name.endswith("/-") else passages[rows[name]].sentences
            found.append((rows[name], Asked(text, said, mark == "&")))
    vectors = questions([asked.question for _, asked in found], embedder)
    wanted = np.zeros((len(found), len(KINDS)), dtype=np.float32)
    for place, ((_, asked), vector) in enumerate(zip(found, vectors, strict=True)):
        units = router.read(Utterance.of(asked.question, languages), vector, "t" if asked.follows else "").units
        wanted[place] = [units.get(kind, 0.0) for kind in KINDS]
    ways = Ways(passages, np.array([row for row, _ in found]), tuple(asked for _, asked in found), vectors, wanted)
    return ways, np.arange(own, len(found))


class Net(nn.Module):
    """The map in torch."""

    def __init__(self, mean: torch.Tensor) -> None:
        super().__init__()
        self.map = nn.Linear(len(mean), WIDTH, bias=False)
        nn.init.orthogonal_(self.map.weight)
        self.shift = nn.Parameter(mean * SHIFT)
        self.wanted, self.given = (nn.Parameter(torch.randn(len(KINDS), WIDTH) * 0.05) for _ in range(2))

    def asked(self, vectors: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """Where a student's questions lie, (questions, WIDTH)."""
        moved = nn.functional.dropout(vectors - self.shift, DROPPED, self.training)
        likely = nn.functional.dropout(wanted.sqrt(), 2 * DROPPED, self.training)
        return nn.functional.normalize(self.map(moved) + likely @ self.wanted, dim=1)

    def answered(self, vectors: torch.Tensor, kinds: torch.Tensor) -> torch.Tensor:
        """Where questions of the course lie, (questions, WIDTH)."""
        moved = nn.functional.dropout(vectors - self.shift, DROPPED, self.training)
        return nn.functional.normalize(self.map(moved) + self.given[kinds], dim=1)

    def space(self, calibration: Sequence[float]) -> QuestionSpace:
        """The same for use."""
        matrix, shift, wanted, given = (
            tensor.detach().numpy() for tensor in (self.map.weight, self.shift, self.wanted, self.given)
        )
        names = (*MatchFeatures._fields, "bias")
        return QuestionSpace(matrix, shift, KINDS, wanted, given, dict(zip(names, calibration, strict=True)))


def learnt(ways: Ways, places: NDArray[np.int64], seed: int = 0) -> Net:
    """A map trained on the ways at these places."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    of: dict[int, list[int]] = {}
    for place in places[ways.answered[places]]:
        of.setdefault(int(ways.rows[place]), []).append(int(place))
    several = [held for held in of.values() if len(held) > 1]
    vectors, wanted = torch.from_numpy(ways.vectors), torch.from_numpy(ways.wanted)
    kinds = torch.tensor([KINDS.index(ways.passages[row].act) for row in ways.rows])
    names = {document: at for at, document in enumerate(dict.fromkeys(ways.documents))}
    documents = torch.tensor([names[document] for document in ways.documents])
    follows = torch.from_numpy(ways.follows)
    net = Net(vectors[places].mean(dim=0))
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    for _ in range(STEPS):
        drawn = [random.choice(several[at], 2, replace=False) for at in random.permutation(len(several))[:BATCH]]
        one, other = torch.tensor(np.array(drawn)).unbind(dim=1)
        scores = net.asked(vectors[one], wanted[one]) @ net.answered(vectors[other], kinds[other]).T / WARMTH
        labels = torch.arange(len(one))
        topic = documents[one][:, None] == documents[other][None, :]
        inside = scores.masked_fill(~topic, -1e9)  # a follow-up is asked where the topic is known
        leans = follows[one]
        alone = scores.masked_fill(follows[other][None, :] & ~topic, -1e9)
        whole = nn.functional.cross_entropy(alone[~leans], labels[~leans]) if (~leans).any() else scores.sum() * 0
        loss = whole + IN_TOPIC * nn.functional.cross_entropy(inside, labels)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return net.eval()


@dataclass(frozen=True)
class Situation:
    """Ways that are asked, with the topic of the conversation beside each, "" where there is none."""

    name: str
    places: NDArray[np.int64]
    topics: NDArray[np.object_]


def situations(ways: Ways, others: NDArray[np.int64], draw: np.random.Generator) -> list[Situation]:
    """What other hands wrote, and what the course leaves open, as they may come."""
    documents, follows, answered = ways.documents, ways.follows, ways.answered
    own = np.setdiff1d(np.arange(len(ways.rows)), others)
    left = draw.permutation(own[~answered[own]])[:SEEN]
    alone, leaning = (others[(follows[others] == leans) & answered[others]] for leans in (False, True))
    unanswered = others[~answered[others]]
    none = np.full(len(ways.rows), "", dtype=object)
    elsewhere = draw.permutation(documents)
    return [
        Situation("alone", alone, none[alone]),
        Situation("alone, in a conversation on something else", alone, elsewhere[alone]),
        Situation("leaning on its topic", leaning, documents[leaning]),
        Situation("left open by the course", left, none[left]),
        Situation("left open, in a conversation on its topic", left, documents[left]),
        Situation("left open, leaning", unanswered, documents[unanswered]),
    ]


def candidates(
    ways: Ways, known: Questions, situation: Situation, names: TopicNames, reader: CrossEncoder
) -> list[list[tuple[MatchFeatures, bool]]]:
    """Features of the candidates of each way, and whether they are right."""
    found = []
    for place, topic in zip(situation.places, situation.topics, strict=True):
        asked = ways.asked[place]
        language = language_of(asked.question)
        topics, named = {topic} - {""}, {name.document for name in names.found(asked.question)}
        acts = dict(zip(KINDS, map(float, ways.wanted[place]), strict=True))
        near = known.nearest(ways.vectors[place], acts, topics, named)
        read = read_by(reader, asked.question, near, topics, named, language)
        rows = features_of(near, read, topics, named)
        right = [bool(asked.answer) and candidate.row == ways.rows[place] for candidate in near]
        found.append([*zip(rows, right, strict=True)])
    return found


def fit(embedder: Embedder, reader: CrossEncoder, say: Callable[[str], None]) -> None:
    """Train, tell what was held out, and write the file."""
    ways, others = read_ways(embedder)
    say(f"{len(ways.rows) - len(others)} ways to ask, of {len(ways.passages)} passages")
    own = np.setdiff1d(np.arange(len(ways.rows)), others)
    net = learnt(ways, own)
    space = net.space([0.0] * (len(MatchFeatures._fields) + 1))
    known = Questions(space, ways.passages, ways.at(own), ways.vectors[own])
    names = TopicNames(ways.passages, embedder.vocabulary)
    draw = np.random.default_rng(0)
    seen = [
        (situation.name, candidates(ways, known, situation, names, reader))
        for situation in situations(ways, others, draw)
    ]
    rows = [
        (features, right, fold) for _, groups in seen for fold, group in enumerate(groups) for features, right in group
    ]
    values, labels, folds = (np.array(column) for column in zip(*rows, strict=True))
    model = LogisticRegression(C=10.0, max_iter=2000)
    likely = cross_val_predict(model, values, labels, groups=folds, cv=GroupKFold(FOLDS), method="predict_proba")[:, 1]
    at = 0
    for name, groups in seen:
        first, told = [], []
        for group in groups:
            own_likely = likely[at : at + len(group)]
            at += len(group)
            best = int(own_likely.argmax())
            first.append(group[0][1])
            told.append((float(own_likely[best]), group[best][1]))
        parts = []
        for least in LEASTS:
            taken = [right for probability, right in told if probability >= least]
            parts.append(f"from {least} {len(taken) / len(groups):.3f} taken, {np.mean(taken or [False]):.3f} right")
        say(
            f"{name} ({len(groups)}): nearest right {np.mean(first):.3f}, "
            f"likeliest {np.mean([right for _, right in told]):.3f}; {'; '.join(parts)}"
        )
    model.fit(values, labels)
    calibration = np.array([*model.coef_[0], model.intercept_[0]], dtype=np.float32)
    say(
        ", ".join(
            f"{name} {value:.2f}" for name, value in zip((*MatchFeatures._fields, "bias"), calibration, strict=True)
        )
    )
    arrays = {
        "matrix": net.map.weight, "shift": net.shift, "wanted": net.wanted, "given": net.given,
    }  # fmt: skip
    halves = {name: tensor.detach().numpy().astype(np.float16) for name, tensor in arrays.items()}
    np.savez_compressed(FILE, kinds=np.array(KINDS), calibration=calibration, **halves)  # type: ignore[arg-type]
    say(f"{FILE.name}: {FILE.stat().st_size / 1e6:.2f} MB")
