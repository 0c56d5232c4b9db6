"""Pictures and captions find each other, and kinds never shown are named well above chance."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from demos import weights
from demos.generation import _drawings, clip
from demos.generation.clip import ClipParams, softmax
from demos.telling.clip import DEMO, steps
from demos.training.clip import NOISE, accuracy


@pytest.mark.parametrize(("which", "known", "least"), [("seen", True, 0.9), ("unseen", False, 0.5)])
def test_new_pictures_find_their_caption_as_the_file_states(which: str, known: bool, least: float) -> None:
    kinds = [kind for kind in _drawings.KINDS if _drawings.seen(kind) is known]
    found = accuracy(weights.load("clip"), kinds, NOISE)
    assert found >= least > 1 / len(_drawings.KINDS)
    assert found == pytest.approx(float(weights.facts("clip")[which]), abs=0.02)


def test_the_diagonal_wins() -> None:
    frames = list(steps(ClipParams(pairs=8)))
    assert frames[-1].metrics["wins"] == 8
    assert DEMO.prediction.check(frames) == "all of it"


def test_similarities_are_torch_s_cosines() -> None:
    w = {name: torch.tensor(value) for name, value in weights.load("clip").items()}
    random = np.random.default_rng(0)
    pictures = torch.tensor(np.stack([_drawings.draw(kind, random, 0.1) for kind in _drawings.KINDS[:5]]))
    u, v = clip.see(w, pictures), clip.read(w, [_drawings.caption(kind) for kind in _drawings.KINDS[:5]])
    judge = torch.nn.functional.cosine_similarity(u[:, None], v[None], dim=2)
    assert torch.allclose(u @ v.T, judge, atol=1e-5)
    shares = softmax((u @ v.T).numpy().astype(float) / 0.07)
    assert np.allclose(shares, torch.softmax(judge / 0.07, 1).numpy(), atol=1e-4)
