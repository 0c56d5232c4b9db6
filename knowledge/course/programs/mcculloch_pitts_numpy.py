# The McCulloch-Pitts neuron (1943): fixed weights and a threshold compute logic.
import numpy as np


def neuron(x, w, threshold):
    return int(np.dot(w, x) >= threshold)  # it fires if the sum reaches the threshold


def logical_and(x1, x2):
    return neuron([x1, x2], w=[1, 1], threshold=2)


def logical_or(x1, x2):
    return neuron([x1, x2], w=[1, 1], threshold=1)


def logical_not(x):
    return neuron([x], w=[-1], threshold=0)  # an inhibitory input


def logical_xor(x1, x2):  # one neuron cannot do it, several can
    return logical_and(logical_or(x1, x2), logical_not(logical_and(x1, x2)))


print("x1 x2 AND OR XOR")
for x1, x2 in [(0, 0), (0, 1), (1, 0), (1, 1)]:
    row = x1, x2, logical_and(x1, x2), logical_or(x1, x2), logical_xor(x1, x2)
    print("{:2} {:2} {:3} {:2} {:3}".format(*row))
