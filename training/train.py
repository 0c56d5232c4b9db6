"""The loop that trains an adapter: seeded, resumable at any step, and the same whether it was interrupted or not.

A run is a folder: `run.json` (what is trained, on what, how), `log.jsonl` (a line for each step and each validation),
`state.safetensors` (adapter and optimiser as of the last checkpoint). The order of batches follows from seed and
epoch alone, and the learning rate from the step, so adapter, moments and step are all that a checkpoint needs.
"""

from __future__ import annotations

import json
import math
import os
import platform
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from training.model import MATRICES, Starter, read_model
from training.tokens import Row
from tutor.errors import InputError, ModelError
from tutor.llm.catalogue import sha256

STATE, LOG, RUN = "state.safetensors", "log.jsonl", "run.json"
POOL = 16
"""Batches that are sorted by length together."""
CHECKED = 160
"""Validation examples that are looked at between epochs' ends."""
Heard = Callable[[int, int, float], None]
"""Hears (step, of how many, loss)."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an adapter is trained. `rate` is the highest learning rate; it warms up and falls by a cosine to a tenth."""

    rank: int = 16
    alpha: float = 32.0
    rate: float = 4e-4
    warm_up: int = 30
    epochs: int = 2
    batch: int = 8
    seed: int = 0
    longest: int = 512
    """Tokens of an example at most."""
    precision: str = "bfloat16"
    """Of the frozen weights and of what passes through them; the adapter itself is float32."""
    matrices: tuple[str, ...] = MATRICES
    validate: int = 150
    """Steps between two validations."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a run is for: the base model's file, the rows, the data set's hash, and how that set was made, in words."""

    base: Path
    train: Sequence[Row]
    valid: Sequence[Row]
    data: str
    about: str = ""


def quiet(_step: int, _total: int, _loss: float) -> None:
    """Hears nothing."""


