"""The command `tiza`. Heavy imports happen inside the commands, so that `tiza --help` is instant."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from demos.runtime.messages import say
from tutor.cli.keys import keys_app
from tutor.cli.models import models_app
from tutor.cli.spoken import App
from tutor.errors import InputError, Problem, TizaError
from tutor.i18n import preferred, tell, texts
from tutor.settings import Settings, kept_language, misspelt, read_settings, write_setting

app = App(
    name="tiza", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="The offline AI tutor that runs the lecture.",
)  # fmt: skip
app.add_typer(models_app, name="models")
app.add_typer(keys_app, name="keys")

ModelOption = Annotated[str | None, typer.Option("--model", "-m", help="GGUF file, or a name of `tiza models list`.")]
UpstreamOption = Annotated[str | None, typer.Option(help="URL of an OpenAI-compatible server to use as the model.")]
CourseOption = Annotated[str | None, typer.Option(help="The course to answer from.")]
SeedOption = Annotated[int | None, typer.Option(min=0, help="Seed of answers and demos.")]


@app.callback()
def _begin() -> None:
    """The offline AI tutor that runs the lecture."""
    for said in misspelt():
        typer.echo(tell(said, preferred()), err=True)


def main() -> None:
    """Run the command; every expected failure is one sentence on standard error and a non-zero status."""
    from demos.runtime.contract import DemoError
    from knowledge.errors import KnowledgeError

    if not os.environ.get("TIZA_LANGUAGE") and (language := kept_language()):
        os.environ["TIZA_LANGUAGE"] = language  # help is said before any command reads its settings
    try:
        app()
    except (TizaError, KnowledgeError, DemoError) as error:
        _fail(Problem.of(error, preferred()))
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away: nothing is left to say
        sys.exit(141)


@app.command()
def chat(
    model: ModelOption = None, upstream: UpstreamOption = None, course: CourseOption = None, seed: SeedOption = None
) -> None:
    """Talk with the tutor. Without a terminal on standard input, each line is a question."""
    settings = _settings(model=model, upstream=upstream, course=course, seed=seed)
    if sys.stdin.isatty() and sys.stdout.isatty():
        _open_terminal(settings)
    else:
        raise typer.Exit(_run(_pipe(settings)))


@app.command()
def ask(
    question: Annotated[list[str], typer.Argument(help="The question.")],
    model: ModelOption = None,
    upstream: UpstreamOption = None,
    course: CourseOption = None,
    seed: SeedOption = None,
) -> None:
    """Answer one question and leave."""
    settings = _settings(model=model, upstream=upstream, course=course, seed=seed)
    raise typer.Exit(_run(_answer(settings, [" ".join(question)], echo=False)))


@app.command()
def search(
    text: Annotated[list[str], typer.Argument(help="What to look for.")],
    course: CourseOption = None,
    top_k: Annotated[int, typer.Option(min=1, max=50, help="How many passages.")] = 5,
) -> None:
    """Show the course's best passages for a text, with their scores."""
    _run(_search(_settings(course=course), " ".join(text), top_k))


@app.command()
def ingest(
    paths: Annotated[
        list[Path], typer.Argument(help="Files, folders, zips: PDF, slides, Word, web pages, books, sheets, text …")
    ],
    course: CourseOption = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the named documents out of the course.")] = False,
) -> None:
    """Add documents to a course, and index them."""
    from knowledge.courses.course import Course
    from knowledge.courses.uploads import take_in, take_out
    from knowledge.retrieval.embedder import Embedder
    from tutor.cli.console import IndexProgress, tell_intake
    from tutor.sanitize import clean

    settings = _settings(course=course)
    place, embedder = Course(settings.course, settings.home), Embedder(settings.embedder)
    try:
        with IndexProgress() as progress:
            if remove:
                names = [path.name for path in paths]
                take_out(place, names, embedder, progress)
                typer.echo(clean(texts("Removed from {course}: {names}.", course=place.name, names=", ".join(names))))
            elif not tell_intake(place.name, take_in(place, paths, embedder, progress)):
                raise typer.Exit(1)
    except KeyboardInterrupt:
        typer.echo(texts("Stopped; the course {course} is as it was.", course=place.name), err=True)
        raise typer.Exit(130) from None


@app.command()
def courses() -> None:
    """The courses on this machine, with their documents."""
    from knowledge.courses.course import Course, course_names

    settings = _settings()
    for name in course_names(settings.home):
        mark = "●" if name == settings.course else " "
        typer.echo(f"{mark} {name}")
        for document in Course(name, settings.home).shelf.paths():
            typer.echo(f"    {document}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def demo(context: typer.Context) -> None:
    """Run a demo in the terminal: `tiza demo perceptron --data xor`; `--list` shows them all."""
    from tutor.cli.demo import run_command

    raise typer.Exit(run_command(context.args))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to bind to; any but loopback demands keys.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port.")] = None,
    model: ModelOption = None,
    upstream: UpstreamOption = None,
    course: CourseOption = None,
) -> None:
    """Serve the tutor over HTTP (OpenAI-compatible)."""
    from tutor.api.server import serve as run_server

    run_server(_settings(host=host, port=port, model=model, upstream=upstream, course=course))


@app.command()
def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Make the index anew where it is damaged.")] = False,
) -> None:
    """Check this installation part by part, and say what to do about what fails."""
    from tutor.cli.doctor import examine

    raise typer.Exit(0 if examine(_settings(), repair=repair) else 1)


