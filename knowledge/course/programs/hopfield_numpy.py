# A Hopfield network stores two patterns and repairs a damaged one.
import numpy as np

rng = np.random.default_rng(0)
T = "#####..#....#....#....#.."
L = "#....#....#....#....#####"
patterns = np.array([[1 if c == "#" else -1 for c in letter] for letter in (T, L)])

W = patterns.T @ patterns / patterns.shape[1]  # Hebb: pixels that agree are joined
np.fill_diagonal(W, 0)  # no neuron is joined to itself


def energy(s):
    return -0.5 * s @ W @ s


def draw(s):
    rows = np.where(s > 0, "#", ".").reshape(5, 5)
    return "\n".join("".join(row) for row in rows)


s = patterns[0].copy()
s[rng.choice(25, size=6, replace=False)] *= -1  # six wrong pixels
print(f"damaged, energy {energy(s):.1f}:\n{draw(s)}")

for i in rng.permutation(25):  # one neuron after another
    s[i] = 1 if W[i] @ s >= 0 else -1  # the energy never goes up

print(f"repaired, energy {energy(s):.1f}:\n{draw(s)}")
print("the T is back:", bool((s == patterns[0]).all()))
