"""PDF pages: lines, columns, tables and what runs on every page, each with the sentences that a reader sees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.knowledge.documents.making import Placed, column, pdf, read, said

LINES = {
    "a year opens a line": (
        ["The transistor was invented at Bell", "Labs in the year", "1947. It amplifies signals."],
        ["The transistor was invented at Bell Labs in the year 1947.", "It amplifies signals."],
    ),
    "a name opens a line": (
        ["The tower was designed by the engineer", "Gustave", "Eiffel in 1889 for Paris."],
        ["The tower was designed by the engineer Gustave Eiffel in 1889 for Paris."],
    ),
    "numbers that do not count up are no list": (
        ["We used three steps in", "12. It was then", "3. Not a list at all."],
        ["We used three steps in 12.", "It was then 3.", "Not a list at all."],
    ),
    "stars and underscores": (
        ["A unit gives z = a*b + c*2 and __call__ runs _twice_."],
        ["A unit gives z = a*b + c*2 and __call__ runs _twice_."],
    ),
    "a fence": (["~~~ the storm came.", "``` It left at noon."], ["~~~ the storm came.", "``` It left at noon."]),
    "money": (["Fares rose from $2 to $3 in 1999."], ["Fares rose from $2 to $3 in 1999."]),
    "marks of Markdown": (["# 3 is a number sign and", "> 4 is more."], ["# 3 is a number sign and > 4 is more."]),
    "a broken word": (["The derivative of a com-", "posite function is a prod-", "uct."],
                      ["The derivative of a composite function is a product."]),
    "a hyphen that stays": (["The model GPT-", "3 reads a well-", "known text."],
                            ["The model GPT-3 reads a well-known text."]),
    "a hyphen that the document knows": (
        ["A feed-forward net is a net. The feed-", "forward pass comes first."],
        ["A feed-forward net is a net.", "The feed-forward pass comes first."],
    ),
    "Spanish": (["¿Qué mide la pér-", "dida? El año 1986 la", "Ñandú la midió."],
                ["¿Qué mide la pérdida?", "El año 1986 la Ñandú la midió."]),
    "numbers within a paragraph": (["Mix flour. 2. Bake", "it. 3. Eat it."],
                                   ["Mix flour.", "2. Bake it.", "3. Eat it."]),
    "bullets": (["Optimisers:", "• Adam keeps two", "  averages", "• SGD is plain"],
                ["Optimisers:", "Adam keeps two averages.", "SGD is plain."]),
    "steps": (["1. Compute the loss", "2. Update the weights"], ["Compute the loss.", "Update the weights."]),
    "lines that are no sentences": (["Adam uses momentum", "SGD is plain"], ["Adam uses momentum", "SGD is plain"]),
    "a heading in the same type": (
        ["Introduction", "The cell has a wall. It is thin and", "Robert Hooke named it in 1665."],
        ["Introduction", "The cell has a wall.", "It is thin and Robert Hooke named it in 1665."],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "sentences"), LINES.values(), ids=LINES)
def test_lines_become_the_sentences_that_they_are(tmp_path: Path, lines: list[str], sentences: list[str]) -> None:
    assert said(pdf(tmp_path / "a.pdf", [column(lines)])) == sentences


def test_two_lines_at_the_end_of_a_page_go_on_as_those_above_them_do(tmp_path: Path) -> None:
    first = [
        "The towers of the town were built of",
        "bricks that came from the river in",
        "carts. They stood for ages.",
    ]
    last = ["The last one was planned by engineer", "Gustavo Rojas for the council, and it"]
    pages = [[*column(first), *column(last, top=640)], column(["stands to this day."])]
    assert said(pdf(tmp_path / "a.pdf", pages))[-1] == (
        "The last one was planned by engineer Gustavo Rojas for the council, and it stands to this day."
    )


COLUMNS: dict[str, tuple[list[list[Placed]], list[str]]] = {
    "one after the other": (
        [[*column(["The council met on the first", "Monday and", "adopted it."], 60),
          *column(["The reactor delivers a power of", "12 megawatts to the", "Northern grid."], 330)]],
        ["The council met on the first Monday and adopted it.",
         "The reactor delivers a power of 12 megawatts to the Northern grid."],
    ),
    "row by row": (
        [[(60, 700, "Alpha rays stop at paper"), (330, 700, "Gamma rays go through"), (60, 686, "sheets."),
          (330, 686, "lead.")]],
        ["Alpha rays stop at paper sheets.", "Gamma rays go through lead."],
    ),
    "not on one line": (
        [[*column(["Batch normalisation scales each", "activation to unit variance."], 60, 700),
          *column(["Weight decay adds a penalty to", "large weights."], 330, 695)]],
        ["Batch normalisation scales each activation to unit variance.",
         "Weight decay adds a penalty to large weights."],
    ),
    "a sentence goes on in the next column": (
        [[*column(["The first column is long and ends", "in the middle of a"], 60),
          *column(["sentence. The second column", "has its own end."], 330)]],
        ["The first column is long and ends in the middle of a sentence.", "The second column has its own end."],
    ),
    "under a title and over a full line": (
        [[(150, 760, "A long title that goes over both of the columns here"),
          *column(["The first column tells of the", "idea of the paper."], 60),
          *column(["The second column tells of", "its results."], 330),
          (60, 640, "A last line goes over the whole width of the page, below both of the columns.")]],
        ["A long title that goes over both of the columns here", "The first column tells of the idea of the paper.",
         "The second column tells of its results.",
         "A last line goes over the whole width of the page, below both of the columns."],
    ),
    "far apart on one line": ([[(60, 700, "Left one"), (400, 700, "right one")]], ["Left one", "right one"]),
    "an equation and its number": ([[(60, 700, "y = wx + b"), (400, 700, "(3)")]], ["y = wx + b (3)"]),
}  # fmt: skip


@pytest.mark.parametrize(("pages", "sentences"), COLUMNS.values(), ids=COLUMNS)
def test_columns_are_read_one_after_the_other(tmp_path: Path, pages: list[list[Placed]], sentences: list[str]) -> None:
    assert said(pdf(tmp_path / "a.pdf", pages)) == sentences


def test_a_table_keeps_rows_and_columns(tmp_path: Path) -> None:
    cells = [("Optimiser", "Year", "Rate"), ("Adam", "2014", "0.001"), ("SGD", "1951", "0.01")]
    page = [(72.0 + 110 * x, 700.0 - 16 * y, text) for y, row in enumerate(cells) for x, text in enumerate(row)]
    path = pdf(tmp_path / "a.pdf", [[(72, 730, "These are the optimisers."), *page, (72, 640, "More follows.")]])
    assert said(path) == [
        "These are the optimisers.", "Optimiser Adam; Year 2014; Rate 0.001.", "Optimiser SGD; Year 1951; Rate 0.01.",
        "More follows.",
    ]  # fmt: skip


def test_a_table_without_known_heads_names_no_columns(tmp_path: Path) -> None:
    """Its first row may be a head or not: nothing is claimed."""
    cells = [("Adam", "keeps two averages of the slope"), ("SGD", "follows the slope")]
    page = [(72.0 + 110 * x, 700.0 - 16 * y, text) for y, row in enumerate(cells) for x, text in enumerate(row)]
    path = pdf(tmp_path / "a.pdf", [[*page, (182, 670, "of the batch")]])
    assert said(path) == ["Adam; keeps two averages of the slope.", "SGD; follows the slope of the batch."]


def _with_head(head: str, foot: str, pages: list[list[str]]) -> list[list[Placed]]:
    return [[(72, 800, head.format(n)), *column(lines), (300, 30, foot.format(n))] for n, lines in enumerate(pages, 1)]


@pytest.mark.parametrize("head", ["Biology 101 - Week 3", "Notes on trees, page {}", "Chapter 2"])
@pytest.mark.parametrize("foot", ["{}", "Page {} of 3", "- {} -", "{} / 3"])
def test_a_sentence_runs_over_pages_without_their_heads_and_numbers(tmp_path: Path, head: str, foot: str) -> None:
    pages = [["Photosynthesis turns the light of the sun into"], ["chemical energy. It was found by"],
             ["Ingenhousz in 1779."]]  # fmt: skip
    document = read(pdf(tmp_path / "a.pdf", _with_head(head, foot, pages)))
    assert [(passage.page, passage.sentences) for passage in document.passages] == [
        (1, ("Photosynthesis turns the light of the sun into chemical energy.",)),
        (2, ("It was found by Ingenhousz in 1779.",)),
    ]
    assert document.remarks == ()


def test_what_is_the_same_on_each_page_and_a_sentence_of_its_text_stays(tmp_path: Path) -> None:
    pages = [column([f"The planet number {n} is called Zarbon.", "It is far."]) for n in (1, 2, 3)]
    assert said(pdf(tmp_path / "a.pdf", pages))[0] == "The planet number 1 is called Zarbon."


def test_slides_keep_titles_that_repeat(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica-Bold", 28)
        canvas.drawString(60, 500, "Gradient descent")

    pages = [
        column(["Step one takes the slope.", "It is cheap."], 60, 400),
        column(["Step two moves.", "Down."], 60, 400),
    ]
    document = read(pdf(tmp_path / "a.pdf", pages, draw=draw, size=(720, 540)))
    assert [(passage.title, passage.page) for passage in document.passages] == [
        ("Gradient descent", 1), ("Gradient descent", 2),
    ]  # fmt: skip


def test_marks_of_footnotes_leave_and_exponents_stay(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 7)
        canvas.drawString(width("The lens was ground by Spinoza") + 72, 704, "1")
        canvas.drawString(width("in Rhijnsburg and the area is x") + 72, 690, "2")
        canvas.setFont("Helvetica", 5)
        canvas.drawString(72, 99, "1")
        canvas.setFont("Helvetica", 8)
        canvas.drawString(76, 96, "Baruch Spinoza ground lenses for a living.")

    from reportlab.pdfbase.pdfmetrics import stringWidth

    def width(text: str) -> float:
        return float(stringWidth(text, "Helvetica", 12))

    lines = ["The lens was ground by Spinoza", "in Rhijnsburg and the area is x"]
    page: list[Placed] = [*column(lines), (width(lines[1]) + 80, 686, "here.")]
    assert said(pdf(tmp_path / "a.pdf", [page], draw=draw)) == [
        "The lens was ground by Spinoza in Rhijnsburg and the area is x² here.",
        "Baruch Spinoza ground lenses for a living.",
    ]


@pytest.mark.parametrize("shift", [(0.3, 0.0), (0.0, 0.4), (0.5, 0.5), (0.0, 0.0)])
def test_a_text_drawn_twice_to_look_bold_is_said_once(tmp_path: Path, shift: tuple[float, float]) -> None:
    text = "The hidden layer has 20 little cells."
    path = pdf(tmp_path / "a.pdf", [[(72, 600, text), (72 + shift[0], 600 + shift[1], text)]])
    assert said(path) == [text]


def test_what_no_reader_sees_is_left_out_and_said(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.setFillColorRGB(0, 0, 0.4)
        canvas.rect(60, 690, 300, 30, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(72, 700, "White on blue is read by all.")
        canvas.drawString(72, 600, "White on white: secret.")
        canvas.setFillColorRGB(0, 0, 0)
        canvas.drawString(72, 500, "Covered by a box: secret.")
        canvas.drawString(72, -200, "Off the page: secret.")
        canvas.drawString(700, 300, "Beside the page: secret.")
        canvas.setFillColorRGB(1, 1, 1)
        canvas.rect(60, 490, 300, 30, fill=1, stroke=0)
        invisible = canvas.beginText(72, 350)
        invisible.setTextRenderMode(3)
        invisible.textLine("Not painted: secret.")
        canvas.drawText(invisible)
        canvas.setFillColorRGB(0, 0, 0)
        canvas.setFont("Helvetica", 1)
        canvas.drawString(72, 300, "Tiny: secret.")

    document = read(pdf(tmp_path / "a.pdf", [column(["Seen by everyone."], top=400)], draw=draw))
    assert [sentence for passage in document.passages for sentence in passage.sentences] == [
        "White on blue is read by all.", "Seen by everyone.",
    ]  # fmt: skip
    assert document.remarks == ("hidden text was left out (page 1)",)


def test_letters_are_those_that_a_reader_sees(tmp_path: Path) -> None:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    def after(text: str) -> float:
        return 72 + float(stringWidth(text, "Helvetica", 12))

    parts: list[Placed] = [(72, 700, "El perceptr"), (after("El perceptr"), 700, "o")]
    parts += [(after("El perceptr") + 1.5, 700, "´"), (after("El perceptro"), 700, "n aprende.")]
    kerned = "[(W) 80 (e) -250 (train) -280 (A) 90 (V) 70 (A) -300 (ne) -60 (tw) 30 (orks.)] TJ"

    def draw(canvas: Any) -> None:
        text = canvas.beginText(72, 600)
        text.setFont("Helvetica", 12)
        text._code.append(kerned)
        canvas.drawText(text)

    assert said(pdf(tmp_path / "a.pdf", [parts], draw=draw)) == ["El perceptrón aprende.", "We train AVA networks."]


def test_a_page_that_is_turned_is_read_upright(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.rotate(90)
        for number, line in enumerate(["This page lies on its side and its text", "goes on in 1999 and stops."]):
            canvas.drawString(100, -200 - 14 * number, line)

    assert said(pdf(tmp_path / "a.pdf", [[]], draw=draw)) == [
        "This page lies on its side and its text goes on in 1999 and stops."
    ]


def test_lines_of_a_table_of_contents_are_counted_and_never_quoted(tmp_path: Path) -> None:
    lines = ["Introduction . . . . . . . . . . 3", "Methods ........................ 7", "The text begins here."]
    document = read(pdf(tmp_path / "a.pdf", [column(lines)]))
    assert document.passages[0].sentences == ("The text begins here.",)
    assert document.remarks == ("2 lines of a table of contents were left out (page 1)",)


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256"])
def test_an_empty_password_is_no_damage_and_a_real_one_is_said(tmp_path: Path, algorithm: str) -> None:
    from pypdf import PdfReader, PdfWriter

    from knowledge.errors import KnowledgeError

    plain = pdf(tmp_path / "plain.pdf", [column(["Softmax gives shares of one."])])
    for password in ("", "sesame"):
        writer = PdfWriter(clone_from=PdfReader(str(plain)))
        writer.encrypt(password, "owner", algorithm=algorithm)
        writer.write(str(tmp_path / f"{password}locked.pdf"))
    assert said(tmp_path / "locked.pdf") == ["Softmax gives shares of one."]
    with pytest.raises(KnowledgeError, match="protected by a password"):
        read(tmp_path / "sesamelocked.pdf")


def test_right_to_left_text_is_in_the_order_of_reading(tmp_path: Path) -> None:
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    font = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    if not font.exists():
        import matplotlib

        font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    registerFont(TTFont("Seen", str(font)))
    greeting = "שלום עולם"
    path = pdf(tmp_path / "a.pdf", [[(72, 700, greeting[::-1]), (72, 600, "The ﬁrst eﬃcient ﬂight.")]], font="Seen")
    assert said(path) == [greeting, "The first efficient flight."]


def test_a_paragraph_below_a_list_is_none_of_its_items(tmp_path: Path) -> None:
    """Its first line is set in, and so are the items."""
    items = column(["• Any node.", "• Any node that is named by"], 80, 700)
    more: list[Placed] = [
        (92, 672, "its own type."), 
        (92, 655, "This version does not handle all kinds of real numbers, and not the TAGS"),
        (72, 641, "option either."),
    ]  # fmt: skip
    assert said(pdf(tmp_path / "a.pdf", [[*items, *more]])) == [
        "Any node.", "Any node that is named by its own type.",
        "This version does not handle all kinds of real numbers, and not the TAGS option either.",
    ]  # fmt: skip


def test_a_chapter_keeps_its_title_on_the_next_page_and_a_table_of_contents_is_no_table(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        if canvas.getPageNumber() == 1:
            canvas.setFont("Helvetica-Bold", 20)
            canvas.drawString(72, 740, "Tides")

    contents: list[Placed] = [
        (72.0, 300.0, "1"),
        (120.0, 300.0, "Moon ............. 3"),
        (72.0, 280.0, "2"),
        (120.0, 280.0, "Sun ............ 9"),
    ]
    pages = [[*column(["The sea rises twice a day."]), *contents], column(["Newton explained it."])]
    document = read(pdf(tmp_path / "a.pdf", pages, draw=draw))
    assert [(passage.page, passage.title, passage.text) for passage in document.passages] == [
        (1, "Tides", "The sea rises twice a day."), (2, "Tides", "Newton explained it."),
    ]  # fmt: skip
    assert document.remarks == ("2 lines of a table of contents were left out (page 1)",)


def test_boxes_that_were_put_on_a_page_are_read_and_notes_behind_a_sign_are_counted(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter
    from pypdf.annotations import FreeText, Text

    writer = PdfWriter(clone_from=PdfReader(str(pdf(tmp_path / "plain.pdf", [column(["The sea is salty."])]))))
    writer.add_annotation(0, FreeText(text="It has 35 grams a litre.", rect=(72, 500, 300, 530)))
    writer.add_annotation(0, Text(text="Is this so?", rect=(300, 600, 320, 620)))
    writer.write(str(tmp_path / "a.pdf"))
    document = read(tmp_path / "a.pdf")
    assert document.passages[0].sentences == ("The sea is salty.", "It has 35 grams a litre.")
    assert document.remarks == ("1 comment was left out (page 1)",)


def _ruled(cells: list[tuple[float, float, float, float]]) -> Any:
    def draw(canvas: Any) -> None:
        for left, foot, width, height in cells:
            canvas.rect(left, foot, width, height)

    return draw


def test_rules_part_the_columns_of_a_table_however_narrow_they_are(tmp_path: Path) -> None:
    cells = [("Name", "Kind", "Department"), ("Tota", "natural lake", "Boyacá"), ("Chuza", "reservoir", "Meta")]
    lefts = (72.0, 112.0, 178.0)
    texts = [
        (left + 2, 700.0 - 16 * y, text) for y, row in enumerate(cells) for left, text in zip(lefts, row, strict=True)
    ]
    boxes = [
        (left, 696.0 - 16 * y, width, 16.0)
        for y in range(3)
        for left, width in zip(lefts, (40.0, 66.0, 70.0), strict=True)
    ]
    assert said(pdf(tmp_path / "a.pdf", [texts], draw=_ruled(boxes))) == [
        "Name; Kind; Department.", "Tota; natural lake; Boyacá.", "Chuza; reservoir; Meta.",
    ]  # fmt: skip


@pytest.mark.parametrize("height", [700.0 - 16, 700.0 - 24, 700.0 - 32])
def test_a_cell_that_goes_over_several_rows_is_said_in_each_of_them(tmp_path: Path, height: float) -> None:
    """Wherever it stands in its box: at the top, in the middle, or at the foot."""
    texts = [
        (74.0, 700.0, "Area"), (154.0, 700.0, "Crop"), (234.0, 700.0, "Tons"), (74.0, height, "South"),
        (154.0, 684.0, "Maize"), (234.0, 684.0, "12"), (154.0, 668.0, "Rice"), (234.0, 668.0, "7"),
        (74.0, 652.0, "North"), (154.0, 652.0, "Wheat"), (234.0, 652.0, "9"),
    ]  # fmt: skip
    boxes = [
        (left, 696.0 - 16 * y, 80.0, 16.0)
        for y in range(4)
        for left in (72.0, 152.0, 232.0)
        if left > 72 or y in (0, 3)
    ]
    boxes.append((72.0, 664.0, 80.0, 32.0))
    assert said(pdf(tmp_path / "a.pdf", [texts], draw=_ruled(boxes))) == [
        "Area South; Crop Maize; Tons 12.", "Area South; Crop Rice; Tons 7.", "Area North; Crop Wheat; Tons 9.",
    ]  # fmt: skip


@pytest.mark.parametrize("again", [True, False])
def test_a_table_goes_on_over_a_page_under_the_same_heads(tmp_path: Path, again: bool) -> None:
    def page(rows: list[tuple[str, ...]], top: float) -> list[Placed]:
        return [(72.0 + 110 * x, top - 16 * y, text) for y, row in enumerate(rows) for x, text in enumerate(row)]

    head = ("Optimiser", "Year", "Rate")
    first = page([head, ("Adam", "2014", "0.001"), ("SGD", "1951", "0.01")], 120)
    last = page([*([head] if again else []), ("Adagrad", "2011", "0.1"), ("Adadelta", "2012", "1.0")], 760)
    path = pdf(tmp_path / "a.pdf", [first, [*last, (72, 640, "More follows here, below the table.")]])
    assert [(p.page, text) for p in read(path).passages for text in p.sentences] == [
        (1, "Optimiser Adam; Year 2014; Rate 0.001."), (1, "Optimiser SGD; Year 1951; Rate 0.01."),
        (2, "Optimiser Adagrad; Year 2011; Rate 0.1."), (2, "Optimiser Adadelta; Year 2012; Rate 1.0."),
        (2, "More follows here, below the table."),
    ]  # fmt: skip


def test_words_in_slanted_type_stay_apart(tmp_path: Path) -> None:
    """An italic f or p reaches back over the space before it."""
    text = "A field of wheat, from the first plot at Rothamsted, for a profit of five pounds."
    assert said(pdf(tmp_path / "a.pdf", [[(72, 700, text)]], font="Times-Italic")) == [text]


@pytest.mark.parametrize("broken", [b"<FFFD>", b"<D835>", b"<0000>"])
def test_signs_whose_name_is_broken_are_counted_and_never_said(tmp_path: Path, broken: bytes) -> None:
    """A map to Unicode that gives half of a pair, or nothing: the word is not said as if the sign were not there."""
    import matplotlib
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import NameObject, StreamObject
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    registerFont(TTFont("Named", str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")))
    lines = ["The sum of all of the signs on this page is read, and none of them is guessed.", "Zinc is a metal."]
    plain = pdf(tmp_path / "plain.pdf", [column(lines)], font="Named")
    writer = PdfWriter(clone_from=PdfReader(str(plain)))
    for font in writer.pages[0]["/Resources"]["/Font"].values():  # type: ignore[index]
        held = font.get_object()
        if "/ToUnicode" in held:
            changed = StreamObject()
            changed.set_data(held["/ToUnicode"].get_object().get_data().replace(b"<005A>", broken))
            held[NameObject("/ToUnicode")] = writer._add_object(changed)
    writer.write(str(tmp_path / "a.pdf"))
    document = read(tmp_path / "a.pdf")
    assert " ".join(document.passages[0].sentences) == f"{lines[0]} \ufffdinc is a metal."
    assert document.remarks == ("1 sign has a shape and no name (page 1)",)
