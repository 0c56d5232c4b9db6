# Positional encoding with sines and cosines: each position gets its own pattern.
import numpy as np


def positional_encoding(positions, d_model):
    position = np.arange(positions)[:, None]
    frequency = 10000.0 ** (-np.arange(0, d_model, 2) / d_model)  # fast to slow waves
    encoding = np.zeros((positions, d_model))
    encoding[:, 0::2] = np.sin(position * frequency)
    encoding[:, 1::2] = np.cos(position * frequency)
    return encoding


P = positional_encoding(positions=50, d_model=16)
rng = np.random.default_rng(0)
embeddings = rng.normal(size=(50, 16))
x = embeddings + P  # how a transformer uses it: the position is added to the token

print("position 0:", P[0, :6].round(2), " position 1:", P[1, :6].round(2))
# Similarity depends on the distance only, so "three words away" looks alike everywhere.
print(f"3 apart: {P[5] @ P[8]:.3f} and {P[30] @ P[33]:.3f}, 1 apart: {P[5] @ P[6]:.3f}")
