# Unsupervised learning: k-means finds groups in points that have no labels.
import numpy as np

rng = np.random.default_rng(0)
hidden = rng.integers(3, size=150)  # only to make the data: the method never sees it
x = np.array([[0, 0], [5, 0], [2, 4]])[hidden] + rng.normal(0, 0.5, (150, 2))

k = 3
centres = x[:1]
for _ in range(k - 1):  # start: each new centre far from the others
    distance = np.linalg.norm(x[:, None] - centres, axis=-1).min(axis=1)
    centres = np.vstack([centres, x[distance.argmax()]])

for _ in range(20):
    distance = np.linalg.norm(x[:, None] - centres, axis=-1)
    group = distance.argmin(axis=1)  # each point joins the nearest centre
    new = np.array([x[group == i].mean(axis=0) for i in range(k)])
    if np.allclose(new, centres):  # nothing moves any more
        break
    centres = new  # each centre moves to the mean of its points

print("centres found:", centres.round(1).tolist())
print("points in each group:", np.bincount(group).tolist())
