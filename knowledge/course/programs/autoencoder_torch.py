# An autoencoder in PyTorch: digits of 15 pixels pass through a code of 4 numbers.
import torch
from torch import nn

torch.manual_seed(0)
# Each digit is five rows of three pixels: 7 is ###, 5 is #.#, 1 is ..# and so on.
font = "75557 26227 71747 71717 55711 74717 74757 71111 75757 75717"
bits = [[int(row) >> k & 1 for row in d for k in (2, 1, 0)] for d in font.split()]
x = torch.tensor(bits).float()

encoder = nn.Sequential(nn.Linear(15, 32), nn.ReLU(), nn.Linear(32, 4))
decoder = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 15))
model = nn.Sequential(encoder, decoder)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

for epoch in range(401):
    y = model(x)  # no labels: the input is its own target
    loss = nn.functional.binary_cross_entropy_with_logits(y, x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 100 == 0:
        print(f"epoch {epoch}: loss {loss.item():.4f}")

rebuilt = ((model(x) > 0) == x.bool()).all(dim=1).sum().item()
print(f"shapes: {tuple(x.shape)} -> {tuple(encoder(x).shape)} -> {tuple(y.shape)}")
print(f"digits rebuilt without a wrong pixel: {rebuilt} of 10")
