"""The texts of the third course as blocks: headings, paragraphs, lists, tables, equations, notes and code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from knowledge.documents.units import prose, rows

TEXTS = Path(__file__).with_name("texts")
Kind = Literal["heading", "text", "list", "table", "equation", "notes", "code", "output", "footnote"]
MARK = re.compile(r"\[\^(\d)\]")
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


def sentences_of(name: str) -> list[str]:
    """The sentences that a reader of the file NAME sees: those of its paragraphs, notes, footnotes, lists, tables and
    outputs; equations and code, which the files write in another way, are not among them."""
    found: list[str] = []
    for block in read_blocks(name):
        match block.kind:
            case "text" | "notes" | "footnote" | "output":
                found += [unit.text for unit in prose(MARK.sub("", block.text))]
            case "list":
                found += [f"{item}." for item in block.items]
            case "table":
                title = f"{block.text.removeprefix('Table: ')}: " if block.text.startswith("Table: ") else ""
                found += [f"{title}{unit.text}" for unit in rows(block.rows, headed=True)]
            case _:
                pass
    return found


def sentences_of_texts() -> frozenset[str]:
    """The sentences of all five files, as `bare` gives them."""
    return frozenset(bare(text) for path in TEXTS.glob("*.txt") for text in sentences_of(path.stem))


def bare(sentence: str) -> str:
    """A sentence as it is compared: without the equation that is said after it and without its full stop."""
    return sentence.partition(" $$")[0].rstrip(".")
