# A U-Net finds which pixels of a noisy image belong to the disc.
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
row, column = torch.meshgrid(torch.arange(16), torch.arange(16), indexing="ij")


def batch(n):
    y, x = torch.randint(4, 12, (2, n, 1, 1, 1))  # the centre of each disc
    mask = (row - y) ** 2 + (column - x) ** 2 < 16
    return mask + 0.6 * torch.randn(n, 1, 16, 16), mask


down1, down2 = nn.Conv2d(1, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)
up = nn.ConvTranspose2d(16, 8, kernel_size=2, stride=2)
join, output = nn.Conv2d(16, 8, 3, padding=1), nn.Conv2d(8, 1, kernel_size=1)
model = nn.ModuleList([down1, down2, up, join, output])
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)


def unet(x):
    fine = F.relu(down1(x))  # 16 x 16: details
    coarse = F.relu(down2(F.max_pool2d(fine, 2)))  # 8 x 8: sees further
    joined = torch.cat([fine, up(coarse)], dim=1)  # the skip connection
    return output(F.relu(join(joined)))  # one score per pixel


for _ in range(150):
    images, masks = batch(32)
    loss = F.binary_cross_entropy_with_logits(unet(images), masks.float())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

images, masks = batch(200)
found = unet(images) > 0
iou = (found & masks).sum() / (found | masks).sum()  # the overlap, 1 is perfect
print(f"loss {loss.item():.3f}, overlap (IoU) on 200 new images: {iou.item():.2f}")
