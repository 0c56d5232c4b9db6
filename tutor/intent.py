"""What a student wants: an answer, a demo run, or a word about the tutor itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from demos.contract import Demo
from knowledge.embed import Embedder, Vectors
from knowledge.spanish import in_english, in_plain_words
from knowledge.text import content_words, fold, words
from tutor.request import Extracted, extract

_LEAD = (
    r"(?:(?:hi|hey|hello|ok|okay|so|now|and|then|please|pls|por favor|great|thanks)[,!. ]+)*"
    r"(?:(?:can|could|would|will) (?:you|u|we) (?:please )?|i(?:'d| would) (?:like|love) (?:you )?to (?:see )?|i want (?:you )?to (?:see )?|i wanna (?:see )?|"
    r"let'?s |let me |help me |go ahead and |try to |may i |puedes |quiero |podrias )?(?:please |just |quickly )?"
)
_ACTION = (
    r"(?:re-?run|run|train|show|demo|demonstrate|draw|plot|simulate|animate|visuali[sz]e|generate|sample|start|launch|play|try|"
    r"let (?:a|an|the)|watch|stir|step|walk|paint|sketch|execute|do|make|fit|teach|watch|see|compute|display|illustrate|open|use|solve|search|"
    r"build|construct|fool|cut|turn|quanti[sz]e|prune|distil|store|recall|recover|learn|hide|split|translate|sort|encode|decode|compress|guess|blur|sharpen|slide|denoise|corrupt|reconstruct|classify|forecast|cluster|unfold|"
    r"corre(?:r)?|ejecuta(?:r)?|entrena(?:r)?|muestra(?:me)?|mostrar|dibuja(?:r)?|simula(?:r)?|ver|haz|construye|construir|guarda(?:r)?|recupera(?:r)?|"
    r"aprende(?:r)?|busca(?:r)?|traduce|ordena(?:r)?|genera(?:r)?|let \w+)"
)
_REQUEST = re.compile(rf"^{_LEAD}{_ACTION}(?:me)?\b")
_SEEING = re.compile(
    r"\b(demo|demonstration|simulation|animation|in action|live|step by step|visuali[sz]ation|demostracion|interactive|interactively)\b"
)
_SHOW_IT = re.compile(
    r"[.?!,:]\s*(?:please )?(?:demonstrate|show (?:it|me|that|this)|run it|simulate it|let me see)\b[^.?!]*[.?!]*$|\bin action\b|\b(?:run|see) (?:a|the) demo\b|"
    r"(?:,|\b(?:please|plese|pls|and))\s+(?:run|show)(?: (?:it|me|that|this))*[.! ]*$"
)
_STRONG = re.compile(
    rf"^{_LEAD}(?:run|re-?run|train|simulate|animate|play|launch|execute|demo|entrena|ejecuta|simula|corre)\b"
)
_ASKING = re.compile(
    r"^(?:and |so |but )?(who|what|when|where|why|which|whose|how|is|are|was|were|does|did|do you|has|have|explain|define|describe|tell|que|quien|cuando|como|por que)\b"
)
_COMPARING = re.compile(r"\b(how|why|what|when|who|which|vs|versus|against|or not)\b")
_WORDS_WANTED = re.compile(
    r"\b(formula|equation|definition|slide|link|url|meaning|reference|paper|abstract|history|date|year|names?|authors?|list|table|summary|explanation|source|difference)\b"
)
_AGAIN = re.compile(
    r"^(?:and |now |ok,? |with )?(?:more|fewer|less|slower|faster) \w+[.! ]*$|"
    r"\b(again|re-?run|same (?:demo|thing|one)|once more|this time|otra vez|repeat it|redo)\b|^(?:now|and now|ok now|then)\b.*\b(with|use|using|set|try|on|for)\b|^(?:and |now )?(?:with|using|set)\b"
)
_ABOUT = re.compile(
    r"^(?:(?:cool|ok|okay|great|nice|perfect|super),? )?(?:hi|hello|hey|hola|good (?:morning|evening|afternoon)|thanks|thank you|thx|gracias|help|ayuda|bye|goodbye)\b[\s\w]{0,12}[!.? ]*$|"
    r"\bwhat(?:'s| is) (?:this|the) (?:course|lecture|class) about\b|\bwhat (?:will|can) i learn\b|^who (?:r|are) (?:u|you)\b|"
    r"\b(?:who|what) are you\b|\bwhat (?:can|do) you do\b|\bwhat (?:can|could|may|should) i ask\b|\bwhat(?:'s| is) your name\b|\bhow do (?:you|i use you) work\b|"
    r"\bwhich (?:language )?model (?:are|do) you\b|\bwhat (?:language )?model (?:are|do) you\b|\bare you (?:a |an )?(?:human|ai|bot|chatgpt|robot|real|llm)\b|\bwho (?:made|built|created) you\b|"
    r"\bare you (?:offline|online)\b|\bwhat (?:topics|subjects) (?:do you|does (?:the|this) course) (?:know|cover)\b|\bwhich demos\b|\bwhat demos\b|\blist (?:all |the )*demos\b|\bquien eres\b|\bque puedes hacer\b"
)  # fmt: skip
_AN_IMAGE = re.compile(r"\bimagenes\b|\b(?:una|la|esta|cada|otra|mi|tu) imagen\b")
"""Spanish for pictures, which does not name the demo `imagen`."""
CLOSE = 0.62
"""Least cosine between a request and a demo's example before the demo is run without being named."""

