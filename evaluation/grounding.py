"""Grounding measured by itself: `python -m evaluation.grounding` alters course sentences and counts what passes.

Supported claims are the course's sentences said otherwise (shortened, made passive, joined, led in). The others
change one thing that makes them false or unfounded: a number, a name, the polarity, a relation, the subject, or a
detail that no passage holds; or they say Yes or No to a question that deserves the other word. Sentences fall into the
same splits by document as the questions do by concept: the rules are tuned on train and dev alone.
"""

from __future__ import annotations

import hashlib
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from knowledge.courses.lecture_passages import lecture_passages
from knowledge.passages import Passage
from knowledge.retrieval.embedder import Embedder
from training.statistics import Rate, percentile
from tutor.answering.grounding import Evidence, supports
from tutor.settings import read_settings

OTHERS = 6
"""Passages of other documents that stand beside the right ones, as in a turn."""
_OPPOSITES = (
    ("larger", "smaller"), ("more", "fewer"), ("higher", "lower"), ("increases", "decreases"), ("before", "after"),
    ("first", "last"), ("input", "output"), ("encoder", "decoder"), ("adds", "removes"), ("always", "never"),
    ("large", "small"), ("fast", "slow"), ("labelled", "unlabelled"), ("positive", "negative"), ("row", "column"),
    ("maximum", "minimum"), ("maximises", "minimises"), ("similar", "unrelated"), ("trained", "untrained"),
    ("possible", "impossible"), ("cheaper", "dearer"), ("fixed", "learned"), ("shrinks", "grows"), ("keeps", "loses"),
    ("train", "test"), ("real", "invented"), ("past", "future"), ("earlier", "later"), ("generator", "discriminator"),
    ("upper", "lower"), ("needs", "avoids"), ("helps", "hurts"), ("left", "right"), ("public", "private"),
    ("teacher", "student"), ("query", "value"), ("rises", "falls"), ("easier", "harder"), ("best", "worst"),
)  # fmt: skip
_DETAILS = (
    "and it was paid for by the United States Navy", "which took its inventor years", "as Alan Turing had foretold",
    "and Japan adopted it first", "although most researchers reject it today", "and it won the Turing Award",
    "which is why banks pay for it", "and it was written in Fortran", "and it runs on quantum computers",
    "which doubles every two years", "and the European Union forbids it", "as experiments with mice confirmed",
)  # fmt: skip
_PEOPLE = (
    "Frank Rosenblatt", "Yann LeCun", "Geoffrey Hinton", "John McCarthy", "Kunihiko Fukushima", "Jürgen Schmidhuber",
    "Ashish Vaswani", "Alec Radford", "Jacob Devlin", "Alan Turing", "Marvin Minsky", "Andrew Ng",
)  # fmt: skip
_PLACES = ("Google", "OpenAI", "Meta AI", "IBM", "Microsoft", "Toronto", "Stanford", "Nvidia")


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim made from a passage, the way it was altered, whether the passage still supports it, and the question that
    a claim with Yes or No answers."""

    claim: str
    passage: Passage
    way: str
    supported: bool
    question: str = ""


Alteration = Callable[[str, Passage, random.Random], str]


def _shortened(text: str, _passage: Passage, _chance: random.Random) -> str:
    head, mark, _ = text.partition(", because ")
    if not mark:
        head, mark, _ = text.partition(", so ")
    return f"{head}." if mark and len(head.split()) >= 5 else ""


def _passive(text: str, _passage: Passage, _chance: random.Random) -> str:
    if match := re.fullmatch(r"(?:The )?(.+?) was (made|created) by ([A-Z][\w. ]+?)\.", text):
        return f"{match[3]} {match[2]} {match[1]}."
    if match := re.fullmatch(r"([A-Z][\w.]+ [A-Z]\w+) (made|created|published) (the .+?) in (\d{4})\.", text):
        return f"In {match[4]}, {match[3]} was {match[2]} by {match[1]}."
    return ""


def _led_in(text: str, _passage: Passage, chance: random.Random) -> str:
    lead = chance.choice(("In short, ", "According to the course, ", "Yes, ", "In other words, "))
    return lead + (text if text.split()[0].isupper() or text[1:2].isupper() else text[0].lower() + text[1:])


def _joined(text: str, passage: Passage, _chance: random.Random) -> str:
    place = passage.sentences.index(text)
    if place + 1 == len(passage.sentences) or "$" in passage.sentences[place + 1] or len(text.split()) > 22:
        return ""
    return f"{text.rstrip('.')}, and {passage.sentences[place + 1]}"


def _number(text: str, _passage: Passage, chance: random.Random) -> str:
    if not (found := list(re.finditer(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\w])", text))):
        return ""
    match = chance.choice(found)
    digits = match[0]
    place = chance.choice([i for i, char in enumerate(digits) if char.isdigit()])
    other = str((int(digits[place]) + chance.randint(1, 8)) % 10)
    return text[: match.start() + place] + other + text[match.start() + place + 1 :]


def _name(text: str, _passage: Passage, chance: random.Random) -> str:
    for known in (_PEOPLE, _PLACES):
        for name in known:
            if name in text:
                return text.replace(name, chance.choice([other for other in known if other not in text]))
    return ""


def _polarity(text: str, _passage: Passage, _chance: random.Random) -> str:
    for said, denied in (
        (" does not ", " does "), (" cannot ", " can "), (" is not ", " is "), (" no ", " a "), (" never ", " always "),
        (" is ", " is not "), (" can ", " cannot "), (" are ", " are not "), (" was ", " was not "), 
        (" has ", " lacks "),
    ):  # fmt: skip
        if said in text:
            return text.replace(said, denied, 1)
    return ""


def _relation(text: str, _passage: Passage, chance: random.Random) -> str:
    pairs = [pair for pair in (*_OPPOSITES, *((b, a) for a, b in _OPPOSITES)) if re.search(rf"\b{pair[0]}\b", text)]
    pairs = [pair for pair in pairs if not re.search(rf"\b{pair[1]}\b", text)]
    if not pairs:
        return ""
    said, other = chance.choice(pairs)
    return re.sub(rf"\b{said}\b", other, text, count=1)


def _subject(text: str, passage: Passage, chance: random.Random) -> str:
    match = re.match(
        r"(The|A|An) ([A-Z]?[a-z]+(?: [a-z]+)?) (is|has|was|uses|learns|makes|turns|gives|needs|keeps)\b", text
    )
    if match is None:
        return ""
    others = ("perceptron", "diffusion model", "decision tree", "Kohonen network", "tokenizer", "loss function", "GAN")
    return text.replace(match[2], chance.choice([name for name in others if name not in passage.text]), 1)


def _detail(text: str, _passage: Passage, chance: random.Random) -> str:
    return f"{text.rstrip('.')}, {chance.choice(_DETAILS)}." if len(text.split()) < 20 else ""


WAYS: dict[str, tuple[Alteration, bool, int]] = {
    "shortened": (_shortened, True, 60), "passive": (_passive, True, 20), "led in": (_led_in, True, 120),
    "joined": (_joined, True, 120), "number": (_number, False, 110), "name": (_name, False, 60),
    "polarity": (_polarity, False, 110), "relation": (_relation, False, 110), "subject": (_subject, False, 60),
    "detail": (_detail, False, 80),
}  # fmt: skip
"""How a sentence is altered, whether the course still supports it then, and how many pairs are made at most."""

VERDICTS = 60
"""Sentences that are put after Yes and No."""

SUPPORTED = {way: supported for way, (_, supported, _) in WAYS.items()} | {
    "right verdict": True, "wrong verdict": False,
}  # fmt: skip


def split_of(document: str) -> str:
    """The split of a document, by the same rule as a question's concept."""
    place = int.from_bytes(hashlib.sha256(document.encode()).digest()[:8], "big") % 10
    return "train" if place < 5 else "dev" if place < 7 else "test"


