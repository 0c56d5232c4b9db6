# Multi-head attention as a PyTorch layer: split into heads, attend, join.
import torch
from torch import nn

torch.manual_seed(0)


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(d_model, 3 * d_model)  # Q, K and V of all heads at once
        self.output = nn.Linear(d_model, d_model)  # mixes what the heads found

    def forward(self, x):
        batch, tokens, d_model = x.shape
        qkv = self.qkv(x).view(batch, tokens, 3, self.heads, d_model // self.heads)
        Q, K, V = qkv.permute(2, 0, 3, 1, 4)  # each: batch, heads, tokens, d_head
        weights = (Q @ K.transpose(-2, -1) / K.shape[-1] ** 0.5).softmax(dim=-1)
        joined = (weights @ V).transpose(1, 2).reshape(batch, tokens, d_model)
        return self.output(joined), weights


x = torch.randn(2, 6, 32)  # 2 sentences with 6 tokens each
attention = MultiHeadAttention(d_model=32, heads=4)
y, weights = attention(x)
print("shapes:", tuple(x.shape), "->", tuple(y.shape), "maps", tuple(weights.shape))
print("parameters:", sum(p.numel() for p in attention.parameters()))
