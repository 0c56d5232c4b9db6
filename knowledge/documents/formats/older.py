"""Files of old Office programs, turned into today's formats by LibreOffice where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from knowledge.documents.kinds import kind_of
from knowledge.documents.pages import Converted, Tell
from knowledge.errors import KnowledgeError
from knowledge.messages import say

NEWER = {".doc": ".docx", ".dot": ".docx", ".ppt": ".pptx", ".pps": ".pptx", ".xls": ".xlsx"}
SECONDS = 180


def program() -> str | None:
    """LibreOffice's command, where it is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def read_older(path: Path, tell: Tell) -> Converted:
    """The units of such a file, turned first."""
    from knowledge.documents.converters import convert

    with renewed(path, path.name, kind_of(path)) as newer:
        return convert(newer, path.name, tell)


@contextmanager
def renewed(path: Path, name: str, kind: str) -> Iterator[Path]:
    """A file of an old kind in today's format, for as long as it is needed. Raises KnowledgeError."""
    office = program()
    if office is None:
        raise KnowledgeError(
            say(
                "{name} is in an old format ({kind}), which LibreOffice would turn, and that is not installed.",
                name=name,
                kind=kind,
            ),
            code="unsupported_format",
            hint=say("Save it as {newer}, or install LibreOffice.", newer=NEWER[kind]),
        )
    with TemporaryDirectory(prefix="tiza-office-") as work:
        ending = NEWER[kind]
        source = Path(work) / f"document{kind}"
        shutil.copyfile(path, source)
        command = [
            office, "--headless", "--norestore", "--nologo", "--nofirststartwizard",
            f"-env:UserInstallation=file://{work}/profile", "--convert-to", ending[1:], "--outdir", f"{work}/out",
            str(source),
        ]  # fmt: skip
        environment = {**os.environ, "HOME": work}
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, env=environment, cwd=work)
        except (OSError, subprocess.TimeoutExpired):
            raise _failed(name) from None
        found = Path(work) / "out" / f"document{ending}"
        if not found.is_file():
            raise _failed(name)
        yield found


def _failed(name: str) -> KnowledgeError:
    return KnowledgeError(
        say("{name} could not be turned into a newer format by LibreOffice.", name=name),
        code="unreadable_document",
        hint=say("Open it and save it in today's format."),
    )
