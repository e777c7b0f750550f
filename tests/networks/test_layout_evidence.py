"""The packaged model of evidence on paper formats, and files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgimg.errors import DependencyError
from ecgimg.networks import layout_evidence as net
from ecgimg.networks.layout_evidence import FEATURES, LayoutEvidenceModel, load_layout_evidence


def test_evidence_is_added_up_to_log_odds() -> None:
    model = LayoutEvidenceModel(dict.fromkeys(FEATURES, 0.0) | {"nameless": -2.0, "length_fits": 1.0}, 0.5)
    assert model.log_odds({}) == 0.5
    assert model.log_odds({"nameless": 1.0, "length_fits": 0.5}) == -1.0
    assert model.confidence({"length_fits": -0.5}) == 0.5
    with pytest.raises(KeyError):
        model.log_odds({"colour": 1.0})


def test_packaged_weights_have_the_signs_that_they_must_have() -> None:
    model = load_layout_evidence()
    assert all(model.weights[name] * sign >= 0 for name, sign in FEATURES.items())


def test_names_prove_and_wrong_names_disprove() -> None:
    model = load_layout_evidence()
    proved = {"sure_right_names": 1.0, "length_fits": 1.0}
    assert model.confidence(proved) > 0.95
    assert model.confidence(proved | {"sure_right_names": 0.5, "sure_wrong_names": 0.5}) < 0.05
    assert model.confidence({"nameless": 1.0, "length_fits": 1.0}) < 0.5


@pytest.mark.parametrize(
    "text", ["", "{}", '{"weights": [1], "offset": 0}', '{"weights": {"nameless": -1}, "offset": 0}']
)
def test_a_damaged_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    path = tmp_path / "layout_evidence.json"
    path.write_text(text)
    monkeypatch.setattr(net, "weight_path", lambda name: path)
    with pytest.raises(DependencyError, match="layout_evidence"):
        load_layout_evidence()
