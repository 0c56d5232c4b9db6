# Supervised learning: examples with labels teach how to label a new example.
import numpy as np

# Weight (kg) and ear length (cm) of animals; a person wrote the labels.
x = np.array([[4, 6], [5, 7], [3, 6], [20, 11], [25, 12], [30, 10]], dtype=float)
labels = np.array(["cat", "cat", "cat", "dog", "dog", "dog"])

mean, deviation = x.mean(axis=0), x.std(axis=0)


def scale(x):  # kg and cm become comparable
    return (x - mean) / deviation


# Learning: the mean example of each class.
classes = np.unique(labels)
prototypes = np.array([scale(x[labels == c]).mean(axis=0) for c in classes])


def predict(new):  # the class whose mean is nearest
    distance = np.linalg.norm(scale(new)[:, None] - prototypes, axis=-1)
    return classes[distance.argmin(axis=1)]


new = np.array([[4.5, 6.5], [22.0, 11.5]])
print("right on its examples:", int(np.sum(predict(x) == labels)), "of", len(x))
print("new animals:", predict(new).tolist())