class Run:
    """One run in its folder. Raises InputError when the folder holds a run of another recipe, data or base model."""

    def __init__(self, folder: Path, task: Task, recipe: Recipe, command: str = "") -> None:
        self.folder, self.task, self.recipe = folder, task, recipe
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        if not task.train:
            raise InputError("There is nothing to train on.", hint="Raise --longest, or give more text.")
        facts = {
            "recipe": json.loads(json.dumps(asdict(recipe))), "data": task.data, "base": sha256(task.base),
            "examples": len(task.train), "steps": self.total,
        }  # fmt: skip
        _begin_or_match(
            folder,
            facts,
            {"command": command, "about": task.about, "device": str(self.device)},
        )
        shape, weights = read_model(task.base)
        self.model = Starter(
            shape, weights, recipe.rank, recipe.alpha, recipe.matrices, getattr(torch, recipe.precision)
        ).to(self.device)
        self.model.begin(recipe.seed)
        self.learning = self.model.adapter()
        self.optimiser = torch.optim.AdamW(self.learning.values(), lr=recipe.rate, weight_decay=0.0)
        self.step = 0
        self._resume()

    @property
    def total(self) -> int:
        """Steps of the whole run."""
        return self.recipe.epochs * math.ceil(len(self.task.train) / self.recipe.batch)

    def go(self, heard: Heard = quiet, *, until: int | None = None, every: float = 180.0) -> bool:
        """Train to the end, or until a step; a checkpoint is written every so many seconds, and when it stops.

        True when the run is complete. Raises ModelError when the loss is no longer a number.
        """
        goal = min(self.total, until if until is not None else self.total)
        saved = time.monotonic()
        try:
            while self.step < goal:
                order = batches(self.task.train, self.recipe, self.step // self._epoch)
                for rows in order[self.step % self._epoch : goal - self.step + self.step % self._epoch]:
                    loss = self._learn(rows)
                    heard(self.step, self.total, loss)
                    if self.step % self.recipe.validate == 0 or self.step == self.total:
                        self._validate(None if self.step == self.total else CHECKED)
                    if time.monotonic() - saved > every:
                        self.save()
                        saved = time.monotonic()
        finally:
            self.save()
        return self.step == self.total

    def save(self) -> None:
        """Write the checkpoint, wholly or not at all."""
        tensors = {name: value.detach().cpu() for name, value in self.learning.items()}
        state = self.optimiser.state_dict()["state"]
        for place, name in enumerate(self.learning):
            for part in ("exp_avg", "exp_avg_sq") if place in state else ():
                tensors[f"{part}:{name}"] = state[place][part].cpu()
        unfinished = self.folder / f"{STATE}.{os.getpid()}"
        save_file(tensors, unfinished, metadata={"step": str(self.step)})
        unfinished.replace(self.folder / STATE)

    @property
    def _epoch(self) -> int:
        return math.ceil(len(self.task.train) / self.recipe.batch)

    def _learn(self, rows: Sequence[Row]) -> float:
        """One step of AdamW on a batch; its loss in nats per answer token."""
        started = time.monotonic()
        for group in self.optimiser.param_groups:
            group["lr"] = rate(self.recipe, self.step, self.total)
        loss = mean_loss(self.model, rows)
        if not torch.isfinite(loss):
            raise ModelError(
                f"The loss of step {self.step + 1} is no number.", hint="Start a new run with a lower --rate."
            )
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.learning.values(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        value, seconds = float(loss.detach()), time.monotonic() - started
        self._note(step=self.step, loss=round(value, 5), tokens=sum(map(len, rows)), seconds=round(seconds, 3))
        return value

    def _validate(self, limit: int | None) -> None:
        """Note the mean loss per answer token over validation rows, the same ones each time."""
        rows = sorted(self.task.valid[:limit], key=len)
        if not rows:
            return
        total = count = 0.0
        with torch.no_grad():
            for start in range(0, len(rows), self.recipe.batch):
                part = rows[start : start + self.recipe.batch]
                weight = sum(len(row.answer) for row in part)
                total += float(mean_loss(self.model, part)) * weight
                count += weight
        self._note(step=self.step, valid=round(total / count, 5), rows=len(rows))

    def _note(self, **values: float) -> None:
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(values) + "\n")

    def _resume(self) -> None:
        """Take up the last checkpoint; what was logged after it is forgotten, since it will be done again."""
        path = self.folder / STATE
        if path.exists():
            tensors, self.step = read_state(path)
            with torch.no_grad():
                for name, value in self.learning.items():
                    value.copy_(tensors[name])
            if self.step:
                self.optimiser.load_state_dict(_moments(tensors, self.learning, self.step, self.optimiser))
        lines = read_log(self.folder)
        kept = [json.dumps(line) + "\n" for line in lines if line["step"] <= self.step]
        (self.folder / LOG).write_text("".join(kept), encoding="utf-8")


def mean_loss(model: Starter, rows: Sequence[Row]) -> Tensor:
    """Cross-entropy of the answers' tokens: the mean of each answer's mean, so that one word counts as much as twenty.
    Logits are made for these tokens alone."""
    length = max(map(len, rows))
    tokens = torch.zeros(len(rows), length, dtype=torch.long)
    places: list[int] = []
    targets: list[int] = []
    shares: list[float] = []
    for number, row in enumerate(rows):
        ids = (*row.prompt, *row.answer)
        tokens[number, : len(ids)] = torch.tensor(ids)
        places += [number * length + place for place in range(len(row.prompt) - 1, len(ids) - 1)]
        targets += row.answer
        shares += [1 / (len(row.answer) * len(rows))] * len(row.answer)
    device = model.embedding.device
    hidden = model(tokens.to(device)).flatten(0, 1)[torch.tensor(places, device=device)]
    losses = functional.cross_entropy(model.logits(hidden), torch.tensor(targets, device=device), reduction="none")
    return (losses * torch.tensor(shares, device=device)).sum()


def batches(rows: Sequence[Row], recipe: Recipe, epoch: int) -> list[list[Row]]:
    """The batches of an epoch: shuffled, each of like lengths, in random order. Depends on seed and epoch alone."""
    draw = random.Random(f"{recipe.seed} {epoch}")
    order = list(rows)
    draw.shuffle(order)
    size = recipe.batch * POOL
    sorted_pools = [sorted(order[start : start + size], key=len) for start in range(0, len(order), size)]
    even = [row for pool in sorted_pools for row in pool]
    found = [even[start : start + recipe.batch] for start in range(0, len(even), recipe.batch)]
    draw.shuffle(found)
    return found


def rate(recipe: Recipe, step: int, total: int) -> float:
    """The learning rate of a step, counted from 0: a linear warm-up, then half a cosine down to a tenth."""
    warm = min(1.0, (step + 1) / max(1, recipe.warm_up))
    done = max(0, step - recipe.warm_up) / max(1, total - recipe.warm_up)
    return recipe.rate * warm * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def read_state(path: Path) -> tuple[dict[str, Tensor], int]:
    """A checkpoint's tensors and its step. Raises InputError when the file is damaged."""
    try:
        with safe_open(path, framework="pt") as file:
            step = int((file.metadata() or {})["step"])
            return {name: file.get_tensor(name) for name in file.keys()}, step  # noqa: SIM118
    except Exception as error:  # safetensors has an error type of its own for each fault
        raise InputError(f"The checkpoint {path} cannot be read ({error}).", hint="Start anew elsewhere.") from None


def read_log(folder: Path) -> list[dict[str, float]]:
    """The lines of a run's log, as far as they are whole."""
    found = []
    path = folder / LOG
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            found.append(json.loads(line))
        except ValueError:
            break  # the process was killed while it wrote this line
    return found


def read_run(folder: Path) -> dict[str, Any]:
    """What a folder's run is: recipe, data, base, command, machine. Raises InputError."""
    try:
        found: dict[str, Any] = json.loads((folder / RUN).read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError):
        raise InputError(f"{folder} holds no run.", hint="Start one with `python -m training train`.") from None


def recipe_of(run: dict[str, Any]) -> Recipe:
    """The recipe of a run that was read."""
    return replace(Recipe(**run["recipe"]), matrices=tuple(run["recipe"]["matrices"]))


def _begin_or_match(folder: Path, facts: dict[str, Any], told: dict[str, Any]) -> None:
    """Write what the run is; where a run lies there already, `facts` must be the same. Raises InputError."""
    if (folder / RUN).exists():
        there = read_run(folder)
        if other := [name for name in facts if there.get(name) != facts[name]]:
            raise InputError(
                f"{folder} holds a run with another {' and '.join(other)}.", hint="Name another folder with --run."
            )
        return
    folder.mkdir(parents=True, exist_ok=True)
    machine = {"machine": platform.machine(), "threads": torch.get_num_threads()}
    versions = {"torch": torch.__version__, "python": platform.python_version()}
    whole = {**facts, **told, **machine, **versions}
    (folder / RUN).write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")


def _moments(
    tensors: dict[str, Tensor], learning: dict[str, Any], step: int, optimiser: torch.optim.AdamW
) -> dict[str, Any]:
    """The optimiser's state as PyTorch wants it back."""
    state = {
        place: {"step": torch.tensor(float(step)), **{p: tensors[f"{p}:{name}"] for p in ("exp_avg", "exp_avg_sq")}}
        for place, name in enumerate(learning)
    }
    return {"state": state, "param_groups": optimiser.state_dict()["param_groups"]}
