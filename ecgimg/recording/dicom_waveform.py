"""Recordings as DICOM ECG waveforms (PS3.3 A.34.3 to A.34.5, C.10.9 and C.10.10).

12-Lead ECG where the leads and the length permit it, General ECG where other leads are there or the recording is long,
Ambulatory ECG for rates of 50 to 200 Hz. One unit is 1 uV, an unknown sample is the padding value.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import OutputError
from ecgimg.recording.dicom_object import MDC, UCUM, code, date_text, decimal, item, new_object, time_text, write_object
from ecgimg.recording.export import INVALID, Export, in_microvolts, provenance
from ecgimg.recording.lead_codes import UNSPECIFIED, mdc_number

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

TWELVE_LEAD = "1.2.840.10008.5.1.4.1.1.9.1.1"
GENERAL = "1.2.840.10008.5.1.4.1.1.9.1.2"
AMBULATORY = "1.2.840.10008.5.1.4.1.1.9.1.3"
EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
_MAX_TWELVE_LEAD_SAMPLES = 16384
_MAX_GENERAL_LEADS = 24
_CODES = {
    "heart rate": ("2:16016", "Ventricular heart rate", "{H.B.}/min"),
    "P duration": ("2:16184", "P duration global", "ms"),
    "PR interval": ("2:15872", "PR interval global", "ms"),
    "QRS duration": ("2:16156", "QRS duration global", "ms"),
    "QT interval": ("2:16160", "QT interval global", "ms"),
    "QTc Bazett": ("2:15880", "QTc global using Bazett formula", "ms"),
    "QTc Fridericia": ("2:15892", "QTc global using Fredericia formula", "ms"),
    "P axis": ("2:16128", "P Axis", "deg"),
    "QRS axis": ("2:16132", "QRS Axis", "deg"),
    "T axis": ("2:16136", "T Axis", "deg"),
}
"""MDC code, meaning and UCUM unit of each measurement that DICOM has a code for."""


def write_dicom(export: Export, path: Path) -> Path:
    """Writes a waveform object without any error or warning of `dciodvfy`.

    Raises:
        DependencyError: the package pydicom is not installed.
        OutputError: DICOM has no ECG object of this rate or number of leads, or the file can't be written.
    """
    rows = export.known_rows()
    kind = sop_class(tuple(lead for lead, _ in rows), export.signals.shape[1], export.fs)
    made = new_object(export, kind, EXPLICIT_LITTLE_ENDIAN, "waveform")
    made.Modality, made.SeriesNumber = "ECG", 1
    made.AcquisitionDateTime = date_text(export.recorded) + time_text(export.recorded)
    made.AcquisitionContextSequence = [_lead_system()]
    made.WaveformSequence = [_multiplex_group(export, rows)]
    annotations = list(_annotations(export))
    if annotations:
        made.WaveformAnnotationSequence = annotations
    return write_object(made, path)


def sop_class(leads: tuple[str, ...], length: int, fs: float) -> str:
    """The UID of the object that holds these leads.

    Raises:
        OutputError: there is none.
    """
    if 200 <= fs <= 1000 and {*leads} <= {*LEADS} and length <= _MAX_TWELVE_LEAD_SAMPLES:
        return TWELVE_LEAD
    if 200 <= fs <= 1000 and len(leads) <= _MAX_GENERAL_LEADS:
        return GENERAL
    if 50 <= fs <= 1000 and len(leads) <= len(LEADS):
        return AMBULATORY
    what = f"DICOM has no ECG object for {len(leads)} leads at {fs:g} Hz"
    raise OutputError(what, where="output", remedy="choose another rate with --fs, 200 to 1000 Hz")


def _lead_system() -> Dataset:
    system = item()
    system.ValueType = "CODE"
    system.ConceptNameCodeSequence = [code("10:11345", "Lead System", MDC)]
    system.ConceptCodeSequence = [code("10:11265", "Standard 12-lead", MDC)]
    return system


def _multiplex_group(export: Export, rows: tuple[tuple[str, Floats], ...]) -> Dataset:
    group = item()
    group.WaveformOriginality = "DERIVED"
    group.NumberOfWaveformChannels = len(rows)
    group.NumberOfWaveformSamples = export.signals.shape[1]
    group.SamplingFrequency = decimal(export.fs)
    group.MultiplexGroupLabel = "RHYTHM"
    group.ChannelDefinitionSequence = [_channel(lead, export.options.units) for lead, _ in rows]
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    group.WaveformPaddingValue = np.int16(INVALID).tobytes()
    group["WaveformPaddingValue"].VR = "OW"
    samples = np.stack([in_microvolts(row) for _, row in rows], axis=1)
    group.WaveformData = np.ascontiguousarray(samples, "<i2").tobytes()
    group["WaveformData"].VR = "OW"
    return group


def _channel(lead: str, units: str) -> Dataset:
    channel = item()
    channel.ChannelLabel = f"Lead {lead}"
    channel.ChannelSourceSequence = [_lead_code(lead)]
    channel.ChannelSensitivity = "1" if units == "uV" else "0.001"
    meaning = "microvolt" if units == "uV" else "millivolt"
    channel.ChannelSensitivityUnitsSequence = [code(units, meaning, UCUM)]
    channel.ChannelSensitivityCorrectionFactor, channel.ChannelBaseline = "1", "0"
    channel.ChannelSampleSkew, channel.WaveformBitsStored = "0", 16
    return channel


def _lead_code(lead: str) -> Dataset:
    number = mdc_number(lead)
    return code(f"2:{number}", "Unspecified lead" if number == UNSPECIFIED else f"Lead {lead}", MDC)


def _annotations(export: Export) -> Iterator[Dataset]:
    """Measurements as coded numbers in group 0; statements and notes as text in group 1."""
    for one in export.interpretation.measurements:
        if one.name in _CODES:
            number, meaning, unit = _CODES[one.name]
            annotation = _annotation(0)
            annotation.ConceptNameCodeSequence = [code(number, meaning, MDC)]
            annotation.NumericValue = decimal(one.value)
            annotation.MeasurementUnitsCodeSequence = [code(unit, unit, UCUM)]
            yield annotation
    texts = [f"{one.name}: {one.verdict} ({one.code})" for one in export.interpretation.statements]
    for text in (*texts, *provenance(export)):
        annotation = _annotation(1)
        annotation.UnformattedTextValue = text[:1024]
        yield annotation


def _annotation(group: int) -> Dataset:
    made = item()
    made.ReferencedWaveformChannels = [1, 0]
    made.AnnotationGroupNumber = group
    return made
