"""Row 29: whatever is asked, taken in, removed and restarted in whatever order, nothing is a 5xx, what was kept is
there, and what was removed is not."""

from __future__ import annotations

import os
import random
from pathlib import Path

import httpx
import pytest

from knowledge.documents.store import document_id
from tests.api.courses import course_of_words
from tests.api.scripted import client_of

ROUNDS = int(os.environ.get("TIZA_FAULT_ROUNDS", "6"))
STEPS = 24
FOOD = {"zebra": "grass", "otter": "clams", "whale": "krill", "koala": "eucalyptus"}
ACTS = {"take_in": 4, "take_out": 3, "search": 3, "begin": 1, "ask": 5, "remove": 1, "restart": 1}
"""What may happen, and how often."""
COURSE = "/v1/courses/animals/documents"


class States:
    """A service of one course beside what is known of it: its documents, and the questions of each conversation."""

    def __init__(self, home: Path, choose: random.Random) -> None:
        self._home, self._choose = home, choose
        self._documents: set[str] = set()
        self._kept: dict[str, list[tuple[str, str]]] = {}
        self._start()

    def _start(self) -> None:
        self._service = course_of_words(self._home)
        self._client = client_of(self._service)

    async def stop(self) -> None:
        """End the service."""
        await self._client.aclose()
        await self._service.tutors.close()
        self._service.conversations.close()
        self._service.keys.close()

    async def step(self) -> str:
        """Something happens; what it was."""
        act = self._choose.choices(list(ACTS), list(ACTS.values()))[0]
        await getattr(self, act)(self._choose.choice(sorted(FOOD)))
        await self.check()
        return act

    def _checked(self, reply: httpx.Response) -> httpx.Response:
        assert reply.status_code < 500, reply.text
        return reply

    async def take_in(self, animal: str) -> None:
        """A document comes; one that is there already changes nothing."""
        text = f"# {animal.title()}\n\nThe {animal} eats {FOOD[animal]}.\n"
        reply = self._checked(await self._client.post(COURSE, files={"file": (f"{animal}.md", text)}))
        assert reply.status_code == (200 if animal in self._documents else 201)
        self._documents.add(animal)

    async def take_out(self, animal: str) -> None:
        """A document goes; one that is not there is said to be unknown."""
        reply = self._checked(await self._client.delete(f"{COURSE}/{document_id(f'{animal}.md')}"))
        assert reply.status_code == (204 if animal in self._documents else 404)
        self._documents.discard(animal)

    async def search(self, animal: str) -> None:
        """What is there is found, and nothing else is."""
        body = {"query": f"What does the {animal} eat?", "top_k": 20}
        reply = self._checked(await self._client.post("/v1/search", json=body))
        assert reply.status_code == (200 if self._documents else 404)
        if self._documents:
            titles = [hit["title"].lower() for hit in reply.json()["data"]]
            assert set(titles) <= self._documents and (animal in titles) == (animal in self._documents)

    async def begin(self, _animal: str) -> None:
        """A new conversation."""
        made = self._checked(await self._client.post("/v1/conversations", json={})).json()["id"]
        self._kept[made] = []

    async def ask(self, animal: str) -> None:
        """A question is answered from what is there, and kept whether or not there is anything."""
        if not self._kept:
            await self.begin(animal)
        conversation, stream = self._choose.choice(sorted(self._kept)), self._choose.random() < 0.5
        question = f"What does the {animal} eat?"
        body = {"messages": [{"role": "user", "content": question}], "conversation": conversation, "stream": stream}
        reply = self._checked(await self._client.post("/v1/chat/completions", json=body))
        assert reply.status_code == (200 if self._documents or stream else 404)
        assert ("unknown_course" in reply.text) == (not self._documents)
        assert (FOOD[animal] in reply.text) == (animal in self._documents)
        assert not any(FOOD[other] in reply.text for other in FOOD.keys() - self._documents)
        self._kept[conversation].append((question, "complete" if self._documents else "failed"))

    async def remove(self, _animal: str) -> None:
        """A conversation goes."""
        if self._kept:
            conversation = self._choose.choice(sorted(self._kept))
            reply = self._checked(await self._client.delete(f"/v1/conversations/{conversation}"))
            assert reply.status_code == 204
            del self._kept[conversation]

    async def restart(self, _animal: str) -> None:
        """The service ends and comes back on the same folder."""
        await self.stop()
        self._start()

    async def check(self) -> None:
        """Documents and conversations are those that are known."""
        listed = self._checked(await self._client.get(COURSE))
        assert listed.status_code == (200 if self._documents else 404)
        names = {one["name"] for one in listed.json().get("data", ())}
        assert names == {f"{animal}.md" for animal in self._documents}
        heads = self._checked(await self._client.get("/v1/conversations")).json()["data"]
        assert {head["id"] for head in heads} == self._kept.keys()
        for conversation, asked in self._kept.items():
            kept = self._checked(await self._client.get(f"/v1/conversations/{conversation}")).json()["exchanges"]
            assert [(one["question"], one["state"]) for one in kept] == asked


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_no_order_of_asking_taking_in_removing_and_restarting_loses_anything(tmp_path: Path, seed: int) -> None:
    states = States(tmp_path, random.Random(seed))
    try:
        acts = [await states.step() for _ in range(STEPS)]
    finally:
        await states.stop()
    assert len(set(acts)) >= 5  # much of what may happen did
