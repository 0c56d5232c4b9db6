"""Small parts that every demo leans on: pacing, wording, the plane, flags."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.lib.pacing import thin
from demos.lib.plane import Plane
from demos.lib.wording import count, number, signed
from demos.runtime import catalogue
from demos.runtime.contract import describe_range
from demos.runtime.flags import command, flags


@given(st.integers(1, 500), st.integers(2, 100), st.sets(st.integers(0, 499)))
def test_thinning_keeps_the_ends_the_order_and_what_it_is_told(total: int, most: int, keep: set[int]) -> None:
    chosen = thin(total, most, keep)
    assert list(chosen) == sorted(set(chosen))
    assert chosen[0] == 0 and chosen[-1] == total - 1
    assert len(chosen) <= max(most, 2)
    kept = {index for index in keep if index < total}
    if len(kept | {0, total - 1}) < most:
        assert kept <= set(chosen)


def test_a_long_run_is_thinned_evenly() -> None:
    assert thin(9, 5) == (0, 2, 4, 6, 8)
    assert thin(9, 5, {3}) == (0, 3, 5, 8)
    assert {b - a for a, b in pairwise(thin(1000, 101))} <= {9, 10, 11}


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "0.5"), (-0.0001, "0"), (3.0, "3"), (100, "100"), (1 / 3, "0.333"), (-2.50, "-2.5")]
)
def test_numbers_have_no_trailing_zeros(value: float, text: str) -> None:
    assert number(value) == text


def test_terms_and_counts_read_well() -> None:
    assert (signed(-0.25), signed(0.5), signed(-1e-9)) == ("- 0.25", "+ 0.5", "+ 0")
    assert (count(1, "epoch"), count(0, "epoch")) == ("1 epoch", "0 epochs")


@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(-2, 2))
def test_a_line_in_the_plane_satisfies_its_equation(w1: float, w2: float, b: float) -> None:
    for series in Plane((-1, 1), (-2, 2)).line("rule", w1, w2, b):
        for x, y in zip(series.x, series.y, strict=True):
            assert -1 <= x <= 1 and -2 <= y <= 2
            assert abs(w1 * x + w2 * y + b) <= 1e-3 * (1 + abs(w1) + abs(w2))


def test_a_region_is_sampled_at_the_centres_of_its_cells() -> None:
    region = Plane((0, 4), (0, 2)).region(lambda x, y: x + 10 * y, cells=2)
    assert region.values == ((6, 8), (16, 18))


def test_flags_tell_range_unit_and_default() -> None:
    found = {flag.name: flag for flag in flags(catalogue.load("perceptron"))}
    epochs, data = found["epochs"], found["data"]
    assert (epochs.option, epochs.kind, epochs.default) == ("--epochs", int, 20)
    assert "(1 to 500 passes; default 20)" in epochs.help
    assert data.choices == ("and", "or", "xor", "blobs")
    assert "lr" in found["learning_rate"].aliases


def test_a_run_is_one_command_line() -> None:
    assert command(catalogue.load("perceptron"), {"data": "xor", "epochs": 20}) == "tiza demo perceptron --data xor"
    line = command(catalogue.load("self_attention"), {"sentence": "it's me", "scale": False})
    assert line == """tiza demo self_attention --sentence 'it'"'"'s me' --no-scale"""


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"enum": ["a", "b"]}, "a, b"),
        ({"minimum": 1, "maximum": 9}, "1 to 9"),
        ({"exclusiveMinimum": 0, "maximum": 1}, "above 0, up to 1"),
        ({"type": "boolean"}, "true or false"),
        ({"type": "string", "minLength": 1, "maxLength": 20}, "text of 1 to 20 characters"),
    ],
)
def test_ranges_in_words(schema: dict[str, object], words: str) -> None:
    assert describe_range(schema) == words


@pytest.mark.parametrize("name", ["Self-Attention", "rosenblatt", "PERCEPTRON", "stable diffusion", "The perceptron"])
def test_demos_answer_to_other_names(name: str) -> None:
    assert catalogue.load(name).name in {"self_attention", "perceptron", "stable_diffusion"}


SYSTEMS = """
    expert_system alpha_beta evidence_scoring tree_search credit_risk image_filters text_as_numbers cat_or_dog
    mcculloch_pitts perceptron delta_rule backpropagation neocognitron lenet vision_tasks deep_residual
    transposed_convolution inverse_graphics capsules hopfield recurrent lstm gru rbf_network extreme_learning_machine
    echo_state_network liquid_state_machine autoencoder denoising_autoencoder sparse_autoencoder vae gan
    neural_turing_machine differentiable_neural_computer kohonen_map attention_network embeddings seq2seq
    attention_alignment self_attention transformer_block nano_gpt bert gpt chatgpt gemini llama vit clip diffusion
    dalle2 imagen stable_diffusion generative_ai quantization pruning distillation small_language_model
""".split()
"""Every system that the lecture names, as its demo is called."""


def test_every_system_of_the_lecture_has_its_demo() -> None:
    assert len(SYSTEMS) == 58
    assert {catalogue.load(name).name for name in SYSTEMS} == set(catalogue.names())
    listed = {name for demo in catalogue.all_demos() for name in (demo.name, *demo.aliases)}
    assert listed >= set(SYSTEMS)
