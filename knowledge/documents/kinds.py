"""What kind of file one is, by what it begins with where its name says something else."""

from __future__ import annotations

import zipfile
from pathlib import Path

_HEAD = 2048
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLDER = {"doc": ".doc", "dot": ".doc", "ppt": ".ppt", "pps": ".ppt", "pot": ".ppt", "xls": ".xls"}
_FOLDERS = {"word/": ".docx", "ppt/": ".pptx", "xl/": ".xlsx"}
_ZIPPED = {
    "application/vnd.oasis.opendocument.text": ".odt", "application/vnd.oasis.opendocument.presentation": ".odp",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods", "application/epub+zip": ".epub",
}  # fmt: skip
_FAMILIES = {
    ".docx": (".docx", ".docm", ".dotx", ".dotm"),
    ".pptx": (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"),
    ".xlsx": (".xlsx", ".xlsm"),
    ".odt": (".odt", ".ott"),
    ".odp": (".odp", ".otp"),
}
_OFFICE = (".doc", ".dot", ".ppt", ".pps", ".xls", *(ending for family in _FAMILIES.values() for ending in family))


def kind_of(path: Path) -> str:
    """The ending that fits what is in the file: a PDF called .docx, rich text or a web page called .doc, an old Word
    file called .docx. Its own ending where nothing tells."""
    own = path.suffix.lower()
    with path.open("rb") as file:
        head = file.read(_HEAD)
    bare = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if bare.startswith(b"%PDF-"):
        return ".pdf"
    if bare.startswith(b"{\\rtf"):
        return ".rtf"
    if head.startswith(_OLE):
        return _older(path, own)
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path, own)
    if own in _OFFICE and bare[:100].lower().startswith((b"<html", b"<!doctype html", b"<head", b"<meta")):
        return ".html"
    return own


def _older(path: Path, own: str) -> str:
    """An old Office file; one that is encrypted keeps its ending, whose reader says so."""
    with path.open("rb") as file:
        if _ENCRYPTED in file.read(1_000_000):
            return own
    return _OLDER.get(own.lstrip(".")[:3], own)


def _zipped(path: Path, own: str) -> str:
    try:
        with zipfile.ZipFile(path) as held:
            names = held.namelist()
            if "mimetype" in names and held.getinfo("mimetype").file_size < 200:
                found = _ZIPPED.get(held.read("mimetype").decode("latin-1").strip(), "")
            else:
                found = next(
                    (kind for folder, kind in _FOLDERS.items() if any(n.startswith(folder) for n in names)), ""
                )
    except Exception:  # damaged: the reader of its ending says so
        return own
    return own if not found or own in _FAMILIES.get(found, (found,)) else found
