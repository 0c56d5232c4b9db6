"""docs/demos.md says what the catalogue says, and each oracle that it names is asked by a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from demos.runtime import pages
from demos.runtime.catalogue import all_demos, names
from demos.runtime.contract import Demo
from demos.runtime.oracles import ORACLES

TESTS = Path(__file__).parent


def test_every_demo_has_an_oracle() -> None:
    assert set(ORACLES) == set(names())


@pytest.mark.parametrize("demo", all_demos(), ids=lambda demo: demo.name)
def test_the_oracle_s_test_exists_and_is_about_this_demo(demo: Demo) -> None:
    file, _, function = ORACLES[demo.name].test.partition("::")
    text = (TESTS / file).read_text(encoding="utf-8")
    assert f"def {function}(" in text
    assert demo.name in text or demo.name.replace("_", "") in text.lower().replace("_", "")


def test_the_page_is_that_of_the_catalogue_and_of_what_was_measured() -> None:
    measured = pages.read()
    assert set(measured) == set(names()), "run `make bench-demos` for the demos that are new"
    page = (pages.DOCS / "demos.md").read_text(encoding="utf-8")
    assert page == pages.page(measured), "run `python -m demos.runtime.pages`"


@pytest.mark.parametrize("name", names())
def test_every_demo_has_its_picture(name: str) -> None:
    picture = (pages.DOCS / "images" / "demos" / f"{name}.png").read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) < 200_000


def test_a_figure_is_taken_from_the_run_or_from_the_weights_file() -> None:
    assert ORACLES["lenet"].figure("lenet", {"test": 0.98333}) == "0.983 right (test asks 0.97)"
    assert ORACLES["diffusion"].figure("diffusion", {}).startswith("1.000 recognised")
    with pytest.raises(KeyError):
        ORACLES["lenet"].figure("lenet", {})
