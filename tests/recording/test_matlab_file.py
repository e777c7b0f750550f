"""MATLAB files: the variables that scipy finds, and hostile files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_recordings import columns
from scipy.io import loadmat, savemat

from ecgimg.errors import UnreadableInputError
from ecgimg.recording.export import Interpretation, Measured, Statement, export
from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.matlab_file import write_mat
from ecgimg.recording.read import read_recording


def test_scipy_finds_every_variable(tmp_path: Path) -> None:
    made = columns()
    held = Interpretation((Measured("heart rate", 72, "/min"),), (Statement("AFIB", "Atrial fibrillation", "likely"),))
    found = loadmat(write_mat(export(made, ExportOptions(units="uV", patient_id="7"), held), tmp_path / "x.mat"))
    np.testing.assert_allclose(found["signals"] / 1000, made.signals, rtol=1e-6)
    np.testing.assert_array_equal(found["confidence"], made.confidences)
    assert [str(cell[0]) for cell in found["leads"].ravel()] == list(made.leads)
    assert (found["fs"].item(), found["units"].item(), found["patient_id"].item()) == (500.0, "uV", "7")
    assert found["measurements"].ravel()[0].item() == "heart rate 72 /min"
    assert found["statements"].ravel()[0].item() == "AFIB Atrial fibrillation: likely"


def test_confidences_come_back(tmp_path: Path) -> None:
    made = columns()
    made.confidences[:] *= np.float32(0.75)
    found = read_recording(write_mat(export(made), tmp_path / "x.mat"))
    np.testing.assert_array_equal(found.confidences, made.confidences)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"signals": np.zeros((2, 9)), "leads": ["I"], "fs": 500},
        {"signals": np.zeros(9), "leads": ["I"], "fs": "often"},
        {"signals": np.zeros((1, 9, 2)), "leads": ["I"], "fs": 500},
        {"signals": "text", "leads": ["I"], "fs": 500},
        {"signals": np.zeros((1, 9)), "leads": ["I"], "fs": 0},
        {"signals": np.full((1, 9), np.inf), "leads": ["pressure"], "fs": 500},
    ],
    ids=range(7),
)
def test_other_variables_are_one_error(variables: dict[str, object], tmp_path: Path) -> None:
    savemat(tmp_path / "x.mat", variables)
    with pytest.raises(UnreadableInputError) as caught:
        read_recording(tmp_path / "x.mat")
    assert "\n" not in str(caught.value)
