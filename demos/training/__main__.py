"""Make a demo's trained weights again: `python -m demos.training diffusion`."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

from demos import weights


def trainable() -> tuple[str, ...]:
    """The names that can be trained."""
    return tuple(
        sorted(
            module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name != "__main__"
        )
    )


def main(arguments: list[str] | None = None) -> int:
    """Train one name, write its file, print what it reached."""
    from safetensors.numpy import save_file

    parser = argparse.ArgumentParser(prog="python -m demos.training", description=__doc__)
    parser.add_argument("name", choices=trainable())
    parser.add_argument("--out", help="write the file here instead of into the package")
    chosen = parser.parse_args(arguments)
    tensors, facts = importlib.import_module(f"demos.training.{chosen.name}").train()
    path = chosen.out or weights.FOLDER / f"{chosen.name}.safetensors"
    save_file(tensors, path, metadata=facts)
    sys.stdout.write("".join(f"{key}: {value}\n" for key, value in facts.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
