"""The embedded language model: the only door to llama_cpp.

One model, one context, one thread that owns both. Prompts are read in chunks, so a turn that is cancelled frees the
model within a chunk, in prefill too. Chunks end where the system message ends and then at fixed steps, and the context
keeps whole chunks that the next prompt begins with: what it holds is then the same whether it was kept or read anew,
so an answer depends on its prompt and seed alone. Sampling runs in llama.cpp's own chain: no logits reach Python.
"""

from __future__ import annotations

import asyncio
import codecs
import ctypes
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import llama_cpp as C
import numpy as np
from numpy.typing import NDArray

from demos.runtime.messages import say
from tutor.errors import InputError, ModelError
from tutor.llm.base import Message, ModelInfo, Piece, Sampling

T = TypeVar("T")
GATHER_SECONDS = 0.05
CHUNK_PARAMETERS = 35e9
"""A chunk has about this many parameters times tokens: a third of a second on two cores."""
_CHUNKS = (8, 256)
_SENTINEL = "\x02{}\x03"
_silent = C.llama_log_callback(lambda _level, _text, _data: None)


@dataclass(frozen=True, slots=True)
class Engine:
    """How to run a model. `threads` 0 means one for each core."""

    context: int = 2048
    threads: int = 0
    flash_attention: bool = False


