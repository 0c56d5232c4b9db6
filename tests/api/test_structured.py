"""A schema is filled from the course, or refused with the property that cannot be: nothing is invented."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from knowledge.courses.units import Topic, read_topics
from tests.api.scripted import PASSAGE, PROVENANCE
from tutor.api.structured import Facts, Form
from tutor.errors import InputError
from tutor.events import Answered, Citation

TOPICS: dict[str, Topic] = {topic.id: topic for topic in read_topics()}
TEXT = "Frank Rosenblatt made the perceptron in 1957. [1] It learns from its mistakes. [1]"
CITED = (Citation(1, PASSAGE, PASSAGE.text),)
TEXTUAL = {"type": "string"}


def _facts(text: str = TEXT, topics: tuple[str, ...] = ("perceptron", "lstm"), count: int | None = None) -> Facts:
    answered = Answered(text, "answered", CITED, PROVENANCE, suggestions=("Why?", "How?"))
    return Facts("Who made the perceptron?", text, answered, count, [TOPICS[name] for name in topics])


def _fill(schema: Any, **facts: Any) -> Any:
    value = json.loads(Form(schema).fill(_facts(**facts)))
    Draft202012Validator(schema).validate(value)
    return value


def _object(required: bool = True, **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": list(properties)} if required else schema


def _list(item: Any, **bounds: int) -> dict[str, Any]:
    return {"type": "array", "items": item, **bounds}


CHOICE = _object(text=TEXTUAL, isCorrect={"type": "boolean"}, feedback=TEXTUAL)


def test_a_quiz_has_the_course_s_own_questions_with_one_right_choice_each() -> None:
    schema = _object(
        title=TEXTUAL, questions=_list(_object(question=TEXTUAL, choices=_list(CHOICE), hints=_list(TEXTUAL)))
    )
    quiz = _fill(schema, count=4)
    assert quiz["title"] == "Perceptron" and len(quiz["questions"]) == 4
    said = {line.en for topic in TOPICS.values() for unit in topic.units for line in unit.lines}
    wrong = {
        line.en for topic in TOPICS.values() for unit in topic.units for line in unit.lines if line.kind == "wrong"
    }
    for question in quiz["questions"]:
        right = [choice for choice in question["choices"] if choice["isCorrect"]]
        assert len(right) == 1 and len(question["choices"]) >= 3
        for choice in question["choices"]:
            assert {choice["text"], choice["feedback"]} <= said
            assert (choice["text"] in wrong) != choice["isCorrect"]
            assert choice["feedback"] not in wrong


@pytest.mark.parametrize(
    ("item", "check"),
    [
        (_object(question=TEXTUAL, options=_list(TEXTUAL), answer_index={"type": "integer", "minimum": 0}),
         lambda one: one["options"][one["answer_index"]]),
        (_object(question=TEXTUAL, options=_list(TEXTUAL), answer=TEXTUAL), lambda one: one["answer"]),
        (_object(stem=TEXTUAL, distractors=_list(TEXTUAL), correct_answer=TEXTUAL), lambda one: one["correct_answer"]),
        (_object(question=TEXTUAL, options=_object(A=TEXTUAL, B=TEXTUAL, C=TEXTUAL),
                 correct={"type": "string", "enum": ["A", "B", "C"]}), lambda one: one["options"][one["correct"]]),
        (_object(question=TEXTUAL, type={"enum": ["open", "multiple_choice"]}, choices=_list(TEXTUAL),
                 correctAnswers=_list(TEXTUAL)), lambda one: one["correctAnswers"][0]),
    ],
)  # fmt: skip
def test_every_way_to_name_the_right_choice_names_it(item: Any, check: Any) -> None:
    right = {line.en for unit in TOPICS["lstm"].units for line in unit.lines if line.kind == "right"}
    for one in _fill(_object(questions=_list(item)), topics=("lstm",), count=2)["questions"]:
        assert check(one) in right


@pytest.mark.parametrize(
    "item",
    [_object(front=TEXTUAL, back=TEXTUAL), _object(term=TEXTUAL, definition=TEXTUAL),
     _object(question=TEXTUAL, answer=TEXTUAL)],
)  # fmt: skip
def test_flashcards_have_both_sides(item: Any) -> None:
    names = list(item["properties"])
    for card in _fill(_object(cards=_list(item)), count=6)["cards"]:
        assert card[names[0]].endswith("?") and card[names[1]].endswith(".")


def test_an_answer_with_its_sources() -> None:
    schema = _object(
        answer=TEXTUAL, year={"type": "integer"}, slide={"type": "integer"}, language={"enum": ["en", "es"]},
        citations=_list(_object(quote=TEXTUAL, slide={"type": "integer"}, title=TEXTUAL)), covered={"type": "boolean"},
        follow_ups=_list(TEXTUAL), tags=_list(TEXTUAL), points=_list(TEXTUAL),
    )  # fmt: skip
    assert _fill(schema) == {
        "answer": TEXT, "year": 1957, "slide": 18, "language": "en", "covered": True, "follow_ups": ["Why?", "How?"],
        "citations": [{"quote": PASSAGE.text, "slide": 18, "title": PASSAGE.title}],
        "tags": [TOPICS[name].title for name in ("perceptron", "lstm")],
        "points": ["Frank Rosenblatt made the perceptron in 1957.", "It learns from its mistakes."],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "left"),
    [
        (_object(confidence={"type": "number"}), "confidence"),
        (_object(answer=TEXTUAL, score={"type": "integer"}), "score"),
        (_object(answer=TEXTUAL, email={"type": "string", "format": "email"}), "email"),
        (_object(answer={"type": "string", "pattern": "^x+$"}), "answer"),
        (_object(answer={"type": "string", "maxLength": 3}), "answer"),
        (_object(year={"type": "integer", "minimum": 2000}), "year"),
        (_object(mood={"type": "string", "enum": ["glad", "sad"]}), "mood"),
        (_object(a=_object(b=_object(flag={"type": "boolean"}))), "a.b.flag"),
        (_object(questions=_list(_object(question=TEXTUAL, options=_list(TEXTUAL)), minItems=40)), "questions"),
        (_object(answer={"$ref": "#/$defs/none"}), "answer"),
        ({"type": "object"}, "the schema"), ({"type": "object", "required": ["x"], "properties": {"answer": {}}}, "x"),
    ],
)  # fmt: skip
def test_what_the_course_does_not_give_is_refused_by_its_name(schema: Any, left: str) -> None:
    with pytest.raises(InputError, match=rf"{left}") as caught:
        Form(schema).fill(_facts())
    assert caught.value.code == "schema_not_filled"


def test_a_quiz_on_what_the_course_has_no_questions_on_is_refused_not_empty() -> None:
    schema = _object(problems=_list(_object(question=TEXTUAL, choices=_list(TEXTUAL))))
    for required in (True, False):
        with pytest.raises(InputError, match="problems"):
            Form({**schema, "required": ["problems"] if required else []}).fill(_facts(topics=()))


@pytest.mark.parametrize(
    "year",
    [
        {"anyOf": [{"type": "integer"}, {"type": "null"}]}, {"type": ["integer", "null"]},
        {"type": "integer", "default": 7}, {"type": "integer", "nullable": True},
    ],
)  # fmt: skip
def test_what_may_be_left_out_is_left_out(year: Any) -> None:
    value = json.loads(Form(_object(answer=TEXTUAL, year=year)).fill(_facts("It learns.")))
    assert value["year"] in (None, 7)
    optional = {**_object(answer=TEXTUAL, year={"type": "integer"}), "required": ["answer"]}
    assert json.loads(Form(optional).fill(_facts("It learns."))) == {"answer": "It learns."}


def test_references_unions_and_constants() -> None:
    schema = {
        "$defs": {"Text": {"type": "string", "maxLength": 60}, "Node": {"allOf": [_object(answer=TEXTUAL)]}},
        **_object(
            answer={"$ref": "#/$defs/Text"}, kind={"const": "fact"}, node={"$ref": "#/$defs/Node"},
            either={"oneOf": [{"type": "number"}, {"type": "string"}]},
        ),
    }  # fmt: skip
    value = _fill(schema)
    assert value["answer"] == "Frank Rosenblatt made the perceptron in 1957."
    assert value["kind"] == "fact" and value["node"] == {"answer": TEXT} and value["either"] == TEXT


def test_a_schema_that_grows_without_end_is_refused() -> None:
    tree = {"type": "object", "properties": {name: {"$ref": "#/$defs/T"} for name in "abcdefgh"}}
    for schema in (
        {"$defs": {"T": tree}, **tree},
        {"$ref": "#"},
        {"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}},
    ):
        with pytest.raises(InputError):
            Form(schema).fill(_facts())


KEYWORDS = [
    "type", "properties", "items", "required", "enum", "anyOf", "oneOf", "allOf", "$ref", "const", "default",
    "minItems", "maxItems", "minLength", "maxLength", "minimum", "nullable", "answer", "questions", "choices", "year",
    "cards", "front", "back", "citations", "text",
]  # fmt: skip
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3000) | st.text(max_size=5)
    | st.sampled_from("object array string integer number boolean null #/properties/answer #".split()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYWORDS), inner, max_size=5),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(schema=JSONS)
def test_no_schema_whatever_makes_anything_but_an_answer_or_a_refusal(schema: Any) -> None:
    try:
        value = json.loads(Form(schema).fill(_facts()))
    except InputError as refused:
        assert refused.code == "schema_not_filled"
    else:
        assert schema is None or value is not None or "null" in str(schema) or "const" in str(schema)


LEAVES = st.sampled_from(
    [
        TEXTUAL, {"type": "integer"}, {"type": "boolean"}, {"type": "string", "maxLength": 70}, {"enum": ["en", "es"]},
        {"type": ["string", "null"]}, {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        {"type": "string", "minLength": 5},
    ]
)  # fmt: skip
NAMES = st.sampled_from(
    ["answer", "title", "year", "items", "questions", "choices", "cards", "front", "back", "is_correct", "hints", "id",
     "citations", "quote", "explanation", "summary", "options", "correct_answer", "language", "covered", "tags"]
)  # fmt: skip
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: (
        st.dictionaries(NAMES, inner, min_size=1, max_size=4).map(lambda parts: _object(**parts))
        | st.tuples(inner, st.integers(0, 3)).map(lambda part: _list(part[0], minItems=part[1]))
    ),
    max_leaves=10,
)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(schema=SCHEMAS)
def test_what_is_filled_obeys_its_schema(schema: Any) -> None:
    try:
        value = json.loads(Form(schema).fill(_facts()))
    except InputError:
        return
    Draft202012Validator(schema).validate(value)
