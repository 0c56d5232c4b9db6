"""`tiza demo`: lists, explains and runs demos in a plain terminal, and writes their frames to files."""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from rich.console import Console, Group
from rich.live import Live
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from demos.runtime.catalogue import all_demos, load, source
from demos.runtime.contract import Demo, DemoError, Frame, Params
from demos.runtime.extents import steady
from demos.runtime.flags import command, flags
from demos.runtime.idea import idea
from demos.runtime.messages import listed, say
from demos.runtime.runner import Workers, run
from demos.runtime.texts import LANGUAGES, Language, fixed, shown, told
from knowledge.messages import system_says
from tutor.cli.film import Film, keyboard
from tutor.errors import ModelError, Problem
from tutor.formulas import readable
from tutor.i18n import Texts, mark, preferred
from tutor.llm.base import LanguageModel
from tutor.service.capabilities import asks_the_model, capabilities
from tutor.tui.pace import paced

USAGE = mark("""Usage: tiza demo NAME [--help] [parameters] [--preset NAME] [--predict CHOICE]
                 [--lang en|es] [--speed N] [--png DIR] [--gif FILE] [--csv DIR] [--json]
       tiza demo NAME --source|--file
       tiza demo --list [--lang en|es]
""")


@dataclass(frozen=True)
class Wanted:
    """What is to come out of a run beside the drawing: a guess judged, and files; and how fast the drawing goes on a
    terminal (1 leaves time to read the captions, 0 none)."""

    predict: str | None = None
    png: Path | None = None
    gif: Path | None = None
    csv: Path | None = None
    json: bool = False
    speed: float = 1.0
    lang: Language = "en"


class _Parser(argparse.ArgumentParser):
    """A parser whose help is in a language, and whose complaint is a DemoError: one sentence, like every other."""

    def __init__(self, prog: str, texts: Texts, **settings: Any) -> None:
        class Help(argparse.HelpFormatter):
            def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
                super().add_usage(usage, actions, groups, prefix or texts("usage: "))

        super().__init__(prog, add_help=False, exit_on_error=False, formatter_class=Help, **settings)
        self.options = self.add_argument_group(texts("options"))
        self.options.add_argument("-h", "--help", action="help", help=texts("show this help message and exit"))

    def read(self, args: Sequence[str]) -> dict[str, Any]:
        """What the arguments say. Raises DemoError."""
        try:
            given, other = self.parse_known_args(args)
        except argparse.ArgumentError as error:
            option, problem = error.argument_name, _KNOWN.get(error.message, error.message)
            if option is None:
                self.error(problem)
            raise self.refusal(say("Argument {option}: {problem}.", option=option, problem=problem)) from None
        if other:
            raise self.refusal(say("Unrecognized arguments: {words}.", words=" ".join(other)))
        return vars(given)

    def refusal(self, message: str) -> DemoError:
        """The message as an error, with a hint at the help."""
        return DemoError(message, code="invalid_parameters", hint=say("See `{command} --help`.", command=self.prog))

    def error(self, message: str) -> NoReturn:
        raise self.refusal(message[0].upper() + message[1:] + ".")


_KNOWN = {"expected one argument": say("expected one argument")}
"""Complaints of argparse's own that are met here; the others stay as argparse says them."""


def run_command(args: Sequence[str]) -> int:
    """Do what the arguments after `tiza demo` say; returns an exit status. Raises DemoError, in the language that the
    arguments name."""
    lang = _language(args)
    try:
        return _run_command(args, lang)
    except DemoError as error:
        if lang == preferred():
            raise
        problem = Problem.of(error, lang)
        raise DemoError(problem.message, code=error.code, hint=problem.hint, param=error.param) from None


