"""Two classes of points that no straight line parts."""

from __future__ import annotations

import numpy as np

from demos.neurons._layers import Array


def draw_data(data: str, random: np.random.Generator) -> tuple[Array, Array]:
    """Points (n, 2), roughly from -1.5 to 1.5, and classes (n, 1)."""
    if data == "xor":
        return np.array([[-1, -1], [-1, 1], [1, -1], [1, 1.0]]), np.array([[0.0], [1], [1], [0]])
    n = 40
    d, u = np.repeat([0, 1], n), np.tile((np.arange(n) + 0.5) / n, 2)
    if data == "moons":
        angle = np.pi * (u + d)
        x = np.stack([np.cos(angle) - 0.5 + d, np.sin(angle) - 0.25 + 0.5 * d], 1)
    else:
        turns = 1.0 if data == "circles" else 0.75
        radius = np.where(d == 1, 1.3, 0.5) if data == "circles" else 0.2 + 1.2 * u
        angle = 2 * np.pi * turns * u + np.pi * d
        x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return x + 0.06 * random.standard_normal(x.shape), d[:, None].astype(float)
