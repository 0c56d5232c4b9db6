"""Formulas in Unicode: textbook cases, all of the course's own, prices and code left alone, any text and any chunks."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from knowledge.courses.builtin import FOLDER, read_notes, read_slides
from knowledge.courses.units import read_topics
from tutor.formulas import Formulas, readable, readable_markdown, unicode_of

TEXTBOOK = {
    r"\text{Attention}(\mathbf{Q}, \mathbf{K}, \mathbf{V}) = "
    r"\text{softmax}\left(\frac{\mathbf{Q}\mathbf{K}^T}{\sqrt{d_{keys}}}\right)\mathbf{V}": (
        "Attention(Q, K, V) = softmax(QKᵀ/√d_keys)·V"
    ),
    r"H(p, q) = -\sum_{x} p(x) \log q(x)": "H(p, q) = −Σₓ p(x) log q(x)",
    r"L = -\sum_{i \in M} \ln P(w_i \mid c)": "L = −Σ_(i∈M) ln P(wᵢ | c)",
    r"w_i(t + 1) = w_i(t) + \alpha(d_i - y_i)\, \text{Fact}'(\text{neta})\, x_i": (
        "wᵢ(t + 1) = wᵢ(t) + α(dᵢ − yᵢ) Fact′(neta) xᵢ"
    ),
    r"\sigma(a) = \frac{1}{1 + e^{-a}}": "σ(a) = 1/(1 + e⁻ᵃ)",
    r"f(a)=\begin{cases}a,&a>0\\0,&a\le0\end{cases}": "f(a) = a, a > 0; 0, a ≤ 0",
    r"\sigma(x) = \begin{cases} 1 & \text{if } x \ge 0 \\ 0 & \text{if } x < 0 \end{cases}": (
        "σ(x) = 1 if x ≥ 0; 0 if x < 0"
    ),
    r"f_t = \sigma(W_f \cdot [h_{t-1}, x_t] + b_f)": "fₜ = σ(W_f · [hₜ₋₁, xₜ] + b_f)",
    r"h_t = o_t \cdot \tanh(c_t)": "hₜ = oₜ · tanh(cₜ)",
    r"E = -\frac{1}{2} \sum_{i} \sum_{j \ne i} w_{ij}\, s_i\, s_j": "E = −(1/2) Σᵢ Σ_(j≠i) wᵢⱼ sᵢ sⱼ",
    r"L = \lVert \epsilon - \hat{y}_i \rVert^2": "L = ‖ε − ŷᵢ‖²",
    r"\left.\frac{\partial f}{\partial x}\right|_{x=0} \approx \infty": "∂f/∂x|ₓ₌₀ ≈ ∞",
    r"\nabla_w L, \qquad \min_{\theta} \max(0, a)": "∇_w L,   min_θ max(0, a)",
    r"y = \frac{a + b}{2c} \times \frac{d\, L}{x}": "y = (a + b)/(2c) × d L/x",
    r"R = -\beta \ln \frac{\pi(y)}{\pi_0(y)}": "R = −β ln(π(y)/π₀(y))",
    r"\sqrt{\bar{\alpha}_t}\, x_0 + \sqrt{1 - \bar{\alpha}_t}": "√ᾱₜ x₀ + √(1 − ᾱₜ)",
    r"e^{-\frac{x^2}{2\sigma^2}}": "e^(−x²/(2σ²))",
    r"\text{parameters} = n_{in} \cdot n_{out}": "parameters = n_in · n_out",
    r"t \in \{0, \ldots, V - 1\}": "t ∈ {0, …, V − 1}",
    r"d_{keys}^2 = w^{*}_{ij}": "d_(keys)² = w_(ij)*",
    r"x \in \mathbb{R}^{n \times m}": "x ∈ ℝ^(n×m)",
    r"\frac{df}{dx} = \sqrt[3]{x+1}": "df/dx = ∛(x + 1)",
    r"A \land (A \rightarrow B) \Rightarrow B": "A ∧ (A → B) ⇒ B",
    r"s = \frac{\max_i |w_i|}{2^{b-1} - 1}": "s = (maxᵢ |wᵢ|)/(2ᵇ⁻¹ − 1)",
}
COURSE = sorted(
    {
        formula.strip()
        for text in (
            *(note.body for note in read_notes()),
            *(slide.body for slide in read_slides()),
            *(path.read_text(encoding="utf-8") for path in FOLDER.glob("spanish/*.md")),
            *(line.en for topic in read_topics() for unit in topic.units for line in unit.lines),
        )
        for formula in re.findall(r"\$\$([^$]+)\$\$", text)
    }
)
SAID_AS_WRITTEN = {"max", "min", "arg", "ln", "exp", "sin", "cos", "tanh", "text"}
UNTOUCHED = (
    "It costs $5 to $10.", "From $5-$10, or US$5 and CA$6, or $5/month and $7/year.",
    r"A balance of \$17,545 and \$8.", "Savings $0; checking $638; none.", "`$x$` and ``a $y$ b`` are code.",
    "```\nprice = $x$\n```\n", "$HOME:$PATH is set.",
    "The end is $", "$$", "$$ $$", "An open $$ x", "An open $x", "$ x $", "a_b * c_d", "", "$$a\n\nb", "- one\n- two\n",
)  # fmt: skip
TEXTS = st.text(alphabet="$$$$`\\_^{}|&~%abxy 1.-+=()\n'", max_size=80) | st.text(max_size=60)
COMMANDS = st.lists(
    st.sampled_from(
        r"\frac \sqrt \left \right \text \hat \sum \begin{cases} \end{cases} \\ & { } [ ] ( ) _ ^ | \| \xrightarrow"
        r" \not \mathbb \foo x y 12 + - / , . ' \, \qquad \bar \binom \{ \} % ~ \( \) \tag \ln".split()
    ),
    max_size=25,
)


@pytest.mark.parametrize(("latex", "shown"), TEXTBOOK.items())
def test_textbook_formulas(latex: str, shown: str) -> None:
    assert unicode_of(latex) == shown
    assert readable(f"So $${latex}$$ [1] and ${latex}$.") == f"So {shown} [1] and {shown}."


def test_every_formula_of_the_course_is_readable() -> None:
    assert len(COURSE) > 80
    for formula in COURSE:
        shown = readable(f"$$ {formula} $$")
        braces = r"\{" in formula  # those of a set are a part of it
        assert shown and not set("\\$" if braces else "\\${}") & set(shown), formula
        commands = set(re.findall(r"\\([A-Za-z]{2,})", formula)) - SAID_AS_WRITTEN
        assert not commands & set(re.findall(r"[A-Za-z]+", shown)), shown
        assert "  " not in shown.replace(",   ", ", ").replace(",  ", ", ")


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_is_no_formula_stays(text: str) -> None:
    assert readable(text) == readable_markdown(text) == text


@given(st.text(alphabet=st.characters(blacklist_characters="$"), max_size=80))
def test_text_without_a_dollar_sign_stays(text: str) -> None:
    assert readable(text) == readable_markdown(text) == text


@given(st.text(alphabet="ab é_*\n-.5", max_size=30), st.sampled_from(sorted(TEXTBOOK)), st.text(alphabet="ab é_*\n-.5"))
def test_text_around_a_formula_stays(before: str, formula: str, after: str) -> None:
    assert readable(f"{before}$${formula}$${after}") == f"{before}{TEXTBOOK[formula]}{after}"


@given(TEXTS)
def test_any_text_can_be_shown(text: str) -> None:
    readable(text)
    readable_markdown(text)


@given(COMMANDS)
def test_any_formula_can_be_shown(commands: list[str]) -> None:
    assert "\n" not in unicode_of(" ".join(commands))
    assert "\n" not in unicode_of("".join(commands))


@pytest.mark.parametrize("piece", ["{", r"\frac", r"\sqrt{", "_{", "^", r"\left(", r"\begin{cases}", r"\frac{1}{", "|"])
def test_what_is_nested_too_deep_stays(piece: str) -> None:
    assert isinstance(readable(f"$${piece * (1900 // len(piece))}$$"), str)


@pytest.mark.parametrize("piece", ["$", "$$", "$a$", "$a ", "`` ` ", "$$|a| ", "$$\\frac ", "\\$", "`a", "$$a\n\n"])
def test_the_time_grows_with_the_text_only(piece: str) -> None:
    """A generous bound for hostile text: none of it is searched to its end from each of its signs."""
    text = (piece * 200_000)[:200_000]
    began = time.perf_counter()
    readable(text)
    assert time.perf_counter() - began < 5


@given(TEXTS, st.lists(st.integers(0, 80), max_size=8), st.booleans())
def test_chunks_do_not_matter(text: str, cuts: list[int], markdown: bool) -> None:
    stream, places = Formulas(markdown=markdown), [0, *sorted(cuts), len(text)]
    parts = [stream.feed(text[begin:end]) for begin, end in zip(places, [*places[1:], len(text)], strict=True)]
    whole = (readable_markdown if markdown else readable)(text)
    assert "".join(parts) + stream.flush() == whole


@given(st.sampled_from([*COURSE, *TEXTBOOK, "*a* _b_ `c` <d> [e](f) #g", "-x", "+x", "1) x", "# x", "a.b_c_d*e*"]))
def test_markdown_keeps_the_signs_of_a_formula(formula: str) -> None:
    tokens = MarkdownIt("gfm-like", {"html": False}).parse(readable_markdown(f"$${formula}$$"))
    inline = [token for token in tokens if token.type == "inline"]
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert "".join(child.content for child in inline[0].children or ()) == readable(f"$${formula}$$")


def test_only_an_open_formula_is_held_back() -> None:
    stream = Formulas()
    assert stream.feed("So $$x_") == "So "
    assert stream.feed("i$$ and") == "xᵢ and"
    assert stream.feed(" $$y") == " "
    assert stream.flush() == "$$y"
