# An LSTM learns to remember the first symbol of a sequence over 20 steps of noise.
import torch
from torch import nn

torch.manual_seed(0)


def batch(n, length=20, symbols=4):
    sequence = torch.randint(symbols, (n, length))
    return sequence, sequence[:, 0]  # desired: the first symbol


class Memory(nn.Module):
    def __init__(self, symbols=4, hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(symbols, 8)
        self.lstm = nn.LSTM(8, hidden, batch_first=True)
        self.lstm.bias_hh_l0.data[hidden : 2 * hidden] = 2  # forget gates start open
        self.output = nn.Linear(hidden, symbols)

    def forward(self, sequence):
        states, _ = self.lstm(self.embedding(sequence))
        return self.output(states[:, -1])  # asked only at the end


model = Memory()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(301):
    sequence, d = batch(64)
    loss = nn.functional.cross_entropy(model(sequence), d)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step}: loss {loss.item():.3f}")
sequence, d = batch(500)
accuracy = (model(sequence).argmax(dim=1) == d).float().mean().item()
print(f"accuracy on 500 new sequences: {accuracy:.2f} (chance: 0.25)")
