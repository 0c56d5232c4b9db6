"""Trains the network of the `vision_tasks` demo on scenes drawn as it goes (about two minutes on one core).

No scene is shown twice. Each has one to seven objects and its own amount of specks. The weights are kept on the way, so
that the demo can show how the answers grow. The figures stated are of 200 scenes that were not shown, at noise 0.15,
with weights rounded to half precision.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos.vision import vision_tasks
from demos.vision._scene import FILLS, SIZE, Thing, draw, iou

SEED, BATCH, RATE, NOISE = 0, 16, 4e-3, 0.35
FRESH = 10_000_000
"""Seeds from here on draw the scenes of the examination."""


def target(things: list[Thing]) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    """What is right for a scene: the kind of each pixel, a hill on each middle, and the sides of its object's box."""
    kinds, middles = np.zeros((SIZE, SIZE), np.int64), np.zeros((SIZE, SIZE), np.float32)
    sides = np.zeros((4, SIZE, SIZE), np.float32)
    y, x = np.indices((SIZE, SIZE))
    for thing in things:
        top, bottom, left, right = thing.box
        kinds[thing.mask] = 1 + tuple(FILLS).index(thing.name)
        away = (y - (top + bottom) // 2) ** 2 + (x - (left + right) // 2) ** 2
        middles = np.maximum(middles, np.exp(-away / 2)).astype(np.float32)
        apart = np.stack([y - top, bottom - y, x - left, right - x]) / vision_tasks.SIDE
        sides[:, thing.mask] = apart[:, thing.mask]
    return kinds, middles, sides


def train() -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors of every stage in half precision, and what is stated about the last."""
    import torch

    torch.set_num_threads(1)
    generator, random = torch.Generator().manual_seed(SEED), np.random.default_rng(SEED)
    w = {}
    for name, shape in vision_tasks.shapes().items():
        size = (2 / np.prod(shape[1:])) ** 0.5 if len(shape) > 1 else 0.0
        w[name] = (torch.randn(shape, generator=generator) * size).requires_grad_()
    steps = vision_tasks.SEEN[-1] // BATCH
    optimiser = torch.optim.Adam(w.values(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    tensors: dict[str, Any] = {}
    for step in range(steps + 1):
        if step * BATCH in vision_tasks.SEEN:
            stage = vision_tasks.SEEN.index(step * BATCH)
            kept = {name: value.detach().numpy().astype(np.float16) for name, value in w.items()}
            tensors |= {f"{stage}/{name}": value for name, value in kept.items()}
        scenes = [draw(int(random.integers(1, 8)), random.uniform(0, NOISE), random) for _ in range(BATCH)]
        loss = _loss(w, scenes)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    about = {"seed": str(SEED), "scenes": str(vision_tasks.SEEN[-1]), **examine(tensors)}
    return tensors, about


def _loss(w: dict[str, Any], scenes: list[tuple[Any, list[Thing]]]) -> Any:
    import torch
    from torch.nn import functional

    right = [target(things) for _, things in scenes]
    kinds, middles, sides = (torch.tensor(np.stack(each)) for each in zip(*right, strict=True))
    maps = torch.tensor(np.stack([image for image, _ in scenes])[:, None], dtype=torch.float32)
    for i, spread in enumerate(vision_tasks.SPREAD):
        maps = torch.relu(functional.conv2d(maps, w[f"{i}.w"], w[f"{i}.b"], padding=spread, dilation=spread))
    y = torch.einsum("oc,nchw->nohw", w["out.w"], maps) + w["out.b"][:, None, None]
    there = (kinds > 0)[:, None].float()
    apart = (torch.nn.functional.smooth_l1_loss(y[:, 5:], sides, reduction="none", beta=0.1) * there).sum()
    middle = functional.binary_cross_entropy_with_logits(y[:, 4], middles, reduction="none")
    weight = torch.tensor([0.5, 1.0, 1.0, 1.0])
    kind = functional.cross_entropy(y[:, :4], kinds, weight=weight)
    return kind + 8 * (middle * (1 + 4 * middles)).mean() + apart / (4 * there.sum())


def examine(tensors: dict[str, Any]) -> dict[str, str]:
    """Shares over 200 new scenes of four objects: found with the right name and an IoU of 0.5, pixels named rightly."""
    last = len(vision_tasks.SEEN) - 1
    w = {name: tensors[f"{last}/{name}"].astype(np.float32) for name in vision_tasks.shapes()}
    hits, right = [], []
    for seed in range(200):
        image, truth = draw(4, 0.15, np.random.default_rng(FRESH + seed))
        said = vision_tasks.answer(w, image)
        for true in truth:
            fits = [each for each in said.found if each.name == true.name and iou(each.mask, true.mask) >= 0.5]
            hits.append(bool(fits))
        right.append((said.labels == target(truth)[0]).mean())
    return {"found": f"{np.mean(hits):.3f}", "pixels": f"{np.mean(right):.3f}"}
