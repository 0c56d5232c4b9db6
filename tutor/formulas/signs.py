"""The signs of formulas: what stands for a command, and what is small and raised or lowered."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Literal

from pylatexenc.latex2text import get_default_latex_context_db

__all__ = ["ACCENTS", "FUNCTIONS", "KINDS_OF_CHARACTERS", "Kind", "scripted", "symbol"]

Kind = Literal[
    "atom", "number", "word", "phrase", "function", "prefix", "big", "open", "close", "bar", "operator", "slash",
    "comma", "space", "quad", "fraction", "post", "plain post", "side",
]  # fmt: skip
"""What a piece of a formula is: see `layout`."""

FUNCTIONS = frozenset(
    "arccos arcsin arctan arg argmax argmin cos cosh det dim exp gcd inf ker lim ln log max min mod Pr sin sinh softmax"
    " sup tan tanh tr".split()
)
ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "overline": "\u0304", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c", "acute": "\u0301",
    "grave": "\u0300", "breve": "\u0306", "underline": "\u0332", "mathring": "\u030a",
}  # fmt: skip
"""The combining character of each accent."""
KINDS_OF_CHARACTERS: dict[str, Kind] = {
    "(": "open", "[": "open", ")": "close", "]": "close", "|": "bar", "/": "slash", ",": "comma", ";": "comma",
    ":": "comma", "!": "post", "'": "post", "+": "operator", "-": "operator", "=": "operator", "<": "operator",
    ">": "operator", "~": "space", "*": "operator", "−": "operator", "·": "operator",
}  # fmt: skip
_OWN: dict[str, tuple[str, Kind]] = {
    "epsilon": ("ε", "atom"), "phi": ("φ", "atom"), "infty": ("∞", "atom"), "emptyset": ("∅", "atom"),
    "ell": ("ℓ", "atom"), "top": ("ᵀ", "atom"), "star": ("*", "atom"), "ast": ("*", "operator"), "%": ("%", "post"),
    "partial": ("∂", "prefix"), "nabla": ("∇", "prefix"), "Delta": ("Δ", "prefix"), "forall": ("∀", "prefix"),
    "exists": ("∃", "prefix"), "neg": ("¬", "prefix"), "lnot": ("¬", "prefix"),
    "sum": ("Σ", "big"), "prod": ("∏", "big"), "int": ("∫", "big"), "iint": ("∬", "big"), "oint": ("∮", "big"),
    "bigcup": ("⋃", "big"), "bigcap": ("⋂", "big"), "bigoplus": ("⨁", "big"),
    "ldots": ("…", "atom"), "dots": ("…", "atom"), "cdots": ("…", "atom"), "dotsc": ("…", "atom"),
    "dotsb": ("…", "atom"), "vdots": ("⋮", "atom"), "ddots": ("⋱", "atom"), "prime": ("′", "post"),
    "lVert": ("‖", "open"), "rVert": ("‖", "close"), "|": ("‖", "bar"), "Vert": ("‖", "bar"), "lvert": ("|", "open"),
    "rvert": ("|", "close"), "vert": ("|", "bar"), "{": ("{", "open"), "}": ("}", "close"), "lbrace": ("{", "open"),
    "rbrace": ("}", "close"), "langle": ("⟨", "open"), "rangle": ("⟩", "close"), "lfloor": ("⌊", "open"),
    "rfloor": ("⌋", "close"), "lceil": ("⌈", "open"), "rceil": ("⌉", "close"), "lbrack": ("[", "open"),
    "rbrack": ("]", "close"), "cdot": ("·", "operator"), "bullet": ("·", "operator"), "times": ("×", "operator"),
    "div": ("÷", "operator"), "mid": ("|", "operator"), "sim": ("~", "operator"), "land": ("∧", "operator"),
    "lor": ("∨", "operator"), "iff": ("⇔", "operator"), "implies": ("⇒", "operator"), "ne": ("≠", "operator"),
    "bot": ("⊥", "atom"), "models": ("⊨", "operator"), "checkmark": ("✓", "atom"), "leadsto": ("⇝", "operator"),
    "bmod": ("mod", "operator"), "gets": ("←", "operator"), "coloneqq": (":=", "operator"),
    "setminus": ("∖", "operator"), "backslash": ("∖", "operator"), "colon": (":", "comma"), "circ": ("∘", "operator"),
    "gg": ("≫", "operator"), "ll": ("≪", "operator"), ",": ("", "space"), ";": ("", "space"), ":": ("", "space"),
    " ": ("", "space"), ">": ("", "space"), "quad": ("  ", "quad"), "qquad": ("   ", "quad"), "\\": ("  ", "quad"),
    "newline": ("  ", "quad"), "Re": ("Re", "function"), "Im": ("Im", "function"), "_": ("_", "atom"),
    "$": ("$", "atom"), "#": ("#", "atom"), "&": ("&", "operator"), "degree": ("°", "post"),
}  # fmt: skip
_NOTHING = frozenset(
    "! big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr limits nolimits displaystyle"
    " textstyle scriptstyle nonumber notag".split()
)
_UP = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ*′°∘",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ*′°°",
        strict=True,
    )
)
_UP["ᵀ"] = "ᵀ"
_DOWN = dict(zip("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))


@cache
def symbol(name: str) -> tuple[str, Kind]:
    """What a command without arguments stands for, and what it is; one that nobody knows is its own name."""
    if name in _OWN:
        return _OWN[name]
    if name in _NOTHING:
        return "", "post"
    if name in FUNCTIONS:
        return name, "function"
    spec = get_default_latex_context_db().get_macro_spec(name)
    sign = getattr(spec, "simplify_repl", None)
    if not isinstance(sign, str) or len(sign) != 1 or sign in "\\$%{}":
        return "".join(letter for letter in name if letter.isalnum()), "word"
    is_operator = unicodedata.category(sign) in ("Sm", "So")
    return sign, "operator" if is_operator else "atom"


def scripted(text: str, *, up: bool) -> str | None:
    """The text in small raised or lowered characters; None when Unicode lacks one of them."""
    small = [(_UP if up else _DOWN).get(sign) for sign in text]
    return None if None in small else "".join(sign for sign in small if sign)
