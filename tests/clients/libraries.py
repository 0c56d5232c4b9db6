"""Python libraries against a running service: `python tests/clients/libraries.py http://127.0.0.1:8000`.

`make clients` installs them beside the service's own packages and runs this; docs/clients.md shows what came of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
KEY = os.environ.get("TIZA_TEST_KEY", "none")
QUESTION = "Who made the perceptron, and when?"
ASKED: Any = [{"role": "user", "content": QUESTION}]
Row = tuple[str, Callable[[], Any], Callable[[Any], bool]]


def answers(text: Any) -> bool:
    """Whether it is the course's answer."""
    return "1957" in str(text)


def joined(chunks: Any) -> str:
    """The text of OpenAI's chunks."""
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def openai_rows() -> Iterator[Row]:
    """openai-python."""
    import openai
    from pydantic import BaseModel

    class Fact(BaseModel):
        answer: str
        year: int | None

    class Card(BaseModel):
        front: str
        back: str

    class Cards(BaseModel):
        cards: list[Card]

    client: Any = openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY)
    chat = client.chat.completions
    yield (
        "models.list, models.retrieve",
        lambda: client.models.retrieve(client.models.list().data[0].id),
        lambda m: m.id == "tiza",
    )
    yield "chat", lambda: chat.create(model="tiza", messages=ASKED).choices[0].message.content, answers
    yield "chat, streamed", lambda: joined(chat.create(model="tiza", messages=ASKED, stream=True)), answers
    yield "chat, n=3", lambda: chat.create(model="tiza", messages=ASKED, n=3).choices, lambda found: len(found) == 3
    yield (
        "chat.parse", lambda: chat.parse(model="tiza", messages=ASKED, response_format=Fact).choices[0].message.parsed,
        lambda fact: fact.year == 1957,
    )  # fmt: skip
    cards: Any = [{"role": "user", "content": "Make 4 flashcards on the LSTM"}]
    yield (
        "chat.parse, flashcards",
        lambda: chat.parse(model="tiza", messages=cards, response_format=Cards).choices[0].message.parsed.cards,
        lambda found: len(found) == 4,
    )  # fmt: skip
    yield "responses", lambda: client.responses.create(model="tiza", input=QUESTION).output_text, answers
    yield (
        "responses, streamed", lambda: [e.type for e in client.responses.create(model="tiza", input=QUESTION, stream=True)],
        lambda kinds: kinds[-1] == "response.completed",
    )  # fmt: skip
    first: Callable[[], Any] = lambda: client.responses.create(model="tiza", input="What is an LSTM?")  # noqa: E731
    yield (
        "responses, previous_response_id",
        lambda: client.responses.create(model="tiza", input="What are its limits?", previous_response_id=first().id),
        lambda reply: "LSTM" in reply.output_text,
    )  # fmt: skip
    parsed = lambda: client.responses.parse(model="tiza", input=QUESTION, text_format=Fact).output_parsed  # noqa: E731
    yield "responses.parse", parsed, lambda fact: fact.year == 1957
    embed = lambda: client.embeddings.create(model="tiza-embedding", input=["a", "b"]).data  # noqa: E731
    yield "embeddings", embed, lambda data: len(data[1].embedding) == 384
    yield "completions", lambda: client.completions.create(model="tiza", prompt=QUESTION).choices[0].text, answers


def langchain_rows() -> Iterator[Row]:
    """langchain-openai."""
    from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
    from langchain_openai import ChatOpenAI, OpenAI, OpenAIEmbeddings
    from pydantic import BaseModel

    class Fact(BaseModel):
        """A fact of the course."""

        answer: str
        year: int | None

    at: Any = {"base_url": f"{URL}/v1", "api_key": KEY, "model": "tiza"}
    chat: Any = ChatOpenAI(**at)
    yield "invoke", lambda: chat.invoke(QUESTION).content, answers
    yield "stream", lambda: "".join(str(chunk.content) for chunk in chat.stream(QUESTION)), answers
    for method in ("json_schema", "function_calling"):
        shaped = chat.with_structured_output(Fact, method=method)
        yield (
            f"with_structured_output, {method}",
            lambda shaped=shaped: shaped.invoke(QUESTION),
            lambda f: f.year == 1957,
        )
    turns = [
        HumanMessage(QUESTION), AIMessage("", tool_calls=[{"name": "x", "args": {}, "id": "1"}]),
        ToolMessage("42", tool_call_id="1"),
    ]  # fmt: skip
    yield "a tool's message last", lambda: chat.invoke(turns).content, answers
    yield "use_responses_api", lambda: ChatOpenAI(**at, use_responses_api=True).invoke(QUESTION).content, answers
    yield "OpenAI (completions)", lambda: OpenAI(**at).invoke(QUESTION), answers
    vectors: Any = OpenAIEmbeddings(**{**at, "model": "tiza-embedding"}, check_embedding_ctx_length=False)
    yield (
        "OpenAIEmbeddings, check_embedding_ctx_length=False",
        lambda: vectors.embed_query("x"),
        lambda v: len(v) == 384,
    )


