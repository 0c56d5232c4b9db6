"""The paragraphs of a shape of PowerPoint, without what is struck out, hidden or a field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from knowledge.documents.characters import lowered, raised
from knowledge.documents.formats.drawings import MC, A, alternatives
from knowledge.documents.formats.formulas import M, office_formula
from knowledge.documents.formats.shapes import Shape
from knowledge.documents.gaps import Ledger

_TINY = 300
"""Hundredths of a point: smaller type is read by no one."""
_FIELDS = ("slidenum", "datetime", "footer", "header")


@dataclass(slots=True)
class Paragraph:
    """The lines of a paragraph, and whether it is one equation."""

    lines: list[str] = field(default_factory=lambda: [""])
    formulas: int = 0
    letters: int = 0

    @property
    def is_formula(self) -> bool:
        """True where it is one equation and nothing else."""
        return self.formulas == 1 and not self.letters


def paragraphs_of(
    body: Any, shape: Shape, ledger: Ledger, slide: int, *, in_table: bool = False
) -> Iterator[Paragraph]:
    """The paragraphs of a text body that hold text. What is hidden is counted."""
    for element in body.findall(A + "p"):
        found = Paragraph()
        for part in _shown(element):
            _read(part, found, ledger, slide, may_be_white=in_table or shape.on_ground)
        if any(line.strip() for line in found.lines):
            yield found


def _shown(element: Any) -> Iterator[Any]:
    for part in element:
        if part.tag == MC + "AlternateContent":
            yield from alternatives(part)
        elif isinstance(part.tag, str):
            yield part


def _read(part: Any, found: Paragraph, ledger: Ledger, slide: int, *, may_be_white: bool) -> None:
    if part.tag == A + "br":
        found.lines.append("")
    elif part.tag == A + "fld" and (part.get("type") or "").lower().startswith(_FIELDS):
        return
    elif part.tag in (A + "r", A + "fld"):
        text = part.findtext(A + "t") or ""
        look = part.find(A + "rPr")
        if look is not None and look.get("strike", "noStrike") != "noStrike":
            return
        if look is not None and _is_hidden(look, may_be_white=may_be_white):
            ledger.note("hidden", slide, int(bool(text.strip())))
            return
        lines = _placed(look, text).split("\v")
        found.lines[-1] += lines[0]
        found.lines += lines[1:]
        found.letters += len(text.strip())
    elif part.tag.startswith(M) or part.tag.endswith("}m"):
        said = office_formula(part)
        if said:
            found.lines[-1] += said
            found.formulas += 1
        else:
            ledger.note("equation", slide)


def _placed(look: Any, text: str) -> str:
    line = look.get("baseline", "0") if look is not None else "0"
    if line.startswith("-"):
        return lowered(text)
    return raised(text) if line.strip("0%") else text


def _is_hidden(look: Any, *, may_be_white: bool) -> bool:
    size = look.get("sz", "")
    if size.isdigit() and int(size) <= _TINY:
        return True
    fill = look.find(A + "solidFill")
    if fill is None or may_be_white:
        return look.find(A + "noFill") is not None and look.find(A + "ln") is None
    colour = next((found.get("val", "").lower() for found in fill if found.get("val")), "")
    return colour in ("ffffff", "fefefe", "bg1", "lt1")