def pairs(seed: int = 0) -> Iterator[Pair]:
    """All labelled pairs, the same for the same seed."""
    for way, (alter, supported, most) in WAYS.items():
        chance = random.Random(f"{seed} {way}")
        passages = lecture_passages()
        chance.shuffle(passages)
        count = 0
        for passage in passages:
            plain = [
                text for text in passage.sentences if "$" not in text and "http" not in text and len(text.split()) > 4
            ]
            made = [(text, alter(text, passage, chance)) for text in chance.sample(plain, min(3, len(plain)))]
            for text, claim in made:
                if claim and claim != text and claim not in passage.text and count < most:
                    count += 1
                    yield Pair(claim, passage, way, supported)
    yield from _verdicts(seed)


def _verdicts(seed: int) -> Iterator[Pair]:
    """A sentence after Yes or No, to a question that says it, and to one that says it with a number, name or relation
    altered."""
    chance = random.Random(f"{seed} verdict")
    passages = lecture_passages()
    chance.shuffle(passages)
    made = 0
    for passage in passages:
        for text in chance.sample(passage.sentences, min(2, len(passage.sentences))):
            other = next((b for alter in (_name, _number, _relation) if (b := alter(text, passage, chance))), "")
            if other and made < VERDICTS and "$" not in text and "http" not in text:
                made += 1
                ask = chance.choice(("Is it true that {}?", "{}, right?")).format
                for word, said in (("Yes", text), ("No", other)):
                    yield Pair(f"{word}: {text}", passage, "right verdict", True, ask(said.rstrip(".")))
                for word, said in (("Yes", other), ("No", text)):
                    yield Pair(f"{word}: {text}", passage, "wrong verdict", False, ask(said.rstrip(".")))


