"""POST /v1/embeddings: the vectors that the course is searched by, for a platform's own search."""

from __future__ import annotations

import base64
from typing import Any, Literal

import numpy as np
from fastapi import APIRouter, Request
from pydantic import Field

from demos.runtime.messages import say
from tutor.api.asking import EMBEDDING
from tutor.api.context import Caller, CallerDep, Service, ServiceDep, TutorDep, acting_for
from tutor.api.documented import errors
from tutor.api.schemas import In, Name
from tutor.api.turns import while_connected
from tutor.errors import InputError
from tutor.service.build import Tutor

router = APIRouter(prefix="/v1", tags=["embeddings"])
MOST_TEXTS = 2048
MOST_CHARACTERS = 500_000
"""Of all texts together."""
_ANSWERS = ("passage", "document", "search_document")


class EmbeddingRequest(In):
    """Body of /v1/embeddings. Token ids are the embedder's own, as `POST /v1/tokenize` gives them."""

    input: str | list[str] | list[int] | list[list[int]]
    model: str = ""
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = Field(None, ge=1)
    user: Name | None = None
    input_type: str = Field(
        "query", description='"passage" for texts that may answer; else texts that ask, or are compared.'
    )


class TokenizeRequest(In):
    text: str = Field(max_length=MOST_CHARACTERS)


@router.post("/embeddings", responses=errors(422, 429, 503))
async def embed(
    body: EmbeddingRequest, request: Request, service: ServiceDep, caller: CallerDep, tutor: TutorDep
) -> dict[str, Any]:
    """A unit vector for each text."""
    texts = _texts(tutor, body.input)
    if body.dimensions not in (None, tutor.embedder.dimension):
        raise InputError(
            say("The vectors have {dimension} dimensions, and no others.", dimension=tutor.embedder.dimension),
            code="invalid_value", hint=say("Leave dimensions out."), param="dimensions",
        )  # fmt: skip
    caller = acting_for(request, caller, body.user)
    vectors = await while_connected(
        request, vectors_of(service, caller, tutor, texts, asking=body.input_type not in _ANSWERS)
    )
    data = [
        {"object": "embedding", "index": index, "embedding": _encoded(vector, body.encoding_format)}
        for index, vector in enumerate(vectors)
    ]
    used = sum([await tutor.count(text) for text in texts])
    usage = {"prompt_tokens": used, "total_tokens": used}
    return {"object": "list", "data": data, "model": body.model or EMBEDDING, "usage": usage}


@router.post("/tokenize", responses=errors(422))
async def tokenize(body: TokenizeRequest, _caller: CallerDep, tutor: TutorDep) -> dict[str, Any]:
    """The token ids of a text in the embedder's vocabulary."""
    return {"tokens": tutor.embedder.tokenize(body.text)}


async def vectors_of(service: Service, caller: Caller, tutor: Tutor, texts: list[str], *, asking: bool) -> Any:
    """The vectors, in the caller's turn; many texts let questions of students go first. Raises BusyError."""
    async with service.embed_queue.place(caller.client):
        return await tutor.embed(texts, asking=asking, progress=_heard if len(texts) > 8 else None)


def _heard(_done: int) -> None:
    """Who wants to hear of the progress lets those with little to do go first."""


def _texts(tutor: Tutor, given: str | list[str] | list[int] | list[list[int]]) -> list[str]:
    if isinstance(given, str):
        texts = [given]
    elif given and all(isinstance(part, int) for part in given):
        texts = [_spoken(tutor, given)]  # type: ignore[arg-type]
    else:
        texts = [part if isinstance(part, str) else _spoken(tutor, part) for part in given]  # type: ignore[arg-type]
    if not texts or not all(text.strip() for text in texts):
        raise InputError(
            say("There is no text to embed."), code="invalid_value", hint=say("Leave empty texts out."), param="input"
        )
    if len(texts) > MOST_TEXTS or sum(map(len, texts)) > MOST_CHARACTERS:
        raise InputError(
            say(
                "That are too many texts: {texts:,} and {characters:,} characters at once at most.",
                texts=MOST_TEXTS, characters=MOST_CHARACTERS,
            ),
            code="invalid_value", hint=say("Send them in parts."), param="input",
        )  # fmt: skip
    return texts


def _spoken(tutor: Tutor, tokens: list[int]) -> str:
    """The text of token ids. Raises InputError for ids of another vocabulary, as far as they show."""
    text = tutor.embedder.text(tokens)
    if text is None:
        raise InputError(
            say("These token ids are not the embedder's."), code="invalid_value", param="input",
            hint=say("Send texts: LangChain does with check_embedding_ctx_length=False."),
        )  # fmt: skip
    return text


def _encoded(vector: Any, form: str) -> list[float] | str:
    if form == "base64":
        return base64.b64encode(np.asarray(vector, dtype="<f4").tobytes()).decode("ascii")
    return [float(value) for value in vector]
