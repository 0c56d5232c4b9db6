"""LSTM: a cell that keeps what it has read until a gate lets it go.

Three gates between 0 and 1 (i input, f forget, o output) and a candidate g are made of the input and the last state:

    i = σ(W_i·x + U_i·h' + b_i)      f = σ(W_f·x + U_f·h' + b_f)      o = σ(W_o·x + U_o·h' + b_o)
    g = tanh(W_g·x + U_g·h' + b_g)
    c = f⊙c' + i⊙g                   the cell: keep a share f of the old, add a share i of the new
    h = o⊙tanh(c)                    the state that is shown to the outside

(h' and c' are those of the step before, ⊙ multiplies number by number.) On the way back the error in c is multiplied
by f alone: a forget gate near 1 keeps the error alive over many steps, where a plain recurrent network loses it.

Two tasks: forecast a wave from its last values, or say at the end of a noisy sequence how it began. The learning is
torch's; the gates are then computed one step at a time by the formulas above.

Sources: S. Hochreiter and J. Schmidhuber, "Long short-term memory" (1997); F. Gers, J. Schmidhuber and F. Cummins,
"Learning to forget" (2000), for the forget gate.
"""

from __future__ import annotations

from typing import Literal

from demos.runtime.contract import Params, param

RATE = 0.02


class LstmParams(Params):
    task: Literal["forecast", "classify"] = param(
        "forecast", "Forecast the next value of a wave, or classify a sequence by its first number."
    )
    length: int = param(20, "Length of each sequence that is read.", low=5, high=50, unit="steps")
    hidden: int = param(8, "How many cells.", low=1, high=24, unit="cells")
    epochs: int = param(20, "How many times all sequences are learnt.", low=1, high=60, unit="passes")
    noise: float = param(0.1, "Standard deviation of the noise in the sequences.", low=0, high=1)
