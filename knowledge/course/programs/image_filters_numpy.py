# Classic image filters are small grids of numbers: blur, sharpen, edges.
import numpy as np

drawing = """
........
..####..
.#....#.
......#.
....##..
..##....
.######.
........"""
image = np.array([[float(c == "#") for c in row] for row in drawing.split()])

filters = {
    "blur": np.full((3, 3), 1 / 9),  # the mean of the neighbours
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "horizontal edges": np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),  # Sobel
}


def apply(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (windows * kernel).sum(axis=(-2, -1))


for name, kernel in filters.items():
    print(f"{name}:\n{apply(image, kernel).round(1)}")
