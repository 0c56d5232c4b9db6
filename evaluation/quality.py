"""`tiza eval`: runs the exam and writes docs/quality.md with every figure, good or poor."""

from __future__ import annotations

import asyncio
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import Progress

from evaluation.exam import BareModel, BestPassage, NaiveRag, Result, System, WholeTutor, examine, ranks
from evaluation.third_course.blocks import bare, sentences_of_texts
from knowledge.courses.course import Course
from knowledge.courses.labelled import Labelled, Split, read_bank, sample
from knowledge.retrieval.embedder import Embedder
from training.fit_retrieval import query_of
from training.statistics import Rate, auc, percentile
from tutor.errors import InputError
from tutor.service.build import build_tutor, open_model, open_retriever
from tutor.settings import Settings

REPORT = Path(__file__).parents[1] / "docs" / "quality.md"
REMARKS = Path(__file__).with_name("remarks.md")
RESULTS = "exam.json"
TRUE = "sentences that the texts hold"
LIMITS = {"covered declined": "≤ 0.02", "demo on a plain question": "0"}
INTRODUCTION = """# Answer quality

Written by `tiza eval --write`; the figures are published as they are. The questions in `knowledge/course/questions/`
are split by concept: train fits the weights, dev sets the threshold and decides, and test is only asked. A question
is right when the answer holds all facts of its label and nothing forbidden. Every answer is a quotation: that each
cited sentence stands in the passage that it cites is an invariant, and its row can only be 1. Spanish answers are
judged by the English sentences beside theirs. Intervals are 95 % (Wilson).
"""
GOALS = {
    "quotations hold": 0.99, "lecture_fact": 0.95, "concept": 0.90, "follow_up": 0.90, "false_premise": 0.90,
    "uncovered declined": 0.95, "demo": 0.95, "parameters": 0.95,
}  # fmt: skip


FLOOR = {
    "quotations hold": 0.97, "lecture_fact": 0.70, "concept": 0.70, "uncovered declined": 0.70, "demo": 0.80,
}  # fmt: skip
"""What the main branch keeps on a sample of dev (`make eval-smoke`): below it something has broken. It says what is
reached, with some room, and not what is wanted (GOALS): facts came out at 0.76 and concepts at 0.77 when answers became
units."""
MOST_DECLINED = 0.05
"""The most covered questions that the sample may decline, as a share."""


@dataclass(frozen=True, slots=True)
class Other:
    """A course that nothing was fitted on: documents as a teacher would add them, with labelled questions.

    `said` gives every sentence that its documents hold where that is known from elsewhere than from reading them.
    """

    name: str
    folder: Path
    about: str
    goals: Mapping[str, float]
    said: Callable[[], frozenset[str]] | None = None


OTHERS = (
    Other(
        "second course", Path(__file__).with_name("second_course"),
        "Eight prose documents as a teacher would add them, and {count} questions (`evaluation/second_course/`), "
        "written blind to the code; nothing was fitted on them.",
        {"lecture_fact": 0.90, "uncovered declined": 0.85, "quotations hold": 0.99},
    ),
    Other(
        "third course", Path(__file__).with_name("third_course"),
        "Five awkward files (a two-column paper, slides with notes, a notebook, a Word handout with tables and "
        "equations, a Spanish PDF) and {count} questions (`evaluation/third_course/`), written from the plain texts by "
        "someone who saw neither the code nor the files; nothing was fitted on them. The files were made from those "
        "texts, so that it is known which sentences a reader of them sees.",
        {"lecture_fact": 0.85, TRUE: 1.0, "quotations hold": 0.99},
        sentences_of_texts,
    ),
)  # fmt: skip


@dataclass
class Exam:
    """All results of one run."""

    split: str
    model: str
    items: list[Labelled]
    results: dict[str, list[Result]] = field(default_factory=dict)
    ranks: list[tuple[Labelled, int, float]] = field(default_factory=list)
    others: list[tuple[Other, Exam]] = field(default_factory=list)


async def run_exam(
    settings: Settings, split: Split, limit: int | None, baselines: int, step: Callable[[str, int], None]
) -> Exam:
    """Ask every question of a split; the baselines that need the model answer a sample of `baselines` questions."""
    tutor = build_tutor(settings)
    await tutor.prepare()
    embedder = Embedder(settings.embedder)
    retriever = open_retriever(settings)
    items = sample(read_bank(split=split), limit)
    provenance = tutor.provenance
    assert provenance is not None
    plain, model = settings.model_copy(update={"adapter": "off"}), None
    exam = Exam(
        split, f"{provenance.model} (adapter: {provenance.adapter or 'none'}), knowledge {provenance.knowledge}", items
    )
    plan: list[tuple[System, list[Labelled]]] = [(WholeTutor(tutor), items)]
    if baselines:
        asked = [item for item in items if item.kind != "demo_request" and not item.history]
        few = sample(asked, baselines)
        plan.append((BestPassage(retriever), asked))
        if (starter := await tutor.model()) is not None:
            model = await open_model(plain) if settings.adapter not in ("", "off") else starter
            plan += [(BareModel(model), few), (NaiveRag(model, embedder), few)]
    for system, asked in plan:
        step(system.name, len(asked))
        async with aclosing(examine(system, asked, lambda: step("", 1))) as results:
            exam.results[system.name] = [result async for result in results]
    pairs = [(item, query_of(item, embedder)) for item in items if item.kind != "demo_request"]
    exam.ranks = list(ranks(retriever, pairs))
    await tutor.close()
    return exam


