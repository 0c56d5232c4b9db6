# loss.backward() is backpropagation: the same gradients as the chain rule by hand.
import torch

torch.manual_seed(0)
x = torch.randn(5, 3)  # 5 examples with 3 inputs
d = torch.randn(5, 1)  # desired outputs
W1 = torch.randn(3, 4, requires_grad=True)
W2 = torch.randn(4, 1, requires_grad=True)

# Forward: PyTorch records every operation.
h = torch.tanh(x @ W1)
y = h @ W2
loss = 0.5 * ((y - d) ** 2).sum()

loss.backward()  # walks the record backwards and fills .grad

with torch.no_grad():  # the same by hand
    delta2 = y - d
    delta1 = (delta2 @ W2.T) * (1 - h**2)  # back through W2, then through tanh
    print("W2 the same:", torch.allclose(W2.grad, h.T @ delta2, atol=1e-5))
    print("W1 the same:", torch.allclose(W1.grad, x.T @ delta1, atol=1e-5))
