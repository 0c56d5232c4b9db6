"""Numbers as captions write them."""

from __future__ import annotations

from demos.runtime.messages import counted, say


def number(value: float, decimals: int = 3) -> str:
    """At most that many decimals, no trailing zeros, never "-0": 0.5, -1.25, 3."""
    text = f"{round(value, decimals) + 0.0:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(value: float, decimals: int = 3) -> str:
    """A term of a sum: "+ 0.5" or "- 0.25"."""
    return f"{'-' if round(value, decimals) < 0 else '+'} {number(abs(value), decimals)}"


def small(value: float, smallest: float = 1e-12) -> str:
    """A value of any size: "0.25", "0.004", "3e-05"; below `smallest` it is mere rounding: "less than 1e-12"."""
    if abs(value) < smallest:
        return say("less than {limit}", limit=f"{smallest:.0e}")
    return number(value) if abs(value) >= 0.001 else f"{value:.0e}"


def count(how_many: int, noun: str) -> str:
    """ "1 epoch", "3 epochs"."""
    return counted(how_many, noun)


def amount(value: float, noun: str, decimals: int = 3) -> str:
    """ "1 point", "0.5 points", "2 points"."""
    return counted(number(value, decimals), noun)
