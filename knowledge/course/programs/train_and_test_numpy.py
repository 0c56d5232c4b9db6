# Train and test: shuffle, keep some examples aside, and judge only on those.
import numpy as np

rng = np.random.default_rng(0)
d = rng.integers(2, size=200)  # two classes
x = rng.normal(size=(200, 2)) + 1.5 * d[:, None]  # their clouds overlap

order = rng.permutation(len(x))  # shuffle, so that both parts look alike
train, test = order[:150], order[150:]


def predict(points):  # the class of the nearest training example
    distance = np.linalg.norm(points[:, None] - x[train], axis=-1)
    return d[train][distance.argmin(axis=1)]


train_accuracy = np.mean(predict(x[train]) == d[train])
test_accuracy = np.mean(predict(x[test]) == d[test])
print(f"{len(train)} training examples: accuracy {train_accuracy:.2f}")  # it knows them
print(f"{len(test)} test examples: accuracy {test_accuracy:.2f}")  # the honest number
