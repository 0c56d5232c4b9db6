# Cross-entropy is small when the right class has a high probability, large if not.
import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def cross_entropy(p, label):
    return -np.log(p[label])  # only the probability of the right class counts


label = 0  # the right class
scores = {
    "sure and right": np.array([5.0, 0.0, 0.0]),
    "unsure": np.array([0.0, 0.0, 0.0]),
    "sure and wrong": np.array([0.0, 5.0, 0.0]),
}
for name, z in scores.items():
    p = softmax(z)
    gradient = p - np.eye(3)[label]  # slope of the loss at the scores: y - d
    loss = cross_entropy(p, label)
    print(f"{name:>14}: p = {p.round(3)}, loss {loss:.3f}, y - d = {gradient.round(3)}")
