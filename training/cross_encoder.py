"""The cross-encoder of knowledge/retrieval/cross_encoder.py, trained: does this sentence answer this question?

Examples are what a search brings: for each question of the course's training half the sentences that come near, of
which some answer it, and for those that the course leaves open none. Passages from outside (XQuAD, English and Spanish,
each question with sentences of either language) join them, so that it also judges a teacher's documents; their
questions are put to the course too, which answers none of them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from knowledge.courses.labelled import read_bank
from knowledge.retrieval.cross_encoder import LONGEST, pair_text
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.encoder_file import read_changes
from knowledge.retrieval.query import Query
from knowledge.retrieval.retriever import Retriever, Sentence
from knowledge.text import language_of
from training.backbone import Backbone, Learnt
from training.data import held_out
from training.labels import ASKS, answers
from training.lecture import lecture_material
from training.material import Known, Material

CANDIDATES, HARD = 14, 6
LEANING = 0.25
"""Share of the course's questions that are asked as follow-ups."""
TOGETHER = 32
"""Pairs of like length that are read in one go."""
Heard = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class Group:
    """A question with candidate sentences: (title, sentence, whether it answers)."""

    question: str
    rows: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How it is trained; `wrong` is how many sentences that do not answer are shown of each group."""

    layers: int = 6
    epochs: int = 1
    rate: float = 1e-4
    batch: int = 8
    wrong: int = 5
    warm_up: int = 50
    ranking: float = 0.3
    """Weight of the ranking loss beside the binary one."""
    rank: int = 48
    longest: int = LONGEST
    """Tokens of both texts together."""
    seed: int = 0


def course_groups(retriever: Retriever, seed: int = 0, most: int | None = None) -> Iterator[Group]:
    """Groups of the course's training half: the bank's questions, then those that students ask, `most` of these."""
    draw = random.Random(seed)
    bank = [item for item in read_bank(split="train") if item.kind in ASKS and not item.history]
    for item in bank:
        found = _near(retriever, item.question)
        labels = [
            item.covered and item.found_in(s.passage) and answers(item, s.passage.sentences[s.place]) for s in found
        ]
        yield from _both(item.question, found, labels)
    particular = {a.question for p in retriever.passages if p.whole for a in p.asked}  # these are answer_groups
    examined = {item.question for item in bank} | particular
    asked = [known for known in lecture_material().known if known.question not in examined and not known.history]
    for known in asked if most is None or most >= len(asked) else draw.sample(asked, most):
        found = _near(retriever, known.question)
        labels = [_english(s) in known.answer for s in found]
        question = known.question
        if draw.random() < LEANING:
            question = _leaning(retriever, question, found)
        yield from _both(question, found, labels)


def answer_groups(retriever: Retriever, seed: int = 0) -> Iterator[Group]:
    """Answers to a question in particular, each beside those whose questions lie near: one way to ask that names the
    topic, and one as it is said in a conversation, with the topic's title before it."""
    draw = random.Random(seed)
    for passage in retriever.passages:
        if not passage.whole:
            continue
        for follows in (False, True):
            ways = [asked.question for asked in passage.asked if asked.follows is follows]
            if not ways:
                continue
            question = draw.choice(ways)
            language = language_of(question)
            topics = {passage.document} if follows else set()
            near = [found for found in retriever.near(question, topics) if found.id != passage.id]
            rows = [
                (other.named(language), other.said(language)[0], other.id == passage.id) for other in (passage, *near)
            ]
            title = f"{passage.named(language)}: " if follows else ""
            yield Group(f"{title}{question}", tuple(rows))


def _leaning(retriever: Retriever, question: str, found: Sequence[Sentence]) -> str:
    """A question as a follow-up would ask it, after the topic's title: "Perceptron: who made it?"."""
    names = retriever.names.found(question)
    if len(names) != 1 or not found:
        return question
    named = next((s.passage for s in found if s.passage.document == names[0].document), None)
    said = question.split()
    if named is None or names[0].end > len(said):
        return question
    spanish = language_of(question) == "es"
    kept = [*said[: names[0].start], "eso" if spanish else "it", *said[names[0].end :]]
    return f"{named.named('es' if spanish else 'en')}: {' '.join(kept)}"


