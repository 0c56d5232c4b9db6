# Quantization: weights become whole numbers of 8 or 4 bits and one scale.
import numpy as np

rng = np.random.default_rng(0)
W = rng.normal(0, 0.1, (256, 256)).astype(np.float32)  # the weights of a layer
x = rng.normal(size=256).astype(np.float32)


def quantize(W, bits):
    largest = 2 ** (bits - 1) - 1  # 127 for 8 bits, 7 for 4 bits
    scale = np.abs(W).max() / largest
    return np.round(W / scale).astype(np.int8), scale  # 4 bits would be packed in pairs


def dequantize(q, scale):
    return q * scale


y = W @ x
print(f"32 bits: {W.nbytes / 1024:.0f} KiB, row {W[0, :4].round(3)}")
for bits in (8, 4):
    q, scale = quantize(W, bits)
    error = np.linalg.norm(dequantize(q, scale) @ x - y) / np.linalg.norm(y)
    size = q.size * bits / 8 / 1024
    print(
        f"{bits} bits: {size:.0f} KiB, row {q[0, :4]}, error of the layer {error:.1%}"
    )
