# The common activation functions and their slopes at a few points.
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


activations = {
    "step": lambda x: np.where(x > 0, 1.0, 0.0),
    "sigmoid": sigmoid,  # between 0 and 1
    "tanh": np.tanh,  # between -1 and 1
    "relu": lambda x: np.maximum(0, x),  # the usual one of hidden layers
    "leaky relu": lambda x: np.where(x > 0, x, 0.01 * x),  # never quite flat
    "softplus": lambda x: np.log1p(np.exp(x)),  # a smooth relu
}
x = np.array([-5.0, -1.0, 0.5, 1.0, 5.0])
eps = 1e-5

print(f"{'x':>10}", x)
for name, f in activations.items():
    slope = (f(x + eps) - f(x - eps)) / (2 * eps)  # what backpropagation multiplies by
    print(f"{name:>10}", f(x).round(3), " slope", slope.round(3))
