"""What checks a claim against the course (knowledge/retrieval/entailment.safetensors), trained: do sentences say it?

Examples are made from the course's units, whose sentences stand in both languages: a sentence follows from its unit in
either language, whole or joined with its neighbour. What does not follow is the same sentence altered
(training/alterations.py), with something added that another unit says, or true but said elsewhere. Claims in other
words, true and false, were written by hand (training/claims/). Passages from outside in both languages join them, so
that it judges a teacher's documents too.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.courses.units import Line, Topic, Unit, read_topics
from knowledge.retrieval.embedder import Embedder
from knowledge.text import Language
from training.alterations import World, altered
from training.cross_encoder import Group
from training.data import held_out
from training.material import Material

FOLDER = Path(__file__).parent / "claims"
WINDOW = 3
"""Sentences that a claim is checked against at most, as tutor/answering/grounding.py shows them."""
NEAR = 0.9
"""Cosine (as e5 gives it) from which another sentence of the topic may say the same, so that nobody knows its label."""
ALTERED = 1
"""Altered sentences of each one that are learnt."""
TWICE = 0.35
"""Share of the claims by hand that are put to the sentences in both languages."""
_MATH = re.compile(r"\$|\\[a-z]+|`")
_OTHER: Mapping[Language, Language] = {"en": "es", "es": "en"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence in both languages, with its topic's title in both."""

    topic: str
    title: str
    title_es: str
    en: str
    es: str

    def said(self, language: Language) -> str:
        """The sentence in one language."""
        return self.es if language == "es" else self.en

    def named(self, language: Language) -> str:
        """The topic's title in one language."""
        return self.title_es if language == "es" else self.title


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence written by hand on one of the course's: in other words, or false."""

    sentence: str
    language: Language
    true: bool
    text: str


def premise(window: Sequence[Pair], language: Language) -> str:
    """Sentences as tutor/answering/grounding.py shows them."""
    return f"{window[0].named(language)}. {' '.join(pair.said(language) for pair in window)}"


def course_groups(embedder: Embedder, seed: int = 0, *, held: bool = False) -> Iterator[Group]:
    """One claim and what it is checked against in each group. `held` gives those of the topics that validate; otherwise
    those that teach."""
    topics = [topic for topic in read_topics() if held_out(topic.id) == held]
    units = [found for topic in topics for unit in topic.units if (found := _pairs(topic, unit))]
    pairs = [pair for found in units for pair in found]
    vectors = embedder.encode([pair.en for pair in pairs])
    rows = {pair: row for row, pair in enumerate(pairs)}
    by_topic: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_topic.setdefault(pair.topic, []).append(pair)
    world = world_of(read_topics())
    by_sentence: dict[str, list[Claim]] = {}
    for claim in read_claims():
        by_sentence.setdefault(claim.sentence, []).append(claim)
    draw = random.Random(f"{seed} {held}")
    for found in units:
        for place, pair in enumerate(found):
            window = _window(found, place)
            shown = vectors[[rows[p] for p in window]]
            others = [other for other in by_topic[pair.topic] if other not in found]
            apart = [other for other in others if float((shown @ vectors[rows[other]]).max()) < NEAR]
            written = by_sentence.get(pair.en, [])
            yield from _groups(pair, window, apart, pairs, world, written, draw)


def _groups(
    pair: Pair, window: Sequence[Pair], apart: Sequence[Pair], pairs: Sequence[Pair], world: World,
    written: Sequence[Claim], draw: random.Random,
) -> Iterator[Group]:  # fmt: skip
    """The claims on one sentence, each against the window in one language."""
    for claim in written:
        languages = ["en", "es"]
        draw.shuffle(languages)
        for told in languages[: 2 if draw.random() < TWICE else 1]:
            yield Group(claim.text, (("", premise(window, told), claim.true),))  # type: ignore[arg-type]
    told = draw.choice(("en", "es"))
    claimed: Language = told if draw.random() < 0.6 else _OTHER[told]  # type: ignore[assignment,index]
    claims = [*_true(pair, window, claimed, draw), *_false(pair, apart, pairs, claimed, world, draw)]
    for text, right in dict.fromkeys(claims):
        yield Group(text, (("", premise(window, told), right),))  # type: ignore[arg-type]


def _true(pair: Pair, window: Sequence[Pair], claimed: Language, draw: random.Random) -> list[tuple[str, bool]]:
    """The sentence itself, or joined with a neighbour."""
    neighbours = [other for other in window if other is not pair]
    if neighbours and draw.random() < 0.5:
        return [(_joined(pair.said(claimed), draw.choice(neighbours).said(claimed), claimed, draw), True)]
    return [(pair.said(claimed), True)]


