"""Who may speak to the service: nobody any more when it ends, and without a key programs of this machine alone, and
pages that this service sent itself.

A web page elsewhere can make a browser send requests to 127.0.0.1, and can give this address a name of its own (DNS
rebinding). The browser then tells of it, in Origin or in Host.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from demos.runtime.messages import say
from tutor.api.context import KEY_HEADERS, Service, is_loopback
from tutor.api.errors import error_response
from tutor.api.language import accepted
from tutor.errors import Problem


class ClosingGate:
    """Refuses with 503 what comes while the service ends what it began. /healthz goes on answering."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._service.stopping or scope["path"] == "/healthz":
            await self._app(scope, receive, send)
            return
        problem = Problem("stopping", say("The tutor is being stopped."), say("Try again in some seconds."))
        response = error_response(problem.told(accepted(Headers(scope=scope))))
        response.headers["Connection"] = "close"
        await response(scope, receive, send)


class LocalGate:
    """Refuses with 403 what comes from another site, whatever the route: no body is read, nothing is looked up.

    Where keys are demanded, any Host may name the service, and a request with a key may come from any page.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] in ("http", "websocket") else None
        problem = self._problem(headers) if headers is not None else None
        if headers is None or problem is None:
            await self._app(scope, receive, send)
            return
        response = error_response(problem.told(accepted(headers)))
        response.headers["Connection"] = "close"
        await response(scope, receive, send)

    def _problem(self, headers: Headers) -> Problem | None:
        """What is wrong with where a request comes from; None when nothing is."""
        keyless = not self._service.demands_keys
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if keyless and any(not is_loopback(_name(f"//{host}")) for host in hosts):
            hint = say("Ask it as 127.0.0.1 or localhost, or demand keys with TIZA_DEMAND_KEYS=true.")
            return Problem("host_forbidden", say("This service is for this machine only."), hint)
        if not keyless and any(name in headers for name in ("authorization", *KEY_HEADERS)):
            return None
        allowed = self._service.settings.allowed_origins
        origins = [origin for origin in origins if origin.rstrip("/") not in allowed and "*" not in allowed]
        own = {_name(f"//{host}") for host in hosts} - {""}
        if any(not is_loopback(_name(origin)) and _name(origin) not in own for origin in origins):
            hint = say("Send requests from a program, not from a page of another site.")
            return Problem("origin_forbidden", say("This page may not speak to the tutor."), hint)
        return None


def _name(url: str) -> str:
    """The host that a URL names, "" for none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
