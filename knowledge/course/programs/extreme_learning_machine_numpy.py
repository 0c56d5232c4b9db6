# An extreme learning machine: random hidden weights, only the output is solved.
import numpy as np

rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, (600, 2))
d = np.where(x[:, 0] * x[:, 1] > 0, 1.0, -1.0)  # an XOR of signs
x_train, x_test, d_train, d_test = x[:400], x[400:], d[:400], d[400:]


def train(neurons):
    W = rng.normal(0, 3, (2, neurons))  # drawn once and never trained
    b = rng.normal(0, 1, neurons)
    h = np.tanh(x_train @ W + b)
    identity = np.eye(neurons)
    # The output weights come from one linear system, without any epochs.
    beta = np.linalg.solve(h.T @ h + 0.1 * identity, h.T @ d_train)
    return W, b, beta


for neurons in (2, 10, 100):
    W, b, beta = train(neurons)
    y = np.tanh(x_test @ W + b) @ beta
    accuracy = np.mean(np.sign(y) == d_test)
    print(f"{neurons:3} random neurons: accuracy on new points {accuracy:.2f}")
