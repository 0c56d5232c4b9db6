"""LaTeX formulas in Unicode: pylatexenc reads them, the parts that have arguments are set here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexSpecialsNode,
    LatexWalker,
    LatexWalkerError,
)
from pylatexenc.macrospec import EnvironmentSpec, LatexContextDb, MacroSpec, MacroStandardArgsParser, SpecialsSpec

from tutor.formulas.layout import Piece, fraction, is_factor, joined
from tutor.formulas.signs import ACCENTS, FUNCTIONS, KINDS_OF_CHARACTERS, Kind, scripted, symbol

__all__ = ["unicode_of"]

_FRACTIONS = ("frac", "dfrac", "tfrac", "cfrac")
_TEXT = ("text", "mathrm", "textrm", "textbf", "textit", "textsf", "texttt", "operatorname", "mathsf", "mathtt", "mbox")
_FONTS = ("mathbf", "boldsymbol", "bm", "mathcal", "mathit", "mathscr", "mathfrak", "pmb", "ensuremath", "underbrace",
          "overbrace", "boxed")  # fmt: skip
_ARROWS = {"xrightarrow": "→", "xleftarrow": "←", "xRightarrow": "⇒"}
_STACKS = ("overset", "underset", "stackrel")
_DOUBLE = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))
_SIGNS = {"-": "−", "'": "′"}
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
_SIDES: dict[str, Kind] = {"left": "open", "right": "close", "middle": "operator"}
_TOKEN = re.compile(r"\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_WORDY = re.compile(r"_\{?(?:\\(?:text|mathrm)\{)?[A-Za-z]{3}")
_MATRICES = {"pmatrix": "()", "bmatrix": "[]", "vmatrix": "||", "Vmatrix": "‖‖", "matrix": "[]", "smallmatrix": "[]"}


@cache
def _context() -> LatexContextDb:
    """The commands that take arguments; all else is a sign by itself."""
    taking = {"{{": (*_FRACTIONS, *_STACKS, "binom", "tbinom", "textcolor"), "[{": ("sqrt", *_ARROWS)}
    taking["{"] = (*_TEXT, *_FONTS, *ACCENTS, "mathbb", "tag", "label", "pmod", "not", "phantom", "hspace", "color")
    macros = [MacroSpec(name, args_parser=MacroStandardArgsParser(spec)) for spec in taking for name in taking[spec]]
    scripts = [SpecialsSpec(sign, args_parser=MacroStandardArgsParser("{")) for sign in "_^"]
    context = LatexContextDb()
    context.add_context_category(
        "formulas", macros=macros, specials=[*scripts, SpecialsSpec("&")],
        environments=[EnvironmentSpec("array", args_parser=MacroStandardArgsParser("{"))],
    )  # fmt: skip
    context.set_unknown_macro_spec(MacroSpec(""))
    context.set_unknown_environment_spec(EnvironmentSpec(""))
    return context


@lru_cache(maxsize=512)
def unicode_of(formula: str) -> str:
    """A formula, without its dollar signs, in Unicode on one line; "" for one that cannot be read."""
    if not formula.strip():
        return ""
    try:
        nodes = LatexWalker(formula, latex_context=_context(), tolerant_parsing=True).get_latex_nodes()[0]
        said = joined(_Setter(bool(_WORDY.search(formula))).pieces(nodes))
    except (LatexWalkerError, RecursionError):  # nested hundreds deep: nobody's formula
        return ""
    return unicodedata.normalize("NFC", said)


class _Setter:
    """Sets the nodes of one formula. With `wordy`, some script of it is a word: then letters side by side are words in
    every script, so that n_in and n_out look alike."""

    def __init__(self, wordy: bool) -> None:
        self._wordy = wordy

    def pieces(self, nodes: Iterable[Any]) -> list[Piece]:
        """The pieces of nodes side by side."""
        found: list[Piece] = []
        nodes = [node for node in nodes if node is not None]
        skipped = 0
        for place, node in enumerate(nodes):
            if place < skipped:
                continue
            if node.isNodeType(LatexSpecialsNode) and node.specials_chars in "_^":
                scripts = nodes[place : place + 2] if _is_pair(nodes[place : place + 2]) else [node]
                skipped = place + len(scripts)
                found += self._scripts(scripts, found)
            else:
                found += self._node(node)
        return list(_delimited(found))

    def _node(self, node: Any) -> list[Piece]:
        match node.__class__.__name__:
            case "LatexCharsNode":
                return _characters(node.chars)
            case "LatexGroupNode" | "LatexMathNode":
                return self.pieces(node.nodelist)
            case "LatexMacroNode":
                return self._macro(node)
            case "LatexEnvironmentNode":
                return self._environment(node)
            case "LatexCommentNode":
                return _characters(f"%{node.comment}{node.comment_post_space}")
            case _:
                return [Piece("", "space")]

    def _macro(self, node: Any) -> list[Piece]:
        name = node.macroname
        given = list(node.nodeargd.argnlist or ()) if node.nodeargd is not None else []
        if not given:
            return _sign(name, bool(node.macro_post_space))
        *_, last = parts = [self.pieces([argument]) for argument in given]
        if name in _FRACTIONS:
            return [fraction(*parts)]
        if name in _TEXT:
            return _words(self._plain(given[0]))
        if name in ACCENTS:
            return _accented(last, ACCENTS[name])
        if name == "sqrt":
            return [_root(parts[0], last)]
        if name in _ARROWS:
            return [Piece(f"—{joined(last, tight=True)}{_ARROWS[name]}" if last else _ARROWS[name], "operator")]
        return self._seldom(name, parts)

    def _seldom(self, name: str, parts: list[list[Piece]]) -> list[Piece]:
        first, last = parts[0], parts[-1]
        match name:
            case "mathbb":
                return [Piece(_DOUBLE.get(piece.text, piece.text), piece.kind) for piece in last]
            case "binom" | "tbinom":
                return [Piece(f"C({joined(first)}, {joined(last)})", "atom")]
            case "overset" | "stackrel":
                return [*last, *_script(joined(first, tight=True), up=True, wordy=self._wordy)]
            case "underset":
                return [*last, *_script(joined(first, tight=True), up=False, wordy=self._wordy)]
            case "tag" | "pmod":
                return [Piece(" ", "quad"), Piece(f"({'mod ' * (name == 'pmod')}{joined(last)})", "atom")]
            case "not":
                return [Piece(f"{joined(last)}\u0338", last[0].kind if last else "atom")]
            case "label" | "phantom" | "hspace" | "color":
                return []
            case _:
                return last

    def _plain(self, node: Any) -> str:
        """The words of a text argument; a formula in it is set as one."""
        if node is None:
            return ""
        if node.isNodeType(LatexCharsNode):
            return str(node.chars)
        if node.isNodeType(LatexGroupNode):
            return "".join(self._plain(part) for part in node.nodelist)
        return joined(self.pieces([node]))

    def _scripts(self, nodes: Sequence[Any], before: Sequence[Piece]) -> list[Piece]:
        """What is below and above the piece before, in this order."""
        scripts = {}
        for node in nodes:
            given = node.nodeargd.argnlist if node.nodeargd is not None else []
            scripts[node.specials_chars] = joined(self.pieces(given or []), tight=True)
        found = [piece for sign in "_^" for piece in _script(scripts.get(sign, ""), up=sign == "^", wordy=self._wordy)]
        if len(found) == 2 and found[0].kind == "plain post" and "(" not in found[0].text:
            found[0] = Piece(f"_({found[0].text[1:]})", "plain post")  # d_(keys)², as d_keys² is another power
        return found if before else [Piece("", "atom"), *found]

    def _environment(self, node: Any) -> list[Piece]:
        rows: list[list[list[Any]]] = [[[]]]
        for part in node.nodelist:
            if part.isNodeType(LatexMacroNode) and part.macroname in ("\\", "newline", "tabularnewline"):
                rows.append([[]])
            elif part.isNodeType(LatexSpecialsNode) and part.specials_chars == "&":
                rows[-1].append([])
            else:
                rows[-1][-1].append(part)
        name = node.environmentname
        between = ", " if name in ("cases", "dcases", "array") or name in _MATRICES else " "
        said = [between.join(filter(None, (joined(self.pieces(cell)) for cell in row))) for row in rows]
        text = "; ".join(filter(None, said)).replace(", if ", " if ").replace(",,", ",")
        brackets = _MATRICES.get(name, "  ")
        return [Piece(f"{brackets[0]}{text}{brackets[1]}".strip(), "phrase")] if text else []


def _is_pair(nodes: Sequence[Any]) -> bool:
    """Whether these are one script below and one above."""
    signs = {node.specials_chars for node in nodes if node.isNodeType(LatexSpecialsNode)}
    return len(nodes) == 2 and signs == {"_", "^"}


def _delimited(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces without `left` and `right`: a line after them opens or closes, and a full stop is no bracket."""
    side = ""
    for piece in pieces:
        if piece.kind == "side":
            side = piece.text
        elif side and piece.text == ".":
            side = ""
        elif side and piece.kind == "bar":
            yield Piece(piece.text, _SIDES[side])
            side = ""
        else:
            yield piece
            side = side if piece.kind == "space" else ""


