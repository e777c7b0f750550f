"""Reads DICOM waveforms of any maker (PS3.3 C.10.9): rhythm groups at their time, leads by code or label."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ecgimg.errors import EcgimgError, missing_package
from ecgimg.recording.channels import Channels, Stretch, check_length, damaged
from ecgimg.recording.export import UNITS_PER_MV
from ecgimg.recording.lead_codes import lead_of_label, lead_of_number
from ecgimg.recording.units import mv_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_NUMBER_PREFIX = {"MDC": "2:", "SCPECG": "5.6.3-9-"}
"""What stands before the number of a lead; MDC took its numbers from SCP-ECG."""


def read_dicom(path: Path) -> Channels:
    """The waveform of a DICOM object: all multiplex groups of one rate but median beats, each at its time offset.

    Raises:
        DependencyError: the package pydicom is not installed.
        UnreadableInputError: the object has no ECG waveform, or is damaged.
    """
    try:
        import pydicom
    except ImportError as error:
        raise missing_package("reading DICOM", "pydicom", "interchange", where="recording") from error
    try:
        dataset = pydicom.dcmread(path)
        groups = [group for group in dataset.get("WaveformSequence", ()) if "MEDIAN" not in _label(group)]
        if not groups:
            raise damaged("no waveform in the object")
        fs = float(groups[0].SamplingFrequency)
        pieces = [piece for group in groups if float(group.SamplingFrequency) == fs for piece in _stretches(group, fs)]
        notes = tuple(str(one.get("UnformattedTextValue", "")) for one in dataset.get("WaveformAnnotationSequence", ()))
        return Channels(tuple(pieces), fs, max(_end(group, fs) for group in groups), notes=notes)
    except EcgimgError:
        raise
    except Exception as error:  # pydicom raises anything on a damaged object
        raise damaged(str(error) or type(error).__name__) from error


def _label(group: Dataset) -> str:
    return str(group.get("MultiplexGroupLabel", "")).upper()


def _first(group: Dataset, fs: float) -> int:
    """The sample at which a group begins; its offset is in ms."""
    return max(0, round(float(group.get("MultiplexGroupTimeOffset") or 0) * fs / 1000))


def _end(group: Dataset, fs: float) -> int:
    return _first(group, fs) + int(group.NumberOfWaveformSamples) if float(group.SamplingFrequency) == fs else 0


def _stretches(group: Dataset, fs: float) -> Iterator[Stretch]:
    channels, length = int(group.NumberOfWaveformChannels), int(group.NumberOfWaveformSamples)
    check_length(length)
    kind = {"SS": "<i2", "US": "<u2", "SB": "i1", "UB": "u1", "SL": "<i4", "UL": "<u4"}[
        str(group.WaveformSampleInterpretation)
    ]
    size = channels * length * np.dtype(kind).itemsize
    if len(group.WaveformData) < size or channels < 1 or len(group.ChannelDefinitionSequence) != channels:
        raise damaged(f"{len(group.WaveformData)} bytes for {channels} channels of {length} samples")
    samples = np.frombuffer(group.WaveformData[:size], kind).reshape(length, channels)
    padding = _padding(group, kind)
    for k, channel in enumerate(group.ChannelDefinitionSequence):
        values = _in_mv(samples[:, k].astype(np.float64), channel)
        unknown = np.zeros(length, bool) if padding is None else samples[:, k] == padding
        yield Stretch(_lead_label(channel), np.where(unknown, np.nan, values), _first(group, fs))


def _padding(group: Dataset, kind: str) -> Any:
    value = group.get("WaveformPaddingValue")
    if value is None or len(value) == 0:
        return None
    return np.frombuffer(value[: np.dtype(kind).itemsize], kind)[0]


def _in_mv(samples: np.ndarray, channel: Dataset) -> np.ndarray:
    """(sample x sensitivity x correction factor + baseline), in mV."""
    if "ChannelSensitivity" not in channel:
        return samples / UNITS_PER_MV
    factor = float(channel.ChannelSensitivity) * float(channel.get("ChannelSensitivityCorrectionFactor") or 1)
    step = mv_of(str(channel.ChannelSensitivityUnitsSequence[0].CodeValue))
    return (samples * factor + float(channel.get("ChannelBaseline") or 0)) * step


def _lead_label(channel: Dataset) -> str:
    """The lead of a channel by its MDC or SCP-ECG code, else its label or the code's meaning."""
    source = channel.ChannelSourceSequence[0]
    code = str(source.get("CodeValue", ""))
    scheme = str(source.get("CodingSchemeDesignator"))
    number = code.removeprefix(_NUMBER_PREFIX.get(scheme, " "))
    lead = lead_of_number(int(number)) if number.isdigit() and number != code else None
    if lead is not None:
        return lead
    texts = [str(channel.get("ChannelLabel", "")), str(source.get("CodeMeaning", ""))]
    return next((text for text in texts if lead_of_label(text)), texts[0] or texts[1] or code)
