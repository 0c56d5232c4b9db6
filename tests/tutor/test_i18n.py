"""Every text of the tutor stands in both languages, with the same values in each; so does every error's sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from demos.runtime import messages as of_demos
from demos.runtime.catalogue import load
from demos.runtime.contract import DemoError
from demos.runtime.po import read_entries
from demos.runtime.texts import FOLDER
from knowledge import messages as of_knowledge
from knowledge.documents.gaps import Gap
from knowledge.errors import KnowledgeError
from tutor.errors import BusyError, InputError, ModelError, Problem
from tutor.i18n import CATALOGUE, Texts, tell
from tutor.i18n.__main__ import problems, said

ROOT = Path(__file__).parents[2]
ERRORS = (
    "AccessError", "BrokenError", "BusyError", "DemoError", "InputError", "KnowledgeError", "ModelError",
    "NotReadyError", "SourceError", "StorageError", "TizaError", "WaitError", "WrongFileError",
)  # fmt: skip


def test_the_catalogue_is_complete_and_holds_nothing_else() -> None:
    assert len(said()) > 50
    assert not list(problems())


def test_values_are_put_in() -> None:
    assert Texts("en")("What is {topic}?", topic="softmax") == "What is softmax?"
    assert Texts("es")("What is {topic}?", topic="softmax") == "¿Qué es softmax?"
    assert Texts("es")("Show me the demo of {topic}", topic="el perceptrón") == "Muéstrame la demo del perceptrón"
    assert Texts("es")("Show me the demo of {topic}", topic="él") == "Muéstrame la demo de él"


def _plain(tree: ast.AST) -> Iterator[ast.expr]:
    """Sentences and hints of errors, and of problems, that are written as strings and not as messages."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = [each.value for each in node.keywords if each.arg == "hint"]
        if node.func.id in ERRORS:
            texts += node.args[:1]
        elif node.func.id == "Problem":
            texts += node.args[1:3]
        else:
            continue
        yield from (text for text in texts if isinstance(text, ast.JoinedStr | ast.BinOp)
                    or (isinstance(text, ast.Constant) and text.value))  # fmt: skip


@pytest.mark.parametrize("room", ["tutor", "knowledge"])
def test_every_error_is_a_message_that_the_catalogue_knows(room: str) -> None:
    """`say` marks it; that the catalogue has its Spanish, the first test holds."""
    found = [
        f"{path.relative_to(ROOT)}:{text.lineno}: {ast.unparse(text)}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for text in _plain(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not [line for line in found if "f'{words}.'" not in line]  # but for the phrases of HTTP's own statuses


@pytest.mark.parametrize("path", [CATALOGUE, *sorted(FOLDER.glob("*.po"))], ids=lambda path: path.stem)
def test_a_catalogue_is_read_as_babel_reads_it(path: Path) -> None:
    with path.open("rb") as file:
        whole = {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id and entry.string}
    assert read_entries(path) == whole and whole


def test_a_catalogue_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_entries(tmp_path / "none.po") == {}


def test_a_message_is_its_english_until_it_is_told() -> None:
    error = KnowledgeError(
        of_knowledge.say("{name} is not a format that Tiza reads.", name="notas de el curso.xyz"),
        code="unsupported_format",
        hint=of_knowledge.say("It reads {endings}.", endings=".md, .pdf"),
    )
    assert (
        str(error) == "notas de el curso.xyz is not a format that Tiza reads." and error.hint == "It reads .md, .pdf."
    )
    told = Problem.of(error, "es")
    assert told == Problem(
        "unsupported_format", "notas de el curso.xyz no está en un formato que Tiza lea.", "Lee .md, .pdf."
    )
    assert Problem.of(error, "en") == Problem.of(error) == Problem(error.code, str(error), error.hint)
    assert Problem.of(error).told("es") == told == told.told("en")


def test_a_value_may_be_a_message_of_another_room() -> None:
    inner = of_knowledge.say("No such file or directory")
    message = of_demos.say("The files could not be written to {place} ({problem}).", place="/tmp/a", problem=inner)
    assert message == "The files could not be written to /tmp/a (No such file or directory)."
    assert (
        tell(message, "es") == "No se pudieron escribir los archivos en /tmp/a (no existe ese archivo o esa carpeta)."
    )
    assert tell(of_demos.listed("; ", [inner, "x"]), "es") == "no existe ese archivo o esa carpeta; x"
    assert tell("No such file or directory", "es") == "No such file or directory"  # no message


def test_a_message_crosses_processes() -> None:
    reasons = [Gap("picture", 2, (3, 4), "slide").words, "as it is"]
    message = of_knowledge.say("{name} holds no text: {reasons}.", name="a", reasons=of_knowledge.listed("; ", reasons))
    again = of_knowledge.read(of_knowledge.written(message))
    assert again == message == "a holds no text: 2 pictures were not read (slides 3, 4); as it is."
    assert tell(again, "es") == "a no tiene texto: 2 imágenes no se leyeron (diapositivas 3, 4); as it is."


def test_what_a_demo_refuses_is_told_in_its_own_words() -> None:
    with pytest.raises(DemoError) as refused:
        load("perceptron").parse({"epochs": 0})
    assert Problem.of(refused.value, "es").message.startswith("epochs de perceptron no puede ser 0")


def test_a_problem_keeps_what_programs_read() -> None:
    busy = BusyError(of_demos.say("Too many questions are waiting."), retry_after=7)
    assert Problem.of(busy, "es") == Problem("busy", "Hay demasiadas preguntas en espera.", "", None, 7)
    wrong = InputError(of_demos.say("The upload holds no file."), code="invalid_value", param="file")
    assert Problem.of(wrong, "es") == Problem("invalid_value", "La carga no trae ningún archivo.", "", "file")
    assert Problem.of(ModelError("said elsewhere"), "es").message == "said elsewhere"


def test_what_nobody_foresaw_is_told_without_its_internals() -> None:
    secret = RuntimeError("a password")
    assert str(Problem.of(secret)) == "Something went wrong inside Tiza. Run `tiza doctor`; the log has the details."
    told = Problem.of(secret, "es")
    assert told.code == "internal_error"
    assert str(told) == "Algo falló dentro de Tiza. Corre `tiza doctor`; el registro tiene los detalles."
