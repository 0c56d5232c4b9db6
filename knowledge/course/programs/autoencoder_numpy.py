# An autoencoder squeezes eight patterns through three neurons and rebuilds them.
import numpy as np

rng = np.random.default_rng(0)
x = np.eye(8)  # eight patterns, each with a single one; the input is also the target

W1, b1 = rng.normal(0, 0.5, (8, 3)), np.zeros(3)  # encoder: 8 -> 3
W2, b2 = rng.normal(0, 0.5, (3, 8)), np.zeros(8)  # decoder: 3 -> 8
alpha = 0.5  # learning rate


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


for epoch in range(3001):
    code = sigmoid(x @ W1 + b1)  # the bottleneck
    y = sigmoid(code @ W2 + b2)  # the reconstruction
    delta2 = y - x  # slope of the cross-entropy
    delta1 = (delta2 @ W2.T) * code * (1 - code)
    W2 -= alpha * code.T @ delta2
    b2 -= alpha * delta2.sum(axis=0)
    W1 -= alpha * x.T @ delta1
    b1 -= alpha * delta1.sum(axis=0)
    if epoch % 1000 == 0:
        print(f"epoch {epoch}: mean error {np.abs(y - x).mean():.4f}")

print("codes:", [c.tolist() for c in code.round(1)])
print("all rebuilt:", bool((y.round() == x).all()))
