# A recurrent network reads a wave step by step and learns to predict the next value.
import numpy as np

rng = np.random.default_rng(0)
T, H = 10, 16  # steps that it reads, hidden neurons
start = rng.uniform(0, 2 * np.pi, 100)
waves = np.sin(start + 0.5 * np.arange(T + 1)[:, None])  # one row per time step
x, d = waves[:T], waves[T]  # the input and the desired next value

Wx, Wh = rng.normal(0, 0.3, (1, H)), rng.normal(0, 0.3, (H, H))
Wy = rng.normal(0, 0.3, (H, 1))
alpha = 0.05  # learning rate

for epoch in range(501):
    h = [np.zeros((100, H))]
    for t in range(T):  # the same weights at each step; h is the memory
        h.append(np.tanh(x[t][:, None] @ Wx + h[-1] @ Wh))
    y = h[-1] @ Wy
    delta = (y - d[:, None]) / 100
    grad_Wy, grad_Wx, grad_Wh = h[-1].T @ delta, 0, 0
    delta = delta @ Wy.T
    for t in reversed(range(T)):  # backpropagation through time
        delta = delta * (1 - h[t + 1] ** 2)
        grad_Wx = grad_Wx + x[t][None, :] @ delta
        grad_Wh = grad_Wh + h[t].T @ delta
        delta = delta @ Wh.T
    Wx, Wh, Wy = Wx - alpha * grad_Wx, Wh - alpha * grad_Wh, Wy - alpha * grad_Wy
    if epoch % 100 == 0:
        print(f"epoch {epoch}: mean squared error {np.mean((y[:, 0] - d) ** 2):.5f}")
