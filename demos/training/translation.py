"""Trains both translators, with and without attention, on the same sentences of one to eight phrases (a few minutes on
one core). The figures stated are the shares of unseen sentences translated without one wrong word, by phrases.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from demos.language import _translation as task
from demos.language import attention_alignment, seq2seq

SEED, STEPS, BATCH, RATE, LONGEST = 0, 2500, 64, 4e-3, 8
WATCHED = (1, 2, 4, 6, 8)


def train() -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors in half precision, and what is stated about them."""
    tensors: dict[str, Any] = {}
    about = {"seed": str(SEED), "steps": str(STEPS), "phrases trained": f"1 to {LONGEST}"}
    for model in ("plain", "attending"):
        w = fit(attention=model == "attending")
        tensors |= {f"{model}.{name}": value.astype(np.float16) for name, value in w.items()}
        rounded = task.part({name: value.astype(np.float32) for name, value in tensors.items()}, model)
        for phrases in WATCHED:
            decode = attention_alignment.decode if model == "attending" else seq2seq.decode
            rate = task.exact(decode, rounded, phrases, SEED + 1, 100)
            about[f"{model}, {phrases} phrases"] = f"{rate:.2f}"
    return tensors, about


def fit(*, attention: bool) -> dict[str, Any]:
    """One model, taught with the right word before each guess."""
    import torch

    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    e, h, nn = task.EMBEDDING, task.HIDDEN, torch.nn
    net = nn.ModuleDict(
        {
            "english": nn.Embedding(len(task.ENGLISH) + 1, e),  # the last row pads
            "spanish": nn.Embedding(len(task.SPANISH), e),
            "encoder": nn.GRU(e, h, batch_first=True),
            "decoder": nn.GRUCell(e + h, h),
            "bridge": nn.Linear(h, h, bias=False),
            "W": nn.Linear(h, h, bias=False),
            "U": nn.Linear(h, h, bias=False),
            "v": nn.Linear(h, 1, bias=False),
            "out": nn.Linear(2 * h, len(task.SPANISH)),
        }
    )
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, STEPS)
    random = np.random.default_rng(SEED)
    for _ in range(STEPS):
        loss = _loss(net, *_batch(random), attention)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return _named(net, attention)


def _batch(random: np.random.Generator) -> tuple[Any, Any]:
    """Sentences of one number of phrases as numbers, padded: English by its last row, Spanish by -1."""
    import torch

    phrases = int(random.integers(1, LONGEST + 1))
    english = [task.draw(phrases, random) for _ in range(BATCH)]
    spanish = [[*task.translate(words), task.END] for words in english]
    most = max(map(len, english))
    x = [[task.ENGLISH.index(w) for w in words] + [len(task.ENGLISH)] * (most - len(words)) for words in english]
    y = [[task.SPANISH.index(w) for w in words] + [-1] * (most + 1 - len(words)) for words in spanish]
    return torch.tensor(x), torch.tensor(y)


def _loss(net: Any, x: Any, y: Any, attention: bool) -> Any:
    import torch

    states, _ = net["encoder"](net["english"](x))
    real = x != len(task.ENGLISH)
    last = states[torch.arange(len(x)), real.sum(1) - 1]
    state, keys, word, logits = torch.tanh(net["bridge"](last)), net["U"](states), torch.zeros(len(x)).long(), []
    for t in range(y.shape[1]):
        context = last
        if attention:
            scores = net["v"](torch.tanh(net["W"](state)[:, None] + keys))[:, :, 0]
            shares = scores.masked_fill(~real, -torch.inf).softmax(1)
            context = (shares[:, :, None] * states).sum(1)
        state = net["decoder"](torch.cat([net["spanish"](word), context], 1), state)
        logits.append(net["out"](torch.cat([state, context], 1)))
        word = y[:, t].clamp(min=0)
    return torch.nn.functional.cross_entropy(torch.stack(logits, 1).flatten(0, 1), y.flatten(), ignore_index=-1)


def _named(net: Any, attention: bool) -> dict[str, Any]:
    """The tensors under the names that `demos.language.seq2seq` uses."""
    found = {"english": net["english"].weight[:-1], "spanish": net["spanish"].weight, "bridge": net["bridge"].weight,
             "out": net["out"].weight, "out.bias": net["out"].bias}  # fmt: skip
    for name, tail in (("encoder", "_l0"), ("decoder", "")):
        for short, theirs in (("wx", "weight_ih"), ("wh", "weight_hh"), ("bx", "bias_ih"), ("bh", "bias_hh")):
            found[f"{name}.{short}"] = getattr(net[name], theirs + tail)
    if attention:
        found |= {"W": net["W"].weight, "U": net["U"].weight, "v": net["v"].weight[0]}
    return {name: tensor.detach().numpy() for name, tensor in found.items()}
