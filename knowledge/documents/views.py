"""A page of a document as a reader sees it: as text with its sentences, or as a picture with words marked.

`python -m knowledge.documents.views FILE PAGE WORDS SECONDS BYTES` draws a page in a process of its own.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.documents.kinds import kind_of
from knowledge.documents.layout.runs import Box, Run
from knowledge.documents.reading import Document
from knowledge.documents.sandbox import MEMORY, limit
from knowledge.errors import KnowledgeError
from knowledge.messages import say
from knowledge.passages import Passage

SECONDS = 30
"""Time for drawing one page."""
_DOTS = 110
"""Dots an inch of the picture."""
_MOST_DOTS = 2400
"""Dots along the longer side at most."""
_COLOUR = (255, 226, 90)
_LEAST = 8
"""Letters by which a sentence is known that begins on this page and ends on another."""
_EDGE = 120
"""Letters of running heads and footnotes that may stand between it and the edge of the page."""


@dataclass(frozen=True, slots=True)
class PageText:
    """What was read of a page: `sentences` says from which letter of the text to which each of them goes."""

    text: str
    sentences: tuple[tuple[int, int], ...]

    def marks(self, quote: str) -> tuple[tuple[int, int], ...]:
        """Where a quotation stands in the text."""
        start = self.text.find(quote) if quote else -1
        return ((start, start + len(quote)),) if start >= 0 else ()


def page_text(document: Document, number: int) -> PageText:
    """The passages of a page or slide, one after the other; of a document without pages, 0 is all of it.

    Raises KnowledgeError (`unknown_page`) where there is no such page.
    """
    kept = [passage for passage in document.passages if (passage.page or passage.slide or 0) == number]
    last = max([document.pages, *(passage.page or passage.slide or 0 for passage in document.passages)])
    is_paged = any(passage.page or passage.slide for passage in document.passages)
    if not kept and not (is_paged and 1 <= number <= last):
        numbers = say("1 to {last}", last=last) if is_paged else say("0, which is all of it")
        raise KnowledgeError(
            say("{name} has no page {number}.", name=document.name, number=number),
            code="unknown_page",
            hint=say("It has the pages {numbers}.", numbers=numbers),
        )
    return _text(kept)


def _text(passages: Iterable[Passage]) -> PageText:
    text, sentences = "", list[tuple[int, int]]()
    for passage in passages:
        text += "\n\n" if text else ""
        place = len(text)
        text += passage.text
        for sentence in passage.sentences:
            start = text.find(sentence, place)
            if start >= 0:
                place = start + len(sentence)
                sentences.append((start, place))
    return PageText(text, tuple(sentences))


def page_picture(path: Path, name: str, number: int, quote: str = "") -> bytes:
    """A page of a PDF as a PNG picture, with the words of a quotation marked where they are found.

    It is drawn in a process with limits. Raises KnowledgeError: `no_picture` for what is no PDF, `unknown_page`.
    """
    if kind_of(path) != ".pdf":
        raise KnowledgeError(
            say("{name} has no pages that can be drawn.", name=name),
            code="no_picture",
            hint=say("Ask for the text of the page."),
        )
    arguments = (str(path.resolve()), str(number), quote.replace("\0", ""), str(SECONDS), str(MEMORY))
    command = [sys.executable, "-P", "-m", "knowledge.documents.views", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        done = None
    if done is not None and done.returncode == _NO_PAGE:
        raise KnowledgeError(say("{name} has no page {number}.", name=name, number=number), code="unknown_page")
    if done is None or not done.stdout.startswith(b"\x89PNG"):
        raise KnowledgeError(
            say("Page {number} of {name} could not be drawn.", number=number, name=name),
            code="no_picture",
            hint=say("Ask for the text of the page."),
        )
    return done.stdout


_NO_PAGE = 4


def drawn(path: Path, number: int, quote: str = "") -> bytes:
    """`page_picture` in this process. Raises IndexError where there is no such page."""
    from PIL import Image, ImageChops, ImageDraw

    from knowledge.documents.formats.glyphs import seen_on
    from knowledge.documents.formats.pdf import open_pdf

    with open_pdf(path) as document:
        if not 1 <= number <= len(document):
            raise IndexError(number)
        page = document[number - 1]
        seen = seen_on(page)
        if seen.runs:
            page.set_rotation(90 * seen.quarter)
        width, height = page.get_size()
        scale = min(_DOTS / 72, _MOST_DOTS / max(width, height, 1))
        picture = page.render(scale=scale).to_pil().convert("RGB")
        marks = Image.new("RGB", picture.size, "white")
        draw = ImageDraw.Draw(marks)
        for box in boxes_of(quote, seen.runs):
            draw.rectangle([side * scale for side in (box.x0, box.y0, box.x1, box.y1)], fill=_COLOUR)
        file = io.BytesIO()
        ImageChops.multiply(picture, marks).save(file, "PNG")
        page.close()
    return file.getvalue()


def boxes_of(quote: str, runs: Sequence[Run]) -> list[Box]:
    """Where the words of a quotation are on a page, a box a line; [] where they are not found.

    Only letters and digits are compared, so that it matters not how the lines are broken. A quotation that ends on the
    next page is marked as far as it goes.
    """
    from rapidfuzz import fuzz

    ordered = list(_in_order(runs))
    letters = [(char, run) for run in ordered for char in _letters(run.text)]
    text, wanted = "".join(char for char, _ in letters), _letters(quote)
    if not wanted or not text:
        return []
    start, size = text.find(wanted), len(wanted)
    if start < 0 and len(wanted) <= len(text):
        found = fuzz.partial_ratio_alignment(wanted, text, score_cutoff=90)
        if found is not None:
            start, size = found.dest_start, found.dest_end - found.dest_start
    while start < 0 and size > _LEAST:  # it may begin at the end of the page, or end at its head
        size -= 1
        start = text.find(wanted[:size], max(0, len(text) - size - _EDGE))
        if start < 0:
            start = text.find(wanted[-size:], 0, size + _EDGE)
    return _lines([run for _, run in letters[start : start + size]]) if start >= 0 else []


def _in_order(runs: Sequence[Run]) -> Iterable[Run]:
    from knowledge.documents.layout.columns import regions

    for region in regions(runs):
        for line in region.lines:
            yield from sorted(line.runs, key=lambda run: run.x0)


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def _lines(runs: Sequence[Run]) -> list[Box]:
    """One box for the runs of each line."""
    found: list[Box] = []
    for run in dict.fromkeys(runs):
        box = Box(run.x0 - 1, run.y - 0.85 * run.size, run.x1 + 1, run.y + 0.25 * run.size)
        last = found[-1] if found else None
        is_beside = last is not None and abs(last.y1 - box.y1) < 0.4 * run.size and box.x0 >= last.x0
        if last is not None and is_beside and box.x0 - last.x1 < 2 * run.size:
            found[-1] = Box(last.x0, min(last.y0, box.y0), max(last.x1, box.x1), max(last.y1, box.y1))
        else:
            found.append(box)
    return found


def main(path: Path, number: int, quote: str, seconds: int, memory: int) -> int:
    """Draw a page under limits and print it; returns an exit status."""
    limit(seconds, memory)
    try:
        sys.stdout.buffer.write(drawn(path, number, quote))
    except IndexError:
        return _NO_PAGE
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
