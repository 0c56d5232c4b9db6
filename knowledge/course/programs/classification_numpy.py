# Classification: softmax regression separates three clouds of points.
import numpy as np

rng = np.random.default_rng(0)
centres = np.array([[0, 2], [-2, -1], [2, -1]])
labels = rng.integers(3, size=300)
x = centres[labels] + rng.normal(0, 0.7, (300, 2))
d = np.eye(3)[labels]  # one-hot: a one at the right class
train, test = slice(0, 200), slice(200, 300)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


W, b = np.zeros((2, 3)), np.zeros(3)
alpha = 0.5  # learning rate
for _ in range(200):
    y = softmax(x[train] @ W + b)  # one probability per class
    delta = (y - d[train]) / 200  # slope of the cross-entropy
    W -= alpha * x[train].T @ delta
    b -= alpha * delta.sum(axis=0)

y = softmax(x[test] @ W + b)
print("first test point:", y[0].round(3), "label", labels[test][0])
print(f"accuracy on new points: {np.mean(y.argmax(axis=1) == labels[test]):.2f}")
