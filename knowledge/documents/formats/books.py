"""Books in EPUB: their chapters in the order of the spine."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from knowledge.documents.characters import declared_encoding, decode
from knowledge.documents.formats.package import Package
from knowledge.documents.formats.web import html_units
from knowledge.documents.gaps import Ledger
from knowledge.documents.pages import MOST_PAGES, Converted, Page, Tell
from knowledge.errors import KnowledgeError
from knowledge.messages import say

_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def read_epub(path: Path, tell: Tell) -> Converted:
    """The units of each chapter. The book's own table of contents is left out."""
    with Package(path) as package:
        if _is_locked(package):
            raise KnowledgeError(
                say("it is locked to a shop's own reader."),
                code="unreadable_document",
                hint=say("Give a copy without DRM."),
            )
        container = package.xml("META-INF/container.xml")
        opf = next((found.get("full-path") or "" for found in _all(container, "rootfile")), "")
        root = package.xml(opf) if opf else None
        if root is None:
            raise KnowledgeError(say("it holds no book."), code="unreadable_document")
        folder, ledger, pages = posixpath.dirname(opf), Ledger(), list[Page]()
        held = {found.get("id"): found for found in _all(root, "item")}
        spine = [held[ref.get("idref")] for ref in _all(root, "itemref") if ref.get("idref") in held]
        if len(spine) > MOST_PAGES:
            raise KnowledgeError(
                say("it has more than {most} parts.", most=MOST_PAGES), code="document_too_large", hint=say("Split it.")
            )
        for number, found in enumerate(spine, 1):
            name = posixpath.normpath(posixpath.join(folder, unquote(found.get("href") or "")))
            data = package.data(name)
            if data is not None and "nav" not in (found.get("properties") or "").split():
                fetch = partial(_held, package, posixpath.dirname(name))
                source = decode(data, declared=declared_encoding(data))
                pages.append(Page(tuple(html_units(source, ledger, fetch))))
            tell(number, len(spine))
        return Converted(tuple(pages), ledger.gaps())


def _all(root: Any, name: str) -> Iterable[Any]:
    found: Iterable[Any] = () if root is None else root.iter("{*}" + name)
    return found


def _is_locked(package: Package) -> bool:
    """True where more than fonts are encrypted."""
    root = package.xml("META-INF/encryption.xml")
    methods = [found.get("Algorithm") or "" for found in _all(root, "EncryptionMethod")]
    return any(not method.startswith(_FONTS) for method in methods)


def _held(package: Package, folder: str, source: str) -> bytes | None:
    """A picture or style sheet of the book by its address in a chapter."""
    return package.data(posixpath.normpath(posixpath.join(folder, unquote(urlsplit(source).path)))) if source else None
