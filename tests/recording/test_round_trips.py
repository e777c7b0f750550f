"""Recordings of every kind come back from every format, equal to its resolution, unknown where they were unknown."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from made_recordings import recordings

from ecgimg.errors import OutputError
from ecgimg.recording.export import export
from ecgimg.recording.formats import FORMAT_NAMES, recording_format
from ecgimg.recording.read import read_recording
from ecgimg.recording.recording import Recording

RESOLUTION_MV = {"csv": 0.0001, "mat": 0.0}
"""1 uV else."""


def survives(made: Recording, name: str, folder: Path) -> None:
    path = recording_format(name).write(export(made), folder, "x")
    found = read_recording(path)
    known = {lead for lead in made.leads if np.isfinite(made.lead(lead)).any()}
    assert found.fs == made.fs
    assert found.signals.shape[1] == made.signals.shape[1]
    assert {lead for lead in found.leads if np.isfinite(found.lead(lead)).any()} == known
    half_step = RESOLUTION_MV.get(name, 0.001) / 2
    for lead in known:
        here, there = made.lead(lead), found.lead(lead)
        np.testing.assert_array_equal(np.isnan(here), np.isnan(there))
        np.testing.assert_allclose(there, here, rtol=2e-7, atol=half_step * 1.001)
    assert found.warnings == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_every_recording_survives(name: str) -> None:
    """As many recordings as the profile of hypothesis has: 50, or 500 with `--hypothesis-profile=thorough`."""
    survived = 0

    @given(recordings())
    def check(made: Recording) -> None:
        nonlocal survived
        with tempfile.TemporaryDirectory() as folder:
            if name == "dicom" and made.fs < 200 and np.isfinite(made.signals).any(axis=1).sum() > 12:
                with pytest.raises(OutputError, match="DICOM has no ECG object for"):
                    survives(made, name, Path(folder))
            else:
                survives(made, name, Path(folder))
        survived += 1

    check()
    assert survived >= settings().max_examples
