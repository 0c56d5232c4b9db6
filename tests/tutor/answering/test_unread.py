"""Where a question finds no answer, the student hears what of the course's documents could not be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.documents.gaps import Gap
from knowledge.documents.reading import Document
from tests.api.courses import course_service
from tutor.answering.unread import unread_in, unread_words
from tutor.events import Answered
from tutor.i18n import Texts

SCAN = Document("scan.pdf", (), 9, gaps=(Gap("hidden", 1, (1,), "page"), Gap("unread_page", 1, (3,), "page")))
DECK = Document("deck.pptx", (), 9, gaps=(Gap("unread_page", 2, (2, 4), "slide"), Gap("picture", 3, (5,), "slide")))
WORD = Document("word.docx", (), 1, gaps=(Gap("equation", 2),))
WHOLE = Document("whole.md", (), 1, gaps=(Gap("hidden", 1),))


def test_the_document_that_is_nearest_is_named_in_both_languages() -> None:
    unread = unread_in((SCAN, DECK, WORD, WHOLE))
    assert [held.document for held in unread] == ["scan.pdf", "deck.pptx", "word.docx"]
    english, spanish = Texts("en"), Texts("es")
    assert unread_words(unread, [], english) == "Page 3 of scan.pdf has no text that I can read."
    assert unread_words(unread, ["whole.md", "deck.pptx"], english) == (
        "Slides 2, 4 of deck.pptx have no text that I can read."
    )
    assert unread_words(unread, ["word.docx"], spanish) == (
        "No puedo leer todas las ecuaciones de word.docx; la respuesta puede estar en una de ellas."
    )
    assert unread_words((), ["word.docx"], english) == ""


@pytest.mark.model
async def test_a_declined_question_hears_of_a_page_without_text(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "scan.pdf"))
    canvas.drawString(72, 700, "The heron is a grey bird and stands in rivers.")
    canvas.showPage()
    canvas.circle(300, 400, 150)
    canvas.save()
    service = course_service(tmp_path)
    service.tutors.course("animals").add(tmp_path / "scan.pdf")
    events = [event async for event in service.tutor.answer("Who won the chess championship of 1972?")]
    answered = events[-1]
    assert isinstance(answered, Answered)
    assert answered.outcome == "not_covered"
    assert "Page 2 of scan.pdf has no text that I can read." in answered.text
    await service.tutors.close()
