"""Tells the demo small_language_model: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from demos.edge.small_language_model import SmallLanguageModelParams, Timed, run
from demos.language._model_file import ModelCard, ModelFile, in_bytes, read
from demos.lib.scenes import Scene, play, row
from demos.lib.wording import count, number
from demos.runtime.contract import (
    Bars,
    Claim,
    Curve,
    Demo,
    Frame,
    Measure,
    Prediction,
    Preset,
    Request,
    Series,
    Table,
    Words,
)
from demos.runtime.messages import say

ANSWERS = (say("under 20"), say("20 to 80"), say("over 80"))
KEPT_FREE = 1e9
SIZES = (0.135e9, 0.36e9, 1e9, 3e9, 7e9, 13e9, 70e9)
BITS = (16, 8, 4.5)
"""What 4-bit blocks take with their scales is 4.5 bits."""


def steps(
    params: SmallLanguageModelParams,
    model_card: ModelCard,
    model_speed: Callable[[int, int], dict[str, Any]],
    machine: Callable[[], dict[str, Any]],
) -> Iterator[Frame]:
    """The file, the machine, three measurements, what bounds them, memory, energy, and another board."""
    scenes = Story(params, read(model_card), model_speed, machine).scenes()
    for index, scene in enumerate(scenes):
        yield next(play([scene()])).model_copy(update={"progress": index / (len(scenes) - 1)})


class Story:
    """Tells one model on one machine. What is measured is measured when its scene comes."""

    def __init__(
        self,
        params: SmallLanguageModelParams,
        file: ModelFile,
        speed: Callable[[int, int], dict[str, Any]],
        machine: Callable[[], dict[str, Any]],
    ) -> None:
        self.params, self.file, self._measured, self._machine = params, file, run(params, speed), machine
        self.timed: list[Timed] = []
        self.parts = file.by_part(lambda tensor: tensor.size)
        self.touched = file.weight_bytes - (self.parts.get("embeddings", 0) if "output" in self.parts else 0)

    def scenes(self) -> list[Callable[[], Scene]]:
        told = [self.opening, self.by_part, self.bits, self.here, self.timing, self.timing, self.timing]
        return [*told, self.two_speeds, self.bound, self.resident, self.energy, self.fits, self.board, self.ending]

    def opening(self) -> Scene:
        file = self.file
        caption = say(
            "{name} has {parameters:,} parameters in a file of {in_bytes}: {in_bytes2} of weights, and "
            "{in_bytes3} that say how to use them, vocabulary included. GPT-3 has 175 billion, {parameters2:,.0f} "
            "times as many. Now this small one is timed on this machine.",
            name=file.name,
            parameters=file.parameters,
            in_bytes=in_bytes(file.size),
            in_bytes2=in_bytes(file.weight_bytes),
            in_bytes3=in_bytes(file.size - file.weight_bytes),
            parameters2=175000000000.0 / file.parameters,
        )
        bars = Bars(title=say("The file, MB"), labels=(say("weights"), say("header, words")),
                    values=row([file.weight_bytes / 1e6, (file.size - file.weight_bytes) / 1e6]))  # fmt: skip
        return Scene(caption, (bars,), {"bytes": file.size, "parameters": file.parameters})

    def by_part(self) -> Scene:
        counts = self.file.by_part(lambda tensor: tensor.count)
        part = max(self.parts, key=lambda name: self.parts[name])
        body = tuple(
            (name, f"{counts[name]:,}", in_bytes(size), number(8 * size / counts[name], 2), self._kinds(name))
            for name, size in self.parts.items()
        )
        caption = say(
            "Where the bytes are: most in the {part}, {parts} %. Parts are stored with different care. Norms are "
            "few and delicate, so they usually keep 32 bits; the {part} part takes {body} bits a weight.",
            part=part,
            parts=number(100 * self.parts[part] / self.file.weight_bytes, 0),
            body=body[list(self.parts).index(part)][3],
        )
        table = Table(
            title=say("By part"),
            columns=(say("part"), say("parameters"), say("bytes"), say("bits"), say("kind")),
            rows=body,
        )
        bars = Bars(title=say("MB"), labels=tuple(self.parts), values=row(size / 1e6 for size in self.parts.values()))
        return Scene(caption, (table, bars), {"weights": self.file.weight_bytes}, say("bytes by part"))

    def _kinds(self, part: str) -> str:
        return ", ".join(sorted({tensor.kind for tensor in self.file.tensors if tensor.part == part}))

    def bits(self) -> Scene:
        each = 8 * self.file.weight_bytes / self.file.parameters
        whole = 4 * self.file.parameters
        caption = say(
            "8 · {weight_bytes:,} / {parameters:,} = {each} bits a weight. At 32 bits the weights would take "
            "{in_bytes}, {whole} times as much. Fewer bits save memory, and time too: what is "
            "smaller is read sooner.",
            weight_bytes=self.file.weight_bytes,
            parameters=self.file.parameters,
            each=number(each, 2),
            in_bytes=in_bytes(whole),
            whole=number(whole / self.file.weight_bytes, 1),
        )
        bars = Bars(
            title=say("Weights in MB, by bits a weight"),
            labels=("32", "16", "8", say("this file: {each}", each=number(each, 2))),
            values=row(self.file.parameters * b / 8e6 for b in (32, 16, 8, each)),
        )
        return Scene(caption, (bars,), {"bits": each})

    def here(self) -> Scene:
        self.machine = self._machine()
        speed, memory = float(self.machine["read_bytes_per_second"]), int(self.machine["memory_bytes"])
        caption = say(
            "This machine: {processor}, {cores}, {in_bytes} of memory. Reading 134 MB over and over, all cores "
            "together read {in_bytes2} a second. The model fits {memory} times into the memory; the "
            "speed will matter more.",
            processor=self.machine["processor"],
            cores=count(int(self.machine["cores"]), "core"),
            in_bytes=in_bytes(memory),
            in_bytes2=in_bytes(speed),
            memory=memory // self.file.size,
        )
        table = Table(title=say("This machine"), columns=(say("what"), say("value")), rows=(
            (say("processor"), str(self.machine["processor"])), (say("cores"), str(self.machine["cores"])),
            (say("memory"), in_bytes(memory)), (say("read speed"), f"{in_bytes(speed)}/s")))  # fmt: skip
        return Scene(caption, (table,), {"read_speed": speed}, say("this machine"))

    def timing(self) -> Scene:
        last = next(self._measured)
        self.timed.append(last)
        caption = say(
            "Measured: a prompt of {length} tokens was read in {seconds}, {reading} tokens a second; then {new} "
            "tokens were written in {seconds2}, {writing} a second. Whatever else the machine was doing "
            "has slowed this, too.",
            length=last.prompt,
            seconds=_seconds(last.prompt_seconds),
            reading=number(last.reading, 0),
            new=last.new,
            seconds2=_seconds(last.new_seconds),
            writing=number(last.writing, 1),
        )
        moment = say("measured") if len(self.timed) == 1 else ""
        return Scene(caption, (self._timings(),), {"reading": last.reading, "writing": last.writing}, moment)

    def _timings(self) -> Table:
        rows = ((str(t.prompt), number(t.reading, 0), number(t.writing, 1)) for t in self.timed)
        return Table(
            title=say("Tokens a second"),
            columns=(say("prompt"), say("read"), say("written")),
            rows=tuple(rows),
            highlight=(len(self.timed) - 1,),
        )

    def two_speeds(self) -> Scene:
        times = self._reading / self._writing
        caption = say(
            "The fastest of {timed}: {reading} tokens a second read, {writing} written, {times} to 1. A prompt's "
            "tokens are known, so each weight that is fetched serves many of them at once; a written token needs "
            "the one before it, so all weights are fetched again for each.",
            timed=len(self.timed),
            reading=number(self._reading, 0),
            writing=number(self._writing, 1),
            times=number(times, 1),
        )
        xs = row(t.prompt for t in self.timed)
        lines = (Series(name=say("read"), x=xs, y=row(t.reading for t in self.timed)),
                 Series(name=say("written"), x=xs, y=row(t.writing for t in self.timed)))  # fmt: skip
        return Scene(
            caption,
            (Curve(title=say("Tokens a second"), series=lines, x_label=say("prompt tokens")), self._timings()),
            {"times": times},
            say("reading and writing"),
        )

    def bound(self) -> Scene:
        most, v = float(self.machine["read_bytes_per_second"]) / self.touched, self._writing
        caption = say(
            "v ≤ B/M: {in_bytes} a second / {in_bytes2} = at most {most} tokens a second. Measured at "
            "best: {v}, {v2} % of it. ",
            in_bytes=in_bytes(float(self.machine["read_bytes_per_second"])),
            in_bytes2=in_bytes(self.touched),
            most=number(most, 0),
            v=number(v, 1),
            v2=number(100 * v / most, 0),
        )
        if v > most:
            caption += say(
                "It is above, so a part of the weights must stay in the processor's own cache from token to token."
            )
        else:
            caption += say(
                "The rest goes into the arithmetic, into unpacking the weights, and to whatever else was running."
            )
        bars = Bars(title=say("Tokens a second"), labels=(say("written"), say("bound B/M")), values=row([v, most]))
        return Scene(caption, (bars,), {"bound": most, "writing": v}, say("the memory bound"))

    @property
    def _writing(self) -> float:
        """Tokens written a second, in the fastest measurement: what slows one is seldom the model."""
        return max(t.writing for t in self.timed)

    @property
    def _reading(self) -> float:
        """Prompt tokens read a second, in the fastest measurement."""
        return max(t.reading for t in self.timed)

    def resident(self) -> Scene:
        held, last = self.timed[-1].resident, self.timed[-1]
        cache = self.file.cache_bytes(last.prompt + last.new)
        caption = say(
            "The process that runs the model holds {in_bytes} now: weights {in_bytes2}, keys and values of "
            "{prompt} tokens {in_bytes3}; all else is Python, its libraries, and what the tutor needs to search "
            "the course. A larger model would change the first two only.",
            in_bytes=in_bytes(held),
            in_bytes2=in_bytes(self.file.weight_bytes),
            prompt=last.prompt + last.new,
            in_bytes3=in_bytes(cache),
        )
        rest = max(0, held - self.file.weight_bytes - cache)
        bars = Bars(title=say("Memory in use, MB"), labels=(say("weights"), say("KV cache"), say("all else")),
                    values=row(n / 1e6 for n in (self.file.weight_bytes, cache, rest)))  # fmt: skip
        return Scene(caption, (bars,), {"resident": held}, say("memory"))

    def energy(self) -> Scene:
        last = self.timed[-1]
        tokens, seconds = last.prompt + last.new, last.prompt_seconds + last.new_seconds
        if last.joules is None:
            caption = say(
                "Energy could not be read: {meter}. So no figure is given for these {tokens} tokens. Watts times "
                "seconds are joules: a board that draws 5 W would have used {seconds} J in the "
                "{seconds2} it took here.",
                meter=_named(last.meter),
                tokens=tokens,
                seconds=number(5 * seconds, 1),
                seconds2=_seconds(seconds),
            )
            table = Table(
                title=say("Energy"),
                columns=(say("what"), say("value")),
                rows=((say("joules"), say("not readable here")),),
            )
            return Scene(caption, (table,), {"seconds": seconds}, say("energy"))
        caption = say(
            "Energy, by {meter}: {joules} J for {tokens} tokens in {seconds}, {joules2} W and {joules3} J a "
            "token. It counts all that ran meanwhile. A kettle uses 100,000 J or so for a cup of tea: about "
            "{tokens2:,.0f} tokens.",
            meter=_named(last.meter),
            joules=number(last.joules, 2),
            tokens=tokens,
            seconds=_seconds(seconds),
            joules2=number(last.joules / seconds, 1),
            joules3=number(last.joules / tokens, 3),
            tokens2=100000 * tokens / last.joules,
        )
        table = Table(title=say("Energy"), columns=(say("what"), say("value")), rows=(
            (say("joules"), number(last.joules, 2)), (say("watts"), number(last.joules / seconds, 1)),
            (say("joules a token"), number(last.joules / tokens, 3))))  # fmt: skip
        return Scene(caption, (table,), {"joules": last.joules, "seconds": seconds}, say("energy"))

    def fits(self) -> Scene:
        room = max(0.0, self.params.memory * 1e9 - KEPT_FREE)
        largest = {bits: 8 * room / bits / 1e9 for bits in BITS}
        caption = say(
            "A board with {memory} GB, such as a Raspberry Pi, with 1 GB kept for the system: models of up to "
            "{largest} billion parameters fit at 16 bits, {largest2} at 8 and {largest3} at 4.5. What does not "
            "fit is read from the card for each token, which is slower by far.",
            memory=self.params.memory,
            largest=number(largest[16], 1),
            largest2=number(largest[8], 1),
            largest3=number(largest[4.5], 1),
        )
        body = tuple(
            (
                say("{size} billion", size=number(size / 1000000000.0, 3)),
                *(_fit(size * bits / 8, room) for bits in BITS),
            )
            for size in SIZES
        )
        table = Table(
            title=say("In {room} GB", room=number(room / 1000000000.0)),
            rows=body,
            columns=(say("parameters"), *(say("{bits} bits", bits=number(bits)) for bits in BITS)),
        )
        return Scene(caption, (table,), {"room": room}, say("another board"))

    def board(self) -> Scene:
        speed = self.params.board_speed * 1e9
        each = self.file.weight_bytes / self.file.parameters
        caption = say(
            "If that board reads {board_speed} GB a second (assumed, not measured), this model writes at most "
            "{speed} tokens a second there; one of 1 billion parameters stored alike {speed2}, of 7 billion "
            "{speed3}. A person reads about 5 a second. Small is what makes it usable there.",
            board_speed=number(self.params.board_speed),
            speed=number(speed / self.touched, 0),
            speed2=number(speed / (1000000000.0 * each), 1),
            speed3=number(speed / (7000000000.0 * each), 2),
        )
        sizes = (self.file.parameters, *(size for size in SIZES if 3e8 < size < 2e10))
        names = tuple(say("{size} billion", size=number(size / 1000000000.0, 3)) for size in sizes)
        bars = Bars(title=say("At most, tokens a second"), labels=names, values=row(speed / (n * each) for n in sizes))
        return Scene(caption, (bars,), {"bound": speed / self.touched})

    def ending(self) -> Scene:
        last, v = self.timed[-1], self._writing
        caption = say(
            "In sum, {name} here and now: {in_bytes}, {weight_bytes} bits a weight; at best it read {reading} and "
            "wrote {v} tokens a second, in a process of {in_bytes2}. No network, no bill, nothing leaves the "
            "machine. What it lacks is knowledge: the course supplies that.",
            name=self.file.name,
            in_bytes=in_bytes(self.file.size),
            weight_bytes=number(8 * self.file.weight_bytes / self.file.parameters, 2),
            reading=number(self._reading, 0),
            v=number(v, 1),
            in_bytes2=in_bytes(last.resident),
        )
        bars = Bars(title=say("Tokens a second"), labels=(say("read"), say("written")), values=row([self._reading, v]))
        metrics = {"reading": self._reading, "writing": v, "resident": last.resident}
        return Scene(caption, (bars, self._timings()), metrics, say("the end"))


METERS = (
    say("the processor's own counter (RAPL)"), say("a power sensor"), say("the battery"),
    say("only the administrator may read the processor's counter"),
    say("this machine has no counter that can be read"),
)  # fmt: skip
"""What the machine's energy meter calls itself, or why there is none, as messages."""


