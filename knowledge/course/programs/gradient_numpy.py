# The gradient: one slope per parameter; it points to where the loss grows fastest.
import numpy as np


def loss(w):
    return (w[0] - 1) ** 2 + 4 * (w[1] + 2) ** 2


def gradient(w):  # the derivatives by hand
    return np.array([2 * (w[0] - 1), 8 * (w[1] + 2)])


def measured(w, eps=1e-5):  # move each parameter a little and look at the loss
    nudges = eps * np.eye(len(w))
    return np.array([(loss(w + e) - loss(w - e)) / (2 * eps) for e in nudges])


w = np.array([3.0, -1.0])
g = gradient(w)
print("gradient:", g, "measured:", measured(w).round(3))
against, along = loss(w - 0.1 * g), loss(w + 0.1 * g)  # a small step each way
print(f"loss {loss(w):.2f}, against g {against:.2f}, along g {along:.2f}")
