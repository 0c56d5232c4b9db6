# A transposed convolution enlarges an image: each pixel stamps a scaled filter.
import numpy as np


def transposed_convolution(image, kernel, stride):
    rows, columns = image.shape
    k = kernel.shape[0]
    output = np.zeros(((rows - 1) * stride + k, (columns - 1) * stride + k))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            # Stamps that overlap are added.
            output[top : top + k, left : left + k] += image[i, j] * kernel
    return output


image = np.array([[1.0, 2.0], [3.0, 4.0]])
copy = np.ones((2, 2))  # with stride 2 each pixel becomes a 2 x 2 block
smooth = np.outer([0.5, 1, 0.5], [0.5, 1, 0.5])  # overlaps: values in between

print("blocks:\n", transposed_convolution(image, copy, stride=2))
print("smooth:\n", transposed_convolution(image, smooth, stride=2))
