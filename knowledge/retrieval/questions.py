"""A question as retrieval reads it: what to search for, what is asked, and whether it leans on what was said before."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from knowledge.retrieval.spanish import in_english, in_plain_words
from knowledge.text import content_words, fold, words

SHORT = 4
"""Content words that a question has at most when it may lean on the conversation without saying so."""

Asked = Literal["who", "when", "where", "how_many", "what", "why", "how", "formula", "link", "other"]

_ASKED: tuple[tuple[Asked, str], ...] = (
    ("link", r"\b(link|url|website|web page|web site|video)\b"),
    ("formula", r"\b(formula|equation|ecuacion)\b"),
    ("when", r"\b(when|which year|what year|in (which|what) (year|decade)|how old|date|cuando|que ano)\b"),
    ("how_many", r"\b(how (many|much|large|big|long|high)|number of|what (score|percentage|percent)|cuant[oa]s?)\b"),
    ("where", r"\b(where|which (city|country|university|company|institution)|donde)\b"),
    ("who", r"\b(who|whom|whose|which (person|people|scientist|researchers?|authors?)|inventor|creator|quien(es)?)\b"),
    ("why", r"\b(why|reason|what for|purpose|por que)\b"),
    ("how", r"^(and |but )?how\b|\bcomo\b"),
    ("what", r"\b(what|define|definition|meaning|explain|describe|que es)\b"),
)
_FIT: dict[Asked, str] = {
    "who": r"\b(?!(?:The|An?|In|On|At|For|If|All|One|Slide|Deep|Both|Each|It)\b)[A-ZÁÉÍÓÚ][\w.'’-]+ (?:[A-Z]\. )?[A-ZÁÉÍÓÚ][\w'’-]+",
    "when": r"\b(1[89]|20)\d\d(s|\b)",
    "how_many": r"\d|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|hundred|thousand|million|billion|trillion)\b",
    "where": r"\b(University|Universidad|Google|IBM|OpenAI|Meta|Toronto|Cali|Colombia|Institute|Research|Center|School|Canada|Runway)\b",
    "why": r"\b(because|since|so that|therefore|reason|thus|so|avoids?|allows?|lets?|helps?|prevents?|without|instead)\b",
    "how": r"\b(by|first|then|each|step|from|into|through|using|uses|so)\b",
    "formula": r"\$|=",
    "link": r"https?://",
    "what": r"\b(is|are|means|refers|called)\b",
}
_PRONOUN = re.compile(
    r"\b(it|its|he|him|his|she|her|they|them|their|this|that|these|those|(?<!is )(?<!are )(?<!was )(?<!were )there(?! (?:is|are|was|were)\b)|"
    r"(?:the|that|this|which|last|other|first|second|third) one|one(?=\W*$)|one of (?:them|those|these)|ones|former|latter|same|el|ella|eso|esto)\b"
)
_SLIDE = re.compile(r"\b(?:slides?|diapositiva)\s+(?:number |no\.? ?|num(?:ero)? )?(\d{1,3})\b")
_OPENER = re.compile(
    r"^(and|but|so|or|then|also|y)\b|^(why|how|when|where|who|really|how so|how come|for example|e\.g\.)\W*$"
)
_ABOUT = re.compile(
    r"^(?:and|but|so)?\s*(?:what|how) about\s+(?:the\s+)?(.+?)\W*$|^and\s+(?:the\s+)?([\w -]{2,40}?)\W*$", re.IGNORECASE
)
_PART = re.compile(
    r",?\s+(?:and|y)\s+(?=(?:who|when|where|why|how|what|which|in which|quien|cuando|donde)\b)", re.IGNORECASE
)
_COMPARED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bdifferen(?:ce|ces|t) between (.+?) and (.+)",
        r"^(?:compare |comparison (?:of|between) )?(.+?),? (?:vs\.?|versus|compared (?:to|with)) (.+)",
        r"^(?:please )?compare (.+?) (?:and|with|to) (.+)",
        r"\b(?:is|are|does|do) (.+?) (?:any )?(?:differ(?:ent)?|distinct) (?:from|to|than) (.+)",
        r"\b(?:do|does|are|is) (.+?) and (.+?) (?:differ|different|distinct)\b",
        r"\b(?:is|are) (.+?) (?:just )?the same(?: thing)? as (.+)",
        r"^(.+?) (?:and|or) (.+?),? (?:what is the difference|what's the difference|whats the difference|which (?:one )?is better)",
    )
)
_GENERIC = frozenset(
    """formula equat link publish happen appear year date person people name author paper compani mean work exampl reason differ inventor
    creator invent made make use also go wrong problem advantag disadvantag drawback limit sinc""".split()
)


@dataclass(frozen=True, slots=True)
class Question:
    """`text` as typed; `search` what retrieval looks for; `focus` what is asked now.

    `asked` holds a kind of answer for each part: "Who made it, and when?" asks ("who", "when"). `completed` is another
    reading, with the topic of the conversation, for a question that may lean on it: which one holds is decided by what
    each finds. `reworded` is a third one, in words that a model chose, and `after` what it needs for that: the question before, and the
    topic of its answer. `carried` is the last question that stood alone, for the next to lean on; `slide` the number of a slide
    that is asked for. `compared` asks what each of two things is that a question compares ("LSTM or GRU?").
    """

    text: str
    search: str
    focus: str
    asked: tuple[Asked, ...]
    topic: str = ""
    completed: Question | None = None
    reworded: Question | None = None
    after: tuple[str, str] = ("", "")
    carried: str = ""
    slide: int | None = None
    compared: tuple[Question, ...] = ()

    def fit(self, sentence: str) -> float:
        """The share of the kinds asked for (a name, a year, a number) that a sentence holds."""
        return sum(fits(kind, sentence) for kind in self.asked) / len(self.asked)

    @property
    def may_lean(self) -> bool:
        """True when it may be about what was spoken of before."""
        return bool(self.after[0])

    def reword(self, whole: str) -> Question:
        """The same question with another reading: `whole`, which stands alone. As it is when that says nothing new, or
        holds a word that neither the question nor the conversation has."""
        known = {stem for text in (self.text, self.search, *self.after) for stem in content_words(text)}
        said = set(content_words(whole))
        if not said or not said <= known or said == set(content_words(self.search)):
            return self
        return replace(self, reworded=Question(self.text, whole, whole, _asked(whole), self.after[1], carried=whole))

    def replace_words(self, changes: dict[str, str]) -> Question:
        """The same question with misspelt words replaced in what is searched; `text` stays as typed."""
        if not changes:
            return self
        return replace(self, search=_replace(self.search, changes), focus=_replace(self.focus, changes))


def read_question(text: str, before: str = "", topic: str = "") -> Question:
    """Read a question. `before` is the search text of the previous one, `topic` the title of what answered it.

    A question that leans on the conversation ("And in which year?", "What about LSTM?") is completed from them.
    """
    typed = " ".join(text.split())
    text = in_plain_words(in_english(typed))
    asked = _asked(text)
    if match := _SLIDE.search(fold(text)):
        return Question(typed, text, text, asked, slide=int(match[1]))
    compared = tuple(map(read_question, _sides(text)))
    if compared or not before:
        return Question(typed, text, text, asked, compared=compared)
    if leans(text) and (other := _another_topic(text)):
        topical = set(content_words(topic))
        kept = " ".join(word for word in before.split() if not set(content_words(word)) & topical)
        return Question(typed, f"{kept} {other}", f"{kept} {other}", _asked(before), after=(before, topic))
    search = f"{_without_pronouns(text)} {topic} {before}".strip()
    completed = Question(typed, search, search, asked, topic, carried=before, after=(before, topic))
    if leans(text):
        return completed
    if not _is_short(text):
        return Question(typed, text, text, asked)
    return Question(typed, text, text, asked, completed=completed, after=(before, topic))


def _sides(text: str) -> tuple[str, ...]:
    """What is asked of each side when a question compares two things by their names; () otherwise."""
    for pattern in _COMPARED:
        if match := pattern.search(text):
            sides = [side.strip(" ?!.,;:'\"") for side in match.groups()]
            if all(0 < len(telling(side)) <= SHORT and not leans(side) for side in sides):
                return tuple(f"What is {side}?" for side in sides)
    return ()


def _is_short(text: str) -> bool:
    """True when a question says so little that it may be about what was spoken of."""
    return len(telling(text)) <= SHORT


def telling(text: str) -> list[str]:
    """The stems of a question that say what it is about: not those, such as "year", that any question may have."""
    return [word for word in content_words(text) if word not in _GENERIC]


def _another_topic(text: str) -> str:
    """The topic in "What about the LSTM?" or "And the LSTM?"; "" when the text asks something of its own."""
    match = _ABOUT.match(text)
    other = next(group for group in match.groups() if group) if match else ""
    return other if content_words(other) and _kind(fold(other)) == "other" else ""


def fits(kind: Asked, sentence: str) -> bool:
    """True when a sentence holds the kind of thing that is asked for; any sentence does where no kind is known."""
    pattern = _FIT.get(kind)
    return pattern is None or re.search(pattern, sentence) is not None


def parts(question: str) -> list[str]:
    """The questions that are asked in one: "Who made it, and when?" asks who and when."""
    pieces = _PART.split(question)
    return pieces if len(pieces) > 1 else [question]


def leans(text: str) -> bool:
    """True when the text needs what was said before to be understood.

    In "What is dropout and when do I use it?" the pronoun stands for what the question itself has named.
    """
    if _another_topic(text):
        return True
    plain = fold(text).strip()
    stems = telling(text)
    first = parts(text)[0]
    if _PRONOUN.search(fold(first) if telling(first) else plain):
        return len(stems) <= 3
    if _OPENER.search(plain):
        return len(stems) <= 1
    return not stems and len(words(text)) <= 6


def _asked(text: str) -> tuple[Asked, ...]:
    return tuple(dict.fromkeys(_kind(fold(part)) for part in parts(text)))


def _kind(plain: str) -> Asked:
    return next((kind for kind, pattern in _ASKED if re.search(pattern, plain)), "other")


def _without_pronouns(text: str) -> str:
    return " ".join(_PRONOUN.sub(" ", text).split())


def _replace(text: str, changes: dict[str, str]) -> str:
    return re.sub(r"\w+", lambda match: changes.get(fold(match[0]), match[0]), text)
