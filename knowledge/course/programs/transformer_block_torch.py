# A transformer block in PyTorch: attention and an MLP, each with norm and residual.
import torch
from torch import nn

torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self, d_model, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(d_model)
        self.attention = nn.MultiheadAttention(d_model, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(d_model)
        self.mlp = nn.Sequential(
            nn.Linear(d_model, 4 * d_model),  # four times wider inside, as usual
            nn.GELU(),
            nn.Linear(4 * d_model, d_model),
        )

    def forward(self, x):
        n = self.norm1(x)
        x = x + self.attention(n, n, n, need_weights=False)[0]  # tokens look around
        return x + self.mlp(self.norm2(x))  # each token thinks alone


x = torch.randn(2, 10, 64)  # 2 sentences, 10 tokens, width 64
model = nn.Sequential(*(Block(d_model=64, heads=4) for _ in range(3)))
print("shapes:", tuple(x.shape), "->", tuple(model(x).shape))
print("parameters of 3 blocks:", sum(p.numel() for p in model.parameters()))
