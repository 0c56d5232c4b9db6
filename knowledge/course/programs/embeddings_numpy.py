# Word embeddings from company: words with the same neighbours get similar vectors.
from itertools import pairwise

import numpy as np

text = """the cat drinks milk . the dog drinks water . the cat eats fish .
the dog eats meat . the car needs fuel . the truck needs fuel .
the car uses roads . the truck uses roads . the cat climbs trees . the dog barks ."""
words = text.split()
vocabulary = sorted(set(words))
index = {word: i for i, word in enumerate(vocabulary)}

counts = np.zeros((len(vocabulary), len(vocabulary)))
for left, right in pairwise(words):  # neighbours in the text
    counts[index[left], index[right]] += 1
    counts[index[right], index[left]] += 1

U, S, _ = np.linalg.svd(np.log1p(counts))  # squeeze the table of counts
embeddings = U[:, :4] * S[:4]  # each word is now a vector of 4 numbers


def similarity(a, b):  # the cosine: 1 for the same direction
    u, v = embeddings[index[a]], embeddings[index[b]]
    return u @ v / (np.linalg.norm(u) * np.linalg.norm(v))


print("cat =", embeddings[index["cat"]].round(2))
for a, b in [("cat", "dog"), ("car", "truck"), ("cat", "fuel"), ("dog", "roads")]:
    print(f"{a} ~ {b}: {similarity(a, b):.2f}")
