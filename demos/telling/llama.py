"""Tells the demo llama: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.language._model_file import ModelCard, ModelFile, in_bytes, read
from demos.language.llama import Array, LlamaParams, angles, fits, layer_norm, rms_norm, rope, run, silu
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
    Prediction,
    Preset,
    Request,
    Scatter,
    Series,
    Table,
    Words,
)
from demos.runtime.messages import say
from demos.telling._llama_plan import gpt_plan, llama_plan, sharing

PLACES = 8


def steps(params: LlamaParams, model_card: ModelCard) -> Iterator[Frame]:
    """The file and its parts; RMSNorm, RoPE, SwiGLU and grouped heads by example; the KV cache; the sum."""
    yield from play(Story(params, read(model_card)).scenes())


class Story:
    """Tells one model file."""

    def __init__(self, params: LlamaParams, file: ModelFile) -> None:
        self.params, self.file = params, file
        self.done = run(params, file)
        self.x, self.q, self.k = self.done.x, self.done.q, self.done.k

    def scenes(self) -> list[Scene]:
        told = [self.opening(), self.plans(), self.parts(), self.block(), self.norm(), self.two_norms()]
        told += [self.speeds(), self.turning(), self.distances(), self.gate(), self.widths()]
        return [*told, self.groups(), self.one_token(), self.cache(), self.memory(), self.ending()]

    def opening(self) -> Scene:
        file = self.file
        licensed = say(" (licence {license})", license=file.license) if file.license else ""
        caption = say(
            "The tutor's own model is {name}{licensed}; its file of {in_bytes} calls the plan '{architecture}' "
            "and says its sizes: {layers} blocks, {heads} heads, {width} numbers for each token. All sizes in "
            "this demo are read from it; only the small examples are made up.",
            name=file.name,
            licensed=licensed,
            in_bytes=in_bytes(file.size),
            architecture=file.architecture,
            layers=file.layers,
            heads=file.heads,
            width=file.width,
        )
        body = (
            (say("blocks"), file.layers),
            (say("numbers for a token"), file.width),
            (say("width inside the MLP"), file.inner),
            (say("query heads"), file.heads),
            (say("key-value heads"), file.shared),
            (say("numbers in a head"), file.head),
            (say("vocabulary"), file.vocabulary),
            (say("context in training"), file.context),
            (say("RoPE base"), int(file.base)),
        )
        table = Table(
            title=say("What the file says"),
            columns=(say("what"), say("value")),
            rows=tuple((a, f"{b:,}") for a, b in body),
        )
        return Scene(caption, (table,), {"parameters": file.parameters, "bytes": file.size})

    def plans(self) -> Scene:
        """A GPT block beside a LLaMA block."""
        file = self.file
        caption = say(
            "Left a GPT block, right a LLaMA block, both {width} numbers wide: the same way from x at the bottom to "
            "the top, with two additions. Four parts are exchanged (orange): the norms, where positions come in, "
            "how {heads} query heads find keys and values (kv), and the MLP. Each follows in turn, in blue.",
            width=file.width,
            heads=file.heads,
        )
        return Scene(caption, (gpt_plan(file), llama_plan(file)), {"exchanged": 4}, say("two plans"))

    def parts(self) -> Scene:
        found = self.file.by_part(lambda tensor: tensor.count)
        total = self.file.parameters
        part, most = max(found.items(), key=lambda pair: pair[1])
        caption = say(
            "{listing} = {total:,} parameters. Most are in the {part}, {most} %. ",
            listing=" + ".join(f"{each:,}" for each in found.values()),
            total=total,
            part=part,
            most=number(100 * most / total, 0),
        )
        if "output" not in found:
            caption += say(
                "There is no output matrix: the embeddings ({vocabulary:,} x {width}) serve twice, to read a token "
                "and to score the next.",
                vocabulary=self.file.vocabulary,
                width=self.file.width,
            )
        table = Table(
            title=say("By part"),
            columns=(say("part"), say("parameters"), say("share")),
            rows=(*((p, f"{n:,}", f"{n / total:.2%}") for p, n in found.items()), (say("all"), f"{total:,}", "")),
            highlight=(len(found),),
        )
        bars = Bars(
            title=say("Share"), labels=tuple(found), values=row(n / total for n in found.values()), value_range=(0, 1)
        )
        return Scene(caption, (table, bars), {"sum": sum(found.values()), "parameters": total}, say("the parts"))

    def block(self) -> Scene:
        tensors = [tensor for tensor in self.file.tensors if tensor.name.startswith("blk.0.")]
        total = sum(tensor.count for tensor in tensors)
        shifts = sum(tensor.name.endswith(".bias") for tensor in tensors)
        caption = say(
            "Block 1 of {layers} has {tensors} with {total:,} parameters, and the other blocks are built alike: "
            "{layers} x {total:,} = {layers2:,}. A GPT block also has a vector of shifts (bias) beside nearly "
            "every matrix; here there are {shifts}.",
            layers=self.file.layers,
            tensors=count(len(tensors), "tensor"),
            total=total,
            layers2=self.file.layers * total,
            shifts=shifts or say("none"),
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
        table = Table(
            title=say("Block 1"), columns=(say("tensor"), say("shape"), say("parameters"), say("stored as")), rows=body
        )
        return Scene(caption, (table,), {"block": total}, say("one block"))

    def norm(self) -> Scene:
        x, mean = self.x, float((self.x**2).mean())
        y = rms_norm(x, self.file.epsilon)
        squares = " + ".join(f"{number(v**2, 2)}" for v in x)
        caption = say(
            "RMSNorm of {list}: the mean of the squares is ({squares})/4 = {mean}, its root {mean2}. Divided by "
            "it the numbers are {list2}, and their mean square is {y}. ε = {epsilon:.0e} only guards against 0.",
            list=_list(x, 1),
            squares=squares,
            mean=number(mean, 3),
            mean2=number(mean**0.5, 3),
            list2=_list(y, 2),
            y=number(float((y**2).mean()), 3),
            epsilon=self.file.epsilon,
        )
        names = (*(f"x{i + 1}" for i in range(4)), *(f"y{i + 1}" for i in range(4)))
        bars = Bars(title=say("x, and y = RMSNorm(x)"), labels=names, values=row([*x, *y]))
        return Scene(caption, (llama_plan(self.file, "norm"), bars), {"rms": mean**0.5}, say("RMSNorm"))

    def two_norms(self) -> Scene:
        moved = self.x + 5
        a, b = rms_norm(self.x, self.file.epsilon), rms_norm(moved, self.file.epsilon)
        caption = say(
            "Layer norm, which GPT uses, takes the mean ({x}) off first. Add 5 to every number and it gives the "
            "same; RMSNorm then gives {list} instead of {list2}. It saves one pass over the numbers and one "
            "vector of shifts, and models learn as well with it.",
            x=number(float(self.x.mean()), 2),
            list=_list(b, 2),
            list2=_list(a, 2),
        )
        grid = (a, b, layer_norm(self.x, self.file.epsilon), layer_norm(moved, self.file.epsilon))
        table = Heatmap(
            title=say("Two norms"),
            values=rows(grid, 2),
            columns=("1", "2", "3", "4"),
            rows=(say("RMS, x"), say("RMS, x + 5"), say("layer, x"), say("layer, x + 5")),
            value_range=(-2, 2),
        )
        return Scene(caption, (llama_plan(self.file, "norm"), table), {})

    def speeds(self) -> Scene:
        turn = angles(len(self.q), self.file.base)
        waves = 2 * np.pi / turn
        caption = say(
            "RoPE tells positions by turning: a head's {q} numbers are {turn} pairs. Pair 1 turns by {turn2} "
            "radian a token and is round after {waves} tokens; the last, with base {base:,.0f}, only after "
            "{waves2:,.0f}. Fast pairs tell neighbours apart, slow ones tell far from near.",
            q=len(self.q),
            turn=len(turn),
            turn2=number(turn[0], 3),
            waves=number(waves[0], 1),
            base=self.file.base,
            waves2=waves[-1],
        )
        line = Series(name=say("tokens"), x=row(range(1, len(turn) + 1)), y=row(np.log10(waves)))
        curve = Curve(
            title=say("Tokens for one full turn, log10"),
            series=(line,),
            x_label=say("pair"),
            y_label=say("log10 tokens"),
        )
        return Scene(caption, (llama_plan(self.file, "turn"), curve), {"slowest": waves[-1]}, say("RoPE"))

    def turning(self) -> Scene:
        start = np.array([2.0, 1.0])
        at = np.array([rope(start, place, self.file.base) for place in range(self.params.position + 1)])
        lengths = np.linalg.norm(at, axis=1)
        caption = say(
            "The first pair (2, 1) of a query at positions 0 to {position}. At position 1 it is {list}, at "
            "{position} {list2}: turned by {position} radians. Its length stays {lengths} at each of them, so "
            "only the direction says where the token stands.",
            position=self.params.position,
            list=_list(at[1], 2),
            list2=_list(at[-1], 2),
            lengths=number(lengths[0], 3),
        )
        reach = (-2.6, 2.6)
        groups = (
            points("m = 0", at[:1]),
            points(say("between"), at[1:-1]),
            points(say("m = {position}", position=self.params.position), at[-1:]),
        )
        lines = tuple(points("", [(0, 0), end]) for end in (at[0], at[-1]))
        plane = Scatter(
            title=say("The pair at each position"), groups=groups, lines=lines, x_range=reach, y_range=reach
        )
        body = ((str(m), number(x, 2), number(y, 2), number(float(lengths[m]), 3)) for m, (x, y) in enumerate(at[:12]))
        table = Table(
            title=say("Each position"), columns=("m", say("first"), say("second"), say("length")), rows=tuple(body)
        )
        return Scene(caption, (plane, table), {"length": lengths[-1]})

    def distances(self) -> Scene:
        base = self.file.base
        scores = fits(self.q, self.k, PLACES, base)
        off = max(float(np.ptp(np.diagonal(scores, shift))) for shift in range(1 - PLACES, PLACES))
        caption = say(
            "One query and one key of {q} numbers at all pairs of positions. The score is the same along each "
            "diagonal (differences {off}): with q at 3 and k at 1 it is {scores}, with 7 and 5 {scores2}. So it "
            "depends on the distance alone, and no position has to be learnt.",
            q=len(self.q),
            off=small(off),
            scores=number(scores[3, 1], 3),
            scores2=number(scores[7, 5], 3),
        )
        names = {axis: tuple(f"{axis}={place}" for place in range(PLACES)) for axis in "mn"}
        table = Heatmap(
            title=say("Score of q at m and k at n"), values=rows(scores), rows=names["m"], columns=names["n"]
        )
        return Scene(caption, (llama_plan(self.file, "turn"), table), {"off": off}, say("distance alone"))

    def gate(self) -> Scene:
        g, u = self.done.gate, self.done.value
        s = silu(g)
        caption = say(
            "SwiGLU has two ways in. The gate's first number is {g}, and silu makes it {g}/(1 + e^{g2}) = {s}; "
            "times the other way's {u} that is {s2}. A gate of -5 lets {s3} through where {u2} came the other "
            "way: gates choose what passes.",
            g=number(g[0], 1),
            g2=number(-g[0], 1),
            s=number(s[0], 3),
            u=number(u[0], 1),
            s2=number(s[0] * u[0], 3),
            s3=number(s[3] * u[3], 3),
            u2=number(u[3], 1),
        )
        z = np.linspace(-6, 6, 49)
        curves = (("silu", silu(z)), ("relu", np.maximum(z, 0)))
        lines = tuple(Series(name=name, x=row(z), y=row(y)) for name, y in curves)
        curve = Curve(title=say("silu beside relu"), x_label="z", series=lines)
        table = Table(
            title=say("Four numbers on their way"),
            columns=(say("gate"), say("silu(gate)"), say("up"), say("product")),
            rows=tuple(
                (number(a, 1), number(b, 3), number(c, 1), number(b * c, 3)) for a, b, c in zip(g, s, u, strict=True)
            ),
        )
        return Scene(caption, (llama_plan(self.file, "mlp"), curve, table), {"product": s[0] * u[0]}, say("SwiGLU"))

    def widths(self) -> Scene:
        d, inner = self.file.width, self.file.inner
        caption = say(
            "Three matrices instead of GPT's two. Here the MLP widens {d} to {inner:,}, {inner2} times: 3 · {d} · "
            "{inner:,} = {d2:,} parameters a block. GPT widens 4 times with two matrices: 2 · {d} · {d3:,} = "
            "{d4:,}. With a widening of 8/3 both would cost the same.",
            d=d,
            inner=inner,
            inner2=number(inner / d, 2),
            d2=3 * d * inner,
            d3=4 * d,
            d4=8 * d * d,
        )
        bars = Bars(title=say("MLP parameters in a block"), labels=(say("SwiGLU here"), say("GPT's, same width")),
                    values=(float(3 * d * inner), float(8 * d * d)))  # fmt: skip
        return Scene(caption, (llama_plan(self.file, "mlp"), bars), {"swiglu": 3 * d * inner, "gpt": 8 * d * d})

    def groups(self) -> Scene:
        file = self.file
        each = file.heads // file.shared
        caption = say(
            "{query_heads}, {key_values}: ",
            query_heads=count(file.heads, "query head"),
            key_values=count(file.shared, "key-value head"),
        )
        if each > 1:
            caption += say(
                "each of these serves {each} query heads. The queries stay different, so heads still look for "
                "different things; they look among the same keys. What is kept of each token shrinks {each} times.",
                each=each,
            )
        else:
            caption += say("each query head has its own. Nothing is shared, so the cache is as large as it can be.")
        return Scene(caption, (llama_plan(self.file, "heads"), sharing(file)), {"group": each}, say("grouped heads"))

    def one_token(self) -> Scene:
        file, bits = self.file, int(self.params.cache)
        size = file.cache_bytes(1, bits)
        caption = say(
            "What is kept of one token: a key and a value of {head} numbers, for {shared} heads in {layers} "
            "blocks, at {bits} bits: 2 · {layers} · {shared} · {head} · {bits2} = {size:,} bytes. Kept, they need "
            "not be computed again for each new token; without the cache the whole text would be.",
            head=file.head,
            shared=file.shared,
            layers=file.layers,
            bits=bits,
            bits2=number(bits / 8),
            size=size,
        )
        body = ((say("of the file"), file.shared), (say("a head each"), file.heads), (say("one for all"), 1))
        table = Table(
            title=say("Bytes a token"),
            columns=(say("key-value heads"), say("heads"), say("bytes")),
            highlight=(0,),
            rows=tuple((a, str(n), f"{file.cache_bytes(1, bits, n):,}") for a, n in body),
        )
        return Scene(caption, (table,), {"bytes": size})

    def cache(self) -> Scene:
        file, tokens, bits = self.file, self.params.context, int(self.params.cache)
        with_groups, without = file.cache_bytes(tokens, bits), file.cache_bytes(tokens, bits, file.heads)
        caption = say(
            "For {tokens} the cache takes {in_bytes}; with a key-value head for each query head it would be "
            "{in_bytes2}. It grows in a straight line: twice the text, twice the memory. ",
            tokens=count(tokens, "token"),
            in_bytes=in_bytes(with_groups),
            in_bytes2=in_bytes(without),
        )
        if tokens > file.context:
            caption += say(
                "But the model was trained on {context:,} tokens: beyond that it is not to be trusted.",
                context=file.context,
            )
        xs = np.linspace(0, tokens, 17)
        lines = tuple(
            Series(name=name, x=row(xs), y=row(x * file.cache_bytes(tokens, bits, n) / tokens / 1e6 for x in xs))
            for name, n in (
                (say("{shared} heads", shared=file.shared), file.shared),
                (say("{heads} heads", heads=file.heads), file.heads),
            )
        )
        curve = Curve(title=say("KV cache, MB"), series=lines, x_label=say("tokens"), y_label=say("MB"))
        return Scene(caption, (curve,), {"cache": with_groups, "ungrouped": without}, say("the KV cache"))

    def memory(self) -> Scene:
        file, tokens, bits = self.file, self.params.context, int(self.params.cache)
        same = file.weight_bytes // max(1, file.cache_bytes(1, bits))
        caption = say(
            "Weights {in_bytes}, cache {in_bytes2}. The weights are there once, whoever asks; each conversation "
            "needs a cache of its own. From {same:,} tokens on the cache is the larger of the two, which is why "
            "long contexts need much memory.",
            in_bytes=in_bytes(file.weight_bytes),
            in_bytes2=in_bytes(file.cache_bytes(tokens, bits)),
            same=same,
        )
        bars = Bars(
            title=say("Memory, MB"),
            labels=(
                say("weights"),
                say("cache, {shared} heads", shared=file.shared),
                say("cache, {heads} heads", heads=file.heads),
            ),
            values=row(
                n / 1e6
                for n in (file.weight_bytes, file.cache_bytes(tokens, bits), file.cache_bytes(tokens, bits, file.heads))
            ),
        )
        return Scene(caption, (bars,), {"equal_at": same})

    def ending(self) -> Scene:
        file, tokens, bits = self.file, self.params.context, int(self.params.cache)
        cache = file.cache_bytes(tokens, bits)
        caption = say(
            "In sum, {name}: {parameters:,} parameters in {layers} blocks with RMSNorm, RoPE and SwiGLU; {heads} "
            "query heads on {shared} key-value heads. At {tokens:,} tokens the cache takes {in_bytes}, {more} "
            "than the weights' {in_bytes2}.",
            name=file.name,
            parameters=file.parameters,
            layers=file.layers,
            heads=file.heads,
            shared=file.shared,
            tokens=tokens,
            in_bytes=in_bytes(cache),
            more=say("more") if cache > file.weight_bytes else say("less"),
            in_bytes2=in_bytes(file.weight_bytes),
        )
        found = file.by_part(lambda tensor: tensor.size)
        bars = Bars(title=say("Bytes of the file by part, MB"), labels=(*found, say("KV cache")),
                    values=row([*(n / 1e6 for n in found.values()), cache / 1e6]))  # fmt: skip
        metrics = {"parameters": file.parameters, "cache": cache, "weights": file.weight_bytes,
                   "times_smaller": file.cache_bytes(tokens, 16) / cache}  # fmt: skip
        return Scene(caption, (bars,), metrics, say("the end"))


def _list(values: Array, decimals: int) -> str:
    return f"({', '.join(number(float(value), decimals) for value in values)})"


def _check(frames: Sequence[Frame]) -> str:
    last = frames[-1].metrics
    return "the KV cache" if last["cache"] > last["weights"] else "the weights"


LEXICON = {
    "context": Words((
        "context length", "context size", "contexto", "longitud de contexto", "context window", "window",
    )),
    "cache": Words(("cache bits", "bit cache", "kv cache bits", "bits of cache", "bits per number", "bits de caché")),
    "position": Words(("places", "posición", "positions", "up to position")),
}  # fmt: skip


DEMO = Demo(
    name="llama",
    title="LLaMA",
    slide=51,
    group="Transformers and Language Models",
    summary="RMSNorm, RoPE, SwiGLU, grouped heads and the KV cache, with the numbers of the tutor's own model file.",
    params=LlamaParams,
    steps=steps,
    look_for=(
        "Two plans side by side: orange is what LLaMA exchanged, blue the part spoken of.",
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
    words=LEXICON,
)  # fmt: skip
