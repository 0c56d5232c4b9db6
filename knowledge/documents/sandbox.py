"""A document from outside, read in a process of its own.

`python -m knowledge.documents.sandbox FILE NAME COURSE SECONDS BYTES` is that process.

That process has limits on memory, processor time, files and text, so a parser that loops, crashes or swells takes
nothing with it. It prints the document, or what is wrong with it, as JSON.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from knowledge.documents.converters import check
from knowledge.documents.reading import Document, read_here
from knowledge.errors import KnowledgeError
from knowledge.passages import passage_of

log = logging.getLogger(__name__)
PLAIN = (".txt", ".text", "", ".md", ".markdown")
SMALL = 200_000
"""Plain text up to so many bytes is read here; all else in a process with limits."""

SECONDS = 300
MEMORY = 2 * 2**30


def read_document(path: Path, course: str, name: str | None = None) -> Document:
    """The passages of a file. `name` is what citations call it. Raises KnowledgeError, and nothing else, whatever the
    file is: who reads several goes on with the next."""
    name = name or path.name
    try:
        check(path, name)
        if path.suffix.lower() in PLAIN and path.stat().st_size <= SMALL:
            return read_here(path, course, name)
        return read_apart(path, course, name)
    except KnowledgeError:
        raise
    except OSError as error:
        raise KnowledgeError(
            f"{name} cannot be read ({error.strerror}).", code="unreadable_document", hint="Check path and permissions."
        ) from None
    except (Exception, SystemExit) as error:  # whatever a parser stumbles over is this document's, and no other's
        log.warning("a document could not be read", exc_info=error)
        raise KnowledgeError(
            f"{name} is damaged, or not what its name says.",
            code="unreadable_document",
            hint="Open it and save it anew.",
        ) from None


def read_apart(path: Path, course: str, name: str) -> Document:
    """What `read_here` gives, from a limited process. Raises KnowledgeError that names the file."""
    limits = (str(SECONDS), str(MEMORY))
    command = [sys.executable, "-P", "-m", "knowledge.documents.sandbox", str(path.resolve()), name, course, *limits]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise _too_slow(name) from None
    try:
        reply: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise _died(done, name) from None
    if "error" in reply:
        raise KnowledgeError(reply["error"], code=reply["code"], hint=reply["hint"])
    return document_of(reply)


def document_of(record: dict[str, Any]) -> Document:
    """A document from its JSON form (`dataclasses.asdict`)."""
    passages = tuple(passage_of(part) for part in record["passages"])
    return Document(record["name"], passages, record["pages"], tuple(record["remarks"]))


def _died(done: subprocess.CompletedProcess[bytes], name: str) -> KnowledgeError:
    if done.returncode == -24:  # SIGXCPU: its processor time is used up
        return _too_slow(name)
    why = "it needs too much memory" if b"MemoryError" in done.stderr or done.returncode < 0 else "it is damaged"
    return KnowledgeError(
        f"{name} could not be read: {why}.",
        code="unreadable_document",
        hint="Open and save it anew, or export a PDF.",
    )


def _too_slow(name: str) -> KnowledgeError:
    return KnowledgeError(
        f"{name} could not be read within {SECONDS} seconds.", code="document_too_large", hint="Split it."
    )


def _limit(seconds: int, memory: int) -> None:
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def main(path: Path, name: str, course: str, seconds: int, memory: int) -> None:
    """Read one file under limits and print it as JSON."""
    _limit(seconds, memory)
    try:
        reply: dict[str, Any] = asdict(read_here(path, course, name))
    except KnowledgeError as error:
        reply = {"error": str(error), "code": error.code, "hint": error.hint}
    except MemoryError:
        raise
    except Exception:
        problem = f"{name}: it is damaged, or not what its name says."
        reply = {"error": problem, "code": "unreadable_document", "hint": "Open it and save it anew."}
    sys.stdout.write(json.dumps(reply))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
