"""What a web page hides from its readers: by attributes, by an element's style, or by a rule of its style sheet."""

from __future__ import annotations

import re
from typing import Any

_PRINT = re.compile(r"@media[^{]*print[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", re.IGNORECASE)
_RULE = re.compile(r"(?<![^{}])([^{}]{1,2000})\{([^{}]{0,5000})\}")
_COMMENT = re.compile(r"/\*.{0,5000}?\*/", re.DOTALL)
_HIDING = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?\s*(?:[;!]|$)"
    r"|font-size\s*:\s*[0-2](?:\.\d+)?\s*(?:px|pt)|font-size\s*:\s*0\s*(?:[;!]|$|%|r?em)"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}\s*(?:px|em|pt)"
    r"|clip\s*:\s*rect\(\s*[01](?:px)?[ ,]+[01](?:px)?)",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"(?:^|[;\s])color\s*:\s*([^;!]+)", re.IGNORECASE)
_GROUND = re.compile(r"(?:^|[;\s])background(?:-color|-image)?\s*:\s*([^;!]+)", re.IGNORECASE)
_WHITE = re.compile(
    r"^(?:white|#fff(?:fff)?|#fefefe|rgba?\(\s*255\s*,\s*255\s*,\s*255[^)]*\)|transparent|rgba\([^)]*,\s*0\s*\))$", re.I
)
_SHIFT = re.compile(r"(?:^|[;\s])vertical-align\s*:\s*(super|sub)\b", re.IGNORECASE)
_MOVED = re.compile(r"(?:^|[;\s])top\s*:\s*(-)?0?\.[2-9]\d*em", re.IGNORECASE)
_BOLD = re.compile(r"(?:^|[;\s])font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_CLASSES = frozenset(
    ("sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "katex-html", "mjx-assistive")
)
_SIMPLE = re.compile(r"^([a-z][a-z0-9]*)?(?:([.#])([\w-]+))?$", re.IGNORECASE)


class Hiding:
    """Says of each element of one page whether a reader sees it."""

    def __init__(self, sheets: str) -> None:
        """`sheets` is the text of the page's style sheets; of their rules only those for one tag, class or id count."""
        self._rules: dict[tuple[str, str, str], str] = {}
        for selectors, body in _RULE.findall(_PRINT.sub("", _COMMENT.sub("", sheets))):
            for selector in selectors.split(","):
                if match := _SIMPLE.match(selector.strip()):
                    key = ((match[1] or "").lower(), match[2] or "", match[3] or "")
                    self._rules[key] = f"{self._rules.get(key, '')};{body}"

    def hides(self, element: Any) -> bool:
        """True for an element that no reader sees."""
        if element.get("hidden") is not None and element.get("hidden") != "until-found":
            return True
        if _CLASSES & set((element.get("class") or "").split()):
            return True
        style = self._style(element)
        if not style:
            return False
        return bool(_HIDING.search(style)) or (self._is_white(style) and not self._has_ground(element))

    def _style(self, element: Any) -> str:
        tag = str(element.tag).lower()
        keys = [(tag, "", "")]
        for mark, names in ((".", (element.get("class") or "").split()), ("#", [element.get("id") or ""])):
            keys += [key for name in names if name for key in (("", mark, name), (tag, mark, name))]
        held = [self._rules[key] for key in keys if key in self._rules]
        if tag == "font" and element.get("color"):
            held.append(f"color: {element.get('color')}")
        return ";".join([*held, element.get("style") or ""]).strip(";")

    def shift(self, element: Any) -> str:
        """ "super" or "sub" for what a style sets above or below the line, else ""."""
        style = self._style(element)
        if found := _SHIFT.search(style):
            return found[1].lower()
        moved = _MOVED.search(style) if "relative" in style else None
        return "" if moved is None else ("super" if moved[1] else "sub")

    def is_bold(self, element: Any) -> bool:
        """True for an element whose letters are bold."""
        return element.tag in ("b", "strong") or _BOLD.search(self._style(element)) is not None

    def _is_white(self, style: str) -> bool:
        found = _COLOUR.findall(style)
        return bool(found) and _WHITE.match(found[-1].strip()) is not None

    def _has_ground(self, element: Any) -> bool:
        """True where the element or one around it has a ground that may be dark."""
        while element is not None:
            found = _GROUND.findall(self._style(element))
            if element.get("bgcolor") or (found and not _WHITE.match(found[-1].strip())):
                return True
            element = element.getparent()
        return False
