# A convolutional layer learns its filter: here it discovers an edge detector.
import torch
from torch import nn

torch.manual_seed(0)
images = torch.rand(64, 1, 10, 10)  # batch, channels, height, width
sobel = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
# The desired feature maps come from the edge filter that the layer does not know.
d = nn.functional.conv2d(images, sobel.view(1, 1, 3, 3))

layer = nn.Conv2d(in_channels=1, out_channels=1, kernel_size=3)  # 9 weights + 1 bias
optimizer = torch.optim.Adam(layer.parameters(), lr=0.05)

for step in range(301):
    loss = nn.functional.mse_loss(layer(images), d)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step}: loss {loss.item():.5f}")

print("shapes:", tuple(images.shape), "->", tuple(layer(images).shape))
print("learnt filter:", layer.weight.detach().view(3, 3).round(decimals=1).tolist())
