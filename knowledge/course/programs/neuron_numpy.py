# One artificial neuron: multiply the inputs by the weights, add the bias, activate.
import numpy as np


def step(net):
    return np.where(net > 0, 1.0, 0.0)


def sigmoid(net):
    return 1 / (1 + np.exp(-net))


def relu(net):
    return np.maximum(0, net)


def neuron(x, w, b, activation):
    net = np.dot(w, x) + b  # the weighted sum
    return activation(net)


x = np.array([1.0, 0.5, 2.0])  # inputs
w = np.array([0.8, -1.0, 0.3])  # how much each input counts, and in which direction
b = -0.2  # moves the point at which the neuron fires

print(f"weighted sum: {np.dot(w, x) + b:.2f}")
for activation in (step, sigmoid, relu):
    print(f"{activation.__name__:>8}: y = {neuron(x, w, b, activation):.3f}")
