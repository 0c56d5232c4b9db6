# Multi-head attention: several small attentions side by side, then joined.
import numpy as np

rng = np.random.default_rng(0)
tokens, d_model, heads = 5, 12, 3
d_head = d_model // heads  # each head works with a slice of the width


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def split(x):  # tokens, d_model -> heads, tokens, d_head
    return x.reshape(tokens, heads, d_head).transpose(1, 0, 2)


def multi_head_attention(x, W_q, W_k, W_v, W_o):
    Q, K, V = split(x @ W_q), split(x @ W_k), split(x @ W_v)
    weights = softmax(Q @ K.transpose(0, 2, 1) / np.sqrt(d_head))  # one map per head
    joined = (weights @ V).transpose(1, 0, 2).reshape(tokens, d_model)
    return joined @ W_o, weights  # W_o mixes what the heads found


x = rng.normal(size=(tokens, d_model))
W_q, W_k, W_v, W_o = rng.normal(0, d_model**-0.5, (4, d_model, d_model))
y, weights = multi_head_attention(x, W_q, W_k, W_v, W_o)
print(f"shapes: {x.shape} -> {y.shape}, attention maps {weights.shape}")
print("first token, one row per head:")
print(weights[:, 0].round(2))
