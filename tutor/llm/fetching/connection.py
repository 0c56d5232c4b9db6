"""How a source is connected to, and why that fails, in words for the user."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path

import httpx

from demos.runtime.messages import say

TIMEOUT = httpx.Timeout(30, connect=10)
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses of a server that may answer otherwise in a moment."""


class SourceError(Exception):
    """A source does not give the file; the message says why, in a few words."""


class WrongFileError(SourceError):
    """What the source gives is not the published file."""


class BrokenError(Exception):
    """A transfer that broke off, or a server that is busy: worth another try."""


def open_client(
    *,
    proxy: str | None = None,
    certificates: str | None = None,
    client_certificate: str | None = None,
    trusted: Sequence[str] = (),
) -> httpx.AsyncClient:
    """A client that trusts the certificates that come with httpx, those of the system, and a file or folder of one's
    own; and, for the hosts in `trusted`, any. Without a `proxy` the environment's is taken. Raises SourceError."""
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    try:
        context = httpx.create_ssl_context()
        context.load_default_certs()
        if certificates:
            folder = Path(certificates).is_dir()
            context.load_verify_locations(**{"capath" if folder else "cafile": certificates})
        if client_certificate:
            context.load_cert_chain(client_certificate)
    except (OSError, ssl.SSLError):
        raise SourceError(say("the certificates that are set for it cannot be read")) from None
    try:
        mounts = {f"all://{host}": httpx.AsyncHTTPTransport(verify=False, proxy=proxy) for host in trusted}
        return httpx.AsyncClient(verify=context, proxy=proxy, mounts=mounts, timeout=TIMEOUT)
    except (ValueError, ImportError, httpx.InvalidURL):  # an address that is none; SOCKS, which needs a package more
        raise SourceError(say("the proxy that is set cannot be used")) from None


def reason(error: Exception) -> str:
    """Why a request failed, in a few words."""
    if isinstance(error, BrokenError):
        return str(error)
    if isinstance(error, httpx.ConnectError) and "CERTIFICATE" in str(error).upper():
        return say("its certificate is not trusted on this machine")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
        return say("no connection")
    return say("the connection broke off")
