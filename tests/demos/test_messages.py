"""What a run says keeps its template and values on every way, and is said in both languages."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable

import pytest

from demos.lib.wording import amount, count, small
from demos.runtime.catalogue import load
from demos.runtime.contract import Curve, DemoError, Frame, Series
from demos.runtime.messages import Message, clipped, listed, read, say, written
from demos.runtime.said import worded
from demos.runtime.texts import LANGUAGES, fixed, shown, tell, told

from demos.runtime.wire import Fault, Message as Line  # isort: skip

MISTAKES = ": right, so nothing changes. Only mistakes teach this rule."


def test_a_message_is_its_english() -> None:
    said = say("Epoch {epoch}: the error is {error:.2f}.", epoch=3, error=0.25)
    assert said == "Epoch 3: the error is 0.25." and isinstance(said, str)
    assert type(tell(said, "en")) is str


def test_what_is_put_together_stays_a_message() -> None:
    whole = "Epoch 1" + say(MISTAKES)
    assert isinstance(whole, Message) and tell(whole, "es", "perceptron").startswith("Epoch 1: correcto")
    text = say(MISTAKES)
    text += " 1"
    assert isinstance(text, Message) and text.endswith(" 1")
    assert tell(listed(say(" and "), ["a", "b", "c"]), "es") == "a y b y c"


def test_a_value_that_is_a_message_is_said_in_the_same_language() -> None:
    said = say("After {epochs} and {corrections}", epochs=count(1, "epoch"), corrections=count(2, "correction"))
    assert said == "After 1 epoch and 2 corrections"
    assert tell(said, "es", "perceptron") == "Tras 1 época y 2 correcciones"


@pytest.mark.parametrize(
    ("said", "english"),
    [(count(1, "patch"), "1 patch"), (count(3, "patch"), "3 patches"), (count(2, "epoch"), "2 epochs"),
     (amount(0.5, "point"), "0.5 points"), (amount(1.0, "point"), "1 point"), (small(0.0), "less than 1e-12")],
)  # fmt: skip
def test_numbers_have_their_nouns(said: str, english: str) -> None:
    assert said == english


def test_words_of_a_student_are_never_translated() -> None:
    assert tell("error", "es") == "error" and tell(say("error"), "es") == "error"
    assert tell("epoch", "es") == "epoch" and tell(say("epoch"), "es") == "época"
    assert tell(say("'{word}' is here", word="epoch"), "es") == "'epoch' is here"


def test_braces_of_a_student_are_no_places_for_values() -> None:
    assert (
        say("{name} of {demo} cannot be {value}: {range}.", name="a", demo="b", value="{x}", range="c").count("{x}")
        == 1
    )
    assert say("a {b} c") == "a {b} c"


@pytest.mark.parametrize(
    "again",
    [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m)), lambda m: read(json.loads(json.dumps(written(m))))],
)
def test_a_message_survives_every_way(again: Callable[[str], str]) -> None:
    said = "1. " + say("After {epochs} and {corrections}", epochs=count(2, "epoch"), corrections="x")
    assert again(said) == said
    assert tell(again(said), "es", "perceptron") == tell(said, "es", "perceptron") == "1. Tras 2 épocas y x"


@pytest.mark.parametrize("wrong", [{"with": {}}, {"say": 3}, 3, None])
def test_what_is_no_text_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError):
        read(wrong)


def test_a_frame_carries_its_messages_and_is_told_in_either_language() -> None:
    curve = Curve(title=say("Mistakes in each epoch"), series=(Series(name=say("mistakes"), x=(1,), y=(2,)),))
    frame = Frame(caption=say(MISTAKES), progress=0, metrics={"epoch_mistakes": 1}, panels=(curve,))
    sent = Line.model_validate_json(Line(frame=frame).line()).frame
    assert sent == frame
    spanish = told(sent, "es", "perceptron")
    assert spanish.caption == ": correcto, así que nada cambia. Solo los errores enseñan con esta regla."
    assert spanish.panels[0].title == "Errores en cada época" and type(spanish.panels[0].title) is str
    assert told(sent, "en").caption == frame.caption
    assert shown(sent, "es", load("perceptron")).metrics == {"errores de la época": 1}


def test_a_share_has_a_space_before_its_sign_in_spanish_alone() -> None:
    template = "The probability of {probability:.0%} is a half."
    message = say(template, probability=0.5)
    assert "50%" in tell(message, "en")
    assert "50 %" in tell(message, "es", more={template: "La probabilidad, {probability:.0%}, es un medio."})


def test_a_fault_is_said_in_either_language() -> None:
    demo = load("perceptron")
    with pytest.raises(DemoError) as caught:
        demo.parse({"epochs": 0})
    again = Fault.model_validate_json(Fault.of(caught.value).line()).error()
    assert tell(again.message, "es") == "epochs de perceptron no puede ser 0: recibe un número entero, 1 a 500."
    assert tell(again.hint, "es") == "Si no se da, es 20."
    assert str(again) == "epochs of perceptron cannot be 0: it takes a whole number, 1 to 500."


def test_a_description_is_in_both_languages() -> None:
    assert [fixed("The perceptron", language, "perceptron") for language in LANGUAGES] == [
        "The perceptron", "El perceptrón",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("template", "has"),
    [("{a} {b}", False), ("{a:.2f} x", False), ("{a} of {b}", True), ("a {b}", True), ("a = {b}", False)],
)
def test_what_has_words_is_told_from_signs(template: str, has: bool) -> None:
    assert worded(template) is has


def test_a_text_too_long_for_a_frame_is_cut() -> None:
    assert clipped("abcdef", 4) == "abc…" and clipped("abc", 4) == "abc"
