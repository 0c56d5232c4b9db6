"""Trains the masked language model of the `bert` demo on prose of the course's notes (minutes on one core).

The sentences stand in `bert.txt` as the notes had them on 2026-11-24: the notes go on changing, the weights do not. One
sentence in ten is kept out. The figures stated are over these: the mean natural logarithm of the probability that
the model, and a bigram model counted on the same sentences, give to each known word when it alone is masked.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from demos.language import bert, transformer_block

SEED, STEPS, BATCH, RATE, DROP, SEEN_OFTEN = 0, 2500, 64, 3e-3, 0.2, 3
SENTENCES = Path(__file__).with_suffix(".txt")


def sentences() -> list[str]:
    """The sentences of `bert.txt`: 5 to 22 words each, without digits or formulas."""
    return SENTENCES.read_text(encoding="utf-8").splitlines()


def train() -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors, the model's in half precision, and what is stated about them."""
    import torch

    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    every = sentences()
    order = np.random.default_rng(SEED).permutation(len(every))
    cut = len(every) // 10
    held, learnt = [every[i] for i in order[:cut]], [every[i] for i in order[cut:]]
    counts = Counter(word for sentence in learnt for word in sentence.split())
    words = (*bert.SPECIAL, *sorted(word for word, count in counts.items() if count >= SEEN_OFTEN))
    model = bert.Masked({"words": _bytes(" ".join(words)), "held_out": _bytes("\n".join(held))})
    rows = [model.tokens(sentence.split()) for sentence in learnt]
    pairs = Counter(pair for row in rows for pair in pairwise(row))
    model.tensors["bigrams"] = np.array([(*pair, count) for pair, count in pairs.items()], dtype=np.float32)
    w = _fit(rows, len(words))
    model.tensors |= {name: tensor.numpy().astype(np.float16).astype(np.float32) for name, tensor in w.items()}
    compared = [each for sentence in held for each in model.compare(sentence)]
    ours, theirs = (np.log([each[k] for each in compared]).mean() for k in (1, 2))
    text = {name: model.tensors[name].astype(np.uint8) for name in ("words", "held_out")}
    half = {name: model.tensors[name].astype(np.float16) for name in w}
    about = {"seed": str(SEED), "steps": str(STEPS), "sentences": f"{len(learnt)} learnt, {len(held)} held out",
             "log probability, model": f"{ours:.3f}", "log probability, bigram": f"{theirs:.3f}"}  # fmt: skip
    return half | text | {"bigrams": model.tensors["bigrams"].astype(np.int16)}, about


def _fit(rows: list[list[int]], vocabulary: int) -> dict[str, Any]:
    import torch

    sizes = bert.sizes(vocabulary)
    shapes = {name: shape for name, shape in transformer_block.shapes(sizes).items() if name != "head"}
    w = {
        name: t.requires_grad_()
        for name, t in transformer_block.start(shapes, torch.Generator().manual_seed(SEED), 0.1).items()
    }
    optimiser = torch.optim.AdamW(w.values(), lr=RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, STEPS)
    by_length: dict[int, list[list[int]]] = {}
    for row in rows:
        by_length.setdefault(len(row), []).append(row)
    groups = [torch.tensor(group) for group in by_length.values()]
    chance = torch.tensor([float(len(group)) for group in groups])
    for _ in range(STEPS):
        group = groups[int(torch.multinomial(chance, 1))]
        tokens = group[torch.randint(len(group), (BATCH,))]
        chosen = (torch.rand(tokens.shape) < 0.2) & (tokens > bert.EDGE)
        fate = torch.rand(tokens.shape)
        shown = torch.where(chosen & (fate < 0.8), bert.MASK, tokens)
        shown = torch.where(chosen & (fate > 0.9), torch.randint(3, vocabulary, tokens.shape), shown)
        kept = {
            name: torch.nn.functional.dropout(t, DROP) if t.ndim > 1 and name[0].isdigit() else t
            for name, t in w.items()
        }
        logits = transformer_block.forward(bert.tied(kept), shown, sizes)[2]
        loss = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), torch.where(chosen, tokens, -1).flatten(), ignore_index=-1
        )
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    return {name: tensor.detach() for name, tensor in w.items()}


def _bytes(text: str) -> Any:
    return np.frombuffer(text.encode(), dtype=np.uint8).astype(np.float32)
