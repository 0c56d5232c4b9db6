# A causal mask: each token may look only at itself and at the tokens before it.
import numpy as np

rng = np.random.default_rng(0)


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def masked_attention(Q, K, V):
    scores = Q @ K.T / np.sqrt(K.shape[-1])
    future = np.triu(np.ones_like(scores, dtype=bool), k=1)  # above the diagonal
    scores = np.where(future, -np.inf, scores)  # softmax turns -inf into 0
    weights = softmax(scores)
    return weights @ V, weights


Q, K, V = rng.normal(size=(3, 4, 8))  # 4 tokens
y, weights = masked_attention(Q, K, V)
V[3] += 100  # the last token changes ...
y_changed, _ = masked_attention(Q, K, V)

print(weights.round(2))
print("changed outputs:", (~np.isclose(y, y_changed)).any(axis=1))  # ... only its own
