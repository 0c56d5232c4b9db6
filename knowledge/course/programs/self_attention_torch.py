# Self-attention as a PyTorch layer, checked against PyTorch's own function.
import torch
from torch import nn

torch.manual_seed(0)


class SelfAttention(nn.Module):
    def __init__(self, d_model):
        super().__init__()
        self.query = nn.Linear(d_model, d_model, bias=False)  # what a token seeks
        self.key = nn.Linear(d_model, d_model, bias=False)  # what it offers
        self.value = nn.Linear(d_model, d_model, bias=False)  # what it tells

    def forward(self, x):  # x: batch, tokens, d_model
        Q, K, V = self.query(x), self.key(x), self.value(x)
        scores = Q @ K.transpose(-2, -1) / K.shape[-1] ** 0.5
        weights = scores.softmax(dim=-1)  # each token shares out its attention
        return weights @ V


x = torch.randn(2, 5, 16)  # 2 sentences with 5 tokens each
attention = SelfAttention(16)
y = attention(x)

expected = nn.functional.scaled_dot_product_attention(
    attention.query(x), attention.key(x), attention.value(x)
)
print("shapes:", tuple(x.shape), "->", tuple(y.shape))
print("same as PyTorch:", torch.allclose(y, expected, atol=1e-5))
