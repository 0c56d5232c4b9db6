# A radial basis network: bells around centres, and their weighted sum fits a curve.
import numpy as np

rng = np.random.default_rng(0)
x = rng.uniform(-3, 3, 80)
d = np.sin(2 * x) + 0.1 * rng.normal(size=80)  # desired outputs, with noise

centres = np.linspace(-3, 3, 12)  # one hidden neuron per centre
width = 0.5


def hidden(x):  # near 1 close to the centre, near 0 far from it
    distance = x[:, None] - centres
    return np.exp(-(distance**2) / (2 * width**2))


w = np.linalg.lstsq(hidden(x), d, rcond=None)[0]  # only the output weights are learnt

x_new = np.array([-2.0, -0.5, 0.8, 2.2])
y = hidden(x_new) @ w
print("sin(2x):", np.sin(2 * x_new).round(2))
print(
    "network:",
    y.round(2),
    f"mean squared error {np.mean((hidden(x) @ w - d) ** 2):.4f}",
)
