# Dense layers in PyTorch are nn.Linear; here they learn in which half a spot lies.
import torch
from torch import nn

torch.manual_seed(0)
images = torch.rand(200, 1, 8, 8) * 0.5  # grey noise
d = torch.randint(2, (200,))  # 0: upper half, 1: lower half
rows = torch.randint(4, (200,)) + 4 * d
images[torch.arange(200), 0, rows, torch.randint(8, (200,))] = 1.0  # the bright spot

model = nn.Sequential(
    nn.Flatten(),  # a dense layer takes a vector: 8 x 8 -> 64
    nn.Linear(64, 32),  # 64 * 32 weights + 32 biases
    nn.ReLU(),
    nn.Linear(32, 2),  # one score per class
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

for epoch in range(101):
    loss = nn.functional.cross_entropy(model(images), d)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 50 == 0:
        print(f"epoch {epoch}: loss {loss.item():.4f}")

accuracy = (model(images).argmax(dim=1) == d).float().mean().item()
parameters = sum(p.numel() for p in model.parameters())
print(f"parameters: {parameters}, accuracy on its examples: {accuracy:.2f}")
