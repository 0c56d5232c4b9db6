"""The index of one course: the only door to chromadb, and to bm25s.

An index is immutable and named by what it was made from (sources, embedder, format): a change of the course makes
another index beside it, and readers of the old one are not disturbed. Chroma damages silently (a halved vector file
answers with wrong neighbours, a zeroed one kills the process), so `open_index` trusts nothing that its manifest does
not confirm byte by byte, and each freshly built index is queried in a process of its own before it is used.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import uuid
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import KnowledgeError
from knowledge.messages import say
from knowledge.passages import Asked, Passage, passage_of
from knowledge.retrieval.embedder import Vectors, finite
from knowledge.text import Language, content_words, words

if TYPE_CHECKING:
    import bm25s
    from chromadb.api.models.Collection import Collection

FORMAT = 13
"""Raise it when passages, vectors or files change their form: every index is then made anew."""

_COLLECTION = "passages"
_PROBES = 8
_ARRAYS = ("vectors", "sentences", "asked", "others", "other_sentences")


@dataclass(frozen=True, slots=True)
class Contents:
    """What an index is made of: `vectors` are those of the passages that are searched by meaning, in order,
    `sentence_vectors` those of all their sentences, and `asked_vectors` those of the questions that all passages
    answer. `other_vectors` are the passages' in the other language, one row for each that has one, in order;
    `other_sentences` are beside `sentence_vectors`, zero where a passage stands in one language alone."""

    passages: tuple[Passage, ...]
    vectors: Vectors
    sentence_vectors: NDArray[np.float16]
    asked_vectors: NDArray[np.float16]
    other_vectors: Vectors
    other_sentences: NDArray[np.float16]

    @property
    def asked(self) -> list[tuple[int, Asked]]:
        """Every asked question with the row of its passage, in the order of `asked_vectors`."""
        return [(row, asked) for row, passage in enumerate(self.passages) for asked in passage.asked]

    @property
    def searched(self) -> list[int]:
        """The rows of the passages that are searched by meaning, in the order of `vectors`."""
        return [row for row, passage in enumerate(self.passages) if not passage.whole]

    @property
    def others(self) -> list[int]:
        """The rows of those of them that stand in both languages, in the order of `other_vectors`."""
        return [row for row in self.searched if self.passages[row].other]

    @property
    def starts(self) -> NDArray[np.int64]:
        """Row of each passage's first sentence in `sentence_vectors`, with one more entry for the end."""
        return np.cumsum([0, *(0 if passage.whole else len(passage.sentences) for passage in self.passages)])


