# A vision transformer cuts an image into patches and reads them like words.
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)


def batch(n):
    labels = torch.randint(2, (n,))
    images = 0.3 * torch.randn(n, 16, 16)
    images[torch.arange(n), torch.randint(16, (n,))] += 1  # 0: a bright row
    images[labels == 1] = images[labels == 1].transpose(1, 2)  # 1: a bright column
    return images, labels


embed, positions = nn.Linear(16, 32), nn.Embedding(17, 32)
layer = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True)
encoder, head = nn.TransformerEncoder(layer, num_layers=2), nn.Linear(32, 2)
model = nn.ModuleList([embed, positions, encoder, head])
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)


def vit(images):
    patches = images.unfold(1, 4, 4).unfold(2, 4, 4).reshape(-1, 16, 16)  # 16 patches
    tokens = F.pad(embed(patches), (0, 0, 1, 0))  # an empty class token in front
    return head(encoder(tokens + positions.weight)[:, 0])  # the class token decides


for _ in range(120):
    images, labels = batch(64)
    loss = F.cross_entropy(vit(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

images, labels = batch(500)
accuracy = (vit(images).argmax(dim=1) == labels).float().mean().item()
print(f"loss {loss.item():.3f}, accuracy on 500 new images: {accuracy:.2f}")
