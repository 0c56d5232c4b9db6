"""The reader of knowledge/retrieval/cross_encoder.py, trained: does this sentence answer this question?

Examples are what a search brings: for each question of the course's training half the sentences that are ranked first,
of which some answer it, and for those that the course leaves open none. Passages from outside join them, so that the
reader also judges a teacher's documents; their questions are put to the course too, which answers none of them. The
matrices of MiniLM's six layers learn; what they learnt is then written as a change of low rank (the largest singular
values of each difference), a tenth of the size.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from knowledge.courses.labelled import read_bank
from knowledge.retrieval.cross_encoder import LONGEST, MATRICES, copied, pair_text, pooled
from knowledge.retrieval.embedder import Embedder
from knowledge.retrieval.questions import read_question
from knowledge.retrieval.retriever import Retriever
from training.data import held_out
from training.fit_retrieval import ASKS, answers, resolved
from training.lecture import lecture_material
from training.material import Material

CANDIDATES, HARD = 16, 6
"""How many of the sentences that a search ranks first are candidates, and how many of those are the hard ones."""
TOGETHER = 16
"""Pairs of like length that are read in one go."""
Heard = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class Group:
    """A question with candidate sentences: (title, sentence, whether it answers)."""

    question: str
    rows: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class ReaderRecipe:
    """How the reader is trained; `wrong` is how many sentences that do not answer are shown of each group."""

    epochs: int = 1
    rate: float = 1e-4
    batch: int = 8
    wrong: int = 6
    warm_up: int = 50
    ranking: float = 0.3
    """Weight of the ranking loss beside the binary one."""
    rank: int = 32
    seed: int = 0


def course_groups(retriever: Retriever) -> Iterator[Group]:
    """Groups of the course's training half: the bank's questions, then those that students ask."""
    bank = [item for item in read_bank(split="train") if item.kind in ASKS]
    for item in bank:
        found = retriever.retrieve(resolved(retriever, item))
        labels = [item.covered and item.found_in(s.passage) and answers(item, s.text) for s in found.sentences]
        yield _group(found.question.search, [(s.passage.title, s.text) for s in found.sentences], labels)
    examined = {item.question for item in bank}
    for known in lecture_material().known:
        if known.question not in examined and not known.history:
            found = retriever.retrieve(read_question(known.question))
            labels = [s.text in known.answer for s in found.sentences]
            yield _group(found.question.search, [(s.passage.title, s.text) for s in found.sentences], labels)


def _group(question: str, pairs: Sequence[tuple[str, str]], labels: Sequence[bool]) -> Group:
    """The first candidates, and those further down that answer."""
    rows = [(*pair, bool(label)) for pair, label in zip(pairs, labels, strict=True)]
    return Group(question, tuple(row for place, row in enumerate(rows) if place < CANDIDATES or row[2]))


def outside_groups(material: Material, seed: int = 0) -> Iterator[Group]:
    """Groups of passages from outside: neighbours of the answer, and sentences of other passages that come near.

    Held-out documents are left out, so that prose can be used to measure (training/prose.py).
    """
    draw = random.Random(seed)
    before = {text: first for texts in material.sentences.values() for first, text in pairwise(("", *texts))}
    for known in (known for known in material.known if not held_out(known.document)):
        own = [text for text in material.sentences[known.document] if text not in known.answer][:8]
        near = material.near.misses(known, 8)
        wrong = [(before[text], text, False) for text in (*own, *near)]
        yield Group(known.question, (*((before[text], text, True) for text in known.answer), *wrong))
        if draw.random() < 0.3:
            yield Group(known.question, tuple((before[text], text, False) for text in near))


def foreign_groups(retriever: Retriever, material: Material) -> Iterator[Group]:
    """The questions about passages from outside, put to the course: what shares their words answers none of them."""
    for known in (known for known in material.known if not held_out(known.document)):
        found = retriever.retrieve(read_question(known.question))
        pairs = [(s.passage.title, s.text) for s in found.sentences]
        yield _group(known.question, pairs, [False] * len(pairs))


class ReaderTraining:
    """Trains a copy of MiniLM. Deterministic by the recipe's seed."""

    def __init__(self, embedder: Embedder, recipe: ReaderRecipe) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.tokenizer, self.net = copied(embedder)
        self._before = {name: _matrix(self.net, name).detach().clone() for name in matrix_names(self.net)}
        self.head = nn.Linear(_width(self.net), 1)
        self.net.requires_grad_(False)
        for name in self._before:
            _matrix(self.net, name).requires_grad_(True)

    def run(self, groups: Sequence[Group], heard: Heard) -> None:
        """Learn all groups in every epoch; hears (step, of how many, loss)."""
        recipe, draw = self.recipe, random.Random(self.recipe.seed)
        learning = [p for p in (*self.net.parameters(), *self.head.parameters()) if p.requires_grad]
        optimiser = torch.optim.AdamW(learning, lr=recipe.rate, weight_decay=0.01)
        self.net.train()
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
                torch.nn.utils.clip_grad_norm_(learning, 1.0)
                optimiser.step()
                optimiser.zero_grad(set_to_none=True)
                step += 1
                heard(step, total, float(loss.detach()))
        self.net.eval()

    def _loss(self, chosen: Sequence[tuple[Group, list[tuple[str, str, bool]]]]) -> Tensor:
        """Binary cross-entropy of all pairs, and for each question the log-odds that an answer is ranked first."""
        pairs = [(group.question, pair_text(title, text)) for group, rows in chosen for title, text, _ in rows]
        labels = torch.tensor([float(right) for _, rows in chosen for _, _, right in rows])
        scores = self._scores(pairs)
        loss = functional.binary_cross_entropy_with_logits(scores, labels)
        sizes = [len(rows) for _, rows in chosen]
        ranked = []
        for part, right in zip(torch.split(scores, sizes), torch.split(labels, sizes), strict=True):
            if 0 < right.sum() < len(part):
                ranked.append(part.logsumexp(0) - part[right > 0].logsumexp(0))
        return loss + self.recipe.ranking * torch.stack(ranked).mean() if ranked else loss

    def _scores(self, pairs: Sequence[tuple[str, str]]) -> Tensor:
        """Log-odds of (question, sentence) pairs, in their order; those of like length are read together."""
        order = sorted(range(len(pairs)), key=lambda place: sum(map(len, pairs[place])))
        scores = torch.empty(len(pairs))
        for start in range(0, len(order), TOGETHER):
            places = order[start : start + TOGETHER]
            read = self.tokenizer(
                [pairs[place][0] for place in places], [pairs[place][1] for place in places], padding=True,
                truncation=True, max_length=LONGEST, return_tensors="pt",
            )  # fmt: skip
            with torch.autocast("cpu", dtype=torch.bfloat16):
                hidden = pooled(self.net, read)
            scores = scores.index_copy(0, torch.tensor(places), self.head(hidden.float())[:, 0])
        return scores

    def learnt(self) -> dict[str, Tensor]:
        """What was learnt, in low rank, as knowledge/retrieval/cross_encoder.py reads it."""
        found = {"head.weight": self.head.weight.detach()[0].clone(), "head.bias": self.head.bias.detach()[0].clone()}
        for name, before in self._before.items():
            found |= low_rank(name, _matrix(self.net, name).detach() - before, self.recipe.rank)
        return found


