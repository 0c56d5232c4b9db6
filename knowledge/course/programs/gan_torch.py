# A GAN: a generator learns to draw numbers that a discriminator takes for real.
import torch
from torch import nn

torch.manual_seed(0)
loss_function = nn.BCEWithLogitsLoss()

generator = nn.Sequential(nn.Linear(1, 16), nn.ReLU(), nn.Linear(16, 1))
hidden = nn.Sequential(nn.Linear(1, 32), nn.LeakyReLU(), nn.Linear(32, 32))
discriminator = nn.Sequential(hidden, nn.LeakyReLU(), nn.Linear(32, 1))
g_optimizer = torch.optim.Adam(generator.parameters(), lr=0.002, betas=(0.5, 0.999))
d_optimizer = torch.optim.Adam(discriminator.parameters(), lr=0.01, betas=(0.5, 0.999))
ones, zeros = torch.ones(128, 1), torch.zeros(128, 1)

for _ in range(1000):
    real = 4 + 1.5 * torch.randn(128, 1)  # the data: mean 4, deviation 1.5
    fake = generator(torch.randn(128, 1))
    # The discriminator learns to answer 1 for real and 0 for fake.
    d_real, d_fake = discriminator(real), discriminator(fake.detach())
    d_loss = loss_function(d_real, ones) + loss_function(d_fake, zeros)
    d_optimizer.zero_grad()
    d_loss.backward()
    d_optimizer.step()
    # The generator learns to make the discriminator answer 1 for its fakes.
    g_loss = loss_function(discriminator(fake), ones)
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()

fake = generator(torch.randn(5000, 1))
print(f"real: mean 4.0, deviation 1.5; fake: {fake.mean():.2f}, {fake.std():.2f}")
