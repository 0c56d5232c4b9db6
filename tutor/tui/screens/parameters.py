"""The form of a demo's parameters, made from its schema."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Select

from demos.runtime.contract import Demo, DemoError, Params
from demos.runtime.texts import fixed, tell
from tutor.i18n import Texts, mark, preferred
from tutor.tui.text import Line, words
from tutor.tui.widgets.footer import KeyLine
from tutor.tui.widgets.parameter import ParameterView, resolve

__all__ = ["ParametersScreen"]


class ParametersScreen(ModalScreen[Params | None]):
    """Presets and one field for each parameter. Gives valid parameters, or None when the student turns back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "run", mark("Run")),
        Binding("f2", "run", mark("Run"), show=False),
        Binding("ctrl+d", "defaults", mark("Defaults")),
        Binding("escape", "dismiss(None)", mark("Back")),
    ]

    def __init__(self, demo: Demo, params: dict[str, Any]) -> None:
        super().__init__()
        self._demo, self._texts = demo, Texts(preferred())
        self._defaults = demo.parse().model_dump(mode="json")
        given = {name: value for name, value in params.items() if name in self._defaults}
        schema = demo.schema()
        values = {**self._defaults, **given}
        fields = sorted(schema["properties"].items(), key=lambda item: item[0] == "seed")
        self._fields = [
            ParameterView(name, resolve(part, schema), values[name], demo.name, self._texts) for name, part in fields
        ]
        self._comment = Line(classes="meaning")

    def compose(self) -> ComposeResult:
        with Vertical(classes="form"):
            how = self._texts("Enter runs it, Tab goes on")
            yield Line((self._say(self._demo.title), "bold $primary"), (f"  {how}", "$foreground-muted"))
            with VerticalScroll(can_focus=False):
                if self._demo.presets:
                    options = [(words(self._say(preset.title)), name) for name, preset in self._demo.presets.items()]
                    yield Select(
                        options, prompt=self._texts("Presets: press Enter to choose one"), compact=True, id="preset"
                    )
                    yield self._comment
                yield from self._fields
            yield KeyLine()

    def on_mount(self) -> None:
        self._comment.display = False
        self._fields[0].take_focus()

    @on(Select.Changed, "#preset")
    def take_preset(self, event: Select.Changed) -> None:
        preset = self._demo.presets.get(event.value) if isinstance(event.value, str) else None
        self._comment.display = preset is not None
        if preset is not None:
            self._comment.say((self._say(preset.comment), "$secondary"))
            self._fill({**self._defaults, **preset.params})

    @on(Input.Changed)
    def check_field(self, event: Input.Changed) -> None:
        for field in event.control.ancestors:
            if isinstance(field, ParameterView):
                field.complain(_complaint(field))

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_run()

    def action_defaults(self) -> None:
        self._fill(self._defaults)

    def action_run(self) -> None:
        """Close with the parameters, or show what is wrong and go there."""
        wrong = [(field, sentence) for field in self._fields if (sentence := _complaint(field))]
        if not wrong:
            try:
                self.dismiss(self._demo.parse({field.parameter: field.value for field in self._fields}))
                return
            except DemoError as error:
                at_fault = [field for field in self._fields if field.parameter == error.param] or self._fields[:1]
                told = (tell(text, self._texts.language, self._demo.name) for text in (error.message, error.hint))
                wrong = [(at_fault[0], " ".join(told).strip())]
        for field, sentence in wrong:
            field.complain(sentence)
        wrong[0][0].take_focus()

    def _say(self, text: str) -> str:
        return fixed(text, self._texts.language, self._demo.name)

    def _fill(self, values: dict[str, Any]) -> None:
        for field in self._fields:
            field.value = values[field.parameter]
            field.complain("")


def _complaint(field: ParameterView) -> str:
    """What is wrong with the field's value, or nothing."""
    try:
        _ = field.value
    except ValueError as error:
        return str(error)
    return ""
