"""Every file of weights has its script, what it was trained on is in the package, and a check finds a difference."""

from __future__ import annotations

import numpy as np
from safetensors.numpy import load_file

from demos import weights
from demos.language import bert
from demos.training.__main__ import TOLERANCE, differences, main, trainable
from demos.training.bert import sentences


def test_every_file_of_weights_has_its_script() -> None:
    assert {path.stem for path in weights.FOLDER.glob("*.safetensors")} == set(trainable())


def test_the_sentences_that_bert_learnt_are_those_of_its_file() -> None:
    """The script's corpus has the held-out sentences of the file, and its counts of pairs are the file's."""
    every = sentences()
    model = bert.model()
    assert set(model.held_out) <= set(every)
    learnt = [model.tokens(each.split()) for each in every if each not in set(model.held_out)]
    counted = sum(len(row) - 1 for row in learnt)
    assert counted == int(model.tensors["bigrams"][:, 2].sum())


def test_small_weights_are_made_again() -> None:
    assert main(["tree_search", "--check"]) == 0


def test_a_check_names_what_came_out_otherwise() -> None:
    held = load_file(weights.FOLDER / "vit.safetensors")
    facts = weights.facts("vit")
    assert differences("vit", held, facts) == ([], [])
    other = {name: tensor + np.asarray(name == "patch", tensor.dtype) for name, tensor in held.items()}
    worse = {**facts, "accuracy": str(float(facts["accuracy"]) - 2 * TOLERANCE)}
    bits, off = differences("vit", other, worse)
    assert [line.split(":")[0] for line in bits] == ["patch"] and off[0].startswith("accuracy:")
    assert differences("vit", {**held, "more": np.zeros(1)}, facts)[0] == ["more: not in both"]
