# A perceptron (Rosenblatt, 1957) learns AND by correcting its weights at each mistake.
import numpy as np

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
d = np.array([0, 0, 0, 1])  # desired outputs: AND

w = np.zeros(2)
b = 0.0
alpha = 1.0  # learning rate

for epoch in range(1, 101):
    mistakes = 0
    for x, target in zip(X, d, strict=True):
        y = int(w @ x + b > 0)  # the step activation
        error = target - y  # 0 when the answer is right, so nothing changes
        w += alpha * error * x
        b += alpha * error
        mistakes += abs(error)
    print(f"epoch {epoch}: mistakes {mistakes}")
    if mistakes == 0:  # a whole epoch without a mistake: done
        break

print(f"w = {w}, b = {b}")
print("outputs:", (X @ w + b > 0).astype(int), "desired:", d)
