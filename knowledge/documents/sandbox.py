"""A document from outside, read in a process of its own.

`python -m knowledge.documents.sandbox FILE NAME COURSE SECONDS BYTES` is that process.

That process has limits on memory, processor time, files and text, so a parser that loops, crashes or swells takes
nothing with it. It prints how far it is, then the document or what is wrong with it: a line of JSON each.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from knowledge.documents.converters import check
from knowledge.documents.formats import older
from knowledge.documents.gaps import gaps_of
from knowledge.documents.kinds import kind_of
from knowledge.documents.pages import Tell
from knowledge.documents.reading import Document, read_here
from knowledge.errors import KnowledgeError
from knowledge.messages import read, say, system_says, written
from knowledge.passages import passage_of

log = logging.getLogger(__name__)
PLAIN = (".txt", ".text", "", ".md", ".markdown")
SMALL = 200_000
"""Plain text up to so many bytes is read here; all else in a process with limits."""

SECONDS = 300
"""Processor time, and time without a word, until a page must be read."""
LONGEST = 4 * 3600
"""Seconds for a whole document, however many pages it has."""
MEMORY = 2 * 2**30


def _quiet(_done: int, _total: int) -> None:
    pass


def read_document(path: Path, course: str, name: str | None = None, tell: Tell = _quiet) -> Document:
    """The passages of a file. `name` is what citations call it; `tell` hears how many pages are read, and stops the
    reading by raising. Raises KnowledgeError, and nothing else, whatever the file is: who reads several goes on with
    the next."""
    name = name or path.name
    heard = _Heard(tell)
    try:
        check(path, name)
        kind = kind_of(path)
        if kind in older.NEWER:
            with older.renewed(path, name, kind) as newer:
                return read_apart(newer, course, name, heard)
        if kind in PLAIN and path.stat().st_size <= SMALL:
            return read_here(path, course, name)
        return read_apart(path, course, name, heard)
    except KnowledgeError:
        raise
    except OSError as error:
        raise KnowledgeError(
            say("{name} cannot be read ({problem}).", name=name, problem=system_says(error)),
            code="unreadable_document",
            hint=say("Check path and permissions."),
        ) from None
    except (Exception, SystemExit) as error:  # whatever a parser stumbles over is this document's, and no other's
        if error is heard.stopped:
            raise
        log.warning("a document could not be read", exc_info=error)
        raise KnowledgeError(
            say("{name} is damaged, or not what its name says.", name=name),
            code="unreadable_document",
            hint=say("Open it and save it anew."),
        ) from None


class _Heard:
    """Passes progress on, and remembers what the listener raised: that is a wish to stop, no fault of the file."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.stopped: BaseException | None = None

    def __call__(self, done: int, total: int) -> None:
        try:
            self._tell(done, total)
        except BaseException as error:
            self.stopped = error
            raise


def read_apart(path: Path, course: str, name: str, tell: Tell = _quiet) -> Document:
    """What `read_here` gives, from a limited process. Raises KnowledgeError that names the file."""
    limits = (str(SECONDS), str(MEMORY))
    command = [sys.executable, "-P", "-m", "knowledge.documents.sandbox", str(path.resolve()), name, course, *limits]
    with _started(command) as process:
        errors = _Errors(process)
        try:
            reply = _reply(process, tell)
        except TimeoutError:
            raise _too_slow(name) from None
        if reply is None:
            raise _died(process.wait(), errors.read(), name)
    if "error" in reply:
        raise KnowledgeError(read(reply["error"]), code=reply["code"], hint=read(reply["hint"]))
    return document_of(reply)


@contextmanager
def _started(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The process, with a group of its own: whatever it started ends with it."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class _Errors:
    """What the process prints as its errors; read all the while, so that it never waits for a reader."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._said = b""
        self._thread = threading.Thread(target=self._listen, args=(process.stderr,), daemon=True)
        self._thread.start()

    def _listen(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self._said = (self._said + line)[-10_000:]

    def read(self) -> bytes:
        """The end of it, once the process is over."""
        self._thread.join(timeout=5)
        return self._said


def _reply(process: subprocess.Popen[bytes], tell: Tell) -> dict[str, Any] | None:
    """The last line that the process prints, None where it prints none. Raises TimeoutError when it says nothing for
    too long."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def listen() -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            for line in stream:
                lines.put(line)
        lines.put(b"")

    threading.Thread(target=listen, daemon=True).start()
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        try:
            line = lines.get(timeout=SECONDS)
        except queue.Empty:
            break
        try:
            reply: dict[str, Any] | None = json.loads(line) if line else None
        except ValueError:
            reply = None
        if reply is None or "done" not in reply:
            return reply
        tell(reply["done"], reply["of"])
    raise TimeoutError


def document_of(record: dict[str, Any]) -> Document:
    """A document from its JSON form (`dataclasses.asdict`)."""
    passages = tuple(passage_of(part) for part in record["passages"])
    gaps = gaps_of(record["gaps"])
    remarks = tuple(gap.words for gap in gaps)
    return Document(record["name"], passages, record["pages"], remarks, gaps=gaps)


def _died(code: int, errors: bytes, name: str) -> KnowledgeError:
    if code == -24:  # SIGXCPU: its processor time is used up
        return _too_slow(name)
    memory = b"MemoryError" in errors or code < 0
    return KnowledgeError(
        say("{name} could not be read: it needs too much memory.", name=name)
        if memory
        else say("{name} could not be read: it is damaged.", name=name),
        code="unreadable_document",
        hint=say("Open and save it anew, or export a PDF."),
    )


def _too_slow(name: str) -> KnowledgeError:
    return KnowledgeError(
        say("{name} could not be read within {seconds} seconds.", name=name, seconds=SECONDS),
        code="document_too_large",
        hint=say("Split it."),
    )


def limit(seconds: int, memory: int) -> None:
    """Bound what this process may use of memory and time; it may write no file."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, LONGEST))


def _allow_more(seconds: int) -> None:
    """A page is read: the next one has its time, too."""
    if sys.platform == "linux":
        import resource

        used = time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (min(int(used) + seconds, LONGEST), LONGEST))


def main(path: Path, name: str, course: str, seconds: int, memory: int) -> None:
    """Read one file under limits and print it as JSON."""
    limit(seconds, memory)

    def tell(done: int, total: int) -> None:
        _allow_more(seconds)
        sys.stdout.write(json.dumps({"done": done, "of": total}) + "\n")
        sys.stdout.flush()

    try:
        reply: dict[str, Any] = asdict(read_here(path, course, name, tell))
    except KnowledgeError as error:
        reply = {"error": written(str(error)), "code": error.code, "hint": written(error.hint)}
    except MemoryError:
        raise
    except Exception:
        problem = say("{name}: {problem}", name=name, problem=say("it is damaged, or not what its name says."))
        hint = say("Open it and save it anew.")
        reply = {"error": written(problem), "code": "unreadable_document", "hint": written(hint)}
    sys.stdout.write(json.dumps(reply) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
