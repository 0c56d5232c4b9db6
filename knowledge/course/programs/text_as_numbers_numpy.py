# Text as numbers: bag of words counts the words, TF-IDF favours the telling ones.
import numpy as np

documents = [
    "the cat chases the mouse",
    "the dog chases the cat",
    "the network learns from the data",
]
words = [document.split() for document in documents]
vocabulary = sorted({word for document in words for word in document})

# Bag of words: one row per document, one column per word of the vocabulary.
counts = np.array([[document.count(word) for word in vocabulary] for document in words])

tf = counts / counts.sum(axis=1, keepdims=True)  # how often in this document
idf = np.log(len(documents) / (counts > 0).sum(axis=0))  # 0 if it is in every document
tfidf = tf * idf

norm = np.linalg.norm(tfidf, axis=1)
similarity = tfidf @ tfidf.T / np.outer(norm, norm)

for word, column, weights in zip(vocabulary, counts.T, tfidf.T, strict=True):
    print(f"{word:>8}: counts {column}, TF-IDF {weights.round(2)}")
print(f"documents 1 and 2: {similarity[0, 1]:.2f}, 1 and 3: {similarity[0, 2]:.2f}")
