# Pooling shrinks a feature map: each 2 x 2 window becomes one number.
import numpy as np


def pool(image, size, reduce):
    rows, columns = image.shape
    # Cut the image into windows: axes 1 and 3 run inside a window.
    windows = image.reshape(rows // size, size, columns // size, size)
    return reduce(windows, axis=(1, 3))


feature_map = np.array(
    [
        [1, 3, 0, 2],
        [4, 2, 1, 1],
        [0, 0, 5, 6],
        [1, 3, 7, 2],
    ]
)
shifted = feature_map.copy()
shifted[:2, :2] = [[4, 1], [2, 3]]  # the same values, moved within their window

print("max:", pool(feature_map, 2, np.max).tolist())  # keeps the strongest answer
print("average:", pool(feature_map, 2, np.mean).tolist())
print("max after a small shift:", pool(shifted, 2, np.max).tolist())
