# A tiny GPT learns a sentence letter by letter and then writes it from its start.
import torch
from torch import nn

torch.manual_seed(0)
text = "if i have seen further it is by standing on the shoulders of giants. "
letters = sorted(set(text))
CONTEXT, WIDTH = 16, 64
data = torch.tensor([letters.index(c) for c in text * 2])

tokens, places = nn.Embedding(len(letters), WIDTH), nn.Embedding(CONTEXT, WIDTH)
layer = nn.TransformerEncoderLayer(WIDTH, 4, 256, dropout=0.0, batch_first=True)
blocks = nn.TransformerEncoder(layer, num_layers=2)
head = nn.Linear(WIDTH, len(letters))
model = nn.ModuleList([tokens, places, blocks, head])
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)


def scores(x):
    mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1])  # only the past
    return head(blocks(tokens(x) + places.weight[: x.shape[1]], mask, is_causal=True))


for _ in range(120):
    x = data[torch.randint(len(text), (32, 1)) + torch.arange(CONTEXT + 1)]
    loss = nn.functional.cross_entropy(scores(x[:, :-1]).transpose(1, 2), x[:, 1:])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

written = data[None, :4]  # "if i"
for _ in range(len(text) - 4):  # predict a letter, append it, predict again
    following = scores(written[:, -CONTEXT:])[:, -1].argmax(dim=-1, keepdim=True)
    written = torch.cat([written, following], dim=1)
print(f"loss {loss.item():.3f}:", "".join(letters[i] for i in written[0]))
