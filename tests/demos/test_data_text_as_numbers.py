"""TF-IDF against scikit-learn, and what a bag of words cannot see."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.data.text_as_numbers import TextAsNumbersParams, split
from demos.runtime.contract import DemoError
from demos.telling.text_as_numbers import DEMO, Story

WORDS = st.lists(st.sampled_from("cat dog sun moon red blue runs sleeps the a".split()), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(WORDS, min_size=2, max_size=6), pairs=st.booleans())
def test_tf_idf_is_scikit_learns(texts: list[list[str]], pairs: bool) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    text = ". ".join(" ".join(words) for words in texts) + "."
    if len({word for words in texts for word in words}) < 2:
        return
    story = Story(TextAsNumbersParams(text=text, pairs=pairs))
    judge = TfidfVectorizer(token_pattern=r"\w+", ngram_range=(1, 2) if pairs else (1, 1))
    theirs = judge.fit_transform(split(text)).toarray()
    assert list(judge.get_feature_names_out()) == story.vocabulary
    assert np.allclose(story.v, theirs)


def test_a_bag_of_words_does_not_know_who_bites_whom() -> None:
    text = "Dog bites man. Man bites dog."
    assert Story(TextAsNumbersParams(text=text)).cosine[0, 1] == pytest.approx(1)
    assert Story(TextAsNumbersParams(text=text, pairs=True)).cosine[0, 1] < 0.7


@pytest.mark.parametrize(("text", "choice"), [("A b. A b. C d.", 0), ("A b. C d. A b.", 1), ("A b. C d.", 3)])
def test_the_prediction_depends_on_the_sentences(text: str, choice: int) -> None:
    frames = list(DEMO.steps(DEMO.parse({"text": text})))
    assert DEMO.prediction.check(frames) == DEMO.prediction.choices[choice]


def test_one_sentence_is_refused_in_plain_words() -> None:
    with pytest.raises(DemoError, match="2 to 6 sentences"):
        DEMO.parse({"text": "Only one here"})
