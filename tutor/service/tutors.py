"""The tutors of one process, one a course, and what changes a course under them."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from demos.runtime.messages import say
from knowledge.courses.course import Course, course_names
from knowledge.courses.uploads import Report, take_in, take_out
from knowledge.errors import KnowledgeError
from tutor.service.build import Tutor

KEPT = 4
"""Courses beside the first one whose indexes stay in memory."""

WAIT = 60.0
"""Seconds that a change waits for another one of the same course."""


def _quiet(_what: str, _done: int, _total: int) -> None:
    pass


class Tutors:
    """Opens a course when it is first asked for and keeps the few that were used last; all share one equipment.

    Threads may ask at once: each course is opened by one of them.
    """

    def __init__(self, first: Tutor, most: int = KEPT) -> None:
        """`first` is the tutor of the course that is meant when none is named; it always stays."""
        self.first, self._most = first, most
        self._others: OrderedDict[str, Tutor] = OrderedDict()
        self._opening = threading.Lock()

    @property
    def home(self) -> Path:
        """The data folder."""
        return self.first.settings.home

    def names(self) -> list[str]:
        """Every course on this machine."""
        return course_names(self.home)

    def course(self, name: str) -> Course:
        """A course by its name, "" for the first one, whether it has documents yet or not. Raises KnowledgeError."""
        return Course(name or self.first.course.name, self.home)

    def of(self, name: str) -> Tutor:
        """The tutor of a course, "" for the first one. Raises KnowledgeError (`unknown_course`) that names all."""
        if name in ("", self.first.course.name):
            return self.first
        if name not in (known := self.names()):
            raise KnowledgeError(
                say("There is no course {name!r}.", name=name[:80]),
                code="unknown_course",
                hint=say("There is {names}.", names=", ".join(known)),
            )
        with self._opening:
            tutor = self._others.get(name) or self.first.beside(name)
            self._others[name] = tutor
            self._others.move_to_end(name)
            while len(self._others) > self._most:
                self._others.popitem(last=False)  # a turn that still runs keeps it until it ends
        return tutor

    async def add(self, name: str, paths: Sequence[Path]) -> Report:
        """Documents into a course, which is made when it is new; turns that begin afterwards know them."""
        course = self.course(name)
        report = await asyncio.to_thread(take_in, course, paths, self.first.embedder, _quiet, wait=WAIT)
        await self._take_up(course)
        return report

    async def remove(self, name: str, document: str) -> Report:
        """A document out of a course; turns that begin afterwards do not know it. Raises KnowledgeError."""
        course = self.course(name)
        report = await asyncio.to_thread(take_out, course, [document], self.first.embedder, _quiet, wait=WAIT)
        await self._take_up(course)
        return report

    async def close(self) -> None:
        """Free everything."""
        with self._opening:
            others = list(self._others.values())
            self._others.clear()
        for tutor in (*others, self.first):
            await tutor.close()

    async def _take_up(self, course: Course) -> None:
        """Whoever holds the course open knows it as it is now; one without a document left is open no more."""
        is_first = course.name == self.first.course.name
        with self._opening:
            tutor = self.first if is_first else self._others.get(course.name)
            if not course.exists:
                self._others.pop(course.name, None)
        if tutor is None:
            return
        try:
            await tutor.take_up()
        except KnowledgeError as error:
            if error.code != "unknown_course":
                raise
