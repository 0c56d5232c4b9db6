"""/v1/embeddings and Ollama's routes for vectors, as clients ask for them."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import numpy as np
import openai
import pytest

from tests.api.scripted import SpellingEmbedder, client_of
from tutor.api.context import Service

TEXTS = ["the perceptron", "a recurrent network"]


async def test_openai_s_client_gets_the_same_vectors_in_both_encodings(service: Service) -> None:
    http: Any
    expected = SpellingEmbedder().encode(TEXTS)
    async with client_of(service) as http:
        client = openai.AsyncOpenAI(base_url="http://localhost/v1", api_key="unused", http_client=http)
        packed = await client.embeddings.create(model="tiza-embedding", input=TEXTS)  # base64 on the wire
        plain = await client.embeddings.create(model="tiza-embedding", input=TEXTS, encoding_format="float")
    for found in (packed, plain):
        assert [one.index for one in found.data] == [0, 1]
        np.testing.assert_allclose([one.embedding for one in found.data], expected, atol=1e-6)
    assert packed.usage.prompt_tokens == 5


async def test_base64_is_little_endian_float32(client: httpx.AsyncClient) -> None:
    body = {"input": TEXTS[0], "encoding_format": "base64"}
    sent = (await client.post("/v1/embeddings", json=body)).json()["data"][0]["embedding"]
    np.testing.assert_array_equal(np.frombuffer(base64.b64decode(sent), "<f4"), SpellingEmbedder().encode(TEXTS[:1])[0])


async def test_tokens_of_the_embedder_are_its_texts(client: httpx.AsyncClient) -> None:
    tokens = (await client.post("/v1/tokenize", json={"text": TEXTS[0]})).json()["tokens"]
    texts = (await client.post("/v1/embeddings", json={"input": TEXTS})).json()["data"]
    one = (await client.post("/v1/embeddings", json={"input": tokens})).json()["data"]
    both = [tokens, (await client.post("/v1/tokenize", json={"text": TEXTS[1]})).json()["tokens"]]
    many = (await client.post("/v1/embeddings", json={"input": both})).json()["data"]
    assert one[0]["embedding"] == texts[0]["embedding"] and many == texts


@pytest.mark.parametrize(
    "body",
    [
        {"input": []}, {"input": ""}, {"input": ["a", " "]}, {"input": [99999]}, {"input": [[]]}, {"input": 5}, {},
        {"input": "a", "dimensions": 7}, {"input": "a", "encoding_format": "int8"}, {"input": ["a"] * 2049},
        {"input": "a" * 600_000}, {"input": [-1]}, {"input": [True, "a"]},
    ],
    ids=lambda body: str(body)[:30],
)  # fmt: skip
async def test_what_cannot_be_embedded_is_refused_in_a_sentence(client: httpx.AsyncClient, body: Any) -> None:
    reply = await client.post("/v1/embeddings", json=body)
    assert reply.status_code == 422
    assert reply.json()["error"]["message"]


async def test_ollama_s_two_routes_give_the_same(client: httpx.AsyncClient) -> None:
    both = (await client.post("/api/embed", json={"model": "tiza-embedding", "input": TEXTS})).json()["embeddings"]
    one = (await client.post("/api/embeddings", json={"model": "x", "prompt": TEXTS[1]})).json()["embedding"]
    np.testing.assert_allclose(both, SpellingEmbedder().encode(TEXTS), atol=1e-6)
    assert one == both[1]
    assert (await client.post("/api/embed", json={"input": ""})).status_code == 422
