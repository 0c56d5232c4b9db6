# Pruning: set the smallest weights to zero and look at how the accuracy holds.
import numpy as np

rng = np.random.default_rng(0)
true_w = np.zeros(100)
true_w[:10] = rng.choice([-2.0, 2.0], 10)  # only ten of the hundred inputs matter
x = rng.normal(size=(1500, 100))
d = (x @ true_w > 0).astype(float)
train, test = slice(0, 1000), slice(1000, 1500)

w = np.zeros(100)
for _ in range(300):  # logistic regression by gradient descent
    y = 1 / (1 + np.exp(-(x[train] @ w)))
    w -= 0.5 * x[train].T @ (y - d[train]) / 1000


def prune(w, fraction):
    threshold = np.quantile(np.abs(w), fraction)
    return np.where(np.abs(w) >= threshold, w, 0)  # small weights say little


for fraction in (0.0, 0.5, 0.9, 0.97):
    pruned = prune(w, fraction)
    accuracy = np.mean((x[test] @ pruned > 0) == d[test])
    left = np.count_nonzero(pruned)
    print(f"pruned {fraction:.0%}: {left} weights left, accuracy {accuracy:.3f}")
