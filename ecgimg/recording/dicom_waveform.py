"""Recordings as DICOM ECG waveforms, and back (PS3.3 A.34.3 to A.34.5, C.10.9 and C.10.10).

12-Lead ECG where the leads and the length permit it, General ECG where other leads are there or the recording is long,
Ambulatory ECG for rates of 50 to 200 Hz. One unit is 1 uV, an unknown sample is the padding value.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import EcgimgError, OutputError, missing_package
from ecgimg.io.files import write_atomically
from ecgimg.recording.channels import Channels, Stretch, check_length, damaged
from ecgimg.recording.export import INVALID, UNITS_PER_MV, Export, in_microvolts, provenance
from ecgimg.recording.lead_codes import UNSPECIFIED, lead_of_label, lead_of_number, mdc_number
from ecgimg.recording.units import mv_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

TWELVE_LEAD = "1.2.840.10008.5.1.4.1.1.9.1.1"
GENERAL = "1.2.840.10008.5.1.4.1.1.9.1.2"
AMBULATORY = "1.2.840.10008.5.1.4.1.1.9.1.3"
_MAX_TWELVE_LEAD_SAMPLES = 16384
_MAX_GENERAL_LEADS = 24
_MDC = ("MDC", "ISO/IEEE 11073-10101")
_UCUM = ("UCUM", "Unified Code for Units of Measure")
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
_NUMBER_PREFIX = {"MDC": "2:", "SCPECG": "5.6.3-9-"}
"""What stands before the number of a lead; MDC took its numbers from SCP-ECG."""


def write_dicom(export: Export, path: Path) -> Path:
    """Writes a waveform object without any error or warning of `dciodvfy`.

    Raises:
        DependencyError: the package pydicom is not installed.
        OutputError: DICOM has no ECG object of this rate or number of leads, or the file can't be written.
    """
    dataset = _dataset(export)
    content = io.BytesIO()
    dataset.save_as(content, enforce_file_format=True)
    return write_atomically(path, content.getvalue())


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


def _dataset(export: Export) -> Dataset:
    try:
        from pydicom.dataset import Dataset, FileMetaDataset
        from pydicom.uid import ExplicitVRLittleEndian, generate_uid
    except ImportError as error:
        raise missing_package("writing DICOM", "pydicom", "interchange", where="output") from error
    rows = export.known_rows()
    leads = tuple(lead for lead, _ in rows)
    seed = [export.name, export.written.isoformat(), export.options.patient_id, str(export.signals.tobytes())]
    made = Dataset()
    made.SOPClassUID = sop_class(leads, export.signals.shape[1], export.fs)
    made.SpecificCharacterSet = "ISO_IR 192"
    made.SOPInstanceUID, made.StudyInstanceUID, made.SeriesInstanceUID = (
        generate_uid(entropy_srcs=[*seed, part]) for part in ("instance", "study", "series")
    )
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    _describe(made, export)
    made.WaveformSequence = [_multiplex_group(export, rows)]
    annotations = list(_annotations(export, len(rows)))
    if annotations:
        made.WaveformAnnotationSequence = annotations
    return made


def _describe(made: Dataset, export: Export) -> None:
    """Patient, study, series, equipment and acquisition; what the user did not give is empty."""
    options, at, now = export.options, export.recorded, export.written
    made.PatientName, made.PatientID = options.patient_name, options.patient_id
    made.PatientBirthDate = options.birth_date.strftime("%Y%m%d") if options.birth_date else ""
    made.PatientSex = options.sex or ""
    made.StudyID, made.AccessionNumber, made.ReferringPhysicianName = "1", "", ""
    made.Modality, made.SeriesNumber, made.InstanceNumber = "ECG", 1, 1
    made.Manufacturer, made.ManufacturerModelName, made.SoftwareVersions = "ecgimg", "ecgimg", version("ecgimg")
    made.StudyDate, made.StudyTime = _date(at), _time(at)
    made.ContentDate, made.ContentTime = _date(now), _time(now)
    made.AcquisitionDateTime = _date(at) + _time(at)
    lead_system = _item()
    lead_system.ValueType = "CODE"
    lead_system.ConceptNameCodeSequence = [_code("10:11345", "Lead System", _MDC)]
    lead_system.ConceptCodeSequence = [_code("10:11265", "Standard 12-lead", _MDC)]
    made.AcquisitionContextSequence = [lead_system]


def _multiplex_group(export: Export, rows: tuple[tuple[str, Floats], ...]) -> Dataset:
    group = _item()
    group.WaveformOriginality = "DERIVED"
    group.NumberOfWaveformChannels = len(rows)
    group.NumberOfWaveformSamples = export.signals.shape[1]
    group.SamplingFrequency = _decimal(export.fs)
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
    channel = _item()
    channel.ChannelLabel = f"Lead {lead}"
    channel.ChannelSourceSequence = [_lead_code(lead)]
    channel.ChannelSensitivity = "1" if units == "uV" else "0.001"
    meaning = "microvolt" if units == "uV" else "millivolt"
    channel.ChannelSensitivityUnitsSequence = [_code(units, meaning, _UCUM)]
    channel.ChannelSensitivityCorrectionFactor, channel.ChannelBaseline = "1", "0"
    channel.ChannelSampleSkew, channel.WaveformBitsStored = "0", 16
    return channel


def _lead_code(lead: str) -> Dataset:
    number = mdc_number(lead)
    return _code(f"2:{number}", "Unspecified lead" if number == UNSPECIFIED else f"Lead {lead}", _MDC)


def _annotations(export: Export, channels: int) -> Iterator[Dataset]:
    """Measurements as coded numbers in group 0; statements and notes as text in group 1."""
    for one in export.interpretation.measurements:
        if one.name in _CODES:
            code, meaning, unit = _CODES[one.name]
            item = _annotation(0)
            item.ConceptNameCodeSequence = [_code(code, meaning, _MDC)]
            item.NumericValue = _decimal(one.value)
            item.MeasurementUnitsCodeSequence = [_code(unit, unit, _UCUM)]
            yield item
    texts = [f"{one.name}: {one.verdict} ({one.code})" for one in export.interpretation.statements]
    for text in (*texts, *provenance(export)):
        item = _annotation(1)
        item.UnformattedTextValue = text[:1024]
        yield item


def _annotation(group: int) -> Dataset:
    item = _item()
    item.ReferencedWaveformChannels = [1, 0]
    item.AnnotationGroupNumber = group
    return item


def _item() -> Dataset:
    from pydicom.dataset import Dataset

    return Dataset()


def _code(value: str, meaning: str, scheme: tuple[str, str]) -> Dataset:
    code = _item()
    code.CodeValue, code.CodeMeaning = value, meaning
    code.CodingSchemeDesignator = scheme[0]
    return code


def _decimal(value: float) -> str:
    """A number in DICOM's decimal string of 16 characters."""
    return next(text for digits in range(16, 0, -1) if len(text := f"{value:.{digits}g}") <= 16)


def _date(at: datetime) -> str:
    return at.strftime("%Y%m%d")


def _time(at: datetime) -> str:
    return at.strftime("%H%M%S")


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
        return Channels(tuple(pieces), fs, max(_end(group, fs) for group in groups))
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
