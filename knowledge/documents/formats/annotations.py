"""What was put over a page of a PDF later: boxes of text, which a reader sees, and notes behind a sign."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from knowledge.documents.characters import clean

_MOST = 2000
_NOTES = (raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE, raw.FPDF_ANNOT_STRIKEOUT)


def annotations_on(page: pdfium.PdfPage) -> tuple[list[str], int]:
    """The texts of the boxes on a page, and how many notes are shown only when they are opened."""
    boxes, notes = list[str](), 0
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            kind, text = raw.FPDFAnnot_GetSubtype(annotation), clean(_contents(annotation)).strip()
            if text and kind == raw.FPDF_ANNOT_FREETEXT:
                boxes.append(text)
            elif text and kind in _NOTES:
                notes += 1
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return boxes, notes


def _contents(annotation: Any) -> str:
    size = raw.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0)
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAnnot_GetStringValue(annotation, b"Contents", ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: max(0, size - 2)].decode("utf-16-le", "replace")
