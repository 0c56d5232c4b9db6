"""The five awkward files of the third course say what their texts say, and nothing of what they hide."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from evaluation.third_course.__main__ import DOCUMENTS, make
from evaluation.third_course.blocks import bare, sentences_of
from tests.knowledge.documents.making import read, said

REMARKS = {
    "paper.pdf": ("hidden text was left out (page 2)",),
    "slides.pptx": ("slide 10 is hidden and was left out",),
    "notebook.ipynb": ("1 picture was not read",),
    "handout.docx": ("hidden text was left out", "1 comment was left out"),
    "rios.pdf": ("hidden text was left out (page 5)",),
}


@pytest.mark.parametrize("name", REMARKS)
def test_a_file_says_what_its_text_says_and_no_more(name: str) -> None:
    path = DOCUMENTS / name
    assert Counter(map(bare, said(path))) == Counter(map(bare, sentences_of(path.stem)))
    assert read(path).remarks == REMARKS[name]


def test_equations_are_read_where_they_stand() -> None:
    told = [text for name in ("handout.docx", "notebook.ipynb") for text in said(DOCUMENTS / name) if "$$" in text]
    assert [text.partition("$$")[2].strip(" $") for text in told] == [
        "P=E+Q+ΔS",
        r"{ET}_0=0.0023(T+17.8)\sqrt{T_{\max}-T_{\min}}R_a",
        "{ET}_c=K_c{ET}_0",
        r"Q=\frac{{(P-0.2S)}^2}{P+0.8S}",
        r"f(t) = f_c + (f_0 - f_c) \exp(-k t)",
        r"Q = K A \frac{\Delta h}{L}",
    ]


def test_the_files_are_those_that_the_script_makes(tmp_path: Path) -> None:
    for path in make(tmp_path):
        assert said(path) == said(DOCUMENTS / path.name), path.name
