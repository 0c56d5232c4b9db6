"""`tiza keys`: make, list, limit, rotate, rename and end the keys of `tiza serve`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from tutor.settings import Settings, read_settings

if TYPE_CHECKING:
    from tutor.service.api_keys import Key, Keys

keys_app = typer.Typer(no_args_is_help=True, help="API keys for `tiza serve`.")
NameArgument = Annotated[str, typer.Argument(help="The key's name.")]
PerMinute = Annotated[int | None, typer.Option("--per-minute", min=0, help="Requests a minute; 0 for no limit.")]
Days = Annotated[float | None, typer.Option(min=0, help="Days until it ends by itself.")]
_ONCE = "Keep it: it is not shown again."


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
    typer.echo(_ONCE, err=True)


@keys_app.command("list")
def list_keys() -> None:
    """The names of all keys, with what they may do."""
    for key in _open()[1].list():
        typer.echo("  ".join((key.name, f"made {key.created_at:%Y-%m-%d}", *_rights(key))))


def _rights(key: Key) -> list[str]:
    said = [f"course {key.course}"] if key.course else []
    said += ["teacher"] if key.teacher else []
    said += [f"{key.per_minute} a minute"] if key.per_minute else []
    if key.revoked:
        return [*said, "revoked"]
    if key.expires_at:
        said.append(f"{'until' if key.valid else 'ended'} {key.expires_at:%Y-%m-%d %H:%M} UTC")
    return said


@keys_app.command("change")
def change(name: NameArgument, per_minute: PerMinute = None, days: Days = None) -> None:
    """Set how often a key may ask, or when it ends (0 days: never)."""
    _open()[1].change(name, per_minute=per_minute, days=days)
    typer.echo(f"{name} is changed.")


@keys_app.command("rotate")
def rotate(
    name: NameArgument,
    grace: Annotated[float, typer.Option(min=0, help="Hours for which the former secret goes on.")] = 0,
) -> None:
    """Make a key's secret anew; name, rights and conversations stay."""
    typer.echo(_open()[1].rotate(name, timedelta(hours=grace)))
    typer.echo(_ONCE, err=True)


@keys_app.command("rename")
def rename(name: NameArgument, other: Annotated[str, typer.Argument(help="The new name.")]) -> None:
    """Call a key otherwise; its conversations go with it."""
    _open()[1].rename(name, other)
    typer.echo(f"{name} is called {other} now.")


@keys_app.command("revoke")
def revoke(name: NameArgument) -> None:
    """End a key."""
    _open()[1].revoke(name)
    typer.echo(f"{name} is revoked.")


def _open() -> tuple[Settings, Keys]:
    from tutor.service.api_keys import Keys

    settings = read_settings()
    settings.open_home()
    return settings, Keys(settings.database_url)
