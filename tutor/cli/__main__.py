"""`python -m tutor.cli` is `tiza`."""

from tutor.cli.commands import main

main()
