"""Prints as JSON what demos say and decide, for processes that imitate a processor: python -m tests.demos.verdicts."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from demos.runtime.contract import Demo, Frame
from tests.contracts.test_demos import DEMOS, stand_ins


def chosen() -> Iterator[tuple[Demo, str]]:
    """Every default run, and the presets of the demos that run fast: those without torch."""
    for demo in DEMOS:
        yield demo, ""
        for preset, each in demo.presets.items():
            if not demo.heavy and demo.parse(each.params) != demo.parse():
                yield demo, preset


def verdict(demo: Demo, preset: str) -> dict[str, Any]:
    """What the run proves, its words without their numbers, and its last numbers."""
    params = demo.parse(demo.presets[preset].params if preset else {})
    frames: list[Frame] = list(demo.steps(params, **stand_ins(demo)))
    return {
        "proved": demo.prediction.check(frames),
        "moments": [frame.moment for frame in frames],
        "words": [re.sub(r"-?\d[\d.,e+-]*", "#", frame.caption) for frame in frames],
        "metrics": frames[-1].metrics,
    }


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    json.dump({f"{demo.name} {preset}".strip(): verdict(demo, preset) for demo, preset in chosen()}, sys.stdout)
