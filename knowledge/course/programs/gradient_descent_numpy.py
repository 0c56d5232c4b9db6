# Gradient descent fits a line y = w x + b by walking down the slope of the loss.
import numpy as np

rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, 50)
d = 3 * x + 2 + rng.normal(0, 0.1, 50)  # desired outputs: a noisy line

w, b = 0.0, 0.0
alpha = 0.1  # learning rate

for step in range(201):
    y = w * x + b
    error = y - d
    loss = np.mean(error**2)
    grad_w = 2 * np.mean(error * x)  # slope of the loss along w
    grad_b = 2 * np.mean(error)
    w -= alpha * grad_w  # one step downhill
    b -= alpha * grad_b
    if step % 50 == 0:
        print(f"step {step:3}: loss {loss:.4f}, w = {w:.2f}, b = {b:.2f}")

print(f"found y = {w:.2f} x + {b:.2f}; the data came from y = 3 x + 2")
