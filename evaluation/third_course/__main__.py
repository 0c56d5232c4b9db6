"""`python -m evaluation.third_course`: makes the five files of the third course from its texts."""

from __future__ import annotations

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from evaluation.third_course.blocks import Block, read_blocks
from evaluation.third_course.office import write_handout, write_notebook, write_slides
from evaluation.third_course.typeset import Look, Setter

DOCUMENTS = Path(__file__).with_name("documents")


def make(folder: Path = DOCUMENTS) -> list[Path]:
    """Write the five files into a folder, and return them."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, ending, write in (
        ("paper", "pdf", write_paper), ("slides", "pptx", write_slides), ("notebook", "ipynb", write_notebook),
        ("handout", "docx", write_handout), ("rios", "pdf", write_rivers),
    ):  # fmt: skip
        path = folder / f"{name}.{ending}"
        write(path, read_blocks(name))
        made.append(path)
    return made


def write_paper(path: Path, blocks: list[Block]) -> None:
    """Two columns under a title and an abstract over both, with another head on the left pages and a drawn figure."""

    def running(canvas: Canvas, page: int) -> None:
        canvas.setFont("Times-Italic", 8)
        head = "Plots, Blocks and Chance" if page % 2 else "Agronomy reading room"
        canvas.drawString(54, 808, head)
        canvas.drawRightString(541, 808, f"Vol. 3, p. {40 + page}")
        canvas.setFont("Times-Roman", 8)
        canvas.drawCentredString(297, 26, str(40 + page))

    frames = ((54.0, 234.0), (307.0, 234.0))
    look = Look(frames, 780, 60, (595, 842), "Times-Roman", "Times-Bold", running)
    setter = Setter(path, look, [block for block in blocks if block.kind == "footnote"])
    setter.across(blocks[0].text, "Times-Bold", 16, 22)
    setter.across(blocks[1].text, "Times-Italic", 9.5, 12)
    for block in blocks[2:]:
        if block.kind == "heading":
            setter.heading(block.text)
        elif block.kind == "text":
            setter.paragraph(block.text)
        if block.text.startswith("A Latin square"):
            _figure(setter)
    setter.hidden("Broadbalk field was sown with wheat for the first time in 1853.")
    setter.save()


def _figure(setter: Setter) -> None:
    """A field of sixteen plots in four greys, without a letter in it."""
    setter.room(100)
    side, top = 20.0, setter.height
    for row in range(4):
        for column in range(4):
            setter.canvas.setFillGray(0.4 + 0.15 * ((row + column) % 4))
            setter.canvas.rect(setter.left + 70 + side * column, top - side * (row + 1), side, side, fill=1)
    setter.canvas.setFillGray(0)
    setter.height -= 4 * side + 16


def write_rivers(path: Path, blocks: list[Block]) -> None:
    """A Spanish text on small pages, with a head and a foot, a table over two pages, and tiny words."""

    def running(canvas: Canvas, page: int) -> None:
        canvas.setFont("Helvetica", 7.5)
        canvas.drawString(50, 371, "Métodos de campo · Unidad 2")
        canvas.drawRightString(370, 371, "Ríos, páramos y glaciares")
        canvas.drawCentredString(210, 22, f"– {page} de 5 –")

    look = Look(((50.0, 320.0),), 345, 61, (420, 400), "Times-Roman", "Times-Bold", running, indent=0.0)
    setter = Setter(path, look, [block for block in blocks if block.kind == "footnote"])
    for block in blocks:
        if block.kind == "heading":
            setter.heading(block.text, 15 if block.level == 1 else 11.5)
        elif block.kind == "table":
            setter.table(block, (98, 72, 78, 72))
        elif block.kind == "text":
            setter.paragraph(block.text)
            setter.height -= 5
    setter.canvas.setFont("Times-Roman", 1)
    setter.canvas.drawString(60, 60, "El río Magdalena nace en la laguna de Tota.")
    setter.save()


if __name__ == "__main__":
    for made in make():
        print(made)
