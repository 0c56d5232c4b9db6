# A transformer block: attention, then an MLP, each with layer norm and a residual sum.
import numpy as np

rng = np.random.default_rng(0)
tokens, d_model = 4, 16


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def layer_norm(x):
    return (x - x.mean(axis=-1, keepdims=True)) / (x.std(axis=-1, keepdims=True) + 1e-5)


def attention(x, W_q, W_k, W_v, W_o):  # the tokens exchange information
    weights = softmax((x @ W_q) @ (x @ W_k).T / np.sqrt(d_model))
    return weights @ (x @ W_v) @ W_o


def mlp(x, W_1, W_2):  # each token is worked on alone
    return np.maximum(0, x @ W_1) @ W_2


def block(x, W):
    x = x + attention(layer_norm(x), *W[:4])  # the sum lets x pass unchanged
    return x + mlp(layer_norm(x), *W[4:])


shapes = [(d_model, d_model)] * 4 + [(d_model, 4 * d_model), (4 * d_model, d_model)]
W = [rng.normal(0, rows**-0.5, (rows, columns)) for rows, columns in shapes]
x = rng.normal(size=(tokens, d_model))
print("shapes:", x.shape, "->", block(x, W).shape)
print("parameters:", sum(w.size for w in W))
