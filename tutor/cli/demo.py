"""`tiza demo`: lists, explains and runs demos in a plain terminal, and writes their frames to files."""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
from collections.abc import Iterator, Sequence
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
from demos.runtime.runner import Workers, run
from demos.runtime.texts import LANGUAGES, Language, fixed, shown, told
from tutor.cli.film import Film, keyboard
from tutor.errors import ModelError
from tutor.formulas import readable
from tutor.i18n import Texts, preferred
from tutor.llm.base import LanguageModel
from tutor.service.capabilities import asks_the_model, capabilities
from tutor.tui.pace import paced

USAGE = """Usage: tiza demo NAME [--help] [parameters] [--preset NAME] [--predict CHOICE]
                 [--lang en|es] [--speed N] [--png DIR] [--gif FILE] [--csv DIR] [--json]
       tiza demo NAME --source|--file
       tiza demo --list [--lang en|es]
"""


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
    """A parser whose complaint is a DemoError: one sentence, like every other."""

    def error(self, message: str) -> NoReturn:
        raise DemoError(
            message[0].upper() + message[1:] + ".", code="invalid_parameters", hint=f"See `{self.prog} --help`."
        )


def run_command(args: Sequence[str]) -> int:
    """Do what the arguments after `tiza demo` say; returns an exit status. Raises DemoError."""
    lang = _language(args)
    if not args or args[0] in ("--list", "-l", "--lang"):
        _list(lang)
        return 0
    if args[0] in ("--help", "-h"):
        sys.stdout.write(USAGE)
        return 0
    demo = load(args[0])
    parser = _parser(demo, lang)
    given = vars(parser.parse_args(args[1:]))
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
        hint = "1 leaves time to read, 0 waits for nobody."
        raise DemoError(f"The speed cannot be {wanted.speed:g}.", code="invalid_parameters", hint=hint, param="speed")
    return asyncio.run(_run(demo, demo.parse(values), wanted))


def _language(args: Sequence[str]) -> Language:
    """The language that --lang names, else the machine's. Raises DemoError for one that is not spoken here."""
    given = [other for flag, other in pairwise([*args, ""]) if flag == "--lang"]
    given += [arg.removeprefix("--lang=") for arg in args if arg.startswith("--lang=")]
    if given and given[-1] not in LANGUAGES:
        raise DemoError(
            f"The demos do not speak “{given[-1][:20]}”.", code="invalid_parameters", hint="Say --lang en or --lang es."
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
    offered = ", ".join(f"{number} ({choice})" for number, choice in numbered.items())
    raise DemoError(
        f"“{guess[:40]}” is no answer to “{demo.prediction.question}”",
        code="invalid_parameters",
        hint=f"Choose one of {offered}.",
        param="predict",
    )


def _show(python: str) -> None:
    """Python: coloured on a terminal, as it is in a pipe."""
    console = Console()
    if console.is_terminal:
        console.print(Syntax(python, "python", background_color="default"))
    else:
        sys.stdout.write(python)


def _parser(demo: Demo, lang: str) -> _Parser:
    def say(text: str) -> str:
        return fixed(text, lang, demo.name)

    choices = ", ".join(map(say, demo.prediction.choices))
    parser = _Parser(
        prog=f"tiza demo {demo.name}", description=f"{say(demo.title)} (slide {demo.slide}). {say(demo.summary)}",
        epilog=(
            "Presets: " + "; ".join(f"{name}: {say(preset.title)}" for name, preset in demo.presets.items())
            + f". To predict: {say(demo.prediction.question)} ({choices})"
        ),
    )  # fmt: skip
    for flag in flags(demo, lang):
        if flag.kind is bool:
            parser.add_argument(
                flag.option,
                dest=flag.name,
                action=argparse.BooleanOptionalAction,
                default=None,
                help=_escape(flag.help),
            )
        else:
            parser.add_argument(
                flag.option, dest=flag.name, type=_number(flag.kind), default=None, help=_escape(flag.help),
                metavar="|".join(flag.choices) or flag.kind.__name__.upper(),
            )  # fmt: skip
    parser.add_argument("--preset", choices=sorted(demo.presets), help="start from a preset's values")
    parser.add_argument("--png", type=Path, metavar="DIR", help="write every frame as a picture into a folder")
    parser.add_argument("--gif", type=Path, metavar="FILE", help="write the run as an animated GIF")
    parser.add_argument("--csv", type=Path, metavar="DIR", help="write metrics and data as CSV files into a folder")
    parser.add_argument("--json", action="store_true", help="write every frame as a line of JSON")
    parser.add_argument("--predict", metavar="CHOICE", help="guess how it ends; the run says whether you are right")
    parser.add_argument("--speed", type=float, default=1.0, metavar="N", help="pace on a terminal: 1; 0 does not wait")
    parser.add_argument("--lang", metavar="en|es", help="language of the run: English or Spanish")
    parser.add_argument("--source", action="store_true", help="show the idea in Python: formula, algorithm, steps")
    parser.add_argument("--file", action="store_true", help="show the demo's whole file, captions and all")
    return parser


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

    try:
        if wanted.png is not None:
            png.write(frames, wanted.png)
            yield f"{len(frames)} pictures are in {wanted.png}."
        if wanted.csv is not None:
            names = ", ".join(path.name for path in export.write_csv(frames, wanted.csv))
            yield f"{names}: in {wanted.csv}."
        if wanted.gif is not None:
            export.write_gif(frames, wanted.gif)
            yield f"The film is {wanted.gif}."
    except OSError as error:
        place = error.filename or "that place"
        raise DemoError(
            f"The files could not be written to {place} ({error.strerror or error}).",
            code="not_written",
            hint="Name a folder that you may write to.",
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


def _list(lang: str) -> None:
    console = Console()
    table = Table("demo", "slide", "what it shows", box=None)
    for demo in all_demos():
        ids = [demo.name, *(alias for alias in demo.aliases if "_" in alias)]  # the lecture names some twice
        table.add_row(", ".join(ids), str(demo.slide), fixed(demo.summary, lang, demo.name))
    console.print(table)