def _run_command(args: Sequence[str], lang: Language) -> int:
    if not args or args[0] in ("--list", "-l", "--lang"):
        _list(lang)
        return 0
    if args[0] in ("--help", "-h"):
        sys.stdout.write(Texts(lang)(USAGE))
        return 0
    demo = load(args[0])
    given = _parser(demo, lang).read(args[1:])
    wants_file, wants_idea = given.pop("file"), given.pop("source")
    if wants_file or wants_idea:
        _show(source(demo) if wants_file else idea(demo))
        return 0
    preset = given.pop("preset")
    wanted = replace(Wanted(**{field.name: given.pop(field.name) for field in fields(Wanted)}), lang=lang)
    if wanted.predict is not None:
        wanted = replace(wanted, predict=chosen(demo, wanted.predict))
    values = {**(demo.presets[preset].params if preset else {}), **{k: v for k, v in given.items() if v is not None}}
    if not 0 <= wanted.speed < math.inf:
        raise DemoError(
            say("The speed cannot be {speed:g}.", speed=wanted.speed),
            code="invalid_parameters",
            hint=say("1 leaves time to read, 0 waits for nobody."),
            param="speed",
        )
    return asyncio.run(_run(demo, demo.parse(values), wanted))


def _language(args: Sequence[str]) -> Language:
    """The language that --lang names, else the machine's. Raises DemoError for one that is not spoken here."""
    given = [other for flag, other in pairwise([*args, ""]) if flag == "--lang"]
    given += [arg.removeprefix("--lang=") for arg in args if arg.startswith("--lang=")]
    if given and given[-1] not in LANGUAGES:
        raise DemoError(
            say("The demos do not speak “{language}”.", language=given[-1][:20]),
            code="invalid_parameters",
            hint=say("Say --lang en or --lang es."),
        )
    return next((one for one in LANGUAGES if given and one == given[-1]), preferred())


def chosen(demo: Demo, guess: str) -> str:
    """The choice of the demo's prediction that a guess names, by its words in either language, their beginning or its
    number from 1.

    Raises DemoError (`invalid_parameters`) with the choices.
    """
    choices, said = demo.prediction.choices, guess.strip().casefold()
    numbered = {str(number): choice for number, choice in enumerate(choices, 1)}
    spoken = {fixed(choice, one, demo.name).casefold(): choice for choice in choices for one in LANGUAGES}
    exact = [spoken[said]] if said in spoken else []
    exact = exact or [choice for number, choice in numbered.items() if number == said]
    found = exact or list({choice: None for words, choice in spoken.items() if said and words.startswith(said)})
    if len(found) == 1:
        return found[0]
    offered = listed(", ", (say("{number} ({choice})", number=n, choice=say(words)) for n, words in numbered.items()))
    raise DemoError(
        say("“{guess}” is no answer to “{question}”", guess=guess[:40], question=say(demo.prediction.question)),
        code="invalid_parameters",
        hint=say("Choose one of {offered}.", offered=offered),
        param="predict",
    )


def _show(python: str) -> None:
    """Python: coloured on a terminal, as it is in a pipe."""
    console = Console()
    if console.is_terminal:
        console.print(Syntax(python, "python", background_color="default"))
    else:
        sys.stdout.write(python)


