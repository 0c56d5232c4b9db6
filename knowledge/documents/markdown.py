"""Markdown read as a list of units: headings, sentences, list items, table rows and formulas."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from knowledge.documents.units import Kind, Unit
from knowledge.text import sentences


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").use(dollarmath_plugin, double_inline=True)


def front_matter(source: str) -> tuple[dict[str, Any], str]:
    """The YAML head between `---` lines (empty when there is none) and the rest.

    Lines between `---` that are no YAML, or name nothing, are text: the first slide of a deck begins like this too.
    """
    if source.startswith("---\n") and (end := source.find("\n---\n", 3)) > 0:
        try:
            head = yaml.safe_load(source[4:end])
        except Exception:  # YAMLError, and what its constructors raise for a date or a number that is none
            return {}, source
        if isinstance(head, dict):
            return head, source[end + 5 :]
    return {}, source


def units(markdown: str) -> list[Unit]:
    """The document's units in order. Running text is cut into sentences; a table row names its columns."""
    tokens = _parser().parse(markdown)
    found: list[Unit] = []
    columns: list[str] = []
    cells: list[str] = []
    depth = 0
    for index, token in enumerate(tokens):
        match token.type:
            case "heading_open":
                found.append(Unit("heading", _plain(tokens[index + 1]), int(token.tag[1])))
            case "list_item_open":
                depth += 1
            case "list_item_close":
                depth -= 1
            case "inline" if tokens[index - 1].type == "paragraph_open":
                kind: Kind = "item" if depth else "text"
                found += _paragraph(token, kind)
            case "math_block" | "math_block_label":
                found.append(Unit("math", f"$$ {' '.join(token.content.split())} $$"))
            case "fence" | "code_block":
                found.append(Unit("code", token.content.rstrip()))
            case "inline" if tokens[index - 1].type == "th_open":
                columns.append(_plain(token))
            case "inline" if tokens[index - 1].type == "td_open":
                cells.append(_plain(token))
            case "tr_close" if cells:
                pairs = [f"{name} {cell}" if name else cell for name, cell in zip(columns, cells, strict=False)]
                found.append(Unit("row", "; ".join(pairs) + "."))
                cells = []
            case "table_close":
                columns = []
            case _:
                pass
    return found


def _paragraph(token: Token, kind: Kind) -> list[Unit]:
    children = token.children or []
    if len(children) == 1 and children[0].type in ("math_inline_double", "math_block"):
        return [Unit("math", f"$$ {' '.join(children[0].content.split())} $$")]
    return [Unit(kind, sentence, first=place == 0) for place, sentence in enumerate(sentences(_plain(token)))]


def _plain(token: Token) -> str:
    """The inline token's text without emphasis marks; code and formulas keep theirs, links keep their text."""
    parts = []
    for child in token.children or []:
        match child.type:
            case "text" | "text_special" | "html_inline":
                parts.append(child.content)
            case "code_inline":
                parts.append(f"`{child.content}`")
            case "math_inline":
                parts.append(f"${child.content}$")
            case "math_inline_double":
                parts.append(f"$$ {child.content} $$")
            case "softbreak" | "hardbreak":
                parts.append(" ")
            case "image":
                parts.append(f"(image: {child.content})" if child.content else "(image)")
            case _:
                pass
    return "".join(parts).strip()
