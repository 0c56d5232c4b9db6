# A small transformer (encoder and decoder) learns to write a sequence sorted.
import torch
from torch import nn

torch.manual_seed(0)
SYMBOLS, LENGTH, WIDTH = 8, 6, 32
START = SYMBOLS  # tells the decoder to begin

tokens, positions = nn.Embedding(SYMBOLS + 1, WIDTH), nn.Embedding(LENGTH, WIDTH)
core = nn.Transformer(WIDTH, 4, 1, 1, 64, dropout=0.0, batch_first=True)
output = nn.Linear(WIDTH, SYMBOLS)
model = nn.ModuleList([tokens, positions, core, output])
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)


def scores(source, written):
    n = written.shape[1]
    y = tokens(written) + positions.weight[:n]  # what the decoder has written so far
    mask = nn.Transformer.generate_square_subsequent_mask(n)  # no look ahead
    return output(core(tokens(source), y, tgt_mask=mask, tgt_is_causal=True))


for _ in range(200):
    source = torch.randint(SYMBOLS, (64, LENGTH))
    target = source.sort(dim=1).values
    written = torch.cat([torch.full((64, 1), START), target[:, :-1]], dim=1)
    loss = nn.functional.cross_entropy(scores(source, written).transpose(1, 2), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

source, written = torch.tensor([[5, 2, 7, 0, 2, 4]]), torch.tensor([[START]])
for _ in range(LENGTH):  # one symbol at a time
    symbol = scores(source, written)[:, -1:].argmax(dim=-1)
    written = torch.cat([written, symbol], dim=1)
print(f"loss {loss.item():.3f}: {source[0].tolist()} -> {written[0, 1:].tolist()}")
