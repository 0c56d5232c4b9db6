# Layer normalisation gives each token's vector mean 0 and deviation 1.
import numpy as np

rng = np.random.default_rng(0)


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=-1, keepdims=True)  # over the features of one token,
    variance = x.var(axis=-1, keepdims=True)  # not over the batch
    x_hat = (x - mean) / np.sqrt(variance + eps)  # eps avoids a division by zero
    return gamma * x_hat + beta  # both are learnt: scale and shift


d_model = 8
x = rng.normal(size=(3, d_model)) * [[1], [10], [100]] + [[0], [5], [-50]]
gamma, beta = np.ones(d_model), np.zeros(d_model)
y = layer_norm(x, gamma, beta)

for name, v in [("before", x), ("after", y)]:
    mean, deviation = v.mean(axis=-1), v.std(axis=-1)
    print(f"{name}: mean {mean.round(1) + 0.0}, deviation {deviation.round(1)}")
