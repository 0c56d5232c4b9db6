"""Row 41: a file that is one line of 10 MB, and a transcript without a full stop, are cut into passages; memory stays
bounded, and the service goes on answering meanwhile.

The line has 3 MB here; `TIZA_FAULT_MEGABYTES=10 pytest tests/faults/test_long_lines.py` makes it as long as is said.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from knowledge.courses.course import Course, open_course
from tests.api.courses import course_service
from tests.faults.serving import served
from tests.knowledge.embedders import WordEmbedder

WORDS = tuple("the zebra eats grass while an otter swims under old bridges and nobody counts how long it takes".split())
LONGEST_PASSAGE = 2_000
"""Characters of a passage at most: four of them go into a prompt, and a search shows eight."""
MEGABYTES = float(os.environ.get("TIZA_FAULT_MEGABYTES", "3"))
MOST_MEMORY = 80_000_000
"""Bytes by which the process may grow for each megabyte of text, which becomes 2,000 passages with their index."""


def _text(characters: int, between: str = " ") -> str:
    choose = random.Random(41)
    return between.join(choose.choices(WORDS, k=characters * 10 // 52))[:characters]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    service = course_service(tmp_path / "home")
    with served(service) as (host, port):
        yield f"http://{host}:{port}"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("line.txt", _text(round(MEGABYTES * 1e6))), ("letters.txt", _text(1_000_000, "")),
        ("table.txt", _text(1_400_000, ",")), ("transcript.txt", _text(51_000)),
    ],
    ids=["one line", "one word of 1 MB", "a line of commas", "a transcript without a full stop"],
)  # fmt: skip
def test_lines_without_end_are_cut_and_the_others_are_served_meanwhile(
    address: str, tmp_path: Path, name: str, text: str
) -> None:
    process, done, served_meanwhile, most = psutil.Process(), threading.Event(), 0, 0
    before = process.memory_info().rss
    replies: list[httpx.Response] = []

    def upload() -> None:
        replies.append(httpx.post(f"{address}/v1/courses/long/documents", files={"file": (name, text)}, timeout=300))
        done.set()

    sender = threading.Thread(target=upload)
    sender.start()
    with httpx.Client(timeout=60) as client:
        while not done.is_set():
            assert client.get(f"{address}/healthz").status_code == 200
            served_meanwhile += 1
            most = max(most, process.memory_info().rss)
            time.sleep(0.02)
        sender.join()
        assert replies[0].status_code == 201, replies[0].text
        assert served_meanwhile > 1
        assert most - before < MOST_MEMORY * max(1.0, len(text) / 1e6)
        passages = open_course(Course("long", tmp_path / "home"), WordEmbedder()).passages
        assert max(len(passage.text) for passage in passages) <= LONGEST_PASSAGE
        kept = "".join("".join(passage.text.split()) for passage in passages)
        assert len(kept) >= 0.95 * len("".join(text.split()))
        there = {"X-Course": "long"}
        found = client.post(f"{address}/v1/search", json={"query": "What does the zebra eat?"}, headers=there)
        assert found.status_code == 200 and len(found.text) < 8 * 3 * LONGEST_PASSAGE
        body = {"messages": [{"role": "user", "content": "What does the zebra eat?"}]}
        reply = client.post(f"{address}/v1/chat/completions", json=body, headers=there)
        assert reply.status_code == 200 and len(reply.json()["choices"][0]["message"]["content"]) < 2 * LONGEST_PASSAGE
