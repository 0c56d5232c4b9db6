"""The demos of this package: found by name or alias, listed in the order of the lecture.

The idea of a demo is a module `demos.<room>.<name>`, and `demos.telling.<name>` holds its one `DEMO`; modules whose
name starts with an underscore are shared parts, not demos. Listing imports every demo module, so none of them may
import torch or scikit-learn at its top: that is done inside functions.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from demos.runtime.contract import Demo, DemoError
from demos.runtime.messages import listed, say

ROOMS = ("history", "data", "neurons", "vision", "sequences", "zoo", "language", "generation", "edge")


def names() -> tuple[str, ...]:
    """The names of all demos, in the order of the lecture."""
    return tuple(demo.name for demo in all_demos())


@cache
def all_demos() -> tuple[Demo, ...]:
    """All demos, by slide and then by name."""
    found = (_import(name) for name in _modules())
    return tuple(sorted(found, key=lambda demo: (demo.slide, demo.name)))


def load(name: str) -> Demo:
    """The demo of that name or alias ("Self attention" and "self-attention" are the same).

    Raises DemoError (code `unknown_demo`) whose hint names the nearest demos.
    """
    wanted = _normal(name)
    if wanted in _modules():
        return _import(wanted)
    known = _aliases()
    if wanted in known:
        return load(known[wanted])
    near = get_close_matches(wanted, [*names(), *known], n=3, cutoff=0.5)
    nearest = list(dict.fromkeys(known.get(match, match) for match in near))
    raise DemoError(
        say("There is no demo called {name!r}.", name=name[:60]),
        code="unknown_demo",
        hint=say("Did you mean {names}?", names=listed(say(" or "), nearest))
        if nearest
        else say("List them with `tiza demo --list`."),
        param="name",
    )


def idea_of(demo: Demo) -> str:
    """The name of the module that holds the demo's idea: "demos.neurons.perceptron"; of a demo that is none of the
    catalogue's, the module of its steps."""
    return _modules().get(demo.name, demo.steps.__module__)


def source(demo: Demo) -> str:
    """The file of the demo's idea, as it is read in class."""
    return inspect.getsource(importlib.import_module(idea_of(demo)))


@cache
def _modules() -> dict[str, str]:
    """Demo name -> module of its idea, read from the file names alone."""
    return {
        entry.name: f"demos.{room}.{entry.name}"
        for room in ROOMS
        for entry in pkgutil.iter_modules([str(Path(__file__).parents[1] / room)])
        if not entry.name.startswith("_")
    }


@cache
def _aliases() -> dict[str, str]:
    """Every other name, normalised, and the demo that it stands for."""
    return {_normal(alias): demo.name for demo in all_demos() for alias in (demo.title, *demo.aliases)}


def _import(name: str) -> Demo:
    demo = importlib.import_module(f"demos.telling.{name}").DEMO
    assert isinstance(demo, Demo), f"demos.telling.{name}.DEMO is not a Demo"
    return demo


def _normal(name: str) -> str:
    """Lower case words joined by underscores."""
    words = "".join(letter if letter.isalnum() else " " for letter in name.lower())
    return "_".join(words.split())
