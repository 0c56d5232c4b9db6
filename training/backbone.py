"""The packaged e5 in PyTorch, for training: the weights that llama.cpp runs, on the token ids that it makes.

The network is BERT's (Devlin and others, 2019) with learned positions and one token type, kept to its lower layers
where a reader needs no more. What is learnt is written as a change of low rank of each matrix, which
knowledge/retrieval/encoder_file.py adds to the packed weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from knowledge.retrieval.e5_file import PackedModel, kept_pieces, packaged_file, read_packed
from knowledge.retrieval.encoder_file import MATRICES, rows_of

Learnt = dict[str, Tensor]


class Layer(nn.Module):
    """One layer: self-attention, then the feed-forward part, each with its residual and norm after it."""

    def __init__(self, model: PackedModel, number: int) -> None:
        super().__init__()
        self.heads, epsilon = model.shape.heads, model.epsilon
        width = model.shape.hidden
        for name in MATRICES.values():
            rows = rows_of(model, name)
            matrix = torch.from_numpy(model.matrix(f"l{number}.{name}.w", rows))
            linear = nn.Linear(matrix.shape[1], rows)
            linear.weight.data, linear.bias.data = matrix, _floats(model, f"l{number}.{name}.b")
            self.add_module(name, linear)
        for name in ("aln", "oln"):
            norm = nn.LayerNorm(width, eps=epsilon)
            norm.weight.data = _floats(model, f"l{number}.{name}.w")
            norm.bias.data = _floats(model, f"l{number}.{name}.b")
            self.add_module(name, norm)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (texts, tokens, width) and mask (texts, 1, 1, tokens), true where a token is."""
        texts, tokens, width = x.shape
        q, k, v = (
            self.get_submodule(name)(x).view(texts, tokens, self.heads, -1).transpose(1, 2) for name in ("q", "k", "v")
        )
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        mixed = mixed.transpose(1, 2).reshape(texts, tokens, width)
        x = self.get_submodule("aln")(x + self.get_submodule("ao")(mixed))
        inner = functional.gelu(self.get_submodule("fi")(x))
        out: Tensor = self.get_submodule("oln")(x + self.get_submodule("fo")(inner))
        return out


class Backbone(nn.Module):
    """e5's lower layers over the pieces that are kept. Embeddings stay as they are."""

    def __init__(self, layers: int, path: Path | None = None) -> None:
        super().__init__()
        model = read_packed(path or packaged_file())
        shape = model.shape
        kept = kept_pieces(len(model.pieces))
        words = torch.from_numpy(model.matrix("emb.word", shape.vocabulary)[kept])
        self.words: nn.Embedding = nn.Embedding.from_pretrained(words)  # type: ignore[no-untyped-call]
        positions = _floats(model, "emb.pos").view(shape.positions, shape.hidden)
        self.positions: nn.Embedding = nn.Embedding.from_pretrained(positions)  # type: ignore[no-untyped-call]
        self.register_buffer("kind", _floats(model, "emb.type").view(-1, shape.hidden)[0])
        self.norm = nn.LayerNorm(shape.hidden, eps=model.epsilon)
        self.norm.weight.data, self.norm.bias.data = _floats(model, "emb.ln.w"), _floats(model, "emb.ln.b")
        self.layers = nn.ModuleList(Layer(model, number) for number in range(layers))
        self.width = shape.hidden
        self.requires_grad_(False)
        self._before = {
            f"l{number}.{name}.w": self.matrix(number, name).detach().clone()
            for number in range(layers) for name in MATRICES.values()
        }  # fmt: skip

    def matrix(self, number: int, name: str) -> nn.Parameter:
        """One matrix that training may change."""
        weight: nn.Parameter = self.layers[number].get_submodule(name).weight  # type: ignore[assignment]
        return weight

    def learning(self) -> list[nn.Parameter]:
        """The matrices of all layers, set free to learn."""
        found = [self.matrix(number, name) for number in range(len(self.layers)) for name in MATRICES.values()]
        for weight in found:
            weight.requires_grad_(True)
        return found

    def change(self, learnt: Mapping[str, NDArray[np.float32]]) -> None:
        """Add what an earlier run learnt."""
        for number in range(len(self.layers)):
            for name in MATRICES.values():
                key = f"l{number}.{name}.w"
                if f"{key}.a" in learnt:
                    added = learnt[f"{key}.b"] @ learnt[f"{key}.a"]
                    self.matrix(number, name).data += torch.from_numpy(added)

    def forward(self, sequences: Sequence[Sequence[int]]) -> Tensor:
        """The mean of the last hidden vectors of each sequence, (sequences, width)."""
        longest = max(map(len, sequences))
        ids = torch.zeros(len(sequences), longest, dtype=torch.long)
        mask = torch.zeros(len(sequences), longest, dtype=torch.bool)
        for row, sequence in enumerate(sequences):
            ids[row, : len(sequence)] = torch.tensor(sequence)
            mask[row, : len(sequence)] = True
        x = self.norm(self.words(ids) + self.positions(torch.arange(longest)) + self.kind)
        for layer in self.layers:
            x = layer(x, mask[:, None, None, :])
        weight = mask[:, :, None].to(x.dtype)
        pooled: Tensor = (x * weight).sum(1) / weight.sum(1)
        return pooled

    def learnt(self, rank: int) -> Learnt:
        """What was learnt, in low rank: the largest singular values of each difference (Eckart and Young, 1936)."""
        found: Learnt = {"layers": torch.tensor([float(len(self.layers))])}
        for name, before in self._before.items():
            number, kind = int(name[1 : name.index(".")]), name.split(".")[1]
            found |= low_rank(name.removesuffix(".w"), self.matrix(number, kind).detach() - before, rank)
        return found


def low_rank(name: str, difference: Tensor, rank: int) -> Learnt:
    """The nearest matrix of a rank as two factors: NAME.w.a (rank, in) and NAME.w.b (out, rank)."""
    u, s, v = torch.linalg.svd(difference, full_matrices=False)
    root = s[:rank].sqrt()
    return {f"{name}.w.a": root[:, None] * v[:rank], f"{name}.w.b": u[:, :rank] * root}


def write_learnt(learnt: Learnt, target: Path, facts: dict[str, str]) -> None:
    """Write a file of changes, in float16."""
    from safetensors.torch import save_file

    save_file({name: value.half().contiguous() for name, value in learnt.items()}, target, metadata=facts)


def _floats(model: PackedModel, name: str) -> Tensor:
    return torch.from_numpy(np.array(model.tensors[name], dtype=np.float32))
