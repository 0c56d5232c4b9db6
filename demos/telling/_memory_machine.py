"""The story that both memory machines tell: rows of bits go in, and come out again from the memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from demos.lib.ranking import first_largest, ranked
from demos.lib.scenes import Scene, row, rows
from demos.lib.wording import count, number
from demos.runtime.contract import Bars, Curve, Heatmap, Panel, Series
from demos.runtime.messages import say
from demos.zoo._copying import BITS, SLOTS, WIDTH, Machine, Trace, right, rows_of_bits, trained

Array = NDArray[np.float64]


TRAINED = 8
WATCHED = (2, 4, 8, 12, 16, 20)


@dataclass
class MachineStory:
    """One copy of `length` random rows, `run`, by the `machine` with the weights of that file. `finding` tells, of a
    row of memory accesses up to now ("write" or "read"), what is to be seen in where the head went."""

    name: str
    title: str
    machine: Machine
    run: Callable[[], Trace]
    length: int
    seed: int
    finding: Callable[[str, Sequence[int]], str]

    @cached_property
    def bits(self) -> Array:
        return rows_of_bits(self.length, self.seed)

    @cached_property
    def trace(self) -> Trace:
        return self.run()

    @cached_property
    def answer(self) -> Array:
        """What it wrote: the probability of each bit, (length, BITS)."""
        logits = np.array([each[0].numpy() for each in self.trace.outputs[self.length + 2 :]], dtype=float)
        return np.asarray(1 / (1 + np.exp(-logits)))

    @cached_property
    def writes(self) -> Array:
        return np.array([each[0].numpy() for each in self.trace.writes], dtype=float)

    @cached_property
    def reads(self) -> Array:
        return np.array([each[0].numpy() for each in self.trace.reads], dtype=float)

    @property
    def looks(self) -> Array:
        """The read weighting that each row written comes from: the controller uses what was read a step before."""
        return np.asarray(self.reads[self.length + 1 : 2 * self.length + 1])

    @property
    def places(self) -> list[int]:
        """The main slot of the write head for each row."""
        return [first_largest(each) for each in self.writes[1 : self.length + 1]]

    @cached_property
    def shares(self) -> list[float]:
        """The share of bits right for lengths seen in training and longer ones."""
        w = trained(self.name)
        return [right(self.machine, w, length, 20, self.seed + 1) for length in WATCHED]

    def scenes(self) -> list[Scene]:
        told = [self.reading(k) for k in range(self.length)]
        told.append(self.turning())
        told += [self.writing(k) for k in range(self.length)]
        return [*told, self.lengths(), self.ending()]

    def opening(self) -> Scene:
        longer = (
            say("longer than any it was trained on") if self.length > TRAINED else say("a length it was trained on")
        )
        caption = say(
            "{rows} of {bits} random bits, {longer} (1 to {trained}). They are shown once, one after another, and "
            "then must be written again. The controller remembers nothing itself: all must go through {slots} "
            "slots of {width} numbers.",
            rows=count(self.length, "row"),
            bits=BITS,
            longer=longer,
            trained=TRAINED,
            slots=SLOTS,
            width=WIDTH,
        )
        panel = Heatmap(
            title=say("rows to copy"), values=rows(self.bits), rows=self._names(), value_range=(0, 1), show_values=False
        )
        return Scene(caption, (panel,), {"rows": self.length})

    def reading(self, k: int) -> Scene:
        at = self.writes[k + 1]
        slot = first_largest(at)
        caption = say(
            "Row {k} goes in. The write head puts {at} of its weight on slot {slot}. {finding} Look down the "
            "memory: a row more is in it.",
            k=k + 1,
            at=number(at[slot], 2),
            slot=slot + 1,
            finding=self.finding("write", self.places[: k + 1]),
        )
        return Scene(
            caption,
            self._panels(k + 1, self.writes[: k + 2], say("write head")),
            {"step": k + 1},
            say("writing to memory") if k == 0 else "",
        )

    def turning(self) -> Scene:
        t = self.length + 1
        used = int((np.abs(self.trace.memories[t][0].numpy()).sum(1) > 0.5).sum())
        caption = say(
            "The mark: from now on nothing is shown any more. {used} of {slots} slots hold something. The read "
            "head has to find the row that came first; it looks at slot {first_largest} now.",
            used=used,
            slots=SLOTS,
            first_largest=first_largest(self.reads[t]) + 1,
        )
        return Scene(caption, self._panels(t, self.reads[: t + 1], say("read head")), {"used": used}, say("the turn"))

    def writing(self, k: int) -> Scene:
        t = self.length + 2 + k
        at, wrong = self.looks[k], int(((self.answer[k] > 0.5) != (self.bits[k] > 0.5)).sum())
        slot = first_largest(at)
        caption = say(
            "Row {k} comes out, read a step ago with weight {at} from slot {slot}. ",
            k=k + 1,
            at=number(at[slot], 2),
            slot=slot + 1,
        )
        origin = [index + 1 for index, place in enumerate(self.places) if place == slot]
        caption += (
            say("Row {origin} had been written there. ", origin=origin[-1])
            if origin
            else say("No row had its main place there. ")
        )
        caption += say(
            "{finding} ", finding=self.finding("read", [first_largest(each) for each in self.looks[: k + 1]])
        )
        caption += (
            say("All four bits are right.")
            if not wrong
            else say("{bits} of {bits2} wrong.", bits=count(wrong, "bit"), bits2=BITS)
        )
        pair = np.stack([self.bits[k], self.answer[k]])
        compared = Heatmap(
            title=say("row {k}", k=k + 1),
            values=rows(pair, 2),
            rows=(say("bits wanted"), say("bits written")),
            value_range=(0, 1),
        )
        panels = (self._weighting(say("read head"), self.looks[: k + 1]), compared, self._memory(t))
        return Scene(caption, panels, {"step": k + 1, "wrong": wrong}, say("reading from memory") if k == 0 else "")

    def lengths(self) -> Scene:
        caption = say(
            "Measured now, 20 copies of each length: {shares} % of the bits are right at {watched} rows, "
            "{shares2} % at {watched2}, {shares3} % at {watched3}. Trained on at most {trained}: it has learnt a "
            "way of doing it, not the rows.",
            shares=number(100 * self.shares[2], 1),
            watched=WATCHED[2],
            shares2=number(100 * self.shares[3], 1),
            watched2=WATCHED[3],
            shares3=number(100 * self.shares[-1], 1),
            watched3=WATCHED[-1],
            trained=TRAINED,
        )
        return Scene(caption, (self._curve(),), {"at_20": self.shares[-1]}, say("longer than trained"))

    def ending(self) -> Scene:
        good = (self.answer > 0.5) == (self.bits > 0.5)
        wrong = int((~good).sum())
        caption = say(
            "{good} of {size} bits of {rows} were copied rightly. ",
            good=good.sum(),
            size=good.size,
            rows=count(self.length, "row"),
        )
        if not wrong:
            same = sum(a == first_largest(b) for a, b in zip(self.places, self.looks, strict=True))
            caption += say(
                "In {same} of {steps} the read head stood where that row had been written: it went the same way.",
                same=same,
                steps=count(self.length, "step"),
            )
        else:
            first = int(np.flatnonzero(~good.all(1))[0]) + 1
            caption += say(
                "The first mistake is in row {first}: on long ways the heads blur, and slots run into each other.",
                first=first,
            )
        panels = (
            self._weighting(say("write head"), self.writes[1 : self.length + 1]),
            self._weighting(say("read head"), self.looks),
            Heatmap(
                title=say("written"),
                values=rows(self.answer, 2),
                rows=self._names(),
                value_range=(0, 1),
                show_values=False,
            ),
        )
        return Scene(caption, panels, {"wrong": wrong, "rows": self.length}, say("the end"))

    def _panels(self, t: int, weighting: Array, title: str) -> tuple[Panel, ...]:
        last = self.trace.memories[t][0].numpy()
        order = ranked(weighting[-1])[:5]
        bars = Bars(
            title=say("{title} now", title=title),
            labels=tuple(say("slot {j}", j=j + 1) for j in order),
            values=row(weighting[-1][order]),
            value_range=(0, 1),
        )
        memory = Heatmap(
            title=say("memory, {slots} slots x {width}", slots=SLOTS, width=WIDTH),
            values=rows(last, 2),
            value_range=(-1, 1),
            show_values=False,
        )
        return memory, bars, self._weighting(say("{title}, step by step", title=title), weighting)

    def _memory(self, t: int) -> Panel:
        values = rows(self.trace.memories[t][0].numpy(), 2)
        return Heatmap(
            title=say("memory, {slots} slots x {width}", slots=SLOTS, width=WIDTH),
            values=values,
            value_range=(-1, 1),
            show_values=False,
        )

    def _weighting(self, title: str, weighting: Array) -> Panel:
        return Heatmap(
            title=title,
            values=rows(weighting, 2),
            value_range=(0, 1),
            show_values=False,
            row_label=say("step"),
            column_label=say("slot"),
        )

    def _curve(self) -> Panel:
        line = Series(name=self.title, x=row(WATCHED), y=row(self.shares))
        edge = Series(name=say("longest trained"), x=(float(TRAINED), float(TRAINED)), y=(0.4, 1.0))
        return Curve(title=say("Share of bits right"), series=(line, edge), x_label=say("rows"), y_range=(0.4, 1))

    def _names(self) -> tuple[str, ...]:
        return tuple(str(k + 1) for k in range(self.length))


def outcome(wrong: float) -> str:
    """The choice of the prediction that a number of wrong bits proves right."""
    return (
        say("without a mistake") if wrong == 0 else say("up to four wrong bits") if wrong <= 4 else say("more mistakes")
    )


CHOICES = (say("without a mistake"), say("up to four wrong bits"), say("more mistakes"))
