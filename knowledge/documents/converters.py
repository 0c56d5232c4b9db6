"""Files of many formats as pages of units: which reader reads which, and what all of them refuse.

Parsers of foreign formats are given to `knowledge/documents/sandbox.py`, which runs them in a process with limits.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from knowledge.documents.kinds import kind_of
from knowledge.documents.pages import MOST_BYTES, MOST_CHARACTERS, MOST_PAGES, Converted, Tell
from knowledge.errors import KnowledgeError
from knowledge.messages import say

__all__ = ["MOST_BYTES", "MOST_CHARACTERS", "MOST_PAGES", "READERS", "check", "convert"]

Reader = Callable[[Path, Tell], Converted]


def _reader(module: str, name: str) -> Reader:
    """A reader that is imported when it is needed: each brings a parser along."""

    def read(path: Path, tell: Tell) -> Converted:
        found: Reader = getattr(import_module(f"knowledge.documents.{module}"), name)
        return found(path, tell)

    return read


_OF = {
    ("formats.plain", "read_text"): (".txt", ".text", ""),
    ("formats.marked", "read_markdown"): (".md", ".markdown"),
    ("formats.marked", "read_notebook"): (".ipynb",),
    ("formats.pdf", "read_pdf"): (".pdf",),
    ("formats.slides", "read_slides"): (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"),
    ("formats.word", "read_word"): (".docx", ".docm", ".dotx", ".dotm"),
    ("formats.web", "read_html"): (".html", ".htm", ".xhtml"),
    ("formats.opendocument", "read_opendocument"): (".odt", ".ott", ".odp", ".otp", ".ods"),
    ("formats.sheets", "read_workbook"): (".xlsx", ".xlsm"),
    ("formats.sheets", "read_separated"): (".csv", ".tsv"),
    ("formats.rich", "read_rtf"): (".rtf",),
    ("formats.books", "read_epub"): (".epub",),
    ("formats.captions", "read_captions"): (".vtt", ".srt"),
    ("formats.older", "read_older"): (".doc", ".ppt", ".pps", ".xls"),
    ("formats.pictures", "read_picture_file"): (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"),
}
READERS: dict[str, Reader] = {
    ending: _reader(module, name) for (module, name), endings in _OF.items() for ending in endings
}


def check(path: Path, name: str) -> None:
    """Refuse what cannot be read at all by its kind or size. Raises KnowledgeError that calls the file `name`."""
    if path.suffix.lower() not in READERS:
        known = ", ".join(sorted(suffix for suffix in READERS if suffix))
        raise KnowledgeError(
            say("{name} is not a format that Tiza reads.", name=name),
            code="unsupported_format",
            hint=say("It reads {endings}.", endings=known),
        )
    if path.stat().st_size > MOST_BYTES:
        raise KnowledgeError(
            say("{name} has more than {most} MB.", name=name, most=MOST_BYTES // 1_000_000),
            code="document_too_large",
            hint=say("Split it."),
        )


def _quiet(_done: int, _total: int) -> None:
    pass


def convert(path: Path, name: str, tell: Tell = _quiet) -> Converted:
    """The file's pages. Raises KnowledgeError, and whatever a parser raises for a file that is damaged."""
    check(path, name)
    try:
        found = READERS.get(kind_of(path), READERS[path.suffix.lower()])(path, tell)
    except KnowledgeError as error:
        raise KnowledgeError(
            say("{name}: {problem}", name=name, problem=str(error)),
            code=error.code,
            hint=error.hint or say("Open and save it anew."),
        ) from None
    if sum(len(unit.text) for page in found.pages for unit in page.units) > MOST_CHARACTERS:
        raise KnowledgeError(
            say("{name} holds more than {most:,} characters.", name=name, most=MOST_CHARACTERS),
            code="document_too_large",
            hint=say("Split it."),
        )
    return found
