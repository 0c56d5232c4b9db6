# A GRU learns parity: after each bit, has it seen an odd number of ones so far?
import torch
from torch import nn

torch.manual_seed(0)


def batch(n, length):
    bits = torch.randint(2, (n, length, 1)).float()
    return bits, bits.cumsum(dim=1) % 2  # desired: 1 if the count is odd


class Parity(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.gru = nn.GRU(input_size=1, hidden_size=hidden, batch_first=True)
        self.output = nn.Linear(hidden, 1)

    def forward(self, bits):
        states, _ = self.gru(bits)
        return self.output(states)  # an answer after each step


model = Parity()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for step in range(401):
    bits, d = batch(64, length=8)
    loss = nn.functional.binary_cross_entropy_with_logits(model(bits), d)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step}: loss {loss.item():.3f}")

bits, d = batch(200, length=30)  # longer than any sequence of the training
accuracy = ((model(bits) > 0) == d.bool()).float().mean().item()
print(f"accuracy on sequences of 30 bits: {accuracy:.2f}")