def low_rank(name: str, difference: Tensor, rank: int) -> dict[str, Tensor]:
    """The nearest matrix of a rank (Eckart and Young, 1936) as two factors, "<name>.a" and "<name>.b"."""
    u, s, v = torch.linalg.svd(difference, full_matrices=False)
    root = s[:rank].sqrt()
    return {f"{name}.a": root[:, None] * v[:rank], f"{name}.b": u[:, :rank] * root}


def matrix_names(net: nn.Module) -> list[str]:
    """The matrices that the reader changes."""
    layers = cast(Any, net).encoder.layer
    return [f"encoder.layer.{number}.{matrix}" for number in range(len(layers)) for matrix in MATRICES]


def write_reader(learnt: dict[str, Tensor], target: Path, facts: dict[str, str]) -> None:
    """Write the reader's file, in float16."""
    from safetensors.torch import save_file

    tensors = {name: value.half().contiguous() for name, value in learnt.items()}
    save_file(tensors, target, metadata=facts)


def _drawn(group: Group, wrong: int, draw: random.Random) -> list[tuple[str, str, bool]]:
    """At most two rows that answer and some that do not, two thirds of them from the front."""
    right = [row for row in group.rows if row[2]]
    others = [row for row in group.rows if not row[2]]
    hard, rest = others[:HARD], others[HARD:]
    chosen = draw.sample(hard, min(len(hard), wrong * 2 // 3 + 1))
    chosen += draw.sample(rest, min(len(rest), max(0, wrong - len(chosen))))
    return draw.sample(right, min(2, len(right))) + chosen


def _matrix(net: nn.Module, name: str) -> Tensor:
    return cast(Tensor, net.get_submodule(name).weight)


def _width(net: nn.Module) -> int:
    return int(cast(Any, net).config.hidden_size)
