"""Make a demo's trained weights again: `python -m demos.training diffusion`.

`--check` trains and compares with the file that is there, and writes nothing. On a processor of the same kind the
tensors are the same to the bit. Another one rounds otherwise, which long training magnifies, so there the figures that
the file states (shares right, errors) have to come out within TOLERANCE.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from demos import weights

TOLERANCE = 0.05


def trainable() -> tuple[str, ...]:
    """The names that can be trained."""
    return tuple(
        sorted(
            module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name != "__main__"
        )
    )


def differences(name: str, tensors: Mapping[str, Any], facts: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """What was trained against the file of that name: the tensors that are not the same to the bit, with their largest
    difference, and the figures that are off by more than TOLERANCE."""
    from safetensors.numpy import load_file

    held, stated = load_file(weights.FOLDER / f"{name}.safetensors"), weights.facts(name)
    other = sorted(held.keys() ^ tensors.keys())
    changed = [key for key in sorted(held.keys() & tensors.keys()) if not np.array_equal(held[key], tensors[key])]
    bits = [f"{key}: not in both" for key in other]
    bits += [f"{key}: {_apart(held[key], tensors[key])}" for key in changed]
    off = [f"{key}: {facts.get(key)} for {told}" for key, told in stated.items() if not _near(told, facts.get(key, ""))]
    return bits, off


def _apart(one: Any, other: Any) -> str:
    if np.shape(one) != np.shape(other):
        return f"shape {np.shape(other)} for {np.shape(one)}"
    return f"up to {np.abs(np.asarray(one, float) - np.asarray(other, float)).max():.3g} apart"


def _near(stated: str, found: str) -> bool:
    """Whether two facts are the same words, or numbers within the tolerance."""
    try:
        return abs(float(stated) - float(found)) <= TOLERANCE
    except ValueError:
        return stated == found


def main(arguments: list[str] | None = None) -> int:
    """Train one name; write its file and print what it reached, or compare with the file that is there."""
    from safetensors.numpy import save_file

    parser = argparse.ArgumentParser(prog="python -m demos.training", description=__doc__)
    parser.add_argument("name", choices=trainable())
    parser.add_argument("--out", help="write the file here instead of into the package")
    parser.add_argument("--check", action="store_true", help="compare with the file that is there, and write nothing")
    chosen = parser.parse_args(arguments)
    tensors, facts = importlib.import_module(f"demos.training.{chosen.name}").train()
    if chosen.check:
        bits, off = differences(chosen.name, tensors, facts)
        sys.stdout.write("".join(f"{line}\n" for line in (*(bits or ["the same to the bit"]), *off)))
        return bool(off)
    path = chosen.out or weights.FOLDER / f"{chosen.name}.safetensors"
    save_file(tensors, path, metadata=facts)
    sys.stdout.write("".join(f"{key}: {value}\n" for key, value in facts.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
