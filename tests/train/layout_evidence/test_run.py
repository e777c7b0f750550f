"""The measured decisions, and the model's way into the package."""

from __future__ import annotations

from pathlib import Path

import pytest
from observed_pages import observe_ideal

from ecgimg.layouts import load_layout, load_layouts
from ecgimg.networks import layout_evidence as net
from ecgimg.networks.layout_evidence import FEATURES, LayoutEvidenceModel, load_layout_evidence
from ecgimg.train.layout_evidence.pages import ObservedPage, TrueStretch
from ecgimg.train.layout_evidence.run import measure, package, wilson, write_model


def test_wilson_s_interval() -> None:
    assert wilson(0, 10) == pytest.approx((0.0, 0.278), abs=0.001)
    assert wilson(50, 100) == pytest.approx((0.404, 0.596), abs=0.001)
    assert wilson(0, 0) == (0.0, 1.0)


def test_decisions_are_counted() -> None:
    layout = load_layout("12x1")
    page = observe_ideal(layout, px_per_mm=4.0)
    stretches = tuple(
        TrueStretch(cell.lead, 1, page.left, page.right, page.lines[cell.row].baseline_y) for cell in layout.cells
    )
    pages = [ObservedPage(0, "scan", "12x1", stretches, page), ObservedPage(1, "scan", "12x1", (), None)]
    lines = measure(load_layout_evidence(), pages, load_layouts())
    assert lines[0].startswith("as seen: 2 pages, 1 right (9.5 to 90.5 %), 0 incomplete")
    assert any(line.startswith("true format unknown: 1 pages, 0 right") for line in lines)
    assert any(line.startswith("V6 to V1: 1 pages, 0 right") and ", 1 refused" in line for line in lines)


def test_it_comes_back_from_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = LayoutEvidenceModel({name: sign * 1.25 for name, sign in FEATURES.items()}, -2.0)
    (tmp_path / "weights").mkdir()
    kept = package(write_model(model, tmp_path / "layout_evidence.json"), tmp_path / "weights")
    monkeypatch.setattr(net, "weight_path", lambda name: kept)
    assert load_layout_evidence() == model
