# A GRU cell: the update gate decides how much of the old state gives way to the new.
import numpy as np

rng = np.random.default_rng(0)
inputs, hidden = 3, 4


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru_step(x, h, W, b_z):
    xh = np.concatenate([x, h])
    z = sigmoid(xh @ W["z"] + b_z)  # update gate: 0 keeps the old state, 1 replaces it
    r = sigmoid(xh @ W["r"])  # reset gate: how much of the past the candidate sees
    candidate = np.tanh(np.concatenate([x, r * h]) @ W["h"])
    return (1 - z) * h + z * candidate


W = {gate: rng.normal(0, 0.5, (inputs + hidden, hidden)) for gate in "zrh"}
sequence = rng.normal(size=(6, inputs))

for name, b_z in [("gate nearly closed", -6.0), ("gate nearly open", 6.0)]:
    h = first = np.array([1.0, -1.0, 0.5, -0.5])
    for x in sequence:
        h = gru_step(x, h, W, b_z)
    print(f"{name}: h = {h.round(2)}, moved {np.abs(h - first).mean():.2f}")