class Context:
    """A loaded model and its context. Not thread-safe: one thread owns it. Raises ModelError when loading fails."""

    def __init__(self, path: Path, adapter: Path | None, engine: Engine) -> None:
        C.llama_log_set(_silent, ctypes.c_void_p(0))
        C.llama_backend_init()
        self.held: list[int] = []
        self._marks: list[int] = []
        self._looked: list[int] = []
        self._model = C.llama_model_load_from_file(str(path).encode(), C.llama_model_default_params())
        if not self._model:
            raise _damaged(path, say("llama.cpp cannot load it"))
        params = C.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = engine.context, _CHUNKS[1], _CHUNKS[1]
        params.n_threads = params.n_threads_batch = engine.threads or cores()
        params.flash_attn_type = 1 if engine.flash_attention else 0
        params.no_perf = True
        self._context = C.llama_init_from_model(self._model, params)
        if not self._context:
            raise _damaged(path, say("no context of {count} tokens fits into memory", count=engine.context))
        if adapter is not None:
            self._apply(adapter)
        self._vocabulary = C.llama_model_get_vocab(self._model)
        self._memory = C.llama_get_memory(self._context)
        self._template = C.llama_model_chat_template(self._model, None) or b"chatml"
        wanted = int(CHUNK_PARAMETERS / max(1, C.llama_model_n_params(self._model)))
        self._chunk = max(_CHUNKS[0], min(_CHUNKS[1], wanted))
        self.size = int(C.llama_n_ctx(self._context))

    def close(self) -> None:
        C.llama_free(self._context)
        C.llama_model_free(self._model)

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """Token ids. Unless `special`, markers such as <|im_end|> in the text stay plain text."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        buffer = (C.llama_token * room)()
        count = C.llama_tokenize(self._vocabulary, data, len(data), buffer, room, False, special)
        return list(buffer[:count])

    def prompt(self, messages: Sequence[Message]) -> tuple[list[int], int]:
        """The chat template's tokens, and how many of them the system message takes. A last message of the assistant's
        is the beginning of what the model is to write.

        What users and documents wrote can never become a control token.
        """
        begun = messages[-1].content if messages and messages[-1].role == "assistant" else ""
        messages = messages[:-1] if begun else messages
        shown = (C.llama_chat_message * len(messages))()
        for index, message in enumerate(messages):
            shown[index].role = message.role.encode()
            shown[index].content = _SENTINEL.format(index).encode()
        room = 256 + 64 * len(messages)
        buffer = ctypes.create_string_buffer(room)
        size = C.llama_chat_apply_template(self._template, shown, len(messages), True, buffer, room)
        if size < 0:  # a template that llama.cpp does not know: ChatML is the most common one
            size = C.llama_chat_apply_template(b"chatml", shown, len(messages), True, buffer, room)
        text = buffer.raw[:size].decode()
        tokens = self.begins()
        system = 0
        for index, message in enumerate(messages):
            before, _, text = text.partition(_SENTINEL.format(index))
            tokens += self.tokenize(before, special=True) + self.tokenize(message.content)
            system = len(tokens) if message.role == "system" else system
        return tokens + self.tokenize(text, special=True) + (self.tokenize(begun) if begun else []), system

    def read(self, tokens: Sequence[int], system: int, cancelled: Callable[[], bool]) -> bool:
        """Bring the context to hold exactly `tokens`, keeping the chunks it begins with. False when cancelled."""
        self._looked = []
        ends = [*range(system, len(tokens), self._chunk), len(tokens)]
        ends = [end for end in ends if end > 0]
        common = _common(self.held, tokens[:-1])
        keep = max((end for end in ends if end in self._marks and end <= common), default=0)
        if keep < len(self.held) and not C.llama_memory_seq_rm(self._memory, 0, keep, -1):
            C.llama_memory_clear(self._memory, True)
            keep = 0
        self.held = list(tokens[:keep])
        self._marks = [mark for mark in self._marks if mark <= keep]
        for end in (end for end in ends if end > keep):
            for start in range(len(self.held), end, _CHUNKS[1]):
                if cancelled():
                    return False
                self.decode(tokens[start : min(end, start + _CHUNKS[1])])
            self._marks.append(end)
        return True

    def look(self, prompt: Sequence[int], added: Sequence[int], cancelled: Callable[[], bool] = lambda: False) -> None:
        """Bring the context to hold `prompt`, read in chunks, and `added`, read one by one; `logits` then tells what
        may come next, the same whatever the context held before. The next turn keeps nothing of it. Raises ModelError
        when cancelled."""
        whole = [*prompt, *added]
        if not prompt or len(whole) >= self.size:
            raise InputError(
                say("The text has {count} tokens; 1 to {most} can be read.", count=len(whole), most=self.size - 1),
                code="invalid_value",
            )
        if self._looked != [*prompt] or len(self.held) < len(prompt) or self.held != whole[: len(self.held)]:
            self.forget()
            for start in range(0, len(prompt), self._chunk):
                self._unless(cancelled)
                self.decode(prompt[start : start + self._chunk])
            self._looked = [*prompt]
        for token in whole[len(self.held) :]:
            self._unless(cancelled)
            self.decode([token])

    def _unless(self, cancelled: Callable[[], bool]) -> None:
        if cancelled():
            self.forget()
            raise ModelError(say("Nobody waits for this look any more."))

    def forget(self) -> None:
        """Hold nothing."""
        C.llama_memory_clear(self._memory, True)
        self.held, self._marks, self._looked = [], [], []

    def logits(self) -> NDArray[np.float64]:
        """The scores of all tokens of the vocabulary to come after the last one read."""
        pointer = C.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(pointer, (C.llama_vocab_n_tokens(self._vocabulary),)).astype(np.float64)

    def begins(self) -> list[int]:
        """The token that this model wants before any text, where it wants one."""
        return [C.llama_vocab_bos(self._vocabulary)] if C.llama_vocab_get_add_bos(self._vocabulary) else []

    def controls(self, token: int) -> bool:
        """True for a token that stands for no text, such as the end of a turn."""
        return bool(C.llama_vocab_is_control(self._vocabulary, token))

    def decode(self, tokens: Sequence[int]) -> None:
        """Add tokens to the context."""
        array = (C.llama_token * len(tokens))(*tokens)
        if C.llama_decode(self._context, C.llama_batch_get_one(array, len(tokens))) != 0:
            self.forget()
            raise ModelError(
                say("The model stopped in mid-answer."), hint=say("Ask again; if it stays, run `tiza doctor`.")
            )
        self.held += tokens

    def sample(self, chain: Any) -> int:
        return int(C.llama_sampler_sample(chain, self._context, -1))

    def ends(self, token: int) -> bool:
        return bool(C.llama_vocab_is_eog(self._vocabulary, token))

    def piece(self, token: int, *, special: bool = False) -> bytes:
        """The token's text; that of a control token only when `special`."""
        buffer = ctypes.create_string_buffer(256)
        size = C.llama_token_to_piece(self._vocabulary, token, buffer, 256, 0, special)
        return buffer.raw[: max(size, 0)]

    def chain(self, sampling: Sampling, grammar: str | None) -> Any:
        """A sampler chain; the caller frees it. Raises InputError for a grammar that is not GBNF."""
        chain = C.llama_sampler_chain_init(C.llama_sampler_chain_default_params())
        if grammar is not None:
            sampler = C.llama_sampler_init_grammar(self._vocabulary, grammar.encode(), b"root")
            if not sampler:
                C.llama_sampler_free(chain)
                raise InputError(say("That grammar is not valid GBNF."), code="invalid_value", param="grammar")
            C.llama_sampler_chain_add(chain, sampler)
        if sampling.temperature <= 0:
            C.llama_sampler_chain_add(chain, C.llama_sampler_init_greedy())
            return chain
        C.llama_sampler_chain_add(chain, C.llama_sampler_init_top_p(sampling.top_p, 1))
        C.llama_sampler_chain_add(chain, C.llama_sampler_init_temp(sampling.temperature))
        C.llama_sampler_chain_add(chain, C.llama_sampler_init_dist(sampling.seed & 0xFFFFFFFF))
        return chain

    def finite(self) -> bool:
        """True when the last token's logits are numbers."""
        return bool((np.abs(self.logits()) < 1e30).all())

    def _apply(self, path: Path) -> None:
        """Have an adapter change what is read and written."""
        adapter = C.llama_adapter_lora_init(self._model, str(path).encode())
        if not adapter:
            raise _damaged(path, say("it is not an adapter of this model"))
        C.llama_set_adapters_lora(
            self._context, (C.llama_adapter_lora_p_ctypes * 1)(adapter), 1, (ctypes.c_float * 1)(1.0)
        )


