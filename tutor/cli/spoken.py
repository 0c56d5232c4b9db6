"""Commands whose help and complaints are in the user's language.

Help texts are written in English where a command is: its docstring, and `help=` of what it takes. Here they are said in
the preferred language when the command is made, which is each time that the app is called. What typer says of itself
("Options", "Show this message and exit.") is put in its place; an English reader sees typer's own words.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from tutor.i18n import preferred, tell, texts
from tutor.validation import reason

F = TypeVar("F", bound=Callable[..., Any])


class App(typer.Typer):
    """An app that is a `Group` of `Command`s."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(cls=Group, **settings)

    def command(self, *names: Any, **settings: Any) -> Callable[[F], F]:
        """As typer's own."""
        return super().command(*names, cls=Command, **settings)


class Command(TyperCommand):
    """One command."""

    def __init__(self, *names: Any, **settings: Any) -> None:
        super().__init__(*names, **settings)
        _say_help(self)

    def get_help_option(self, ctx: Any) -> Any:
        """`--help`."""
        return _said(super().get_help_option(ctx))

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """How it is called."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=texts("Usage: "))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """All of its help."""
        _name_panels()
        super().format_help(ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What it was given. Raises typer's UsageError."""
        if preferred() == "en":
            return super().parse_args(ctx, args)
        takes_more, ctx.allow_extra_args = ctx.allow_extra_args, True
        with _complaining(ctx):
            more = super().parse_args(ctx, args)
        if more and not takes_more:
            _complain(ctx, texts("That is more than this command takes: {words}.", words=" ".join(map(repr, more))))
        return more


class Group(TyperGroup):
    """A command with commands of its own."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        _say_help(self)
        self.subcommand_metavar = texts("COMMAND [ARGS]...")

    def get_help_option(self, ctx: Any) -> Any:
        """`--help`."""
        return _said(super().get_help_option(ctx))

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """How it is called."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=texts("Usage: "))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """All of its help."""
        _name_panels()
        super().format_help(ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What it was given. Raises typer's UsageError."""
        with _complaining(ctx):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is named. Raises typer's UsageError."""
        if preferred() != "en" and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], self.commands)
            _complain(ctx, _unknown(texts("There is no command {name!r}.", name=args[0]), near))
        return super().resolve_command(ctx, args)


def _say_help(command: Any) -> None:
    """Put the help of a command, and of what it takes, into the preferred language."""
    command.options_metavar = texts("[OPTIONS]")
    for each in (command, *command.params):
        if each.help:
            each.help = texts(each.help)


def _said(option: Any) -> Any:
    if option is not None:
        option.help = texts("Show this message and exit.")
    return option


def _name_panels() -> None:
    """Typer's headings are constants of a module that takes as long to import as all else: only what shows them does
    so."""
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE = texts("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = texts("Options")
    rich_utils.COMMANDS_PANEL_TITLE = texts("Commands")
    rich_utils.ERRORS_PANEL_TITLE = texts("Error")
    rich_utils.DEFAULT_STRING = texts("[default: {}]")
    rich_utils.REQUIRED_LONG_STRING = texts("[required]")
    rich_utils.RICH_HELP = texts("Try [blue]'{command_path} {help_option}'[/] for help.")


@contextmanager
def _complaining(ctx: Any) -> Iterator[None]:
    """Complaints about what a command was given, in another language than typer's."""
    try:
        yield
    except typer.TyperException as error:
        if preferred() != "en" and (said := _complaint(ctx, error)):
            _complain(ctx, said)
        raise


def _complain(ctx: Any, said: str) -> None:
    _name_panels()
    ctx.fail(said)


def _complaint(ctx: Any, error: Any) -> str:
    """What typer says in English; "" for what is no complaint, but help."""
    if isinstance(error, typer.BadParameter):
        name = error.param.get_error_hint() if error.param else ""
        if hasattr(error, "param_type"):  # typer's MissingParameter
            missing = texts("The option {name} is missing.", name=name)
            is_option = error.param is not None and error.param.param_type_name == "option"
            return missing if is_option else texts("The argument {name} is missing.", name=name)
        found: list[dict[str, Any]] = getattr(error.__cause__, "errors", list)()
        why = tell(reason(found[0]), preferred()) if found else error.message
        return texts("The value of {name} is not valid: {reason}.", name=name, reason=why)
    name = getattr(error, "option_name", "")
    if hasattr(error, "possibilities"):  # NoSuchOption
        return _unknown(texts("There is no option {name!r}.", name=name), error.possibilities or ())
    if not name:
        return ""
    is_flag = any(getattr(each, "is_flag", False) for each in ctx.command.params if name in each.opts)
    needs = texts("The option {name!r} needs a value.", name=name)
    return texts("The option {name!r} takes no value.", name=name) if is_flag else needs


def _unknown(said: str, near: Sequence[str]) -> str:
    return f"{said} {texts('Is {names} meant?', names=', '.join(sorted(near)))}" if near else said
