# A feed-forward network: the signal goes from layer to layer; here it learns a sine.
from itertools import pairwise

import numpy as np

rng = np.random.default_rng(0)
x = np.linspace(-np.pi, np.pi, 64).reshape(-1, 1)
d = np.sin(x)  # desired outputs

sizes = [1, 16, 16, 1]  # input, two hidden layers, output
W = [rng.normal(0, n**-0.5, (n, m)) for n, m in pairwise(sizes)]
b = [np.zeros(m) for m in sizes[1:]]
alpha = 0.05  # learning rate

for epoch in range(10001):
    a = [x]  # the outputs of all layers
    for W_i, b_i in zip(W[:-1], b[:-1], strict=True):
        a.append(np.tanh(a[-1] @ W_i + b_i))
    y = a[-1] @ W[-1] + b[-1]  # the last layer is linear

    delta = (y - d) / len(x)
    for i in reversed(range(len(W))):  # backpropagation, from the last layer
        grad_W, grad_b = a[i].T @ delta, delta.sum(axis=0)
        delta = (delta @ W[i].T) * (1 - a[i] ** 2)  # to the layer below
        W[i] -= alpha * grad_W
        b[i] -= alpha * grad_b
    if epoch % 2500 == 0:
        print(f"epoch {epoch}: mean squared error {np.mean((y - d) ** 2):.5f}")

print("sin(x):", d[::16].ravel().round(2), "network:", y[::16].ravel().round(2))
