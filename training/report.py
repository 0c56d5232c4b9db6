"""`training/REPORT.md`: what was trained, on what, how, and how it went, as the runs' own logs say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.answers import CHECK
from training.progress import in_words
from training.train import read_log, read_run, recipe_of

CURVES = "curves.png"
INTRODUCTION = """# The starter model's adapter

Written by `python -m training report` from the runs' logs. The data come from the training half of the built-in course
(no document, sentence or question of the dev and test splits; `tests/training/test_data.py` holds it) and, where named,
from XQuAD (Artetxe, Ruder and Yogatama, 2020, CC BY-SA 4.0), which is not part of this repository. Losses are nats per
answer token; validation reads documents that training does not.
"""
COLUMNS = (
    "run", "rank", "alpha", "rate", "epochs", "batch", "steps", "data", "loss, last 50 steps", "validation", "time",
    "answers",
)  # fmt: skip
CLOSING = """
Answers: validation questions put to llama.cpp with the adapter, temperature 0. Right means word for word as taught
(for judgements: Yes or No); where answers are worded, then how many were declined of those whose notes hold no answer,
and of those whose notes do. Losses of the first run are averaged over all answer tokens of a batch, those of later
ones over its answers. What an adapter is worth in the product is told by docs/quality.md, and what follows from it by
docs/adr/.
"""


def write_report(runs: Sequence[Path], out: Path) -> None:
    """Write the page and its curves. The first run is the one that is described. Raises InputError."""
    told = [(folder, read_run(folder), read_log(folder)) for folder in runs]
    out.parent.mkdir(parents=True, exist_ok=True)
    draw_curves(told, out.with_name(CURVES))
    folder, run, log = told[0]
    recipe = recipe_of(run)
    about = f" ({run['about']})" if run.get("about") else ""
    lines = [
        INTRODUCTION,
        f"## {folder.name}\n",
        f"    {run['command']}\n",
        f"- Data: {run['examples']} examples{about}, SHA-256 `{run['data']}`.",
        f"- Base model: SHA-256 `{run['base']}`.",
        f"- Adapter: rank {recipe.rank}, alpha {recipe.alpha:g}, on {', '.join(recipe.matrices)}.",
        f"- {run['device']}, {run['threads']} thread(s), PyTorch {run['torch']}: {_pace(log)}.\n",
        f"![Loss by step]({CURVES})\n",
        "## Runs\n",
        f"| {' | '.join(COLUMNS)} |",
        f"|{'---|' * len(COLUMNS)}",
        *(_row(*entry) for entry in told),
        CLOSING,
    ]
    out.write_text("\n".join(lines), encoding="utf-8")


def _row(folder: Path, run: dict[str, Any], log: list[dict[str, float]]) -> str:
    recipe = recipe_of(run)
    done = int(max((line["step"] for line in log), default=0))
    last = [line["loss"] for line in log if "loss" in line][-50:]
    valid = [line["valid"] for line in log if "valid" in line]
    cells = (
        folder.name, recipe.rank, f"{recipe.alpha:g}", f"{recipe.rate:g}", recipe.epochs, recipe.batch,
        f"{done} of {run['steps']}", run["data"][:8], f"{sum(last) / len(last):.3f}" if last else "–",
        f"{valid[-1]:.3f}" if valid else "–", in_words(_seconds(log)), _answers(folder),
    )  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def _answers(folder: Path) -> str:
    path = folder / CHECK
    if not path.exists():
        return "–"
    found = json.loads(path.read_text(encoding="utf-8"))
    right = f"step {found['step']}: {found['right']} of {found['asked']} right"
    if not found["uncovered"]:
        return right
    return (
        f"{right}; declined {found['declined']} of {found['uncovered']} uncovered, "
        f"{found['declined_wrongly']} of {found['asked'] - found['uncovered']} covered"
    )


def _pace(log: list[dict[str, float]]) -> str:
    steps = [line for line in log if "tokens" in line]
    seconds = _seconds(log)
    if not steps or not seconds:
        return "nothing is trained yet"
    return f"{len(steps)} steps in {in_words(seconds)}, {sum(line['tokens'] for line in steps) / seconds:.0f} tokens/s"


def _seconds(log: list[dict[str, float]]) -> float:
    return sum(line.get("seconds", 0.0) for line in log)


def draw_curves(told: Sequence[tuple[Path, dict[str, Any], list[dict[str, float]]]], target: Path) -> None:
    """Training loss, smoothed over twenty steps, and validation loss of each run, as PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 4.0), layout="constrained")
    axes = figure.add_subplot()
    for folder, _, log in told:
        steps = [(line["step"], line["loss"]) for line in log if "loss" in line]
        values = [loss for _, loss in steps]
        smooth = [sum(part) / len(part) for n in range(len(values)) if (part := values[max(0, n - 19) : n + 1])]
        (line,) = axes.plot([step for step, _ in steps], smooth, linewidth=1.2, label=f"{folder.name}, training")
        checks = [(line["step"], line["valid"]) for line in log if "valid" in line]
        axes.plot(*zip(*checks, strict=True), "o--", color=line.get_color(), label="validation") if checks else None
    axes.set(xlabel="step", ylabel="loss (nats per answer token)", yscale="log")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(target, dpi=110, metadata={"Software": None})
