# Loss functions: one number that says how far the outputs y are from the desired d.
import numpy as np


def mse(d, y):  # mean squared error: a big error counts much more
    return np.mean((d - y) ** 2)


def mae(d, y):  # mean absolute error: every unit of error counts the same
    return np.mean(np.abs(d - y))


def binary_cross_entropy(d, y):  # for probabilities
    return -np.mean(d * np.log(y) + (1 - d) * np.log(1 - y))


d = np.array([3.0, 5.0, 4.0, 6.0])
predictions = {
    "all off by one": np.array([4.0, 6.0, 5.0, 7.0]),
    "one off by four": np.array([3.0, 5.0, 4.0, 10.0]),
}
for name, y in predictions.items():
    print(f"{name:>15}: MSE {mse(d, y):.2f}, MAE {mae(d, y):.2f}")
d = np.array([1, 0, 1])
good, bad = np.array([0.9, 0.1, 0.8]), np.array([0.2, 0.7, 0.4])
losses = binary_cross_entropy(d, good), binary_cross_entropy(d, bad)
print(f"binary cross-entropy: good {losses[0]:.2f}, bad {losses[1]:.2f}")
