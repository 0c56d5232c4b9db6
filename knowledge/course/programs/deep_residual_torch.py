# Residual connections: 20 layers learn with y = x + f(x) and hardly without the x.
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width, residual):
        super().__init__()
        self.layer = nn.Linear(width, width)
        self.residual = residual

    def forward(self, x):
        f = torch.relu(self.layer(x))
        return x + f if self.residual else f  # the sum is a free way for the gradient


torch.manual_seed(0)
x = torch.rand(128, 2) * 2 - 1
d = (x[:, 0] * x[:, 1] > 0).long()  # an XOR of signs

for residual in (False, True):
    torch.manual_seed(0)
    blocks = [Block(16, residual) for _ in range(20)]
    model = nn.Sequential(nn.Linear(2, 16), *blocks, nn.Linear(16, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    for _ in range(150):
        loss = nn.functional.cross_entropy(model(x), d)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    gradient = model[0].weight.grad.norm().item()
    print(f"residual {residual}: loss {loss.item():.3f}, first gradient {gradient:.1e}")
