"""Pictures for print: boards keep their lines, no two groups look alike, a class stands on its own colour."""

from __future__ import annotations

import pytest

from demos.runtime import catalogue
from demos.runtime import charts as png
from demos.runtime.charts import COLOURS, look
from demos.runtime.contract import Bars, Curve, Edge, Frame, Heatmap, Network, Node, Panel, Scatter, Series, Text
from demos.runtime.pictures import frame_png


def drawn(panel: Panel, columns: int = 1) -> tuple[object, list[str]]:
    """The axes that a panel is drawn on, the first of so many side by side, and the texts on them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(figure.add_gridspec(1, columns)[0, 0])
    png.draw(axes, panel)
    legend = axes.get_legend()
    return axes, [each.get_text() for each in (*axes.texts, *(legend.get_texts() if legend else ()))]


def test_a_board_keeps_its_lines() -> None:
    _, texts = drawn(Text(title="", text="X . O\n. X .\nO . ."))
    assert texts == ["X . O\n. X .\nO . ."]


def test_long_lines_of_a_text_are_wrapped() -> None:
    _, texts = drawn(Text(title="", text="word " * 40))
    assert max(map(len, texts[0].split("\n"))) <= 60


@pytest.mark.parametrize("columns", [2, 3])
def test_a_text_beside_others_stays_within_its_panel(columns: int) -> None:
    axes, texts = drawn(Text(title="", text="word " * 40), columns)
    size = axes.texts[0].get_fontsize()  # type: ignore[attr-defined]
    assert max(map(len, texts[0].split("\n"))) * size * png.MONO_WIDTH <= png.WIDTH / columns


def test_names_beside_a_matrix_are_whole() -> None:
    names = ("compuerta de entrada", "compuerta de olvido")
    axes, _ = drawn(Heatmap(title="", values=((0.0, 1.0), (1.0, 0.0)), rows=names))
    assert tuple(label.get_text() for label in axes.get_yticklabels()) == names  # type: ignore[attr-defined]


def test_an_axis_whose_columns_have_no_names_counts_them_from_one() -> None:
    axes, _ = drawn(Heatmap(title="", values=((0.0,) * 32,), column_label="slot", show_values=False))
    assert [label.get_text() for label in axes.get_xticklabels()][:3] == ["1", "4", "8"]  # type: ignore[attr-defined]
    assert list(axes.get_xticks())[:3] == [0, 3, 7]  # type: ignore[attr-defined]


def test_numbers_at_bars_have_room_beyond_the_range() -> None:
    axes, texts = drawn(Bars(title="", labels=("a", "b"), values=(1.0, 0.5), value_range=(0, 1)))
    assert texts == ["1", "0.5"] and axes.get_xlim()[1] > 1.1  # type: ignore[attr-defined]


def test_counts_have_whole_ticks_and_shares_have_not() -> None:
    def ticks(y: tuple[float, ...]) -> list[float]:
        axes, _ = drawn(Curve(title="", series=(Series(name="y", x=(1, 2, 3), y=y),)))
        return list(axes.get_yticks())  # type: ignore[attr-defined]

    assert all(tick == int(tick) for tick in ticks((2.0, 2.0, 0.0)))
    assert any(tick != int(tick) for tick in ticks((0.0, 0.0, 1.0)))


def test_a_diagram_beside_three_matrices_has_the_whole_height() -> None:
    from matplotlib.figure import Figure

    from demos.runtime.pictures import _places

    nodes = tuple(Node(id=name, label=name, x=0.5, y=y) for name, y in (("a", 0.0), ("b", 1.0)))
    diagram = Network(title="", nodes=nodes, edges=(Edge(source="a", target="b"),))
    matrix = Heatmap(title="", values=((0.0, 1.0),))
    panels = (diagram, matrix, matrix, matrix)
    first, *others = (place for _, place in _places(Figure(), panels))
    assert len(first.rowspan) == 3 and [len(place.rowspan) for place in others] == [1, 1, 1]
    assert frame_png(Frame(caption="A block.", progress=0, panels=panels)).startswith(b"\x89PNG")


def test_no_two_groups_look_alike() -> None:
    assert len({look(index) for index in range(16)}) == 16


def test_lines_are_told_apart_and_named() -> None:
    line = {"x": (0.0, 1.0), "y": (0.0, 1.0)}
    axes, texts = drawn(
        Scatter(title="", groups=(), lines=(Series(name="true", **line), Series(name="network", **line)))
    )
    assert texts == ["true", "network"]
    assert len({each.get_linestyle() for each in axes.get_lines()}) == 2  # type: ignore[attr-defined]


def test_the_positive_side_of_a_region_has_the_first_group_s_colour() -> None:
    from matplotlib.colors import to_rgb

    assert png.sides()(1.0)[:3] == pytest.approx(to_rgb(COLOURS[0]), abs=0.01)
    assert png.sides()(0.0)[:3] == pytest.approx(to_rgb(COLOURS[1]), abs=0.01)


def test_large_metrics_are_written_out() -> None:
    assert png.figure(85584) == "85,584" and png.figure(0.12345) == "0.1235"


@pytest.mark.parametrize(
    ("name", "values"),
    [("perceptron", {"data": "and"}), ("delta_rule", {}), ("backpropagation", {}), ("mcculloch_pitts", {"gate": "or"})],
)
def test_a_class_stands_on_its_own_colour(name: str, values: dict[str, str]) -> None:
    """Where all points are right, the first group lies where the region is positive, the second where it is not."""
    demo = catalogue.load(name)
    last: Frame = list(demo.steps(demo.parse(values)))[-1]
    panel = next(panel for panel in last.panels if isinstance(panel, Scatter))
    assert panel.region
    first, second = ([value_at(panel, x, y) for x, y in zip(g.x, g.y, strict=True)] for g in panel.groups[:2])
    assert min(first) > 0 > max(second)


def value_at(panel: Scatter, x: float, y: float) -> float:
    """The region's value in the cell of a point."""
    assert panel.region
    values, (x0, x1), (y0, y1) = panel.region.values, panel.region.x_range, panel.region.y_range
    row = min(len(values) - 1, int((y - y0) / (y1 - y0) * len(values)))
    return values[row][min(len(values[0]) - 1, int((x - x0) / (x1 - x0) * len(values[0])))]
