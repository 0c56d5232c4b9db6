"""The pieces of a formula set in one line: spaces where a reader needs them, and only the brackets that are needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tutor.formulas.signs import Kind

__all__ = ["Piece", "fraction", "is_factor", "joined"]

FACTORS = ("atom", "number", "word", "function", "prefix", "big", "fraction")
_NO_FACTOR_BEFORE = ("open", "operator", "comma", "quad", "phrase", "slash", "prefix", "big")
_NAMES = ("word", "function", "big")


class Piece(NamedTuple):
    """A sign, number or name with what it is.

    A `prefix` clings to what follows it, a `post` to what it follows; a `plain post` is a script in letters of
    ordinary size. A `phrase` is several words of text, a `bar` a vertical line that may open or close.
    """

    text: str
    kind: Kind


_DIFFERENTIAL, _STUCK = Piece("d", "atom"), Piece("d", "prefix")


class _Line:
    """What was set so far: the last piece that is no space, what carries its scripts, whether a space followed."""

    def __init__(self, tight: bool) -> None:
        self.tight = tight
        self.parts: list[str] = []
        self.last: Kind | None = None
        self.base: Kind | None = None
        self.unary = False
        self.gap = False

    def put(self, piece: Piece, text: str) -> None:
        self.parts += self._between(piece.kind), text
        self.unary = piece.text in ("−", "+", "±") and (self.last is None or self.last in _NO_FACTOR_BEFORE)
        self.last = piece.kind
        if piece.kind not in ("post", "plain post"):
            self.base = piece.kind
        self.gap = False

    def _between(self, kind: Kind) -> str:
        """What stands between the last piece and the next one."""
        last, space = self.last, "" if self.tight else " "
        if last is None or kind in ("post", "plain post") or "quad" in (last, kind):
            return ""
        if kind in ("close", "comma") or last in ("open", "prefix"):
            return ""
        if last == "comma":
            return " " if self.gap else ""
        if "phrase" in (last, kind):
            return "" if kind == "open" and not self.gap else " "
        if "slash" in (last, kind):
            return space if self.gap else ""
        if last == "operator" and self.unary:
            return ""
        if "operator" in (last, kind):
            return space
        if kind == "open":
            return space if self.gap else ""
        return self._between_factors(kind)

    def _between_factors(self, kind: Kind) -> str:
        if self.last == "close":
            return " " if self.gap and not self.tight else "·"
        if kind in _NAMES or self.base in _NAMES or self.last == "plain post":
            return " "
        if kind == "number" and self.base == "number":
            return " "
        return " " if self.gap and not self.tight else ""


def joined(pieces: Sequence[Piece], *, tight: bool = False) -> str:
    """The pieces as one line; `tight`, as within a script, without spaces that are not needed."""
    line = _Line(tight)
    sided = list(_sided(pieces))
    for place, piece in enumerate(sided):
        if piece.kind == "space":
            line.gap = True
            continue
        text = piece.text
        if piece.kind == "fraction" and _is_bound(line, sided[place + 1 :]):
            text = f"({text})"
            if line.last == "function":  # ln(a/b), without a space
                piece, line.gap = Piece(text, "open"), False
                line.put(piece, text)
                line.last = line.base = "close"
                continue
        line.put(piece, text)
    return "".join(line.parts).strip()


def _is_bound(line: _Line, after: Sequence[Piece]) -> bool:
    """Whether a fraction stands where it would be read as less or more than it is."""
    following = next((piece.kind for piece in after if piece.kind != "space"), None)
    if following in (*FACTORS, "open", "post", "plain post", "slash"):
        return True
    return line.last == "slash" or line.base == "function"


def _sided(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces with every vertical line as one that opens or one that closes."""
    opened: list[str] = []
    last: Kind | None = None
    gap = False
    for piece in pieces:
        if piece.kind == "bar":
            closes = piece.text in opened and last not in (None, "open", "operator", "comma")
            opens = last is None or last in _NO_FACTOR_BEFORE or gap
            if closes:
                opened.remove(piece.text)
            elif opens:
                opened.append(piece.text)
            piece = Piece(piece.text, "close" if closes else "open" if opens else "slash")
        gap = piece.kind == "space"
        last = last if gap else piece.kind
        yield piece


def fraction(above: Sequence[Piece], below: Sequence[Piece]) -> Piece:
    """One part over the other, each in brackets where it would fall apart without."""
    if above[:1] == below[:1] == [_DIFFERENTIAL]:
        above, below = [_STUCK, *above[1:]], [_STUCK, *below[1:]]
    over, under = joined(above), joined(below)
    over = over if _is_product(above) else f"({over})"
    under = under if is_factor(below) else f"({under})"
    return Piece(f"{over}/{under}", "fraction")


def _is_product(pieces: Sequence[Piece]) -> bool:
    """Whether the pieces hold together before a slash: factors side by side, maybe after a minus."""
    outer = list(_outer(pieces))
    if any(piece.kind == "operator" for piece in outer[1:]):
        return False
    if any(piece.kind in ("comma", "quad", "phrase", "big", "slash", "fraction") for piece in outer):
        return False
    kinds = {piece.kind for piece in outer}
    return bool(outer) and not {"function", "space"} <= kinds  # (ln N)/n


def is_factor(pieces: Sequence[Piece]) -> bool:
    """Whether the pieces are one thing: a symbol with its scripts, a call, a bracket."""
    outer = [piece for piece in _outer(pieces) if piece.kind != "space"]
    if any(piece.kind in ("operator", "comma", "quad", "phrase", "big", "slash", "fraction") for piece in outer):
        return False
    things = 0
    last: Kind | None = None
    for piece in outer:
        is_call = piece.kind == "open" and last in ("atom", "word", "function", "post", "plain post")
        if piece.kind not in ("post", "plain post", "close") and last != "prefix" and not is_call:
            things += 1
        last = piece.kind
    return things == 1


def _outer(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces that stand in no bracket, and the brackets."""
    depth = 0
    for piece in _sided(pieces):
        depth -= piece.kind == "close"
        if depth <= 0:
            yield piece
        depth += piece.kind == "open"
