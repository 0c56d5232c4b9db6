"""In which language a caller wants to read what demos say, and what went wrong."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Header, Request
from starlette.datastructures import Headers

from demos.runtime.texts import LANGUAGES, Language

__all__ = ["Language", "LanguageDep", "accepted", "language_of", "preferred"]


def preferred(accepted: str) -> Language:
    """The language of an Accept-Language header that comes first there and is spoken here; else English."""
    weighed: list[tuple[float, Language]] = []
    for part in accepted.split(","):
        tag, _, weight = part.strip().partition(";q=")
        spoken = next((each for each in LANGUAGES if tag.lower().split("-")[0] == each), None)
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if spoken and quality > 0:
            weighed.append((-quality, spoken))
    return min(weighed, key=lambda each: each[0])[1] if weighed else "en"


def accepted(headers: Headers) -> Language:
    """The language that the headers of a request prefer; English where they name none that is spoken here."""
    return preferred(headers.get("accept-language", ""))


def language_of(request: Request) -> Language:
    """`lang` of the query string, else what the header prefers: for what has no parameters, as an error has none."""
    lang = request.query_params.get("lang")
    return next((each for each in LANGUAGES if each == lang), accepted(request.headers))


def _language(lang: Literal["en", "es"] | None = None, accept_language: Annotated[str, Header()] = "") -> Language:
    """`lang` of the query string, else what the header prefers."""
    return lang or preferred(accept_language)


LanguageDep = Annotated[Language, Depends(_language)]
