# A neural network with one hidden layer learns XOR by backpropagation.
import numpy as np

rng = np.random.default_rng(0)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
d = np.array([[0], [1], [1], [0]])  # desired outputs: XOR

W1, b1 = rng.normal(size=(2, 8)), np.zeros(8)  # 2 inputs -> 8 hidden neurons
W2, b2 = rng.normal(size=(8, 1)), np.zeros(1)  # 8 hidden neurons -> 1 output
alpha = 0.5  # learning rate

for epoch in range(5001):
    h = np.tanh(X @ W1 + b1)  # forward pass
    y = 1 / (1 + np.exp(-(h @ W2 + b2)))  # sigmoid

    delta2 = (y - d) / len(X)  # slope of the cross-entropy at the output
    delta1 = (delta2 @ W2.T) * (1 - h**2)  # the error goes back through tanh

    W2 -= alpha * h.T @ delta2
    b2 -= alpha * delta2.sum(axis=0)
    W1 -= alpha * X.T @ delta1
    b1 -= alpha * delta1.sum(axis=0)
    if epoch % 1000 == 0:
        print(f"epoch {epoch}: mean error {np.abs(y - d).mean():.4f}")

print("outputs:", y.round(2).ravel(), "desired:", d.ravel())
