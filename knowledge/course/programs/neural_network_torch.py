# A neural network in PyTorch learns XOR: layers, loss, gradient, step.
import torch
from torch import nn

torch.manual_seed(0)
X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
d = torch.tensor([[0.0], [1.0], [1.0], [0.0]])  # desired outputs: XOR

model = nn.Sequential(
    nn.Linear(2, 8),  # the hidden layer bends the space, which XOR needs
    nn.Tanh(),
    nn.Linear(8, 1),
)
loss_function = nn.BCEWithLogitsLoss()  # sigmoid and cross-entropy in one
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)

for epoch in range(501):
    loss = loss_function(model(X), d)
    optimizer.zero_grad()  # forget the gradients of the last step
    loss.backward()  # backpropagation
    optimizer.step()  # gradient descent
    if epoch % 100 == 0:
        print(f"epoch {epoch}: loss {loss.item():.4f}")

y = torch.sigmoid(model(X)).round()
print("outputs:", y.flatten().tolist(), "desired:", d.flatten().tolist())
