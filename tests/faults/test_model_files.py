"""Row 11: a damaged model file is a sentence, and this process lives."""

from __future__ import annotations

import random
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tutor.errors import ModelError
from tutor.llm.base import ModelInfo
from tutor.llm.catalogue import STARTER_FILE, starter_file, verify
from tutor.llm.starter import prepare_starter

pytestmark = pytest.mark.model

Change = Callable[[bytearray, random.Random], bytearray]


def _put(form: str, place: int, value: int) -> Change:
    def change(data: bytearray, _choose: random.Random) -> bytearray:
        struct.pack_into(form, data, place, value)
        return data

    return change


def _flip(low: int, high: int, count: int) -> Change:
    def change(data: bytearray, choose: random.Random) -> bytearray:
        for _ in range(count):
            data[choose.randrange(low, high)] ^= 1 << choose.randrange(8)
        return data

    return change


def _cut(size: int) -> Change:
    return lambda data, _: data[:size]


DAMAGE: dict[str, Change] = {
    **{f"cut to {size}": _cut(size) for size in (0, 3, 8, 100, 5_000, 2_000_000)},
    "cut to half": lambda data, _: data[: len(data) // 2],
    "without its last byte": lambda data, _: data[:-1],
    "another magic": _put("<I", 0, 0x4C4D4747),
    "version 0": _put("<I", 4, 0),
    "version 99": _put("<I", 4, 99),
    "no tensors": _put("<Q", 8, 0),
    "too many tensors": _put("<Q", 8, 2**62),
    "no metadata": _put("<Q", 16, 0),
    "too much metadata": _put("<Q", 16, 2**62),
    "a long key": _put("<Q", 24, 2**40),
    "zeros": lambda data, _: bytearray(len(data)),
    "noise": lambda _, choose: bytearray(choose.randbytes(1_000_000)),
    "text": lambda *_: bytearray(b"<html>404 not found</html>"),
    "header flipped": _flip(24, 600, 40),
    "names flipped": _flip(1_000_000, 1_600_000, 3000),
}
MAY_LOAD = {"header flipped", "names flipped"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_a_sentence(kind: str, tmp_path: Path) -> None:
    data = DAMAGE[kind](bytearray(starter_file().read_bytes()), random.Random(kind))
    path = tmp_path / "model.gguf"
    path.write_bytes(data)
    try:
        verify(ModelInfo("mine", "", None, 0, str(path)), tmp_path)
    except ModelError as error:
        assert error.code == "model_damaged"
        assert "model.gguf" in str(error) and error.hint
    else:
        assert kind in MAY_LOAD  # a flipped bit in a word is no damage that shows


def test_an_altered_starter_is_refused_by_its_hash(tmp_path: Path) -> None:
    path = tmp_path / STARTER_FILE
    shutil.copyfile(starter_file(), path)
    with path.open("r+b") as file:
        file.seek(50_000_000)
        byte = file.read(1)
        file.seek(50_000_000)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(ModelError, match="SHA-256"):
        verify(ModelInfo("starter", "", None, 0, str(path)), tmp_path)


def test_a_damaged_derived_file_is_made_anew(tmp_path: Path) -> None:
    made = prepare_starter(tmp_path)
    Path(made.path).write_bytes(b"broken")
    packaged = prepare_starter(tmp_path)
    assert packaged.path == str(starter_file())
    again = prepare_starter(tmp_path)
    assert again.sha256 == made.sha256
