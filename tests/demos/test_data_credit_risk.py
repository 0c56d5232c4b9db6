"""The credit table against the lecture's own counts, and both models against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest

from demos.data import _credit
from demos.data.credit_risk import CreditRiskParams, gini, grow, leave_one_out, newton, scale
from demos.telling.credit_risk import DEMO, steps


def test_the_table_is_the_lectures() -> None:
    assert len(_credit.ROWS) == 24 and {len(row) for row in _credit.ROWS} == {12}
    high = [row for row in _credit.ROWS if row[-1] == "High"]
    assert len(high) == 13
    assert [row[-1] for row in _credit.ROWS if row[5] == "F"] == ["High"] * 6
    assert max(int(row[2]) for row in _credit.ROWS) == 17545 and max(int(row[1]) for row in _credit.ROWS) == 6509
    assert sorted(int(row[7]) for row in _credit.ROWS)[::23] == [19, 47]


def test_logistic_regression_is_scikit_learns() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import LeaveOneOut, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, _ = _credit.matrix()
    t = _credit.labels()
    judge = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, tol=1e-10, max_iter=2000))
    theirs = judge.fit(x, t)[-1]
    mean, deviation = scale(x)
    ours = newton((x - mean) / deviation, t, 1.0)[-1]
    assert np.allclose(ours, [*theirs.coef_[0], *theirs.intercept_], atol=1e-4)
    chances = cross_val_predict(judge, x, t, cv=LeaveOneOut(), method="predict_proba")[:, 1]
    assert np.allclose(leave_one_out(CreditRiskParams(), x, t), chances, atol=1e-4)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_tree_is_as_pure_as_scikit_learns(depth: int) -> None:
    from sklearn.tree import DecisionTreeClassifier

    x, _ = _credit.matrix()
    t = _credit.labels()
    theirs = DecisionTreeClassifier(max_depth=1, random_state=0).fit(x, t).tree_
    root = grow(x, t, depth)
    assert root.column is not None
    low = x[:, root.column] <= root.at
    mixed = (gini(t[low]) * low.sum() + gini(t[~low]) * (~low).sum()) / len(t)
    sizes = theirs.n_node_samples[1:]
    assert mixed == pytest.approx(float((theirs.impurity[1:] * sizes).sum() / sizes.sum()))
    right = np.mean([(root.judge(row) > 0.5) == (label > 0.5) for row, label in zip(x, t, strict=True)])
    assert right >= DecisionTreeClassifier(max_depth=depth, random_state=0).fit(x, t).score(x, t) - 1 / 24


def test_without_gender_no_column_speaks_of_it_and_a_deep_tree_learns_by_heart() -> None:
    assert not any("Gender" in name for name in _credit.matrix(gender=False)[1])
    answers = [DEMO.prediction.check(list(steps(CreditRiskParams(model="tree", depth=depth)))) for depth in (2, 4)]
    assert answers == ["yes", "no"]