class LlamaModel:
    """A GGUF model in this process (see `LanguageModel`). Loaded at first use, on its own thread."""

    def __init__(self, info: ModelInfo, engine: Engine | None = None, adapter: Path | None = None) -> None:
        self._info, self._engine, self._adapter = info, engine or Engine(), adapter
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="llama")
        self._context: Context | None = None

    def describe(self) -> ModelInfo:
        return self._info

    async def load(self) -> None:
        """Load the model now rather than at the first question. Raises ModelError."""
        await self._run(self._loaded)

    async def count(self, text: str) -> int:
        return len(await self._run(lambda: self._loaded().tokenize(text)))

    async def inside(self, work: Callable[[Context], T]) -> T:
        """What `work` finds in the loaded model, on the thread that owns it: between turns, never beside one."""
        return await self._run(lambda: work(self._loaded()))

    async def close(self) -> None:
        def close() -> None:
            if self._context is not None:
                self._context.close()
                self._context = None

        await self._run(close)
        self._thread.shutdown(wait=False)

    async def stream(
        self, messages: Sequence[Message], sampling: Sampling, *, grammar: str | None = None
    ) -> AsyncGenerator[Piece, None]:
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[Piece | BaseException | None] = asyncio.Queue()
        cancelled = threading.Event()

        def send(item: Piece | BaseException | None) -> None:
            loop.call_soon_threadsafe(pieces.put_nowait, item)

        def work() -> None:
            try:
                for piece in _gathered(self._generate(messages, sampling, grammar, cancelled.is_set)):
                    send(piece)
                send(None)
            except BaseException as error:
                send(error)

        done = loop.run_in_executor(self._thread, work)
        try:
            while (item := await pieces.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            cancelled.set()
            await asyncio.shield(done)

    def _loaded(self) -> Context:
        if self._context is None:
            self._context = Context(Path(self._info.path), self._adapter, self._engine)
        return self._context

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _generate(
        self, messages: Sequence[Message], sampling: Sampling, grammar: str | None, cancelled: Callable[[], bool]
    ) -> Iterator[Piece]:
        context = self._loaded()
        prompt, system = context.prompt(messages)
        if len(prompt) + 8 > context.size:
            raise InputError(
                say(
                    "The question and its sources take {needed} tokens; the model reads {size}.",
                    needed=len(prompt),
                    size=context.size,
                ),
                code="question_too_long",
                hint=say("Ask a shorter question."),
            )
        chain = context.chain(sampling, grammar)
        try:
            if context.read(prompt, system, cancelled):
                yield from _emit(context, chain, len(prompt), sampling, cancelled)
        finally:
            C.llama_sampler_free(chain)


def _gathered(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same text in fewer pieces: each one wakes the event loop, which takes a core from the model for a moment."""
    text, sent = "", 0.0
    for piece in pieces:
        text += piece.text
        if piece.prompt_tokens or (text and time.monotonic() - sent > GATHER_SECONDS):
            yield Piece(text, piece.prompt_tokens, piece.completion_tokens)
            text, sent = "", time.monotonic()


def _emit(
    context: Context, chain: Any, read: int, sampling: Sampling, cancelled: Callable[[], bool]
) -> Iterator[Piece]:
    """The text pieces after a prompt of `read` tokens, then a last piece with the counts."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    pending, made = "", 0
    limit = min(sampling.max_tokens, context.size - read)
    while made < limit and not cancelled():
        token = context.sample(chain)
        if context.ends(token):
            break
        made += 1
        pending += decoder.decode(context.piece(token))
        ready, pending, stopped = _cut(pending, sampling.stop)
        if ready:
            yield Piece(ready)
        if stopped:
            pending = ""
            break
        if made < limit:
            context.decode([token])
    yield Piece(pending, read, made)


def _cut(text: str, stops: Sequence[str]) -> tuple[str, str, bool]:
    """What may be shown, what must wait because a stop string may have begun, and whether one was met."""
    ends = [place for stop in stops if stop and (place := text.find(stop)) >= 0]
    if ends:
        return text[: min(ends)], "", True
    longest = max((len(stop) - 1 for stop in stops), default=0)
    for size in range(min(longest, len(text)), 0, -1):
        if any(stop.startswith(text[-size:]) for stop in stops):
            return text[:-size], text[-size:], False
    return text, "", False


def _common(held: Sequence[int], wanted: Sequence[int]) -> int:
    for index, (one, other) in enumerate(zip(held, wanted, strict=False)):
        if one != other:
            return index
    return min(len(held), len(wanted))


def cores() -> int:
    """Physical cores that this process may use."""
    import psutil

    allowed = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else psutil.cpu_count()
    return max(1, min(allowed or 1, psutil.cpu_count(logical=False) or 1))


def _damaged(path: Path, reason: str) -> ModelError:
    return ModelError(
        say("The model file {file} cannot be used: {reason}.", file=path.name, reason=reason),
        code="model_damaged",
        hint=say("Fetch it again, or leave TIZA_MODEL empty for the starter model."),
    )


def requantize(source: Path, target: Path, kind: str = "Q4_0") -> None:
    """Write `source` in another quantisation (Q4_0, Q8_0, F16). Raises ModelError."""
    C.llama_log_set(_silent, ctypes.c_void_p(0))
    params = C.llama_model_quantize_default_params()
    params.ftype = {"F16": 1, "Q4_0": 2, "Q4_1": 3, "Q8_0": 7}[kind]
    params.allow_requantize, params.nthread = True, cores()
    if C.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(params)) != 0:
        raise _damaged(source, say("llama.cpp cannot write it as {kind}", kind=kind))


def decodes(path: Path) -> bool:
    """True when the model loads and one decoded token has finite logits."""
    context = Context(path, None, Engine(context=64))
    context.decode(context.tokenize("Hello", special=True)[:1] or [1])
    return context.finite()


if __name__ == "__main__":  # a process of its own, so that a crash in native code becomes an exit status
    sys.exit(0 if decodes(Path(sys.argv[1])) else 4)
