# Sequence to sequence: an encoder reads symbols, a decoder writes them backwards.
import torch
from torch import nn

torch.manual_seed(0)
SYMBOLS, LENGTH, HIDDEN = 6, 4, 64
START = SYMBOLS  # tells the decoder to begin

embedding = nn.Embedding(SYMBOLS + 1, 16)
encoder = nn.GRU(16, HIDDEN, batch_first=True)
decoder = nn.GRU(16, HIDDEN, batch_first=True)
output = nn.Linear(HIDDEN, SYMBOLS)
modules = nn.ModuleList([embedding, encoder, decoder, output])
optimizer = torch.optim.Adam(modules.parameters(), lr=0.01)

for _ in range(301):
    source = torch.randint(SYMBOLS, (64, LENGTH))
    target = source.flip(1)  # desired: the same symbols backwards
    _, state = encoder(embedding(source))  # the whole input in one last state
    previous = torch.cat([torch.full((64, 1), START), target[:, :-1]], dim=1)
    states, _ = decoder(embedding(previous), state)  # teacher forcing
    loss = nn.functional.cross_entropy(output(states).transpose(1, 2), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

source = torch.randint(SYMBOLS, (1, LENGTH))
_, state = encoder(embedding(source))
symbol, written = torch.tensor([[START]]), []
for _ in range(LENGTH):  # now the decoder feeds on its own words
    states, state = decoder(embedding(symbol), state)
    symbol = output(states).argmax(dim=-1)
    written.append(symbol.item())
print(f"loss {loss.item():.3f}: read {source[0].tolist()}, wrote {written}")