def litellm_rows() -> Iterator[Row]:
    """LiteLLM."""
    import litellm

    litellm.suppress_debug_info = True
    at: Any = {"api_base": f"{URL}/v1", "api_key": KEY}
    old: Any = {"api_base": URL, "api_key": KEY, "messages": ASKED}
    ask: Any = litellm.completion
    yield "openai/", lambda: ask(model="openai/tiza", messages=ASKED, **at).choices[0].message.content, answers
    streamed: Any = {"messages": ASKED, "stream": True, "stream_options": {"include_usage": True}}
    yield "openai/, streamed", lambda: joined(ask(model="openai/tiza", **streamed, **at)), answers
    for model in ("openai/tiza", "hosted_vllm/tiza"):
        responses: Any = lambda model=model: litellm.responses(model=model, input=QUESTION, **at)  # noqa: E731
        yield f"responses, {model}", responses, answers
    yield (
        "text_completion",
        lambda: litellm.text_completion(model="text-completion-openai/tiza", prompt=QUESTION, **at),
        answers,
    )
    embed: Any = lambda: litellm.embedding(model="openai/tiza-embedding", input=["x"], encoding_format="float", **at)  # noqa: E731
    yield "embedding", embed, lambda found: len(found.data[0]["embedding"]) == 384
    yield "ollama/", lambda: ask(model="ollama/tiza", **old), answers
    yield "ollama_chat/", lambda: ask(model="ollama_chat/tiza", **old), answers
    yield "ollama_chat/, streamed", lambda: joined(ask(model="ollama_chat/tiza", stream=True, **old)), answers


def ollama_rows() -> Iterator[Row]:
    """ollama-python."""
    import ollama

    client: Any = ollama.Client(host=URL, headers={"Authorization": f"Bearer {KEY}"})
    yield "chat", lambda: client.chat(model="tiza", messages=ASKED).message.content, answers
    streamed = lambda: "".join(c.message.content for c in client.chat(model="tiza", messages=ASKED, stream=True))  # noqa: E731
    yield "chat, streamed", streamed, answers
    yield "generate", lambda: client.generate(model="tiza", prompt=QUESTION).response, answers
    yield (
        "list, show",
        lambda: client.show(client.list().models[0].model),
        lambda found: "completion" in found.capabilities,
    )
    yield "embed", lambda: client.embed(model="x", input="y").embeddings, lambda found: len(found[0]) == 384


def llm_rows() -> Iterator[Row]:
    """simonw's llm."""
    home = Path(mkdtemp(prefix="tiza-llm-"))
    entry = f'- model_id: tiza\n  model_name: tiza\n  api_base: "{URL}/v1"\n  supports_schema: true\n  supports_tools: true\n'
    (home / "extra-openai-models.yaml").write_text(entry, encoding="utf-8")
    os.environ |= {"LLM_USER_PATH": str(home), "OPENAI_API_KEY": KEY}
    import llm

    model = llm.get_model("tiza")
    year = llm.schema_dsl("answer, year int")
    cards = llm.schema_dsl("front, back", multi=True)
    yield "prompt", lambda: model.prompt(QUESTION).text(), answers
    yield "prompt, not streamed", lambda: model.prompt(QUESTION, stream=False).text(), answers
    yield "--schema", lambda: model.prompt(QUESTION, schema=year).text(), lambda text: '"year": 1957' in text
    yield (
        "--schema-multi", lambda: model.prompt("Make 2 flashcards on the LSTM", schema=cards).text(),
        lambda text: text.count('"front"') == 2,
    )  # fmt: skip


def main() -> int:
    """Print a row of the table for each; the number of those that failed is the exit status."""
    failed = 0
    groups = {
        "openai": openai_rows, "langchain-openai": langchain_rows, "litellm": litellm_rows, "ollama": ollama_rows,
        "llm": llm_rows,
    }  # fmt: skip
    from importlib.metadata import version

    for name, rows in groups.items():
        for what, call, check in rows():
            try:
                worked = check(call())
                said = "works" if worked else "another answer"
            except Exception as error:
                worked, said = False, f"{type(error).__name__}: {str(error)[:100]}"
            failed += not worked
            sys.stdout.write(f"| {name} {version(name)} | {what} | {said} |\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
