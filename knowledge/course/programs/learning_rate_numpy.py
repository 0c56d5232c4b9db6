# The learning rate: too small is slow, too large diverges.
import numpy as np


def loss(w):
    return (w - 3) ** 2  # the smallest loss is at w = 3


def gradient(w):
    return 2 * (w - 3)


def descend(alpha, steps=20):
    w = 0.0
    path = [w]
    for _ in range(steps):
        w -= alpha * gradient(w)  # the step is the rate times the slope
        path.append(w)
    return np.array(path)


rates = {"small": 0.01, "good": 0.3, "zigzag": 0.95, "too large": 1.1}
for name, alpha in rates.items():
    path = descend(alpha)
    print(f"{name:>9} {alpha}: w = {path[:4].round(2)} ... {path[-1]:.2f}", end="")
    print(f", loss {loss(path[-1]):.3g}")
