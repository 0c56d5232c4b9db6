"""What a student typed, read once: language, words, numbers, quotations, slide numbers. Nobody reads it anew.

Only what is grammar is read by rules: numbers with their units, quoted text, "slide 36". What is meant by the whole is
for tutor/dialogue/reading.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.text import Language, fold, words
from tutor.dialogue.language import Languages

_QUOTED = re.compile(r"\"([^\"\n]{1,400})\"|“([^”\n]{1,400})”|«([^»\n]{1,400})»")
_SLIDE = re.compile(
    r"\b(?:slides?|diapositivas?|diapo|lamina)\s{1,3}(?:number |no\.? ?|num(?:ero)?\.? ?|n° ?|# ?)?(\d{1,3})\b"
)


@dataclass(frozen=True, slots=True)
class Utterance:
    """`text` as typed, without surrounding space; `plain` folded to lower case without accents; `language` is the one
    that the answer takes; `slide` the number of a slide that is named."""

    text: str
    plain: str
    language: Language
    words: tuple[str, ...]
    quoted: tuple[str, ...] = ()
    slide: int | None = None

    @classmethod
    def of(cls, text: str, languages: Languages, before: Language = "en") -> Utterance:
        """Read a text. `before` is the language of the conversation, for texts that could be either ("LSTM?")."""
        flat = " ".join(text.split())
        plain = fold(flat)
        slide = _SLIDE.search(plain)
        quoted = tuple(next(filter(None, found)) for found in _QUOTED.findall(flat))
        return cls(
            flat, plain, languages.of(flat, before), tuple(words(flat)), quoted, int(slide[1]) if slide else None
        )
