"""Package indexes as pip is told of them, and where they have a wheel.

The address of the index, its mirrors, proxy and certificates come from pip's own configuration (its files and PIP_*
variables), so that whoever can install Tiza can fetch a model too. Indexes are read as PEP 691 (JSON) or PEP 503 (HTML)
say; wheels in a folder (`find-links`) count as well.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit
from urllib.request import url2pathname

import httpx
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from demos.runtime.messages import say
from tutor.llm.fetching import download
from tutor.llm.fetching.connection import PASSING, SourceError, open_client, reason

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
PAGE_TRIES = 3
_ASK = """
import json
from pip._internal.commands import create_command
options, _ = create_command("download").parse_args([])
names = ("index_url", "extra_index_urls", "find_links", "no_index", "proxy", "cert", "client_cert", "trusted_hosts")
print(json.dumps({name: getattr(options, name, None) for name in names}))
"""
"""Only pip's own parser knows what its files, its environment and its defaults come to; its commands print none of it
with the defaults. It runs in a process of its own."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """Where a wheel is, and what its index says of it: SHA-256 and bytes, where it says so."""

    url: str
    sha256: str | None = None
    size: int | None = None

    @property
    def local(self) -> Path | None:
        """The file, where it lies on this machine."""
        return _local(self.url)


@dataclass(frozen=True, slots=True)
class Indexes:
    """What pip would ask: addresses of indexes in order, pages or folders with wheels, and how to connect."""

    urls: tuple[str, ...]
    links: tuple[str, ...] = ()
    proxy: str | None = None
    certificates: str | None = None
    client_certificate: str | None = None
    trusted: tuple[str, ...] = ()

    def client(self) -> httpx.AsyncClient:
        """An HTTP client that connects as pip would. Raises SourceError."""
        return open_client(
            proxy=self.proxy,
            certificates=self.certificates,
            client_certificate=self.client_certificate,
            trusted=self.trusted,
        )


async def read_indexes() -> Indexes:
    """The indexes that pip would ask in this environment. Raises SourceError when pip cannot tell."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _ASK,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    try:
        return _indexes(json.loads(output.splitlines()[-1]))
    except (IndexError, ValueError):
        if named := os.environ.get("PIP_INDEX_URL"):
            return Indexes((named,))
        raise SourceError(say("pip, which knows the index, is not installed here")) from None


async def find_wheel(client: httpx.AsyncClient, indexes: Indexes, package: str, version: str) -> Wheel:
    """A wheel of that version, whatever platform it is for: it is read as data. Raises SourceError."""
    name, wanted = canonicalize_name(package), Version(version)
    places = [*((link, link) for link in indexes.links), *((url, f"{url.rstrip('/')}/{name}/") for url in indexes.urls)]
    places.sort(key=lambda place: _local(place[1]) is None)  # what lies on this machine needs no network
    failure: SourceError | None = None
    answered = False
    for base, page in places:
        try:
            listed = await _listed(client, page)
        except SourceError as error:
            failure = error
            continue
        answered = answered or _local(page) is None
        for wheel in listed:
            if _is(wheel.url, name, wanted):
                return Wheel(_with_credentials(wheel.url, base), wheel.sha256, wheel.size)
    if failure and not answered:
        raise failure
    raise SourceError(say("it has no {package} {version}", package=package, version=version))


def _indexes(options: dict[str, Any]) -> Indexes:
    urls = [] if options.get("no_index") else [options.get("index_url"), *(options.get("extra_index_urls") or [])]
    return Indexes(
        tuple(url for url in urls if url),
        tuple(options.get("find_links") or ()),
        options.get("proxy") or None,
        options.get("cert") or None,
        options.get("client_cert") or None,
        tuple(options.get("trusted_hosts") or ()),
    )


async def _listed(client: httpx.AsyncClient, page: str) -> list[Wheel]:
    """The wheels that a page or a folder names."""
    if folder := _local(page):
        return await asyncio.to_thread(lambda: list(_in_folder(folder)))
    response = await _answer(client, page)
    if response.status_code == 404:
        return []
    if response.status_code != 200:
        raise SourceError(say("it answered {status}", status=response.status_code))
    return list(_parsed(response.text, response.headers.get("Content-Type", ""), str(response.url)))


async def _answer(client: httpx.AsyncClient, page: str) -> httpx.Response:
    """What the index answers, asked again where it was busy or the connection broke off."""
    for number in range(PAGE_TRIES):
        last = number == PAGE_TRIES - 1
        try:
            response = await client.get(
                _bare(page), headers={"Accept": ACCEPT}, follow_redirects=True, auth=_auth(page)
            )
            if response.status_code not in PASSING or last:
                return response
        except (httpx.InvalidURL, ValueError):
            raise SourceError(say("its address is not valid")) from None
        except httpx.HTTPError as error:
            if last or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                raise SourceError(reason(error)) from None
        await asyncio.sleep(download.PAUSE * 2**number)
    raise AssertionError  # the last try has returned or raised


def _in_folder(place: Path) -> Iterator[Wheel]:
    page = place / "index.html" if place.is_dir() else place
    if page.suffix in {".html", ".htm"} and page.is_file():
        yield from _parsed(page.read_text(encoding="utf-8", errors="replace"), "text/html", page.as_uri())
    if place.is_dir():
        yield from (Wheel(path.resolve().as_uri()) for path in sorted(place.glob("*.whl")))


def _parsed(text: str, kind: str, base: str) -> Iterator[Wheel]:
    """The links of an index page. Raises SourceError where the page is none."""
    from lxml.etree import LxmlError

    try:
        yield from _of_json(text, base) if "json" in kind else _of_html(text, base)
    except (ValueError, KeyError, TypeError, AttributeError, LxmlError):
        raise SourceError(say("its page cannot be read")) from None


def _of_json(text: str, base: str) -> Iterator[Wheel]:
    for file in json.loads(text)["files"]:
        size, hashes = file.get("size"), file.get("hashes") or {}
        yield Wheel(urljoin(base, file["url"]), hashes.get("sha256"), size if isinstance(size, int) else None)


def _of_html(text: str, base: str) -> Iterator[Wheel]:
    from lxml import html

    if not text.strip():
        return
    for link in html.document_fromstring(text).iter("a"):
        if target := link.get("href"):
            address, _, fragment = urljoin(base, target).partition("#")
            algorithm, _, value = fragment.partition("=")
            yield Wheel(address, value.lower() if algorithm == "sha256" else None)


def _is(url: str, name: str, version: Version) -> bool:
    file = unquote(urlsplit(url).path.rpartition("/")[2])
    try:
        found, its_version, _, _ = parse_wheel_filename(file)
    except InvalidWheelFilename:
        return False
    return found == name and its_version == version


def _local(url: str) -> Path | None:
    """The path that an address without a server means: file:// or a plain path, as `find-links` may have it."""
    if url.startswith("file:"):
        return Path(url2pathname(url.removeprefix("file:").removeprefix("//")))
    return None if "://" in url else Path(url).expanduser()


def _auth(url: str) -> tuple[str, str] | None:
    parts = urlsplit(url)
    return (unquote(parts.username), unquote(parts.password or "")) if parts.username else None


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _with_credentials(url: str, base: str) -> str:
    """The link with the user and password of its index, where both are on one host and it names none itself."""
    link, index = urlsplit(url), urlsplit(base)
    if "@" in link.netloc or "@" not in index.netloc or link.hostname != index.hostname:
        return url
    return urlunsplit(link._replace(netloc=f"{index.netloc.rpartition('@')[0]}@{link.netloc}"))
