# A deep convolutional network tells circles, squares and crosses apart.
import torch
from torch import nn

torch.manual_seed(0)
row, column = torch.meshgrid(torch.arange(16), torch.arange(16), indexing="ij")


def batch(n):
    labels = torch.randint(3, (n,))
    y, x = torch.randint(5, 11, (2, n, 1, 1))  # the centre of each shape
    dy, dx = (row - y).abs(), (column - x).abs()
    circle, square = dy**2 + dx**2 <= 16, torch.maximum(dy, dx) <= 3
    cross = (torch.minimum(dy, dx) == 0) & (torch.maximum(dy, dx) <= 4)
    shapes = torch.stack([circle, square, cross])[labels, torch.arange(n)].float()
    return (shapes + 0.3 * torch.randn(n, 16, 16)).unsqueeze(1), labels


def block(inputs, outputs):  # find patterns, normalise, activate, halve the image
    conv = nn.Conv2d(inputs, outputs, kernel_size=3, padding=1)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2))


# 16 x 16 -> 8 x 8 -> 4 x 4 -> 2 x 2, with ever more channels
features = nn.Sequential(block(1, 8), block(8, 16), block(16, 32))
model = nn.Sequential(features, nn.Flatten(), nn.Linear(32 * 2 * 2, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
for _ in range(150):
    images, labels = batch(64)
    loss = nn.functional.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
images, labels = batch(500)
accuracy = (model.eval()(images).argmax(dim=1) == labels).float().mean().item()
print(f"loss {loss.item():.3f}, accuracy on 500 new images: {accuracy:.2f}")
