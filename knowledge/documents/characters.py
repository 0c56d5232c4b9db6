"""Text as it comes out of files: its encoding found, its characters made those that a reader sees. Pure functions."""

from __future__ import annotations

import codecs
import re
import unicodedata

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_HEAD = 4096
"""Bytes in which a web page or an XML file declares its encoding."""
_ALIASES = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252"}
"""What a page that calls itself Latin-1 holds: browsers read it so, since its quotation marks are Windows'."""

_LIGATURES = {ord(char): unicodedata.normalize("NFKC", char) for char in "ﬀﬁﬂﬃﬄﬅﬆ"}
_SPACES = {ord(char): " " for char in "\t\v\f\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000"}
_SPACES |= dict.fromkeys(range(8192, 8203), " ")
_UNSEEN = {ord(char): None for char in "\u00ad\u200b\u200c\u200e\u200f\u2060\ufeff\u061c\ufffc"}
_UNSEEN |= dict.fromkeys((*range(8234, 8239), *range(8294, 8298), *range(917504, 917632)))
"""Hyphens and joints that are not drawn, marks of direction, and tags."""
_BULLETS = dict.fromkeys((61623, 61607, 61656, 61692, 61558, 61550, 61551, 61608, 61553, 61650), "•")
"""Bullets of Symbol and Wingdings, which have no name of their own."""
_TABLE = {**_LIGATURES, **_SPACES, **_UNSEEN, **_BULLETS, 0xF0E0: "→", 0xF0E8: "→", 0xF0DE: "⇒"}


def decode(data: bytes, *, declared: str = "") -> str:
    """The text of a file: by its byte-order mark, as UTF-16 that has none, by what declares it, as UTF-8, else as
    Windows-1252, in which every byte is some character."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    for name in (_sixteen(data), _known(declared), "utf-8"):
        if name:
            try:
                return data.decode(name)
            except UnicodeDecodeError:
                continue
    return data.decode("cp1252", "replace") if _is_defined(data) else data.decode("latin-1")


def declared_encoding(data: bytes) -> str:
    """What the head of a web page or an XML file says of its encoding, "" where it says nothing."""
    found = _DECLARED.search(data[:_HEAD])
    return found[1].decode("ascii") if found else ""


def _known(name: str) -> str:
    try:
        known = codecs.lookup(_ALIASES.get(name.lower(), name)).name if name else ""
    except LookupError:
        return ""
    return "" if known.startswith("utf-16") or known.startswith("utf-32") else known  # the head itself was ASCII


def _sixteen(data: bytes) -> str:
    """UTF-16 without its mark: every other byte of Latin text is zero."""
    head = data[:_HEAD]
    if len(head) < 4 or b"\0" not in head:
        return ""
    odd, even = head[1::2].count(0), head[::2].count(0)
    if max(odd, even) < 0.3 * len(head) / 2:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_defined(data: bytes) -> bool:
    return not any(byte in data for byte in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))


def clean(text: str) -> str:
    """The characters that a reader sees, composed: no control, no surrogate, no ligature; all spaces are plain."""
    seen = text.translate(_TABLE)
    if not seen.isprintable():
        seen = "".join(char for char in seen if char == "\n" or _is_seen(char))
    return unicodedata.normalize("NFC", seen)


def _is_seen(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) not in ("Cc", "Cs", "Cn", "Co")


def flat(text: str) -> str:
    """`clean` text on one line, with single spaces."""
    return " ".join(clean(text).split())


_RAISED = dict(zip("0123456789+-−=()nixyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱˣʸᶻ", strict=True))
_LOWERED = dict(zip("0123456789+-−=()aeiojnkmpt", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑᵢₒⱼₙₖₘₚₜ", strict=True))


def raised(text: str) -> str:
    """Text as a superscript: in Unicode's own signs, or as ^(...) where it has none."""
    return _shifted(text, _RAISED, "^")


def lowered(text: str) -> str:
    """Text as a subscript: in Unicode's own signs, or as _(...) where it has none."""
    return _shifted(text, _LOWERED, "_")


def _shifted(text: str, signs: dict[str, str], mark: str) -> str:
    bare = text.strip()
    if not bare:
        return text
    if all(char in signs for char in bare):
        return "".join(signs[char] for char in bare)
    return f"{mark}{bare}" if len(bare) == 1 else f"{mark}({bare})"
