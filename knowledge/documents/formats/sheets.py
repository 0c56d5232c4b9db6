"""Spreadsheets and files of separated values: each row with the names of its columns where these are known."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from knowledge.documents.characters import decode, flat
from knowledge.documents.gaps import Ledger
from knowledge.documents.pages import Converted, Page, Tell
from knowledge.documents.units import Unit, heading, prose, rows
from knowledge.errors import KnowledgeError
from knowledge.messages import say

_MOST_CELLS = 2_000_000


def read_separated(path: Path, _tell: Tell) -> Converted:
    """The rows of a CSV or TSV file; what parts the values is found by looking."""
    text = decode(path.read_bytes())
    csv.field_size_limit(10_000_000)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:20_000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel_tab if path.suffix.lower() == ".tsv" else csv.excel
    found = [[flat(cell) for cell in row] for row in csv.reader(text.splitlines(), dialect)]
    return Converted((Page(tuple(_blocks(found, []))),))


def read_workbook(path: Path, tell: Tell) -> Converted:
    """The sheets of an Excel workbook, each under its name; formulas by the values that were saved."""
    import warnings

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(path, data_only=True)
    except (InvalidFileException, KeyError):
        raise KnowledgeError(say("it is damaged, or not what its name says."), code="unreadable_document") from None
    ledger, units = Ledger(), list[Unit]()
    for number, sheet in enumerate(book.worksheets, 1):
        if sheet.sheet_state != "visible":
            ledger.note("hidden_sheet")
            continue
        table, bold = _table(sheet, ledger)
        found = list(_blocks(table, bold))
        units += [*heading(sheet.title), *found] if found else []
        ledger.note("picture", count=len(getattr(sheet, "_images", ())))
        ledger.note("object", count=len(getattr(sheet, "_charts", ())))
        tell(number, len(book.worksheets))
    return Converted((Page(tuple(units)),), ledger.gaps())


def _table(sheet: Any, ledger: Ledger) -> tuple[list[list[str]], list[bool]]:
    """The cells of a sheet as they are shown, merged ones in each place that they cover; which rows are bold."""
    if sheet.max_row * sheet.max_column > _MOST_CELLS:
        raise KnowledgeError(say("it has too many cells."), code="document_too_large", hint=say("Split it."))
    covered = {}
    for area in sheet.merged_cells.ranges:
        for row, column in area.cells:
            covered[row, column] = (area.min_row, area.min_col)
    hidden_columns = {
        number
        for size in sheet.column_dimensions.values() if size.hidden
        for number in range(size.min or 0, (size.max or 0) + 1)
    }  # fmt: skip
    ledger.note("hidden_sheet", count=len(hidden_columns & set(range(1, sheet.max_column + 1))))
    table, bold = [], []
    for number, row in enumerate(sheet.iter_rows(), 1):
        if sheet.row_dimensions[number].hidden:
            ledger.note("hidden_sheet", count=int(any(cell.value is not None for cell in row)))
            continue
        cells = []
        for cell in row:
            if cell.column not in hidden_columns:
                place = covered.get((cell.row, cell.column))
                cells.append(_shown(sheet.cell(*place) if place else cell))
            ledger.note("comment", count=int(getattr(cell, "comment", None) is not None))
        held = [cell for cell in row if cell.value is not None]
        bold.append(bool(held) and all(cell.font is not None and cell.font.b for cell in held))
        table.append(cells)
    return table, bold


def _shown(cell: Any) -> str:
    """A cell's value as the sheet shows it."""
    held = cell.value
    match held:
        case None:
            return ""
        case bool():
            return str(held).upper()
        case datetime():
            return f"{held:%Y-%m-%d}" if held.time() == time() else f"{held:%Y-%m-%d %H:%M}"
        case date() | time():
            return held.isoformat()
        case float() | int() if "%" in (cell.number_format or ""):
            return f"{held * 100:.10g}%"
        case float():
            return f"{held:.12g}"
        case _:
            return flat(str(held))


def _blocks(table: Sequence[Sequence[str]], bold: Sequence[bool]) -> Iterator[Unit]:
    """Tables parted by empty rows; a row of one cell alone is text."""
    block: list[Sequence[str]] = []
    first = 0
    for number, row in enumerate([*table, []]):
        if any(row):
            if not block:
                first = number
            block.append(row)
        elif block:
            yield from _block(block, bold[first : first + len(block)])
            block = []


def _block(block: Sequence[Sequence[str]], bold: Sequence[bool]) -> Iterator[Unit]:
    start = 0
    while start < len(block) and sum(map(bool, block[start])) == 1 and max(map(len, block)) > 1:
        yield from prose(next(filter(None, block[start])))
        start += 1
    body = block[start:]
    used = [
        column
        for column in range(max(map(len, body), default=0))
        if any(row[column : column + 1] != [""] for row in body)
    ]
    cells = [[row[column] if column < len(row) else "" for column in used] for row in body]
    is_bold = len(bold) > start + 1 and bold[start] and not all(bold[start + 1 :])
    yield from rows(cells, headed=True if is_bold else None)
