"""What Office draws within documents and slides: charts by their data, SmartArt by its texts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from knowledge.documents.characters import flat
from knowledge.documents.units import Unit, item, prose, rows

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DAY = datetime(1899, 12, 30)
_DATES = frozenset("ymd")


def alternatives(element: Any) -> Iterator[Any]:
    """The children of an `mc:AlternateContent` that a current program shows: the first choice, else the fallback."""
    choice = element.find(MC + "Choice")
    shown = choice if choice is not None and len(choice) else element.find(MC + "Fallback")
    yield from () if shown is None else shown


def chart_units(root: Any) -> list[Unit]:
    """A chart as its title and one row for each category: what each series holds there."""
    title = root.find(f"{C}chart/{C}title")
    found = prose(" ".join(text.text or "" for text in title.iter(A + "t"))) if title is not None else []
    series = [(_name(one), _column(one, "cat", "xVal"), _column(one, "val", "yVal")) for one in root.iter(C + "ser")]
    places = sorted({place for _, _, values in series for place in values})
    categories: dict[int, str] = {}
    for _, names, _ in reversed(series):
        categories.update(names)
    head = [_axis(root), *(name for name, _, _ in series)]
    body = [[categories.get(place, ""), *(values.get(place, "") for _, _, values in series)] for place in places]
    return found + rows([head, *body], headed=True)


def _name(series: Any) -> str:
    text = series.find(C + "tx")
    return flat(" ".join(value.text or "" for value in text.iter(C + "v"))) if text is not None else ""


def _axis(root: Any) -> str:
    """The name of the categories' axis."""
    for kind in ("catAx", "dateAx"):
        for title in root.iter(C + kind):
            found = title.find(C + "title")
            if found is not None:
                return flat(" ".join(text.text or "" for text in found.iter(A + "t")))
    return ""


def _column(series: Any, *names: str) -> dict[int, str]:
    """The values of a series by their place."""
    column = next((found for name in names if (found := series.find(C + name)) is not None), None)
    if column is None:
        return {}
    form = next((code.text or "" for code in column.iter(C + "formatCode")), "")
    values: dict[int, str] = {}
    for point in column.iter(C + "pt"):
        value = point.find(C + "v")
        if value is not None and (point.get("idx") or "").isdigit():
            held = values.get(int(point.get("idx")))
            said = _shown(flat(value.text or ""), form)
            values[int(point.get("idx"))] = f"{said} {held}" if held else said  # categories of several levels
    return values


def _shown(value: str, form: str) -> str:
    """A number as its format shows it, where that changes what is read."""
    try:
        number = float(value)
    except ValueError:
        return value
    if "%" in form:
        return f"{number * 100:.10g}%"
    if form.lower() != "general" and _DATES & set(form.lower().replace("red", "")) and 1 < number < 2_958_466:
        return f"{_DAY + timedelta(days=number):%Y-%m-%d}"
    return f"{number:.10g}" if "." in value and len(value) > 12 else value


def smartart_units(root: Any) -> list[Unit]:
    """The texts of a SmartArt, each followed by those below it."""
    texts, order, tops = {}, dict[str, list[tuple[int, str]]](), list[str]()
    for point in root.iter(DGM + "pt"):
        if point.get("type", "node") in ("node", "asst", "doc"):
            body = point.find(DGM + "t")
            said = [] if body is None else [_paragraph(part) for part in body.iter(A + "p")]
            texts[point.get("modelId", "")] = " ".join(filter(None, said))
            if point.get("type") == "doc":
                tops.append(point.get("modelId", ""))
    for link in root.iter(DGM + "cxn"):
        if link.get("type", "parOf") == "parOf":
            place = int(link.get("srcOrd") or 0)
            order.setdefault(link.get("srcId", ""), []).append((place, link.get("destId", "")))
    found: list[Unit] = []
    waiting, seen = tops[::-1], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            found += item(texts.get(name, ""))
            waiting += [child for _, child in sorted(order.get(name, ()), reverse=True)]
    return found + [unit for name, text in texts.items() if name not in seen for unit in item(text)]


def _paragraph(element: Any) -> str:
    return flat("".join(text.text or "" for text in element.iter(A + "t")))
