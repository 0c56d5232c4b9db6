"""The command line in Spanish: help, typer's own words, and what goes wrong. English stays as typer has it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tutor.cli.commands import app, main


@pytest.fixture
def spanish(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TIZA_LANGUAGE", "es")
    monkeypatch.setenv("TIZA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERMINAL_WIDTH", "200")


def help_of(*command: str) -> str:
    done = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "200"}, prog_name="tiza")
    assert done.exit_code == 0
    return " ".join(done.output.split())


def refused(*command: str) -> Result:
    done = CliRunner().invoke(app, list(command), env={"COLUMNS": "200"}, prog_name="tiza")
    assert done.exit_code == 2
    return done


def said_by(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *command: str) -> tuple[int, str]:
    """The exit status of the whole command, and what it says on standard error."""
    monkeypatch.setattr(sys, "argv", ["tiza", *command])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0), capsys.readouterr().err.strip()


@pytest.mark.usefixtures("spanish")
def test_help_is_in_the_language_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    said = help_of()
    assert "Uso: tiza [OPCIONES] COMANDO [ARGUMENTOS]..." in said and "Opciones" in said and "Comandos" in said
    assert "Agrega documentos a un curso y los indexa." in said and "Muestra este mensaje y termina." in said
    monkeypatch.setenv("TIZA_LANGUAGE", "en")
    said = help_of()
    assert "Usage: tiza [OPTIONS] COMMAND [ARGS]..." in said and "Options" in said and "Commands" in said
    assert "Add documents to a course, and index them." in said and "Show this message and exit." in said


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize("command", [(), ("models",), ("keys",)])
def test_no_help_of_any_command_is_left_in_english(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.main import get_command

    def helps() -> dict[tuple[str, str], str]:
        group = get_command(app)
        for name in command:
            group = group.commands[name]  # type: ignore[attr-defined]
        found = {(name, ""): each.help for name, each in group.commands.items()}  # type: ignore[attr-defined]
        for name, each in group.commands.items():  # type: ignore[attr-defined]
            found |= {(name, param.name): getattr(param, "help", None) for param in each.params}
        return {place: text for place, text in found.items() if text}

    spoken = helps()
    monkeypatch.setenv("TIZA_LANGUAGE", "en")
    english = helps()
    assert spoken.keys() == english.keys() and len(english) >= 8
    assert not [place for place, text in english.items() if spoken[place] == text]


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("ask",), "Falta el argumento 'question'."),
        (("askk",), "No existe el comando 'askk'. ¿Quisiste decir ask?"),
        (("keys", "add", "ana", "--day", "3"), "No existe la opción '--day'. ¿Quisiste decir --days?"),
        (("serve", "--port", "x"), "El valor de '--port' no es válido: debe ser un número entero"),
        (("serve", "--port", "99999"), "El valor de '--port' no es válido: debe ser menor o igual que 65535."),
        (("ask", "hola", "--model"), "La opción '--model' necesita un valor."),
        (("doctor", "--repair=3"), "La opción '--repair' no lleva valor."),
        (("courses", "todos"), "Eso es más de lo que recibe este comando: 'todos'."),
    ],
)
def test_what_is_called_wrongly_is_told(command: tuple[str, ...], sentence: str) -> None:
    said = " ".join(refused(*command).output.split())
    assert sentence in said and "para ver la ayuda" in said


def test_in_english_typer_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIZA_LANGUAGE", "en")
    assert "Missing argument 'question'." in refused("ask").output
    assert "No such command 'askk'. Did you mean 'ask'?" in refused("askk").output
    assert "Got unexpected extra argument(s) (todos)" in refused("courses", "todos").output


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize(
    ("command", "status", "sentence", "english"),
    [
        (
            ("ask", "hola", "--course", "nada"), 1,
            "Aquí no hay ningún curso 'nada'. Agrega un archivo con `tiza ingest`.",
            "There is no course 'nada' here. Add a file with `tiza ingest`.",
        ),
        (
            ("demo", "perceptron", "--epochs", "0"), 2,
            "epochs de perceptron no puede ser 0: recibe un número entero, 1 a 500. Si no se da, es 20.",
            "epochs of perceptron cannot be 0: it takes a whole number, 1 to 500. Left out, it is 20.",
        ),
        (
            ("demo", "perceptron", "--speed", "x"), 2,
            "Argumento --speed: 'x' no es un número. Mira `tiza demo perceptron --help`.",
            "Argument --speed: invalid float value: 'x'. See `tiza demo perceptron --help`.",
        ),
        (
            ("ingest", "missing.pdf", "--course", "seas"), 1,
            "missing.pdf no se puede leer (no existe ese archivo o esa carpeta). Revisa la ruta y los permisos.",
            "missing.pdf cannot be read (No such file or directory). Check path and permissions.",
        ),
        (
            ("keys", "revoke", "ana"), 1,
            "No hay ninguna clave llamada 'ana'. Mira `tiza keys list`.",
            "There is no key called 'ana'. See `tiza keys list`.",
        ),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_in_both_languages(
    command: tuple[str, ...], status: int, sentence: str, english: str,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert said_by(capsys, monkeypatch, *command) == (status, sentence)
    monkeypatch.setenv("TIZA_LANGUAGE", "en")
    assert said_by(capsys, monkeypatch, *command) == (status, english)


def test_the_language_of_the_config_file_counts_for_help_and_errors(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TIZA_LANGUAGE", "")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TIZA_HOME", str(tmp_path))
    (tmp_path / "config.toml").write_text('language = "es"\nport = "x"\nprot = 1\n', encoding="utf-8")
    status, said = said_by(capsys, monkeypatch, "courses")
    assert status == 2
    assert said.splitlines() == [
        "prot en config.toml no es ningún ajuste y no cambia nada. ¿Quisiste decir port?",
        "El ajuste port no puede ser 'x': debe ser un número entero, y ese texto no lo es. "
        "Corrige TIZA_PORT o config.toml.",
    ]
    monkeypatch.setenv("TIZA_LANGUAGE", "en")
    assert said_by(capsys, monkeypatch, "courses")[1].startswith("prot in config.toml is no setting")


def test_the_language_that_a_demo_is_asked_in_is_that_of_its_errors(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIZA_LANGUAGE", "en")
    status, said = said_by(capsys, monkeypatch, "demo", "perceptron", "--lang", "es", "--gif")
    assert (status, said) == (2, "Argumento --gif: necesita un valor. Mira `tiza demo perceptron --help`.")


@pytest.mark.usefixtures("spanish")
def test_the_help_of_a_demo_is_all_spanish(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["tiza", "demo", "perceptron", "--help"])
    with pytest.raises(SystemExit):
        main()
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith("uso: tiza demo perceptron [-h]") and "opciones: -h, --help muestra esta ayuda" in said
    assert "Ajustes preparados: and: AND" in said


@pytest.mark.usefixtures("spanish")
def test_keys_are_listed_in_spanish(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert said_by(capsys, monkeypatch, "keys", "add", "ana", "--course", "seas", "--teacher", "--per-minute", "5") == (
        0, "Guárdala: no se vuelve a mostrar.",
    )  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["tiza", "keys", "list"])
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().out
    assert said.startswith("ana  creada el ") and said.endswith("curso seas  docente  5 por minuto\n")
