"""What a conversation holds on to: its topic, the run that was proposed, the slide, and what was said so far."""

from __future__ import annotations

import pytest

from tests.tutor.dialogue.talking import talk
from tutor.answering.recap import sentences_wished
from tutor.events import Answered
from tutor.service.build import Tutor

pytestmark = pytest.mark.model


def _topic(ending: Answered) -> str:
    return str((ending.turn or {})["topic"])


async def test_a_concept_that_is_asked_of_a_system_does_not_move_the_conversation(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "What is a Hopfield network?", "how many weights does it have?", "and its limits?")
    assert [_topic(ending) for ending in endings] == ["hopfield"] * 3
    assert "Hopfield" in endings[2].text


async def test_a_recap_tells_what_was_said_and_not_the_lecture(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "What is self-attention?", "why do we need an LSTM?", "sum up what we said so far")
    recap = endings[-1].text
    assert recap.startswith("What we spoke of so far:")
    assert endings[0].text.split(" [1]")[0] in recap and endings[1].text.split(" [1]")[0] in recap


async def test_a_recap_comes_in_the_language_that_it_is_asked_in(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "What is self-attention?", "why do we need an LSTM?", "resumime lo que hablamos")
    assert endings[-1].text.startswith("Lo que hablamos hasta ahora:")
    assert "autoatención" in endings[-1].text.lower() and "LSTM" in endings[-1].text


@pytest.mark.parametrize("shorter", ["shorter please", "más corto", "too long, make it shorter"])
async def test_a_shorter_answer_is_shorter(tutor: Tutor, shorter: str) -> None:
    (long, short), _ = await talk(tutor, "How does self-attention work?", shorter)
    assert len(short.text) < 0.7 * len(long.text)
    assert _topic(short) == "self_attention"


@pytest.mark.parametrize(
    ("text", "count"),
    [("in one sentence", 1), ("en dos renglones", 2), ("three short lines please", 3), ("shorter", 0), ("one more", 0)],
)
def test_as_many_sentences_as_are_wished_for(text: str, count: int) -> None:
    assert sentences_wished(text) == count


async def test_one_sentence_is_one_sentence(tutor: Tutor) -> None:
    (_, short), _ = await talk(tutor, "How does self-attention work?", "in one sentence please")
    assert short.text.count(" [1]") == 1


async def test_the_slide_of_a_thing_that_is_no_topic(tutor: Tutor) -> None:
    _, prize, after = (await talk(tutor, "What is a neuron?", "on what slide is the prize", "and the next one?"))[0]
    assert prize.text.startswith("Slide 27:") and after.text.startswith("Slide 28:")


async def test_the_slides_of_a_part_of_the_lecture(tutor: Tutor) -> None:
    (where,), _ = await talk(tutor, "where are the slides of the convolutional layers section?")
    assert "slides 21 to 25" in where.text


async def test_the_slide_of_what_was_said_last(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "¿Quién eligió el término inteligencia artificial?", "¿en qué diapositiva sale eso?")
    assert endings[-1].text.startswith("Diapositiva 5")


async def test_what_is_said_after_a_proposed_run_is_about_that_run(tutor: Tutor) -> None:
    endings, runs = await talk(
        tutor, "Train an LSTM with 100 epochs", "what was the final error?", "now with only 2 hidden units"
    )
    assert endings[0].outcome == endings[1].outcome == "clarify" and "not happened" in endings[1].text
    assert [(run.name, run.params["hidden"], run.params["epochs"]) for run in runs] == [("lstm", 2, 60)]


async def test_a_question_about_a_run_where_none_was_made(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "What is a perceptron?", "what was the final error?")
    assert "No demo has run" in endings[-1].text


async def test_the_epoch_without_mistakes_is_where_it_converged(tutor: Tutor) -> None:
    endings, _ = await talk(
        tutor, "Train a perceptron on AND with learning rate 0.1", "in which epoch did it stop making mistakes?"
    )
    assert endings[-1].text.startswith("It converged:")


@pytest.mark.parametrize(
    "question",
    ["How does Zorvex replace attention?", "Is that the same as what Qumbra does?", "y en VARMAX cómo escojo p?"],
)
async def test_a_name_that_the_course_does_not_know_is_declined(tutor: Tutor, question: str) -> None:
    endings, _ = await talk(tutor, "What are word embeddings?", question)
    assert endings[-1].outcome == "not_covered"


async def test_of_three_names_the_two_that_are_compared(tutor: Tutor) -> None:
    (told,), _ = await talk(tutor, "In the zoo, how do the liquid state machine and the echo state network differ?")
    assert "reservoir" in told.text and "does not compare" not in told.text


