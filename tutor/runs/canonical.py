"""Questions about a demo run in the words that tutor/runs/questions.py reads, however they are asked.

For the run at hand the questions that can be asked are written out: for each of its measures the value at the end, the
best, the place of a change; whether it converged; what was seen. The one nearest in meaning to what a student said is
meant, with the numbers that the student named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from knowledge.retrieval.embedder import Vectors
from knowledge.text import Language
from tutor.runs.summary import Run

NEAR = 0.88
"""Least cosine (as e5 gives it) of a question with the one that it is taken for."""
MOST = 6
"""Measures of a run that questions are written for."""
_PLACE = re.compile(
    r"(?:epoch|step|frame|[eé]poca|paso|cuadro|iterati?on|iteraci[oó]n)\s{1,3}(?:number\s|n[uú]mero\s)?(\d{1,6})",
    re.IGNORECASE,
)
_ORDINALS = {
    word: number
    for number, words in enumerate((
        "first primer primera primero", "second segunda segundo", "third tercera tercer tercero",
        "fourth cuarta cuarto", "fifth quinta quinto", "sixth sexta sexto", "seventh septima séptima",
        "eighth octava octavo", "ninth novena noveno", "tenth decima décima",
    ), 1)
    for word in words.split()
}  # fmt: skip
_ORDERED = re.compile(
    rf"\b({'|'.join(_ORDINALS)})\s{{1,3}}(epoch|step|frame|[eé]poca|paso|cuadro|iteration|iteraci[oó]n)\b",
    re.IGNORECASE,
)
AGAINST = "Was it better than the run before?"
"""What is asked of two runs; the other questions are about one."""
MEANING = "What do these numbers mean?"
"""What is asked of all that a run measured."""
SHOWN = "What did the run show?"
_RESTED = "When did it converge?"
_GENERAL: Mapping[str, Mapping[Language, Sequence[str]]] = {
    "Did it converge?": {"en": ("Did it converge?",), "es": ("¿Convergió?",)},
    "Why did it not converge?": {
        "en": ("Why did it not converge?", "Why is it stuck?"),
        "es": ("¿Por qué no convergió?", "¿Por qué se quedó quieto?"),
    },
    _RESTED: {
        "en": ("When did it converge?", "In which epoch did it stop making mistakes?", "When did it stop changing?",
               "How many steps did it take?", "After how many epochs was it finished?"),
        "es": ("¿Cuándo convergió?", "¿En qué época dejó de equivocarse?", "¿Cuándo dejó de cambiar?",
               "¿Cuántos pasos necesitó?", "¿Después de cuántas épocas terminó?"),
    },
    SHOWN: {
        "en": ("What did the run show?", "What happened at the end?", "Sum up the run"),
        "es": ("¿Qué mostró la ejecución?", "¿Qué pasó al final?", "Resume la ejecución"),
    },
    "What was the result?": {
        "en": ("What was the result?", "Did it work?", "Did it get it right or did it make a mistake?",
               "Was the answer right?", "Did it get them all right?", "Is that good or bad?"),
        "es": ("¿Cuál fue el resultado?", "¿Funcionó?", "¿Acertó o se equivocó?", "¿Estuvo bien la respuesta?",
               "¿Les acertó a todos?", "¿Eso es bueno o malo?"),
    },
    "What are the final weights?": {
        "en": ("What are the final weights?", "What did it learn?"),
        "es": ("¿Cuáles son los pesos finales?", "¿Qué aprendió?"),
    },
    "Which parameters did you use?": {
        "en": ("Which parameters did you use?", "With which settings did it run?"),
        "es": ("¿Qué parámetros usaste?", "¿Con qué valores se ejecutó?"),
    },
    "What does the last frame show?": {
        "en": ("What does the last frame show?",), "es": ("¿Qué muestra el último cuadro?",),
    },
    "Was my guess right?": {"en": ("Was my guess right?",), "es": ("¿Acerté con mi predicción?",)},
    MEANING: {
        "en": (MEANING, "What do those weights mean?", "What is this picture telling me?", "What am I looking at?",
               "How do I read the plot?"),
        "es": ("¿Qué significan esos números?", "¿Qué quieren decir esos pesos?", "¿Qué son esos valores que salieron?",
               "¿Qué me dice ese dibujo?", "¿Cómo se lee la gráfica?"),
    },
    AGAINST: {
        "en": (AGAINST, "Did it get better or worse?", "Which of the two runs was better?"),
        "es": ("¿Fue mejor que la ejecución anterior?", "¿Mejoró o empeoró?", "¿Cuál de las dos salió mejor?"),
    },
}  # fmt: skip
"""Questions that any run can be asked, by the one that says the same in the words that are read."""
_OF_A_MEASURE: Mapping[Language, tuple[str, ...]] = {
    "en": ("Which {} did it use?", "What was the {} at the end?", "When was the {} lowest?", "When was the {} highest?",
           "Why did the {} go up?", "How much did the {} change?", "How much {} was lost against the original?",
           "What was the {} at {}?", "What happened at {}?"),
    "es": ("¿Qué {} usó?", "¿Cuánto fue {} al final?", "¿Cuándo fue más baja {}?", "¿Cuándo fue más alta {}?",
           "¿Por qué subió {}?", "¿Cuánto cambió {}?", "¿Cuánto se perdió de {} frente al original?",
           "¿Cuánto fue {} en {}?", "¿Qué pasó en {}?"),
}  # fmt: skip
"""Of a parameter, then of a measure: its end, lowest, highest, a rise, a change, what was lost; the same at a place."""
_LOST = ("accuracy", "quantity")
"""Roles of measures of which something can be lost."""
Words = Callable[[str], str]


def written_out(run: Run, place: str = "", language: Language = "en", words: Words = str) -> dict[str, str]:
    """The questions that this run can be asked, each with the one that says the same in the words that are read; with a
    place ("epoch 3") those about it too. `words` says the name of a measure or of a parameter in the language."""
    found = {question: read for read, both in _GENERAL.items() for question in both[language]}
    if not run.rest:
        found = {question: read for question, read in found.items() if read != _RESTED}
    which, final, low, high, up, changed, lost, at, happened = _OF_A_MEASURE[language]
    for param in run.params:
        found[which.format(words(param.replace("_", " ")))] = f"Which {param.replace('_', ' ')} did it use?"
    for metric, said, role in _measured(run)[:MOST]:
        name, called = metric.replace("_", " "), words(said)
        final_read = f"What was the final {name}?"
        found |= {
            final.format(called): final_read,
            low.format(called): f"At which step was the {name} lowest?",
            high.format(called): f"At which step was the {name} highest?",
            up.format(called): f"Why did the {name} go up?",
            changed.format(called): f"How much did the {name} go up?",
        }
        if role in _LOST:
            found[lost.format(called)] = f"How much did the {name} go up?"
        if place:
            found[at.format(called, place)] = f"What was the {name} at {place}?"
    if place:
        found[happened.format(place)] = f"What happened at {place}?"
    return found


def _measured(run: Run) -> list[tuple[str, str, str]]:
    """What a run measured: the metric, its words, its role; of a run kept before demos declared that, by name."""
    declared = [m for m in run.measures if m.metric in run.metrics and m.role not in ("clock", "weight")]
    if not run.measures:
        return [(metric, metric.replace("_", " "), "quantity") for metric in run.metrics]
    return [(m.metric, m.words or m.metric.replace("_", " "), m.role) for m in declared]


def canonical(
    text: str, vector: Vectors, run: Run, encode: Callable[[Sequence[str]], Vectors], language: Language = "en",
    words: Words = str,
) -> str:  # fmt: skip
    """The written-out question that is meant, in the words that are read; "" when none is near. `words` says the name
    of a measure or of a parameter in the language."""
    place = _place(text)
    questions = written_out(run, place, language, words)
    asked = [question for question in questions if place in question]  # who names an epoch does not ask of the end
    cosines = encode(asked) @ vector
    best = int(cosines.argmax())
    return questions[asked[best]] if cosines[best] >= NEAR else ""


def _place(text: str) -> str:
    """The place of a run that a text names: "epoch 3"; "" for none."""
    if named := _PLACE.search(text):
        word, number = named[0].split()[0].lower(), int(named[1])
    elif ordered := _ORDERED.search(text):
        word, number = ordered[2].lower(), _ORDINALS[ordered[1].lower()]
    else:
        return ""
    kind = "epoch" if word.startswith(("epoc", "époc")) else "frame" if word in ("frame", "cuadro") else "step"
    return f"{kind} {number}"
