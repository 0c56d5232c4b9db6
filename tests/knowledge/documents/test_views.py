"""A citation opens its page: as text with the sentence, and as a picture in which the sentence is marked."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from knowledge.documents.store import document_id
from knowledge.documents.views import boxes_of, drawn, page_picture, page_text
from knowledge.errors import KnowledgeError
from tests.api.courses import course_service
from tests.api.scripted import client_of
from tests.knowledge.documents.making import column, pdf, read, said
from tutor.api.context import Service

LEFT = ["Momentum keeps a moving", "average of past gra-", "dients. It is cheap."]
RIGHT = ["Dropout removes units", "at random while it", "trains."]


def _paper(path: Path, **more: Any) -> Path:
    pages = [
        [*column(LEFT, 60), *column(RIGHT, 330)],
        column(["Second page. It ends on the"]),
        column(["third page here."]),
    ]
    return pdf(path, pages, **more)


def _yellow(data: bytes) -> tuple[int, int, int, int] | None:
    """The box, in points, around what is marked in a picture."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    pixels = np.asarray(image)
    rows, columns = np.nonzero((pixels[..., 0] > 200) & (pixels[..., 2] < 150))
    if not len(rows):
        return None
    left, top, right, bottom = (int(side * 72 / 110) for side in (columns.min(), rows.min(), columns.max(), rows.max()))
    return left, top, right, bottom


def test_a_sentence_is_marked_where_it_stands(tmp_path: Path) -> None:
    path = _paper(tmp_path / "a.pdf")
    box = _yellow(page_picture(path, "a.pdf", 1, "Momentum keeps a moving average of past gradients."))
    assert box is not None
    left, top, right, bottom = box
    assert 55 <= left <= 62 and 842 - 715 <= top <= 842 - 700 and right < 300 and bottom <= 842 - 665
    assert _yellow(drawn(path, 1, "Nothing of the kind is here at all.")) is None
    assert _yellow(drawn(path, 1)) is None


def test_a_sentence_that_runs_over_pages_is_marked_on_both(tmp_path: Path) -> None:
    path = _paper(tmp_path / "a.pdf")
    sentence = "It ends on the third page here."
    assert sentence in said(path)
    assert _yellow(drawn(path, 2, sentence)) is not None
    assert _yellow(drawn(path, 3, sentence)) is not None


def test_each_sentence_of_a_page_is_found_on_it(tmp_path: Path) -> None:
    from knowledge.documents.formats.glyphs import seen_on
    from knowledge.documents.formats.pdf import open_pdf

    path = _paper(tmp_path / "a.pdf")
    with open_pdf(path) as document:
        runs = seen_on(document[0]).runs
    for sentence, lines in zip(said(path)[:3], ((3, "left"), (1, "left"), (3, "right")), strict=True):
        boxes = boxes_of(sentence, runs)
        assert len(boxes) == lines[0]
        assert all((box.x1 < 300) is (lines[1] == "left") for box in boxes)


def test_a_turned_page_is_drawn_upright_with_its_mark(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.rotate(90)
        canvas.drawString(100, -200, "This page lies on its side.")

    image = Image.open(io.BytesIO(drawn(pdf(tmp_path / "a.pdf", [[]], draw=draw), 1, "lies on its side")))
    assert image.width > image.height
    assert _yellow(drawn(tmp_path / "a.pdf", 1, "lies on its side")) is not None


def test_what_has_no_such_page_or_no_picture_says_so(tmp_path: Path) -> None:
    path = _paper(tmp_path / "a.pdf")
    (tmp_path / "b.txt").write_text("One. Two.")
    broken = tmp_path / "c.pdf"
    broken.write_bytes(path.read_bytes()[:300])
    for file, number, code in ((path, 4, "unknown_page"), (path, 0, "unknown_page"), (broken, 1, "no_picture"),
                               (tmp_path / "b.txt", 0, "no_picture")):  # fmt: skip
        with pytest.raises(KnowledgeError) as caught:
            page_picture(file, file.name, number)
        assert caught.value.code == code
    with pytest.raises(KnowledgeError, match="no page 4"):
        page_text(read(path), 4)
    with pytest.raises(KnowledgeError, match="no page 1"):
        page_text(read(tmp_path / "b.txt"), 1)


def test_the_text_of_a_page_says_where_each_sentence_is(tmp_path: Path) -> None:
    found = page_text(read(_paper(tmp_path / "a.pdf")), 1)
    assert [found.text[start:end] for start, end in found.sentences] == [
        "Momentum keeps a moving average of past gradients.", "It is cheap.",
        "Dropout removes units at random while it trains.",
    ]  # fmt: skip
    ((start, end),) = found.marks("It is cheap.")
    assert found.text[start:end] == "It is cheap."
    assert found.marks("No such words.") == found.marks("") == ()


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    found = course_service(tmp_path)
    found.tutors.course("animals").add(_paper(tmp_path / "paper.pdf"))
    yield found
    await found.tutors.close()


async def test_the_service_shows_pages_of_documents(service: Service) -> None:
    base = f"/v1/courses/animals/documents/{document_id('paper.pdf')}/pages"
    async with client_of(service) as client:
        text: httpx.Response = await client.get(f"{base}/1", params={"quote": "It is cheap."})
        assert text.status_code == 200
        record = text.json()
        (mark,) = record["marks"]
        assert record["text"][mark["start"] : mark["end"]] == "It is cheap."
        assert len(record["sentences"]) == 3
        picture = await client.get(f"{base}/1.png", params={"quote": "It is cheap."})
        assert picture.headers["content-type"] == "image/png"
        assert _yellow(picture.content) is not None
        whole = await client.get(f"/v1/courses/animals/documents/{document_id('animals.md')}/pages/0")
        assert "zebra" in whole.json()["text"]
        for path, status, code in (
            (f"{base}/9", 404, "unknown_page"), (f"{base}/9.png", 404, "unknown_page"),
            (f"/v1/courses/animals/documents/{document_id('animals.md')}/pages/0.png", 404, "no_picture"),
            ("/v1/courses/animals/documents/nothing/pages/1", 404, "unknown_document"),
            (f"{base}/x", 422, "invalid_value"),
        ):  # fmt: skip
            reply = await client.get(path)
            assert (reply.status_code, reply.json()["error"]["code"]) == (status, code), path


async def test_a_citation_of_a_document_says_where_its_page_is(service: Service) -> None:
    async with client_of(service) as client:
        reply = await client.post(
            "/v1/chat/completions", json={"messages": [{"role": "user", "content": "What does the zebra eat?"}]}
        )
        (citation,) = reply.json()["tutor"]["citations"]
        page = await client.get(citation["source"], params={"quote": citation["quote"]})
        record = page.json()
    (mark,) = record["marks"]
    assert (
        record["text"][mark["start"] : mark["end"]] == citation["quote"] == "The zebra eats grass and lives in Kenya."
    )
