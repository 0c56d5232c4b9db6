"""The network of tutor/dialogue/act_encoder.py, trained on the labelled lines of training/utterances.

The development lines and those of another hand are never learnt; what they say after each pass is printed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.encoder_file import encoder_file
from training.backbone import Backbone, Learnt
from training.utterances import HELD_OUT, Labelled
from tutor.dialogue.act_encoder import sequence
from tutor.dialogue.reading import ACTS, FLAGS

TOGETHER = 256
"""Utterances that are read in one go where nothing is learnt."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How it is trained."""

    layers: int = 6
    epochs: int = 5
    rate: float = 2e-4
    batch: int = 32
    warm_up: int = 60
    smoothing: float = 0.05
    rank: int = 48
    seed: int = 0


class Training:
    """Trains the lower layers of e5 and a linear layer to tell acts. Deterministic by the recipe's seed."""

    def __init__(self, recipe: Recipe) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.encoder = recipe, Encoder(encoder_file())
        self.net = Backbone(recipe.layers)
        self.head = nn.Linear(self.net.width, len(ACTS))
        self.flags = nn.Linear(len(FLAGS), len(ACTS), bias=False)
        nn.init.zeros_(self.flags.weight)

    def run(self, items: Sequence[Labelled], say: Callable[[str], None]) -> None:
        """Learn all lines but those held out, in every epoch."""
        recipe, draw = self.recipe, random.Random(self.recipe.seed)
        taught = [item for item in items if not item.develops and item.hand != HELD_OUT]
        tests = {"development": [i for i in items if i.develops and i.hand != HELD_OUT],
                 "another hand": [i for i in items if i.hand == HELD_OUT]}  # fmt: skip
        heads = [*self.head.parameters(), *self.flags.parameters()]
        layers = self.net.learning()
        optimiser = torch.optim.AdamW(
            [{"params": layers, "lr": recipe.rate}, {"params": heads, "lr": 10 * recipe.rate}]
        )
        rates = [group["lr"] for group in optimiser.param_groups]
        total = recipe.epochs * -(-len(taught) // recipe.batch)
        step = 0
        for epoch in range(recipe.epochs):
            for chosen in _batches(taught, recipe.batch, draw):
                scale = min(1.0, (step + 1) / recipe.warm_up) * (1 - step / (total + 1))
                for group, rate in zip(optimiser.param_groups, rates, strict=True):
                    group["lr"] = rate * scale
                loss = functional.cross_entropy(self.logits(chosen), _labels(chosen), label_smoothing=recipe.smoothing)
                loss.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_([*layers, *heads], 1.0)
                optimiser.step()
                optimiser.zero_grad(set_to_none=True)
                step += 1
            told = ", ".join(f"{name} {self.right(held):.3f} of {len(held)}" for name, held in tests.items())
            say(f"pass {epoch + 1} of {recipe.epochs}: loss {float(loss.detach()):.3f}; {told}")

    def logits(self, items: Sequence[Labelled]) -> Tensor:
        """(items, acts)."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            pooled = self.net([sequence(self.encoder, item.text) for item in items])
        situation = torch.tensor([[float(flag in item.flags) for flag in FLAGS] for item in items])
        found: Tensor = self.head(pooled.float()) + self.flags(situation)
        return found

    @torch.no_grad()
    def right(self, items: Sequence[Labelled]) -> float:
        """The share of lines that are read rightly."""
        found = [self.logits(items[start : start + TOGETHER]).argmax(1) for start in range(0, len(items), TOGETHER)]
        return float((torch.cat(found) == _labels(items)).float().mean()) if items else 0.0

    def learnt(self) -> Learnt:
        """What was learnt, as tutor/dialogue/act_encoder.py reads it."""
        head = {"head.weight": self.head.weight.detach(), "head.bias": self.head.bias.detach(),
                "head.flags": self.flags.weight.detach()}  # fmt: skip
        return self.net.learnt(self.recipe.rank) | head


def _batches(items: Sequence[Labelled], size: int, draw: random.Random) -> list[list[Labelled]]:
    """All items in batches of like length, in an order that is drawn anew."""
    order = draw.sample(list(items), len(items))
    parts = [
        sorted(order[start : start + 20 * size], key=lambda item: len(item.text))
        for start in range(0, len(order), 20 * size)
    ]
    found = [part[start : start + size] for part in parts for start in range(0, len(part), size)]
    draw.shuffle(found)
    return found


def _labels(items: Sequence[Labelled]) -> Tensor:
    return torch.tensor([ACTS.index(item.act) for item in items])