def _false(
    pair: Pair, apart: Sequence[Pair], pairs: Sequence[Pair], claimed: Language, world: World, draw: random.Random
) -> list[tuple[str, bool]]:  # fmt: skip
    """The sentence altered; and, of half of them, one from elsewhere, alone or joined to it."""
    text = pair.said(claimed)
    found = [(made, False) for _, made in altered(text, claimed, world, draw)]
    draw.shuffle(found)
    found = found[:ALTERED]
    if draw.random() < 0.5:
        other = draw.choice(apart) if apart and draw.random() < 0.7 else draw.choice(pairs)
        if other.topic != pair.topic or other in apart:
            alone = other in apart and draw.random() < 0.5
            said = other.said(claimed)
            found.append((said if alone else _joined(text, said, claimed, draw), False))
    return found


def outside_groups(materials: Mapping[str, Material], seed: int = 0, *, held: bool = False) -> Iterator[Group]:
    """Groups of passages from outside that stand in both languages ("xquad.en", "xquad.es"), sentence by sentence.

    Passages whose sentences do not pair off are left out.
    """
    draw = random.Random(f"{seed} outside")
    english = next((m for name, m in materials.items() if name.endswith("en")), None)
    spanish = next((m for name, m in materials.items() if name.endswith("es")), None)
    if english is None or spanish is None:
        return
    texts = [text for material in (english, spanish) for found in material.sentences.values() for text in found]
    names = sorted({name for text in texts for name in _names(text)})
    world = World({"en": ("the city", "the church"), "es": ("la ciudad", "la iglesia")}, names)
    for (place, left), right in zip(english.sentences.items(), spanish.sentences.values(), strict=False):
        number = place.rsplit("-", 1)[-1]
        if len(left) != len(right) or held_out(number) != held:
            continue
        found = [Pair(number, "", "", one, other) for one, other in zip(left, right, strict=True)]
        for at, pair in enumerate(found):
            window = _window(found, at, 2)
            apart = [other for other in found if other not in window]
            yield from _groups(pair, window, apart, found, world, (), draw)


def _names(text: str) -> list[str]:
    return re.findall(r"(?<=[a-z,;:] )[A-Z][\w-]+(?: [A-Z][\w-]+){0,2}", text)


def _pairs(topic: Topic, unit: Unit) -> list[Pair]:
    return [Pair(topic.id, topic.title, topic.title_es, line.en, line.es) for line in unit.lines if _usable(line)]


def _usable(line: Line) -> bool:
    return line.kind in ("plain", "right") and not _MATH.search(line.en)


def _window(found: Sequence[Pair], place: int, most: int = WINDOW) -> Sequence[Pair]:
    """The sentences around one, in order."""
    start = max(0, min(place - most // 2, len(found) - most))
    return found[start : start + most]


def _joined(one: str, two: str, language: Language, draw: random.Random) -> str:
    """Two sentences as one claim."""
    link = draw.choice({"en": (", and ", "; "), "es": (", y ", "; ")}[language])
    second = two if two[1:2].isupper() or link == "; " else f"{two[:1].lower()}{two[1:]}"
    return f"{one.rstrip('.')}{link}{second}"


def world_of(topics: Sequence[Topic]) -> World:
    """The names that the course uses."""
    texts = [line.en for topic in topics for unit in topic.units for line in unit.lines if _usable(line)]
    named: dict[Language, Sequence[str]] = {
        "en": [topic.inline("en") for topic in topics], "es": [topic.inline("es") for topic in topics]
    }  # fmt: skip
    return World(named, sorted({name for text in texts for name in _names(text)}))


def read_claims(folder: Path = FOLDER) -> list[Claim]:
    """All claims written by hand: `sentence<TAB>language<TAB>1 or 0<TAB>claim` a line, the sentence in English."""
    found = []
    for path in sorted(folder.glob("*.tsv")):
        for row in path.read_text(encoding="utf-8").splitlines():
            sentence, language, true, text = row.split("\t")
            found.append(Claim(sentence, "es" if language == "es" else "en", true == "1", text))
    return found


def measured(file: Path, embedder: Embedder) -> Iterator[str]:
    """What a trained file passes of the held-out topics' claims, at several thresholds."""
    from knowledge.retrieval.cross_encoder import CrossEncoder
    from tutor.answering.grounding import LONGEST

    groups = list(course_groups(embedder, held=True))
    written = {claim.text for claim in read_claims()}
    reader = CrossEncoder(file, LONGEST)
    scores = [float(reader.scores(group.question, [row[:2] for row in group.rows])[0]) for group in groups]
    for name, by_hand in (("altered course sentences", False), ("claims by hand", True)):
        rows = [(s, g.rows[0][2]) for s, g in zip(scores, groups, strict=True) if (g.question in written) == by_hand]
        right, wrong = [s for s, label in rows if label], [s for s, label in rows if not label]
        yield f"{name}: {len(right)} true, {len(wrong)} false"
        for threshold in (-1.0, 0.0, 1.0, 2.0, 3.0):
            passed = sum(s >= threshold for s in right) / max(1, len(right))
            slipped = sum(s >= threshold for s in wrong) / max(1, len(wrong))
            yield f"  at {threshold:+.1f}: true pass {passed:.3f}, false pass {slipped:.3f}"
