"""Pictures: a file of its own, or one within another document, read by Tesseract where it is installed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from knowledge.documents import ocr
from knowledge.documents.gaps import Ledger
from knowledge.documents.layout.flow import lay_out, read_units
from knowledge.documents.layout.hyphens import Vocabulary
from knowledge.documents.layout.running import Sheet
from knowledge.documents.layout.runs import Run
from knowledge.documents.pages import Converted, Page, Tell
from knowledge.documents.units import Unit
from knowledge.errors import KnowledgeError
from knowledge.messages import say

_LEAST = (120, 24)
"""Pixels across and down from which a picture may hold text: smaller ones are signs and bullets."""
_MOST_PIXELS = 60_000_000
_SEVERAL = "frame"


def read_picture_file(path: Path, tell: Tell) -> Converted:
    """The text of a photographed or scanned page; each picture of a file with several is a page."""
    if not ocr.installed():
        raise KnowledgeError(
            say("it is a picture, and Tesseract, which would read it, is not installed."),
            code="unreadable_document",
            hint=say("Install tesseract-ocr, or give its text."),
        )
    pages, ledger = [], Ledger("page")
    with _opened(path.read_bytes()) as image:
        count = min(getattr(image, "n_frames", 1), ocr.MOST_PICTURES)
        for number in range(count):
            image.seek(number)
            units = _read(image)
            ledger.note("read_by_ocr" if units else "unread_picture", number + 1 if count > 1 else 0)
            pages.append(Page(tuple(units), number + 1 if count > 1 else 0, "page" if count > 1 else ""))
            tell(number + 1, count)
    return Converted(tuple(pages), ledger.gaps())


def picture_units(data: bytes, ledger: Ledger, place: int = 0) -> list[Unit]:
    """The text of a picture in another document, as units; the ledger hears what became of it."""
    try:
        with _opened(data) as image:
            if image.width < _LEAST[0] or image.height < _LEAST[1]:
                return []
            if not ledger.is_new(data):
                return []
            if not ocr.installed():
                ledger.note("ocr_missing", place)
                return []
            if ledger.pictures > ocr.MOST_PICTURES:
                ledger.note("picture", place)
                return []
            ledger.alive()
            units = _read(image)
    except KnowledgeError:
        ledger.note("picture", place)
        return []
    ledger.note("read_by_ocr" if units else "unread_picture", place)
    return units


def _opened(data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data))
        if image.width * image.height > _MOST_PIXELS:
            raise KnowledgeError(
                say("it has too many pixels."), code="document_too_large", hint=say("Make it smaller.")
            )
        image.load()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise KnowledgeError(say("it is no picture that can be read."), code="unreadable_document") from None
    return image


def _read(image: Image.Image) -> list[Unit]:
    """The units of one picture. Small print is enlarged: Tesseract reads letters of some thirty pixels best."""
    plain = image.convert("RGBA")
    ground = Image.new("RGBA", plain.size, "white")
    ground.alpha_composite(plain)
    grey = ground.convert("L")
    times = 2 if max(grey.size) < 1600 else 1
    if times > 1:
        grey = grey.resize((grey.width * times, grey.height * times))
    buffer = io.BytesIO()
    grey.save(buffer, "PNG", compress_level=1)
    runs = ocr.read_picture(buffer.getvalue(), 1 / times)
    return list(_units(runs, image.width, image.height))


def _units(runs: list[Run], width: int, height: int) -> Iterator[Unit]:
    if not runs:
        return
    sizes = sorted(run.size for run in runs)
    body = sizes[len(sizes) // 2]
    vocabulary = Vocabulary()
    laid = lay_out(Sheet(1, width, height, runs), body)
    for units in read_units([laid], vocabulary).values():
        yield from units
