"""The course's units: how they are read, and what the lint finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.courses.lint import problems
from knowledge.courses.units import FOLDER, read_topic, read_topics
from knowledge.errors import KnowledgeError

HEAD = """---
id: kiln
title: "Kiln"
title_es: "Horno"
slide: 3
---

"""


def _written(folder: Path, body: str) -> Path:
    path = folder / "kiln.md"
    path.write_text(HEAD + body, encoding="utf-8")
    return path


def test_every_topic_that_is_named_exists() -> None:
    topics = {topic.id: topic for topic in read_topics()}
    notes = {path.stem for path in (FOLDER.parent / "notes").glob("*.md")}
    for topic in topics.values():
        others = {unit.other for unit in topic.units if unit.act == "compare"}
        for name in {*topic.prerequisites, *topic.after, *others}:
            assert name in topics or name in notes, f"{topic.id} names {name}"


def test_a_unit_is_read_with_its_questions_spanish_and_checks(tmp_path: Path) -> None:
    topic = read_topic(
        _written(
            tmp_path, "## define\n? what's a kiln\nA kiln is hot.\n> Un horno es caliente.\n\n## formula\n$$t = 2$$\n"
        )
    )
    unit = topic.unit("define")
    assert unit is not None and unit.asked == ("what's a kiln",)
    assert (unit.lines[0].en, unit.lines[0].said("es")) == ("A kiln is hot.", "Un horno es caliente.")
    formula = topic.unit("formula")
    assert formula is not None and formula.lines[0].kind == "formula"
    assert topic.named("es") == "Horno"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("## define\nA kiln is hot.\n", "no Spanish"),
        ("## define\n> Un horno es caliente.\n", "Spanish without English"),
        ("## recipe\nA kiln is hot.\n> Un horno es caliente.\n", "names no act"),
        ("A kiln is hot.\n## define\n", "before the first heading"),
        ("## mistakes\nWrong: It is cold.\n> Es frío.\n", "do not go together"),
    ],
)
def test_a_broken_form_is_named_with_its_line(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(KnowledgeError, match=r"kiln\.md, line \d+") as caught:
        read_topic(_written(tmp_path, body))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("## why\nA kiln has 3 shelves.\n> Un horno tiene 4 repisas.\n", "other numbers"),
        ("## why\nIt is hot and dry.\n> El horno es caliente.\n", "pronoun"),
        ("## why\nUn horno es caliente y se seca.\n> A kiln is hot and the clay is dry.\n", "wrong language"),
        ("## example\nTwo and two is 4.\n> Dos y dos son 4.\n```check\n2 + 2 == 5\n```\n", "a check fails"),
    ],
)  # fmt: skip
def test_the_lint_finds_what_two_languages_may_not_do(tmp_path: Path, body: str, said: str) -> None:
    assert any(said in found for found in problems(_written(tmp_path, body)))
