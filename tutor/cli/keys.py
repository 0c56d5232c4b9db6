"""`tiza keys`: make, list, limit, rotate, rename and end the keys of `tiza serve`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from tutor.cli.spoken import App
from tutor.i18n import mark, texts
from tutor.settings import Settings, read_settings

if TYPE_CHECKING:
    from tutor.service.api_keys import Key, Keys

keys_app = App(no_args_is_help=True, help="API keys for `tiza serve`.")
NameArgument = Annotated[str, typer.Argument(help="The key's name.")]
PerMinute = Annotated[int | None, typer.Option("--per-minute", min=0, help="Requests a minute; 0 for no limit.")]
Days = Annotated[float | None, typer.Option(min=0, help="Days until it ends by itself.")]
_ONCE = mark("Keep it: it is not shown again.")


@keys_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Who the key is for.")],
    course: Annotated[str, typer.Option(help="The only course that this key may use; none means every course.")] = "",
    teacher: Annotated[bool, typer.Option("--teacher", help="May add and remove documents.")] = False,
    per_minute: PerMinute = None,
    days: Days = None,
    once: Annotated[bool, typer.Option("--once", help="Do nothing where there is a valid key already.")] = False,
) -> None:
    """Make a key. It is shown once and stored hashed. A revoked key's name may be taken again."""
    from knowledge.courses.course import Course

    settings, keys = _open()
    if once and any(key.valid for key in keys.list()):
        return
    if course:
        Course(course, settings.home)  # a name that no course can have is said at once
    typer.echo(keys.add(name, course, teacher=teacher, per_minute=per_minute or 0, days=days or None))
    typer.echo(texts(_ONCE), err=True)


@keys_app.command("list")
def list_keys() -> None:
    """The names of all keys, with what they may do."""
    for key in _open()[1].list():
        date = f"{key.created_at:%Y-%m-%d}"
        typer.echo("  ".join((key.name, texts("made {date}", date=date), *_rights(key))))


def _rights(key: Key) -> list[str]:
    said = [texts("course {course}", course=key.course)] if key.course else []
    said += [texts("teacher")] if key.teacher else []
    said += [texts("{count} a minute", count=key.per_minute)] if key.per_minute else []
    if key.revoked:
        return [*said, texts("revoked")]
    if key.expires_at:
        time = f"{key.expires_at:%Y-%m-%d %H:%M} UTC"
        said.append(texts("until {time}", time=time) if key.valid else texts("ended {time}", time=time))
    return said


@keys_app.command("change")
def change(name: NameArgument, per_minute: PerMinute = None, days: Days = None) -> None:
    """Set how often a key may ask, or when it ends (0 days: never)."""
    _open()[1].change(name, per_minute=per_minute, days=days)
    typer.echo(texts("{name} is changed.", name=name))


@keys_app.command("rotate")
def rotate(
    name: NameArgument,
    grace: Annotated[float, typer.Option(min=0, help="Hours for which the former secret goes on.")] = 0,
) -> None:
    """Make a key's secret anew; name, rights and conversations stay."""
    typer.echo(_open()[1].rotate(name, timedelta(hours=grace)))
    typer.echo(texts(_ONCE), err=True)


@keys_app.command("rename")
def rename(name: NameArgument, other: Annotated[str, typer.Argument(help="The new name.")]) -> None:
    """Call a key otherwise; its conversations go with it."""
    _open()[1].rename(name, other)
    typer.echo(texts("{name} is called {other} now.", name=name, other=other))


@keys_app.command("revoke")
def revoke(name: NameArgument) -> None:
    """End a key."""
    _open()[1].revoke(name)
    typer.echo(texts("{name} is revoked.", name=name))


def _open() -> tuple[Settings, Keys]:
    from tutor.service.api_keys import Keys

    settings = read_settings()
    settings.open_home()
    return settings, Keys(settings.database_url)
