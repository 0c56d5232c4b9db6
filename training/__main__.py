"""`python -m training`: what Tiza ships trained, from data to file, in steps that can be repeated.

The adapter of the starter model takes four of them.

cross-encoder   what reads question and sentence together (knowledge/retrieval/cross_encoder.py)
grounding       what checks a worded sentence against the course (tutor/answering/grounding.py)
grading         the verdicts on practice answers (tutor/teaching/grading.py)
acts            what reads the act of an utterance, its words in their order (tutor/dialogue/act_encoder.py)
utterances      what tells acts and languages (tutor/dialogue/reading.py, language.py)
vectors         the vectors that the package carries (knowledge/course/vectors.npz)
questions       the space in which questions that want the same lie together (knowledge/retrieval/question_space.py)
fit-retrieval   the weights of retrieval (knowledge/retrieval/weights.json)
fit-prose       those that say when a teacher's documents answer in their own language; after the former
fit-across      those for documents that are asked in the other language
fit-told        whether the course answers a question that stands alone (tutor/answering/told.json); last of these
data     examples from the course's training half, and from outside passages
train    an adapter, to the end or until interrupted; the same command goes on where it stopped
export   the adapter of the last checkpoint as a GGUF file
answers  what that adapter says on validation questions, kept beside the run
report   training/REPORT.md, from the logs of all runs
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tutor.errors import InputError, Problem, TizaError

if TYPE_CHECKING:
    from training.material import Material

FOLDER = Path("build/training")
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
DataOption = Annotated[Path, typer.Option(help="The data set's folder.")]
RunOption = Annotated[Path, typer.Option(help="The run's folder.")]


@app.command()
def data(
    out: Annotated[Path, typer.Option(help="Folder to write.")] = FOLDER / "data",
    outside: Annotated[list[Path] | None, typer.Option(help="Files of passages in SQuAD's layout.")] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    variants: Annotated[int, typer.Option(min=1, max=20, help="Worded answers for each question.")] = 3,
) -> None:
    """Make the data set."""
    from training.data import write_data
    from training.lecture import lecture_material
    from training.outside import read_xquad

    materials = [lecture_material(), *map(read_xquad, outside or ())]
    manifest = write_data(out, materials, seed, variants)
    typer.echo(f"{manifest['examples']} in {out}, hash {manifest['hash'][:12]}…; {manifest['kinds']}")


@app.command()
def train(
    run: RunOption = FOLDER / "run",
    data: DataOption = FOLDER / "data",
    base: Annotated[Path | None, typer.Option(help="GGUF model to train; the starter's when not given.")] = None,
    rank: Annotated[int, typer.Option(min=1, max=256)] = 16,
    alpha: Annotated[float, typer.Option(min=1)] = 32.0,
    rate: Annotated[float, typer.Option(min=1e-7, max=0.1, help="The highest learning rate.")] = 4e-4,
    warm_up: Annotated[int, typer.Option(min=0, help="Steps.")] = 30,
    epochs: Annotated[int, typer.Option(min=1)] = 2,
    batch: Annotated[int, typer.Option(min=1)] = 8,
    longest: Annotated[int, typer.Option(min=32, help="Tokens of an example at most.")] = 512,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    precision: Annotated[str, typer.Option(help="bfloat16 or float32.")] = "bfloat16",
    matrices: Annotated[str, typer.Option(help="Matrices to adapt, with commas between; all when empty.")] = "",
    threads: Annotated[int, typer.Option(min=0, help="0 means one for each core.")] = 0,
    until: Annotated[int | None, typer.Option(min=1, help="Stop after this step; a later call goes on.")] = None,
    every: Annotated[float, typer.Option(min=1, help="Seconds between checkpoints.")] = 180.0,
) -> None:
    """Train an adapter, or go on with a run that was interrupted."""
    import torch

    from training.model import MATRICES
    from training.train import Recipe

    names = tuple(name.strip() for name in matrices.split(",") if name.strip()) or MATRICES
    if unknown := [name for name in names if name not in MATRICES]:
        raise InputError(f"There is no matrix {unknown[0]!r}.", hint=f"There are {', '.join(MATRICES)}.")
    if precision not in ("bfloat16", "float32"):
        raise InputError(f"The precision {precision!r} is unknown.", hint="Choose bfloat16 or float32.")
    if threads:
        torch.set_num_threads(threads)
    recipe = Recipe(rank, alpha, rate, warm_up, epochs, batch, seed, longest, precision, names)
    _train(run, data, base, recipe, until, every)


def _train(run: Path, data: Path, base: Path | None, recipe: object, until: int | None, every: float) -> None:
    from training.data import data_in_words, read_data
    from training.progress import Bar
    from training.tokens import encode
    from training.train import Recipe, Run, Task
    from tutor.llm.catalogue import starter_file

    assert isinstance(recipe, Recipe)
    model = base or starter_file()
    taught, checked, mark = read_data(data)
    rows = [encode(model, part, recipe.longest) for part in (taught, checked)]
    task = Task(model, rows[0], rows[1], mark, data_in_words(data))
    work = Run(run, task, recipe, shlex.join(["python", "-m", "training", *sys.argv[1:]]))
    if work.step:
        typer.echo(f"Going on after step {work.step} of {work.total}.")
    with Bar() as bar:
        done = work.go(bar, until=until, every=every)
    typer.echo(f"{'Complete' if done else 'Stopped'} at step {work.step} of {work.total}; the run is in {run}.")


@app.command()
def grounding(
    out: Annotated[Path, typer.Argument(help="File to write.")],
    outside: Annotated[
        list[Path] | None, typer.Option(help="The same passages in SQuAD's layout, by language.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1)] = 1,
    layers: Annotated[int, typer.Option(min=1, max=12)] = 6,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    limit: Annotated[int | None, typer.Option(min=1, help="Claims to learn at most.")] = None,
    begin: Annotated[Path | None, typer.Option(help="A file that an earlier run wrote, to go on from.")] = None,
) -> None:
    """Train the check by meaning, in an hour on two cores, and measure it on topics that nothing was learnt from."""
    import hashlib
    import random

    from knowledge.retrieval.embedder import Embedder
    from knowledge.retrieval.encoder import Encoder
    from knowledge.retrieval.encoder_file import encoder_file
    from training.backbone import write_learnt
    from training.cross_encoder import Recipe, Training
    from training.grounding import course_groups, measured, outside_groups
    from training.outside import read_xquad
    from training.progress import Bar
    from tutor.answering.grounding import LONGEST

    embedder = Embedder()
    groups = list(course_groups(embedder, seed))
    groups += outside_groups({path.stem: read_xquad(path) for path in outside or ()}, seed)
    if limit is not None and limit < len(groups):
        groups = random.Random(seed).sample(groups, limit)
    recipe = Recipe(layers=layers, epochs=epochs, seed=seed, batch=32, ranking=0.0, longest=LONGEST)
    training = Training(Encoder(encoder_file()), recipe, begin)
    typer.echo(f"{len(groups)} claims.")
    with Bar() as bar:
        training.run(groups, bar)
    mark = hashlib.sha256(repr(groups).encode()).hexdigest()
    write_learnt(training.learnt(), out, {"data_sha256": mark, "groups": str(len(groups)), "seed": str(seed)})
    typer.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB, from {len(groups)} claims, data {mark[:12]}….")
    for line in measured(out, embedder):
        typer.echo(line)


@app.command()
def grading(
    examined: Annotated[
        list[Path] | None, typer.Argument(help="Answers that nothing is fitted on, to measure on.")
    ] = None,
) -> None:
    """Fit the verdicts on students' answers, in a minute."""
    from knowledge.retrieval.cross_encoder import CrossEncoder
    from knowledge.retrieval.embedder import Embedder
    from training.grading import FOLDER as ANSWERS
    from training.grading import fit, measured, read_answers, rows_of, write
    from tutor.answering.grounding import FILE, LONGEST
    from tutor.teaching.grading import FILE as GRADING

    embedder, reader = Embedder(), CrossEncoder(FILE, LONGEST)
    answers = [answer for path in sorted(ANSWERS.glob("*.tsv")) for answer in read_answers(path)]
    model = fit(answers, rows_of(answers, embedder, reader))
    write(model, GRADING)
    typer.echo(f"{GRADING.name}, from {len(answers)} answers; sure from {model.sure}")
    for path in examined or ():
        found = read_answers(path)
        typer.echo(f"{path.name}: {len(found)} answers")
        for line in measured(model, found, rows_of(found, embedder, reader)):
            typer.echo(line)


