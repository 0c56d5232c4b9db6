"""`tiza tune`: a teacher's own course becomes examples, and these an adapter, on the teacher's own machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from knowledge.courses.builtin import COURSE
from knowledge.courses.course import Course
from knowledge.errors import KnowledgeError
from training.data import read_data, write_data
from training.export import export
from training.lecture import lecture_material
from training.outside import passages_material
from training.progress import Bar, in_words
from training.tokens import encode
from training.train import Recipe, Run, Task, read_log
from tutor.llm.catalogue import starter_file
from tutor.settings import Settings

MEASURED = 5
"""Steps that are made before the time is estimated; the first of them only warms up."""
RECIPE = Recipe(rate=3e-4, warm_up=10)


def tune(
    settings: Settings,
    *,
    epochs: int = 2,
    threads: int = 0,
    only_estimate: bool = False,
    say: Callable[[str], None],
    base: Path | None = None,
    recipe: Recipe = RECIPE,
) -> Path | None:
    """Train an adapter for the settings' course, and return its file; None when only the time was asked for.

    The work lies in `adapters/` of the data folder. Raises KnowledgeError (`unknown_course`), InputError when the
    course gives too little, ModelError.
    """
    if threads:
        torch.set_num_threads(threads)
    course, model = Course(settings.course, settings.home), base or starter_file()
    place = settings.home / "adapters" / course.name
    kinds = _write_examples(course, place / "data", recipe.seed)
    taught, checked, mark = read_data(place / "data")
    recipe = replace(recipe, epochs=epochs)
    rows = [encode(model, part, recipe.longest) for part in (taught, checked)]
    task = Task(model, rows[0], rows[1], mark)
    run = Run(place / f"run-{mark[:12]}-{epochs}", task, recipe, f"tiza tune --course {course.name} --epochs {epochs}")
    say(f"{len(task.train)} examples from the course {course.name} ({kinds}), {run.total} steps.")
    if run.step:
        say(f"Going on after step {run.step}.")
    if run.step < run.total:
        run.go(until=run.step + MEASURED)
        say(estimate(run))
    if only_estimate:
        return None
    with Bar() as bar:
        run.go(bar)
    target = place.with_suffix(".gguf")
    export(run.folder, target, f"{course.name}-{mark[:8]}")
    say(f"The adapter is {target}. Use it with TIZA_ADAPTER={target}, or call this with --use.")
    return target


def estimate(run: Run) -> str:
    """How long the rest of a run takes, in words, from the steps that were just measured."""
    steps = [line for line in read_log(run.folder) if "seconds" in line][-MEASURED:]
    steps = steps[1:] or steps
    speed = sum(line["tokens"] for line in steps) / max(1e-9, sum(line["seconds"] for line in steps))
    each = sum(map(len, run.task.train)) * run.recipe.epochs / run.total
    left = (run.total - run.step) * each / speed
    return (
        f"About {in_words(left)} for the other {run.total - run.step} steps: {len(steps)} steps just now read "
        f"{speed:.0f} tokens a second. Interrupt it when you like; the same command goes on."
    )


def _write_examples(course: Course, folder: Path, seed: int) -> str:
    """Write the course's examples, and say how many there are of each kind. Raises KnowledgeError and InputError."""
    if not course.exists:
        raise KnowledgeError(
            f"There is no course {course.name!r} here.", code="unknown_course", hint="Add a file with `tiza ingest`."
        )
    own = [passage for passage in course.passages() if passage.source == "document"]
    materials = [passages_material(course.name, own)]
    if course.name == COURSE:
        materials.insert(0, lecture_material())
    manifest = write_data(folder, materials, seed)
    return ", ".join(f"{kind} {count}" for kind, count in manifest["kinds"].items())
