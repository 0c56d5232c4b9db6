"""Files of many formats as Markdown pages: PDF, PowerPoint, Word, HTML, notebooks, Markdown and plain text.

Parsers of foreign formats are given to `knowledge/documents/sandbox.py`, which runs them in a process with limits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.errors import KnowledgeError

MOST_PAGES = 2000
MOST_BYTES = 100_000_000
MOST_CHARACTERS = 20_000_000
"""Text that one document may hold: some twenty thick books."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page or slide as Markdown. `kind` is "page", "slide" or "" for a file without either."""

    text: str
    number: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Converted:
    """A whole file, and what in it could not be read as text, in words."""

    pages: tuple[Page, ...]
    remarks: tuple[str, ...] = ()


def check(path: Path, name: str) -> None:
    """Refuse what cannot be read at all by its kind or size. Raises KnowledgeError that calls the file `name`."""
    if path.suffix.lower() not in READERS:
        known = ", ".join(sorted(suffix for suffix in READERS if suffix))
        raise KnowledgeError(
            f"{name} is not a format that Tiza reads.", code="unsupported_format", hint=f"It reads {known}."
        )
    if path.stat().st_size > MOST_BYTES:
        raise KnowledgeError(
            f"{name} has more than {MOST_BYTES // 1_000_000} MB.", code="document_too_large", hint="Split it."
        )


def convert(path: Path, name: str) -> Converted:
    """The file's pages. Raises KnowledgeError, and whatever a parser raises for a file that is damaged."""
    check(path, name)
    try:
        found = READERS[path.suffix.lower()](path)
    except UnicodeDecodeError:
        raise KnowledgeError(
            f"{name} is not UTF-8 text.", code="unreadable_document", hint="Save it as UTF-8 and try again."
        ) from None
    except KnowledgeError as error:
        raise KnowledgeError(f"{name}: {error}", code=error.code, hint=error.hint or "Open and save it anew.") from None
    if sum(len(page.text) for page in found.pages) > MOST_CHARACTERS:
        raise KnowledgeError(
            f"{name} holds more than {MOST_CHARACTERS:,} characters.", code="document_too_large", hint="Split it."
        )
    return found


def read_markdown(path: Path) -> Converted:
    """Markdown as it is."""
    return Converted((Page(path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")),))


def read_text(path: Path) -> Converted:
    """Plain text: a line that looks like a heading becomes one; form feeds part pages."""
    text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    pages = text.split("\f")
    kind = "page" if len(pages) > 1 else ""
    return Converted(tuple(Page(part, number if kind else 0, kind) for number, part in enumerate(pages, 1)))


def read_pdf(path: Path) -> Converted:
    """The text layer of each page; pages without one are remarked on."""
    from pypdf import PdfReader

    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise KnowledgeError("it is protected by a password.", code="unreadable_document", hint="Save it without one.")
    if len(reader.pages) > MOST_PAGES:
        raise KnowledgeError(f"it has more than {MOST_PAGES} pages.", code="document_too_large", hint="Split it.")
    pages = [Page(_flow(page.extract_text() or ""), number, "page") for number, page in enumerate(reader.pages, 1)]
    empty = [str(page.number) for page in pages if not page.text.strip()]
    remarks = (f"no text on page {', '.join(empty[:20])}: images only?",) if empty else ()
    return Converted(tuple(pages), remarks)


def read_pptx(path: Path) -> Converted:
    """Slides in order: titles, text, tables and speaker notes; pictures are noted as pictures."""
    from pptx import Presentation

    pages, pictures = [], 0
    for number, slide in enumerate(Presentation(str(path)).slides, 1):
        parts = []
        for shape in _shapes(slide.shapes):
            if shape.has_text_frame and shape.text_frame.text.strip():
                lines = [p.text for p in shape.text_frame.paragraphs if p.text.strip()]
                is_title = shape == slide.shapes.title
                parts.append(f"# {' '.join(lines)}" if is_title else "\n\n".join(_closed(line) for line in lines))
            elif getattr(shape, "has_table", False) and shape.has_table:
                parts.append(_table([[cell.text for cell in row.cells] for row in shape.table.rows]))
            elif shape.shape_type == 13:
                pictures += 1
        if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None and notes.text.strip():
            parts.append("\n\n".join(line for line in notes.text.splitlines() if line.strip()))
        parts.sort(key=lambda part: not part.startswith("# "))
        pages.append(Page("\n\n".join(parts), number, "slide"))
    return Converted(tuple(pages), (f"{pictures} pictures were not read",) if pictures else ())


def read_docx(path: Path) -> Converted:
    """A Word document through HTML, headings and tables kept."""
    import mammoth

    with path.open("rb") as file:
        html = mammoth.convert_to_html(file, convert_image=mammoth.images.img_element(lambda _image: {"src": ""}))
    return _from_html(html.value)


def read_html(path: Path) -> Converted:
    """A web page without scripts and styles."""
    return _from_html(path.read_text(encoding="utf-8", errors="replace"))


def read_notebook(path: Path) -> Converted:
    """The Markdown cells of a Jupyter notebook, and its code as code."""
    cells = json.loads(path.read_text(encoding="utf-8")).get("cells", [])
    parts = []
    for cell in cells:
        source = "".join(cell.get("source", ""))
        parts.append(source if cell.get("cell_type") == "markdown" else f"```\n{source}\n```")
    return Converted((Page("\n\n".join(parts)),))


def _from_html(html: str) -> Converted:
    from bs4 import BeautifulSoup
    from markdownify import MarkdownConverter

    soup = BeautifulSoup(html, "html.parser")
    for tag in soup(["script", "style", "nav", "noscript", "template"]):
        tag.decompose()
    pictures = len(soup("img"))
    text = MarkdownConverter(heading_style="ATX", strip=["a", "img"]).convert_soup(soup)
    return Converted((Page(text),), (f"{pictures} pictures were not read",) if pictures else ())


def _shapes(shapes: Any) -> Iterator[Any]:
    """All shapes, those in groups too."""
    for shape in shapes:
        if shape.shape_type == 6:
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _table(rows: list[list[str]]) -> str:
    cells = [[cell.replace("|", "/").replace("\n", " ") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in [cells[0], ["---"] * len(cells[0]), *cells[1:]])


def _closed(line: str) -> str:
    """A bullet of a slide as a sentence: it must not run into the next one."""
    return line if re.search(r"[.!?:;]$", line.strip()) else f"{line.strip()}."


def _flow(text: str) -> str:
    """PDF lines joined to paragraphs: a line that ends in mid-sentence goes on in the next, hyphens are healed."""
    text = re.sub(r"(\w)-\n(?=[a-záéíóúñ])", r"\1", text.replace("\r", ""))
    text = re.sub(r"(?<![.!?:\n])\n(?=[^\nA-Z•\-–*\d])", " ", text)
    lines = [line.strip() for line in text.split("\n")]
    return "\n\n".join(re.sub(r"^[•▪‣–]\s*", "", line) for line in lines if line)


READERS: dict[str, Callable[[Path], Converted]] = {
    ".txt": read_text, ".text": read_text, "": read_text, ".md": read_markdown, ".markdown": read_markdown,
    ".pdf": read_pdf, ".pptx": read_pptx, ".docx": read_docx, ".html": read_html, ".htm": read_html,
    ".ipynb": read_notebook,
}  # fmt: skip
