"""The texts of the third course as blocks: headings, paragraphs, lists, tables, equations, notes and code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

TEXTS = Path(__file__).with_name("texts")
Kind = Literal["heading", "text", "list", "table", "equation", "notes", "code", "output", "footnote"]
_EQUATION = re.compile(r"^(?:P|ET[0c]|Q|f\(t\)) = [^\n]*[^.]$")
_CAPTION = re.compile(r"^(?:Table|Cuadro)(?: \d+\.|:) ")


@dataclass(frozen=True, slots=True)
class Block:
    """One block: `level` is a heading's depth, `mark` a footnote's number, `rows` a table's cells."""

    kind: Kind
    text: str
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def items(self) -> list[str]:
        """The items of a list, or the lines of code."""
        return self.text.split("\n")


def read_blocks(name: str) -> list[Block]:
    """The blocks of texts/NAME.txt in order; a table's caption is its text."""
    found: list[Block] = []
    for part in re.split(r"\n\s*\n", (TEXTS / f"{name}.txt").read_text(encoding="utf-8").strip()):
        lines = part.split("\n")
        if match := re.match(r"(#+) (.*)", part):
            found.append(Block("heading", match[2], len(match[1])))
        elif match := re.match(r"\[\^(\d)\]: (.*)", part):
            found.append(Block("footnote", match[2], int(match[1])))
        elif match := re.match(r"(Notes|Code|Output): (.*)", part):
            kind: Kind = {"Notes": "notes", "Code": "code", "Output": "output"}[match[1]]  # type: ignore[assignment]
            found.append(Block(kind, match[2].replace(" | ", "\n") if kind == "code" else match[2]))
        elif part.startswith("- "):
            found.append(Block("list", "\n".join(line[2:] for line in lines)))
        elif " | " in lines[-1]:
            caption = lines[0] if _CAPTION.match(lines[0]) else ""
            rows = tuple(tuple(line.split(" | ")) for line in (lines[1:] if caption else lines))
            found.append(Block("table", caption, rows=rows))
        else:
            found.append(Block("equation" if _EQUATION.match(part) else "text", part))
    return found
