"""The starter model in plain PyTorch, read from its GGUF file, with low-rank adapters on its seven matrices.

    h = x + O(attention(RMSNorm(x)))          grouped queries: several query heads share one key and value head
    y = h + down(silu(gate(n)) · up(n))       n = RMSNorm(h); SwiGLU (Shazeer, 2020)
    W x + (alpha / rank) B A x                LoRA (Hu et al., 2021): W stays, A and B learn, B begins at zero

llama.cpp stores the rows of the query and key matrices so that rotary embedding (Su et al., 2021) turns neighbours
2i and 2i + 1. This model keeps that order and turns the same pairs, so weights and adapters go in and out unpermuted;
a test holds its logits beside llama.cpp's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from tutor.errors import ModelError

MATRICES = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
"""The matrices of a layer that an adapter may change, by their names in GGUF."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a model, from its file."""

    layers: int
    width: int
    inner: int
    heads: int
    shared: int
    """Key and value heads."""
    vocabulary: int
    base: float
    """Base of the rotary angles."""
    epsilon: float

    @property
    def head(self) -> int:
        """Width of one head."""
        return self.width // self.heads


def read_model(path: Path) -> tuple[Shape, dict[str, Tensor]]:
    """Sizes and weights (float32, dequantised, by GGUF name). Raises ModelError for a file of another architecture."""
    import numpy as np
    from gguf import GGUFReader
    from gguf.quants import dequantize

    try:
        reader = GGUFReader(path)
    except (OSError, ValueError) as error:
        raise ModelError(f"{path.name} is no GGUF model ({error}).", code="model_damaged") from None
    known = {name: field.contents() for name, field in reader.fields.items() if name.startswith(("general.a", "llama"))}
    if known.get("general.architecture") != "llama":
        raise ModelError(
            f"{path.name} has the architecture {known.get('general.architecture')}; only llama can be trained here.",
            code="model_damaged",
            hint="Train the starter model.",
        )
    weights = {
        tensor.name: torch.from_numpy(np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32))
        for tensor in reader.tensors
    }
    shape = Shape(
        layers=int(known["llama.block_count"]),
        width=int(known["llama.embedding_length"]),
        inner=int(known["llama.feed_forward_length"]),
        heads=int(known["llama.attention.head_count"]),
        shared=int(known["llama.attention.head_count_kv"]),
        vocabulary=weights["token_embd.weight"].shape[0],
        base=float(known.get("llama.rope.freq_base", 10_000.0)),
        epsilon=float(known["llama.attention.layer_norm_rms_epsilon"]),
    )
    return shape, weights


class Adapted(nn.Module):
    """A frozen matrix with a low-rank addition. `rank` 0 leaves the matrix as it is."""

    weight: Tensor

    def __init__(self, weight: Tensor, rank: int, alpha: float) -> None:
        super().__init__()
        self.register_buffer("weight", weight, persistent=False)
        self.scale = alpha / rank if rank else 0.0
        if rank:
            self.a = nn.Parameter(torch.empty(rank, weight.shape[1]))
            self.b = nn.Parameter(torch.zeros(weight.shape[0], rank))

    def forward(self, x: Tensor) -> Tensor:
        plain = functional.linear(x, self.weight)
        if not self.scale:
            return plain
        inside = functional.linear(x, self.a.to(x.dtype))
        return torch.add(plain, functional.linear(inside, self.b.to(x.dtype)), alpha=self.scale)


