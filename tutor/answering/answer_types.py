"""What a question asks for and an answer lacks: a number, a year, a name, or what letters stand for.

Nearness does not tell "How many chips were in Deep Blue?" from a question that the sentence on those chips answers.
Where the kind of thing that is asked for is plain, one that the question does not hold itself has to stand in the
sentences. knowledge/retrieval/questions.py knows kinds too, loosely, as one feature among many; these decide,
and so are strict.
What that gives and costs: docs/adr/0008-what-is-asked-for.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from knowledge.retrieval.questions import Question
from knowledge.retrieval.spanish import in_english, in_plain_words
from knowledge.text import fold, words

_YEAR = re.compile(
    r"\b(?:1[5-9]|20)\d\ds?\b|\b\d0s\b|\bcentury\b|"
    r"\b(?:January|February|March|April|June|July|August|September|October|November|December)\b"
)
_NUMBER = re.compile(
    r"\d[\d.,]*|\b(?:no|none|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|half|halves|"
    r"hundreds?|thousands?|millions?|billions?|trillions?|several|many|few|fewer|single|both|pair|once|twice|doubles?|"
    r"doubled|every|each|all|any)\b",
    re.IGNORECASE,
)
_PLACE_OF_ITSELF = re.compile(r"\bslides? \d+", re.IGNORECASE)
"""A number that says where something stands and counts nothing."""
_NAME = re.compile(r"[A-ZÁÉÍÓÚÑ][\w'’-]*(?:\.? (?:(?:of|de|van|von|der|and) )?[A-ZÁÉÍÓÚÑ][\w'’-]*)*")
_OPENS = frozenset("the a an in on at for if all one both each it its slide when by to and as from".split())
"""Words that are capital because they open a sentence."""
_EXPLAINS = re.compile(r"\babbreviat|\bstands? for\b|\bshort for\b")
_SMALL = frozenset("of the and for from with in on a an to de la el".split())
_ABBREVIATION = re.compile(r"\b[A-Z][A-Za-z-]*[A-Z0-9][A-Za-z0-9-]*\b")

_KINDS = (
    ("letters", r"\bstands? for\b|\b(?:abbreviation|acronym|initials)\b|\bletters\b.*\bmean\b|\bshort for\b"),
    ("year", r"\bwhen (?:was|were|did)\b|\b(?:what|which) (?:year|decade)\b"),
    (
        "number",
        r"\bhow (?:many|tall)\b|\bhow old\b(?! (?:is|are) (?:the|an?)\b)|\bhow much money\b|\b(?:final|exact) score\b",
    ),
    (
        "number",
        r"\bhow much (?:does|do|did|is|was|were) .*\b(?:cost|costs|pay|paid|earn|earns|earned|weigh|weighs|worth)\b",
    ),
    (
        "person",
        r"^\W*(?:and |so |but )?who(?:m)?\b(?! (?:can|could|should|may|needs?|uses?|benefits?)\b)"
        r"(?! (?:is|was|are|were) \w+\W*$)",
    ),
    ("name", r"\b(?:what|which) (?:university|city|country|company|institut\w+)\b"),
    ("name", r"\bwhere (?:was|were|is|did|does) .*\b(?:born|works?|worked|study|studied|teach)\b"),
)


def lacks(question: Question, sentences: Sequence[str], titles: Sequence[str] = ()) -> str:
    """The kind of thing that is asked for and that no sentence holds, "number" for example; "" when nothing is lacking.

    What letters stand for may also be told by the titles of the passages ("LSTM: long short-term memory").
    """
    asked = in_plain_words(in_english(question.text))
    plain = re.sub(r"\b([a-z]) (?=[a-z]\b)", r"\1", fold(asked))  # B E R T
    kind = next((kind for kind, pattern in _KINDS if re.search(pattern, plain)), "")
    told = [*sentences, *titles] if kind == "letters" else sentences
    return kind if kind and not _HOLDS[kind](frozenset(words(plain)), told) else ""


def _number(asked: frozenset[str], sentences: Sequence[str]) -> bool:
    """A number that is no year and no slide's."""
    texts = (_PLACE_OF_ITSELF.sub(" ", _YEAR.sub(" ", text)) for text in sentences)
    return any(_is_new(match[0], asked) for text in texts for match in _NUMBER.finditer(text))


def _year(asked: frozenset[str], sentences: Sequence[str]) -> bool:
    return any(_is_new(match[0], asked) for text in sentences for match in _YEAR.finditer(text))


def _person(asked: frozenset[str], sentences: Sequence[str]) -> bool:
    """Capital words in a row, of which the question may hold some: John Hopfield made the Hopfield network."""
    return any(set(named) - asked for named in _names(sentences))


def _name(asked: frozenset[str], sentences: Sequence[str]) -> bool:
    """Capital words in a row of which the question says none; or an address, which tells where."""
    return any(not asked & set(named) for named in _names(sentences)) or any("http" in text for text in sentences)


def _names(sentences: Sequence[str]) -> Iterator[list[str]]:
    for text in sentences:
        for match in _NAME.finditer(text):
            said = words(match[0])
            named = said[1:] if match.start() == 0 and said and said[0] in _OPENS else said
            opens = match.start() == 0 and len(named) == 1
            if named and not opens:
                yield named


def _letters(asked: frozenset[str], sentences: Sequence[str]) -> bool:
    """Words that an abbreviation of the question may be made of, or a sentence that says of what it is one."""
    told = " ".join(sentences)
    wanted = {name for name in _ABBREVIATION.findall(told) if fold(name) in asked}
    if not wanted or any(_EXPLAINS.search(text) and any(name in text for name in wanted) for text in sentences):
        return True
    return any(_spelt_out(re.sub(r"[^a-z]", "", fold(name)), told) for name in wanted)


def _spelt_out(letters: str, text: str) -> bool:
    """True when words in a row begin with the letters, some of which may follow within a word (VAE: variational
    autoencoder)."""
    every = re.findall(r"[a-z]+", fold(text))
    rows = (every, [word for word in every if word not in _SMALL])
    return any(_begins(letters, row[start : start + len(letters)]) for row in rows for start in range(len(row)))


def _begins(letters: str, row: Sequence[str]) -> bool:
    """True when the first two or more words of the row spell the letters."""
    if not row or letters == row[0] or row[0][0] != letters[0]:
        return False
    left = letters[1:]
    for place, word in enumerate(row):
        if place:
            if not left or word[0] != left[0]:
                return False
            left = left[1:]
        if not left:
            return place > 0
        within = word.find(left[0], 1)
        if within > 0 and (place + 1 == len(row) or row[place + 1][0] != left[0]):
            left = left[1:]
            if not left:
                return place > 0
    return False


def _is_new(text: str, asked: frozenset[str]) -> bool:
    return not set(words(text)) & asked


_HOLDS: dict[str, Callable[[frozenset[str], Sequence[str]], bool]] = {
    "number": _number, "year": _year, "person": _person, "name": _name, "letters": _letters,
}  # fmt: skip
