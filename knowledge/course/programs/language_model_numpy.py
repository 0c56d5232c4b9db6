# A language model that counts pairs of words, predicts the next word and writes.
from itertools import pairwise

import numpy as np

rng = np.random.default_rng(0)
text = """the cat sleeps . the cat eats fish . the dog eats meat . the dog sleeps .
the bird eats seeds . the bird sings . the cat sees the bird . the dog sees the cat ."""
words = text.split()
vocabulary = sorted(set(words))
index = {word: i for i, word in enumerate(vocabulary)}

counts = np.zeros((len(vocabulary), len(vocabulary)))
for word, following in pairwise(words):
    counts[index[word], index[following]] += 1
counts[index["."], index["the"]] += 1  # after the last full stop it starts again
p = counts / counts.sum(axis=1, keepdims=True)  # each row: P(next word | word)

word, written = "the", ["the"]
while word != ".":
    word = rng.choice(vocabulary, p=p[index[word]])  # draw the next word
    written.append(str(word))

after = {
    v: round(float(q), 2) for v, q in zip(vocabulary, p[index["the"]], strict=True)
}
print("after 'the':", {v: q for v, q in after.items() if q > 0})
print("it writes:", " ".join(written))
