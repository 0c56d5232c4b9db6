"""LLaMA: a GPT block with three parts exchanged, and keys and values shared, with the numbers of a real model file.

    RMSNorm(x) = g·x / √(mean(x²) + ε)                    no mean is taken off, no shift is added
    RoPE: pair i of a query or key at position m is turned by the angle m·base^(-2i/d)
    SwiGLU(x) = W_down·(silu(W_gate·x) ⊙ W_up·x)          silu(z) = z/(1 + e^-z)
    grouped heads: n query heads read from n_kv heads of keys and values
    KV cache = 2 · layers · n_kv · d · tokens · bytes     keys and values of all tokens so far

Turning both query and key by their positions leaves a score that depends on the distance alone. The sizes are read from
the tutor's own model; x, q and k in the small examples are made up.

Sources: H. Touvron and others, "LLaMA: open and efficient foundation language models" (2023); J. Su and others,
"RoFormer" (2021); N. Shazeer, "GLU variants improve transformer" (2020); J. Ainslie and others, "GQA" (2023); B. Zhang
and R. Sennrich, "Root mean square layer normalization" (2019).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from demos.language._llama import Array, angles, layer_norm, rms_norm, rope, silu
from demos.language._model_file import ModelCard, ModelFile, in_bytes, read
from demos.lib.scenes import Scene, play, points, row, rows
from demos.lib.wording import count, number, small
from demos.runtime.contract import (
    Bars,
    Claim,
    Curve,
    Demo,
    Frame,
    Heatmap,
    Measure,
    Params,
    Prediction,
    Preset,
    Request,
    Scatter,
    Series,
    Table,
    param,
)

PLACES = 8


class LlamaParams(Params):
    context: int = param(
        2048, "How many tokens the KV cache holds.", low=1, high=1_000_000, unit="tokens",
        aliases=("context length", "context size", "contexto", "longitud de contexto", "context window", "window"),
    )  # fmt: skip
    cache: Literal["32", "16", "8", "4"] = param(
        "16", "Bits of each number in the KV cache.", unit="bits",
        aliases=("cache bits", "bit cache", "kv cache bits", "bits of cache", "bits per number", "bits de caché"),
    )  # fmt: skip
    position: int = param(
        5, "Up to which position the example of RoPE turns.", low=1, high=64,
        aliases=("places", "posición", "positions", "up to position"),
    )  # fmt: skip


def steps(params: LlamaParams, model_card: ModelCard) -> Iterator[Frame]:
    """The file and its parts; RMSNorm, RoPE, SwiGLU and grouped heads by example; the KV cache; the sum."""
    yield from play(Story(params, read(model_card)).scenes())


class Story:
    """Tells one model file."""

    def __init__(self, params: LlamaParams, file: ModelFile) -> None:
        self.params, self.file = params, file
        self.random = np.random.default_rng(params.seed)
        self.x = np.round(self.random.normal(1, 2, 4), 1)
        self.q, self.k = self.random.standard_normal((2, file.turned - file.turned % 2))

    def scenes(self) -> list[Scene]:
        told = [self.opening(), self.parts(), self.block(), self.norm(), self.two_norms()]
        told += [self.speeds(), self.turning(), self.distances(), self.gate(), self.widths()]
        return [*told, self.groups(), self.one_token(), self.cache(), self.memory(), self.ending()]

    def opening(self) -> Scene:
        file = self.file
        licensed = f" (licence {file.license})" if file.license else ""
        caption = (
            f"The tutor's own model is {file.name}{licensed}; its file of {in_bytes(file.size)} calls the plan "
            f"'{file.architecture}' and says its sizes: {file.layers} blocks, {file.heads} heads, {file.width} numbers "
            "for each token. All sizes in this demo are read from it; only the small examples are made up."
        )
        body = (
            ("blocks", file.layers), ("numbers for a token", file.width), ("width inside the MLP", file.inner),
            ("query heads", file.heads), ("key-value heads", file.shared), ("numbers in a head", file.head),
            ("vocabulary", file.vocabulary), ("context in training", file.context), ("RoPE base", int(file.base)),
        )  # fmt: skip
        table = Table(title="What the file says", columns=("what", "value"), rows=tuple((a, f"{b:,}") for a, b in body))
        return Scene(caption, (table,), {"parameters": file.parameters, "bytes": file.size})

    def parts(self) -> Scene:
        found = self.file.by_part(lambda tensor: tensor.count)
        total = self.file.parameters
        part, most = max(found.items(), key=lambda pair: pair[1])
        caption = (
            f"{' + '.join(f'{each:,}' for each in found.values())} = {total:,} parameters. Most are in the {part}, "
            f"{number(100 * most / total, 0)} %. "
        )
        if "output" not in found:
            caption += (
                f"There is no output matrix: the embeddings ({self.file.vocabulary:,} x {self.file.width}) serve "
                "twice, to read a token and to score the next."
            )
        table = Table(title="By part", columns=("part", "parameters", "share"),
                      rows=(*((p, f"{n:,}", f"{n / total:.2%}") for p, n in found.items()), ("all", f"{total:,}", "")),
                      highlight=(len(found),))  # fmt: skip
        bars = Bars(
            title="Share", labels=tuple(found), values=row(n / total for n in found.values()), value_range=(0, 1)
        )
        return Scene(caption, (table, bars), {"sum": sum(found.values()), "parameters": total}, "the parts")

    def block(self) -> Scene:
        tensors = [tensor for tensor in self.file.tensors if tensor.name.startswith("blk.0.")]
        total = sum(tensor.count for tensor in tensors)
        shifts = sum(tensor.name.endswith(".bias") for tensor in tensors)
        caption = (
            f"Block 1 of {self.file.layers} has {count(len(tensors), 'tensor')} with {total:,} parameters, and the "
            f"other blocks are built alike: {self.file.layers} x {total:,} = {self.file.layers * total:,}. A GPT block "
            f"also has a vector of shifts (bias) beside nearly every matrix; here there are {shifts or 'none'}."
        )
        body = tuple(
            (
                t.name.removeprefix("blk.0.").removesuffix(".weight"),
                " x ".join(map(str, t.shape)),
                f"{t.count:,}",
                t.kind,
            )
            for t in tensors
        )
        table = Table(title="Block 1", columns=("tensor", "shape", "parameters", "stored as"), rows=body)
        return Scene(caption, (table,), {"block": total}, "one block")

    def norm(self) -> Scene:
        x, mean = self.x, float((self.x**2).mean())
        y = rms_norm(x, self.file.epsilon)
        squares = " + ".join(f"{number(v**2, 2)}" for v in x)
        caption = (
            f"RMSNorm of {_list(x, 1)}: the mean of the squares is ({squares})/4 = {number(mean, 3)}, its root "
            f"{number(mean**0.5, 3)}. Divided by it the numbers are {_list(y, 2)}, and their mean square is "
            f"{number(float((y**2).mean()), 3)}. ε = {self.file.epsilon:.0e} only guards against 0."
        )
        bars = (Bars(title="x", labels=("x1", "x2", "x3", "x4"), values=row(x)),
                Bars(title="RMSNorm(x)", labels=("y1", "y2", "y3", "y4"), values=row(y)))  # fmt: skip
        return Scene(caption, bars, {"rms": mean**0.5}, "RMSNorm")

    def two_norms(self) -> Scene:
        moved = self.x + 5
        a, b = rms_norm(self.x, self.file.epsilon), rms_norm(moved, self.file.epsilon)
        caption = (
            f"Layer norm, which GPT uses, takes the mean ({number(float(self.x.mean()), 2)}) off first. Add 5 to every "
            f"number and it gives the same; RMSNorm then gives {_list(b, 2)} instead of {_list(a, 2)}. It saves one "
            "pass over the numbers and one vector of shifts, and models learn as well with it."
        )
        grid = (a, b, layer_norm(self.x, self.file.epsilon), layer_norm(moved, self.file.epsilon))
        table = Heatmap(title="Two norms", values=rows(grid, 2), columns=("1", "2", "3", "4"),
                        rows=("RMS, x", "RMS, x + 5", "layer, x", "layer, x + 5"), value_range=(-2, 2))  # fmt: skip
        return Scene(caption, (table,), {})

    def speeds(self) -> Scene:
        turn = angles(len(self.q), self.file.base)
        waves = 2 * np.pi / turn
        caption = (
            f"RoPE tells positions by turning: a head's {len(self.q)} numbers are {len(turn)} pairs. Pair 1 turns by "
            f"{number(turn[0], 3)} radian a token and is round after {number(waves[0], 1)} tokens; the last, with base "
            f"{self.file.base:,.0f}, only after {waves[-1]:,.0f}. Fast pairs tell neighbours apart, slow ones tell far "
            "from near."
        )
        line = Series(name="tokens", x=row(range(1, len(turn) + 1)), y=row(np.log10(waves)))
        curve = Curve(title="Tokens for one full turn, log10", series=(line,), x_label="pair", y_label="log10 tokens")
        return Scene(caption, (curve,), {"slowest": waves[-1]}, "RoPE")

    def turning(self) -> Scene:
        start = np.array([2.0, 1.0])
        at = np.array([rope(start, place, self.file.base) for place in range(self.params.position + 1)])
        lengths = np.linalg.norm(at, axis=1)
        caption = (
            f"The first pair (2, 1) of a query at positions 0 to {self.params.position}. At position 1 it is "
            f"{_list(at[1], 2)}, at {self.params.position} {_list(at[-1], 2)}: turned by {self.params.position} "
            f"radians. Its length stays {number(lengths[0], 3)} at each of them, so only the direction says where the "
            "token stands."
        )
        reach = (-2.6, 2.6)
        groups = (points("m = 0", at[:1]), points("between", at[1:-1]), points(f"m = {self.params.position}", at[-1:]))
        lines = tuple(points("", [(0, 0), end]) for end in (at[0], at[-1]))
        plane = Scatter(title="The pair at each position", groups=groups, lines=lines, x_range=reach, y_range=reach)
        body = ((str(m), number(x, 2), number(y, 2), number(float(lengths[m]), 3)) for m, (x, y) in enumerate(at[:12]))
        table = Table(title="Each position", columns=("m", "first", "second", "length"), rows=tuple(body))
        return Scene(caption, (plane, table), {"length": lengths[-1]})

    def distances(self) -> Scene:
        base = self.file.base
        q = [rope(self.q, place, base) for place in range(PLACES)]
        k = [rope(self.k, place, base) for place in range(PLACES)]
        scores = np.array([[a @ b for b in k] for a in q]) / len(self.q) ** 0.5
        off = max(float(np.ptp(np.diagonal(scores, shift))) for shift in range(1 - PLACES, PLACES))
        caption = (
            f"One query and one key of {len(self.q)} numbers at all pairs of positions. The score is the same along "
            f"each diagonal (differences {small(off)}): with q at 3 and k at 1 it is {number(scores[3, 1], 3)}, with 7 "
            f"and 5 {number(scores[7, 5], 3)}. So it depends on the distance alone, and no position has to be learnt."
        )
        names = {axis: tuple(f"{axis}={place}" for place in range(PLACES)) for axis in "mn"}
        table = Heatmap(title="Score of q at m and k at n", values=rows(scores), rows=names["m"], columns=names["n"])
        return Scene(caption, (table,), {"off": off}, "distance alone")

    def gate(self) -> Scene:
        g, u = np.append(np.round(self.random.uniform(0.5, 3, 3), 1), -5.0), np.round(self.random.uniform(1, 4, 4), 1)
        s = silu(g)
        caption = (
            f"SwiGLU has two ways in. The gate's first number is {number(g[0], 1)}, and silu makes it "
            f"{number(g[0], 1)}/(1 + e^{number(-g[0], 1)}) = {number(s[0], 3)}; times the other way's "
            f"{number(u[0], 1)} that is {number(s[0] * u[0], 3)}. A gate of -5 lets {number(s[3] * u[3], 3)} through "
            f"where {number(u[3], 1)} came the other way: gates choose what passes."
        )
        z = np.linspace(-6, 6, 49)
        curves = (("silu", silu(z)), ("relu", np.maximum(z, 0)))
        lines = tuple(Series(name=name, x=row(z), y=row(y)) for name, y in curves)
        curve = Curve(title="silu beside relu", x_label="z", series=lines)
        table = Table(title="Four numbers on their way", columns=("gate", "silu(gate)", "up", "product"),
                      rows=tuple((number(a, 1), number(b, 3), number(c, 1), number(b * c, 3))
                                 for a, b, c in zip(g, s, u, strict=True)))  # fmt: skip
        return Scene(caption, (curve, table), {"product": s[0] * u[0]}, "SwiGLU")

    def widths(self) -> Scene:
        d, inner = self.file.width, self.file.inner
        caption = (
            f"Three matrices instead of GPT's two. Here the MLP widens {d} to {inner:,}, {number(inner / d, 2)} times: "
            f"3 · {d} · {inner:,} = {3 * d * inner:,} parameters a block. GPT widens 4 times with two matrices: 2 · "
            f"{d} · {4 * d:,} = {8 * d * d:,}. With a widening of 8/3 both would cost the same."
        )
        bars = Bars(title="MLP parameters in a block", labels=("SwiGLU here", "GPT's, same width"),
                    values=(float(3 * d * inner), float(8 * d * d)))  # fmt: skip
        return Scene(caption, (bars,), {"swiglu": 3 * d * inner, "gpt": 8 * d * d})

    def groups(self) -> Scene:
        file = self.file
        each = file.heads // file.shared
        caption = f"{count(file.heads, 'query head')}, {count(file.shared, 'key-value head')}: "
        if each > 1:
            caption += (
                f"each of these serves {each} query heads. The queries stay different, so heads still look for "
                f"different things; they look among the same keys. What is kept of each token shrinks {each} times."
            )
        else:
            caption += "each query head has its own. Nothing is shared, so the cache is as large as it can be."
        served = np.kron(np.eye(file.shared), np.ones((each, 1)))
        table = Heatmap(title="Which query head reads which keys", values=rows(served, 0), show_values=False,
                        rows=tuple(f"query {i + 1}" for i in range(len(served))), value_range=(0, 1),
                        columns=tuple(f"kv {i + 1}" for i in range(file.shared)))  # fmt: skip
        return Scene(caption, (table,), {"group": each}, "grouped heads")

    def one_token(self) -> Scene:
        file, bits = self.file, int(self.params.cache)
        size = file.cache_bytes(1, bits)
        caption = (
            f"What is kept of one token: a key and a value of {file.head} numbers, for {file.shared} heads in "
            f"{file.layers} blocks, at {bits} bits: 2 · {file.layers} · {file.shared} · {file.head} · "
            f"{number(bits / 8)} = {size:,} bytes. Kept, they need not be computed again for each new token; without "
            "the cache the whole text would be."
        )
        body = (("of the file", file.shared), ("a head each", file.heads), ("one for all", 1))
        table = Table(title="Bytes a token", columns=("key-value heads", "heads", "bytes"), highlight=(0,),
                      rows=tuple((a, str(n), f"{file.cache_bytes(1, bits, n):,}") for a, n in body))  # fmt: skip
        return Scene(caption, (table,), {"bytes": size})

    def cache(self) -> Scene:
        file, tokens, bits = self.file, self.params.context, int(self.params.cache)
        with_groups, without = file.cache_bytes(tokens, bits), file.cache_bytes(tokens, bits, file.heads)
        caption = (
            f"For {count(tokens, 'token')} the cache takes {in_bytes(with_groups)}; with a key-value head for each "
            f"query head it would be {in_bytes(without)}. It grows in a straight line: twice the text, twice the "
            "memory. "
        )
        if tokens > file.context:
            caption += f"But the model was trained on {file.context:,} tokens: beyond that it is not to be trusted."
        xs = np.linspace(0, tokens, 17)
        lines = tuple(
            Series(name=name, x=row(xs), y=row(x * file.cache_bytes(tokens, bits, n) / tokens / 1e6 for x in xs))
            for name, n in ((f"{file.shared} heads", file.shared), (f"{file.heads} heads", file.heads))
        )
        curve = Curve(title="KV cache, MB", series=lines, x_label="tokens", y_label="MB")
        return Scene(caption, (curve,), {"cache": with_groups, "ungrouped": without}, "the KV cache")

    def memory(self) -> Scene:
        file, tokens, bits = self.file, self.params.context, int(self.params.cache)
        same = file.weight_bytes // max(1, file.cache_bytes(1, bits))
        caption = (
            f"Weights {in_bytes(file.weight_bytes)}, cache {in_bytes(file.cache_bytes(tokens, bits))}. The weights are "
            f"there once, whoever asks; each conversation needs a cache of its own. From {same:,} tokens on the cache "
            "is the larger of the two, which is why long contexts need much memory."
        )
        bars = Bars(title="Memory, MB", labels=("weights", f"cache, {file.shared} heads", f"cache, {file.heads} heads"),
                    values=row(n / 1e6 for n in (file.weight_bytes, file.cache_bytes(tokens, bits),
                                                 file.cache_bytes(tokens, bits, file.heads))))  # fmt: skip
        return Scene(caption, (bars,), {"equal_at": same})

    def ending(self) -> Scene:
        file, tokens, bits = self.file, self.params.context, int(self.params.cache)
        cache = file.cache_bytes(tokens, bits)
        caption = (
            f"In sum, {file.name}: {file.parameters:,} parameters in {file.layers} blocks with RMSNorm, RoPE and "
            f"SwiGLU; {file.heads} query heads on {file.shared} key-value heads. At {tokens:,} tokens the cache takes "
            f"{in_bytes(cache)}, {'more' if cache > file.weight_bytes else 'less'} than the weights' "
            f"{in_bytes(file.weight_bytes)}."
        )
        found = file.by_part(lambda tensor: tensor.size)
        bars = Bars(title="Bytes of the file by part, MB", labels=(*found, "KV cache"),
                    values=row([*(n / 1e6 for n in found.values()), cache / 1e6]))  # fmt: skip
        metrics = {"parameters": file.parameters, "cache": cache, "weights": file.weight_bytes,
                   "times_smaller": file.cache_bytes(tokens, 16) / cache}  # fmt: skip
        return Scene(caption, (bars,), metrics, "the end")


def _list(values: Array, decimals: int) -> str:
    return f"({', '.join(number(float(value), decimals) for value in values)})"


def _check(frames: Sequence[Frame]) -> str:
    last = frames[-1].metrics
    return "the KV cache" if last["cache"] > last["weights"] else "the weights"


DEMO = Demo(
    name="llama",
    title="LLaMA",
    slide=51,
    group="Transformers and Language Models",
    summary="RMSNorm, RoPE, SwiGLU, grouped heads and the KV cache, with the numbers of the tutor's own model file.",
    params=LlamaParams,
    steps=steps,
    look_for=(
        "The parts add up to the file's parameters exactly.",
        "RoPE turns queries and keys; the score then depends on their distance alone.",
        "Shared keys and values make the KV cache smaller, and it grows with every token.",
    ),
    examples=(
        Request("Show me LLaMA"),
        Request("show the KV cache of llama for 32768 tokens", {"context": 32768}),
        Request("run llama with a context of 8192", {"context": 8192}),
        Request("LLaMA with an 8 bit cache", {"cache": "8"}),
        Request("show RoPE up to position 12", {"position": 12}),
        Request("see grouped-query attention with numbers"),
        Request("demo of RMSNorm and SwiGLU"),
        Request("muestra llama con 4096 tokens", {"context": 4096}),
        Request("take the tutor's model file apart: llama, context 512, cache bits 4", {"context": 512, "cache": "4"}),
        Request("How much memory do keys and values need for 12000 tokens? Show it.", {"context": 12000}),
        Request("Turn queries and keys by their position, up to position 16", {"position": 16}),
        Request("Share keys and values among groups of heads and count the bytes saved"),
        Request("Muestra la caché KV de 8 bits con un contexto de 3000", {"cache": "8", "context": 3000}),
    ),
    presets={
        "file": Preset(
            "The tutor's own model", {},
            "Which part holds most of the parameters?",
            (Claim("parameters", ">", 0),),
        ),
        "long": Preset(
            "A long text", {"context": 32768},
            "Watch the cache pass the weights.",
            (Claim("cache", ">", "weights"),),
        ),
        "small": Preset(
            "A small cache", {"context": 32768, "cache": "4"},
            "4 bits instead of 16: a quarter.",
            (Claim("times_smaller", "==", 4),),
        ),
    },
    prediction=Prediction("Which will be larger: weights or KV cache?", ("the weights", "the KV cache"), _check),
    aliases=(
        "llama model", "kv cache", "key-value cache", "rope", "rmsnorm", "swiglu", "rotary embeddings",
        "grouped-query attention", "grouped heads", "llama block", "llama 2", "llama 3", "llama architecture",
        "rms norm", "rotary position embedding", "rotary position embeddings", "rotary positions", "rotary", "gqa",
        "swi-glu", "swiglu gate", "caché kv", "caché de llama", "incrustaciones rotatorias", "atención agrupada",
    ),
    measures=(
        Measure("parameters", "size"),
        Measure("weights", "size", "bytes of the weights"),
        Measure("cache", "size", "bytes of the KV cache"),
        Measure("ungrouped", "size", "bytes of the cache without grouped heads"),
        Measure("equal_at", "quantity", "tokens at which cache and weights are equal"),
    ),
    needs=("model_card",),
)  # fmt: skip
