"""One file over HTTP, going on where an earlier try stopped.

Bytes go to the given file as they come; a server that knows ranges (RFC 9110, section 14) is asked for the rest only.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import httpx

from demos.runtime.messages import say
from tutor.llm.fetching.connection import PASSING, BrokenError, SourceError, WrongFileError, reason
from tutor.llm.fetching.threads import finished

CHUNK = 2**18
TRIES = 5
"""Tries in a row that bring nothing new before a source is given up."""
PAUSE = 1.0
"""Seconds before the second try; each further pause is twice as long."""
_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")


async def download(
    client: httpx.AsyncClient, url: str, path: Path, size: int | None, limit: int, reach: Callable[[int], None]
) -> None:
    """Bring the file at `url` to `path`, where part of it may lie already.

    `size` is its length where that is known; more than `limit` bytes are never written. `reach` hears how many bytes
    are here. Raises SourceError, and OSError when the disk does not take it.
    """
    failures, reached = 0, False
    while True:
        have = _size(path)
        if size is not None and have >= size:
            if have == size:
                return
            await finished(path.unlink)
            continue
        try:
            await _receive(client, url, path, have, size, limit, reach)
            return
        except httpx.ConnectError as error:
            problem: Exception = error
        except (httpx.HTTPError, httpx.StreamError, BrokenError) as error:
            problem, reached = error, reached or not isinstance(error, httpx.TimeoutException)
        except httpx.InvalidURL:
            raise SourceError(say("its address is not valid")) from None
        grown = _size(path) > have
        failures, reached = 0 if grown else failures + 1, reached or grown
        if failures >= TRIES or not reached:
            raise SourceError(reason(problem)) from None
        await asyncio.sleep(PAUSE * 2 ** min(failures, 5) / 2)


async def _receive(
    client: httpx.AsyncClient,
    url: str,
    path: Path,
    have: int,
    size: int | None,
    limit: int,
    reach: Callable[[int], None],
) -> None:
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    async with client.stream("GET", url, headers=headers, follow_redirects=True) as response:
        if response.status_code == 416 and _total(response) == have:
            return
        start, total = _place(response, have)
        if response.status_code >= 400 and response.status_code != 416:
            said = say("it answered {status}", status=response.status_code)
            raise BrokenError(said) if response.status_code in PASSING else SourceError(said)
        if start is None and (size is None or total in (None, size)):
            await finished(path.unlink, missing_ok=True)  # what is here does not fit: from the beginning
            raise BrokenError(say("the connection broke off"))
        another = total != size if total is not None else bool(have and not start)
        if start is None or (size is not None and another) or (total or 0) > limit:
            raise WrongFileError(say("it gives another file"))  # what is here already stays as it is
        await _write(response, path, start, size if size is not None else limit, reach)
        if total is not None and _size(path) < total:
            raise BrokenError(say("the connection broke off"))
        if size is not None and _size(path) < size:
            await finished(path.unlink)
            raise WrongFileError(say("it gives another file"))


async def _write(response: httpx.Response, path: Path, start: int, limit: int, reach: Callable[[int], None]) -> None:
    with path.open("r+b" if start else "wb") as file:
        file.truncate(start)
        file.seek(start)
        done = start
        async for chunk in response.aiter_raw(CHUNK):
            if done + len(chunk) > limit:
                await finished(path.unlink)
                raise WrongFileError(say("it gives another file"))
            await finished(file.write, chunk)
            done += len(chunk)
            reach(done)
        await finished(file.flush)


def _place(response: httpx.Response, have: int) -> tuple[int | None, int | None]:
    """Where the answer's first byte belongs, None for nowhere; and the length of the whole file, None if not told."""
    if response.status_code == 206:
        found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        fits = found is not None and found[1] == str(have)
        return (have if fits else None), _total(response)
    if response.status_code == 416:
        return None, _total(response)
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdecimal() else None


def _total(response: httpx.Response) -> int | None:
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    return int(found[2]) if found and found[2] != "*" else None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
