"""The shapes of a slide with their places, those in groups too, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.documents.formats.drawings import MC, A, alternatives
from knowledge.documents.formats.package import Package
from knowledge.documents.layout.runs import Box

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_NOWHERE = Box(0, 0, 0, 0)
_SHAPES = frozenset(P + name for name in ("sp", "pic", "graphicFrame", "contentPart"))


@dataclass(frozen=True, slots=True)
class Deck:
    """The size of a presentation's slides, in its own units (914,400 an inch)."""

    width: int = 12_192_000
    height: int = 6_858_000

    @classmethod
    def of(cls, root: Any) -> Deck:
        """What a presentation says of its slides."""
        size = root.find(P + "sldSz")
        return cls() if size is None else cls(int(size.get("cx", 0)) or 1, int(size.get("cy", 0)) or 1)


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape, its box, what it is a placeholder for, and whether something dark may be behind its text."""

    element: Any
    box: Box
    placeholder: str = ""
    on_ground: bool = False
    is_placed: bool = True

    def is_seen(self, deck: Deck) -> bool:
        """False for a shape that is switched off or lies wholly outside of the slide."""
        look = next((child for child in self.element if child.tag.startswith(P + "nv")), None)
        named = None if look is None else look.find(P + "cNvPr")
        if named is not None and named.get("hidden") in ("1", "true"):
            return False
        box = self.box
        return not self.is_placed or (box.x1 >= 0 and box.y1 >= 0 and box.x0 <= deck.width and box.y0 <= deck.height)


@dataclass(frozen=True, slots=True)
class _Frame:
    """How a group places what is in it."""

    dx: float = 0.0
    dy: float = 0.0
    sx: float = 1.0
    sy: float = 1.0

    def box(self, x: float, y: float, width: float, height: float) -> Box:
        x0, y0 = self.dx + x * self.sx, self.dy + y * self.sy
        return Box(x0, y0, x0 + width * self.sx, y0 + height * self.sy)


def shapes_of(package: Package, name: str, root: Any) -> list[Shape]:
    """The shapes of a slide in the order in which they are drawn."""
    tree = root.find(f"{P}cSld/{P}spTree")
    if tree is None:
        return []
    inherited = _inherited(package, name)
    found: list[Shape] = []
    is_dark = _has_dark_ground(package, name, root)
    for element, frame in _walk(tree, _Frame()):
        placeholder = element.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
        kind = "" if placeholder is None else placeholder.get("type", "body")
        box = _place(element, frame)
        if box is None and placeholder is not None:
            box = inherited.get(("idx", placeholder.get("idx", ""))) or inherited.get(("type", kind))
        placed = box or _NOWHERE
        ground = is_dark or _is_filled(element) or any(_covers(shape, placed) for shape in found)
        found.append(Shape(element, placed, kind, ground, box is not None))
    return found


def _walk(tree: Any, frame: _Frame) -> Iterator[tuple[Any, _Frame]]:
    for element in tree:
        if element.tag in _SHAPES:
            yield element, frame
        elif element.tag == P + "grpSp":
            yield from _walk(element, _inner(element, frame))
        elif element.tag == MC + "AlternateContent":
            for shown in alternatives(element):
                if shown.tag == P + "grpSp":
                    yield from _walk(shown, _inner(shown, frame))
                elif shown.tag in _SHAPES:
                    yield shown, frame


def _numbers(element: Any, *names: str) -> list[float]:
    return [float(element.get(name) or 0) for name in names]


def _transform(element: Any) -> Any:
    for path in (f"{P}spPr/{A}xfrm", f"{P}xfrm", f"{P}grpSpPr/{A}xfrm"):
        if (found := element.find(path)) is not None and found.find(A + "off") is not None:
            return found
    return None


def _place(element: Any, frame: _Frame) -> Box | None:
    found = _transform(element)
    if found is None or found.find(A + "ext") is None:
        return None
    return frame.box(*_numbers(found.find(A + "off"), "x", "y"), *_numbers(found.find(A + "ext"), "cx", "cy"))


def _inner(group: Any, frame: _Frame) -> _Frame:
    """The frame of what is in a group."""
    found = _transform(group)
    if found is None or found.find(A + "chOff") is None or found.find(A + "chExt") is None:
        return frame
    outer = frame.box(*_numbers(found.find(A + "off"), "x", "y"), *_numbers(found.find(A + "ext"), "cx", "cy"))
    (x, y), (width, height) = _numbers(found.find(A + "chOff"), "x", "y"), _numbers(found.find(A + "chExt"), "cx", "cy")
    sx = outer.width / width if width else frame.sx
    sy = outer.height / height if height else frame.sy
    return _Frame(outer.x0 - x * sx, outer.y0 - y * sy, sx, sy)


def _inherited(package: Package, name: str) -> dict[tuple[str, str], Box]:
    """Where the layout, and the master behind it, place their placeholders."""
    found: dict[tuple[str, str], Box] = {}
    layout = next(package.related(name, "slideLayout"), "")
    master = next(package.related(layout, "slideMaster"), "") if layout else ""
    for part in (master, layout):
        root = package.xml(part) if part else None
        tree = None if root is None else root.find(f"{P}cSld/{P}spTree")
        for element, frame in () if tree is None else _walk(tree, _Frame()):
            placeholder, box = element.find(f"{P}nvSpPr/{P}nvPr/{P}ph"), _place(element, frame)
            if placeholder is not None and box is not None:
                found["type", placeholder.get("type", "body")] = box
                if placeholder.get("idx"):
                    found["idx", placeholder.get("idx")] = box
    return found


_FILLS = ("solidFill", "gradFill", "blipFill", "pattFill")


def _is_filled(element: Any) -> bool:
    """True for a shape with a ground of its own, which may be dark."""
    look = element.find(P + "spPr")
    if look is not None:
        if any(look.find(A + fill) is not None for fill in _FILLS):
            return True
        if look.find(A + "noFill") is not None:
            return False
    style = element.find(f"{P}style/{A}fillRef")
    return element.tag != P + "sp" or (style is not None and style.get("idx", "0") != "0")


def _covers(behind: Shape, box: Box) -> bool:
    """True where a filled shape or a picture lies behind the middle of a box."""
    if behind.element.tag not in (P + "pic", P + "sp") or not _is_filled(behind.element):
        return False
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return behind.box.x0 <= x <= behind.box.x1 and behind.box.y0 <= y <= behind.box.y1


def _has_dark_ground(package: Package, name: str, root: Any) -> bool:
    """True where the slide, its layout or its master may have a ground that is not white."""
    layout = next(package.related(name, "slideLayout"), "")
    master = next(package.related(layout, "slideMaster"), "") if layout else ""
    for part in (root, *(package.xml(part) for part in (layout, master) if part)):
        ground = None if part is None else part.find(f"{P}cSld/{P}bg")
        if ground is not None:
            colours = [colour.get("val", "").lower() for colour in ground.iter(A + "srgbClr", A + "schemeClr")]
            return bool(list(ground.iter(A + "blip", A + "gsLst"))) or not set(colours) <= {"ffffff", "bg1", "lt1"}
    return False


def in_order(shapes: Sequence[Shape]) -> list[Shape]:
    """Shapes from the top down and from left to right, those of one column together."""
    placed = [shape for shape in shapes if shape.is_placed]
    return _cut(placed) + [shape for shape in shapes if not shape.is_placed]


def _cut(shapes: list[Shape]) -> list[Shape]:
    """Cut where a white stripe goes through all of the shapes: level ones first, then upright ones."""
    if len(shapes) < 2:
        return shapes
    for level in (True, False):
        parts = _parts(shapes, level=level)
        if len(parts) > 1:
            return [shape for part in parts for shape in _cut(part)]
    return sorted(shapes, key=lambda shape: (shape.box.y0, shape.box.x0))


def _parts(shapes: Sequence[Shape], *, level: bool) -> list[list[Shape]]:
    found: list[list[Shape]] = []
    reach = 0.0
    for shape in sorted(shapes, key=lambda shape: shape.box.y0 if level else shape.box.x0):
        box = shape.box
        start, end = (box.y0, box.y1) if level else (box.x0, box.x1)
        overlap = 0.1 * (end - start)  # boxes are larger than their text
        if not found or start + overlap >= reach:
            found.append([])
        found[-1].append(shape)
        reach = max(reach, end - overlap)
    return found
