"""Generated samples stay marked in every format, at every rate and length, and can be left out again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_recordings import columns, whole

from ecgimg.datamodel.arrays import Bools
from ecgimg.recording.export import export
from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.formats import FORMAT_NAMES, recording_format
from ecgimg.recording.generated import WARNING, generated_in, generated_notes
from ecgimg.recording.read import read_recording
from ecgimg.recording.recording import Recording


def completed() -> Recording:
    """Four columns whose unknown samples are filled, and marked as generated."""
    page = columns()
    unknown = np.isnan(page.signals)
    signals = np.where(unknown, np.float32(0.25), page.signals)
    return Recording(signals, page.fs, name="completed", generated=unknown)


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_marks_come_back_from_every_format(name: str, tmp_path: Path) -> None:
    made = completed()
    found = read_recording(recording_format(name).write(export(made), tmp_path, "completed"))
    np.testing.assert_array_equal(found.not_recorded, made.not_recorded)
    np.testing.assert_array_equal(np.isnan(found.seen.signals), made.not_recorded)


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_what_was_recorded_is_never_marked(name: str, tmp_path: Path) -> None:
    found = read_recording(recording_format(name).write(export(columns()), tmp_path, "columns"))
    assert not found.not_recorded.any()
    assert found.seen is found


def test_marks_follow_another_rate_and_length(tmp_path: Path) -> None:
    made = completed()
    held = export(made, ExportOptions(fs=250, seconds=12))
    assert held.generated.shape == held.signals.shape == (12, 3000)
    np.testing.assert_array_equal(held.generated[:, :2500], made.not_recorded[:, ::2])
    assert not held.generated[:, 2500:].any()
    found = read_recording(recording_format("wfdb").write(held, tmp_path, "half"))
    np.testing.assert_array_equal(found.not_recorded, held.generated)


def test_filled_samples_are_not_generated_ones() -> None:
    held = export(columns(), ExportOptions(fill="zero"))
    assert not held.generated.any()


def test_lines_hold_any_number_of_stretches() -> None:
    mask = np.zeros((2, 1000), bool)
    mask[1, ::2] = True
    lines = generated_notes(("V1", "unnamed 2"), mask)
    assert max(map(len, lines)) <= 1024
    assert lines[-1] == WARNING
    np.testing.assert_array_equal(generated_in(lines, ("V1", "unnamed 2"), 1000), mask)
    np.testing.assert_array_equal(generated_in(["; ".join(lines)], ("V1", "unnamed 2"), 1000), mask)


@pytest.mark.parametrize(
    "line",
    ["generated, not recorded: V1 samples 9-", "generated: V1 0-9", "generated, not recorded: Q9 samples 0-9", ""],
)
def test_other_lines_mark_nothing(line: str) -> None:
    assert not generated_in([line], ("V1",), 10).any()


def test_a_line_beyond_the_end_marks_what_is_there() -> None:
    mask: Bools = generated_in(["generated, not recorded: V1 samples 5-99999"], ("V1",), 10)
    assert mask[0].tolist() == [False] * 5 + [True] * 5


def test_a_generated_sample_is_known() -> None:
    with pytest.raises(ValueError, match="generated sample is known"):
        Recording(columns().signals, 500.0, generated=np.ones((12, 5000), bool))


def test_the_twelve_keep_their_marks() -> None:
    made = whole(others=("V7",))
    mask = np.zeros(made.signals.shape, bool)
    mask[[3, 12], 10:20] = True
    twelve = Recording(made.signals, made.fs, leads=made.leads, generated=mask).twelve
    assert twelve.generated_stretches == (("aVR", 10 / 500, 20 / 500),)
    assert np.isnan(twelve.seen.lead("aVR")[10:20]).all()
