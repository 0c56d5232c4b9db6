"""Every kind of panel in the terminal, at any size, and as a picture."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, RenderableType

from demos.runtime import pictures as png
from demos.runtime.contract import (
    Bars,
    Curve,
    Edge,
    Frame,
    Heatmap,
    Image,
    Network,
    Node,
    Panel,
    Region,
    Scatter,
    Series,
    Table,
    Text,
    Tokens,
)
from tutor.tui import render
from tutor.tui.grid import Grid, shorten, wrap

GREY = tuple(tuple((x + y) / 14 for x in range(8)) for y in range(8))
PANELS: dict[str, Panel] = {
    "curve": Curve(
        title="loss", series=(Series(name="a", x=(0, 1, 2), y=(3, -1, 2)), Series(name="b", x=(1,), y=(0,)))
    ),
    "scatter": Scatter(
        title="points",
        groups=(Series(name="up", x=(0, 1), y=(0, 1)), Series(name="down", x=(1, 50), y=(0, 50))),
        lines=(Series(name="rule", x=(-1, 2), y=(2, -1)),),
        region=Region(values=((1, -1), (-1, 1)), x_range=(-1, 2), y_range=(-1, 2)),
        x_range=(-1, 2),
        y_range=(-1, 2),
    ),
    "heatmap": Heatmap(title="matrix", values=((0.1, -0.95), (12, 0)), rows=("one", "two"), columns=("a", "b")),
    "big heatmap": Heatmap(title="matrix", values=tuple(tuple(range(i, i + 70)) for i in range(70))),
    "bars": Bars(title="bars", labels=("more", "less", "a label that is too long for any row"), values=(3, -2, 0.5)),
    "table": Table(
        title="rows", columns=("n", "word"), rows=tuple((str(i), "w" * i) for i in range(40)), highlight=(35,)
    ),
    "network": Network(
        title="net",
        nodes=(Node(id="a", label="input", x=0, y=0), Node(id="b", label="out", x=1, y=1, value=-1)),
        edges=(Edge(source="a", target="b", weight=0.5, label="w=0.5"), Edge(source="a", target="gone")),
    ),
    "image": Image(title="grey", pixels=GREY, label="a gradient"),
    "colour image": Image(title="colour", channels=(GREY, GREY[::-1], GREY)),
    "tokens": Tokens(title="words", tokens=("the", "猫", "", "sat" * 30), weights=(0.1, 1, 0.5, 0), marked=(1,)),
    "bare tokens": Tokens(title="words", tokens=("a",) * 200),
    "text": Text(title="words", text="Plain words.\n" * 30),
    "empty curve": Curve(title="", series=()),
    "empty scatter": Scatter(title="", groups=()),
    "empty heatmap": Heatmap(title="", values=()),
    "empty bars": Bars(title="", labels=(), values=()),
    "empty table": Table(title="", columns=(), rows=()),
    "empty network": Network(title="", nodes=(), edges=()),
    "empty image": Image(title=""),
    "flat curve": Curve(title="", series=(Series(name="", x=(1, 1), y=(1e308, 1e308)),)),
    "steep curve": Curve(title="", series=(Series(name="", x=(-1e308, 1e308), y=(-1e308, 1e308)),)),
}

DRAWABLE = {name: panel for name, panel in PANELS.items() if name not in ("flat curve", "steep curve")}
"""Matplotlib's axes end before the largest numbers, so it is spared those."""

each_panel = pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)


def lines_of(drawing: RenderableType, width: int = 400) -> list[str]:
    console = Console(width=width, color_system="truecolor", force_terminal=True)
    lines = console.render_lines(drawing, console.options.update(width=width), pad=False)
    return ["".join(segment.text for segment in line) for line in lines]


@each_panel
@pytest.mark.parametrize("size", [(80, 20), (29, 11), (20, 6), (5, 3), (1, 1), (0, 0), (200, 60)])
@pytest.mark.parametrize("title", [True, False])
def test_a_panel_fills_its_cells_and_no_more(panel: Panel, size: tuple[int, int], title: bool) -> None:
    width, height = size
    lines = [line for line in lines_of(render.panel(panel, width, height, title=title)) if line]
    assert len(lines) == (height if width else 0)
    assert {cell_len(line) for line in lines} <= {width}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 130), st.integers(0, 45), st.lists(st.sampled_from(list(PANELS.values())), max_size=6), st.text())
def test_a_frame_fits_any_terminal(width: int, height: int, panels: list[Panel], caption: str) -> None:
    frame = Frame(caption=caption or "x", progress=0.3, metrics={"loss": 0.25, caption: 1}, panels=tuple(panels))
    lines = [line for line in lines_of(render.frame(frame, width, height)) if line]
    assert len(lines) == (height if width else 0)
    assert {cell_len(line) for line in lines} <= {width}


