"""Questions about a demo run in the words that tutor/runs/questions.py reads, however they are asked.

For the run at hand the questions that can be asked are written out: for each of its measures the value at the end, the
best, the place of a change; whether it converged; what was seen. The one nearest in meaning to what a student said is
meant, with the numbers that the student named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from knowledge.retrieval.embedder import Vectors
from tutor.runs.summary import Run

NEAR = 0.84
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
_GENERAL = (
    "Did it converge?", "Why did it not converge?", "When did it converge?", "What did the run show?",
    "What was the result?", "What are the final weights?", "Which parameters did you use?",
    "What does the last frame show?", "Was my guess right?",
)  # fmt: skip


_OUTCOME = ("Did it work?", "Did it get it right or did it make a mistake?", "Was the answer right?")
_RESTED = (
    "In which epoch did it stop making mistakes?", "When did it stop changing?", "How many steps did it take?",
    "After how many epochs was it finished?",
)  # fmt: skip
AGAINST = "Was it better than the run before?"
"""What is asked of two runs; the other questions are about one."""


def written_out(run: Run, place: str = "") -> dict[str, str]:
    """The questions that this run can be asked, each with the one that says the same in the words that are read; with a
    place ("epoch 3") those about it too."""
    names = [name.replace("_", " ") for name in list(run.metrics)[:MOST]]
    found = {question: question for question in _GENERAL}
    found |= dict.fromkeys(_OUTCOME, "What was the result?")
    if run.rest:
        found |= dict.fromkeys(_RESTED, "When did it converge?")
    found |= {f"Which {name} did it use?": f"Which {name} did it use?" for name in _said(run.params)}
    for name in names:
        asked = [
            f"What was the final {name}?", f"At which step was the {name} lowest?",
            f"At which step was the {name} highest?", f"Why did the {name} go up?",
        ]  # fmt: skip
        asked += [f"What was the {name} at {place}?"] if place else []
        found |= {question: question for question in asked}
        found |= dict.fromkeys((f"How much {name} was lost?", f"How much did the {name} change?"),
                               f"How much did the {name} go up?")  # fmt: skip
    for measure in run.measures:
        if measure.role == "size":
            name = measure.metric.replace("_", " ")
            found[f"How many {name} does it have?"] = f"What was the final {name}?"
    found |= dict.fromkeys((AGAINST, "Did it get better or worse?", "Which of the two runs was better?"), AGAINST)
    return found | ({f"What happened at {place}?": f"What happened at {place}?"} if place else {})


def _said(names: Iterable[str]) -> list[str]:
    return [name.replace("_", " ") for name in names]


def canonical(text: str, vector: Vectors, run: Run, encode: Callable[[Sequence[str]], Vectors]) -> str:
    """The written-out question that is meant, in the words that are read; "" when none is near."""
    place = _place(text)
    questions = written_out(run, place)
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
