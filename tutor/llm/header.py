"""What a GGUF file says of itself: its header alone is read, in milliseconds, and no weight.

    "GGUF" version tensors pairs | key type value, ... | name dimensions shape kind offset, ... | padding | weights

Integers are little-endian; a text is its length in 8 bytes and its bytes. Long lists (the vocabulary, its merges) are
stepped over: only lists of at most LONGEST_LIST numbers are kept.

Source: the GGUF format of the ggml project, docs/gguf.md of its repository.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demos.runtime.messages import say
from tutor.errors import ModelError

LONGEST_LIST = 512
_TEXT, _LIST = 8, 9
_PLAIN = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


@dataclass(slots=True)
class _Header:
    """The bytes of a file and how far they are read."""

    data: mmap.mmap
    at: int = 0

    def number(self, form: str) -> Any:
        (value,) = struct.unpack_from(f"<{form}", self.data, self.at)
        self.at += struct.calcsize(f"<{form}")
        return value

    def text(self) -> str:
        size = self.number("Q")
        self.at += size
        return self.data[self.at - size : self.at].decode("utf-8", "replace")

    def value(self, kind: int) -> Any:
        """A number, a truth value, a text, a short list of numbers; None for any other list."""
        if kind == _TEXT:
            return self.text()
        return self.items() if kind == _LIST else self.number(_PLAIN[kind])

    def items(self) -> list[Any] | None:
        kind, count = self.number("I"), self.number("Q")
        if kind in _PLAIN and count > LONGEST_LIST:
            self.at += count * struct.calcsize(f"<{_PLAIN[kind]}")
            return None
        if kind == _TEXT:
            for _ in range(count):
                self.at += 8 + int(struct.unpack_from("<Q", self.data, self.at)[0])
            return None
        return [self.value(kind) for _ in range(count)]

    def tensor(self) -> list[Any]:
        """Name, shape (the innermost dimension first, as the file has it), kind, bytes."""
        from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

        name = self.text()
        shape = [self.number("Q") for _ in range(self.number("I"))]
        kind = GGMLQuantizationType(self.number("I"))
        self.number("Q")
        elements = 1
        for size in shape:
            elements *= size
        block, size = GGML_QUANT_SIZES[kind]
        return [name, shape, kind.name, elements // block * size]


def read_card(path: Path) -> dict[str, Any]:
    """The model's card, as plain JSON data.

    `name`, `license`, `architecture` (texts); `file_bytes`; `settings` (every key of the header with a number, a truth
    value, a text or a short list; the architecture's own keys without its prefix); `tensors` ([name, shape, kind,
    bytes] each). Raises ModelError for a file that is no GGUF.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _card(path, _Header(data))
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise ModelError(
            say("The header of {file} cannot be read ({problem}).", file=path.name, problem=type(error).__name__),
            code="model_damaged",
            hint=say("Run `tiza doctor`, or choose another model with `tiza models use`."),
        ) from None


def _card(path: Path, header: _Header) -> dict[str, Any]:
    if header.data[:4] != b"GGUF":
        raise ValueError("not a GGUF file")
    header.at = 8
    tensors, pairs = header.number("Q"), header.number("Q")
    found = {}
    for _ in range(pairs):
        key = header.text()
        found[key] = header.value(header.number("I"))
    architecture = str(found.get("general.architecture", "unknown"))
    return {
        "name": str(found.get("general.name", path.stem)),
        "license": str(found.get("general.license", "")),
        "architecture": architecture,
        "file_bytes": path.stat().st_size,
        "settings": {key.removeprefix(f"{architecture}."): v for key, v in found.items() if v is not None},
        "tensors": [header.tensor() for _ in range(tensors)],
    }
