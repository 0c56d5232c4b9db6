# Overfitting: the more freedom a curve has, the better it fits only its own points.
import numpy as np

rng = np.random.default_rng(0)


def sample(n):
    x = rng.uniform(-1, 1, n)
    return x, np.sin(3 * x) + 0.2 * rng.normal(size=n)  # a curve and noise


x_train, d_train = sample(12)  # few examples: easy to learn by heart
x_test, d_test = sample(200)  # new examples of the same kind


def error(w, x, d):
    return np.mean((np.polyval(w, x) - d) ** 2)


print("degree  training error  test error")
for degree in (1, 3, 9):
    w = np.polyfit(x_train, d_train, degree)  # degree + 1 parameters
    train, test = error(w, x_train, d_train), error(w, x_test, d_test)
    print(f"{degree:6} {train:15.3f} {test:11.3f}")