class Index:
    """An open index. Searches return rows of `passages`; thread-safe for readers."""

    def __init__(self, contents: Contents, collection: Collection, sparse: bm25s.BM25, folder: Path) -> None:
        self.passages = contents.passages
        self.name, self._folder = folder.name, folder
        self.words = tuple((folder / "words.txt").read_text(encoding="utf-8").split())
        """The course's words of four letters and more, in order."""
        self._contents = contents
        self._alike = _alike(np.concatenate([contents.vectors, contents.other_vectors]))
        self._starts = contents.starts
        self._asked = contents.asked
        self._asked_vectors = np.asarray(contents.asked_vectors, dtype=np.float32)
        self._alone = np.array([not asked.follows for _, asked in self._asked], dtype=bool)
        self._rows = [*contents.searched, *contents.others]
        self._languages = np.array([passage.language for passage in contents.passages])
        self._collection = collection
        self._sparse = sparse
        self._starts_of_words = sparse.scores["indptr"]

    def dense(self, vector: Vectors, k: int, language: Language | None = None) -> dict[int, float]:
        """Cosine of the k nearest passages to one unit vector, of those in a language where one is given. Raises
        KnowledgeError for one that is not finite."""
        finite(vector)
        if language is not None:
            return self._compared(vector, k, language)
        query = np.asarray([vector], dtype=np.float32)
        most = min(2 * k, len(self._alike))
        try:
            found = self._collection.query(query_embeddings=query, n_results=most, include=["distances"])
        except Exception:
            if (self._folder / "manifest.json").exists():
                raise
            return self._compared(vector, k)  # the course was indexed anew, twice, since this index was opened
        distances = found["distances"] or [[]]
        nearest: dict[int, float] = {}
        for first, distance in zip(found["ids"][0], distances[0], strict=True):
            for entry in self._alike.get(int(first), [int(first)]):
                nearest.setdefault(self._rows[entry], 1.0 - float(distance))
        return dict(islice(nearest.items(), k))

    def _compared(self, vector: Vectors, k: int, language: Language | None = None) -> dict[int, float]:
        """What `dense` gives, from the vectors themselves: they stay in reach when their files are gone, and can be
        searched in part."""
        cosines = np.concatenate([self._contents.vectors @ vector, self._contents.other_vectors @ vector])
        nearest: dict[int, float] = {}
        for entry in np.argsort(-cosines, kind="stable"):
            if len(nearest) == k:
                break
            row = self._rows[int(entry)]
            if language is None or self._languages[row] == language:
                nearest.setdefault(row, float(cosines[entry]))
        return nearest

    def sparse(self, stems: Sequence[str], k: int, language: Language | None = None) -> dict[int, float]:
        """BM25 scores of the k best passages that share a word with the query, of those in a language where one is
        given."""
        known = [stem for stem in stems if stem in self._sparse.vocab_dict]
        if not known:
            return {}
        scores = self._sparse.get_scores(known)
        if language is not None:
            scores = np.where(self._languages == language, scores, 0.0)
        k = min(k, len(scores))
        best = np.argpartition(-scores, k - 1)[:k]
        return {int(row): float(scores[row]) for row in best if scores[row] > 0}

    def asked(self, vector: Vectors, k: int) -> list[tuple[int, Asked, float]]:
        """The k asked questions nearest to one unit vector, of those that name what they are about: the passage's row,
        the question and the cosine."""
        if not self._asked:
            return []
        cosines = np.where(self._alone, self._asked_vectors @ vector, -1.0)
        return [(*self._asked[place], float(cosines[place])) for place in np.argsort(-cosines, kind="stable")[:k]]

    @property
    def questions(self) -> tuple[list[tuple[int, Asked]], Vectors]:
        """Every asked question with the row of its passage, and their vectors (questions, dimension)."""
        return self._asked, self._asked_vectors

    def knows(self, stem: str) -> bool:
        """True when the course has this stem."""
        return stem in self._sparse.vocab_dict

    def count(self, stem: str) -> int:
        """How many passages have this stem."""
        place = self._sparse.vocab_dict.get(stem)
        return 0 if place is None else int(self._starts_of_words[place + 1] - self._starts_of_words[place])

    def sentence_vectors(self, row: int) -> Vectors:
        """Unit vectors of one passage's sentences in each language: (2, sentences, dimension), zeros for none; no
        sentences of a passage that is not searched."""
        place = slice(self._starts[row], self._starts[row + 1])
        both = (self._contents.sentence_vectors[place], self._contents.other_sentences[place])
        return np.stack(both).astype(np.float32)


def sparse_words(passage: Passage) -> list[str]:
    """What BM25 reads of a passage: the stems of its own words, its title and the other names of its topic, in each
    language that it stands in."""
    named = " ".join((passage.title, *passage.aliases))
    found = content_words(f"{named} {passage.text}", passage.language)
    if passage.other:
        other: Language = "en" if passage.language == "es" else "es"
        found += content_words(" ".join((passage.title_other, *passage.aliases, *passage.other)), other)
    return found