class Layer(nn.Module):
    """Attention and the gated layer behind it, each added to what came in."""

    attn_norm: Tensor
    ffn_norm: Tensor

    def __init__(
        self, shape: Shape, weights: Mapping[str, Tensor], rank: int, alpha: float, matrices: tuple[str, ...]
    ) -> None:
        """`weights` by their names within the layer."""
        super().__init__()
        self.shape = shape
        self.parts = nn.ModuleDict(
            {name: Adapted(weights[f"{name}.weight"], rank if name in matrices else 0, alpha) for name in MATRICES}
        )
        for name in ("attn_norm", "ffn_norm"):
            self.register_buffer(name, weights[f"{name}.weight"], persistent=False)

    def forward(self, x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
        x = x + self._attention(rms_norm(x, self.attn_norm, self.shape.epsilon), turns)
        inner = rms_norm(x, self.ffn_norm, self.shape.epsilon)
        gated = functional.silu(self.parts["ffn_gate"](inner)) * self.parts["ffn_up"](inner)
        return x + cast(Tensor, self.parts["ffn_down"](gated))

    def _attention(self, x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
        batch, length, _ = x.shape

        def heads(name: str, count: int) -> Tensor:
            made: Tensor = self.parts[name](x)
            return made.view(batch, length, count, self.shape.head).transpose(1, 2)

        q = rotated(heads("attn_q", self.shape.heads), turns)
        k = rotated(heads("attn_k", self.shape.shared), turns)
        v = heads("attn_v", self.shape.shared)
        seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        return cast(Tensor, self.parts["attn_output"](seen.transpose(1, 2).reshape(batch, length, -1)))


class Starter(nn.Module):
    """The whole model. Weights are frozen and kept as `dtype`; the adapter's parameters are float32."""

    embedding: Tensor
    output: Tensor
    norm: Tensor

    def __init__(
        self,
        shape: Shape,
        weights: Mapping[str, Tensor],
        rank: int = 0,
        alpha: float = 0.0,
        matrices: tuple[str, ...] = MATRICES,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        self.shape, self.rank, self.alpha, self.matrices = shape, rank, alpha, matrices
        kept = {name: weight.to(dtype) if weight.ndim > 1 else weight for name, weight in weights.items()}
        self.register_buffer("embedding", kept["token_embd.weight"], persistent=False)
        self.register_buffer("output", kept.get("output.weight", kept["token_embd.weight"]), persistent=False)
        self.register_buffer("norm", kept["output_norm.weight"], persistent=False)
        self.layers = nn.ModuleList(
            Layer(shape, _within(kept, f"blk.{number}."), rank, alpha, matrices) for number in range(shape.layers)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Hidden vectors [batch, length, width] for token ids [batch, length]; padding stands at the right."""
        x = self.embedding[tokens]
        turns = angles(tokens.shape[1], self.shape, x)
        for layer in self.layers:
            x = layer(x, turns)
        return rms_norm(x, self.norm, self.shape.epsilon)

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores of the vocabulary, float32, for hidden vectors [..., width]."""
        return functional.linear(hidden, self.output).float()

    def begin(self, seed: int) -> None:
        """Fill A with seeded noise of the usual size and B with zeros: the adapter then changes nothing yet."""
        noise = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for name, value in self.adapter().items():
                if name.endswith(".a"):
                    value.copy_(torch.randn(value.shape, generator=noise) * value.shape[1] ** -0.5)
                else:
                    value.zero_()

    def adapter(self) -> dict[str, nn.Parameter]:
        """The parameters that learn: "blk.<layer>.<matrix>.a" [rank, in] and ".b" [out, rank]."""
        found: dict[str, nn.Parameter] = {}
        for number, layer in enumerate(self.layers):
            for name in self.matrices:
                part = cast(Adapted, cast(Layer, layer).parts[name])
                if part.scale:
                    found[f"blk.{number}.{name}.a"], found[f"blk.{number}.{name}.b"] = part.a, part.b
        return found


def rms_norm(x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    """x divided by its root mean square, times `weight` (Zhang and Sennrich, 2019); computed in float32."""
    wide = x.float()
    return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + epsilon) * weight).to(x.dtype)


def angles(length: int, shape: Shape, like: Tensor) -> tuple[Tensor, Tensor]:
    """Cosines and sines [length, head / 2] of position times base^(-2i / head)."""
    pairs = torch.arange(0, shape.head, 2, device=like.device, dtype=torch.float32)
    turn = torch.outer(
        torch.arange(length, device=like.device, dtype=torch.float32), shape.base ** (-pairs / shape.head)
    )
    return turn.cos().to(like.dtype), turn.sin().to(like.dtype)


def rotated(x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    """Each pair (2i, 2i + 1) of the last dimension turned by its angle. `x` is [batch, heads, length, head]."""
    cosine, sine = turns
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), dim=-1).flatten(-2)


def _within(weights: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): weight for name, weight in weights.items() if name.startswith(prefix)}
