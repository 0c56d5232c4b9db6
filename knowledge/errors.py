"""Errors of the knowledge rooms; front ends describe them like the tutor's own (see tutor/errors.py)."""

from __future__ import annotations


class KnowledgeError(Exception):
    """A course, a document or the index cannot be used.

    Codes: `unknown_course`, `unknown_document`, `unreadable_document`, `unsupported_format`, `document_too_large`,
    `index_locked`, `index_damaged`, `embedder_missing`, `embedder_mismatch`, `invalid_vector`, `read_only`,
    `disk_full`, `unknown_slide`, `unknown_page`, `no_picture`.
    """

    def __init__(self, message: str, *, code: str, hint: str = "", param: str | None = None) -> None:
        super().__init__(message)
        self.code, self.hint, self.param = code, hint, param