def _alike(vectors: Vectors) -> dict[int, list[int]]:
    """The rows of each vector that is there, by the first of them.

    The collection holds each vector once: among hundreds of equal ones its graph loses the way to all others.
    """
    rows: dict[bytes, list[int]] = {}
    for row, vector in enumerate(np.asarray(vectors)):
        rows.setdefault(hashlib.blake2b(vector.tobytes(), digest_size=16).digest(), []).append(row)
    return {same[0]: same for same in rows.values()}


def write_index(contents: Contents, folder: Path, facts: dict[str, Any]) -> None:
    """Make an index at `folder`, probed, or leave nothing behind. `facts` go into the manifest."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
    try:
        # Chroma keeps one client a path in a process: an index made anew needs a path of its own.
        _write_chroma(
            finite(np.concatenate([contents.vectors, contents.other_vectors])), work / f"chroma-{uuid.uuid4().hex[:8]}"
        )
        _write_bm25(contents.passages, work / "bm25")
        lines = (json.dumps(asdict(passage), ensure_ascii=False) for passage in contents.passages)
        (work / "words.txt").write_text("\n".join(_long_words(contents.passages)), encoding="utf-8")
        (work / "passages.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        np.save(work / "vectors.npy", contents.vectors)
        np.save(work / "sentences.npy", contents.sentence_vectors)
        np.save(work / "asked.npy", contents.asked_vectors)
        np.save(work / "others.npy", contents.other_vectors)
        np.save(work / "other_sentences.npy", contents.other_sentences)
        _probe(work)
        manifest = {**facts, "format": FORMAT, "count": len(contents.passages), "files": _fingerprints(work)}
        (work / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(work, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _long_words(passages: Sequence[Passage]) -> list[str]:
    texts = (" ".join((p.title, p.title_other, *p.aliases, p.text, *p.other)) for p in passages)
    found = {word for text in texts for word in words(text)}
    return sorted(word for word in found if len(word) >= 4 and word.isalpha())


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest, or None when there is none that can be read."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def open_index(folder: Path) -> Index:
    """Open what `write_index` made. Raises KnowledgeError (`index_damaged`) when any file is not as it was written."""
    verify_index(folder)
    return _open(folder)


def verify_index(folder: Path) -> None:
    """Raises KnowledgeError (`index_damaged`) when any file is not as `write_index` wrote it."""
    manifest = read_manifest(folder)
    if manifest is None or manifest.get("format") != FORMAT:
        raise _damaged(say("its manifest is missing or of another version"))
    try:
        now = _fingerprints(folder)
    except (OSError, sqlite3.Error) as error:
        raise _damaged(str(error)) from None
    wrong = sorted(name for name, mark in manifest["files"].items() if now.get(name) != mark)
    if wrong:
        raise _damaged(say("{names} changed since it was written", names=", ".join(wrong)))


def read_contents(folder: Path) -> Contents:
    """Passages and vectors of an index, without opening Chroma."""
    with (folder / "passages.jsonl").open(encoding="utf-8") as file:
        passages = tuple(passage_of(json.loads(line)) for line in file)
    arrays = (np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _ARRAYS)
    return Contents(passages, *arrays)


def _open(folder: Path) -> Index:
    import bm25s

    sparse = bm25s.BM25.load(str(folder / "bm25"), load_vocab=True, allow_pickle=False)
    place = next(folder.glob("chroma-*"))
    readable = _writable(place)
    client = _client(readable)
    index = Index(read_contents(folder), client.get_collection(_COLLECTION, embedding_function=None), sparse, folder)
    weakref.finalize(index, _close, client, None if readable == place else readable.parent)
    return index


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _close(client: Any, copy: Path | None) -> None:
    """Free what Chroma holds of an index that nobody uses any more."""
    client.close()
    if copy is not None:
        shutil.rmtree(copy, ignore_errors=True)


def _writable(folder: Path) -> Path:
    """Chroma writes to its database even to read it: on a read-only disk it works on a copy."""
    if os.access(folder, os.W_OK) and os.access(folder / "chroma.sqlite3", os.W_OK):
        return folder
    copy = Path(tempfile.mkdtemp(prefix="tiza-index-")) / "chroma"
    shutil.copytree(folder, copy, copy_function=shutil.copyfile)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o700)
    return copy


def _write_chroma(vectors: Vectors, folder: Path) -> None:
    client = _client(folder)
    collection = client.create_collection(
        _COLLECTION,
        configuration={"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200, "sync_threshold": 2,
                                "batch_size": 2}},  # all is on disk when `add` returns, and later reads change no file
        embedding_function=None,
    )  # fmt: skip
    firsts = list(_alike(vectors))
    for start in range(0, len(firsts), 5000):
        part = firsts[start : start + 5000]
        collection.add(ids=[str(row) for row in part], embeddings=np.asarray(vectors[part]))
    client.close()


def _write_bm25(passages: Sequence[Passage], folder: Path) -> None:
    import bm25s

    sparse = bm25s.BM25(method="lucene")
    sparse.index([sparse_words(passage) or ["\x00"] for passage in passages], show_progress=False)
    sparse.save(str(folder))


def _probe(folder: Path) -> None:
    """Query the new index in another process: a Chroma that crashes on this machine must not take the tutor along."""
    done = subprocess.run(
        [sys.executable, "-m", "knowledge.retrieval.index", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode:
        problem = done.stderr.strip()[-300:]
        raise _damaged(say("its probe ended with code {code}: {problem}", code=done.returncode, problem=problem))


def probe(folder: Path) -> bool:
    """True when stored vectors, spread over the collection, each find themselves first, or one that is the same."""
    index = _open(folder)
    contents = read_contents(folder)
    vectors = dict(zip(contents.searched, np.asarray(contents.vectors), strict=True))
    rows = [*vectors]
    chosen = np.linspace(0, len(rows) - 1, min(_PROBES, len(rows))).astype(int)
    return all(_finds(index, vectors, vectors[rows[place]]) for place in chosen)


def _finds(index: Index, vectors: Mapping[int, Vectors], wanted: Vectors) -> bool:
    """Whether the collection has this vector, and says of what it finds how near it is; `vectors` by row of passage."""
    found = index.dense(wanted, 3)
    near = {row: float(vectors[row] @ wanted) for row in found}
    return max(near.values()) > 0.999 and all(abs(found[row] - near[row]) < 0.001 for row in found)


def _fingerprints(folder: Path) -> dict[str, str]:
    marks = {}
    synced = any(folder.rglob("index_metadata.pickle"))
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not synced and path.suffix == ".bin":
            continue  # one passage alone: Chroma keeps it in the database, and scratch in these
        if path.is_file() and name != "manifest.json" and not name.endswith(("-wal", "-shm", "-journal")):
            marks[name] = _database_mark(path) if path.suffix == ".sqlite3" else _file_mark(path)
    return marks


def _file_mark(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _database_mark(path: Path) -> str:
    """Of Chroma's database the rows: the file itself changes each time that Chroma opens it."""
    digest = hashlib.sha256()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        if connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError(f"{path.name} is malformed")
        for query in (
            "SELECT id, name, dimension FROM collections",
            "SELECT id, type, scope, collection FROM segments ORDER BY id",
            "SELECT id, segment_id, embedding_id, seq_id FROM embeddings ORDER BY id",
            "SELECT seq_id, operation, topic, id, vector FROM embeddings_queue ORDER BY seq_id",
        ):
            for row in connection.execute(query):
                digest.update(repr(row).encode())
    finally:
        connection.close()
    return digest.hexdigest()


def _damaged(reason: str) -> KnowledgeError:
    return KnowledgeError(
        say("The course index cannot be used: {reason}.", reason=reason),
        code="index_damaged",
        hint=say("`tiza doctor --repair` makes it anew."),
    )


if __name__ == "__main__":
    sys.exit(0 if probe(Path(sys.argv[1])) else 3)
