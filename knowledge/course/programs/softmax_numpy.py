# Softmax turns any scores into probabilities that sum to one.
import numpy as np


def softmax(z):
    z = z - z.max(axis=-1, keepdims=True)  # same result, but exp cannot overflow
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


classes = ["cat", "dog", "bird"]
z = np.array([2.0, 1.0, -1.0])  # the scores (logits) of the last layer
p = softmax(z)

for name, score, probability in zip(classes, z, p, strict=True):
    print(f"{name:>5}: score {score:5.1f} -> probability {probability:.3f}")
print(f"sum: {p.sum():.3f}")
print("all scores + 1000 give the same:", softmax(z + 1000).round(3))