async def run_other(settings: Settings, other: Other, step: Callable[[str, int], None]) -> Exam:
    """Ask the questions of a course that nothing was fitted on."""
    items = read_bank(other.folder)
    with TemporaryDirectory() as home:
        mine = settings.model_copy(update={"home": Path(home), "course": "other"})
        course = Course("other", mine.home)
        for path in sorted((other.folder / "documents").iterdir()):
            course.add(path)
        tutor = build_tutor(mine)
        await tutor.prepare()
        retriever = open_retriever(mine)
        exam = Exam(other.name, "", items)
        for system in (WholeTutor(tutor), BestPassage(retriever)):
            asked = [item for item in items if not item.history or isinstance(system, WholeTutor)]
            step(f"{system.name}, {other.name}", len(asked))
            async with aclosing(examine(system, asked, lambda: step("", 1))) as results:
                exam.results[system.name] = [result async for result in results]
        await tutor.close()
    return exam


def figures(exam: Exam, system: str) -> dict[str, Rate]:
    """The table's rates for one system."""
    results = exam.results[system]
    kind = {item.id: item for item in exam.items}
    found: dict[str, Rate] = {}
    answered = [r for r in results if r.sentences and not r.declined]
    found["quotations hold"] = Rate(sum(r.supported for r in answered), sum(r.sentences for r in answered))
    for name in ("lecture_fact", "concept", "follow_up", "false_premise"):
        of_kind = [r for r in results if r.kind == name]
        found[name] = Rate(sum(r.right for r in of_kind), len(of_kind))
    covered = [r for r in results if kind[r.id].covered and r.kind != "demo_request"]
    uncovered = [r for r in results if not kind[r.id].covered]
    found["fact recall"] = Rate(
        sum(r.recalled for r in covered if kind[r.id].must), len([r for r in covered if kind[r.id].must])
    )
    found["uncovered declined"] = Rate(sum(r.declined for r in uncovered), len(uncovered))
    found["covered declined"] = Rate(sum(r.declined for r in covered), len(covered))
    requests = [r for r in results if r.kind == "demo_request"]
    found["demo"] = Rate(sum(r.demo_right for r in requests), len(requests))
    stated = [r for r in requests if kind[r.id].params]
    found["parameters"] = Rate(sum(r.params_right for r in stated), len(stated))
    plain = [r for r in results if r.kind != "demo_request"]
    found["demo on a plain question"] = Rate(sum(bool(r.demo) for r in plain), len(plain))
    return found


def below_floor(exam: Exam) -> list[str]:
    """The figures of the tutor that miss the floor, in words."""
    table = figures(exam, "Tiza")
    missed = [f"{name} {table[name]} < {floor}" for name, floor in FLOOR.items() if table[name].value < floor]
    if table["covered declined"].value > MOST_DECLINED:
        missed.append(f"covered declined {table['covered declined']} > {MOST_DECLINED}")
    return missed


def report(exam: Exam) -> str:
    """docs/quality.md as text."""
    model = f"{exam.model}. {date.today():%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}."
    lines = [
        INTRODUCTION,
        f"Split **{exam.split}**, {len(exam.items)} questions. Model: {model}",
        "",
        "| | goal | " + " | ".join(exam.results) + " |",
        "|---|---|" + "---|" * len(exam.results),
    ]
    tables = {name: figures(exam, name) for name in exam.results}
    for row in tables["Tiza"]:
        goal = f"≥ {GOALS[row]:.2f}" if row in GOALS else LIMITS.get(row, "")
        cells = (str(table[row]) for table in tables.values())
        lines.append(f"| {row.replace('_', ' ')} | {goal} | " + " | ".join(cells) + " |")
    for name, share in (("first sentence", "first"), ("whole answer", "whole")):
        cells = (_seconds([getattr(r, share) for r in results]) for results in exam.results.values())
        lines.append(f"| {name}, p50 / p95 | | " + " | ".join(cells) + " |")
    others = [line for other, asked in exam.others for line in ("", *_other(other, asked))]
    return "\n".join([*lines, "", *_retrieval(exam), "", *_styles(exam), *others]) + "\n"


def _seconds(values: Sequence[float]) -> str:
    return f"{percentile(values, 0.5):.2f} s / {percentile(values, 0.95):.2f} s"


