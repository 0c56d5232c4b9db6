"""Twenty short texts about the lecture's topics and the answer that each could give; read by `evidence_scoring`."""

from __future__ import annotations

from dataclasses import dataclass

from demos.runtime.messages import say


@dataclass(frozen=True, slots=True)
class Text:
    """A candidate answer, its kind (person, year or system) and the sentence that speaks of it."""

    answer: str
    kind: str
    text: str


TEXTS = (
    Text(
        "Frank Rosenblatt",
        say("person"),
        "The perceptron, a neuron that learns from its mistakes, was made by Frank Rosenblatt.",
    ),
    Text(
        "Marvin Minsky",
        say("person"),
        "Marvin Minsky showed together with Papert that one perceptron cannot learn XOR.",
    ),
    Text(
        "Warren McCulloch",
        say("person"),
        "The first artificial neuron with a threshold was described by Warren McCulloch and Pitts.",
    ),
    Text(
        "Kunihiko Fukushima",
        say("person"),
        "The neocognitron with its simple and complex cells was made by Kunihiko Fukushima.",
    ),
    Text("Yann LeCun", say("person"), "LeNet, a convolutional network that reads digits, was made by Yann LeCun."),
    Text(
        "John Hopfield",
        say("person"),
        "A recurrent network that recalls stored patterns was proposed by John Hopfield.",
    ),
    Text(
        "Geoffrey Hinton",
        say("person"),
        "Geoffrey Hinton made backpropagation known together with Rumelhart and Williams.",
    ),
    Text(
        "Sepp Hochreiter", say("person"), "The long short-term memory was invented by Sepp Hochreiter and Schmidhuber."
    ),
    Text("John McCarthy", say("person"), "The name artificial intelligence was given by John McCarthy at Dartmouth."),
    Text("1943", say("year"), "The artificial neuron of McCulloch and Pitts was published in 1943."),
    Text("1956", say("year"), "The Dartmouth meeting that named artificial intelligence took place in 1956."),
    Text("1957", say("year"), "The perceptron was shown for the first time in 1957."),
    Text("1982", say("year"), "The Hopfield network was published in 1982."),
    Text("1997", say("year"), "Deep Blue beat the chess champion Kasparov in 1997."),
    Text("2011", say("year"), "Watson won the quiz show Jeopardy in 2011."),
    Text("2016", say("year"), "AlphaGo beat the Go champion Lee Sedol in 2016."),
    Text("LSTM", say("system"), "A recurrent network that keeps a memory with gates is the LSTM."),
    Text(
        "transformer",
        say("system"),
        "The network built of self-attention alone, without recurrence, is the transformer.",
    ),
    Text(
        "diffusion model",
        say("system"),
        "The model that makes images by removing noise step by step is the diffusion model.",
    ),
    Text("expert system", say("system"), "The program that reasons with rules written by people is the expert system."),
)
