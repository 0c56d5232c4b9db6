"""The data set: seeded examples in the product's own prompt, as JSON lines beside a manifest with their hashes.

Each example shows a question and the few sentences that a turn would hand over; the answer is said from them, or it is
said that they do not hold it. The sentences that mislead are real ones: neighbours, and near misses of other documents.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.example import Example
from training.material import Known, Material, joined
from tutor.answering.prompts import draft_messages
from tutor.errors import InputError

REFUSAL = "The course does not cover that."
VARIANTS = 3
"""Examples for each question, with other neighbours, orders and wordings."""
REFUSED = 0.2
"""The share of examples whose notes are near misses only."""
VALID = 10
"""One document in so many is kept for validation."""
LEAST = 20
"""Examples that a data set has at least: with fewer there is nothing to learn."""
FILES = ("train.jsonl", "valid.jsonl")
_OPENINGS = ("Please tell me: ", "I would like to know: ", "Quick question. ", "Sorry, I missed this. ")


def examples(material: Material, seed: int, variants: int = VARIANTS) -> Iterator[Example]:
    """All examples of a material; the same seed gives the same ones."""
    for place, known in enumerate(material.known):
        for variant in range(variants):
            draw = random.Random(f"{seed} {material.name} {place} {variant}")
            notes, answer = _refused(material, known, draw), REFUSAL
            if known.answer and (not notes or draw.random() >= REFUSED):
                notes, answer = _told(material, known, draw)
            if notes:
                yield _example(material.name, known, reworded(known.question, variant, draw), notes, answer)


def reworded(question: str, variant: int, draw: random.Random) -> str:
    """The question as it stands, and in later variants as students type: small letters, no mark, an opening."""
    if variant == 0 or draw.random() < 0.4:
        return question
    way = draw.randrange(3)
    if way == 0:
        return question.lower().rstrip("?. ")
    return question.rstrip("?. ") if way == 1 else draw.choice(_OPENINGS) + question


def _told(material: Material, known: Known, draw: random.Random) -> tuple[list[str], str]:
    """Notes that hold the answer among others, and the answer in their words."""
    own = [text for text in material.sentences.get(known.document, ()) if text not in known.answer]
    others = material.misses(known, 4)
    pool = draw.sample(own, min(2, len(own))) + draw.sample(others, min(2, len(others)))
    room = max(0, 4 - len(known.answer))
    notes = [*known.answer, *draw.sample(pool, min(len(pool), room, draw.randrange(4)))]
    if draw.random() < 0.6:
        draw.shuffle(notes)
    return notes, known.lead + _cited(_said(material, known, draw), notes)


def _said(material: Material, known: Known, draw: random.Random) -> list[str]:
    """The answer's sentences; two neighbours about one subject become one sentence half of the time."""
    said = list(known.answer)
    order = material.sentences.get(known.document, ())
    if len(said) == 2 and f"\n{said[0]}\n{said[1]}\n" in "\n".join(("", *order, "")) and draw.random() < 0.5:
        return [one] if (one := joined(*said)) else said
    return said


def _refused(material: Material, known: Known, draw: random.Random) -> list[str]:
    """One to three near misses; [] when nothing comes near."""
    misses = material.misses(known, 5)
    return draw.sample(misses, min(len(misses), draw.randint(1, 3)))


def _cited(said: Sequence[str], notes: Sequence[str]) -> str:
    """The sentences as one text. Where the product's prompt numbers its notes, each cites the note it comes from."""
    if not numbered():
        return " ".join(said)
    place = {text: number for number, text in enumerate(notes, 1)}
    return " ".join(f"{text} [{place[text]}]" if text in place else text for text in said)


def numbered() -> bool:
    """True when the product's prompt shows its notes with numbers. Today marks are set by the gate, not the model."""
    return "[1]" in draft_messages("?", ["A note."])[-1].content


def _example(source: str, known: Known, question: str, notes: Sequence[str], answer: str) -> Example:
    system, user = draft_messages(question, notes)
    kind = "refusal" if answer == REFUSAL else known.kind
    return Example(
        kind, source, known.document, question, known.history, tuple(notes), system.content, user.content, answer
    )


def write_data(folder: Path, materials: Sequence[Material], seed: int, variants: int = VARIANTS) -> dict[str, Any]:
    """Write training and validation examples with their manifest, and return the manifest. Raises InputError."""
    made = [example for material in materials for example in examples(material, seed, variants)]
    random.Random(seed).shuffle(made)
    parts = _parted(made)
    if len(made) < LEAST:
        raise InputError(
            f"The material gives {len(made)} examples, too few to train on and to check with.",
            hint="Add documents, or questions as Q: and A: lines.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in zip(FILES, parts, strict=True):
        (folder / name).write_text("".join(_line(example) for example in part), encoding="utf-8")
    manifest: dict[str, Any] = {
        "hash": data_hash(folder),
        "seed": seed,
        "variants": variants,
        "sources": {material.name: len(material.known) for material in materials},
        "examples": {name: len(part) for name, part in zip(FILES, parts, strict=True)},
        "kinds": dict(sorted(Counter(example.kind for example in made).items())),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return manifest


def read_data(folder: Path) -> tuple[list[Example], list[Example], str]:
    """Training examples, validation examples, and their hash. Raises InputError when the files are not as written."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        found = data_hash(folder)
        parts = [_examples((folder / name).read_text(encoding="utf-8").splitlines()) for name in FILES]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{folder} holds no data set.", hint="Make one with `python -m training data`.") from None
    if found != manifest["hash"]:
        raise InputError(f"The data in {folder} are not those of their manifest.", hint="Make them anew.")
    return parts[0], parts[1], found


def data_in_words(folder: Path) -> str:
    """How a data set that was read was made: "seed 0; questions: course 1780; examples: judged 3000"."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    sources = ", ".join(f"{name} {count}" for name, count in manifest["sources"].items())
    kinds = ", ".join(f"{kind} {count}" for kind, count in manifest["kinds"].items())
    return f"seed {manifest['seed']}; questions: {sources}; examples: {kinds}"


def data_hash(folder: Path) -> str:
    """SHA-256 over the files of a data set, in order."""
    total = hashlib.sha256()
    for name in FILES:
        total.update((folder / name).read_bytes())
    return total.hexdigest()


def _parted(made: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Training and validation examples: by document, and where there are too few documents for that, by example."""
    taught, checked = [e for e in made if not _validates(e)], [e for e in made if _validates(e)]
    if len(checked) * 3 * VALID < len(made) or len(checked) * 3 > len(made):
        return [e for place, e in enumerate(made) if place % VALID], list(made[::VALID])
    return taught, checked


def held_out(document: str) -> bool:
    """True for a document whose questions validate: no example of it is learnt."""
    return int.from_bytes(hashlib.sha256(document.encode()).digest()[:8], "big") % VALID == 0


def _validates(example: Example) -> bool:
    return held_out(example.document or example.question)


def _line(example: Example) -> str:
    return json.dumps(asdict(example), ensure_ascii=False) + "\n"


def _examples(lines: Iterable[str]) -> list[Example]:
    records = [json.loads(line) for line in lines]
    lists = ("history", "notes")
    return [Example(**{**record, **{name: tuple(record[name]) for name in lists}}) for record in records]
