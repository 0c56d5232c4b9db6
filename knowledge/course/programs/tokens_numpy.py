# Byte-pair encoding (BPE) joins the most frequent pair of tokens again and again.
from collections import Counter
from itertools import pairwise

text = "low low low lower lower newest newest newest newest widest widest"
words = [[*list(word), "_"] for word in text.split()]  # letters, _ ends a word


def merge(word, pair):
    tokens = []
    for letter in word:
        if tokens and (tokens[-1], letter) == pair:
            tokens[-1] += letter  # the pair becomes one token
        else:
            tokens.append(letter)
    return tokens


merges = []
for _ in range(10):
    pairs = Counter(pair for word in words for pair in pairwise(word))
    best = pairs.most_common(1)[0][0]
    merges.append(best)
    words = [merge(word, best) for word in words]

tokens = [*"lowest_"]  # a word that the text does not have
for pair in merges:  # the same merges, in the same order
    tokens = merge(tokens, pair)
print("new tokens:", ["".join(pair) for pair in merges])
print("lowest ->", tokens)
