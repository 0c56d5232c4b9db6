# Backpropagation: the chain rule gives all gradients of a network in one backward pass.
import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(size=(5, 3))  # 5 examples with 3 inputs
d = rng.normal(size=(5, 1))  # desired outputs
W1, W2 = rng.normal(size=(3, 4)), rng.normal(size=(4, 1))


def loss(W1, W2):
    return 0.5 * np.sum((np.tanh(x @ W1) @ W2 - d) ** 2)


# Forward: keep what the way back needs.
h = np.tanh(x @ W1)
y = h @ W2

# Backward: from the loss to the first layer.
delta2 = y - d  # slope of the loss at the output
grad_W2 = h.T @ delta2
delta1 = (delta2 @ W2.T) * (1 - h**2)  # back through W2, then through tanh
grad_W1 = x.T @ delta1

# Check: move one weight a little and measure the slope.
eps = 1e-6
nudge = np.zeros_like(W1)
nudge[0, 0] = eps
numeric = (loss(W1 + nudge, W2) - loss(W1 - nudge, W2)) / (2 * eps)
print(f"backpropagation {grad_W1[0, 0]:.6f}, measured {numeric:.6f}")
after = loss(W1 - 0.01 * grad_W1, W2 - 0.01 * grad_W2)
print(f"loss before {loss(W1, W2):.3f}, after one step {after:.3f}")
