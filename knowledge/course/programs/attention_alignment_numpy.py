# Attention in translation: each written word looks at the input words that matter.
import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


source = ["the", "red", "house"]
target = ["la", "casa", "roja"]
# Hidden states made by hand; the axes mean: article, colour, building.
encoder = np.array([[2.0, 0.1, 0.0], [0.1, 2.0, 0.3], [0.0, 0.3, 2.0]])
decoder = np.array([[2.0, 0.0, 0.2], [0.1, 0.2, 2.0], [0.0, 2.0, 0.2]])

scores = decoder @ encoder.T  # how well each decoder state fits each encoder state
weights = softmax(scores)  # one row per written word, and each row sums to one
context = weights @ encoder  # the mixture of encoder states for each written word

print("      ", "  ".join(f"{word:>5}" for word in source))
for word, row in zip(target, weights, strict=True):
    best = source[row.argmax()]
    print(f"{word:>5}: ", "  ".join(f"{a:5.2f}" for a in row), f" looks at {best!r}")
print("shapes: weights", weights.shape, "context", context.shape)