async def test_practice_on_a_part_of_the_lecture(tutor: Tutor) -> None:
    (asked,), _ = await talk(tutor, "quiz me on the part on convolutional layers")
    assert asked.practice is not None
    assert asked.practice["topic"] in ("neocognitron", "lenet", "convolution", "pooling", "vision_tasks")


async def test_a_statement_where_true_or_false_is_wished(tutor: Tutor) -> None:
    (asked,), _ = await talk(tutor, "quiz me on the perceptron, true or false")
    assert "True or false:" in asked.text


async def test_the_score_names_what_to_look_at_again(tutor: Tutor) -> None:
    endings, _ = await talk(
        tutor, "quiz me on the perceptron", "I don't know", "another question", "I don't know", "was I right?"
    )
    assert "So far 0 of 2 were right." in endings[-1].text
    assert "To look at again: What is the perceptron?" in endings[-1].text


async def test_longer_is_twice_as_long_and_what_is_not_said_is_asked(tutor: Tutor) -> None:
    endings, runs = await talk(
        tutor, "run a perceptron on AND for 10 epochs", "now train it for longer", "and change something in it"
    )
    assert [run.params["epochs"] for run in runs] == [10, 20]
    assert "What shall I change?" in endings[-1].text


async def test_show_me_shows_what_was_asked_about(tutor: Tutor) -> None:
    _, runs = await talk(tutor, "Why can't one perceptron learn XOR?", "show me the demo")
    assert [(run.name, run.params["data"]) for run in runs] == [("perceptron", "xor")]


async def test_why_after_a_run_is_answered_by_the_course(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "run a Hopfield network", "and why does the energy never rise?")
    assert "energy" in endings[-1].text and endings[-1].citations


async def test_practice_asks_of_what_is_no_system_in_the_course_s_words(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "quiz me on AI winters", "I don't know", "another one", "I don't know", "another")
    assert not any("do we need an AI winter" in ending.text for ending in endings)


async def test_one_sentence_to_remember_is_one(tutor: Tutor) -> None:
    (_, short), _ = await talk(tutor, "Why do residual networks work?", "ok so what's the one sentence to remember?")
    assert short.text.count(" [1]") == 1


async def test_of_two_converse_questions_the_one_that_is_asked_is_answered(tutor: Tutor) -> None:
    (converse,), _ = await talk(tutor, "Is all machine learning deep learning?")
    assert converse.text.startswith("No:")


@pytest.mark.parametrize(
    ("said", "first", "then"),
    [
        ("What is a GAN and who made it?", "A generative adversarial network", "Goodfellow"),
        ("qué es una LSTM y para qué sirve?", "Una LSTM", "recordar"),
        ("¿Qué es el sobreajuste? ¿Cómo se evita?", "Sobreajuste significa", "ás datos"),
    ],
)
async def test_of_two_questions_both_are_answered(tutor: Tutor, said: str, first: str, then: str) -> None:
    (ending,), _ = await talk(tutor, said)
    assert ending.text.startswith(first) and then in ending.text


async def test_what_is_off_the_course_is_declined_after_what_is_not(tutor: Tutor) -> None:
    (ending,), _ = await talk(tutor, "What is a GAN and how do I bake a cake?")
    assert ending.text.startswith("A generative adversarial network") and "not part of this course" in ending.text


async def test_who_made_it_asks_of_the_topic_at_hand_and_not_of_one_before(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "What is supervised learning?", "what is a neuron", "who came up with it?")
    assert _topic(endings[1]) == "neuron"
    assert "McCulloch" in endings[2].text


async def test_simpler_words_are_of_what_was_just_explained(tutor: Tutor) -> None:
    said = ("What is the XOR problem of the perceptron?", "¿Qué es la retropropagación?", "en palabras más simples")
    endings, _ = await talk(tutor, *said)
    assert _topic(endings[2]) == "backpropagation" and "XOR" not in endings[2].text


async def test_a_comparison_is_of_what_is_spoken_of(tutor: Tutor) -> None:
    endings, _ = await talk(
        tutor, "What is artificial intelligence?", "and what's the difference with machine learning?"
    )
    assert "part of AI" in endings[1].text


async def test_an_example_and_the_kinds_are_of_the_topic_that_was_spoken_of(tutor: Tutor) -> None:
    said = ("What is machine learning?", "can you give me an example from real life", "y qué tipos hay?")
    endings, _ = await talk(tutor, *said)
    assert endings[1].text.startswith("Machine learning is used for")
    assert "supervisado" in endings[2].text and "refuerzo" in endings[2].text


