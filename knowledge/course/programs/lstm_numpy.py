# An LSTM cell with weights set by hand: it stores a value when told to, and keeps it.
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_step(x, h, c, W, b):
    net = np.concatenate([x, h]) @ W + b
    i, f, o, g = np.split(net, 4)
    i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)  # gates: 0 is closed, 1 is open
    g = np.tanh(g)  # the new content
    c = f * c + i * g  # forget some of the old, add some of the new
    h = o * np.tanh(c)  # what the cell shows
    return h, c


# The inputs are (value, store?, show?); the columns of W are the nets of i, f, o, g.
W = np.array([[0, 0, 0, 1], [20, -20, 0, 0], [0, 0, 20, 0], [0, 0, 0, 0]])  # last: h
b = np.array([-10.0, 10.0, -10.0, 0.0])  # as a rule: store nothing, keep, show nothing

sequence = [(0.5, 1, 0), (0.9, 0, 0), (-0.7, 0, 0), (0.3, 0, 1), (-0.8, 1, 0)]
h, c = np.zeros(1), np.zeros(1)
for x in sequence:
    h, c = lstm_step(np.array(x), h, c, W, b)
    value, store, show = x
    print(f"{value:4}, store {store}, show {show}: c = {c[0]:5.2f}, h = {h[0]:5.2f}")