@pytest.mark.parametrize("panel", DRAWABLE.values(), ids=DRAWABLE)
def test_a_panel_is_a_picture(panel: Panel) -> None:
    frame = Frame(caption="Look at $x$ and _y_.", progress=1, metrics={"a": 1}, panels=(panel,))
    assert png.frame_png(frame).startswith(b"\x89PNG")


def test_numbers_and_names_are_there_to_read() -> None:
    text = "\n".join(lines_of(render.panel(PANELS["heatmap"], 40, 6)))
    assert all(word in text for word in ("one", "two", "a", "b", "0.10", "-0.95", "12.00"))
    text = "\n".join(lines_of(render.panel(PANELS["bars"], 40, 6)))
    assert all(word in text for word in ("more", "-2", "0.5", "█"))
    text = "\n".join(lines_of(render.panel(PANELS["network"], 40, 10)))
    assert all(word in text for word in ("input", "out", "w=0.5"))
    text = "\n".join(lines_of(render.panel(PANELS["table"], 40, 6)))
    assert "35" in text and "40 rows in all" in text


def test_labels_of_a_net_make_room_for_each_other() -> None:
    names = ("feathers", "mammal", "tiger", "hooves")
    nodes = tuple(Node(id=name, label=name, x=0.3 * place, y=0.5) for place, name in enumerate(names))
    text = "\n".join(lines_of(render.panel(Network(title="net", nodes=nodes, edges=()), 40, 8)))
    assert all(name in text for name in names)


def test_a_long_caption_ends_in_an_ellipsis_when_it_must() -> None:
    frame = Frame(caption="word " * 400, progress=0)
    lines = lines_of(render.frame(frame, 60, 18))
    assert any(line.rstrip().endswith("…") for line in lines)


def test_no_control_sequence_is_drawn() -> None:
    bad = "a\x1b[31mb\x07c\x9bd\u202ee"
    frame = Frame(
        caption=bad,
        progress=0,
        panels=(
            Tokens(title=bad, tokens=(bad,), weights=(0.5,)),
            Table(title=bad, columns=(bad,), rows=((bad,),)),
            Network(title=bad, nodes=(Node(id="n", label=bad, x=0.5, y=0.5),), edges=()),
            Bars(title=bad, labels=(bad,), values=(1,)),
        ),
    )
    text = "".join(lines_of(render.frame(frame, 100, 30)))
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)


def test_pictures_are_written_in_order(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path)) / "new"
    frames = [Frame(caption=f"frame {i}", progress=i) for i in range(2)]
    assert [path.name for path in png.write(frames, folder)] == ["frame-0000.png", "frame-0001.png"]
    assert all(path.stat().st_size > 0 for path in folder.iterdir())


@given(st.text(), st.integers(1, 60))
def test_wrapped_lines_and_shortened_words_keep_their_width(text: str, width: int) -> None:
    assert all(cell_len(line) <= max(width, 2) for line in wrap(text, width))
    assert cell_len(shorten(text, width)) <= width


def test_a_wide_letter_is_cut_whole() -> None:
    grid = Grid(3, 1)
    grid.put(0, 0, "猫犬")
    assert lines_of(grid)[0] == "猫 "


@pytest.mark.parametrize("panel", [PANELS["heatmap"], PANELS["big heatmap"], PANELS["tokens"]], ids=lambda p: p.kind)
def test_what_is_nothing_does_not_glare_on_a_dark_screen(panel: Panel) -> None:
    """The palest paper of a drawing is much darker on a dark screen than on a light one."""

    def brightest(dark: bool) -> int:
        console = Console(width=200, color_system="truecolor", force_terminal=True)
        lines = console.render_lines(
            render.panel(panel, 60, 12, dark=dark), console.options.update(width=60, height=12)
        )
        papers = [
            segment.style.bgcolor for line in lines for segment in line if segment.style and segment.style.bgcolor
        ]
        return max(min(paper.triplet) for paper in papers if paper.triplet is not None)

    assert brightest(dark=False) > 200 > 120 > brightest(dark=True)


def test_a_matrix_has_all_of_its_numbers_or_none() -> None:
    """Where a number does not fit its cell, the whole matrix is told by colour alone."""
    wide = Heatmap(title="", values=((0.12, 2.0), (-0.34, 1.0)))
    assert sum(char.isdigit() for line in lines_of(render.panel(wide, 12, 4)) for char in line) >= 8
    narrow = Heatmap(title="", values=tuple((-0.34, 2.0) * 6 for _ in range(3)))
    assert not any(char.isdigit() for line in lines_of(render.panel(narrow, 36, 4)) for char in line)
