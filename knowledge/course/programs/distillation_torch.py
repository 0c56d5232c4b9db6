# Distillation: a small student learns from the soft answers of a large teacher.
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
x = torch.rand(2000, 2) * 2 - 1
labels = (x.norm(dim=1) > 0.5).long() + (x.norm(dim=1) > 0.9).long()  # three rings
x_test, labels_test, x, labels = x[1000:], labels[1000:], x[:1000], labels[:1000]
T = 3.0  # temperature: softens the answers, so that small probabilities count


def network(hidden):
    return nn.Sequential(nn.Linear(2, hidden), nn.ReLU(), nn.Linear(hidden, 3))


def train(model, loss_function, steps=400):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(steps):
        loss = loss_function(model(x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


teacher, student = network(256), network(12)
train(teacher, lambda y: F.cross_entropy(y, labels))
soft = F.softmax(teacher(x) / T, dim=1).detach()  # the desired outputs of the student
train(student, lambda y: T**2 * F.cross_entropy(y / T, soft))  # no labels are needed

for name, model in [("teacher", teacher), ("student", student)]:
    accuracy = (model(x_test).argmax(dim=1) == labels_test).float().mean().item()
    size = sum(p.numel() for p in model.parameters())
    print(f"{name}: {size} parameters, accuracy on new points {accuracy:.2f}")
