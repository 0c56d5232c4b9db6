# A dense layer joins every input to every neuron: y = f(W x + b). Two of them in a row.
import numpy as np

rng = np.random.default_rng(0)


class Dense:
    def __init__(self, inputs, neurons, activation):
        scale = np.sqrt(2 / inputs)  # keeps the size of the signal from layer to layer
        self.W = rng.normal(0, scale, size=(neurons, inputs))  # one row per neuron
        self.b = np.zeros(neurons)
        self.activation = activation

    def __call__(self, x):  # x has one example per row
        return self.activation(x @ self.W.T + self.b)

    def parameters(self):
        return self.W.size + self.b.size


hidden = Dense(784, 32, activation=lambda net: np.maximum(0, net))  # relu
output = Dense(32, 10, activation=lambda net: net)  # the scores of 10 classes

images = rng.random((5, 784))  # 5 images of 28 x 28 pixels, flattened
h = hidden(images)
y = output(h)
print("shapes:", images.shape, "->", h.shape, "->", y.shape)
print("parameters:", hidden.parameters(), "+", output.parameters())
