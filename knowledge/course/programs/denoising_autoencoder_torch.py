# A denoising autoencoder gets a damaged digit and must return the clean one.
import torch
from torch import nn

torch.manual_seed(0)
# Each digit is five rows of three pixels: 7 is ###, 5 is #.#, 1 is ..# and so on.
font = "75557 26227 71747 71717 55711 74717 74757 71111 75757 75717"
bits = [[int(row) >> k & 1 for row in d for k in (2, 1, 0)] for d in font.split()]
digits = torch.tensor(bits).float()


def damage(x):
    return x + 0.5 * torch.randn_like(x)  # new noise at each call


encoder = nn.Sequential(nn.Linear(15, 64), nn.ReLU(), nn.Linear(64, 8))
decoder = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 15))
model = nn.Sequential(encoder, decoder)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(400):
    clean = digits[torch.randint(10, (64,))]
    loss = nn.functional.mse_loss(model(damage(clean)), clean)  # the target is clean
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

clean = digits[torch.randint(10, (1000,))]
noisy = damage(clean)
before = nn.functional.mse_loss(noisy, clean).item()
after = nn.functional.mse_loss(model(noisy), clean).item()
print(f"squared error of 1000 digits: noisy {before:.3f}, cleaned {after:.3f}")
