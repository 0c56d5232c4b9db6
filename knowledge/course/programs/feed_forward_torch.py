# A feed-forward network in PyTorch separates the inside of a circle from the outside.
import torch
from torch import nn

torch.manual_seed(0)
x = torch.rand(400, 2) * 2 - 1  # points in a square
d = (x.norm(dim=1) < 0.7).long()  # 1 inside the circle, 0 outside
x_train, d_train, x_test, d_test = x[:300], d[:300], x[300:], d[300:]


class FeedForward(nn.Module):
    def __init__(self, inputs, hidden, outputs):
        super().__init__()
        self.hidden = nn.Linear(inputs, hidden)
        self.output = nn.Linear(hidden, outputs)

    def forward(self, x):  # always forward: no loop, no memory
        return self.output(torch.relu(self.hidden(x)))


model = FeedForward(2, 32, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for _ in range(300):
    loss = nn.functional.cross_entropy(model(x_train), d_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

accuracy = (model(x_test).argmax(dim=1) == d_test).float().mean().item()
print(f"loss {loss.item():.3f}, accuracy on new points: {accuracy:.2f}")