def _near(retriever: Retriever, question: str) -> list[Sentence]:
    """The sentences of the passages that a search brings, nearest first."""
    found = retriever.retrieve(Query.of(question)).sentences
    return sorted(found, key=lambda s: -(s.features.cosine + 0.1 * s.features.shared))


def _english(sentence: Sentence) -> str:
    """The sentence as labels have it."""
    return sentence.passage.sentences[sentence.place]


def _both(question: str, found: Sequence[Sentence], labels: Sequence[bool]) -> Iterator[Group]:
    """The first candidates, and those further down that answer; in the other language too where there is one."""
    chosen = [
        (s, bool(label))
        for place, (s, label) in enumerate(zip(found, labels, strict=True))
        if place < CANDIDATES or label
    ]
    for language in ("en", "es"):
        rows = [
            (s.passage.named(language), s.passage.said(language)[s.place], label)
            for s, label in chosen
            if language == "en" or s.passage.other
        ]
        if len(rows) >= CANDIDATES // 2 and (language == "en" or any(label for *_, label in rows)):
            yield Group(question, tuple(rows))


def outside_groups(materials: dict[str, Material], seed: int = 0) -> Iterator[Group]:
    """Groups of passages from outside: neighbours of the answer, and sentences of other passages that come near.

    `materials` are the same passages by language; a question is asked in either, of sentences in either. Held-out
    documents are left out, so that prose can be used to measure.
    """
    draw = random.Random(seed)
    asked = {name: {place(known): known.question for known in m.known} for name, m in materials.items()}
    for material in materials.values():
        before = {text: first for texts in material.sentences.values() for first, text in pairwise(("", *texts))}
        for known in material.known:
            if held_out(number_of(known.document)):
                continue
            question = asked[draw.choice(sorted(materials))].get(place(known), known.question)
            own = [text for text in material.sentences[known.document] if text not in known.answer][:8]
            near = material.misses(known, 8)
            wrong = [(before[text], text, False) for text in (*own, *near)]
            yield Group(question, (*((before[text], text, True) for text in known.answer), *wrong))
            if draw.random() < 0.3:
                yield Group(question, tuple((before[text], text, False) for text in near))


def number_of(document: str) -> str:
    """A passage from outside, whatever the language: "xquad.es-12" is "12"."""
    return document.rsplit("-", 1)[-1]


def place(known: Known) -> str:
    """What tells a question of a passage from outside in all languages."""
    return f"{number_of(known.document)} {known.kind}"


def foreign_groups(retriever: Retriever, materials: dict[str, Material]) -> Iterator[Group]:
    """The questions about passages from outside, put to the course: what shares their words answers none of them."""
    for number, known in enumerate(known for material in materials.values() for known in material.known):
        if number % 2 == 0 and not held_out(number_of(known.document)):
            found = _near(retriever, known.question)
            yield from list(_both(known.question, found, [False] * len(found)))[:1]


