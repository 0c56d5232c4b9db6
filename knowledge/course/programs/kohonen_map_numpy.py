# A Kohonen map: a grid of neurons spreads over the data, neighbours stay neighbours.
import numpy as np

rng = np.random.default_rng(0)
data = rng.random((500, 2))  # points in a square
size = 6
grid = np.array([(i, j) for i in range(size) for j in range(size)])  # where they sit
w = 0.5 + 0.01 * rng.normal(size=(size * size, 2))  # all weights begin in the centre


def mean_distance(w):  # from each point to its nearest neuron
    return np.linalg.norm(data[:, None] - w, axis=-1).min(axis=1).mean()


print(f"before: mean distance to the nearest neuron {mean_distance(w):.3f}")
steps = 3000
for t in range(steps):
    x = data[rng.integers(len(data))]
    winner = np.linalg.norm(x - w, axis=1).argmin()
    alpha = 0.5 * (1 - t / steps)  # the learning rate and the radius shrink
    radius = 0.5 + 3 * (1 - t / steps)
    distance = np.linalg.norm(grid - grid[winner], axis=1)  # on the grid
    neighbourhood = np.exp(-(distance**2) / (2 * radius**2))
    w += alpha * neighbourhood[:, None] * (x - w)  # the winner pulls its neighbours

corners = w[[0, size - 1, -size, -1]].round(1)
print(f"after: {mean_distance(w):.3f}; corners of the map: {corners.tolist()}")
