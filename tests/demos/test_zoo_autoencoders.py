"""Autoencoders: PCA for the linear one, noise removed, sparsity that follows its price, and the VAE's terms."""

from __future__ import annotations

import numpy as np
import pytest

from demos.telling import autoencoder as told_autoencoder
from demos.telling import denoising_autoencoder as told_denoising_autoencoder
from demos.telling import vae as told_vae
from demos.zoo import autoencoder, denoising_autoencoder, sparse_autoencoder, vae
from demos.zoo._coder import HELD, digits


def test_the_digits_are_scikit_learns() -> None:
    from sklearn.datasets import load_digits

    theirs = load_digits()
    assert np.array_equal(digits()[0] * 16, theirs.data) and np.array_equal(digits()[1], theirs.target)


def test_pca_is_scikit_learns_and_the_linear_autoencoder_comes_to_it() -> None:
    from sklearn.decomposition import PCA

    x = digits()[0]
    judge = PCA(3, svd_solver="full").fit(x[:-HELD])
    theirs = float(((judge.inverse_transform(judge.transform(x[-HELD:])) - x[-HELD:]) ** 2).mean())
    assert autoencoder.pca_error(3) == pytest.approx(theirs)
    params = autoencoder.AutoencoderParams(network="linear", epochs=50, learning_rate=0.03)
    *_, (_, rebuilt, _) = autoencoder.run(params)
    assert ((rebuilt - x[-HELD:]) ** 2).mean() == pytest.approx(autoencoder.pca_error(2), rel=0.03)


def test_a_deep_autoencoder_beats_pca() -> None:
    demo = told_autoencoder.DEMO
    assert demo.prediction.check(list(demo.steps(demo.parse()))) == "yes"
    assert demo.prediction.check(list(demo.steps(demo.parse({"epochs": 1})))) == "no"


def test_most_noise_goes_and_without_noise_there_is_only_loss() -> None:
    demo = told_denoising_autoencoder.DEMO
    assert demo.prediction.check(list(demo.steps(demo.parse()))) == "more than half"
    assert demo.prediction.check(list(demo.steps(demo.parse({"noise": 0, "epochs": 3})))) == "it makes it worse"


def test_the_rivals_are_the_mean_and_scikit_learns_linear_regression() -> None:
    from sklearn.linear_model import Ridge

    demo = denoising_autoencoder
    params = demo.DenoisingAutoencoderParams()
    clean = digits()[0][-HELD:]
    spoilt = demo.spoil(clean, params, np.random.default_rng(0))
    found = demo.rivals(params, spoilt)
    assert np.allclose(found["mean digit"], digits()[0][:-HELD].mean(0))
    many = np.concatenate([demo.spoil(digits()[0][:-HELD], params, np.random.default_rng(s)) for s in range(8)])
    judge = Ridge(alpha=1e-3).fit(many, np.tile(digits()[0][:-HELD], (8, 1)))
    theirs = float(((judge.predict(spoilt) - clean) ** 2).mean())
    assert float(((found["linear map"] - clean) ** 2).mean()) == pytest.approx(theirs, rel=0.02)


def test_where_nothing_is_left_of_the_picture_no_success_is_claimed() -> None:
    demo = told_denoising_autoencoder.DEMO
    last = list(demo.steps(demo.parse({"kind": "masking", "noise": 1, "epochs": 3})))[-1]
    assert last.metrics["error"] > 0.95 * last.metrics["mean_error"]
    assert "no better than always answering the mean digit" in last.caption


def test_masking_puts_out_the_share_asked_for() -> None:
    params = denoising_autoencoder.DenoisingAutoencoderParams(kind="masking", noise=0.25)
    spoilt = denoising_autoencoder.spoil(np.ones((100, 64)), params, np.random.default_rng(0))
    assert set(np.unique(spoilt)) == {0.0, 1.0}
    assert spoilt.mean() == pytest.approx(0.75, abs=0.03)


def test_a_higher_price_makes_codes_sparser_and_pictures_worse() -> None:
    active, errors = [], []
    for penalty in (0.0, 0.002, 0.02):
        *_, last = sparse_autoencoder.run(sparse_autoencoder.SparseAutoencoderParams(penalty=penalty, epochs=12))
        active.append(last.active)
        errors.append(float(((last.rebuilt - digits()[0][-HELD:]) ** 2).mean()))
        assert np.allclose(np.linalg.norm(last.features, axis=1), 1)
    assert active == sorted(active, reverse=True) and active[0] > 1.5 * active[1]
    assert errors == sorted(errors)


def test_at_the_set_price_every_unit_is_used_and_more_readable_than_for_free() -> None:
    """Readable: the held-out digits that excite a unit most have one name, and its feature is smooth, not noise."""
    names = digits()[1][-HELD:]
    *_, priced = sparse_autoencoder.run(sparse_autoencoder.SparseAutoencoderParams())
    *_, free = sparse_autoencoder.run(sparse_autoencoder.SparseAutoencoderParams(penalty=0))
    assert priced.idle == 0 and priced.active < 0.12
    assert sparse_autoencoder.agreement(priced, names).mean() > sparse_autoencoder.agreement(free, names).mean() + 0.1

    def likeness(features: np.ndarray) -> float:
        """The correlation of a pixel with the one on its right."""
        images = features.reshape(-1, 8, 8)
        return float(np.corrcoef(images[:, :, :-1].ravel(), images[:, :, 1:].ravel())[0, 1])

    assert likeness(priced.features) > 0.2 > 0.05 > likeness(free.features)


def test_agreement_counts_the_most_frequent_name_of_the_ten() -> None:
    a = np.zeros((12, 3))
    a[:10, 0] = np.arange(10, 0, -1)
    a[2:12, 2] = 1
    names = np.array([3] * 7 + [5] * 5)
    state = sparse_autoencoder.State(a, np.zeros((12, 64)), np.ones((3, 64)))
    assert state.idle == 1
    assert sorted(sparse_autoencoder.agreement(state, names)) == [0.5, 0.7]


def test_both_terms_of_the_elbo_by_hand_and_by_torch() -> None:
    """μ = 1, σ = 1 costs ½; μ = 0, σ² = e costs ½·(e - 2); a pixel of 1 with logit 0 costs log 2."""
    import torch

    mu, log_var = torch.tensor([1.0, 0.0, -0.7]), torch.tensor([0.0, 1.0, -2.0])
    found = vae.divergence(mu, log_var)
    assert found[:2].tolist() == pytest.approx([0.5, 0.5 * (np.e - 2)])
    normal = torch.distributions.Normal
    theirs = torch.distributions.kl_divergence(normal(mu, (0.5 * log_var).exp()), normal(0.0, 1.0))
    assert torch.allclose(found, theirs)
    x, z = torch.tensor([1.0, 0.3]), torch.tensor([0.0, 1.2])
    assert vae.cross_entropy(x, z)[0].item() == pytest.approx(np.log(2))
    judge = torch.nn.functional.binary_cross_entropy_with_logits(z, x, reduction="none")
    assert torch.allclose(vae.cross_entropy(x, z), judge)


def test_a_large_beta_collapses_the_code() -> None:
    demo = told_vae.DEMO
    answers = [demo.prediction.check(list(demo.steps(demo.parse({"beta": beta, "epochs": 12})))) for beta in (1, 80)]
    assert answers[0] == "both"
    assert answers[1] != "both"
