# Temperature: divide the scores by T before softmax; low is safe, high is daring.
import numpy as np

rng = np.random.default_rng(0)
words = ["coffee", "tea", "juice", "soup", "sand"]
logits = np.array([3.0, 2.0, 1.0, 0.0, -2.0])  # scores for "I drink ..."


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def probabilities(logits, temperature):
    return softmax(logits / temperature)  # small T stretches the differences


for temperature in (0.2, 1.0, 5.0):
    p = probabilities(logits, temperature)
    drawn = rng.choice(words, size=1000, p=p)
    counts = {word: int(np.sum(drawn == word)) for word in words}
    print(f"T = {temperature}: p = {p.round(2)}, of 1000 draws {counts}")
