"""Sentences of a teacher's prose as they can be said: after the one that "it" means, before the one that explains.

Prose was written to be read from its beginning: "Lime is added to prevent this" says nothing alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.retrieval.retriever import Sentence
from knowledge.text import fold
from tutor.answering.course import Wanted
from tutor.answering.reply import Line

MOST = 3
"""Sentences of one passage at most."""
EXPLAINED = ("why", "explain", "example", "limits")
"""Acts that want more than the sentence which answers: what follows from it, or why it is so."""
_POINTS_BACK = re.compile(
    r"^(?:it|its|he|she|his|her|they|their|this|these|those|such|both|here|there|then|so|thus|therefore|otherwise|later|"
    r"afterwards|but|yet|also|instead|for (?:this|that|it)|because of (?:this|that)|from (?:it|this)|by (?:this|that)|"
    r"esto|este|esta|estos|estas|ese|esa|eso|esos|esas|su|sus|los dos|las dos|ambos|ambas|alli|ahi|asi|entonces|luego|"
    r"despues|tambien|ademas|pero|por (?:eso|ello|esto|el|ella)|en (?:el|ella|ellos|ellas)|para (?:eso|ello))\b",
)
_POINTS_WITHIN = re.compile(
    r"\b(?:this|these|eso|esto|ello)(?=[.,;:]|$)|\b(?:for|of|by|to|in) (?:this|that) (?:reason|way)\b"
)
_GIVES_REASON = re.compile(
    r"\b(?:because|since|so that|therefore|thus|due to|owing to|thanks to|porque|ya que|puesto que|por eso|para que|"
    r"debido|a causa de|gracias a)\b"
)


def points_back(sentence: str) -> bool:
    """True for a sentence that says "it" or "this" of something before it."""
    plain = fold(sentence).lstrip("\"'“‘(¿¡ ")
    return bool(_POINTS_BACK.match(plain) or _POINTS_WITHIN.search(plain))


def gives_reason(sentence: str) -> bool:
    """True for a sentence that says why."""
    return _GIVES_REASON.search(fold(sentence)) is not None


def told(chosen: Sequence[Sentence], wanted: Wanted) -> tuple[Line, ...]:
    """The lines of chosen sentences, of which the first is the best: those of its passage in the order of reading, with
    what it needs before it and, where a reason is asked for, what follows from it; then those of other passages."""
    best = chosen[0]
    passage, own = best.passage, {sentence.place for sentence in chosen if sentence.passage.id == best.passage.id}
    places = {best.place}
    if best.place and points_back(passage.sentences[best.place]):
        places.add(best.place - 1)
    after = best.place + 1
    is_open = wanted.act in EXPLAINED and not gives_reason(best.text)
    if is_open and after < len(passage.sentences) and points_back(passage.sentences[after]):
        places.add(after)
    for place in (sentence.place for sentence in chosen if sentence.place in own):
        if len(places) < MOST:
            places.add(place)
    others = [Line(s.text, s.passage) for s in chosen if s.passage.id != passage.id][: MOST - len(places)]
    return (*(Line(passage.said(wanted.language)[place], passage) for place in sorted(places)), *others)
