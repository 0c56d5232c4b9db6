# An echo state network: a random reservoir remembers, only its readout is learnt.
import numpy as np

rng = np.random.default_rng(0)
t = np.arange(1200) * 0.2
u = 0.5 * np.sin(t) + 0.5 * np.sin(2.3 * t)  # the signal to predict

N = 100
W_in = rng.uniform(-0.5, 0.5, N)
W = rng.normal(size=(N, N))
W *= 0.9 / np.abs(np.linalg.eigvals(W)).max()  # below 1, so that old echoes fade

states = np.zeros((len(u), N))
h = np.zeros(N)
for k, value in enumerate(u):
    h = np.tanh(W_in * value + W @ h)  # nothing here is trained
    states[k] = h

washout, split = 100, 800  # skip the start, then train, then test
X, d = states[washout:split], u[washout + 1 : split + 1]  # desired: the next value
W_out = np.linalg.solve(X.T @ X + 1e-6 * np.eye(N), X.T @ d)

y, d = states[split:-1] @ W_out, u[split + 1 :]
print("desired:", d[:5].round(3), "predicted:", y[:5].round(3))
repeat = np.mean((u[split:-1] - d) ** 2)  # the error of repeating the last value
print(f"squared error {np.mean((y - d) ** 2):.1e}, by repeating {repeat:.1e}")