def judge(evidence: Evidence, all_passages: list[Passage], pair: Pair, chance: random.Random) -> bool:
    """Whether the gate lets the claim pass beside the passages of its document and some others."""
    own = [passage for passage in all_passages if passage.document == pair.passage.document][:4]
    shown = [pair.passage, *own, *chance.sample(all_passages, OTHERS)]
    distinct = list({passage.id: passage for passage in shown}.values())
    return evidence.check(pair.claim, supports(list(enumerate(distinct, 1))), pair.question).support is not None


def measure(step: Callable[[str], None] = lambda _wrong: None) -> list[str]:
    """Precision and recall by split, and what passes for each way of altering, as Markdown; `step` hears each wrong
    verdict of train and dev."""
    evidence, everything = Evidence(Embedder(read_settings().embedder)), lecture_passages()
    chance = random.Random(0)
    passed: dict[tuple[str, str], list[bool]] = defaultdict(list)
    seconds = []
    for pair in pairs():
        started = time.perf_counter()
        result = judge(evidence, everything, pair, chance)
        seconds.append(time.perf_counter() - started)
        for split in (split_of(pair.passage.document), "all"):
            passed[split, pair.way].append(result)
        if result != pair.supported and split_of(pair.passage.document) != "test":
            step(f"{pair.way}, {'passed' if result else 'held back'}: {pair.claim}")
    lines = [
        "## Evidence by itself",
        "",
        "Course sentences altered by `evaluation/grounding.py`, checked as in a turn.",
        "",
    ]
    lines += ["| split | supported + others | precision | recall |", "|---|---|---|---|"]
    for split in ("train", "dev", "test", "all"):
        good = [result for way, supported in SUPPORTED.items() if supported for result in passed[split, way]]
        bad = [result for way, supported in SUPPORTED.items() if not supported for result in passed[split, way]]
        precision, recall = Rate(sum(good), sum(good) + sum(bad)), Rate(sum(good), len(good))
        lines.append(f"| {split} | {len(good)} + {len(bad)} | {precision} | {recall} |")
    lines += ["", "| altered | should pass | passed |", "|---|---|---|"]
    for way, supported in SUPPORTED.items():
        lines.append(
            f"| {way} | {'yes' if supported else 'no'} | {Rate(sum(passed['all', way]), len(passed['all', way]))} |"
        )
    fast, slow = (percentile(seconds, share) * 1000 for share in (0.5, 0.95))
    return [*lines, "", f"One claim beside {OTHERS} and more passages: p50 {fast:.0f} ms, p95 {slow:.0f} ms."]


if __name__ == "__main__":
    print("\n".join(measure(print)))
