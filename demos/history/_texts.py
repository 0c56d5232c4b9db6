"""Short texts about the lecture's topics with the answer that each could give, and old questions with their answers;
read by `evidence_scoring`."""

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
    Text("Alan Turing", say("person"), "The test in which a machine passes for a human was proposed by Alan Turing."),
    Text(
        "Demis Hassabis", say("person"), "DeepMind, the company of AlphaGo, was founded by Demis Hassabis and others."
    ),
    Text("Garry Kasparov", say("person"), "The chess champion who lost to Deep Blue is Garry Kasparov."),
    Text("Lee Sedol", say("person"), "The Go champion who lost to AlphaGo is Lee Sedol."),
    Text("Ashish Vaswani", say("person"), "Attention Is All You Need was written by Ashish Vaswani and seven others."),
    Text("Ian Goodfellow", say("person"), "The generative adversarial network was invented by Ian Goodfellow."),
    Text("Teuvo Kohonen", say("person"), "The self-organising map was made by Teuvo Kohonen."),
    Text("Bernard Widrow", say("person"), "The delta rule was found by Bernard Widrow with his student Hoff."),
    Text("1950", say("year"), "The test of Turing was described in 1950."),
    Text("1979", say("year"), "The neocognitron of Fukushima was shown in 1979."),
    Text("1986", say("year"), "Backpropagation became known in 1986."),
    Text("1989", say("year"), "LeNet read the digits of zip codes in 1989."),
    Text("2014", say("year"), "The generative adversarial network was presented in 2014."),
    Text("2017", say("year"), "The transformer was introduced in 2017."),
    Text("2018", say("year"), "BERT learnt to guess masked words in 2018."),
    Text("2022", say("year"), "ChatGPT was opened to the public in 2022."),
    Text(
        "autoencoder",
        say("system"),
        "The network that squeezes its input into a code and rebuilds it is the autoencoder.",
    ),
    Text("GAN", say("system"), "The pair of networks in which a forger tries to fool a judge is the GAN."),
    Text(
        "convolutional network",
        say("system"),
        "The network that slides small kernels over an image is the convolutional network.",
    ),
    Text("BERT", say("system"), "The transformer that reads a sentence from both sides is BERT."),
    Text("CLIP", say("system"), "The model that puts images and captions into one space is CLIP."),
    Text("GRU", say("system"), "The gated unit with fewer weights than an LSTM is the GRU."),
    Text("Deep Blue", say("system"), "The chess machine of IBM was Deep Blue."),
    Text("AlphaGo", say("system"), "The program that plays Go with tree search and networks is AlphaGo."),
)


LEARNT = (
    ("Who made LeNet?", "Yann LeCun"),
    ("Who invented the long short-term memory?", "Sepp Hochreiter"),
    ("Who gave artificial intelligence its name?", "John McCarthy"),
    ("Who proposed a network that recalls patterns?", "John Hopfield"),
    ("Who published the artificial neuron?", "Warren McCulloch"),
    ("Who presented the generative adversarial network?", "Ian Goodfellow"),
    ("Who lost at chess to Deep Blue?", "Garry Kasparov"),
    ("Who wrote Attention Is All You Need?", "Ashish Vaswani"),
    ("Who showed the neocognitron?", "Kunihiko Fukushima"),
    ("When was the Dartmouth meeting?", "1956"),
    ("When did a recurrent Hopfield network recall patterns?", "1982"),
    ("When was AlphaGo, with tree search, better than Lee Sedol?", "2016"),
    ("When did the simple and complex cells of the neocognitron work?", "1979"),
    ("When was backpropagation made known together with Rumelhart?", "1986"),
    ("When did LeNet, a convolutional network, read zip codes?", "1989"),
    ("Which program reasons with rules?", "expert system"),
    ("Which model makes images by removing noise?", "diffusion model"),
    ("Which network slides kernels over an image?", "convolutional network"),
    ("Which network rebuilds its input from a code?", "autoencoder"),
    ("Which transformer learnt to guess masked words?", "BERT"),
    ("Which gated unit has fewer weights than an LSTM?", "GRU"),
    ("Who baked the first pizza?", ""),
    ("When does the library open?", ""),
    ("Which river is the longest?", ""),
    ("Who wrote the first novel?", ""),
    ("When was the first bridge over the river shown?", ""),
    ("Which machine washes plates?", ""),
    ("Who won the race?", ""),
)
"""Old questions with the right answers, "" where the texts hold none: the weights are learnt from these."""

EXAM = (
    ("Who showed the perceptron for the first time?", "Frank Rosenblatt"),
    ("Who described the artificial neuron with a threshold?", "Warren McCulloch"),
    ("Who made backpropagation known?", "Geoffrey Hinton"),
    ("Who described the test of a machine that passes for a human?", "Alan Turing"),
    ("Who founded the company of AlphaGo?", "Demis Hassabis"),
    ("Who lost at Go to AlphaGo?", "Lee Sedol"),
    ("Who made the self-organising map?", "Teuvo Kohonen"),
    ("Who found the delta rule?", "Bernard Widrow"),
    ("Who introduced the transformer?", "Ashish Vaswani"),
    ("When did the perceptron, a neuron that learns from its mistakes, appear?", "1957"),
    ("When was the chess champion beaten by Deep Blue?", "1997"),
    ("When did Watson win Jeopardy?", "2011"),
    ("When was the first artificial neuron with a threshold published?", "1943"),
    ("When was the test in which a machine passes for a human described?", "1950"),
    ("When was the adversarial pair of networks, forger and judge, presented?", "2014"),
    ("When did BERT read from both sides?", "2018"),
    ("When was the network built of self-attention, the transformer, introduced?", "2017"),
    ("Which network keeps a memory with gates?", "LSTM"),
    ("Which network is built of self-attention?", "transformer"),
    ("Which pair has a forger and a judge?", "GAN"),
    ("Which model puts images and captions into one space?", "CLIP"),
    ("Which machine beat Kasparov?", "Deep Blue"),
    ("Which program beat the Go champion Lee Sedol?", "AlphaGo"),
    ("Which unit was invented by Hochreiter?", "LSTM"),
    ("Who painted the ceiling?", ""),
    ("Who beat the champion of tennis?", ""),
    ("When was the first moon landing?", ""),
    ("When was the opera published?", ""),
    ("Which network of roads is the longest?", ""),
    ("Which model of car is the cheapest?", ""),
    ("Who found the source of the river?", ""),
    ("When did the champion of boxing retire?", ""),
)
"""Questions that nothing was learnt from."""
