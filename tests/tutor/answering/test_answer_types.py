"""What a question asks for has to be in the answer."""

from __future__ import annotations

import pytest

from knowledge.retrieval.questions import read_question
from tutor.answering.answer_types import lacks

CHESS = "Deep Blue beat Garry Kasparov in 1997 with search on special chips."


@pytest.mark.parametrize(
    ("question", "sentence", "kind"),
    [
        ("How many chips were in Deep Blue?", CHESS, "number"),
        ("How old was Kasparov?", CHESS, "number"),
        ("¿Cuántos chips tenía Deep Blue?", CHESS, "number"),
        ("How many pictures are shown?", "Slide 59 carries a picture.", "number"),
        ("In which year was the chip made?", "Deep Blue used special chips.", "year"),
        ("When was the match of 1997 repeated?", CHESS, "year"),
        ("Who built Deep Blue?", "Deep Blue used special chips.", "person"),
        ("Which university did Rosenblatt work for?", "Frank Rosenblatt made the perceptron in 1957.", "name"),
        ("where does schmidhuber work", "The LSTM is from 1997, by Jürgen Schmidhuber.", "name"),
        ("coco stands for what?", "Imagen reached an FID score of 7.27 on COCO.", "letters"),
        ("What does ELMo mean, the letters I mean?", "ELMo is the feature-based example.", "letters"),
    ],
)
def test_what_is_lacking_is_named(question: str, sentence: str, kind: str) -> None:
    assert lacks(read_question(question), [sentence]) == kind


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How many rows has the table?", "The table has 24 rows."),
        ("How many biases has a plain sum?", "A plain sum has no bias."),
        ("How many weights does it get for twice the inputs?", "The number of its weights doubles too."),
        ("When was the perceptron made?", "It was made in 1957."),
        ("How old is the perceptron?", "It was made in 1957."),
        ("How much does the learning rate matter?", "The learning rate sets the size of the step."),
        ("Who can use a small model?", "A small model runs on a phone."),
        ("When should I use a low temperature?", "A low temperature suits facts."),
        ("Who beat Kasparov?", CHESS),
        ("Who made the Hopfield network?", "John Hopfield published the Hopfield network in 1982."),
        ("Who is Kasparov?", "Kasparov lost."),
        ("Where does the otter live?", "The otter lives in forests."),
        ("Where can I see word vectors?", "The slide links to the projector."),
        ("Where does the name liquid come from?", "The name compares the network with water."),
        ("What does BERT stand for?", "BERT: Bidirectional Encoder Representations from Transformers."),
        ("What do the letters B E R T mean?", "BERT: Bidirectional Encoder Representations from Transformers."),
        ("what is VAE short for", "The VAE is the variational autoencoder."),
        ("What does MoE stand for?", "MoE is a mixture of experts."),
        ("What does alpha stand for in the delta rule?", "The symbol α is the learning rate."),
    ],
)
def test_what_is_there_is_found(question: str, sentence: str) -> None:
    assert lacks(read_question(question), [sentence]) == ""


def test_a_title_may_tell_what_letters_stand_for() -> None:
    question, sentence = read_question("lstm stands for"), "An LSTM keeps a memory."
    assert lacks(question, [sentence]) == "letters"
    assert lacks(question, [sentence], ["LSTM: long short-term memory"]) == ""