def _retrieval(exam: Exam) -> list[str]:
    lines = ["## Retrieval", "", "| kind | recall@1 | recall@3 | recall@5 | MRR |", "|---|---|---|---|---|"]
    for kind in ("lecture_fact", "concept", "follow_up", "false_premise"):
        places = [place for item, place, _ in exam.ranks if item.kind == kind]
        if places:
            cells = [str(Rate(sum(0 < place <= k for place in places), len(places))) for k in (1, 3, 5)]
            mrr = sum(1 / place for place in places if place) / len(places)
            lines.append(f"| {kind.replace('_', ' ')} | {' | '.join(cells)} | {mrr:.3f} |")
    yes = [score for item, _, score in exam.ranks if item.covered]
    no = [score for item, _, score in exam.ranks if not item.covered]
    return [*lines, "", f"Covered against uncovered questions: AUC {auc(yes, no):.4f}."]


def _styles(exam: Exam) -> list[str]:
    lines = ["## By wording", "", "| wording | right |", "|---|---|"]
    for style in dict.fromkeys(item.style for item in exam.items):
        mine = [r for r in exam.results["Tiza"] if r.style == style and r.kind != "demo_request"]
        lines.append(f"| {style} | {Rate(sum(r.right for r in mine), len(mine))} |")
    return lines


def _other(other: Other, exam: Exam) -> list[str]:
    lines = [
        f"## A {other.name}",
        "",
        other.about.format(count=len(exam.items)),
        "",
        f"| | goal | {' | '.join(exam.results)} |",
        "|---|---|" + "---|" * len(exam.results),
    ]
    tables = {name: figures(exam, name) for name in exam.results}
    if other.said is not None:
        held = other.said()
        for name, table in tables.items():
            quotes = [quote for result in exam.results[name] for quote in result.quotes]
            table[TRUE] = Rate(sum(bare(quote) in held for quote in quotes), len(quotes))
    for row, rate in tables["Tiza"].items():
        if rate.total and row not in ("demo", "parameters"):
            goal = f"≥ {other.goals[row]:.2f}" if row in other.goals else ""
            cells = " | ".join(str(table[row]) for table in tables.values())
            lines.append(f"| {row.replace('lecture_', '').replace('_', ' ')} | {goal} | {cells} |")
    spanish = [result for result in exam.results["Tiza"] if result.style == "spanish" and result.kind != "not_covered"]
    if spanish:
        rate = Rate(sum(result.right for result in spanish), len(spanish))
        lines.append(f"| asked in Spanish |  | {rate} |" + " – |" * (len(exam.results) - 1))
    return lines


def show(home: Path) -> None:
    """The failure browser: each wrong answer of the last run with its sources, and what evidence dropped and why."""
    console = Console(highlight=False)
    if not (home / RESULTS).is_file():
        raise InputError("There are no results to show yet.", code="not_found", hint="Run `tiza eval` first.")
    data = json.loads((home / RESULTS).read_text(encoding="utf-8"))
    bank = {item.id: item for item in (*read_bank(), *(item for other in OTHERS for item in read_bank(other.folder)))}
    for record in (*data["Tiza"], *(record for other in OTHERS for record in data.get(other.name, ()))):
        item = bank[record["id"]]
        if record["right"] or (
            item.kind == "demo_request" and record["demo_right"] and (record["params_right"] or not item.params)
        ):
            continue
        console.rule(f"{item.id} {item.kind} {item.style}", align="left")
        for text in (*item.history, item.question):
            console.print(f"? {text}", markup=False)
        console.print(f"= {record['answer'] or record['failed']}", markup=False)
        console.print(
            f"  wanted {item.must or ('declined' if not item.covered else item.demo)} {item.params or ''}", markup=False
        )
        console.print(f"  sources {', '.join(record['sources'])}", markup=False)
        for text, reason in record["dropped"]:
            console.print(f"  dropped: {text}  ({reason})", markup=False)


def evaluate(
    settings: Settings, split: Split, limit: int | None, baselines: int, *, as_json: bool, write: bool
) -> Exam:
    """Run the exam with a progress bar, keep its results for `--show`, and write the report when asked to."""
    console = Console(stderr=True)
    with Progress(console=console) as bar:
        tasks = [bar.add_task("loading", total=None)]

        def step(name: str, count: int) -> None:
            if name:
                bar.update(tasks[-1], total=1, completed=1)
                tasks.append(bar.add_task(name, total=count))
            else:
                bar.advance(tasks[-1])

        exam = asyncio.run(run_exam(settings, split, limit, baselines, step))
        if limit is None:
            exam.others = [
                (other, asyncio.run(run_other(settings, other, step))) for other in OTHERS if read_bank(other.folder)
            ]
    records = {name: [vars_of(result) for result in results] for name, results in exam.results.items()}
    records |= {other.name: [vars_of(result) for result in asked.results["Tiza"]] for other, asked in exam.others}
    (settings.home / RESULTS).write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    if write:
        REPORT.parent.mkdir(exist_ok=True)
        remarks = REMARKS.read_text(encoding="utf-8")
        REPORT.write_text("\n".join([report(exam), "", remarks]), encoding="utf-8")
    text = json.dumps(records, ensure_ascii=False) if as_json else report(exam)
    Console().print(text, markup=False, highlight=False, soft_wrap=True)
    return exam


def vars_of(result: Result) -> dict[str, object]:
    """A result as a JSON object."""
    return asdict(result)