def _named(meter: str) -> str:
    return next((each for each in METERS if each == meter), meter)


def _seconds(value: float) -> str:
    return say("{value} s", value=number(value, 2)) if value >= 1 else say("{value} ms", value=number(1000 * value, 0))


def _fit(size: float, room: float) -> str:
    return say("{yes}, {in_bytes}", yes=say("yes") if size <= room else say("no"), in_bytes=in_bytes(size))


def _check(frames: Sequence[Frame]) -> str:
    v = frames[-1].metrics["writing"]
    return ANSWERS[0] if v < 20 else ANSWERS[1] if v <= 80 else ANSWERS[2]


LEXICON = {
    "prompt": Words((
        "prompt tokens", "prompt length", "prompt of", "tokens of prompt", "prompt with", "longest prompt",
        "prompt size", "instrucción",
    )),
    "new": Words(("new tokens", "new words", "written tokens", "tokens nuevos", "output tokens", "nuevos")),
    "memory": Words((
        "board memory", "ram", "gigabytes", "gb of ram", "gb of memory", "memoria", "memoria de la placa",
    )),
    "board_speed": Words((
        "memory speed", "bandwidth", "memory bandwidth", "ancho de banda", "velocidad de memoria", "reads",
    )),
}  # fmt: skip


DEMO = Demo(
    name="small_language_model",
    title="Small language model",
    slide=66,
    group="Edge AI and Generative AI",
    summary="The tutor's own model on this machine: bytes, tokens per second, memory, energy, and a smaller board.",
    params=SmallLanguageModelParams,
    steps=steps,
    look_for=(
        "A prompt is read many times faster than an answer is written.",
        "Memory speed divided by the size of the weights bounds the tokens per second.",
        "Fewer bits a weight make a model smaller and faster.",
    ),
    examples=(
        Request("Show me the small language model"),
        Request("show the tokens per second of the tutor's model"),
        Request("run the SLM demo with a prompt of 256", {"prompt": 256}),
        Request("small language model on a board with 8 GB", {"memory": 8}),
        Request("time the starter model: 32 new tokens", {"new": 32}),
        Request("show the SLM on a Raspberry Pi with 2 GB", {"memory": 2}),
        Request("muestra el SLM en una placa de 1 GB", {"memory": 1}),
        Request("small language model with bandwidth 17 and 16 GB", {"board_speed": 17, "memory": 16}),
        Request("How fast does a language model write on a board with 16 GB? Measure it.", {"memory": 16}),
        Request("Measure the speed and the memory of the model that answers me"),
        Request("Would the tutor fit on a cheap board with 1 GB of memory? Show it.", {"memory": 1}),
        Request("Mide los tokens por segundo con 48 tokens nuevos", {"new": 48}),
    ),
    presets={
        "here": Preset(
            "This machine", {},
            "How many tokens a second? Guess before it is measured.",
            (Claim("writing", ">", 0),),
        ),
        "long": Preset(
            "A longer prompt", {"prompt": 384},
            "Does a longer prompt slow down the writing?",
            (Claim("reading", ">", 0),),
        ),
        "tiny": Preset(
            "A board of 1 GB", {"memory": 1, "board_speed": 2},
            "What still fits, and how fast can it be?",
            (Claim("bound", ">", 0),),
        ),
    },
    prediction=Prediction("How many tokens per second will the model write here?", ANSWERS, _check),
    aliases=(
        "slm", "small language models", "tiny language model", "starter model", "tokens per second", "raspberry pi",
        "model speed", "small llm", "tiny llm", "small lm", "tutor's own model", "tutor's model",
        "model on this machine", "local model", "single-board computer", "edge language model",
        "language model on the edge", "modelo de lenguaje pequeño", "modelos de lenguaje pequeños",
        "modelo pequeño de lenguaje", "tokens por segundo", "modelo local", "speed of the model",
    ),
    measures=(
        Measure("writing", "score", "tokens written a second"),
        Measure("reading", "score", "tokens read a second"),
        Measure("bound", "quantity", "tokens a second that memory allows"),
        Measure("resident", "size", "bytes of the process"),
        Measure("joules", "quantity", "energy of the answer"),
        Measure("seconds", "quantity", "time of the answer"),
        Measure("bytes", "size"),
        Measure("parameters", "size"),
        Measure("weights", "size", "bytes of the weights"),
    ),
    needs=("model_card", "model_speed", "machine"),
    words=LEXICON,
)  # fmt: skip
