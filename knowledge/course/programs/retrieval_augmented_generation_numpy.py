# Retrieval-augmented generation: find the passage that fits and put it in the prompt.
import numpy as np

passages = [
    "The library opens from 7 in the morning to 9 at night.",
    "The exam of the course is on the 12th of June in room 304.",
    "The laboratory has ten computers with a graphics card.",
]


def tokenize(text):
    return [word.strip(".,?").lower() for word in text.split()]


vocabulary = sorted({word for passage in passages for word in tokenize(passage)})
counts = np.array([[tokenize(p).count(word) for word in vocabulary] for p in passages])
idf = np.log(len(passages) / (counts > 0).sum(axis=0))  # common words count nothing


def vector(text):  # TF-IDF; large systems use learnt embeddings here
    v = idf * [tokenize(text).count(word) for word in vocabulary]
    return v / max(np.linalg.norm(v), 1e-9)


question = "In which room is the exam?"
scores = np.array([vector(passage) @ vector(question) for passage in passages])
best = passages[scores.argmax()]  # retrieval
prompt = f"Answer only from this text.\nText: {best}\nQuestion: {question}\nAnswer:"
print("similarities:", scores.round(2))
print(prompt)  # generation: a language model continues this prompt