@app.command()
def cross_encoder(
    out: Annotated[Path, typer.Argument(help="File to write; then run `python -m training fit-retrieval`.")],
    outside: Annotated[
        list[Path] | None, typer.Option(help="The same passages in SQuAD's layout, by language.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1)] = 1,
    layers: Annotated[int, typer.Option(min=1, max=12)] = 6,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Groups to learn at most, drawn, half of them answers to a question in particular."),
    ] = None,
    begin: Annotated[Path | None, typer.Option(help="What an earlier run wrote, to go on from.")] = None,
) -> None:
    """Train the cross-encoder, in half an hour on two cores."""
    import hashlib
    import random

    from knowledge.courses.course import Course, open_course
    from knowledge.retrieval.embedder import Embedder
    from knowledge.retrieval.encoder import Encoder
    from knowledge.retrieval.encoder_file import encoder_file
    from knowledge.retrieval.retriever import Retriever, Weights
    from training.backbone import write_learnt
    from training.cross_encoder import Recipe, Training, answer_groups, course_groups, foreign_groups, outside_groups
    from training.outside import read_xquad
    from training.progress import Bar
    from tutor.settings import read_settings

    settings, embedder = read_settings(), Embedder()
    empty = Weights.empty()
    index = open_course(Course(settings.course, settings.home), embedder)
    retriever = Retriever(index, embedder, None, {"course": empty, "documents": empty})
    typer.echo("Searching the course for the candidates of every question.")
    groups = list(course_groups(retriever, seed, limit and limit // 4))
    materials = {path.stem: read_xquad(path) for path in outside or ()}
    groups += [*outside_groups(materials, seed), *foreign_groups(retriever, materials)]
    particular = list(answer_groups(retriever, seed))
    if limit is not None and limit < len(groups) + len(particular):
        draw, half = random.Random(seed), limit // 2
        groups = draw.sample(groups, min(half, len(groups)))
        groups += draw.sample(particular, min(limit - len(groups), len(particular)))
    else:
        groups += particular
    training = Training(Encoder(encoder_file()), Recipe(layers=layers, epochs=epochs, seed=seed), begin)
    with Bar() as bar:
        training.run(groups, bar)
    mark = hashlib.sha256(repr(groups).encode()).hexdigest()
    write_learnt(training.learnt(), out, {"data_sha256": mark, "groups": str(len(groups)), "seed": str(seed)})
    typer.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB, from {len(groups)} groups, data {mark[:12]}….")


@app.command()
def acts(
    epochs: Annotated[int, typer.Option(min=1)] = 5,
    seed: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Train the network that reads acts, in minutes; then run `python -m training utterances`."""
    from training.acts import Recipe, Training
    from training.backbone import write_learnt
    from training.utterances import demo_requests, read_labelled
    from tutor.dialogue.act_encoder import FILE

    training = Training(Recipe(epochs=epochs, seed=seed))
    training.run([*read_labelled(), *demo_requests()], typer.echo)
    write_learnt(training.learnt(), FILE, {"seed": str(seed)})
    typer.echo(f"{FILE.name}: {FILE.stat().st_size / 1e6:.1f} MB")


@app.command()
def utterances() -> None:
    """Train the router and the language model, in minutes."""
    from training.utterances import train as train_reading

    train_reading(typer.echo)


@app.command()
def vectors() -> None:
    """Embed what is new in the course and the demos, in seconds for a small change."""
    from training.vectors import write

    typer.echo(write())


@app.command()
def questions() -> None:
    """Train the space of questions on the ways in which the course's units are asked for, in minutes."""
    from knowledge.retrieval.cross_encoder import CrossEncoder
    from knowledge.retrieval.embedder import Embedder
    from training.questions import fit

    fit(Embedder(), CrossEncoder(), typer.echo)


@app.command()
def fit_retrieval() -> None:
    """Fit the weights of retrieval and set its thresholds on dev."""
    from knowledge.courses.course import Course, open_course
    from knowledge.retrieval.embedder import Embedder
    from training.fit_retrieval import Read, fit_all
    from tutor.settings import read_settings

    settings, embedder = read_settings(), Embedder()
    fit_all(open_course(Course(settings.course, settings.home), embedder), embedder, Read(), typer.echo)


OutsideArgument = Annotated[
    list[Path], typer.Argument(help="The same passages in English and Spanish, in SQuAD's layout.")
]


def _in_both(outside: list[Path]) -> dict[str, Material]:
    """Passages by language. Raises InputError."""
    from training.outside import read_xquad

    materials = {path.stem.rsplit(".", 1)[-1]: read_xquad(path) for path in outside}
    if set(materials) != {"en", "es"}:
        raise InputError("The passages of two languages are needed.", hint="Give xquad.en.json and xquad.es.json.")
    return materials


@app.command()
def fit_prose(outside: OutsideArgument) -> None:
    """Fit when a teacher's documents answer a question of their own language."""
    from knowledge.retrieval.cross_encoder import CrossEncoder
    from knowledge.retrieval.embedder import Embedder
    from training.fit_prose import fit_prose as fit

    fit(_in_both(outside), Embedder(), CrossEncoder(), typer.echo)


@app.command()
def fit_told() -> None:
    """Fit whether the course answers a question that stands alone; after all that reads questions."""
    import asyncio

    from training.fit_told import fit_and_write

    asyncio.run(fit_and_write(typer.echo))


@app.command()
def fit_across(outside: OutsideArgument) -> None:
    """Fit how documents are searched in the language that they are not in."""
    from knowledge.retrieval.embedder import Embedder
    from training.fit_across import fit_across as fit
    from training.fit_retrieval import Read

    fit(_in_both(outside), Embedder(), Read(), typer.echo)


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="GGUF file to write.")],
    run: RunOption = FOLDER / "run",
    name: Annotated[str, typer.Option(help="What answers call the adapter; made from data and step when empty.")] = "",
) -> None:
    """Write the adapter of a run's last checkpoint."""
    from training.export import export as write

    step = write(run, out, name)
    typer.echo(f"{out}: the adapter of step {step}, {out.stat().st_size / 1e6:.1f} MB. Use it with TIZA_ADAPTER={out}.")


@app.command()
def answers(
    run: RunOption = FOLDER / "run",
    data: DataOption = FOLDER / "data",
    base: Annotated[Path | None, typer.Option(help="GGUF model; the starter's when not given.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Validation questions to ask.")] = 200,
) -> None:
    """Put validation questions to llama.cpp with the run's adapter, and keep the figures beside the run."""
    from tempfile import TemporaryDirectory

    from training.answers import check, write_check
    from training.data import read_data
    from training.export import export as write
    from tutor.llm.catalogue import starter_file

    with TemporaryDirectory() as folder:
        step = write(run, Path(folder) / "adapter.gguf")
        found = check(base or starter_file(), Path(folder) / "adapter.gguf", read_data(data)[1][:limit])
    write_check(run, step, found)
    typer.echo(f"Step {step}: {found}")


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs, the winning one first.")],
    out: Annotated[Path, typer.Option(help="Page to write.")] = Path("training/REPORT.md"),
) -> None:
    """Write the report from the runs' logs."""
    from training.report import write_report

    write_report(runs, out)
    typer.echo(f"{out} is written.")


def main() -> None:
    """Run the command; an expected failure is one sentence on standard error."""
    from knowledge.errors import KnowledgeError

    try:
        app()
    except (TizaError, KnowledgeError) as error:
        typer.echo(str(Problem.of(error)), err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("Stopped; the checkpoint is written, and the same command goes on from it.", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
