"""A teacher's own course with the real embedder: questions are answered with page and slide, and nothing leaks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from knowledge.courses.course import Course
from tests.knowledge.documents.test_converters import LECTURE, make_pptx
from tutor.conversations.records import exchange_of
from tutor.conversations.store import Exchange
from tutor.events import Answered
from tutor.service.build import Tutor
from tutor.service.resources import Equipment
from tutor.service.tutors import Tutors
from tutor.settings import Settings

pytestmark = [pytest.mark.model, pytest.mark.slow]

ANIMALS = """
otter badger zebra walrus hedgehog flamingo penguin beaver lynx moose gazelle hyena tapir ocelot puffin heron
stork falcon magpie raven sparrow swallow pelican cormorant albatross tortoise iguana chameleon gecko cobra
python viper crocodile salamander newt toad salmon trout herring sturgeon lobster crab shrimp oyster squid
octopus jellyfish starfish butterfly beetle dragonfly grasshopper cricket hornet bumblebee termite scorpion
tarantula earthworm snail
""".split()
PLACES = "rivers,forests,savannas,deserts,swamps,mountains,meadows,caves,islands,estuaries".split(",")
FOODS = "fish,roots,grass,clams,slugs,algae,krill,bark,hares,leaves,seeds".split(",")


def make_book(path: Path) -> Path:
    """A PDF of sixty pages, one animal each."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path))
    for number, name in enumerate(ANIMALS, 1):
        lines = (
            f"The {name} is an animal that lives in {PLACES[number % 10]}.",
            f"The {name} eats {FOODS[number % 11]} and sleeps for {number % 13 + 3} hours a day.",
            f"The first {name} in our zoo was called Bella{number} and came in {1900 + number}.",
        )
        for row, line in enumerate(lines):
            canvas.drawString(72, 720 - 20 * row, line)
        canvas.showPage()
    canvas.save()
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, shared_home: Path) -> Path:
    """The shared data folder with the courses `zoo` (PDF, PPTX) and, where the file is there, `raw` (the lecture)."""
    folder = tmp_path_factory.mktemp("documents")
    zoo = Course("zoo", shared_home)
    zoo.add(make_book(folder / "animals.pdf"))
    zoo.add(make_pptx(folder / "earth.pptx"))
    if LECTURE.exists():
        Course("raw", shared_home).add(LECTURE)
    return shared_home


@pytest.fixture
async def tutors(home: Path, equipment: Equipment) -> AsyncIterator[Tutors]:
    found = Tutors(Tutor(Settings(home=home), equipment=equipment))
    yield found
    await found.close()


async def _ask(tutors: Tutors, course: str, question: str) -> Answered:
    ending = [event async for event in tutors.of(course).answer(question)][-1]
    assert isinstance(ending, Answered), ending
    return ending


@pytest.mark.parametrize(
    ("question", "said", "place"),
    [
        ("Where does the otter live?", "forests", "animals.pdf, page 1"),
        ("What does the walrus eat?", "slugs", "animals.pdf, page 4"),
        ("How many hours does the puffin sleep a day?", "5 hours", "animals.pdf, page 15"),
        ("When did the first octopus come to the zoo?", "1946", "animals.pdf, page 46"),
        ("What does the snail eat?", "algae", "animals.pdf, page 60"),
        ("When did Mount Ombra erupt?", "1811", "earth.pptx, slide 1"),
        ("What is the height of Ombra?", "2310 m", "earth.pptx, slide 2"),
    ],
)
async def test_questions_of_the_course_are_answered_with_page_and_slide(
    tutors: Tutors, question: str, said: str, place: str
) -> None:
    ending = await _ask(tutors, "zoo", question)
    assert ending.outcome == "answered", ending.text
    assert said in ending.text
    assert ending.citations[0].passage.place == place
    assert {citation.passage.course for citation in ending.citations} == {"zoo"}


@pytest.mark.parametrize(
    "question",
    ["Who made the perceptron, and when?", "What is attention in a language model?", "What is a Hopfield network?"],
)
async def test_questions_of_the_built_in_course_are_declined_in_it(tutors: Tutors, question: str) -> None:
    assert (await _ask(tutors, "", question)).outcome == "answered"
    ending = await _ask(tutors, "zoo", question)
    assert ending.outcome == "not_covered", ending.text
    assert ending.citations == ()
    assert "Rosenblatt" not in ending.text


@pytest.mark.parametrize(
    "question",
    ["What does a ticket for the otter cost?", "Which colour has the walrus?", "Whom did the first octopus marry?",
     "How tall is the puffin?", "When did the first octopus die?", "¿Cuánto cuesta ver la nutria?"],
)  # fmt: skip
async def test_what_is_said_of_a_thing_does_not_answer_what_is_not(tutors: Tutors, question: str) -> None:
    """Near misses: the document speaks of the animal, and has not what is asked for."""
    ending = await _ask(tutors, "zoo", question)
    assert ending.outcome == "not_covered", ending.text


async def test_a_year_that_was_said_is_said_again_when_it_is_asked_for(tutors: Tutors) -> None:
    first = await _ask(tutors, "zoo", "What was the first heron in the zoo called?")
    history = [exchange_of("What was the first heron in the zoo called?", first)]
    ending = [event async for event in tutors.of("zoo").answer("and in which year did it come?", history)][-1]
    assert isinstance(ending, Answered) and "1916" in ending.text, ending


async def test_a_follow_up_is_about_what_was_said_last_and_a_new_question_is_not(tutors: Tutors) -> None:
    history: list[Exchange] = []
    for question, said in (
        ("What does the walrus eat?", "slugs"), ("and where does it live?", "walrus is an animal that lives in swamps"),
        ("What is an otter?", "otter is an animal"), ("how many hours does it sleep?", "sleeps for 4 hours"),
        ("Who won the 2018 World Cup?", "does not cover"), ("How do I cook pasta?", "does not cover"),
    ):  # fmt: skip
        ending = [event async for event in tutors.of("zoo").answer(question, history)][-1]
        assert isinstance(ending, Answered) and said in ending.text, ending
        history.append(exchange_of(question, ending))


@pytest.mark.parametrize("question", ["Who are you?", "What is this course about?", "quiz me", "How do I cook pasta?"])
async def test_a_course_without_units_offers_and_promises_nothing_of_the_built_in_one(
    tutors: Tutors, question: str
) -> None:
    ending = await _ask(tutors, "zoo", question)
    assert ending.outcome in ("about", "not_covered") and ending.suggestions == ()
    assert not any(words in ending.text for words in ("artificial intelligence", "neural", "ask practice"))


async def test_questions_of_the_own_course_are_declined_in_the_built_in_one(tutors: Tutors) -> None:
    ending = await _ask(tutors, "", "When did the first octopus come to the zoo?")
    assert ending.outcome == "not_covered", ending.text
    assert "1946" not in ending.text


@pytest.mark.skipif(not LECTURE.exists(), reason="the lecture's own file is not part of the project")
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Who selected the term artificial intelligence?", "John McCarthy"),
        ("When did Deep Blue beat Gary Kasparov?", "1997"),
        ("What is machine learning?", "subset of artificial intelligence"),
    ],
)
async def test_the_lecture_file_itself_answers_as_a_course(tutors: Tutors, question: str, said: str) -> None:
    ending = await _ask(tutors, "raw", question)
    assert ending.outcome == "answered", ending.text
    assert said in ending.text
    assert {(c.passage.course, c.passage.document) for c in ending.citations} == {("raw", LECTURE.name)}
    assert (await _ask(tutors, "raw", "Where does the otter live?")).outcome == "not_covered"