CHOSEN = 0.1
"""What a demo gains when the request names a choice that it alone offers ("sharpen")."""

MARGIN = 0.03
"""Demos closer to each other than this are both meant, so the student is asked."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to answer from the course."""


@dataclass(frozen=True, slots=True)
class About:
    """Talk about the tutor itself."""


@dataclass(frozen=True, slots=True)
class RunDemo:
    """A demo to run. `extracted` is what the words fix; `before` the parameters of the run that is to be changed."""

    demo: Demo
    extracted: Extracted
    before: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clarify:
    """A request that fits several demos."""

    demos: tuple[Demo, ...]


Intent = Ask | About | RunDemo | Clarify


class IntentReader:
    """Reads intents by the demos' names, aliases and example requests."""

    def __init__(self, demos: Sequence[Demo], embedder: Embedder, cache: Path | None = None) -> None:
        """`cache` is a folder where the examples' vectors are kept between starts."""
        self._demos, self._embedder, self._cache = tuple(demos), embedder, cache

    def read(self, text: str, last_demo: tuple[str, Mapping[str, Any]] | None = None) -> Intent:
        """The intent of `text`; `last_demo` is the run that "again with 50 epochs" would change."""
        plain = fold(" ".join(text.split()))
        if plain.startswith("/demo "):
            return self._pick(text[6:], text[6:], always=True)
        if _ABOUT.search(plain):
            return About()
        if last_demo and _AGAIN.search(plain) and not self._named(plain):
            demo = next((demo for demo in self._demos if demo.name == last_demo[0]), None)
            if demo is not None and ((found := extract(demo, text)).params or _AGAIN.match(plain)):
                return RunDemo(demo, found, last_demo[1])
        english = self._spelt(in_plain_words(in_english(text)))
        if self._wants_demo(plain) or self._wants_demo(fold(english)) or self._states_a_run(english):
            return self._pick(text, english, always=bool(_STRONG.search(plain) or _SEEING.search(plain)))
        return Ask()

    def _states_a_run(self, text: str) -> bool:
        """True for a demo's name with its parameters and no question: "gru 25 epochs lr 0.1"."""
        plain = fold(text)
        if _ASKING.match(plain) or _COMPARING.search(plain) or "?" in text or len(plain.split()) > 12:
            return False
        named = self._named(plain)
        return len(named) == 1 and any(not isinstance(value, bool) for value in extract(named[0], text).params.values())

    def _wants_demo(self, plain: str) -> bool:
        if _ASKING.match(plain):
            return _SHOW_IT.search(plain) is not None
        asked_for = _REQUEST.match(plain) and not _WORDS_WANTED.search(plain)
        return bool(_SEEING.search(plain) or _SHOW_IT.search(plain) or asked_for)

    def _pick(self, text: str, english: str, *, always: bool) -> Intent:
        """The demo that is meant; `english` is the text with Spanish and misspelt words in the course's own."""
        named = (
            self._named(fold(self._spelt(text)))
            or self._named(fold(english))
            or self._named_in_parts(english)
            or self._named_by_choice(english)
        )
        if len(named) == 1:
            return RunDemo(named[0], _extracted(named[0], text, english))
        ranked = self._ranked(_courtesy(english), named or self._demos)
        if not ranked or (not named and ranked[0][1] < (CLOSE if always else CLOSE + 0.05)):
            return Ask()
        close = tuple(demo for demo, score in ranked if score > ranked[0][1] - MARGIN)
        if len(close) > 1:
            return Clarify(close[:4])
        return RunDemo(ranked[0][0], _extracted(ranked[0][0], text, english))

    def _named(self, plain: str) -> list[Demo]:
        """Demos whose name, title or alias stands in the text; a longer name wins over one inside it."""
        spans: dict[str, tuple[int, int]] = {}
        plain = _AN_IMAGE.sub(lambda match: " " * len(match[0]), plain)
        for name, demo in self._names.items():
            if match := re.search(rf"(?<!\w){name}(?:s|es)?(?!\w)", plain):
                old = spans.get(demo.name, (0, 0))
                if match.end() - match.start() > old[1] - old[0]:
                    spans[demo.name] = match.span()
        inside = {
            one
            for one, (start, end) in spans.items()
            for other, (low, high) in spans.items()
            if one != other and low <= start and end <= high and high - low > end - start
        }
        return [demo for demo in self._demos if demo.name in spans and demo.name not in inside]

    def _named_in_parts(self, text: str) -> list[Demo]:
        """Demos of which all words of a name stand in the text, in any order: "credit, the risk of it"."""
        said = set(content_words(text))
        longest = {demo.name: 0 for demo in self._demos}
        for words_of, demo in self._parts:
            if len(words_of) > 1 and words_of <= said:
                longest[demo.name] = max(longest[demo.name], len(words_of))
        most = max(longest.values(), default=0)
        return [demo for demo in self._demos if most and longest[demo.name] == most]

    def _named_by_choice(self, text: str) -> list[Demo]:
        """The demo that alone offers a choice that the text names: "search connect four 3 plies deep"."""
        plain = fold(text).replace("-", " ")
        return [
            next(demo for demo in self._demos if demo.name == name)
            for name in dict.fromkeys(
                name
                for choice, name in self._only_choices.items()
                if " " in choice and re.search(rf"(?<!\w){choice}(?!\w)", plain)
            )
        ]

    @cached_property
    def _only_choices(self) -> dict[str, str]:
        """Choices that one demo alone offers, with its name."""
        offered: dict[str, set[str]] = {}
        for demo in self._demos:
            for schema in demo.schema()["properties"].values():
                for choice in schema.get("enum", ()):
                    offered.setdefault(re.sub(r"[\s_-]+", " ", fold(str(choice))), set()).add(demo.name)
        return {choice: min(names) for choice, names in offered.items() if len(names) == 1 and len(choice) >= 4}

    @cached_property
    def _parts(self) -> list[tuple[frozenset[str], Demo]]:
        return [
            (frozenset(content_words(name.replace("_", " "))), demo)
            for demo in self._demos
            for name in (demo.name, demo.title, *demo.aliases)
        ]

    def _spelt(self, text: str) -> str:
        """The text with words that English does not know replaced by the nearest word of the demos' names."""
        from rapidfuzz import distance, process

        def nearest(match: re.Match[str]) -> str:
            word = fold(match[0])
            if len(word) < 4 or not match[0].isascii() or word in self._name_words or word in self._embedder.vocabulary:
                return match[0]
            limit = 1 if len(word) < 7 else 2
            found = process.extractOne(word, self._name_words, scorer=distance.OSA.distance, score_cutoff=limit)
            return found[0] if found else match[0]

        return re.sub(r"[^\W\d_]+", nearest, text)

    @cached_property
    def _name_words(self) -> tuple[str, ...]:
        """Every longer word of a demo's name, and of its parameters and their choices."""
        found: dict[str, None] = {}
        for demo in self._demos:
            fields = demo.schema()["properties"]
            choices = (str(value) for schema in fields.values() for value in schema.get("enum", ()))
            for text in (demo.name, demo.title, *demo.aliases, *fields, *choices):
                found.update(dict.fromkeys(word for word in words(text.replace("_", " ")) if len(word) >= 4))
        return tuple(found)

    @cached_property
    def _names(self) -> dict[str, Demo]:
        return {
            r"[\s_-]+".join(map(re.escape, re.split(r"[\s_-]+", fold(name)))): demo
            for demo in self._demos
            for name in (demo.name, demo.title, *demo.aliases)
        }

    def _ranked(self, text: str, demos: Sequence[Demo]) -> list[tuple[Demo, float]]:
        vector = self._embedder.encode([text])[0]
        scores = self._vectors @ vector
        best: dict[str, float] = {}
        for (name, _), score in zip(self._examples, scores, strict=True):
            best[name] = max(best.get(name, -1.0), float(score))
        said = set(words(text))
        for name in {name for choice, name in self._only_choices.items() if choice in said}:
            best[name] += CHOSEN
        return sorted(((demo, best[demo.name]) for demo in demos), key=lambda pair: -pair[1])

    @cached_property
    def _examples(self) -> list[tuple[str, str]]:
        return [
            (demo.name, text)
            for demo in self._demos
            for text in (f"{demo.title}. {demo.summary}", *(example.text for example in demo.examples))
        ]

    @cached_property
    def _vectors(self) -> Vectors:
        texts = [text for _, text in self._examples]
        if self._cache is None:
            return self._embedder.encode(texts)
        mark = hashlib.sha256("\0".join((self._embedder.name, *texts)).encode()).hexdigest()[:16]
        path = self._cache / f"requests-{mark}.npy"
        try:
            vectors: Vectors = np.load(path, allow_pickle=False)
            if vectors.shape == (len(texts), self._embedder.dimension) and np.isfinite(vectors).all():
                return vectors
        except (OSError, ValueError):
            pass
        vectors = self._embedder.encode(texts)
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            with (part := path.with_suffix(".part")).open("wb") as file:
                np.save(file, vectors)
            part.replace(path)
        except OSError:
            pass  # a read-only data folder: they are made again at the next start
        return vectors


def _courtesy(text: str) -> str:
    """The text without please and thanks, which examples do not have."""
    return " ".join(re.sub(r"\b(?:please|plese|pls|por favor|thanks|thank you)\b[,!.]?", " ", text, flags=re.I).split())


def _extracted(demo: Demo, text: str, english: str) -> Extracted:
    """The parameters of the text as typed, and those that only its English wording shows."""
    typed = extract(demo, text)
    if english == text:
        return typed
    read = extract(demo, english)
    return Extracted({**read.params, **typed.params}, read.loose, read.open_fields)