def _parser(demo: Demo, lang: Language) -> _Parser:
    def own(text: str) -> str:
        return fixed(text, lang, demo.name)

    texts = Texts(lang)
    choices = ", ".join(map(own, demo.prediction.choices))
    presets = "; ".join(f"{name}: {own(preset.title)}" for name, preset in demo.presets.items())
    question = own(demo.prediction.question)
    parser = _Parser(
        f"tiza demo {demo.name}", texts,
        description=texts(
            "{title} (slide {number}). {summary}", title=own(demo.title), number=demo.slide, summary=own(demo.summary)
        ),
        epilog=texts(
            "Presets: {presets}. To predict: {question} ({choices})", presets=presets, question=question,
            choices=choices,
        ),
    )  # fmt: skip
    add = parser.options.add_argument
    for flag in flags(demo, lang):
        if flag.kind is bool:
            action, about = argparse.BooleanOptionalAction, _escape(flag.help)
            add(flag.option, dest=flag.name, action=action, default=None, help=about)
        else:
            add(
                flag.option, dest=flag.name, type=_number(flag.kind), default=None, help=_escape(flag.help),
                metavar="|".join(flag.choices) or flag.kind.__name__.upper(),
            )  # fmt: skip
    names = sorted(demo.presets)
    add("--preset", type=_one_of(names), metavar=f"{{{','.join(names)}}}", help=texts("start from a preset's values"))
    add("--png", type=Path, metavar=texts("DIR"), help=texts("write every frame as a picture into a folder"))
    add("--gif", type=Path, metavar=texts("FILE"), help=texts("write the run as an animated GIF"))
    add("--csv", type=Path, metavar=texts("DIR"), help=texts("write metrics and data as CSV files into a folder"))
    add("--json", action="store_true", help=texts("write every frame as a line of JSON"))
    add("--predict", metavar=texts("CHOICE"), help=texts("guess how it ends; the run says whether you are right"))
    add("--speed", type=_speed, default=1.0, metavar="N", help=texts("pace on a terminal: 1; 0 does not wait"))
    add("--lang", metavar="en|es", help=texts("language of the run: English or Spanish"))
    add(
        "--source",
        action="store_true",
        help=texts("show the idea in Python: formula, algorithm, shared parts"),
    )
    add("--file", action="store_true", help=texts("show the file of the idea alone"))
    return parser


def _one_of(names: Sequence[str]) -> Callable[[str], str]:
    """A converter that takes one of the names."""

    def convert(text: str) -> str:
        if text not in names:
            offered = ", ".join(map(repr, names))
            raise argparse.ArgumentTypeError(
                say("invalid choice: {value!r} (choose from {names})", value=text, names=offered)
            )
        return text

    return convert


