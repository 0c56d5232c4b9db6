"""`python -m benchmarks.service`: a class at once, more than there is room for, a flood, and what all this costs.

It starts a service of its own and prints docs/reliability.md's table of measured figures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice, product
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import httpx
import numpy as np
import psutil

from knowledge.courses.units import read_topics

FORMS = (
    ("en", "What is {}?"), ("es", "¿Cómo funciona {}?"), ("en", "Why do we need {}, and since when?"),
    ("en", "Give me an example of {}."), ("es", "¿Para qué sirve {}?"),
)  # fmt: skip
QUESTIONS = tuple(form.format(topic.inline(language)) for (language, form), topic in product(FORMS, read_topics()))  # type: ignore[arg-type]
"""No two students of a class ask the same: what is remembered of one question helps no other."""
DEMO = "Train a perceptron on XOR for 30 epochs"
CHAT = "/v1/chat/completions"
CLIENTS = 4
"""Clients that ask one question after the other."""
LOADS: tuple[tuple[str, int, dict[str, bool]], ...] = (
    ("16 at once, every 4th a demo", 16, {}), ("30 at once", 30, {"demos": False}),
    ("30 at once, streamed", 30, {"demos": False, "stream": True}), ("100 at once, every 4th a demo", 100, {}),
    ("100 at once that come back when told", 100, {"patient": True}),
)  # fmt: skip


@dataclass
class Load:
    """What came of requests that were made at once."""

    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    other: int = 0
    health: list[float] = field(default_factory=list)
    tries: int = 0

    def row(self, name: str, before: float, after: float) -> str:
        """A row of the table; times in seconds, /healthz in milliseconds, memory in MB."""
        times = np.array(self.answered or [0.0])
        health = np.array(self.health or [0.0]) * 1000
        refused = f"{len(self.refused)}, the last after {max(self.refused) * 1000:.0f} ms" if self.refused else "0"
        return (
            f"| {name} | {len(self.answered)} | {refused} | {np.median(times):.1f} / {times.max():.1f} "
            f"| {np.median(health):.0f} / {np.percentile(health, 99):.0f} / {health.max():.0f} "
            f"| {before:.0f} → {after:.0f} | {os.getloadavg()[0]:.1f} |"
            + (f" {self.other} others!" if self.other else "")
        )


class Service:
    """A service that runs in a process of its own."""

    def __init__(self, port: int, home: Path, **settings: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._questions = cycle(QUESTIONS)
        environment = os.environ | {"TIZA_HOME": str(home)} | {f"TIZA_{k.upper()}": v for k, v in settings.items()}
        command = [sys.executable, "-m", "tutor.cli", "serve", "--port", str(port)]
        self._log = (home / "serve.log").open("w")
        self._process = subprocess.Popen(command, env=environment, stderr=self._log)

    def questions(self, count: int) -> list[str]:
        """Questions that were not asked for a long while."""
        return list(islice(self._questions, count))

    def ready(self) -> None:
        """Wait until it is."""
        while True:
            if self._process.poll() is not None:
                raise SystemExit("the service did not start")
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.5)

    @property
    def memory(self) -> float:
        """Resident memory of the service and its demo workers, in MB."""
        process = psutil.Process(self._process.pid)
        return float(sum(part.memory_info().rss for part in (process, *process.children(recursive=True))) / 1e6)

    @property
    def own_memory(self) -> float:
        """Resident memory of the service alone, in MB."""
        return float(psutil.Process(self._process.pid).memory_info().rss / 1e6)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(60)
        self._log.close()


def _watch(url: str, line: Connection) -> None:
    """Ask /healthz every 50 ms until told to end, from a process of its own: what the others cost here is not in it."""
    seconds: list[float] = []
    with httpx.Client(timeout=60) as client:
        client.get(f"{url}/healthz")
        line.send(None)
        while not line.poll(0.05):
            began = time.perf_counter()
            client.get(f"{url}/healthz")
            seconds.append(time.perf_counter() - began)
    line.send(seconds)


@contextmanager
def watched(url: str, load: Load) -> Iterator[None]:
    """What /healthz takes meanwhile."""
    line, other = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_watch, args=(url, other))
    process.start()
    line.recv()
    try:
        yield
    finally:
        line.send(None)
        load.health = line.recv()
        process.join()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and the seconds from before the connection was made to the last byte."""

    status: int
    headers: dict[str, str]
    text: str
    seconds: float


