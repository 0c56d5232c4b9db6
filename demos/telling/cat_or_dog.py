"""Tells the demo cat_or_dog: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.data.cat_or_dog import (
    SIZE,
    TESTED,
    CatOrDogParams,
    Run,
    enough,
    nudged,
    right,
    run,
    slope_of,
)
from demos.lib.pacing import thin
from demos.lib.ranking import first_smallest
from demos.lib.scenes import Scene, play, row, rows, sheet
from demos.lib.wording import count, number
from demos.neurons.backpropagation import Array, forward
from demos.runtime.contract import (
    Bars,
    Claim,
    Convergence,
    Curve,
    Demo,
    Frame,
    Image,
    Measure,
    Panel,
    Prediction,
    Preset,
    Request,
    Series,
    Words,
)
from demos.runtime.messages import say

ANIMALS = (say("cat"), say("dog"))
ANSWERS = (say("no, it still sees the right animal"), say("yes, it changes its mind"))


def steps(params: CatOrDogParams) -> Iterator[Frame]:
    """The pictures, the training, the mistakes on pictures never seen, and the nudge step by step."""
    story = Story(params, run(params))
    scenes = [story.opening(), *(story.epoch(i) for i in thin(len(story.path), 14, {1, 2, 4}))]
    scenes += [*story.mistakes(), story.direction(), *(story.nudge(i) for i in range(11))]
    yield from play([*scenes, story.ending()])


class Story:
    def __init__(self, params: CatOrDogParams, done: Run) -> None:
        self.params, self.path, self.x, self.d, self.test, self.truth = (
            params, done.path, done.x, done.d, done.test, done.truth,
        )  # fmt: skip
        self.weights = self.path[-1]
        self.right = [right(w, self.test, self.truth) for w in self.path]
        chance = forward(self.weights, self.test, "tanh")[-1]
        self.wrong = [int(i) for i in np.flatnonzero((chance > 0.5) != (self.truth > 0.5))]
        wanted = ANIMALS.index(params.animal)
        fine = [i for i in range(TESTED) if self.truth[i, 0] == wanted and i not in self.wrong] or [wanted]
        self.index = fine[0]
        self.chance = chance

    def opening(self) -> Scene:
        many = self.params.examples
        caption = say(
            "{many} drawn pictures to learn from, cats and dogs in turns, {size}x{size} pixels each. Cats' ears "
            "stand up, dogs' ears hang. The network is only given {size2} numbers and the right name. Can "
            "you tell all of them?",
            many=many,
            size=SIZE,
            size2=SIZE * SIZE,
        )
        return Scene(
            caption,
            (Image(title=say("Cats and dogs in turns"), pixels=sheet([self._square(v) for v in self.x[:12]], 6)),),
            {"pictures": many},
        )

    def epoch(self, i: int) -> Scene:
        train_share = right(self.path[i], self.x, self.d)
        filters = [0.5 + 0.5 * w / np.abs(w).max() for w in self.path[i][0][0].T[:6].reshape(-1, SIZE, SIZE)]
        caption = say(
            "Epoch {i}: {right:.0%} of {tested} new pictures right, {train_share:.0%} of those learnt from. ",
            i=i,
            right=self.right[i],
            tested=TESTED,
            train_share=train_share,
        )
        caption += (
            say("Guessing gets 50 %. ")
            if i == 0
            else say("Right: what six hidden units look for, white pulls, black pushes. ")
        )
        caption += (
            say("The weights are random.")
            if i == 0
            else say("That is {right:+.0%} against the start.", right=self.right[i] - self.right[0])
        )
        picture = Image(title=say("Weights of six hidden units"), pixels=sheet(filters, 3))
        return Scene(
            caption,
            (self._curve(i), picture),
            {"epoch": i, "test": self.right[i], "train": train_share},
            say("before training") if i == 0 else "",
        )

    def mistakes(self) -> Iterator[Scene]:
        """Up to three mistakes, the surest first; or the least sure answer when there is none."""
        sure = sorted(self.wrong, key=lambda i: -abs(float(self.chance[i, 0]) - 0.5))[:3]
        for i in sure or [first_smallest(np.abs(self.chance - 0.5))]:
            p, true = float(self.chance[i, 0]), ANIMALS[int(self.truth[i, 0])]
            caption = say(
                "New picture {i} is a {true}, drawn as {true}s are. It says P(dog) = {p}, so {animals}. ",
                i=i + 1,
                true=true,
                p=number(p, 2),
                animals=ANIMALS[int(p > 0.5)],
            )
            caption += (
                say("One of {mistakes}: ", mistakes=count(len(self.wrong), "mistake"))
                if sure
                else say("Right, but barely: ")
            )
            caption += say(
                "it knows only {size} numbers, and which of them were high in its training pictures.", size=SIZE * SIZE
            )
            yield Scene(
                caption,
                (self._picture(say("what it sees"), self.test[i]), self._bars(p)),
                {"p_dog": p},
                say("a cat called a dog") if true == "cat" and p > 0.5 else "",
            )

    def direction(self) -> Scene:
        slope = slope_of(self.weights, self.test[[self.index]], self.truth[[self.index]])[0]
        top = float(np.abs(slope).max())
        caption = say(
            "Now fool it. Its error at the input says for each of {size} pixels which way makes the answer for "
            "this {animal} worse: white means brighter, black darker. The steepest pixel has slope {top}.",
            size=SIZE * SIZE,
            animal=say(self.params.animal),
            top=number(top, 4),
        )
        shown = Image(title=say("harmful direction"), pixels=rows(0.5 + 0.5 * np.sign(slope).reshape(SIZE, SIZE), 2))
        return Scene(
            caption,
            (self._picture(say("the {animal}", animal=say(self.params.animal)), self.test[self.index]), shown),
            {"slope": top},
            say("the harmful direction"),
        )

    def _one(self) -> tuple[Array, Array]:
        """The picture that is nudged, and its class."""
        return self.test[[self.index]], self.truth[[self.index]]

    def _after(self, i: int) -> tuple[float, Array, float]:
        """The step, the picture and P(dog) after i tenths of the nudge."""
        size = self.params.nudge * i / 10
        x = nudged(self.weights, self.test[[self.index]], self.truth[[self.index]], size)
        return size, x[0], float(forward(self.weights, x, "tanh")[-1][0, 0])

    def nudge(self, i: int) -> Scene:
        size, x, p = self._after(i)
        before = ANIMALS[int(self._after(max(0, i - 1))[2] > 0.5)]
        says = ANIMALS[int(p > 0.5)]
        caption = say(
            "Every pixel moved by at most {size}: P(dog) = {p}, so {says}. ", size=number(size), p=number(p), says=says
        )
        caption += (
            say("Do you still see a {animal}?", animal=say(self.params.animal))
            if says != self.params.animal
            else say("It still holds.")
        )
        caption += say(" {size} such steps all push the same way.", size=SIZE * SIZE)
        panels = (self._picture(say("nudged by {size}", size=number(size)), x), self._bars(p))
        return Scene(
            caption,
            panels,
            {"nudge": size, "p_dog": p},
            say("the {before} becomes a {says}", before=before, says=says) if says != before else "",
        )

    def ending(self) -> Scene:
        _, x, p = self._after(10)
        fooled, turns_at = ANIMALS[int(p > 0.5)] != self.params.animal, enough(self.weights, *self._one())
        caption = say(
            "{right:.0%} of {tested} new pictures right, 50 % being chance, with {wrong} mistakes. A nudge of "
            "{nudge} a pixel {turned} the {animal} into a {animals}: P(dog) = {p}. ",
            right=self.right[-1],
            tested=TESTED,
            wrong=len(self.wrong),
            nudge=number(self.params.nudge),
            turned=say("turned") if fooled else say("did not turn"),
            animal=say(self.params.animal),
            animals=ANIMALS[1 - ANIMALS.index(self.params.animal)],
            p=number(p, 2),
        )
        caption += (
            say("{enough} is enough.", enough=number(turns_at, 3))
            if turns_at < 0.5
            else say("No nudge up to 0.5 would do.")
        )
        panels = (self._picture(say("before"), self.test[self.index]), self._picture(say("after the nudge"), x))
        return Scene(
            caption,
            panels,
            {"test": self.right[-1], "mistakes": len(self.wrong), "fooled": fooled, "enough": turns_at},
            say("the verdict"),
        )

    def _square(self, x: Array) -> Array:
        return np.asarray(x + 0.5).reshape(SIZE, SIZE)

    def _picture(self, title: str, x: Array) -> Image:
        return Image(title=title, pixels=rows(self._square(x), 2))

    def _bars(self, p: float) -> Bars:
        return Bars(title=say("Its answer"), labels=ANIMALS, values=row([1 - p, p]), value_range=(0, 1))

    def _curve(self, i: int) -> Panel:
        line = Series(name=say("new pictures"), x=tuple(range(i + 1)), y=row(self.right[: i + 1]))
        return Curve(title=say("Share right"), series=(line,), x_label=say("epoch"), y_range=(0, 1))


def _check(frames: Sequence[Frame]) -> str:
    return ANSWERS[int(frames[-1].metrics["fooled"])]


LEXICON = {
    "animal": Words(
        ("picture", "pet", "test picture", "animal de prueba"),
        {
            "cat": ("a cat", "kitten", "kitty", "gato", "un gato"),
            "dog": ("a dog", "puppy", "perro", "un perro"),
        },
    ),
    "examples": Words((
        "pictures", "training pictures", "training images", "training examples", "images", "imágenes", "fotos",
        "photos", "ejemplos", "training samples",
    )),
    "noise": Words(("specks", "noise level", "ruido", "motas")),
    "nudge": Words((
        "epsilon", "ε", "adversarial nudge", "attack", "push", "perturbation", "eps", "attack strength", "empujón",
        "perturbación",
    )),
    "epochs": Words(("passes", "épocas", "pasadas", "training epochs", "training passes", "rounds of training")),
}  # fmt: skip


DEMO = Demo(
    name="cat_or_dog",
    title="Cat or dog: a recogniser and its mistakes",
    slide=9,
    group="Artificial Intelligence (AI) and Machine Learning",
    summary="A small network learns to tell drawn cats from dogs, calls a cat a dog, and is fooled by a nudge.",
    params=CatOrDogParams,
    steps=steps,
    look_for=(
        "The hidden units come to look for ears.",
        "Mistakes are made with confidence: it knows pixels, not animals.",
        "A small step of every pixel in the harmful direction turns the answer.",
    ),
    examples=(
        Request("Show me cat or dog"),
        Request("Train the cats and dogs recogniser on 50 pictures", {"examples": 50}),
        Request("adversarial example: fool it with a dog", {"animal": "dog"}),
        Request("cat or dog with noise 0.3", {"noise": 0.3}),
        Request("make a cat look like the other one with epsilon 0.05", {"nudge": 0.05}),
        Request("Why is a cat classified as the other animal? Run it for 100 epochs", {"epochs": 100}),
        Request("the meme of the cat, with a nudge of 0.4 and seed 3", {"nudge": 0.4, "seed": 3}),
        Request("reconocedor de gatos y perros con 80 passes", {"epochs": 80}),
        Request("Teach a network to tell kittens from puppies with 80 pictures", {"examples": 80}),
        Request("Fool the recogniser by changing every pixel a little, epsilon 0.1", {"nudge": 0.1}),
        Request(
            "Change a picture of a puppy so slightly that the network takes it for another animal", {"animal": "dog"}
        ),
        Request("Entrena una red que distingue animales dibujados durante 90 épocas", {"epochs": 90}),
    ),
    presets={
        "cat": Preset(
            "Fool it with a cat", {},
            "Look at both pictures at the end, and at how small a nudge would have done.",
            (Claim("fooled", "==", 1), Claim("enough", "<", 0.1)),
        ),
        "tiny": Preset(
            "A tiny nudge", {"nudge": 0.02},
            "Small enough a nudge does not turn the answer.",
            (Claim("fooled", "==", 0),),
        ),
        "few": Preset(
            "Ten pictures", {"examples": 10},
            "Ten pictures are known by heart; new ones are another matter.",
            (Claim("train", "==", 1), Claim("test", "<", 0.85)),
        ),
        "noisy": Preset(
            "Heavy specks", {"noise": 0.4, "animal": "dog"},
            "With so many specks mistakes become common.",
            (Claim("mistakes", ">=", 20),),
        ),
    },
    prediction=Prediction("Will the nudge make it see the other animal?", ANSWERS, _check),
    aliases=(
        "cats and dogs", "cats and dogs recogniser", "adversarial example", "cat classified as a dog", "gatos y perros",
        "cat vs dog", "cat versus dog", "dog or cat", "dogs and cats", "cat and dog", "cat dog classifier",
        "adversarial attack", "adversarial examples", "fast gradient sign", "fgsm", "gato o perro", "perros y gatos",
        "perro o gato", "ejemplo adversario", "ataque adversario",
    ),
    measures=(
        Measure("test", "accuracy", "share of new pictures right"),
        Measure("train", "accuracy", "share right of the pictures learnt from"),
        Measure("mistakes", "mistakes", "mistakes on new pictures"),
        Measure("epoch", "clock"),
        Measure("p_dog", "quantity", "P(dog) of the picture shown"),
        Measure("enough", "quantity", "smallest nudge that turns the answer"),
    ),
    converged=Convergence("all pictures learnt from are right from then on", claim=Claim("train", "==", 1)),
    words=LEXICON,
)  # fmt: skip
