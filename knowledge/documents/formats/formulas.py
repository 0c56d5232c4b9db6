"""Equations of Office (OMML) and of web pages and OpenDocument (MathML), as LaTeX between dollar signs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from knowledge.documents.characters import flat

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_NAMES = {
    "∑": r"\sum", "∏": r"\prod", "∫": r"\int", "∬": r"\iint", "∮": r"\oint", "⋃": r"\bigcup", "⋂": r"\bigcap",
    "∞": r"\infty", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "≈": r"\approx", "∂": r"\partial", "∇": r"\nabla",
    "·": r"\cdot", "×": r"\times", "→": r"\to", "∈": r"\in", "±": r"\pm", "−": "-", "∗": "*", "⋅": r"\cdot",
}  # fmt: skip
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩϵϕ",
        r"\alpha \beta \gamma \delta \epsilon \zeta \eta \theta \iota \kappa \lambda \mu \nu \xi \pi \rho \sigma \tau "
        r"\upsilon \phi \chi \psi \omega \Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Phi \Psi \Omega \epsilon "
        r"\phi".split(),
        strict=True,
    )
)
_FUNCTIONS = frozenset("sin cos tan tanh sinh cosh exp log ln max min arg lim det sup inf".split())
_ACCENTS = {
    "\u0302": "hat", "^": "hat", "\u0305": "bar", "¯": "bar", "\u0304": "bar", "\u20d7": "vec", "→": "vec",
    "\u0303": "tilde", "~": "tilde", "\u0307": "dot", "˙": "dot", "\u0308": "ddot", "¨": "ddot",
}  # fmt: skip


def written(latex: str) -> str:
    """LaTeX as it stands in a sentence; "" where nothing is in it."""
    said = " ".join(latex.replace("$", r"\$").split())
    return f"${said}$" if said.strip("{} ") else ""


_FLAT = frozenset(M + name for name in ("oMath", "oMathPara", "r", "t"))


def office_formula(element: Any) -> str:
    """An equation of Office as it stands in a sentence: one that was typed on one line as it was typed."""
    parts = (part for part in element.iter() if isinstance(part.tag, str) and part.tag.startswith(M))
    if all(part.tag in _FLAT or part.tag.endswith("Pr") or part.getparent().tag.endswith("Pr") for part in parts):
        return flat("".join(text.text or "" for text in element.iter(M + "t")))
    return written(omml(element))


def omml(element: Any) -> str:
    """The LaTeX of an `m:oMath` element or a part of it."""
    return _all(element, _office)


def _all(element: Any, read: Any) -> str:
    if element is None:
        return ""
    return _spaced(read(child) for child in element if isinstance(child.tag, str))


def _spaced(parts: Iterable[str]) -> str:
    """Parts beside one another; a command is parted from a letter after it."""
    said = ""
    for part in parts:
        ends_in_command = said.rpartition("\\")[2].isalpha() and "\\" in said
        said += f" {part}" if part[:1].isalnum() and ends_in_command else part
    return said


def _group(latex: str) -> str:
    return latex if len(latex) == 1 else f"{{{latex}}}"


def _part(element: Any, name: str) -> str:
    return omml(element.find(M + name))


def _value(element: Any, path: str, default: str) -> str:
    found = element.find("/".join(M + name for name in path.split("/")))
    return default if found is None else str(found.get(M + "val", ""))


def _office(element: Any) -> str:
    """One part of an equation of Office."""
    match element.tag.removeprefix(M):
        case "r":
            return letters("".join(text.text or "" for text in element.iter(M + "t")))
        case "f":
            return rf"\frac{{{_part(element, 'num')}}}{{{_part(element, 'den')}}}"
        case "rad":
            degree = _part(element, "deg")
            return rf"\sqrt{f'[{degree}]' if degree else ''}{{{_part(element, 'e')}}}"
        case "sSup":
            return f"{_group(_part(element, 'e'))}^{_group(_part(element, 'sup'))}"
        case "sSub":
            return f"{_group(_part(element, 'e'))}_{_group(_part(element, 'sub'))}"
        case "sSubSup":
            base, below, above = (_group(_part(element, name)) for name in ("e", "sub", "sup"))
            return f"{base}_{below}^{above}"
        case "sPre":
            return f"{{}}_{_group(_part(element, 'sub'))}^{_group(_part(element, 'sup'))}{_part(element, 'e')}"
        case "nary":
            sign = letters(_value(element, "naryPr/chr", "∫"))
            return _with_limits(sign, _part(element, "sub"), _part(element, "sup")) + f" {_part(element, 'e')}"
        case "d":
            inner = _value(element, "dPr/sepChr", "|").join(omml(part) for part in element.findall(M + "e"))
            return f"{_value(element, 'dPr/begChr', '(')}{inner}{_value(element, 'dPr/endChr', ')')}"
        case "func":
            return f"{_part(element, 'fName')} {_part(element, 'e')}"
        case "acc":
            return accented(_part(element, "e"), _value(element, "accPr/chr", "\u0302"))
        case "bar":
            return rf"\overline{{{_part(element, 'e')}}}"
        case "limLow":
            return f"{_part(element, 'e')}_{_group(_part(element, 'lim'))}"
        case "limUpp":
            return f"{_part(element, 'e')}^{_group(_part(element, 'lim'))}"
        case "m":
            return matrix([[omml(cell) for cell in row.findall(M + "e")] for row in element.findall(M + "mr")])
        case "eqArr":
            return r" \\ ".join(omml(row) for row in element.findall(M + "e"))
        case name if name.endswith("Pr"):
            return ""
        case _:
            return omml(element)


def letters(text: str) -> str:
    """Letters and signs of an equation in LaTeX's names."""
    said = flat(text)
    if said in _FUNCTIONS:
        return f"\\{said}"
    if len(said) > 1 and said.isalpha() and said.isascii():
        return rf"\mathrm{{{said}}}" if len(said) > 3 else said
    return _spaced(_NAMES.get(char) or _GREEK.get(char) or (rf"\{char}" if char in "%&#" else char) for char in said)


