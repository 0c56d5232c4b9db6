"""A service with real courses and indexes, found by an embedder without weights."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from demos.runtime.catalogue import all_demos
from demos.runtime.runner import Workers
from knowledge.courses.course import Course
from knowledge.retrieval.cross_encoder import CrossEncoder
from knowledge.retrieval.embedder import Embedder
from tests.knowledge.embedders import WordEmbedder
from tutor.api.app import build_service
from tutor.api.context import Service
from tutor.dialogue.router import DemoReader
from tutor.llm.scripted import ScriptedModel
from tutor.service.build import Tutor
from tutor.settings import Settings

ANIMALS = "# Zebra\n\nThe zebra eats grass and lives in Kenya.\n\n# Otter\n\nThe otter eats fish and lives in rivers.\n"
PLANTS = "# Fern\n\nThe fern grows in shade and has spores.\n\n# Cactus\n\nThe cactus stores water in its stem.\n"


@cache
def _reading() -> tuple[Embedder, CrossEncoder]:
    """The packaged encoders, loaded once for all tests."""
    return Embedder(), CrossEncoder()


@cache
def _demo_reader() -> DemoReader:
    """What tells which demo is wanted, made once for all tests."""
    return DemoReader(all_demos(), WordEmbedder())


def course_service(home: Path, **settings: Any) -> Service:
    """The service of the courses `animals`, which it means when none is named, and `plants`."""
    for name, text in (("animals", ANIMALS), ("plants", PLANTS)):
        path = home / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        Course(name, home).add(path)
    return course_of_words(home, **settings)


def course_of_words(home: Path, **settings: Any) -> Service:
    """The service of the course `animals`, whatever documents it has."""
    chosen = Settings(home=home, course="animals", draft="off", **settings)
    tutor = Tutor(chosen, ScriptedModel([]))  # closes what it works with when the service ends
    tutor._equipment.embedder = WordEmbedder()
    tutor._equipment.reading, tutor._equipment.cross_encoder = _reading()
    tutor._equipment.demo_reader = _demo_reader()
    tutor._equipment.workers = Workers(spare=False)
    return build_service(chosen, tutor)
