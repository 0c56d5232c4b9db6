"""Which sentences an answer is made of."""

from __future__ import annotations

from dataclasses import replace

from knowledge.passages import Hit, Passage, Source
from knowledge.retrieval.questions import read_question
from knowledge.retrieval.retriever import Found, Sentence
from tutor.answering.selection import choose

LINK = "Slide 34 (Attention) links to https://example.org/seq2seq."
TOLD = "The last state of the encoder must hold the whole sentence."


def _found(question: str, *scored: tuple[str, float]) -> Found:
    texts = tuple(text for text, _ in scored)
    passage = Passage("p", "course", "lecture", "d", "Attention", "", " ".join(texts), texts, slide=34)
    sentences = tuple(Sentence(passage, text, place, score, 0.5) for place, (text, score) in enumerate(scored))
    return Found(read_question(question), (Hit(passage, 1, 1, 1),), sentences, 0.9, answerable=True)


def _said(found: Found) -> list[str]:
    return [sentence.text for sentence in choose(found)]


def test_a_bare_address_gives_way_where_none_is_asked_for() -> None:
    assert _said(_found("What was wrong with seq2seq models?", (LINK, 2.0), (TOLD, 1.0))) == [TOLD]


def test_an_address_that_is_asked_for_is_given() -> None:
    assert LINK in _said(_found("Which link does the seq2seq slide have?", (LINK, 2.0), (TOLD, 1.0)))
    assert LINK in _said(_found("Which page about seq2seq is linked?", (LINK, 2.0), (TOLD, 1.0)))
    assert LINK in _said(_found("Where can I read about seq2seq?", (LINK, 2.0), (TOLD, 1.0)))


def test_a_link_that_is_asked_for_is_given_however_far_behind() -> None:
    assert LINK in _said(_found("Give me the link to the seq2seq page", (TOLD, 9.0), (LINK, 1.0)))


def test_no_address_joins_an_answer_that_needs_none() -> None:
    assert _said(_found("Where did Hinton work?", (TOLD, 2.0), (LINK, 1.0))) == [TOLD]
    assert _said(_found("How does an encoder read a sentence?", (TOLD, 2.0), (LINK, 1.0))) == [TOLD]


def test_an_address_stays_where_nothing_else_comes_near() -> None:
    assert _said(_found("What was wrong with seq2seq models?", (LINK, 9.0), (TOLD, 1.0))) == [LINK]


def test_nothing_found_is_nothing_said() -> None:
    assert choose(_found("Why?")) == ()


def test_a_sentence_that_says_nothing_new_is_left_out() -> None:
    again = "The last state of the encoder must hold the whole long sentence."
    assert len(_said(_found("What must the encoder hold?", (TOLD, 2.0), (again, 1.9)))) == 1


def _note(question: str, *scored: tuple[str, str, float], source: Source = "notes") -> Found:
    """A note "LSTM" with (section, sentence, score) each in a passage of its section."""
    places: dict[str, list[str]] = {}
    for section, text, _ in scored:
        places.setdefault(section, []).append(text)
    passages = {
        section: Passage(section, "course", source, "lstm", "LSTM", section, " ".join(texts), tuple(texts))
        for section, texts in places.items()
    }
    lines = [
        Sentence(passages[section], text, places[section].index(text), score, 0.5) for section, text, score in scored
    ]
    lines.sort(key=lambda line: -line.score)
    return Found(read_question(question), (), tuple(lines), 0.9, answerable=True)


SHORT = ("In short", "The LSTM is a recurrent network with gates.", 2.0)
OLD = ("In short", "Two scientists published it long ago.", -5.0)
FORGET = ("The idea", "The forget gate decides how much of the old memory is kept.", 1.0)
FIGURES = ("Worked example", "A small computer reads 10 billion bytes.", 1.5)


def test_a_plain_question_is_given_the_short_answer() -> None:
    assert _said(_note("What is an LSTM?", SHORT, OLD, FORGET)) == [SHORT[1], OLD[1]]


def test_a_detail_is_not_answered_with_the_short_answer_alone() -> None:
    assert FORGET[1] in _said(_note("What does the forget gate do?", SHORT, OLD, FORGET))


def test_a_worked_example_does_not_begin_an_answer_that_asks_for_none() -> None:
    assert _said(_note("How does an LSTM forget?", FIGURES, FORGET))[0] == FORGET[1]
    assert _said(_note("How many bytes does it read?", FIGURES, FORGET))[0] == FIGURES[1]


def test_a_formula_is_for_those_who_ask_for_one() -> None:
    formula = ("Formula", "The formula (LSTM): $$ c = f c' + i g $$", 1.5)
    assert _said(_note("How does an LSTM forget?", formula, FORGET)) == [FORGET[1]]
    assert formula[1] in _said(_note("What is the formula of an LSTM?", formula, FORGET))


def test_prose_that_points_back_brings_the_sentence_before() -> None:
    bridge = ("", "The Brooklyn Bridge opened in 1883.", -9.0)
    designer = ("", "Its designer was John Roebling.", 3.0)
    assert _said(_note("Who designed the bridge?", bridge, designer, source="document")) == [bridge[1], designer[1]]
    assert _said(_note("Who designed the bridge?", bridge, designer)) == [designer[1]]


def test_a_comparison_is_answered_with_both_sides() -> None:
    gru = ("In short", "The GRU merges its cell with its output.", 2.0)
    sides = (_note("What is LSTM?", SHORT, OLD, FORGET), _note("What is GRU?", gru))
    said = _said(replace(_note("LSTM vs GRU", FORGET), sides=sides))
    assert said == [SHORT[1], OLD[1], gru[1]]
