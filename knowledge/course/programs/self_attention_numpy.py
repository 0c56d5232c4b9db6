# Self-attention: Attention(Q, K, V) = softmax(Q K^T / sqrt(d_k)) V.
import numpy as np

rng = np.random.default_rng(0)


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def self_attention(x, W_q, W_k, W_v):
    Q, K, V = x @ W_q, x @ W_k, x @ W_v  # what a token seeks, offers and tells
    scores = Q @ K.T / np.sqrt(K.shape[-1])  # every token against every token
    weights = softmax(scores)  # each row sums to one
    return weights @ V, weights  # a mixture of the values


tokens, d_model, d_k = 4, 8, 8
x = rng.normal(size=(tokens, d_model))  # one embedding per token
W_q, W_k, W_v = rng.normal(0, d_model**-0.5, size=(3, d_model, d_k))

y, weights = self_attention(x, W_q, W_k, W_v)
print(f"shapes: {x.shape} -> {y.shape}; weights, one row per token:")
print(weights.round(2))
