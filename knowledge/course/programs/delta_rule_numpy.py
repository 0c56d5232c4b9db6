# The generalised delta rule: w += alpha (d - y) f'(net) x, here for a neuron and OR.
import numpy as np

rng = np.random.default_rng(0)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
d = np.array([0, 1, 1, 1])  # desired outputs: OR

w = rng.normal(size=2)
b = 0.0
alpha = 1.0  # learning rate

for epoch in range(2001):
    squared_error = 0.0
    for x, target in zip(X, d, strict=True):
        net = w @ x + b
        y = 1 / (1 + np.exp(-net))  # sigmoid
        slope = y * (1 - y)  # f'(net) of the sigmoid
        delta = (target - y) * slope
        w += alpha * delta * x
        b += alpha * delta  # the bias is a weight whose input is 1
        squared_error += (target - y) ** 2
    if epoch % 500 == 0:
        print(f"epoch {epoch}: squared error {squared_error:.4f}")

print("outputs:", (1 / (1 + np.exp(-(X @ w + b)))).round(2), "desired:", d)
