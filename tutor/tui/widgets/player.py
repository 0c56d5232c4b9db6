"""A demo run as a film: it plays at a pace that can be read, stops, steps, and jumps to its moments."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.timer import Timer

from demos.runtime.contract import Demo, Frame
from demos.runtime.extents import Extents
from demos.runtime.reading import stay
from demos.runtime.texts import LANGUAGES, Language, fixed, label, shown, tell
from tutor.formulas import readable
from tutor.i18n import Texts, mark
from tutor.runs.measures import number
from tutor.tui.language import texts
from tutor.tui.messages import CodeWanted, ExportWanted, FilmBegun, RerunWanted, Typed
from tutor.tui.pace import SPEEDS
from tutor.tui.text import Line, words
from tutor.tui.widgets.guess import GuessLine
from tutor.tui.widgets.panels import PanelRow
from tutor.tui.widgets.track import track

__all__ = ["Player", "track"]

TICK = 0.06
COMMAND_PAUSE = 0.25
"""Seconds within which a second letter means that a question is being written, not a command given."""

LETTERS = frozenset("npsvrcefl")
"""The letters that are commands."""

GUESS_FIRST = mark("Guess first: press a number, or space to watch without a guess.")


class Player(Vertical, can_focus=True):
    """Frames are kept as they arrive and drawn by a clock, so a fast demo never floods the screen.

    One that is to `hold` shows its first frame alone until the student has guessed, or has pressed space.
    """

    ALLOW_MAXIMIZE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "play", mark("Play")),
        Binding("space", "pause", mark("Pause")),
        Binding("left", "step(-1)", mark("Back"), show=False),
        Binding("right", "step(1)", mark("Step"), key_display="← →"),
        Binding("n", "moment(1)", mark("Moment")),
        Binding("p", "moment(-1)", mark("Previous moment"), show=False),
        Binding("left_square_bracket,shift+left", "scrub(-1)", mark("Scrub back"), show=False),
        Binding("right_square_bracket,shift+right", "scrub(1)", mark("Scrub"), show=False),
        Binding("home", "seek(0)", mark("First frame"), show=False),
        Binding("end", "seek(-1)", mark("Last frame"), show=False),
        Binding("s", "speed", mark("Speed"), show=False),
        Binding("plus,equals_sign", "hurry(1)", mark("Faster"), show=False),
        Binding("minus", "hurry(-1)", mark("Slower"), show=False),
        Binding("v", "more", mark("More"), show=False),
        Binding("r", "rerun", mark("Change")),
        Binding("c", "code", mark("Code")),
        Binding("e", "export", mark("Export"), show=False),
        Binding("f", "fill", mark("Full")),
        Binding("l", "language", mark("Español/English"), show=False),
        *(Binding(str(digit), f"digit({digit})", show=False) for digit in range(10)),
    ]

    def __init__(
        self,
        name: str,
        title: str,
        params: dict[str, Any],
        demo: Demo | None,
        *,
        hold: bool = False,
        language: Language = "en",
    ) -> None:
        super().__init__()
        self._texts = Texts(language)
        self.demo_name, self._title, self._params, self._demo = name, title, params, demo
        self.frames: list[Frame] = []
        self._extents = Extents()
        self.position = -1
        self.guess: str | None = None
        self._hold, self._over, self._proved = hold and demo is not None, False, False
        self._verdict = ""
        self._since, self._speed, self._drawn = 0.0, 1.0, 0
        self.playing = not self._hold
        self._named_playing = self.playing
        self._letter, self._writing = "", False
        self._waiting: Timer | None = None
        self._panels = PanelRow()
        self._heading = Line(classes="demo-title")
        self._question = GuessLine(demo)
        self._caption = Line(classes="caption")
        self._metrics = Line(classes="metrics")
        self._track = Line(classes="track")

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._question
        yield self._panels
        yield self._caption
        yield self._metrics
        yield self._track

    @property
    def is_waiting(self) -> bool:
        """True until the student has guessed, or goes without."""
        return self._hold

    @property
    def last_words(self) -> str:
        """The last caption so far, in the language of the film."""
        return tell(self.frames[-1].caption, self._texts.language, self.demo_name) if self.frames else ""

    def on_mount(self) -> None:
        self._name_it()
        self._ask_guess()
        self.set_interval(TICK, self._tick)
        self.watch(self.app, "theme", self._redraw, init=False)

    def on_key(self, event: events.Key) -> None:
        """Letters are commands one at a time; several in a row begin a question, and go to where it is written."""
        typed = event.character or ""
        if not (typed.isalpha() or (self._writing and event.is_printable)):
            return
        if typed in LETTERS and not self._writing and self._letter in ("", typed):
            self._give(typed)
        else:
            self._write(typed)
        event.prevent_default().stop()

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self._writing = False
        self._draw_track()

    def on_resize(self) -> None:
        self._draw_track()

    def _give(self, letter: str) -> None:
        """Do what a letter commands, unless another follows at once."""
        self._command()
        self._letter = letter
        self._waiting = self.set_timer(COMMAND_PAUSE, self._command)

    def _command(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
            letter, self._letter, self._waiting = self._letter, "", None
            action = next(b.action for b in self.BINDINGS if isinstance(b, Binding) and b.key == letter)
            self.run_worker(self.run_action(action))

    def _write(self, typed: str) -> None:
        if self._waiting is not None:
            self._waiting.stop()
        written, self._letter, self._waiting, self._writing = self._letter + typed, "", None, True
        self.post_message(Typed(written))

    def add(self, frame: Frame) -> None:
        """Keep a frame that the run has made."""
        self.frames.append(frame)
        self._extents.see(frame)
        if self.position < 0:
            self._go(0)

    def finish(self, *, stopped: bool = False) -> None:
        """The run has made its last frame; one that was `stopped` before that proves nothing."""
        if self._over:
            return
        self._over, self._proved = True, stopped
        if stopped:
            self._question.display = False
            self.begin()
        self._judge()
        self._draw_track()

    def begin(self) -> None:
        """Wait no longer: the film may go on, and what is said about it may be read."""
        if self._hold:
            self._hold = False
            if self.guess is None:
                self._ask_guess()
            self.post_message(FilmBegun())
            self._judge()
            self._draw_track()

    def remember(self, caption: str) -> None:
        """Stand for a run of an earlier day, of which only the last caption was kept."""
        self._over = True
        self.add_class("-kept")
        self._caption.say(readable(caption) or texts("This demo ran earlier."), texts("  Press r to run it again."))
        for part in (self._panels, self._question, self._metrics, self._track):
            part.display = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        del parameters
        return {"play": not self.playing, "pause": self.playing}.get(action, True)

    def action_play(self) -> None:
        self.toggle()

    def action_pause(self) -> None:
        self.toggle()

    def toggle(self) -> None:
        """Play, or stop where it is; from the end, play again. Whoever has not guessed goes without."""
        self.begin()
        at_end = self._over and self.position == len(self.frames) - 1
        if at_end and not self.playing:
            self._go(0)
        self.playing = not self.playing
        self._draw_track()

    def action_step(self, step: int) -> None:
        self._jump(self.position + step)

    def action_scrub(self, direction: int) -> None:
        self.action_step(direction * max(1, len(self.frames) // 10))

    def action_seek(self, position: int) -> None:
        self._jump(position if position >= 0 else len(self.frames) + position)

    def _jump(self, position: int) -> None:
        """Show a frame that was asked for, and stay there."""
        if self._hold:
            self.notify(self._texts(GUESS_FIRST))
            return
        self.playing = False
        self._go(position)

    def action_moment(self, direction: int) -> None:
        """Go to the next or previous moment that the demo names; without any, to the end or the start."""
        marked = [at for at, frame in enumerate(self.frames) if frame.moment]
        if direction > 0:
            target = next((at for at in marked if at > self.position), len(self.frames) - 1)
        else:
            target = next((at for at in reversed(marked) if at < self.position), 0)
        self.action_seek(target)

    def action_speed(self) -> None:
        """The next speed, and after the fastest the slowest."""
        self._set_speed((SPEEDS.index(self._speed) + 1) % len(SPEEDS))

    def action_hurry(self, step: int) -> None:
        self._set_speed(min(max(0, SPEEDS.index(self._speed) + step), len(SPEEDS) - 1))

    def _set_speed(self, number: int) -> None:
        self._speed = SPEEDS[number]
        self._draw_track()

    def action_language(self) -> None:
        """Tell the film in the other language."""
        self._texts = Texts(LANGUAGES[(LANGUAGES.index(self._texts.language) + 1) % len(LANGUAGES)])
        self._name_it()
        self._ask_guess()
        self._redraw()
        self._draw_track()

    def action_more(self) -> None:
        self._panels.turn_page()

    def action_rerun(self) -> None:
        self.post_message(RerunWanted(self.demo_name, self._params))

    def action_code(self) -> None:
        if self._demo is not None:
            self.post_message(CodeWanted(self._demo))

    def action_export(self) -> None:
        """Ask for the run as files; one of an earlier day has no frames any more."""
        if self._demo is None or not self.frames:
            self.notify(self._texts("This run's frames were not kept. Press r to run it again, then e."))
        elif not self._over:
            self.notify(self._texts("The run is still under way. Press e when it has ended."))
        else:
            self.post_message(ExportWanted(self._demo, self._params, list(self.frames), self.position))

    def action_fill(self) -> None:
        if self.screen.maximized is self:
            self.screen.minimize()
        else:
            self.screen.maximize(self)

    def action_digit(self, digit: int) -> None:
        """Answer the prediction question while it is open; afterwards go to tenths of the run."""
        prediction = self._demo.prediction if self._demo else None
        if prediction is None or self.guess is not None or self._proved:
            self.action_seek(round(digit / 10 * (len(self.frames) - 1)))
        elif self.takes(digit):
            self.guess = prediction.choices[digit - 1]
            self.playing = True
            self._ask_guess()
            self.begin()

    def takes(self, digit: int) -> bool:
        """True when that digit is one of the answers to the open question."""
        return self._demo is not None and 1 <= digit <= len(self._demo.prediction.choices)

    def _ask_guess(self) -> None:
        self._question.tell(self._texts, self.guess, self._verdict, waiting=self._hold)

    def _name_it(self) -> None:
        last = sorted(self._params.items(), key=lambda item: item[0] == "seed")
        named = ((label(name, self._texts.language, self.demo_name), value) for name, value in last)
        changed = ", ".join(f"{name} {value}" for name, value in named)
        title = fixed(self._demo.title, self._texts.language, self.demo_name) if self._demo else self._title
        self._heading.say((f"▶ {title}", "bold $primary"), (f"  {changed}", "$foreground-muted"))

    def _judge(self) -> None:
        """Say what the run proved, once it is over and its last frame is on screen."""
        at_end = self._over and self.position >= len(self.frames) - 1
        if self._demo is None or self._hold or self._proved or not at_end:
            return
        self._proved = True
        try:
            proved = self._demo.prediction.check(self.frames)
        except Exception:
            self._question.display = False
            return
        self._verdict = proved
        self._ask_guess()

    def _tick(self) -> None:
        if len(self.frames) != self._drawn:
            self._draw_track()
        if not self.playing or self.position < 0:
            return
        before = self.frames[self.position - 1] if self.position else None
        stays = stay(self.frames[self.position], before)
        if time.monotonic() < self._since + stays / self._speed:
            return
        if self.position + 1 < len(self.frames):
            self._go(self.position + 1)
        elif self._over:
            self.playing = False
            self._draw_track()

    def _go(self, position: int) -> None:
        """Show the frame at `position`, or the nearest there is."""
        if not self.frames:
            return
        self.position = min(max(0, position), len(self.frames) - 1)
        self._since = time.monotonic()
        self._tell()
        self._judge()
        self._draw_track()

    def _tell(self) -> None:
        """The frame that is shown, in the language of the film."""
        frame = self._extents.fit(self.frames[self.position])
        if self._demo is not None:
            frame = shown(frame, self._texts.language, self._demo)
        self._panels.show(frame.panels)
        self._caption.say(*((f"◆ {frame.moment}: ", "bold $accent"),) if frame.moment else (), readable(frame.caption))
        self._metrics.say("   ".join(f"{name} {number(value)}" for name, value in frame.metrics.items()))

    def _redraw(self) -> None:
        if self.frames:
            self._tell()

    def _draw_track(self) -> None:
        self._drawn = len(self.frames)
        if self._named_playing != self.playing:  # the line of keys says what space does
            self._named_playing = self.playing
            self.refresh_bindings()
        moments = [at for at, frame in enumerate(self.frames) if frame.moment]
        symbol = "▶" if self.playing else "‖"
        hidden = "  v: " + self._texts("{count} more", count=self._panels.hidden) if self._panels.hidden else ""
        state = f" {self.position + 1}/{len(self.frames)}{'' if self._over else '…'}  {self._speed:g}×{hidden}"
        state += "" if self.has_focus else "  F6: " + self._texts("its keys")
        width = max(10, self.size.width - cell_len(state) - 4)
        self._track.update(words((symbol + " ", "$primary"), track(width, self.position, self._drawn, moments), state))