def _speed(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(say("invalid float value: {value!r}", value=text)) from None


def _number(kind: type[Any]) -> Any:
    """A converter that leaves what it cannot read to the demo's own check, which names the range."""

    def convert(text: str) -> Any:
        try:
            return kind(text)
        except ValueError:
            return text

    return convert


def _escape(text: str) -> str:
    return text.replace("%", "%%")


async def _run(demo: Demo, params: Params, wanted: Wanted) -> int:
    console = Console(stderr=wanted.json)
    frames = await _shown(demo, params, console, wanted)
    if not wanted.json:
        _sum_up(demo, params, [shown(frame, wanted.lang, demo) for frame in frames], console, wanted.lang)
    if wanted.predict is not None:
        console.print(_judged(demo, wanted.predict, frames, wanted.lang), markup=False, highlight=False)
    for sentence in _written([shown(frame, wanted.lang, demo) for frame in frames], wanted):
        console.print(sentence, markup=False, highlight=False)
    return 0


async def _shown(demo: Demo, params: Params, console: Console, wanted: Wanted) -> list[Frame]:
    """Run the demo and draw each frame at a pace that can be read, or write it as JSON; returns the frames. Where
    nobody watches, nothing waits."""
    frames: list[Frame] = []
    watched = console.is_terminal and not wanted.json
    live = Live(console=console, auto_refresh=False, transient=True) if watched else None
    workers = Workers(spare=False)
    model = await _model(demo)
    texts = Texts(wanted.lang)
    keys = texts("space stops, ← → step, n next moment, + - speed, q to the end")

    def draw(frame: Frame, state: str = "") -> None:
        picture = _drawn(shown(frame, wanted.lang, demo), console)
        foot = Text(f"{state}  {keys}" if state else "", style="dim", no_wrap=True)
        if live:
            live.update(Group(picture, foot), refresh=True)

    if live:
        live.start()
    try:
        given = capabilities(demo, _embed, model)
        made = run(demo, params, workers=workers, capabilities=given)
        with keyboard() if live and wanted.speed else nullcontext() as pressed:
            async with aclosing(made) as stream:
                if pressed is not None:
                    return await Film(draw, pressed, wanted.speed).show(stream)
                async for frame in paced(stream, wanted.speed if live else 0):
                    frames.append(frame)
                    if wanted.json:
                        plain = told(frame, wanted.lang, demo.name).model_dump(mode="json")
                        sys.stdout.write(json.dumps(plain, ensure_ascii=False) + "\n")
                    elif live:
                        draw(frame)
    finally:
        if live:
            live.stop()
        await workers.close()
        if model:
            await model.close()
    return frames


def _judged(demo: Demo, guess: str, frames: Sequence[Frame], lang: Language) -> str:
    proved = demo.prediction.check(frames)
    said = {choice: fixed(choice, lang, demo.name) for choice in (guess, proved)}
    texts = Texts(lang)
    verdict = texts("You guessed it.") if guess == proved else texts("You guessed {guess}.", guess=said[guess])
    question = fixed(demo.prediction.question, lang, demo.name)
    return f"{question} {texts('The run says: {answer}.', answer=said[proved])} {verdict}"


def _written(frames: Sequence[Frame], wanted: Wanted) -> Iterator[str]:
    """Write the files that were asked for, and say where each is. Raises DemoError (`not_written`)."""
    from demos.runtime import export
    from demos.runtime import pictures as png

    texts = Texts(wanted.lang)
    try:
        if wanted.png is not None:
            png.write(frames, wanted.png)
            yield texts("{count} pictures are in {folder}.", count=len(frames), folder=wanted.png)
        if wanted.csv is not None:
            names = ", ".join(path.name for path in export.write_csv(frames, wanted.csv))
            yield texts("{names}: in {folder}.", names=names, folder=wanted.csv)
        if wanted.gif is not None:
            export.write_gif(frames, wanted.gif)
            yield texts("The film is {file}.", file=wanted.gif)
    except OSError as error:
        place = error.filename or say("that place")
        raise DemoError(
            say("The files could not be written to {place} ({problem}).", place=place, problem=system_says(error)),
            code="not_written",
            hint=say("Name a folder that you may write to."),
        ) from None


async def _model(demo: Demo) -> LanguageModel | None:
    """The tutor's language model, for a demo that looks into it. Raises ModelError when the demo needs it."""
    if not asks_the_model(demo):
        return None
    from tutor.service.build import open_model
    from tutor.settings import read_settings

    try:
        return await open_model(read_settings())
    except ModelError:
        if demo.needs:
            raise
        return None


def _embed(texts: list[str]) -> list[list[float]]:
    """What a demo with `needs=("embed",)` gets: unit vectors of texts."""
    from knowledge.retrieval.embedder import Embedder
    from tutor.settings import read_settings

    vectors: list[list[float]] = Embedder(read_settings().embedder).encode(texts).tolist()
    return vectors


def _drawn(frame: Frame, console: Console) -> Any:
    from tutor.tui.render import frame as rendered

    return rendered(frame, min(console.width, 120), max(12, min(console.height - 2, 40)))


def _sum_up(demo: Demo, params: Params, frames: Sequence[Frame], console: Console, lang: Language) -> None:
    texts = Texts(lang)
    for index, frame in enumerate(frames):
        if frame.moment and frame is not frames[-1]:
            place = texts("frame {number}, {moment}", number=index + 1, moment=frame.moment)
            console.print(f"{place}: {readable(frame.caption)}", markup=False, highlight=False)
    console.print(_drawn(steady(frames)[-1], console))
    again = texts("Again: {command}", command=command(demo, params.model_dump()))
    console.print(again, markup=False, highlight=False)


def _list(lang: Language) -> None:
    console, texts = Console(), Texts(lang)
    table = Table(texts("demo"), texts("slide"), texts("what it shows"), box=None)
    for demo in all_demos():
        ids = [demo.name, *(alias for alias in demo.aliases if "_" in alias)]  # the lecture names some twice
        table.add_row(", ".join(ids), str(demo.slide), fixed(demo.summary, lang, demo.name))
    console.print(table)
