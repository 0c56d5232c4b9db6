"""What checks a claim against the course (knowledge/retrieval/entailment.safetensors), trained: do sentences say it?

Examples are made from the course's units, whose sentences stand in both languages: a sentence follows from its unit in
either language, whole, joined with its neighbour, or in other words (training/paraphrases.tsv, which a language model
wrote and a reader kept). What does not follow is the same sentence altered (training/alterations.py), with something
added that another unit says, or true but said elsewhere. Passages from outside in both languages join them, so that it
judges a teacher's documents too.
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

FOLDER = Path(__file__).parent
PARAPHRASES = FOLDER / "paraphrases.tsv"
WINDOW = 4
"""Sentences that a claim is checked against at most; as many as fit into half of what the model reads."""
NEAR = 0.9
"""Cosine (as e5 gives it) from which another sentence of the topic may say the same, so that nobody knows its label."""
_MATH = re.compile(r"\$|\\[a-z]+")
_OTHER: Mapping[Language, Language] = {"en": "es", "es": "en"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence in both languages, with the vector places of its texts."""

    topic: str
    act: str
    en: str
    es: str

    def said(self, language: Language) -> str:
        return self.es if language == "es" else self.en


def course_groups(embedder: Embedder, seed: int = 0, *, held: bool = False) -> Iterator[Group]:
    """A group for each sentence of the course's units: the sentences it stands among, and claims on them.

    `held` gives those of the topics that validate; otherwise those that teach.
    """
    topics = [topic for topic in read_topics() if held_out(topic.id) == held]
    units = [(topic, unit, _pairs(topic, unit)) for topic in topics for unit in topic.units]
    pairs = [pair for *_, found in units for pair in found]
    vectors = embedder.encode([pair.en for pair in pairs])
    rows = {pair: row for row, pair in enumerate(pairs)}
    by_topic: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_topic.setdefault(pair.topic, []).append(pair)
    world, reworded = world_of(read_topics()), read_paraphrases()
    draw = random.Random(f"{seed} {held}")
    for _, _, found in units:
        for place, pair in enumerate(found):
            window = _window(found, place)
            shown = vectors[[rows[p] for p in window]]
            others = [other for other in by_topic[pair.topic] if other not in found]
            apart = [other for other in others if float((shown @ vectors[rows[other]]).max()) < NEAR]
            yield from _groups(pair, window, apart, pairs, world, reworded, draw)


def _groups(
    pair: Pair, window: Sequence[Pair], apart: Sequence[Pair], pairs: Sequence[Pair], world: World,
    reworded: Mapping[str, Sequence[str]], draw: random.Random,
) -> Iterator[Group]:  # fmt: skip
    """Two groups: the sentences in one language, the claims in both."""
    for language in ("en", "es"):
        told: Language = language  # type: ignore[assignment]
        premise = " ".join(p.said(told) for p in window)
        claims: list[tuple[str, bool]] = []
        for claimed in (told, _OTHER[told]) if draw.random() < 0.7 else (_OTHER[told],):
            claims += _true(pair, window, claimed, told, reworded, draw)
            claims += _false(pair, apart, pairs, claimed, world, reworded, draw)
        yield Group(premise, tuple(("", text, right) for text, right in dict.fromkeys(claims)))


def _true(
    pair: Pair, window: Sequence[Pair], claimed: Language, told: Language, reworded: Mapping[str, Sequence[str]],
    draw: random.Random,
) -> list[tuple[str, bool]]:  # fmt: skip
    text = pair.said(claimed)
    found = [(again, True) for again in reworded.get(text, ())]
    if claimed != told or draw.random() < 0.25 or not found:
        found.append((text, True))
    neighbours = [other for other in window if other is not pair]
    if neighbours and draw.random() < 0.4:
        found.append((_joined(text, draw.choice(neighbours).said(claimed), claimed, draw), True))
    return found


def _false(
    pair: Pair, apart: Sequence[Pair], pairs: Sequence[Pair], claimed: Language, world: World,
    reworded: Mapping[str, Sequence[str]], draw: random.Random,
) -> list[tuple[str, bool]]:  # fmt: skip
    text = draw.choice([pair.said(claimed), *reworded.get(pair.said(claimed), ())])
    found = [(made, False) for _, made in altered(text, claimed, world, draw)]
    draw.shuffle(found)
    found = found[:4]
    elsewhere = draw.choice(pairs)
    if elsewhere.topic != pair.topic:
        found.append((_joined(text, elsewhere.said(claimed), claimed, draw), False))
    if apart:
        other = draw.choice(apart)
        found += [(other.said(claimed), False)]
        if draw.random() < 0.5:
            found.append((_joined(text, other.said(claimed), claimed, draw), False))
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
        found = [Pair(number, "", one, other) for one, other in zip(left, right, strict=True)]
        for at, pair in enumerate(found):
            window = _window(found, at, 2)
            apart = [other for other in found if other not in window]
            yield from _groups(pair, window, apart, found, world, {}, draw)


def _names(text: str) -> list[str]:
    return re.findall(r"(?<=[a-z,;:] )[A-Z][\w-]+(?: [A-Z][\w-]+){0,2}", text)


def _pairs(topic: Topic, unit: Unit) -> list[Pair]:
    return [Pair(topic.id, unit.act, line.en, line.es) for line in unit.lines if _usable(line)]


def _usable(line: Line) -> bool:
    return line.kind in ("plain", "right") and not _MATH.search(line.en)


def _window(found: Sequence[Pair], place: int, most: int = WINDOW) -> Sequence[Pair]:
    """The sentences around one, in order."""
    start = max(0, min(place - most // 2, len(found) - most))
    return found[start : start + most]


def _joined(one: str, two: str, language: Language, draw: random.Random) -> str:
    """Two sentences as one claim."""
    words = {"en": (", and ", "; ", " because "), "es": (", y ", "; ", " porque ")}[language]
    link = draw.choice(words[:2])
    second = two if two[1:2].isupper() or link == "; " else f"{two[:1].lower()}{two[1:]}"
    first = one.rstrip(".")
    return f"{first}{link}{second}"


def world_of(topics: Sequence[Topic]) -> World:
    """The names that the course uses."""
    texts = [line.en for topic in topics for unit in topic.units for line in unit.lines if _usable(line)]
    named: dict[Language, Sequence[str]] = {
        "en": [topic.inline("en") for topic in topics], "es": [topic.inline("es") for topic in topics]
    }  # fmt: skip
    return World(named, sorted({name for text in texts for name in _names(text)}))


def read_paraphrases(path: Path = PARAPHRASES) -> dict[str, list[str]]:
    """Sentences in other words: `sentence<TAB>again` lines, as a mapping; empty where there is no such file."""
    found: dict[str, list[str]] = {}
    if path.is_file():
        for row in path.read_text(encoding="utf-8").splitlines():
            text, _, again = row.partition("\t")
            if again:
                found.setdefault(text, []).append(again)
    return found
