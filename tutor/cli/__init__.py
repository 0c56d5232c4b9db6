"""The command `tiza`: one file a command, and the fronts that run without a screen."""

from tutor.cli.commands import main

__all__ = ["main"]