@app.command()
def tune(
    course: CourseOption = None,
    epochs: Annotated[int, typer.Option(min=1, help="How often each example is read.")] = 2,
    estimate: Annotated[bool, typer.Option("--estimate", help="Say how long it takes, and stop.")] = False,
    use: Annotated[bool, typer.Option("--use", help="Use the adapter from then on.")] = False,
    threads: Annotated[int, typer.Option(min=0, help="0 means one for each core.")] = 0,
) -> None:
    """Train the starter model on a course, on this machine; interrupted, the same command goes on."""
    train = _extension("tune")
    settings = read_settings(course=course)
    made = train(settings, epochs=epochs, threads=threads, only_estimate=estimate, say=typer.echo)
    if made is not None and use:
        path = write_setting(settings.home, "adapter", str(made))
        typer.echo(texts("It is used from now on ({path}).", path=path))


@app.command(name="eval")
def evaluate(
    split: Annotated[str, typer.Option("--set", help="Questions to ask: train, dev or test.")] = "test",
    limit: Annotated[int | None, typer.Option(min=1, help="Ask at most so many, kinds in proportion.")] = None,
    baselines: Annotated[int, typer.Option(min=0, help="Questions for the baselines that use the model.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print every result as JSON.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Print the failures of the last run.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write docs/quality.md.")] = False,
    floor: Annotated[bool, typer.Option("--floor", help="Fail when a figure is below the floor.")] = False,
    model: ModelOption = None,
) -> None:
    """Examine the tutor on labelled questions."""
    quality = _extension("eval")
    settings = _settings(model=model)
    if split not in ("train", "dev", "test"):
        raise InputError(
            say("There is no set {split!r}.", split=split),
            code="invalid_value",
            hint=say("There are train, dev and test."),
        )
    if show:
        quality.show(settings.home)
        return
    exam = quality.evaluate(settings, split, limit, baselines, as_json=as_json, write=write)
    if floor and (missed := quality.below_floor(exam)):
        typer.echo(texts("Below the floor: {names}.", names="; ".join(missed)), err=True)
        raise typer.Exit(1)


def _settings(**overrides: Any) -> Settings:
    settings = read_settings(**overrides)
    if settings.language:
        os.environ["TIZA_LANGUAGE"] = settings.language  # where config.toml sets it, for what has no settings at hand
    if settings.model and not settings.upstream:
        from tutor.llm.catalogue import locate

        locate(settings.model, settings.home)  # a wrong path is said at once, before anything is loaded
    if settings.adapter not in ("", "off") and not settings.upstream:
        from tutor.llm.merge import adapter_name

        adapter_name(Path(settings.adapter).expanduser())
    return settings


def _run(work: Coroutine[Any, Any, int]) -> int:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        return 130


async def _pipe(settings: Settings) -> int:
    if sys.stdin.isatty():
        raise InputError(say("There is no terminal to draw on."), hint=say("Pipe questions in, or use `tiza ask`."))
    lines = (line.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for line in sys.stdin)
    return await _answer(settings, lines, echo=True)


async def _answer(settings: Settings, lines: Any, *, echo: bool) -> int:
    from tutor.cli.console import IndexProgress, converse
    from tutor.service.build import build_tutor

    tutor = build_tutor(settings)
    try:
        with IndexProgress() as progress:
            await tutor.prepare(progress)
        return await converse(tutor, lines, echo=echo)
    finally:
        await tutor.close()


async def _search(settings: Settings, text: str, top_k: int) -> int:
    from tutor.cli.console import IndexProgress
    from tutor.formulas import readable
    from tutor.sanitize import clean
    from tutor.service.build import open_retriever

    with IndexProgress() as progress:
        retriever = open_retriever(settings, progress)
    for number, hit in enumerate(retriever.search(text, top_k), 1):
        passage = hit.passage
        title, place = passage.named(preferred()), passage.located(preferred())
        typer.echo(clean(f"{number}. {title} ({place}, {passage.section})"))
        scores = texts(
            "answers {answers:.2f}  fused {fused:.4f}  cosine {cosine:.3f}  bm25 {bm25:.2f}",
            answers=hit.score, fused=hit.fused, cosine=hit.dense, bm25=hit.sparse,
        )  # fmt: skip
        typer.echo(f"   {scores}  id {passage.id}")
        typer.echo(f"   {readable(clean(passage.text))}\n")
    return 0


def _open_terminal(settings: Settings) -> None:
    from tutor.cli.terminal import open_terminal

    open_terminal(settings)


def _extension(name: str) -> Any:
    """What a checkout has beside the product, by its entry point: how it is trained and examined. Raises InputError."""
    for found in entry_points(group="tiza.extensions", name=name):
        try:
            return found.load()
        except ModuleNotFoundError:
            break
    raise InputError(
        say("`tiza {name}` needs Tiza's source, which this installation lacks.", name=name),
        code="invalid_value",
        hint=say("Clone the repository and run `make setup` in it."),
    )


def _fail(problem: Problem) -> NoReturn:
    from tutor.sanitize import clean

    typer.echo(clean(str(problem)), err=True)
    sys.exit(2 if problem.code in ("invalid_value", "invalid_parameters", "empty_question", "question_too_long") else 1)
