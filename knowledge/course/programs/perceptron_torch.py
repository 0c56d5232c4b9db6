# A perceptron in PyTorch learns AND; its loss is positive only for a mistake.
import torch
from torch import nn

torch.manual_seed(0)
X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
d = torch.tensor([-1.0, -1.0, -1.0, 1.0])  # AND, as -1 and +1

neuron = nn.Linear(2, 1)  # w and b
optimizer = torch.optim.SGD(neuron.parameters(), lr=0.1)

for epoch in range(1, 101):
    mistakes = 0
    for x, target in zip(X, d, strict=True):
        net = neuron(x).squeeze()
        # The step has no slope, so the sum itself is used: zero if the sign is right.
        loss = torch.relu(-target * net)
        optimizer.zero_grad()
        loss.backward()  # the gradient is -target * x: Rosenblatt's rule
        optimizer.step()
        mistakes += int(loss > 0)
    print(f"epoch {epoch}: mistakes {mistakes}")
    if mistakes == 0:
        break

y = torch.sign(neuron(X).squeeze())
print("outputs:", y.tolist(), "desired:", d.tolist())
