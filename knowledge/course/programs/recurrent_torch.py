# A recurrent network (nn.RNN) reads a wave and learns to predict its next value.
import torch
from torch import nn

torch.manual_seed(0)
start = torch.rand(200, 1) * 6.28
waves = torch.sin(start + 0.5 * torch.arange(11))  # 200 waves with 11 values each
x, d = waves[:, :10, None], waves[:, 10:]  # read 10 values, the next one is desired


class Predictor(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.rnn = nn.RNN(input_size=1, hidden_size=hidden, batch_first=True)
        self.output = nn.Linear(hidden, 1)

    def forward(self, x):
        states, _ = self.rnn(x)  # the hidden state after each step
        return self.output(states[:, -1])  # the last one has seen the whole sequence


model = Predictor(16)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(201):
    loss = nn.functional.mse_loss(model(x), d)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 50 == 0:
        print(f"epoch {epoch}: loss {loss.item():.5f}")

y = model(x).detach()
print("next:", d[:3, 0].numpy().round(2), "predicted:", y[:3, 0].numpy().round(2))
