"""DICOM waveforms are read from any maker's object; hostile ones are one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_recordings import whole

from ecgimg.errors import UnreadableInputError
from ecgimg.recording.dicom_waveform import write_dicom
from ecgimg.recording.export import export
from ecgimg.recording.read import read_recording

pydicom = pytest.importorskip("pydicom")


def changed(tmp_path: Path, **elements: object) -> Path:
    """A DICOM file with elements of its multiplex group changed."""
    path = write_dicom(export(whole()), tmp_path / "x.dcm")
    dataset = pydicom.dcmread(path)
    for name, value in elements.items():
        setattr(dataset.WaveformSequence[0], name, value)
    dataset.save_as(path)
    return path


@pytest.mark.parametrize(
    "elements",
    [
        {"NumberOfWaveformSamples": 10**9},
        {"NumberOfWaveformSamples": 0},
        {"NumberOfWaveformChannels": 500},
        {"SamplingFrequency": "0"},
        {"WaveformSampleInterpretation": "XX"},
        {"WaveformData": b""},
        {"ChannelDefinitionSequence": []},
    ],
    ids=str,
)
def test_hostile_objects_are_one_error(elements: dict[str, object], tmp_path: Path) -> None:
    path = changed(tmp_path, **elements)
    with pytest.raises(UnreadableInputError, match="damaged or no ECG") as caught:
        read_recording(path)
    assert "\n" not in str(caught.value)


def test_groups_are_placed_at_their_time_and_median_beats_are_left_out(tmp_path: Path) -> None:
    path = write_dicom(export(whole(2.5)), tmp_path / "x.dcm")
    dataset = pydicom.dcmread(path)
    late = pydicom.dcmread(path).WaveformSequence[0]
    late.MultiplexGroupTimeOffset = 2500
    median = pydicom.dcmread(path).WaveformSequence[0]
    median.MultiplexGroupLabel = "MEDIAN BEAT"
    dataset.WaveformSequence = [dataset.WaveformSequence[0], late, median]
    dataset.save_as(path)
    found = read_recording(path)
    assert found.seconds == 5.0
    np.testing.assert_array_equal(found.signals[:, :1250], found.signals[:, 1250:])


def test_leads_of_scp_codes_in_millivolts(tmp_path: Path) -> None:
    path = write_dicom(export(whole(2)), tmp_path / "x.dcm")
    dataset = pydicom.dcmread(path)
    for k, channel in enumerate(dataset.WaveformSequence[0].ChannelDefinitionSequence):
        source = channel.ChannelSourceSequence[0]
        source.CodingSchemeDesignator, source.CodeValue = (
            "SCPECG",
            f"5.6.3-9-{(1, 2, 61, 62, 63, 64, 3, 4, 5, 6, 7, 8)[k]}",
        )
        channel.ChannelSensitivity = "0.005"
    dataset.save_as(path)
    np.testing.assert_allclose(read_recording(path).signals, 5 * whole(2).signals, atol=0.003)
