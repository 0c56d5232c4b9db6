# A convolution slides a small filter over an image; here it finds a vertical edge.
import numpy as np


def convolve(image, kernel):
    k = kernel.shape[0]
    rows, columns = image.shape[0] - k + 1, image.shape[1] - k + 1
    output = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = image[i : i + k, j : j + k]
            output[i, j] = np.sum(window * kernel)  # same weights at every place
    return output


image = np.zeros((6, 8))
image[:, 4:] = 1  # dark on the left, bright on the right

kernel = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])  # right minus left

print("image row:", image[0].astype(int))
print("feature map, large only at the edge:")
print(convolve(image, kernel).astype(int))
