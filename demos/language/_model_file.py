"""The header of a model file as numbers with names: sizes, parts, bytes, and what its KV cache takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

from demos.runtime.contract import DemoError
from demos.runtime.messages import say

ModelCard = Callable[[], dict[str, Any]]
PARTS = (say("embeddings"), say("attention"), say("MLP"), say("norms"), say("output"), say("other"))


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of the file: `shape` with the input's size first, `kind` such as Q4_0, `size` in bytes."""

    name: str
    shape: tuple[int, ...]
    kind: str
    size: int

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)

    @property
    def part(self) -> str:
        """Which of PARTS it belongs to, by its name."""
        if "norm" in self.name:
            return say("norms")
        for beginning, part in (("token_embd", say("embeddings")), ("output.", say("output"))):
            if self.name.startswith(beginning):
                return part
        return say("attention") if ".attn_" in self.name else say("MLP") if ".ffn_" in self.name else say("other")


@dataclass(frozen=True)
class ModelFile:
    """A model's card (see `read`). Raises DemoError (`unsuitable_model`) where the file does not say what is asked."""

    name: str
    license: str
    architecture: str
    size: int
    settings: dict[str, Any]
    tensors: tuple[Tensor, ...]

    def number(self, key: str, default: float | None = None) -> float:
        """A setting; of one that is given layer by layer the largest."""
        value = self.settings.get(key, default)
        if isinstance(value, list) and value:
            value = max(value)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise DemoError(
                say(
                    "The model file of {name} does not say its {replace}.",
                    name=self.name,
                    replace=key.replace("_", " ").replace(".", " "),
                ),
                code="unsuitable_model",
                hint=say("This demo reads models built like LLaMA; leave TIZA_MODEL empty for the starter model."),
            )
        return float(value)

    @cached_property
    def layers(self) -> int:
        return int(self.number("block_count"))

    @cached_property
    def width(self) -> int:
        """Numbers that stand for one token between the blocks."""
        return int(self.number("embedding_length"))

    @cached_property
    def inner(self) -> int:
        """Width inside the MLP."""
        return int(self.number("feed_forward_length"))

    @cached_property
    def heads(self) -> int:
        return int(self.number("attention.head_count"))

    @cached_property
    def shared(self) -> int:
        """Heads for keys and values."""
        return int(self.number("attention.head_count_kv", self.heads))

    @cached_property
    def head(self) -> int:
        """Numbers in a key of one head."""
        return int(self.number("attention.key_length", self.width // self.heads))

    @cached_property
    def value(self) -> int:
        """Numbers in a value of one head."""
        return int(self.number("attention.value_length", self.head))

    @cached_property
    def context(self) -> int:
        """Tokens that it was trained to read."""
        return int(self.number("context_length"))

    @cached_property
    def base(self) -> float:
        """RoPE's base, 10,000 where the file names none."""
        return self.number("rope.freq_base", 10000.0)

    @cached_property
    def turned(self) -> int:
        """How many numbers of a head RoPE turns."""
        return int(self.number("rope.dimension_count", self.head))

    @cached_property
    def epsilon(self) -> float:
        return self.number("attention.layer_norm_rms_epsilon", 1e-5)

    @cached_property
    def parameters(self) -> int:
        return sum(tensor.count for tensor in self.tensors)

    @cached_property
    def vocabulary(self) -> int:
        return next((t.shape[-1] for t in self.tensors if t.part == "embeddings"), 0)

    @cached_property
    def weight_bytes(self) -> int:
        return sum(tensor.size for tensor in self.tensors)

    def by_part(self, measure: Callable[[Tensor], int]) -> dict[str, int]:
        """The sum of `measure` over the tensors of each part that there is."""
        found = dict.fromkeys(PARTS, 0)
        for tensor in self.tensors:
            found[tensor.part] += measure(tensor)
        return {part: total for part, total in found.items() if total}

    def cache_bytes(self, tokens: int, bits: int = 16, heads: int | None = None) -> int:
        """Bytes of keys and values of so many tokens, with the file's key-value heads or `heads` of them."""
        each = (self.head + self.value) * (self.shared if heads is None else heads)
        return self.layers * each * tokens * bits // 8


def read(model_card: ModelCard) -> ModelFile:
    """The card of the tutor's own model."""
    card = model_card()
    tensors = (Tensor(str(n), tuple(map(int, shape)), str(kind), int(size)) for n, shape, kind, size in card["tensors"])
    name, terms, plan = (str(card[key]) for key in ("name", "license", "architecture"))
    return ModelFile(name, terms, plan, int(card["file_bytes"]), dict(card["settings"]), tuple(tensors))


def in_bytes(size: float) -> str:
    """ "512 bytes", "23.0 kB", "91.7 MB", "3.02 GB": in powers of ten."""
    for unit, one in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= one:
            return say("{size:.3g} {unit}", size=size / one, unit=unit)
    return say("{size:g} bytes", size=size)
