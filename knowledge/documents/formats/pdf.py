"""A PDF file as pages of units: what a reader of the pages sees, in the order in which it is read."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import pypdfium2 as pdfium

from knowledge.documents import ocr
from knowledge.documents.formats.glyphs import NAMELESS, Seen, seen_on
from knowledge.documents.gaps import Ledger
from knowledge.documents.layout.flow import lay_out, read_units
from knowledge.documents.layout.hyphens import Vocabulary
from knowledge.documents.layout.running import Sheet, take_running
from knowledge.documents.layout.runs import Box, Line, Run, rows_of
from knowledge.documents.pages import MOST_PAGES, Converted, Page, Tell
from knowledge.documents.units import prose
from knowledge.errors import KnowledgeError
from knowledge.messages import say

PICTURE = 0.03
"""Share of a page from which a picture may hold text."""
_RESOLUTION = 200
"""Dots an inch at which a picture is read."""
_NAMELESS = 0.3
"""Share of signs without names from which a page is read as a picture."""


def open_pdf(path: Path) -> pdfium.PdfDocument:
    """The file, with the empty password where it has one. Raises KnowledgeError."""
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise KnowledgeError(
                say("it is protected by a password."), code="unreadable_document", hint=say("Save it without one.")
            ) from None
        raise KnowledgeError(say("it is damaged."), code="unreadable_document") from None


def read_pdf(path: Path, tell: Tell) -> Converted:
    """The units of each page, and what of it could not be read."""
    with open_pdf(path) as document:
        count = len(document)
        if count > MOST_PAGES:
            raise KnowledgeError(
                say("it has more than {most} pages.", most=MOST_PAGES), code="document_too_large", hint=say("Split it.")
            )
        ledger, sheets = Ledger("page"), list[Sheet]()
        pictures, boxes = _Pictures(ledger), dict[int, list[str]]()
        for number in range(1, count + 1):
            seen, read = _seen(document, number, ledger, pictures)
            sheets.append(Sheet(number, seen.width, seen.height, seen.runs, seen.rules))
            boxes[number] = seen.boxes
            if read:
                sheets.append(Sheet(number, seen.width, seen.height, read, body=_usual(read)))
            if seen.is_drawn and not seen.runs and not read and not pictures.told(number):
                ledger.note("unread_page", number)
            tell(number, count)
    body = body_size(sheets)
    take_running(sheets, body)
    vocabulary = Vocabulary()
    vocabulary.learn(Line.of(row).text for sheet in sheets for row in rows_of(sheet.runs))
    laid = [lay_out(sheet, body) for sheet in sheets]
    for sheet, page in zip(sheets, laid, strict=True):
        ledger.note("contents", sheet.number, page.contents)
    units = read_units(laid, vocabulary)
    for number, texts in boxes.items():
        units.setdefault(number, []).extend(unit for text in texts for unit in prose(text))
    pages = tuple(Page(tuple(units.get(number, ())), number, "page") for number in range(1, count + 1))
    return Converted(pages, ledger.gaps())


def _usual(runs: Sequence[Run]) -> float:
    return median(run.size for run in runs)


def body_size(sheets: Sequence[Sheet]) -> float:
    """The size of type that most of the document is set in."""
    count: Counter[float] = Counter()
    for sheet in sheets:
        for run in sheet.runs:
            count[round(run.size, 1)] += len(run.text)
    return count.most_common(1)[0][0] if count else 10.0


def _seen(document: pdfium.PdfDocument, number: int, ledger: Ledger, pictures: _Pictures) -> tuple[Seen, list[Run]]:
    """One page, and what is read of its pictures; a page that PDFium cannot read is one without text."""
    try:
        page = document[number - 1]
    except pdfium.PdfiumError:
        return Seen(is_drawn=True), []
    try:
        seen = seen_on(page)
        ledger.note("hidden", number, seen.hidden)
        ledger.note("comment", number, seen.comments)
        letters = sum(len(run.text) - run.text.count(NAMELESS) for run in seen.runs)
        if seen.nameless > _NAMELESS * (letters + seen.nameless):
            if read := pictures.read(page, number, Box(0, 0, seen.width, seen.height)):
                seen.runs = []
            return seen, read
        ledger.note("nameless", number, seen.nameless)
        return seen, pictures.on(page, number, seen)
    finally:
        page.close()


class _Pictures:
    """Reads the pictures of a document, as many as one may hold, and counts those that it cannot."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._read = ledger, 0
        self._told: set[int] = set()

    def told(self, number: int) -> bool:
        """True for a page of which it is said that a picture on it was not read."""
        return number in self._told

    def on(self, page: pdfium.PdfPage, number: int, seen: Seen) -> list[Run]:
        """The words of a page's pictures, where no text lies over them already."""
        whole = seen.width * seen.height
        large = [box for box in seen.pictures if box.width * box.height > PICTURE * whole]
        found: list[Run] = []
        for box in _apart(large, seen):
            if not _has_text(seen.runs, box):
                found += self.read(page, number, box)
        self._ledger.note("picture", number, len(seen.pictures) - len(large) if not seen.runs else 0)
        return found

    def read(self, page: pdfium.PdfPage, number: int, box: Box) -> list[Run]:
        """The words in a part of the page."""
        if not ocr.installed():
            self._note("ocr_missing", number)
            return []
        if self._read >= ocr.MOST_PICTURES:
            self._note("picture", number)
            return []
        self._read += 1
        scale = _RESOLUTION / 72
        width, height = page.get_size()
        while width * height * scale * scale > 40_000_000:
            scale /= 2
        runs = ocr.read_picture(_drawn(page, scale), 1 / scale)
        if not page.get_rotation():  # a page that is stored turned holds its picture turned, too
            runs = [run for run in runs if _inside(run, box)]
        self._note("read_by_ocr" if runs else "unread_picture", number)
        return runs

    def _note(self, kind: str, number: int) -> None:
        self._ledger.note(kind, number)  # type: ignore[arg-type]
        if kind != "read_by_ocr":
            self._told.add(number)


def _apart(boxes: Sequence[Box], seen: Seen) -> list[Box]:
    """Boxes cut to the page; strips of one scan, or pictures over one another, are one."""
    found: list[Box] = []
    for box in sorted(boxes, key=lambda box: (box.y0, box.x0)):
        cut = Box(max(0, box.x0), max(0, box.y0), min(seen.width, box.x1), min(seen.height, box.y1))
        if found and cut.y0 <= found[-1].y1 + 2 and min(cut.x1, found[-1].x1) > max(cut.x0, found[-1].x0):
            last = found[-1]
            found[-1] = Box(min(last.x0, cut.x0), last.y0, max(last.x1, cut.x1), max(last.y1, cut.y1))
        else:
            found.append(cut)
    return found


def _has_text(runs: Sequence[Run], box: Box) -> bool:
    """True where enough letters lie over a picture: a scan with its text, or the ground of a slide."""
    return sum(len(run.text) for run in runs if _inside(run, box)) >= 40


def _inside(run: Run, box: Box) -> bool:
    return box.x0 <= (run.x0 + run.x1) / 2 <= box.x1 and box.y0 <= run.y - 0.3 * run.size <= box.y1


def _drawn(page: pdfium.PdfPage, scale: float) -> bytes:
    """The page as a PNG picture, as a reader sees it."""
    picture = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil()
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
