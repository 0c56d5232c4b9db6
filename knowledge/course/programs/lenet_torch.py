# LeNet: convolutions and pooling, then dense layers, read digits drawn by the program.
import torch
from torch import nn

torch.manual_seed(0)
font = "75557 26227 71747 71717 55711 74717 74757 71111 75757 75717"  # 7 is ###
bits = [[[int(r) >> k & 1 for k in (2, 1, 0)] for r in d] for d in font.split()]
digits = nn.functional.interpolate(torch.tensor([bits]).float(), scale_factor=4.0)[0]


def batch(n):
    labels = torch.randint(10, (n,))
    images = 0.3 * torch.randn(n, 1, 28, 28)  # noise, and one digit at a random place
    for image, label in zip(images, labels, strict=True):
        i, j = torch.randint(1, 8, (2,)).tolist()
        image[0, i : i + 20, j + 4 : j + 16] += digits[label]
    return images, labels


# 1 x 28 x 28 -> 6 x 14 x 14 -> 16 x 5 x 5 -> 120 -> 84 -> 10 classes
conv1 = nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2))
conv2 = nn.Sequential(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2))
dense = nn.Sequential(nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84))
model = nn.Sequential(conv1, conv2, dense, nn.Tanh(), nn.Linear(84, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
for _ in range(120):
    images, labels = batch(64)
    loss = nn.functional.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

images, labels = batch(500)
accuracy = (model(images).argmax(dim=1) == labels).float().mean()
print(f"loss {loss.item():.3f}, accuracy on 500 new digits: {accuracy:.2f}")
