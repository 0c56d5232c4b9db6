"""`tiza demo`: lists, explains and runs demos in a plain terminal, and writes their frames to files."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, NoReturn

from rich.console import Console
from rich.live import Live
from rich.table import Table

from demos.catalogue import all_demos, load
from demos.contract import Demo, DemoError, Frame, Params
from demos.flags import command, flags
from demos.runner import Workers, run
from tutor.capabilities import asks_the_model, capabilities
from tutor.errors import ModelError
from tutor.llm.base import LanguageModel

USAGE = """Usage: tiza demo NAME [--help] [parameters] [--preset NAME] [--png DIR] [--json]
       tiza demo --list
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is a DemoError: one sentence, like every other."""

    def error(self, message: str) -> NoReturn:
        raise DemoError(
            message[0].upper() + message[1:] + ".", code="invalid_parameters", hint=f"See `{self.prog} --help`."
        )


def run_command(args: Sequence[str]) -> int:
    """Do what the arguments after `tiza demo` say; returns an exit status. Raises DemoError."""
    if not args or args[0] in ("--list", "-l"):
        _list()
        return 0
    if args[0] in ("--help", "-h"):
        sys.stdout.write(USAGE)
        return 0
    demo = load(args[0])
    parser = _parser(demo)
    given = vars(parser.parse_args(args[1:]))
    preset, png, as_json = given.pop("preset"), given.pop("png"), given.pop("json")
    values = {**(demo.presets[preset].params if preset else {}), **{k: v for k, v in given.items() if v is not None}}
    return asyncio.run(_run(demo, demo.parse(values), png, as_json))


def _parser(demo: Demo) -> _Parser:
    parser = _Parser(
        prog=f"tiza demo {demo.name}", description=f"{demo.title} (slide {demo.slide}). {demo.summary}",
        epilog="Presets: " + "; ".join(f"{name}: {preset.title}" for name, preset in demo.presets.items()),
    )  # fmt: skip
    for flag in flags(demo):
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
    parser.add_argument("--json", action="store_true", help="write every frame as a line of JSON")
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


async def _run(demo: Demo, params: Params, png: Path | None, as_json: bool) -> int:
    frames: list[Frame] = []
    console = Console()
    live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal and not as_json else None
    workers = Workers(spare=False)
    model = await _model(demo)
    if live:
        live.start()
    try:
        given = capabilities(demo, _embed, model)
        async with aclosing(run(demo, params, workers=workers, capabilities=given)) as stream:
            async for frame in stream:
                frames.append(frame)
                if as_json:
                    sys.stdout.write(json.dumps(frame.model_dump(mode="json"), ensure_ascii=False) + "\n")
                elif live:
                    live.update(_drawn(frame, console), refresh=True)
    finally:
        if live:
            live.stop()
        await workers.close()
        if model:
            await model.close()
    if not as_json:
        _sum_up(demo, params, frames, console)
    if png is not None:
        from demos.png import write

        write(frames, png)
        console.print(f"{len(frames)} pictures are in {png}.", markup=False)
    return 0


async def _model(demo: Demo) -> LanguageModel | None:
    """The tutor's language model, for a demo that looks into it. Raises ModelError when the demo needs it."""
    if not asks_the_model(demo):
        return None
    from tutor.settings import read_settings
    from tutor.wiring import open_model

    try:
        return await open_model(read_settings())
    except ModelError:
        if demo.needs:
            raise
        return None


def _embed(texts: list[str]) -> list[list[float]]:
    """What a demo with `needs=("embed",)` gets: unit vectors of texts."""
    from knowledge.embed import Embedder
    from tutor.settings import read_settings

    vectors: list[list[float]] = Embedder(read_settings().embedder).encode(texts).tolist()
    return vectors


def _drawn(frame: Frame, console: Console) -> Any:
    from tutor.ui.render import frame as rendered

    return rendered(frame, min(console.width, 120), max(12, min(console.height - 2, 40)))


def _sum_up(demo: Demo, params: Params, frames: Sequence[Frame], console: Console) -> None:
    for index, frame in enumerate(frames):
        if frame.moment and frame is not frames[-1]:
            console.print(f"frame {index + 1}, {frame.moment}: {frame.caption}", markup=False, highlight=False)
    console.print(_drawn(frames[-1], console))
    console.print(f"Again: {command(demo, params.model_dump())}", markup=False, highlight=False)


def _list() -> None:
    console = Console()
    table = Table("demo", "slide", "what it shows", box=None)
    for demo in all_demos():
        ids = [demo.name, *(alias for alias in demo.aliases if "_" in alias)]  # the lecture names some twice
        table.add_row(", ".join(ids), str(demo.slide), demo.summary)
    console.print(table)
