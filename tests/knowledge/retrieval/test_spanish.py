"""The word list, and Spanish questions in the words of the course."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import knowledge.retrieval.spanish
from knowledge.courses.asked import read_asked
from knowledge.retrieval.spanish import in_english, is_spanish
from knowledge.text import fold

LINES = [
    line
    for line in Path(knowledge.retrieval.spanish.__file__)
    .with_name("spanish.txt")
    .read_text(encoding="utf-8")
    .splitlines()
    if line and not line.startswith("#")
]
QUESTIONS = [
    ("¿Qué hace una función de activación?", "activation function"),
    ("por que hubo inviernos en la inteligencia artificial", "why AI winters"),
    ("en qué consiste la poda alfa-beta", "what is alpha-beta pruning"),
    ("¿Qué es el cuello de botella de un autocodificador?", "bottleneck autoencoder"),
    ("para que sirve la regla de la cadena en la retropropagacion", "used for chain rule backpropagation"),
    ("una red de cápsulas", "capsule network"),
    ("qué es un ejemplo adversario", "adversarial example"),
    ("diferencia entre una capa convolucional y una densa", "difference between convolutional layer and dense"),
    ("¿Qué es el relleno y el paso en una convolución?", "padding and stride convolution"),
    ("hay sesgo en la tabla de riesgo crediticio", "bias credit table"),
    ("qué mide la entropía cruzada", "measure cross-entropy"),
    ("por que hay que estandarizar las columnas", "why standardise columns"),
    ("¿Cuántas capas tiene una red residual profunda?", "how many layers deep residual network"),
    ("diferencia entre la regla delta y la regla del perceptron", "delta rule and perceptron rule"),
    ("¿Cuántos pesos tiene una capa completamente conectada?", "how many weights fully connected layer"),
    ("qué es la difusión estable", "Stable Diffusion"),
    ("maestro y estudiante en la destilacion", "teacher and student distillation"),
    ("que pesos se entrenan en el reservorio", "weights train reservoir"),
    ("ventajas de la IA en el borde", "advantage edge AI"),
    ("¿Qué mide la similitud coseno?", "cosine similarity"),
    ("por qué alucinan los modelos de lenguaje", "hallucinate language models"),
    ("encadenamiento hacia adelante y hacia atras", "forward chaining and backward chaining"),
    ("¿Qué es una máquina de aprendizaje extremo?", "extreme learning machine"),
    ("que es el colapso de modos en una red generativa adversaria", "mode collapse generative adversarial network"),
    ("¿Qué pasa si la tasa de aprendizaje es muy grande?", "what happens if learning rate large"),
    ("el descenso del gradiente estocástico", "stochastic gradient descent"),
    ("compuertas lstm para que", "gates lstm what for"),
    ("diferencia entre gru y lstm", "difference gru and lstm"),
    ("¿Qué es la guía sin clasificador?", "classifier-free guidance"),
    ("cuantos patrones guarda una red de Hopfield", "how many patterns store Hopfield network"),
    ("quién gana en el mapa de Kohonen", "who win Kohonen map"),
    ("¿Para qué se usa la normalización de capa?", "used for layer normalisation"),
    ("la función de pérdida y el error cuadrático medio", "loss function mean squared error"),
    ("¿Qué esconde la máscara causal?", "hide causal mask"),
    ("atención multicabeza", "multi-head attention"),
    ("cómo se evita el sobreajuste", "how avoid overfitting"),
    ("perceptron quien lo invento", "perceptron who invented"),
    ("submuestreo por máximo", "max pooling"),
    ("codificación posicional en el transformer", "positional encoding transformer"),
    ("preentrenamiento o ajuste fino", "pre-training or fine-tuning"),
    ("explica el aprendizaje por refuerzo", "explain reinforcement learning"),
    ("que hace el tokenizador", "tokenizer"),
    ("cómo se corrige el desvanecimiento del gradiente", "vanishing gradient"),
    ("¿Cuál es la diferencia entre detección y segmentación?", "difference detection and segmentation"),
    ("¿Dónde nació el profesor?", "where born professor"),
    ("por qué una gan es difícil de entrenar", "why GAN hard train"),
    ("¿De qué tamaño es llama?", "how large LLaMA"),
    ("¿A qué se deben los inviernos de la IA?", "what caused AI winters"),
    ("¿De dónde sale el nombre de máquina de estado líquido?", "where come from name liquid state machine"),
    ("¿Cuál es la gracia de la poda alfa-beta?", "use alpha-beta pruning"),
    ("¿Cómo se llama el que creó el perceptrón?", "who created perceptron"),
    ("¿Por qué no se usa la exactitud como función de pérdida?", "why accuracy as loss function"),
    ("¿Qué sucedería si no hubiera función de activación?", "what happens if no activation function"),
    ("¿Por qué la GRU tiene menos pesos que la LSTM?", "fewer weights than lstm"),
    ("cómo me doy cuenta de que el modelo se sobreajustó", "what sign overfitted"),
    ("¿Quién hizo la red que guarda patrones?", "who network which store patterns"),
    ("¿cuánta precisión se pierde al cuantizar?", "how much accuracy lost if quantize"),
]


def entries() -> list[tuple[str, str]]:
    pairs = [line.split("=") for line in LINES]
    return [(word, right.strip()) for left, right in pairs for word in fold(left).split()]


def test_each_line_gives_spanish_words_and_their_english() -> None:
    wrong = [
        line
        for line in LINES
        if not re.fullmatch(r"(?:[\w'.-]+\*? )+=(?: [A-Za-z][\w'-]*)*", line) or "_" in line.split("=")[1]
    ]
    assert wrong == []


def test_no_spanish_word_stands_twice() -> None:
    times = Counter(word.rstrip("*") for word, _ in entries())
    assert [word for word, count in times.items() if count > 1] == []


@pytest.mark.parametrize(("question", "telling"), QUESTIONS, ids=[question for question, _ in QUESTIONS])
def test_a_spanish_question_comes_out_in_the_words_of_the_course(question: str, telling: str) -> None:
    assert is_spanish(question)
    said = in_english(question)
    assert [word for word in telling.split() if not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said)] == []


def test_no_english_question_of_the_course_counts_as_spanish() -> None:
    questions = [text for asked in read_asked().values() for entry in asked for text in entry.questions]
    assert len(questions) > 1000
    assert [text for text in questions if is_spanish(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        'Translate "el gato ve al perro"',
        "What is the Universidad Autónoma de Occidente?",
        "is a red network better",
        "perceptron",
        "LeNet error precision",
        "la",
        "",
    ],
)
def test_english_with_spanish_in_it_stays_as_it_is(text: str) -> None:
    assert not is_spanish(text)
    assert in_english(text) == text


@pytest.mark.parametrize("text", ["que es una red neuronal", "y la gru", "retropropagación", "lstm compuertas"])
def test_a_few_words_without_marks_show_that_they_are_spanish(text: str) -> None:
    assert is_spanish(text)


@pytest.mark.parametrize(
    ("spanish", "english"),
    [
        ("¿máquina de estado líquido?", "liquid state machine?"),
        ("¿las redes neuronales recurrentes?", "recurrent neural networks?"),
        ("¿tasa del aprendizaje?", "learning rate?"),
        ("¿tasa aprendizaje?", "learning rate?"),
        ("¿aprendizaje no supervisado?", "unsupervised learning?"),
    ],
)
def test_a_term_wins_over_its_words_with_or_without_articles(spanish: str, english: str) -> None:
    assert in_english(spanish) == english


def test_every_term_of_the_list_wins_over_its_words() -> None:
    terms = [(left, right) for left, right in entries() if "_" in left]
    lost = [(left, right) for left, right in terms if in_english(f"¿{left.replace('_', ' ')}?") != f"{right}?"]
    assert lost == []


@pytest.mark.parametrize(
    ("spanish", "english"),
    [("¿las compuertas?", "gates?"), ("¿la forget gate?", "forget gate?"), ("¿ruedas?", "ruedas?")],
)
def test_an_english_or_unknown_word_stays(spanish: str, english: str) -> None:
    assert in_english(spanish) == english


def test_numbers_stay_as_they_are() -> None:
    assert in_english("entrena con -0.5, 1e-2, 10% y 16x16.") == "train with -0.5 1e-2 10% and 16x16?"