async def post(url: str, body: dict[str, object]) -> Answer:
    """A chat over a connection of its own. It costs this process a tenth of what an HTTP library does: a hundred
    students who have a computer each do not wait for each other, and here they are to wait for the service alone."""
    address, content = urlsplit(url), json.dumps(body).encode()
    head = f"POST {CHAT} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\nConnection: close\r\n"
    request = f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(request)
    reply = await asyncio.wait_for(reader.read(), 300)
    seconds = time.perf_counter() - began
    writer.close()
    top, _, text = reply.decode().partition("\r\n\r\n")
    first, *lines = top.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Answer(int(first.split()[1]), headers, text, seconds)


async def at_once(
    service: Service, count: int, *, users: bool = True, stream: bool = False, patient: bool = False, demos: bool = True
) -> Load:
    """`count` students ask at the same instant; `patient` ones come back when they are told to."""
    load, questions = Load(), service.questions(count)

    async def ask(number: int) -> None:
        text = DEMO if demos and number % 4 == 3 else questions[number]
        body = {"messages": [{"role": "user", "content": text}], "stream": stream}
        if users:
            body["user"] = f"s{number}"
        began = time.perf_counter()
        while True:
            load.tries += 1
            reply = await post(service.url, body)
            if reply.status in (429, 503) and patient:
                load.refused.append(reply.seconds)
                await asyncio.sleep(int(reply.headers["retry-after"]))
                continue
            break
        if reply.status == 200 and '"tutor"' in reply.text:
            load.answered.append(time.perf_counter() - began)
        elif reply.status in (429, 503):
            load.refused.append(reply.seconds)
        else:
            load.other += 1

    with watched(service.url, load):
        await asyncio.gather(*(ask(number) for number in range(count)))
    return load


async def flood(service: Service, headers: dict[str, dict[str, str]], users: int) -> list[float]:
    """One key keeps 40 requests in flight under so many user names; seconds that another key waits, 10 times."""
    waits: list[float] = []
    async with httpx.AsyncClient(
        base_url=service.url, timeout=120, limits=httpx.Limits(max_connections=None)
    ) as client:

        async def keep_asking(number: int) -> None:
            body = {"messages": [{"role": "user", "content": QUESTIONS[number % 4]}], "user": f"u{number % users}"}
            while True:
                reply = await client.post(CHAT, json=body, headers=headers["flood"])
                await asyncio.sleep(0.2 if reply.status_code == 429 else 0)

        tasks = [asyncio.create_task(keep_asking(number)) for number in range(40)]
        await asyncio.sleep(2)
        for number in range(10):
            body = {"messages": [{"role": "user", "content": QUESTIONS[number % 4]}]}
            began = time.perf_counter()
            reply = await client.post(CHAT, json=body, headers=headers["quiet"])
            assert reply.status_code == 200, reply.text
            waits.append(time.perf_counter() - began)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return waits


async def per_minute(
    ask: Callable[[httpx.AsyncClient, str], Awaitable[int]], questions: Sequence[str], seconds: float
) -> float:
    """Answers a minute that CLIENTS get who ask one question after the other, each question once."""
    done, left = 0, iter(questions)
    async with httpx.AsyncClient(timeout=300) as client:

        async def go_on() -> None:
            nonlocal done
            for question in left:
                done += await ask(client, question) == 200
                if time.perf_counter() - began > seconds:
                    return

        began = time.perf_counter()
        await asyncio.gather(*(go_on() for _ in range(CLIENTS)))
    return done / (time.perf_counter() - began) * 60


async def versus(service: Service, others: Sequence[str], seconds: float = 40) -> str:
    """This service beside servers of a model that words answers from the same passages (a plain RAG prompt).

    The passages are looked up before: what retrieval costs is in this service's figure alone.
    """
    questions = service.questions(300)
    found: dict[str, str] = {}
    async with httpx.AsyncClient(timeout=300) as client:
        for question in questions[: round(seconds) * 2]:
            reply = await client.post(f"{service.url}/v1/search", json={"query": question, "top_k": 4})
            found[question] = "\n".join(hit["text"] for hit in reply.json()["data"])

    async def ours(client: httpx.AsyncClient, question: str) -> int:
        body = {"messages": [{"role": "user", "content": question}]}
        return (await client.post(service.url + CHAT, json=body)).status_code

    async def plain(url: str, client: httpx.AsyncClient, question: str) -> int:
        messages = [
            {"role": "system", "content": "Answer the question in one or two sentences from the notes."},
            {"role": "user", "content": f"Notes:\n{found[question]}\n\nQuestion: {question}"},
        ]
        body = {"messages": messages, "max_tokens": 96, "temperature": 0}
        return (await client.post(url + CHAT, json=body)).status_code

    one = await per_minute(ours, questions[len(found) :], seconds)
    told = [f"{one:.0f} answers a minute for {CLIENTS} clients, load average {os.getloadavg()[0]:.1f}."]
    for url in others:
        two = await per_minute(partial(plain, url), list(found), seconds)
        times = f"{one / two:.1f} times" if two else "none"
        told.append(f"{url} with a plain RAG prompt {two:.0f}, load average {os.getloadavg()[0]:.1f}: {times}.")
    return "\n".join(told)


