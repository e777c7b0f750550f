"""Recordings as HL7 annotated ECG (aECG, PORT_MT020001), and back.

Digits can't be null, so that each stretch of known samples is its own: leads that are known at the same time share a
sequence set with its own head time. One digit is 1 uV. The effective time of the series is that of the recording.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.errors import EcgimgError
from ecgimg.io.files import write_atomically
from ecgimg.recording.channels import Channels, Stretch, check_length, damaged
from ecgimg.recording.export import UNITS_PER_MV, Export, provenance, runs_of
from ecgimg.recording.lead_codes import lead_of_label, mdc_name
from ecgimg.recording.safe_xml import local_name, read_xml
from ecgimg.recording.units import mv_of

NAMESPACE = "urn:hl7-org:v3"
_SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_MDC = "2.16.840.1.113883.6.24"
_ACT_CODE = "2.16.840.1.113883.5.4"
_CODES = {
    "heart rate": ("MDC_ECG_HEART_RATE", "bpm"),
    "PR interval": ("MDC_ECG_TIME_PD_PR", "ms"),
    "QRS duration": ("MDC_ECG_TIME_PD_QRS", "ms"),
    "QT interval": ("MDC_ECG_TIME_PD_QT", "ms"),
    "QTc Bazett": ("MDC_ECG_TIME_PD_QTcB", "ms"),
    "QTc Fridericia": ("MDC_ECG_TIME_PD_QTcF", "ms"),
    "P axis": ("MDC_ECG_ANGLE_P_FRONT", "deg"),
    "QRS axis": ("MDC_ECG_ANGLE_QRS_FRONT", "deg"),
    "T axis": ("MDC_ECG_ANGLE_T_FRONT", "deg"),
}
"""MDC name and unit of each measurement that aECG has a code for."""
_TYPE = f"{{{_SCHEMA_INSTANCE}}}type"
_SECONDS_OF = {"s": 1.0, "ms": 1e-3, "us": 1e-6}


def write_aecg(export: Export, path: Path) -> Path:
    """Writes an aECG file.

    Raises:
        OutputError: no sample is known, or the file can't be written.
    """
    register_namespace("", NAMESPACE)
    register_namespace("xsi", _SCHEMA_INSTANCE)
    root = Element(f"{{{NAMESPACE}}}AnnotatedECG", {_TYPE: "PORT_MT020001.AnnotatedECG"})
    identity = f"{export.name}|{export.written}|{export.options.patient_id}"
    _add(root, "id", root=str(uuid.uuid5(uuid.NAMESPACE_OID, identity)))
    _add(root, "code", code="93000", codeSystem="2.16.840.1.113883.6.12", codeSystemName="CPT-4")
    notes = provenance(export)
    if notes:
        _add(root, "text").text = "; ".join(notes)
    _effective_time(root, export)
    _subject(root, export)
    _series(_add(_add(root, "component"), "series"), export, identity)
    indent(root, " ")
    return write_atomically(path, tostring(root, "utf-8", xml_declaration=True) + b"\n")


def _add(parent: Element, name: str, **attributes: str) -> Element:
    return SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)


def _effective_time(parent: Element, export: Export) -> None:
    time = _add(parent, "effectiveTime")
    _add(time, "low", value=_stamp(export.recorded), inclusive="true")
    _add(time, "high", value=_stamp(export.recorded + timedelta(seconds=export.seconds)), inclusive="false")


def _subject(root: Element, export: Export) -> None:
    """The patient as the user gave it, in the path that the schema has for a trial subject."""
    options = export.options
    assignment = _add(_add(_add(root, "componentOf"), "timepointEvent"), "componentOf")
    assignment = _add(assignment, "subjectAssignment")
    subject = _add(_add(assignment, "subject"), "trialSubject")
    _add(subject, "id", root=str(uuid.uuid5(uuid.NAMESPACE_OID, "ecgimg")), extension=options.patient_id)
    person = _add(subject, "subjectDemographicPerson")
    if options.patient_name:
        _add(person, "name").text = options.patient_name
    if options.sex in ("M", "F"):
        _add(person, "administrativeGenderCode", code=options.sex, codeSystem="2.16.840.1.113883.5.1")
    if options.birth_date:
        _add(person, "birthTime", value=options.birth_date.strftime("%Y%m%d"))
    trial = _add(_add(assignment, "componentOf"), "clinicalTrial")
    _add(trial, "id", root=str(uuid.uuid5(uuid.NAMESPACE_OID, "ecgimg no trial")))


def _series(series: Element, export: Export, identity: str) -> None:
    _add(series, "id", root=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{identity}|series")))
    _add(series, "code", code="RHYTHM", codeSystem=_ACT_CODE)
    _effective_time(series, export)
    device = _add(_add(series, "author"), "seriesAuthor")
    _add(_add(device, "manufacturedSeriesDevice"), "manufacturerModelName").text = "ecgimg"
    _add(_add(device, "manufacturerOrganization"), "name").text = "ecgimg"
    for (first, last), rows in _stretches_by_time(export).items():
        sequence_set = _add(_add(series, "component"), "sequenceSet")
        _time_sequence(sequence_set, export, first)
        for lead, row in rows:
            _lead_sequence(sequence_set, lead, row[first:last], export.options.units)
    _annotations(series, export)


def _stretches_by_time(export: Export) -> dict[tuple[int, int], list[tuple[str, Floats]]]:
    """The leads that are known from sample to sample, by (first, last + 1)."""
    found: dict[tuple[int, int], list[tuple[str, Floats]]] = {}
    for lead, row in export.known_rows():
        for run in runs_of(np.isfinite(row)):
            found.setdefault(run, []).append((lead, row))
    return dict(sorted(found.items()))


def _time_sequence(sequence_set: Element, export: Export, first: int) -> None:
    sequence = _add(_add(sequence_set, "component"), "sequence")
    _add(sequence, "code", code="TIME_ABSOLUTE", codeSystem=_ACT_CODE)
    value = _add(sequence, "value")
    value.set(_TYPE, "GLIST_TS")
    _add(value, "head", value=_stamp(export.recorded + timedelta(seconds=first / export.fs)))
    _add(value, "increment", value=f"{1 / export.fs:.12g}", unit="s")


def _lead_sequence(sequence_set: Element, lead: str, values: Floats, units: str) -> None:
    sequence = _add(_add(sequence_set, "component"), "sequence")
    _add(sequence, "code", code=mdc_name(lead), codeSystem=_MDC, codeSystemName="MDC", displayName=lead)
    value = _add(sequence, "value")
    value.set(_TYPE, "SLIST_PQ")
    _add(value, "origin", value="0", unit=units)
    _add(value, "scale", value="1" if units == "uV" else "0.001", unit=units)
    _add(value, "digits").text = " ".join(map(str, np.rint(values * UNITS_PER_MV).astype(np.int64)))


def _annotations(series: Element, export: Export) -> None:
    measured = [one for one in export.interpretation.measurements if one.name in _CODES]
    if not measured and not export.interpretation.statements:
        return
    annotations = _add(_add(series, "subjectOf"), "annotationSet")
    _add(annotations, "activityTime", value=_stamp(export.written))
    for one in measured:
        code, unit = _CODES[one.name]
        annotation = _add(_add(annotations, "component"), "annotation")
        _add(annotation, "code", code=code, codeSystem=_MDC)
        value = _add(annotation, "value", value=f"{one.value:g}", unit=unit)
        value.set(_TYPE, "PQ")
    for statement in export.interpretation.statements:
        annotation = _add(_add(annotations, "component"), "annotation")
        _add(annotation, "code", code="MDC_ECG_INTERPRETATION_STATEMENT", codeSystem=_MDC)
        text = _add(annotation, "value")
        text.set(_TYPE, "ST")
        text.text = f"{statement.name}: {statement.verdict}"


def _stamp(at: datetime) -> str:
    """A time of HL7 with tenths of a millisecond."""
    rounded = at + timedelta(microseconds=50)
    return f"{rounded:%Y%m%d%H%M%S}.{rounded.microsecond // 100:04d}"


def read_aecg(path: Path) -> Channels:
    """The leads of the series of an aECG file, each stretch at its head time; derived beats are left out.

    Raises:
        DependencyError: the package defusedxml is not installed.
        UnreadableInputError: the file is damaged or no aECG.
    """
    root = read_xml(path)
    try:
        series = next((one for one in root.iter() if local_name(one) == "series"), None)
        if series is None:
            raise damaged("no series in the file")
        return _channels(series)
    except EcgimgError:
        raise
    except Exception as error:  # wrong types: ValueError, KeyError, AttributeError, OverflowError ...
        raise damaged(str(error) or type(error).__name__) from error


def _channels(series: Element) -> Channels:
    sets = [_Sequences(one) for one in _children(series, "component", "sequenceSet")]
    if not sets:
        raise damaged("no sequence of samples in the file")
    fs = round(1 / sets[0].increment, 6)
    low, high = _bounds(series)
    heads = [one.head for one in sets if one.head is not None]
    start = low or (min(heads) if heads else None)
    stretches = []
    for one in sets:
        first = 0 if start is None or one.head is None else max(0, round((one.head - start).total_seconds() * fs))
        check_length(first + 1)
        stretches += [Stretch(label, values, first) for label, values in one.leads]
    length = 0 if low is None or high is None else round((high - low).total_seconds() * fs)
    end = max((one.first + len(one.values) for one in stretches), default=0)
    # An effective time that is much longer than the samples is the visit's, not the recording's.
    return Channels(tuple(stretches), fs, length if end <= length <= 10 * end + round(10 * fs) else 0)


class _Sequences:
    """A sequence set: its increment in s, the time of its head where it is absolute, and its leads in mV."""

    def __init__(self, sequence_set: Element) -> None:
        self.increment = 0.0
        self.head: datetime | None = None
        self.leads: list[tuple[str, Doubles]] = []
        for sequence in _children(sequence_set, "component", "sequence"):
            coded = _child(sequence, "code")
            code = coded.get("code", "")
            value = _child(sequence, "value")
            if code.startswith("TIME_"):
                self._take_time(value, code == "TIME_ABSOLUTE")
            else:
                label = code if lead_of_label(code) else coded.get("displayName", code)
                self.leads.append((label, _values(value)))
        if not self.increment > 0:
            raise damaged("a sequence set without a sampling rate")

    def _take_time(self, value: Element, is_absolute: bool) -> None:
        increment = _child(value, "increment")
        self.increment = float(increment.get("value", "")) * _SECONDS_OF[increment.get("unit", "s")]
        stamp = _child(value, "head").get("value", "")
        self.head = _time_of(stamp) if is_absolute and stamp else None


def _values(value: Element) -> Doubles:
    origin, scale = _child(value, "origin"), _child(value, "scale")
    digits = np.array((_child(value, "digits").text or "").split(), np.float64)
    step = float(scale.get("value", "")) * mv_of(scale.get("unit", ""))
    zero = float(origin.get("value", "0")) * mv_of(origin.get("unit", "uV"))
    return zero + digits * step


def _bounds(series: Element) -> tuple[datetime | None, datetime | None]:
    time = next(iter(_children(series, "effectiveTime")), None)
    if time is None:
        return None, None
    stamps = [next((one.get("value", "") for one in _children(time, name)), "") for name in ("low", "high")]
    low, high = (_time_of(stamp) if stamp else None for stamp in stamps)
    return low, high


def _time_of(stamp: str) -> datetime:
    """A time of HL7, YYYYMMDDHHMMSS.UUUU, without its time zone."""
    whole, _, fraction = stamp.split("+")[0].split("-")[0].partition(".")
    at = datetime.strptime(whole[:14], "%Y%m%d%H%M%S" if len(whole) >= 14 else "%Y%m%d%H%M"[: len(whole)])
    return at + timedelta(seconds=float(f"0.{fraction or 0}"))


def _children(parent: Element, *names: str) -> Iterator[Element]:
    """Elements on a path of local names below a parent."""
    for one in parent:
        if local_name(one) == names[0]:
            if len(names) == 1:
                yield one
            else:
                yield from _children(one, *names[1:])


def _child(parent: Element, name: str) -> Element:
    found = next(_children(parent, name), None)
    if found is None:
        raise damaged(f"no {name} in a {local_name(parent)}")
    return found