def accented(base: str, mark: str) -> str:
    """A letter under a hat, bar, arrow or dot."""
    name = _ACCENTS.get(mark.strip())
    return rf"\{name}{{{base}}}" if name else f"{base}{mark}"


def matrix(table: Sequence[Sequence[str]]) -> str:
    """Rows of cells as a matrix without brackets: those stand around it."""
    inner = r" \\ ".join(" & ".join(row) for row in table)
    return rf"\begin{{matrix}} {inner} \end{{matrix}}"


def _with_limits(sign: str, below: str, above: str) -> str:
    return sign + (f"_{_group(below)}" if below else "") + (f"^{_group(above)}" if above else "")


def mathml(element: Any) -> str:
    """The LaTeX of a `math` element: what its author wrote where it is kept, else what its parts say."""
    for note in element.iter():
        if isinstance(note.tag, str) and _local(note) == "annotation" and "tex" in (note.get("encoding") or "").lower():
            return (note.text or "").strip()
    return _web(element)


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower()


def _web(element: Any) -> str:
    """One part of an equation of a web page."""
    parts = [_web(child) for child in element if isinstance(child.tag, str)]
    two, three = [*parts, "", ""][:2], [*parts, "", "", ""][:3]
    match _local(element):
        case "mi" | "mn" | "mo":
            return letters(element.text or "")
        case "mtext" | "ms":
            return rf"\text{{{flat(element.text or '')}}}" if flat(element.text or "") else ""
        case "msup":
            return f"{_group(two[0])}^{_group(two[1])}"
        case "msub":
            return f"{_group(two[0])}_{_group(two[1])}"
        case "msubsup" | "munderover":
            return f"{_group(three[0])}_{_group(three[1])}^{_group(three[2])}"
        case "munder":
            return f"{two[0]}_{_group(two[1])}"
        case "mover":
            mark = flat("".join(element[1].itertext())) if len(element) > 1 else ""
            return accented(two[0], mark) if mark in _ACCENTS else f"{two[0]}^{_group(two[1])}"
        case "mfrac":
            return rf"\frac{{{two[0]}}}{{{two[1]}}}"
        case "msqrt":
            return rf"\sqrt{{{_spaced(parts)}}}"
        case "mroot":
            return rf"\sqrt[{two[1]}]{{{two[0]}}}"
        case "mtable":
            return matrix([[_web(cell) for cell in row] for row in element])
        case "mfenced":
            opening, closing = element.get("open", "("), element.get("close", ")")
            return f"{opening}{', '.join(parts)}{closing}"
        case "annotation" | "annotation-xml" | "mspace" | "mphantom":
            return ""
        case _:
            return _spaced(parts)