async def test_a_run_is_not_what_is_asked_of_turns_later(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "run the perceptron on XOR", "What is ChatGPT?", "puede equivocarse?")
    assert endings[2].text.startswith("Sí: ChatGPT")


@pytest.mark.parametrize(
    "asked", ["cuántos errores tuvo en la primera época?", "how many mistakes in the first epoch?"]
)
async def test_the_first_epoch_is_asked_of_in_words(tutor: Tutor, asked: str) -> None:
    endings, _ = await talk(tutor, "show me a perceptron that learns AND", asked)
    assert "1 " in endings[1].text.split(":")[0] and ": 2 " in endings[1].text


async def test_the_next_question_stays_with_the_topic_and_its_hint_helps(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "quiz me on the perceptron", "tell me the answer", "siguiente pregunta")
    assert _topic(endings[2]) == "perceptron"
    hints, _ = await talk(tutor, "ask me in which year the perceptron was made", "give me a hint")
    assert "1950s" in hints[1].text and "1957" not in hints[1].text


@pytest.mark.parametrize(
    "asked", ["¿Cuándo es el parcial?", "How many points do I need to pass this course?", "is attendance compulsory"]
)
async def test_how_the_course_is_run_is_for_the_teacher_to_say(tutor: Tutor, asked: str) -> None:
    (ending,), _ = await talk(tutor, asked)
    assert ending.outcome == "not_covered"


@pytest.mark.parametrize(
    "asked", ["what is this course about?", "quién dicta la clase?", "how many slides does it have"]
)
async def test_what_the_course_is_about_is_told(tutor: Tutor, asked: str) -> None:
    (ending,), _ = await talk(tutor, asked)
    assert ending.outcome == "answered"


@pytest.mark.parametrize(
    "asked",
    [
        "How does message passing work in a graph neural network?", "How does a naive Bayes classifier work?",
        "What is speculative decoding?",
    ],
)  # fmt: skip
async def test_a_name_that_only_holds_one_of_the_course_s_is_declined(tutor: Tutor, asked: str) -> None:
    (ending,), _ = await talk(tutor, asked)
    assert ending.outcome == "not_covered"


async def test_the_second_one_is_of_what_was_compared_two_turns_ago(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "how is GPT different from BERT?", "is it used today?", "who made the second one")
    assert "OpenAI" in endings[2].text


async def test_the_year_of_what_was_just_said_is_said(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "What was the Nobel Prize in Physics given for?", "de qué año es?")
    assert "2024" in endings[1].text


async def test_an_answer_to_a_practice_question_is_one_though_it_reads_like_a_wish(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "quiz me on diffusion models", "starts with noise and removes it step by step")
    assert (endings[1].practice or {}).get("verdict")


async def test_how_many_steps_wants_a_number(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "What is a diffusion model?", "how many steps does it need")
    assert "1000" in endings[1].text and not endings[1].text.startswith("First")


async def test_a_slide_that_is_named_is_shown(tutor: Tutor) -> None:
    (ending,), _ = await talk(tutor, "hola, en la diapo 36 hay una ecuación rara, qué es?")
    assert ending.text.startswith("Diapositiva 36")


async def test_after_a_run_a_question_on_the_name_is_none_of_the_run(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "run the perceptron on AND", "what is a liquid state machine?", "why liquid?")
    assert "Frame" not in endings[2].text and "liquid" in endings[2].text


async def test_a_quiz_of_three_goes_on_by_itself_and_counts(tutor: Tutor) -> None:
    said = ("quiz me with three questions on the convolution", "tell me the answer", "no idea", "tell me the answer")
    endings, _ = await talk(tutor, *said, "how did I do?")
    assert [bool((ending.practice or {}).get("open")) for ending in endings[:4]] == [True, True, True, False]
    assert "0 of 3" in endings[4].text


async def test_the_second_of_a_list_is_explained(tutor: Tutor) -> None:
    endings, _ = await talk(tutor, "qué modelos generan imágenes?", "cómo funciona el segundo")
    assert _topic(endings[1]) == "imagen"


@pytest.mark.parametrize("asked", ["quién es el profe?", "who teaches this class?"])
async def test_who_gives_the_course_is_told_first(tutor: Tutor, asked: str) -> None:
    (ending,), _ = await talk(tutor, asked)
    assert "López Sotelo" in ending.text.split(" [1]")[0]


async def test_how_many_gates_is_the_number_of_gates(tutor: Tutor) -> None:
    endings, _ = await talk(
        tutor, "what is an LSTM", "how many gates does it have?", "cuántas compuertas tiene una GRU?"
    )
    assert "three" in endings[1].text.split(" [1]")[0] and "2 compuertas" in endings[2].text
