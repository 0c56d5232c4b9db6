"""Web pages: what a reader sees of them, in plain HTML of any encoding."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.knowledge.documents.making import read, said

PAGES = {
    "spans": (
        "<table><tr><th>Area<th>Crop<th>Tons<tr><td rowspan=2>South<td>Maize<td>12<tr><td>Rice<td>7</table>",
        ["Area South; Crop Maize; Tons 12.", "Area South; Crop Rice; Tons 7."],
    ),
    "two rows of heads": (
        "<table><thead><tr><th colspan=2>Size<tr><th>Long<th>Wide</thead><tr><td>3 m<td>4 m</table>",
        ["Size Long 3 m; Size Wide 4 m."],
    ),
    "heads that nobody named": ("<table><tr><td>Adam<td>averages<tr><td>SGD<td>plain</table>",
                                ["Adam; averages.", "SGD; plain."]),
    "a table that only places": ("<table><tr><td><h2>News</h2><p>It rained.</table>", ["It rained."]),
    "raised and lowered": ("<p>A square is x<sup>2</sup>, water H<sub>2</sub>O, n<sup>k+1</sup> more.",
                           ["A square is x², water H₂O, n^(k+1) more."]),
    "the mark of a footnote": ('<p>Salt was money<sup><a href="#f">1</a></sup> in Rome.', ["Salt was money in Rome."]),
    "details": ("<details><summary>Hint</summary>It has 7 legs.</details>", ["Hint.", "It has 7 legs."]),
    "what is not text": ("<script>x()</script><style>p{}</style><nav>Home</nav><p>Rain falls.", ["Rain falls."]),
    "struck out": ("<p>It has <del>six</del> <ins>eight</ins> legs.", ["It has eight legs."]),
    "paragraphs without ends": ("<p>One is here.<p>Two is there.<li>Three",
                                ["One is here.", "Two is there.", "Three."]),
    "broken lines of a sentence": ("<p>The bridge was built by Ana<br>Pinto in 1931.",
                                   ["The bridge was built by Ana Pinto in 1931."]),
    "broken lines of a list": ("<p>Bread and salt<br>Milk", ["Bread and salt", "Milk"]),
    "terms": ("<dl><dt>Acid</dt><dd>gives protons</dd></dl>", ["Acid: gives protons."]),
    "no Markdown": ("<p>5 * 3 * 2 = 30 and _a_ # b", ["5 * 3 * 2 = 30 and _a_ # b"]),
    "MathML": ("<p>Then <math><msup><mi>e</mi><mi>x</mi></msup><mo>≥</mo><mn>0</mn></math> holds.",
               [r"Then $e^x\geq 0$ holds."]),
    "KaTeX": (
        '<p>Then <span class="katex"><span class="katex-mathml"><math><semantics><mrow><mi>a</mi></mrow><annotation '
        r'encoding="application/x-tex">a_1 \le b</annotation></semantics></math></span><span class="katex-html" '
        'aria-hidden="true">a1≤b</span></span> holds.',
        [r"Then $a_1 \le b$ holds."],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "sentences"), PAGES.values(), ids=PAGES)
def test_a_page_says_what_it_shows(tmp_path: Path, source: str, sentences: list[str]) -> None:
    path = tmp_path / "a.html"
    path.write_text(source, encoding="utf-8")
    assert said(path) == sentences


HIDDEN = (
    "<p hidden>Secret.", "<p style='display: none'>Secret.", "<div style='visibility:hidden'><b>Secret.</b></div>",
    "<p style='font-size:0'>Secret.", "<p style='color:#fff'>Secret.", "<font color='white'>Secret.</font>",
    "<p style='position:absolute;left:-9999px'>Secret.", "<p style='opacity:0'>Secret.",
    "<style>.x, p.y { display : none }</style><p class='x'>Secret.</p><p class=y>Secret.",
    "<span class='sr-only'>Secret.</span>",
)  # fmt: skip


@pytest.mark.parametrize("hidden", HIDDEN)
def test_what_a_page_hides_is_left_out_and_said(tmp_path: Path, hidden: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<p>It dates from 1957.</p>{hidden}", encoding="utf-8")
    document = read(path)
    assert document.passages[0].text == "It dates from 1957."
    assert document.remarks == ("hidden text was left out",)


@pytest.mark.parametrize("shown", [
    "<p style='color:#fff;background:#003'>White on blue.",
    "<div bgcolor=black><p style='color:white'>White on black.</div>",
    "<style>@media print { p { display: none } }</style><p>Not on paper.",
])  # fmt: skip
def test_what_a_page_shows_is_not_taken_for_hidden(tmp_path: Path, shown: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(shown, encoding="utf-8")
    assert read(path).remarks == ()


@pytest.mark.parametrize(
    ("coding", "head"),
    [
        ("latin-1", "<meta charset=iso-8859-1>"),
        ("cp1252", "<meta http-equiv=x content='text/html; charset=windows-1252'>"),
        ("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ""), ("latin-1", ""), ("utf-8", "<meta charset='no such thing'>"),
        ("utf-8", "<?xml version='1.0' encoding='UTF-8'?>"),
    ],
)  # fmt: skip
def test_a_page_is_read_in_its_encoding(tmp_path: Path, coding: str, head: str) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(f"{head}<p>El ñandú recibió señales eléctricas.".encode(coding))
    assert said(path) == ["El ñandú recibió señales eléctricas."]
