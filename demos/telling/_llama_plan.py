"""The plans of a GPT block and a LLaMA block as diagrams, and the heads that share keys; drawn by `llama`."""

from __future__ import annotations

from demos.language._model_file import ModelFile
from demos.runtime.contract import Edge, Network, Node
from demos.runtime.messages import say

LEFT, RIGHT = 0.12, 0.68
MOST_HEADS = 12
"""From more query heads than this the diagram shows the first of them."""
_WAY = (("in", LEFT, 0.0), ("norm1", RIGHT, 0.12), ("turn", RIGHT, 0.27), ("heads", RIGHT, 0.42), ("add1", LEFT, 0.5),
        ("norm2", RIGHT, 0.64), ("mlp", RIGHT, 0.82), ("add2", LEFT, 1.0))  # fmt: skip


_EDGES = (("in", "norm1"), ("norm1", "turn"), ("turn", "heads"), ("heads", "add1"), ("in", "add1"), ("add1", "norm2"),
          ("norm2", "mlp"), ("mlp", "add2"), ("add1", "add2"))  # fmt: skip


def llama_plan(file: ModelFile, active: str = "") -> Network:
    """A LLaMA block; what it exchanged is orange, and the part spoken of blue."""
    named = {
        "in": "x",
        "norm1": "RMSNorm",
        "turn": "RoPE(q, k)",
        "heads": say("{heads} on {shared} kv", heads=file.heads, shared=file.shared),
        "add1": "+",
        "norm2": "RMSNorm",
        "mlp": f"SwiGLU {file.inner}",
        "add2": "+",
    }
    return _plan(say("A LLaMA block (orange: exchanged)"), named, {"norm1", "norm2", "turn", "heads", "mlp"}, active)


def gpt_plan(file: ModelFile) -> Network:
    """A GPT block of the same width."""
    named = {
        "in": "x + pos.",
        "norm1": "LayerNorm",
        "turn": "q, k, v",
        "heads": say("{heads} on {shared} kv", heads=file.heads, shared=file.heads),
        "add1": "+",
        "norm2": "LayerNorm",
        "mlp": f"GELU {4 * file.width}",
        "add2": "+",
    }
    return _plan(say("A GPT block"), named, set(), "")


def _plan(title: str, named: dict[str, str], exchanged: set[str], active: str) -> Network:
    spoken = {name for name in named if active and name.startswith(active)}
    nodes = tuple(
        Node(id=name, label=named[name], x=x, y=y, value=1 if name in spoken else -1 if name in exchanged else 0)
        for name, x, y in _WAY
    )
    return Network(
        title=title, nodes=nodes, edges=tuple(Edge(source=a, target=b, active=b in spoken) for a, b in _EDGES)
    )


def sharing(file: ModelFile) -> Network:
    """Query heads above, the heads of keys and values that they read below."""
    each, shown = file.heads // file.shared, min(file.heads, MOST_HEADS)
    groups = -(-shown // each)
    nodes = [
        Node(id=f"q{i}", label=f"q{i + 1}", x=(i + 0.5) / shown, y=0.9, value=1 if i // each % 2 else -1)
        for i in range(shown)
    ]
    nodes += [
        Node(id=f"k{j}", label=f"k{j + 1}, v{j + 1}", x=(j + 0.5) / groups, y=0.1, value=1 if j % 2 else -1)
        for j in range(groups)
    ]
    edges = tuple(Edge(source=f"q{i}", target=f"k{i // each}") for i in range(shown))
    title = say("Above: query heads. Below: the keys and values they read")
    return Network(title=title, nodes=tuple(nodes), edges=edges)
