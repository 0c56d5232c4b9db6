# Diffusion: noise is removed step by step until points of the data appear.
import numpy as np

rng = np.random.default_rng(0)
angle = np.linspace(0, 2 * np.pi, 8, endpoint=False)
data = np.stack([np.cos(angle), np.sin(angle)], axis=1)  # eight points on a circle

steps = 100
beta = np.linspace(1e-4, 0.1, steps)  # how much noise each forward step adds
alpha_bar = np.cumprod(1 - beta)  # how much of the data is left after t steps


def predict_clean(x, t):
    # A real model is a trained network; for eight points the best answer is exact:
    # the mean of the data, weighted by how likely each point led to x.
    squared = ((x[:, None] - np.sqrt(alpha_bar[t]) * data) ** 2).sum(axis=-1)
    log_p = -squared / (2 * (1 - alpha_bar[t]))
    p = np.exp(log_p - log_p.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True) @ data


def distance_to_data(x):
    return np.linalg.norm(x[:, None] - data, axis=-1).min(axis=1).mean()


x = rng.normal(size=(500, 2))  # pure noise
for t in reversed(range(steps)):
    if t % 33 == 0:
        print(f"t = {t:2}: mean distance to the data {distance_to_data(x):.3f}")
    root = np.sqrt(1 - alpha_bar[t])
    noise = (x - np.sqrt(alpha_bar[t]) * predict_clean(x, t)) / root
    x = (x - beta[t] / root * noise) / np.sqrt(1 - beta[t])  # a little less noise
    if t > 0:
        x += np.sqrt(beta[t]) * rng.normal(size=x.shape)  # keeps the samples varied
print(f"end: mean distance to the data {distance_to_data(x):.3f}")
