"""Tells the demo denoising_autoencoder: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.lib.pacing import thin
from demos.lib.prelude import open_with
from demos.lib.readout import mean_square
from demos.lib.scenes import Scene, row, strip
from demos.lib.wording import number
from demos.runtime.contract import (
    Bars,
    Claim,
    Convergence,
    Curve,
    Demo,
    Frame,
    Measure,
    Prediction,
    Preset,
    Request,
    Series,
    Words,
)
from demos.runtime.messages import say
from demos.zoo._coder import HELD, digits
from demos.zoo.denoising_autoencoder import DenoisingAutoencoderParams, damaged, rivals, run


def steps(params: DenoisingAutoencoderParams) -> Iterator[Frame]:
    """Clean and spoilt digits, the learning, single digits, and how much of the noise is gone."""
    story = Story(params)
    yield from open_with(story.opening(), story.scenes)


class Story:
    """Tells one training."""

    def __init__(self, params: DenoisingAutoencoderParams) -> None:
        self.params = params
        self.x = digits()[0][-HELD:]
        self.names = digits()[1][-HELD:]
        self.spoilt = damaged(params)
        self.before = mean_square(self.spoilt, self.x)
        self.rivals = {name: mean_square(each, self.x) for name, each in rivals(params, self.spoilt).items()}

    def scenes(self) -> list[Scene]:
        self.runs = list(run(self.params))
        self.errors = [float(((each - self.x) ** 2).mean()) for each in self.runs]
        half = next((i for i, error in enumerate(self.errors) if error < self.before / 2), -1)
        told = [
            self.learning(i, say("half the noise is gone") if i == half else "")
            for i in thin(len(self.runs), 12, {half})
        ]
        return [*told, *(self.one(index) for index in range(6)), self.ending()]

    def opening(self) -> Scene:
        p = self.params
        how = (
            say("{noise} % of the pixels are put out", noise=number(100 * p.noise, 0))
            if p.kind == "masking"
            else say("noise of standard deviation {noise} is added to every pixel", noise=number(p.noise, 2))
        )
        caption = say(
            "Above clean digits, below the same spoilt: {how}. That is a mean squared error of {before}. The "
            "network sees only the lower row, and has to give back the upper one.",
            how=how,
            before=number(self.before),
        )
        panel = strip(say("Clean, and spoilt"), np.concatenate([self.x[:8], self.spoilt[:8]]))
        return Scene(caption, (panel,), {"spoilt_error": self.before})

    def learning(self, epoch: int, moment: str) -> Scene:
        error = self.errors[epoch]
        share = error / self.before if self.before else 0
        caption = (
            say("Epoch {epoch}: the error of the output is {error}", epoch=epoch, error=number(error, 4))
            + (say(", {share} times that of the input. ", share=number(share, 2)) if self.before else ". ")
            + self._beaten(error)
        )
        x = row(range(epoch + 1))
        lines = (
            Series(name=say("output"), x=x, y=row(self.errors[: epoch + 1], 4)),
            Series(name=say("spoilt input"), x=x, y=row([self.before] * (epoch + 1), 4)),
            *(Series(name=name, x=x, y=row([each] * (epoch + 1), 4)) for name, each in self.rivals.items()),
        )
        picture = np.concatenate([self.x[:6], self.spoilt[:6], self.runs[epoch][:6]])
        panels = (
            strip(say("Clean, spoilt, output"), picture, 6),
            Curve(title=say("Error"), series=lines, x_label=say("epoch")),
        )
        return Scene(caption, panels, {"epoch": epoch, "error": error}, moment)

    def one(self, index: int) -> Scene:
        clean, bad, back = self.x[index], self.spoilt[index], self.runs[-1][index]
        old, new = float(((bad - clean) ** 2).mean()), float(((back - clean) ** 2).mean())
        caption = say(
            "A {names} never learnt: {old} wrong before, {new} after. Look at strokes that the noise had broken: "
            "what the network puts there is its own guess.",
            names=self.names[index],
            old=number(old),
            new=number(new),
        )
        panels = (strip(say("clean"), clean, 1), strip(say("spoilt"), bad, 1), strip(say("output"), back, 1))
        return Scene(
            caption, panels, {"before": old, "after": new}, say("one digit after another") if index == 0 else ""
        )

    def ending(self) -> Scene:
        error = self.errors[-1]
        kept = error / self.before if self.before else 1.0
        caption = say(
            "On {held} unseen digits the error went from {before} to {error}. ",
            held=HELD,
            before=number(self.before, 4),
            error=number(error, 4),
        )
        mean, linear = self.rivals.values()
        caption += say(
            "Always answering the mean digit: {mean}; the best linear map of the pixels, solved at "
            "once: {linear}. {beaten}",
            mean=number(mean, 4),
            linear=number(linear, 4),
            beaten=self._beaten(error),
        )
        if error > self.before:
            caption += say(" It did more harm than good: squeezing into the code costs more than the noise did.")
        digitwise = [float(((self.runs[-1] - self.x)[self.names == d] ** 2).mean()) for d in range(10)]
        panels = (
            strip(say("Clean, spoilt, output"), np.concatenate([self.x[:8], self.spoilt[:8], self.runs[-1][:8]])),
            Bars(title=say("Error by digit"), labels=tuple(map(str, range(10))), values=row(digitwise)),
        )
        return Scene(caption, panels, self._told(error, kept), say("the end"))

    def _told(self, error: float, kept: float) -> dict[str, float]:
        mean, linear = self.rivals.values()
        return {"error": error, "kept": kept, "spoilt_error": self.before, "mean_error": mean, "linear_error": linear}

    def _beaten(self, error: float) -> str:
        mean, linear = self.rivals.values()
        if error >= 0.98 * mean:
            return say("It is no better than always answering the mean digit.")
        if error >= linear:
            return say("It beats the mean digit, but not the linear map.")
        return say("It beats the mean digit and the linear map.")


def _check(frames: Sequence[Frame]) -> str:
    kept = frames[-1].metrics["kept"]
    return "more than half" if kept < 0.5 else "less than half" if kept < 1 else "it makes it worse"


LEXICON = {
    "noise": Words((
        "sigma", "corruption", "noise level", "spoilt", "noise of", "ruido", "nivel de ruido", "daño", "spoiled",
    )),
    "kind": Words(
        ("noise type", "kind of noise", "tipo", "tipo de ruido"),
        {
            "masking": (
                "masked", "pixels put out", "missing pixels", "dropped pixels", "mask", "missing", "blanked pixels",
                "masking noise", "enmascarado", "píxeles faltantes", "píxeles borrados", "salt",
            ),
            "gaussian": ("normal", "gaussian noise", "normal noise", "gaussiano", "ruido gaussiano"),
        },
    ),
    "code": Words((
        "code size", "bottleneck", "latent", "code of", "numbers", "números", "código", "cuello de botella",
        "tamaño del código",
    )),
    "epochs": Words(("passes", "épocas", "pasadas", "training epochs", "training passes", "rounds of training")),
}  # fmt: skip


DEMO = Demo(
    name="denoising_autoencoder",
    title="Denoising autoencoder",
    slide=37,
    group="Zoo",
    summary="Spoilt digits go in, clean ones are asked for: the network learns what digits look like.",
    params=DenoisingAutoencoderParams,
    steps=steps,
    look_for=(
        "Copying the input would be wrong here, so it must know digits.",
        "The mean digit and a linear map are the measure: they need no network.",
        "With no noise at all it can only lose.",
    ),
    examples=(
        Request("Show me a denoising autoencoder"),
        Request("Run the denoising autoencoder with noise 0.8", {"noise": 0.8}),
        Request("denoising autoencoder on missing pixels, code size 32", {"kind": "masking", "code": 32}),
        Request("remove gaussian noise of sigma 0.3 from digits", {"kind": "gaussian", "noise": 0.3}),
        Request("train a denoising auto-encoder for 40 epochs", {"epochs": 40}),
        Request("What if there is no noise? denoising autoencoder with noise 0", {"noise": 0}),
        Request("autoencoder que quita ruido, 10 passes", {"epochs": 10}),
        Request("clean noisy digits in a demo, seed 4", {"seed": 4}),
        Request(
            "Restore digits after 40% of their pixels are put out, masking noise 0.4", {"kind": "masking", "noise": 0.4}
        ),
        Request("Teach a network to clean up spoilt pictures of digits"),
        Request("Give a network dirty numbers and ask for clean ones, 30 epochs", {"epochs": 30}),
        Request("Limpia dígitos con ruido gaussiano durante 15 épocas", {"kind": "gaussian", "epochs": 15}),
    ),
    presets={
        "noise": Preset(
            "Noise", {}, "Half a grey scale of noise on every pixel. Even so a linear map is hard to beat.",
            (Claim("error", "<", "mean_error"), Claim("error", "<", "linear_error")),
        ),
        "missing": Preset(
            "Missing pixels", {"kind": "masking", "epochs": 60},
            "Half of the pixels are put out: what is missing depends on what is there, and that is not linear.",
            (Claim("error", "<", "linear_error"),),
        ),
        "nothing": Preset(
            "Nothing left", {"kind": "masking", "noise": 1, "epochs": 10},
            "All pixels are put out: it can only answer with the mean digit, and that looks like a success.",
            (Claim("kept", "<", 1), Claim("error", ">=", "mean_error")),
        ),
        "clean": Preset("Nothing to remove", {"noise": 0}, "Without noise the squeeze can only lose detail.",
                        (Claim("spoilt_error", "==", 0), Claim("error", ">", "spoilt_error"))),
    },
    prediction=Prediction(
        "How much of the damage will it remove?", ("more than half", "less than half", "it makes it worse"), _check
    ),
    aliases=(
        "denoising auto-encoder", "noise removal", "autocodificador de ruido", "denoising autoencoders", "denoiser",
        "clean noisy digits", "clean up noisy digits", "autoencoder that removes noise", "autoencoder de ruido",
        "autoencoder que quita ruido", "autoencoder que elimina ruido", "autoencoder eliminador de ruido",
        "autocodificador que elimina ruido", "autocodificador que quita ruido", "quitar ruido", "eliminar ruido",
    ),
    measures=(
        Measure("error", "error", "mean squared error of the output"),
        Measure("kept", "error", "share of the damage that is left"),
        Measure("linear_error", "quantity", "error of the best linear map"),
        Measure("mean_error", "quantity", "error of the mean digit"),
        Measure("spoilt_error", "quantity", "error of the spoilt input"),
        Measure("epoch", "clock"),
    ),
    converged=Convergence("half the noise is gone", moment="half the noise is gone"),
    heavy=True,
    words=LEXICON,
)  # fmt: skip
