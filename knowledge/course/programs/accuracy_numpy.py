# Accuracy counts right answers; with rare cases precision and recall say more.
import numpy as np

rng = np.random.default_rng(0)
d = (rng.random(1000) < 0.05).astype(int)  # desired: 5 % are ill (1)

# A careful model finds most of the ill, and raises some false alarms.
careful = np.where(d == 1, rng.random(1000) < 0.8, rng.random(1000) < 0.06).astype(int)
lazy = np.zeros(1000, dtype=int)  # a lazy model calls everybody healthy

for name, y in [("careful", careful), ("lazy", lazy)]:
    tp = np.sum((y == 1) & (d == 1))  # ill and found
    fp = np.sum((y == 1) & (d == 0))  # a false alarm
    fn = np.sum((y == 0) & (d == 1))  # ill and missed
    accuracy = np.mean(y == d)
    precision = tp / (tp + fp) if tp + fp else 0.0  # how many alarms are true
    recall = tp / (tp + fn)  # how many of the ill are found
    print(f"{name:>7}: accuracy {accuracy:.3f}, ", end="")
    print(f"precision {precision:.2f}, recall {recall:.2f}")
