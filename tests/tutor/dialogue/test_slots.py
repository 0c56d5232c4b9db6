"""Parameters from plain words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.runtime.catalogue import all_demos, load
from tutor.dialogue.slots import extract, grammar


def test_each_demo_reads_its_own_examples() -> None:
    """All of them: a demo shows its examples to students as what can be said to it."""
    read = {
        (demo.name, example.text): demo.parse(extract(demo, example.text).params) == demo.parse(example.params)
        for demo in all_demos()
        for example in demo.examples
    }
    assert len(read) > 600
    assert [place for place, right in read.items() if not right] == []


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("train on XOR for 30 epochs with learning rate 0.5", {"data": "xor", "epochs": 30, "learning_rate": 0.5}),
        ("perceptron, xor, lr=.05, 12 epochs", {"data": "xor", "epochs": 12, "learning_rate": 0.05}),
        ("a learning rate of 1e-2 and noise 0.2 on blobs", {"data": "blobs", "learning_rate": 0.01, "noise": 0.2}),
        ("train it on the AND gate and use seed 7", {"data": "and", "seed": 7}),
        ("use ten epochs", {"epochs": 10}),
        ("epochs: 5, learning rate: 2", {"epochs": 5, "learning_rate": 2.0}),
        ("show the perceptron", {}),
    ],
)
def test_perceptron_requests(text: str, params: dict[str, Any]) -> None:
    assert extract(load("perceptron"), text).params == params


@given(epochs=st.integers(1, 500), rate=st.floats(0.001, 10).map(lambda value: round(value, 3)))
def test_stated_values_come_out_exactly(epochs: int, rate: float) -> None:
    found = extract(load("perceptron"), f"train a perceptron on or for {epochs} epochs at learning rate {rate}")
    assert found.params == {"data": "or", "epochs": epochs, "learning_rate": rate}
    assert not found.loose


def test_a_number_that_nothing_claims_stays_loose() -> None:
    found = extract(load("perceptron"), "show me the perceptron 42")
    assert found.loose == (42.0,)
    assert "epochs" in found.open_fields


def test_the_grammar_offers_only_the_request_s_own_numbers() -> None:
    text = grammar(("epochs", "points"), (3.0, 0.5))
    assert '"3" | "0.5"' in text
    assert r"\"points\"" in text


@pytest.mark.parametrize(
    ("words", "value"),
    [("a conjunction", "and"), ("the disjunction", "or"), ("logical or", "or"), ("exclusive or", "xor")],
)
def test_other_words_for_and_and_or_are_understood(words: str, value: str) -> None:
    assert extract(load("perceptron"), f"train a perceptron on {words}").params == {"data": value}


@pytest.mark.parametrize(
    ("name", "text", "params"),
    [
        ("vit", "vit 7 patch 9", {"digit": "7", "patch": 9}),
        ("lenet", "cnn on digits 8 epochs lr0.02", {"epochs": 8, "learning_rate": 0.02}),
        ("lenet", "the feature maps of a handwritten 4", {"digit": "4"}),
        ("mcculloch_pitts", "make an OR gate out of threshold neurons from 1943", {"gate": "or"}),
        ("perceptron", "separate the two clouds with a line", {"data": "blobs"}),
        ("gru", "a cell with two gates, 30epochs", {"epochs": 30}),
        ("pruning", "throw away 90% of the connections", {"sparsity": 0.9}),
        ("hopfield", "recall the third pattern", {"recall": 3}),
        ("hopfield", "store 6 patterns and break one by 30 percent", {"patterns": 6, "damage": 0.3}),
        ("hopfield", "con 30 por ciento de ruido", {"damage": 0.3}),
        ("perceptron", "show me a perceptron learning OR with learning rate 0.2", {"data": "or", "learning_rate": 0.2}),
        ("credit_risk", "predict the loan without using gender", {"gender": False}),
        ("credit_risk", "Is it fair when sex is left out? Run it.", {"gender": False}),
        ("dalle2", "prior off, forty steps", {"prior": False, "steps": 40}),
        ("self_attention", "con una cabeza, sin escalar", {"heads": 1, "scale": False}),
        ("deep_residual", "treinta y cinco capas", {"depth": 35}),
        ("gan", "mil quinientos pasos con ocho modos", {"steps": 1500, "modes": 8}),
        ("cat_or_dog", "gatos y perros con ruido 0,2", {"noise": 0.2}),
    ],
)
def test_how_a_number_and_a_switch_are_put(name: str, text: str, params: dict[str, Any]) -> None:
    assert extract(load(name), text).params == params


def test_a_number_that_no_parameter_can_have_is_not_loose() -> None:
    assert extract(load("mcculloch_pitts"), "the neuron of 1943").loose == ()


def test_a_word_in_capitals_is_the_text_that_is_meant() -> None:
    assert extract(load("nano_gpt"), "sort CABACB with nanoGPT").params == {"letters": "CABACB"}
    assert extract(load("nano_gpt"), "sort letters with GPT").params == {}


@pytest.mark.parametrize(
    ("request_", "data"),
    [
        ("corre el perceptrón con la compuerta OR", "or"),
        ("perceptrón con compuerta AND", "and"),
        ("perceptron OR", "or"),
        ("run the perceptron or the delta rule", None),
        ("show me the perceptron and 20 epochs", None),
    ],
)
def test_gates_are_no_conjunctions_in_either_language(request_: str, data: str | None) -> None:
    assert extract(load("perceptron"), request_).params.get("data") == data
