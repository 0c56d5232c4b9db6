# Linear regression: the price of a house from its area, its rooms and its age.
import numpy as np

rng = np.random.default_rng(0)
n = 200
area = rng.uniform(50, 200, n)
rooms = rng.integers(1, 6, n)
age = rng.uniform(0, 40, n)
noise = rng.normal(0, 10, n)
d = 3.0 * area + 20.0 * rooms - 2.0 * age + 50 + noise  # the price, in millions

X = np.column_stack([area, rooms, age, np.ones(n)])  # the ones carry the bias
train, test = slice(0, 150), slice(150, n)

w = np.linalg.lstsq(X[train], d[train], rcond=None)[0]  # the smallest squared error

y = X[test] @ w
r2 = 1 - np.sum((d[test] - y) ** 2) / np.sum((d[test] - d[test].mean()) ** 2)
print("per m2, per room, per year, base:", w.round(1))
print(f"on new houses: mean error {np.mean(np.abs(d[test] - y)):.1f}, R2 {r2:.3f}")