def _characters(text: str) -> list[Piece]:
    found: list[Piece] = []
    for token in _TOKEN.findall(text):
        if token.isspace():
            found.append(Piece("", "space"))
        elif token[0].isdigit():
            found.append(Piece(token, "number"))
        else:
            found.append(Piece(_SIGNS.get(token, token), KINDS_OF_CHARACTERS.get(token, "atom")))
    return found


def _sign(name: str, spaced: bool) -> list[Piece]:
    """A command by itself. The space that ends its name is one only after a name in letters."""
    text, kind = symbol(name)
    if name in _SIDES:
        return [Piece(name, "side")]
    if kind == "post" and not text:
        return []
    shown = Piece(text, kind)
    return [shown, Piece("", "space")] if spaced and kind in ("function", "word", "big") else [shown]


def _words(text: str) -> list[Piece]:
    """Text within a formula: a name, or words with the spaces that they bring."""
    inner = " ".join(text.split())
    if not inner:
        return [Piece("", "space")] if text else []
    if len(inner) == 1:
        return [Piece(inner, "atom")]
    if inner != text or " " in inner:
        return [Piece(inner, "phrase")]
    return [Piece(inner, "function" if inner in FUNCTIONS else "word")]


def _accented(pieces: Sequence[Piece], accent: str) -> list[Piece]:
    """Each letter with its accent."""
    return [
        Piece("".join(sign + accent if sign.isalnum() else sign for sign in text), kind)
        if kind in ("atom", "number", "word")
        else Piece(text, kind)
        for text, kind in pieces
    ]


def _root(degree: Sequence[Piece], pieces: Sequence[Piece]) -> Piece:
    power = joined(degree, tight=True)
    sign = _ROOTS.get(power) or f"{scripted(power, up=True) or f'({power})'}√"
    inner = joined(pieces)
    return Piece(f"{sign}{inner}" if is_factor(pieces) else f"{sign}({inner})", "atom")


def _script(text: str, *, up: bool, wordy: bool) -> list[Piece]:
    """A script in small characters where they exist, else after `_` or `^` in plain ones."""
    if not text:
        return []
    is_word = not up and text.isascii() and text.isalpha() and len(text) > (1 if wordy else 2)
    small = None if is_word else scripted(text, up=up)
    if small is not None:
        return [Piece(small, "post")]
    mark = "^" if up else "_"
    inner = text if text.isalnum() or _is_bracketed(text) else f"({text})"
    return [Piece(f"{mark}{inner}", "plain post")]


def _is_bracketed(text: str) -> bool:
    return text[0] + text[-1] in ("()", "[]") and not set("()[]") & set(text[1:-1])
