# A variational autoencoder learns points on a ring and then draws new ones from noise.
import torch
from torch import nn

torch.manual_seed(0)
angle = 6.2832 * torch.rand(500)
data = torch.stack([angle.cos(), angle.sin()], dim=1)  # a ring of radius 1
data = data + 0.05 * torch.randn_like(data)

encoder = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 4))  # mean, log var
decoder = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 2))
model = nn.ModuleList([encoder, decoder])
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)

for step in range(601):
    mean, log_variance = encoder(data).chunk(2, dim=1)
    noise = torch.randn_like(mean)
    z = mean + noise * (0.5 * log_variance).exp()  # the reparameterisation trick
    rebuilding = ((decoder(z) - data) ** 2).sum(dim=1).mean() / (2 * 0.1**2)
    # The KL term keeps the codes close to the normal noise that new points start from.
    kl = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(dim=1).mean()
    loss = rebuilding + kl
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 300 == 0:
        print(f"step {step}: rebuilding {rebuilding.item():.2f}, KL {kl.item():.2f}")

radius = decoder(torch.randn(1000, 2)).norm(dim=1)  # 1000 new points
print(f"radius of new points: {radius.mean().item():.2f} +- {radius.std().item():.2f}")
