"""A fold of PTB-XL in memory: signals, labels, and which labels are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_benches import write_ptbxl

from ecgimg.bench.patchecg.records import load_fold
from ecgimg.errors import UnreadableInputError

OUTPUTS = (("NORM", "subclass"), ("IMI", "subclass"), ("MI", "superclass"), ("AFIB", "rhythm"))


@pytest.fixture(scope="module")
def ptbxl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    signals = [np.full((12, 1000), 0.1 * k, np.float32) for k in range(4)]
    codes = ("{'NORM': 100.0}", "{'IMI': 50.0, 'AFIB': 0.0}", "{'AFIB': 0.0}", "{'NORM': 100.0}")
    return write_ptbxl(tmp_path_factory.mktemp("ptbxl"), signals, (9, 9, 9, 8), codes)


def test_a_fold_has_signals_and_labels(ptbxl: Path) -> None:
    fold = load_fold(ptbxl, 9, OUTPUTS)
    assert fold.signals.shape == (3, 12, 1000)
    assert fold.signals[2, 5, 500] == pytest.approx(0.2, abs=1e-3)
    assert fold.labels.tolist() == [
        [True, False, False, False], [False, True, True, True], [False, False, False, True],
    ]  # fmt: skip
    assert fold.known[2].tolist() == [False, False, False, True]  # no diagnostic statement
    assert fold.patients.tolist() == [0, 1, 2]


def test_a_fold_that_is_not_there_is_named(ptbxl: Path) -> None:
    with pytest.raises(UnreadableInputError, match="fold 10"):
        load_fold(ptbxl, 10, OUTPUTS)
