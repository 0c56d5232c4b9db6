"""Words for what is drawn, in the demos that are asked for a picture of a coloured shape."""

from __future__ import annotations

from demos.runtime.contract import Words

DRAWN = {
    "shape": Words(
        ("forma", "figura"),
        {
            "circle": ("disc", "círculo", "ball", "round shape"),
            "cross": ("plus", "cruz"),
            "square": ("cuadrado", "box"),
            "triangle": ("triángulo",),
        },
    ),
    "colour": Words(
        ("color", "tint"),
        {
            "red": ("rojo", "roja"),
            "green": ("verde",),
            "blue": ("azul",),
            "yellow": ("amarillo", "amarilla"),
        },
    ),
    "size": Words(
        ("tamaño",),
        {
            "large": ("big", "grande", "huge"),
            "small": ("tiny", "little", "pequeño", "pequeña"),
        },
    ),
}
