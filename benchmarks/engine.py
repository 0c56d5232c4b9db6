"""One engine in a process of its own: `python -m benchmarks.engine tiza|bare FILE` prints its speed as JSON.

Two engines in one process would fight with their thread pools, so each round starts them in turn, each alone.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def measure_alone(name: str, path: Path) -> dict[str, float]:
    """Seconds to the first token and tokens a second of one engine, measured in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.engine", name, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


async def tiza(path: Path) -> dict[str, float]:
    """Ours."""
    from benchmarks.measuring import PROMPT, generate
    from tutor.llm.base import ModelInfo
    from tutor.llm.llama import Engine, LlamaModel

    model = LlamaModel(ModelInfo("starter", "", None, 2048, str(path)), Engine(flash_attention=True))
    await model.load()
    first, rate, _ = await generate(model, PROMPT, 64)
    await model.close()
    return {"first": first, "rate": rate}


def bare(path: Path) -> dict[str, float]:
    """llama-cpp-python's own `Llama`, same prompt and sampling."""
    import time

    from llama_cpp import Llama

    from benchmarks.measuring import PROMPT
    from tutor.llm.llama import cores

    threads = cores()
    model: Any = Llama(
        str(path), n_ctx=2048, n_threads=threads, n_threads_batch=threads, verbose=False, flash_attn=True
    )
    shown = [{"role": message.role, "content": message.content} for message in PROMPT]
    started, first, count = time.perf_counter(), 0.0, 0
    for chunk in model.create_chat_completion(
        shown, temperature=0, repeat_penalty=1.0, top_p=1.0, top_k=0, min_p=0.0, max_tokens=64, stream=True
    ):
        if chunk["choices"][0]["delta"].get("content"):
            first = first or time.perf_counter() - started
            count += 1
    return {"first": first, "rate": (count - 1) / (time.perf_counter() - started - first)}


if __name__ == "__main__":
    chosen, file = sys.argv[1], Path(sys.argv[2])
    sys.stdout.write(json.dumps(asyncio.run(tiza(file)) if chosen == "tiza" else bare(file)) + "\n")