class Training:
    """Trains the lower layers of e5. Deterministic by the recipe's seed."""

    def __init__(self, encoder: Encoder, recipe: Recipe, begin: Path | None = None) -> None:
        """`begin` is a file that an earlier run wrote: training goes on from it."""
        torch.manual_seed(recipe.seed)
        self.recipe, self.encoder = recipe, encoder
        self.net = Backbone(recipe.layers)
        self.head = nn.Linear(self.net.width, 1)
        if begin is not None:
            learnt = read_changes(begin)
            self.net.change(learnt)
            self.head.weight.data[0] = torch.from_numpy(learnt["head.weight"])
            self.head.bias.data[0] = float(learnt["head.bias"].reshape(-1)[0])
        self._learning = [*self.net.learning(), *self.head.parameters()]
        self._tokens: dict[tuple[str, str], list[int]] = {}

    def run(self, groups: Sequence[Group], heard: Heard) -> None:
        """Learn all groups in every epoch; hears (step, of how many, loss)."""
        recipe, draw = self.recipe, random.Random(self.recipe.seed)
        optimiser = torch.optim.AdamW(self._learning, lr=recipe.rate, weight_decay=0.01)
        total = recipe.epochs * ((len(groups) + recipe.batch - 1) // recipe.batch)
        step = 0
        for _ in range(recipe.epochs):
            order = draw.sample(list(groups), len(groups))
            for start in range(0, len(order), recipe.batch):
                chosen = [(group, _drawn(group, recipe.wrong, draw)) for group in order[start : start + recipe.batch]]
                loss = self._loss([pair for pair in chosen if pair[1]])
                for part in optimiser.param_groups:
                    part["lr"] = recipe.rate * min(1.0, (step + 1) / recipe.warm_up) * (1 - step / (total + 1))
                loss.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(self._learning, 1.0)
                optimiser.step()
                optimiser.zero_grad(set_to_none=True)
                step += 1
                heard(step, total, float(loss.detach()))

    def scores(self, pairs: Sequence[tuple[str, str]]) -> Tensor:
        """Log-odds of (question, text) pairs, in their order; those of like length are read together."""
        sequences = [self._sequence(pair) for pair in pairs]
        order = sorted(range(len(pairs)), key=lambda row: len(sequences[row]))
        found: list[Tensor] = []
        for start in range(0, len(order), TOGETHER):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                hidden = self.net([sequences[row] for row in order[start : start + TOGETHER]])
            found.append(self.head(hidden.float())[:, 0])
        return torch.empty(len(pairs)).index_copy(0, torch.tensor(order), torch.cat(found))

    def _sequence(self, pair: tuple[str, str]) -> list[int]:
        if pair not in self._tokens:
            self._tokens[pair] = self.encoder.pair(*pair, self.recipe.longest)
        return self._tokens[pair]

    def _loss(self, chosen: Sequence[tuple[Group, list[tuple[str, str, bool]]]]) -> Tensor:
        """Binary cross-entropy of all pairs, and for each question the log-odds that an answer is ranked first."""
        pairs = [(group.question, pair_text(title, text)) for group, rows in chosen for title, text, _ in rows]
        labels = torch.tensor([float(right) for _, rows in chosen for _, _, right in rows])
        scores = self.scores(pairs)
        loss = functional.binary_cross_entropy_with_logits(scores, labels)
        sizes = [len(rows) for _, rows in chosen]
        ranked = []
        for part, right in zip(torch.split(scores, sizes), torch.split(labels, sizes), strict=True):
            if 0 < right.sum() < len(part):
                ranked.append(part.logsumexp(0) - part[right > 0].logsumexp(0))
        return loss + self.recipe.ranking * torch.stack(ranked).mean() if ranked else loss

    def learnt(self) -> Learnt:
        """What was learnt, as knowledge/retrieval/encoder_file.py reads it, with the head."""
        head = {"head.weight": self.head.weight.detach()[0], "head.bias": self.head.bias.detach()}
        return self.net.learnt(self.recipe.rank) | head


def _drawn(group: Group, wrong: int, draw: random.Random) -> list[tuple[str, str, bool]]:
    """What answers, and some that does not: the hard ones more often."""
    right = [row for row in group.rows if row[2]]
    others = [row for row in group.rows if not row[2]]
    hard, easy = others[:HARD], others[HARD:]
    taken = draw.sample(hard, min(len(hard), -(-wrong * 2 // 3)))
    taken += draw.sample(easy, min(len(easy), wrong - len(taken)))
    return [*draw.sample(right, min(2, len(right))), *taken]


def write_groups(groups: Iterable[Group], path: Path) -> int:
    """Keep groups as JSON lines; how many."""
    lines = [json.dumps(asdict(group), ensure_ascii=False) for group in groups]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def read_groups(path: Path) -> list[Group]:
    """What `write_groups` wrote."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Group(row["question"], tuple((t, s, bool(y)) for t, s, y in row["rows"])) for row in rows]
