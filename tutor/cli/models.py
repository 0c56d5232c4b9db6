"""`tiza models`: list, fetch, choose and remove language models."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tutor.cli.spoken import App
from tutor.i18n import mark, texts
from tutor.settings import Settings, read_settings, write_setting

if TYPE_CHECKING:
    from tutor.llm.catalogue import Entry
    from tutor.llm.pull import Progress

models_app = App(no_args_is_help=True, help="Language models: list, fetch, choose, remove.")
NameArgument = Annotated[str, typer.Argument(help="A name of `tiza models list`.")]

_SPEEDS = {"fast": mark("fast"), "medium": mark("medium"), "slow": mark("slow")}
_ORIGINS = {"hub": mark("from the hub"), "packages": mark("from packages"), "": ""}
_STAGES = {
    "waiting": mark("{name}: another fetch of it is under way"),
    "looking": mark("{name}: looking where it can be had"),
    "fetching": mark("{name} {origin}"),
    "checking": mark("{name}: checking what is here"),
}


@models_app.command("list")
def list_models() -> None:
    """The models there are, by the memory they need, with the one that fits this machine."""
    from tutor.llm.catalogue import CATALOGUE, STARTER, find_entry, recommend

    settings, best = _settings(), recommend()
    known = {name for entry in CATALOGUE for name in entry.names}
    used = find_entry(settings.model).name if settings.model in known else settings.model or STARTER
    rows: list[tuple[str, ...]] = [
        (texts("name"), texts("file"), texts("memory"), texts("speed"), texts("languages"), texts("license"))
    ]
    rows += [_facts(entry, settings.home) for entry in CATALOGUE]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    typer.echo(f"  {lines[0]}")
    for entry, line in zip(CATALOGUE, lines[1:], strict=True):
        in_use = entry.name == used if entry.kind == "language" else not settings.embedder
        typer.echo(f"{'●' if in_use else '★' if entry is best else ' '} {line}")
        typer.echo(f"      {texts(entry.about)}")
    typer.echo(texts("● in use   ★ recommended for this machine's memory"))
    if used not in known:
        typer.echo(texts("In use: the file {path}.", path=used))


@models_app.command("pull")
def pull_model(
    name: NameArgument,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing where there is nothing to fetch.")] = False,
) -> None:
    """Fetch a model and check it; a broken-off fetch goes on where it stopped."""
    from tutor.llm.catalogue import find_entry
    from tutor.llm.pull import pull

    settings = _settings()
    if Path(name).expanduser().is_file():
        if not quiet:
            typer.echo(texts("{path} is a file on this machine: there is nothing to fetch.", path=name))
        return
    entry = find_entry(name)
    try:
        with _Line(name, entry.bytes) as line:
            path = asyncio.run(pull(entry, settings.home, line))
    except KeyboardInterrupt:
        typer.echo(texts("Stopped. The same command goes on from here."), err=True)
        raise typer.Exit(130) from None
    if line.fetched or not quiet:
        typer.echo(texts("{path} is here, as its publisher made it.", path=path))
    if not quiet and entry.kind == "language" and settings.model not in entry.names:
        typer.echo(texts("Use it with `tiza models use {name}`.", name=name))


@models_app.command("use")
def use_model(name: Annotated[str, typer.Argument(help="A name of `tiza models list`, or a GGUF file.")]) -> None:
    """Make a model the default."""
    from tutor.llm.catalogue import STARTER, locate, verify

    settings = _settings()
    info = verify(locate(name, settings.home), settings.home)
    choice = "" if name == STARTER else name if not Path(name).is_file() else info.path
    path = write_setting(settings.home, "model", choice)
    typer.echo(texts("{name} is the default now ({path}).", name=info.name, path=path))


@models_app.command("remove")
def remove_model(name: NameArgument) -> None:
    """Delete a model that was fetched, or what a broken-off fetch left of it."""
    from tutor.llm.catalogue import find_entry
    from tutor.llm.pull import discard

    settings, entry = _settings(), find_entry(name)
    removed = asyncio.run(discard(entry, settings.home))
    if not removed:
        typer.echo(
            texts("{name} comes with the installation and was not fetched: there is nothing to remove.", name=name)
            if entry.package
            else texts("{name} is not on this machine.", name=name)
        )
        return
    typer.echo(texts("{name} is removed.", name=entry.name))
    if settings.model in entry.names and not entry.package:
        write_setting(settings.home, "model", "")
        typer.echo(texts("It was the default; from now on that is the starter."))


class _Line:
    """One line of progress on standard error; nothing where that is no terminal."""

    def __init__(self, name: str, size: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, TextColumn
        from rich.progress import Progress as Bar

        self._name = name
        self.fetched = False
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            DownloadColumn(),
            TextColumn("{task.fields[pace]}", markup=False),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task(name, total=size, pace="")

    def __enter__(self) -> _Line:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, progress: Progress) -> None:
        from rich.filesize import decimal

        self.fetched = self.fetched or progress.stage == "fetching"
        origin = _ORIGINS[progress.origin]
        said = texts(_STAGES[progress.stage], name=self._name, origin=texts(origin) if origin else "")
        parts = f" {progress.part}/{progress.parts}" if progress.parts > 1 else ""
        left = progress.seconds_left
        pace = f"{decimal(int(progress.speed))}/s  {timedelta(seconds=round(left))}" if left is not None else ""
        self._bar.update(self._task, description=f"{said}{parts}", completed=progress.done, pace=pace)


def _facts(entry: Entry, home: Path) -> tuple[str, ...]:
    """An entry's cells in the list."""
    name = f"{entry.aliases[0]} ({entry.name})" if entry.aliases else entry.name
    languages, speed = ", ".join(entry.languages), texts(_SPEEDS[entry.speed])
    return name, _whereabouts(entry, home), f"{entry.memory_gb:g} GB", speed, languages, entry.license


def _whereabouts(entry: Entry, home: Path) -> str:
    """Whether an entry's file is here, and where it came from; its size where it is not."""
    from tutor.llm.catalogue import place, present

    size = f"{round(entry.bytes / 1e6)} MB"
    path = present(entry, home)
    if path is None:
        return texts("{size}, missing", size=size) if entry.package else size
    return texts("fetched") if path == place(entry, home) else texts("installed")


def _settings() -> Settings:
    """The settings, whether the model that they name is here or not."""
    settings = read_settings()
    if settings.language:
        os.environ["TIZA_LANGUAGE"] = settings.language
    return settings
