"""A process that ingests one document after the other, for tests that kill it: `python ingesting.py HOME FILE...`.

It says when it has begun; each round of work is a fork, so that nothing is imported twice.
"""

from __future__ import annotations

import sys
from pathlib import Path

from knowledge.courses.course import Course
from knowledge.courses.uploads import take_in
from knowledge.errors import KnowledgeError
from tests.knowledge.embedders import WordEmbedder


def quiet(_what: str, _done: int, _total: int) -> None:
    pass


def main(home: Path, wait: float, paths: list[Path]) -> None:
    """Ingest the files, one call each; say of each whether it was taken or who was in the way."""
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    for path in paths:
        try:
            take_in(Course("animals", home), [path], WordEmbedder(), quiet, wait=wait)
            sys.stdout.write(f"took {path.name}\n")
        except KnowledgeError as error:
            sys.stdout.write(f"{error.code} {path.name}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), [Path(name) for name in sys.argv[3:]])
