"""The benchmark of the generator from a small folder in the form of PTB-XL to its tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from made_benches import write_ptbxl

from ecgimg.bench.generate.records import Real
from ecgimg.bench.generate.report import markdown
from ecgimg.bench.generate.run import GeneratePlan, halves, run_generate
from ecgimg.networks.generation import CHANNELS, HOP
from ecgimg.synth.signals.simulator import Heart, simulate
from ecgimg.train.generation.data import Description
from ecgimg.train.generation.fit import export
from ecgimg.train.generation.model import Generation


def test_no_patient_is_in_both_halves() -> None:
    nobody = Description((), None, None, (), "")
    patients = np.array([1, 2, 1, 3, 4, 4])
    first, second = halves(Real(np.arange(6.0)[:, None, None], (nobody,) * 6, patients))
    assert not set(first.patients) & set(second.patients)
    assert sorted([*first.leads.ravel(), *second.leads.ravel()]) == list(range(6))
    assert len(first.descriptions) == len(first.patients) == len(first.leads)


@pytest.mark.slow
def test_all_tables_are_written(tmp_path: Path) -> None:
    hearts = [simulate(Heart(rate=60 + 2 * k), np.random.default_rng(k), 10, 100) for k in range(24)]
    folds = [9] * 20 + [1] * 4
    data = write_ptbxl(tmp_path, hearts, folds, ["{'NORM': 100.0, 'SR': 0.0}"] * 24)
    told: list[str] = []
    torch.manual_seed(0)
    network = Generation(0.01 * torch.randn(CHANNELS, 8, 2 * HOP)).eval()
    weights = export(network, {"SR": [[0.8] * 12]}, tmp_path / "untrained.onnx")
    bench = run_generate(GeneratePlan(data, tmp_path / "out", 9, 10, 2, weights), told.append)
    assert bench.n == 10
    assert [one.n for one in bench.rates] == [10, 1, 10]  # one of the two sentences gives a rate
    assert bench.rates[2].mean.value < 2
    assert bench.closeness.lowest_real > 0
    assert (tmp_path / "out" / "bench.md").read_text() == markdown(bench)
    assert np.isnan(bench.found[0].false), "no record lacks the statements"
    assert "10/10 generated" in told
