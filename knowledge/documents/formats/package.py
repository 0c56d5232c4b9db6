"""The parts of an Office or OpenDocument file: XML and media in a zip, and the relations between them."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from lxml import etree

from knowledge.errors import KnowledgeError
from knowledge.messages import say

MOST_PART = 200_000_000
"""Bytes that one part may unpack to."""

_STRICT = {
    b"http://purl.oclc.org/ooxml/" + strict: b"http://schemas.openxmlformats.org/" + usual
    for strict, usual in (
        (b"wordprocessingml/main", b"wordprocessingml/2006/main"),
        (b"presentationml/main", b"presentationml/2006/main"),
        (b"drawingml/main", b"drawingml/2006/main"), (b"drawingml/chart", b"drawingml/2006/chart"),
        (b"drawingml/diagram", b"drawingml/2006/diagram"), (b"officeDocument/math", b"officeDocument/2006/math"),
        (b"officeDocument/relationships", b"officeDocument/2006/relationships"),
        (b"drawingml/wordprocessingDrawing", b"drawingml/2006/wordprocessingDrawing"),
        (b"drawingml/picture", b"drawingml/2006/picture"),
    )
}  # fmt: skip
"""What the strict variant of the formats calls the same things."""
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Package:
    """A zip of parts. Raises KnowledgeError for what is none."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError):
            raise _no_package(path) from None
        self._names = {name.replace("\\", "/").lower(): name for name in self._zip.namelist()}
        self._relations: dict[str, dict[str, tuple[str, str]]] = {}

    def __enter__(self) -> Package:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self._zip.close()

    def names(self) -> list[str]:
        """The parts' names."""
        return list(self._names.values())

    def data(self, name: str) -> bytes | None:
        """The bytes of a part, or None where there is none."""
        held = self._names.get(name.lstrip("/").lower())
        if held is None:
            return None
        info = self._zip.getinfo(held)
        if info.file_size > MOST_PART:
            raise KnowledgeError(
                say("one of its parts is too large."), code="document_too_large", hint=say("Split it.")
            )
        if info.flag_bits & 1:
            raise KnowledgeError(
                say("it is protected by a password."), code="unreadable_document", hint=say("Save it without one.")
            )
        return self._zip.read(held)

    def xml(self, name: str) -> Any:
        """The root of an XML part, or None."""
        data = self.data(name)
        return None if data is None else parse(data)

    def related(self, name: str, kind: str) -> Iterator[str]:
        """The parts that a part names as of a kind (the last word of the relation's type)."""
        for target, found in self._of(name).values():
            if found == kind:
                yield target

    def target(self, name: str, identifier: str | None) -> str:
        """The part that a part's relation leads to, "" where there is none."""
        return self._of(name).get(identifier or "", ("", ""))[0]

    def _of(self, name: str) -> dict[str, tuple[str, str]]:
        if name not in self._relations:
            folder, file = posixpath.split(name)
            root = self.xml(posixpath.join(folder, "_rels", f"{file}.rels"))
            found = {}
            for relation in () if root is None else root:
                if isinstance(relation.tag, str) and relation.get("TargetMode") != "External":
                    target = relation.get("Target") or ""
                    whole = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                    kind = (relation.get("Type") or "").rpartition("/")[2]
                    found[relation.get("Id") or ""] = (posixpath.normpath(whole), kind)
            self._relations[name] = found
        return self._relations[name]


def parse(data: bytes) -> Any:
    """The root of XML: no entity is resolved, nothing is fetched, and what is slightly broken is read all the same."""
    for strict, usual in _STRICT.items():
        data = data.replace(strict, usual)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, remove_comments=True)
    return etree.fromstring(data, parser)


def _no_package(path: Path) -> KnowledgeError:
    with path.open("rb") as file:
        head = file.read(1_000_000)
    if head.startswith(_OLE) and _ENCRYPTED in head:
        return KnowledgeError(
            say("it is protected by a password."), code="unreadable_document", hint=say("Save it without one.")
        )
    return KnowledgeError(say("it is damaged, or not what its name says."), code="unreadable_document")
