"""The line that asks for a guess before a demo's film, and says after it what the run proved."""

from __future__ import annotations

from demos.runtime.contract import Demo
from demos.runtime.texts import fixed
from tutor.i18n import Texts
from tutor.tui.text import Line

__all__ = ["GuessLine"]


class GuessLine(Line):
    """Hidden where there is no demo to ask about."""

    def __init__(self, demo: Demo | None) -> None:
        super().__init__(classes="guess")
        self._demo = demo
        self.display = demo is not None

    def tell(self, texts: Texts, guess: str | None, verdict: str, *, waiting: bool) -> None:
        """Ask, promise, or judge: whatever the film has come to."""
        if self._demo is None:
            return
        demo, prediction = self._demo, self._demo.prediction

        def say(text: str) -> str:
            return fixed(text, texts.language, demo.name)

        if verdict:
            told = texts("The run says: {answer}.", answer=say(verdict))
            if guess is not None:
                right = guess == verdict
                told += " " + (texts("You guessed it.") if right else texts("You guessed {guess}.", guess=say(guess)))
            self.say((f"{say(prediction.question)}  {told}", "$secondary"))
        elif guess is not None:
            self.say((texts("Your guess: {guess}. Now watch.", guess=say(guess)), "$secondary"))
        else:
            choices = "  ".join(f"[{digit}] {say(text)}" for digit, text in enumerate(prediction.choices, 1))
            wait = "  (" + texts("space plays without a guess") + ")" if waiting else ""
            first = texts("Guess first:")
            self.say((f"{first} ", "bold $secondary"), f"{say(prediction.question)}  {choices}{wait}")