def uploaded(service: Service, size: int) -> str:
    """What the others notice of a file that is one line without a full stop, of so many kilobytes."""
    topics = " ".join(topic.named("en").lower() for topic in read_topics())
    line = (topics * (1000 * size // len(topics) + 1))[: 1000 * size]
    load, asked, done, most = Load(), list[float](), Event(), [0.0]

    def ask() -> None:
        with httpx.Client(timeout=300) as client:
            while not done.is_set():
                began = time.perf_counter()
                body = {"messages": [{"role": "user", "content": service.questions(1)[0]}]}
                client.post(service.url + CHAT, json=body)
                asked.append(time.perf_counter() - began)
                most[0] = max(most[0], service.memory)

    student, before, began = Thread(target=ask), service.memory, time.perf_counter()
    student.start()
    with watched(service.url, load):
        files = {"file": ("line.txt", line)}
        reply = httpx.post(f"{service.url}/v1/courses/line/documents", files=files, timeout=3600)
    done.set()
    student.join()
    health = np.array(load.health) * 1000
    took = f"status {reply.status_code}, {time.perf_counter() - began:.0f} s"
    return (
        f"While a line of {size} KB is taken in ({took}): /healthz {np.median(health):.0f} / "
        f"{np.percentile(health, 99):.0f} / {health.max():.0f} ms, an answer {np.median(asked):.1f} s (median of "
        f"{len(asked)}), {np.percentile(asked, 95):.1f} s (p95); memory {before:.0f} → {service.memory:.0f} MB, "
        f"{most[0]:.0f} at most; load average {os.getloadavg()[0]:.1f}."
    )


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=8741)
    arguments.add_argument("--rounds", type=int, default=14, help="loads of 100 for the growth of memory")
    arguments.add_argument("--upload", type=int, default=300, help="kilobytes of a line that is taken in meanwhile")
    arguments.add_argument(
        "--against", nargs="*", default=(), help="URLs of llama_cpp.server, llama-server or their like with the starter"
    )
    chosen = arguments.parse_args()
    home = Path(tempfile.mkdtemp(prefix="tiza-bench-"))
    service = Service(chosen.port, home)
    try:
        service.ready()
        sizes = [service.own_memory]
        print(f"Load average at the beginning: {os.getloadavg()[0]:.1f}.\n")
        print(
            "| load | answered | refused | median / last s | /healthz median / p99 / max ms "
            "| memory MB | load average |"
        )
        print("|---|---|---|---|---|---|---|")
        for name, count, more in LOADS:
            before = service.memory
            load = asyncio.run(at_once(service, count, **more))
            print(load.row(name, before, service.memory), flush=True)
        print(f"\n{asyncio.run(versus(service, chosen.against))}", flush=True)
        if chosen.upload:
            print(f"\n{uploaded(service, chosen.upload)}", flush=True)
        for _ in range(chosen.rounds):
            asyncio.run(at_once(service, 100))
            sizes.append(service.own_memory)
        if chosen.rounds:
            grown = 100 * (sizes[-1] / sizes[1] - 1)
            each = ", ".join(f"{size:.0f}" for size in sizes)
            print(f"\n{chosen.rounds} loads of 100: {grown:+.1f} % from the first to the last.")
            print(f"MB when ready, and after each: {each}.")
            print(f"Load average at the end: {os.getloadavg()[0]:.1f}.", flush=True)
    finally:
        service.stop()
    flooded(chosen.port, home)


def flooded(port: int, home: Path) -> None:
    """The flood needs two keys, so that the service demands them."""
    from tutor.service.api_keys import Keys

    keys = Keys(f"sqlite:///{home / 'conversations.db'}")
    headers = {name: {"Authorization": f"Bearer {keys.add(name)}"} for name in ("flood", "quiet")}
    keys.close()
    service = Service(port, home, demand_keys="true")
    try:
        service.ready()
        for users in (1, 40):
            waits = asyncio.run(flood(service, headers, users))
            print(
                f"Beside a key with 40 requests in flight under {users} user name(s), another key waited "
                f"{np.median(waits):.1f} s (median), {max(waits):.1f} s at most, and was never refused."
            )
    finally:
        service.stop()


if __name__ == "__main__":
    main()
